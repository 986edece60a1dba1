// Annealed importance sampling: weights that reach from a distribution one can draw from to a density one can only evaluate.
// The evidence of decoder models, where no encoder is to be trusted; ImportanceWeights judges what comes out.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>What annealing ends with: for each chain a draw, and its weight.</summary>
/// <param name="LogWeights">log w, of shape [chains; batch]: E w = Z, the integral of the target density.</param>
/// <param name="Values">Where the chains end, of shape [chains; batch; event]: with these weights, draws of the target.</param>
/// <param name="Acceptance">The share of proposals that were accepted in each chain, of shape [chains; batch].</param>
public sealed record AnnealedSample(Tensor LogWeights, Tensor Values, Tensor Acceptance);

/// <summary>
/// Moves draws of a start by Hamiltonian transitions to a target density, and weighs them as they go. E w = Z = ∫ f, whatever the
/// number of steps; the more there are, the less log w varies. The wrong tool for a target of far separated modes that the start
/// does not tell apart. Neal, Statistics and Computing 11 (2001); Wu et al., arXiv:1611.04273.
/// </summary>
public static class AnnealedImportance
{
    /// <summary>Weights for Z = ∫ f(z) dz, on the thread pool.</summary>
    /// <param name="start">Where the chains begin: over all real numbers, its tails no lighter than the target's.</param>
    /// <param name="logTarget">log f, which takes z of shape [chains; batch; event] to [chains; batch].</param>
    /// <param name="options">How to anneal. Default: 16 chains, 1000 steps.</param>
    /// <param name="progress">Told of every step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">The start is not over all real numbers, or a shape does not fit.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<AnnealedSample> RunAsync(
        Distribution start,
        Func<Tensor, Tensor> logTarget,
        AnnealingOptions? options = null,
        IProgress<AnnealingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var inner = Guard.Inner(start);
        Guard.NotNull(logTarget);

        return SampleAsync(
            how => AnnealingBridge.run(how, inner, z => Guard.Inner(logTarget(new(z)))), options, progress, cancellationToken);
    }

    /// <summary>
    /// Weights for p(x) = ∫ p(z) p(x|z) dz of each x, on the thread pool: from the prior to the posterior, so that the values are
    /// weighted draws of p(z|x).
    /// </summary>
    /// <param name="prior">p(z), over all real numbers.</param>
    /// <param name="likelihood">p(x|z): takes z of shape [chains; batch; event of z].</param>
    /// <param name="x">The examples, of shape [batch; event of x].</param>
    /// <param name="options">How to anneal. Default: 16 chains, 1000 steps.</param>
    /// <param name="progress">Told of every step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">The prior is not over all real numbers, or a shape does not fit.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<AnnealedSample> EvidenceAsync(
        Distribution prior,
        Func<Tensor, Distribution> likelihood,
        Tensor x,
        AnnealingOptions? options = null,
        IProgress<AnnealingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (inner, examples) = (Guard.Inner(prior), Guard.Inner(x));
        Guard.NotNull(likelihood);

        return SampleAsync(
            how => AnnealingBridge.evidence(how, inner, z => Guard.Inner(likelihood(new(z))), examples),
            options,
            progress,
            cancellationToken);
    }

    /// <summary>
    /// Weights for the evidence p(x) = ∫ p(z, x) dz of a model with continuous draws, in the real numbers that stand for them
    /// (<see cref="Unconstrained"/>).
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="start">Over as many real numbers: <c>Normal.Standard([d])</c>, or a guide's posterior.</param>
    /// <param name="options">How to anneal.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="ArgumentException">The model's draws have no such density, or the start does not fit them.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<AnnealedSample> OfProgramAsync<T>(
        Program<T> model,
        Distribution start,
        AnnealingOptions? options = null,
        IProgress<AnnealingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (program, inner) = (Guard.NotNull(model).Inner, Guard.Inner(start));

        return SampleAsync(
            how => Functional.AnnealedImportance.ofProgram(how, inner, program), options, progress, cancellationToken);
    }

    private static Task<AnnealedSample> SampleAsync(
        Func<Functional.AnnealingOptions, Functional.AnnealedSample> work,
        AnnealingOptions? options,
        IProgress<AnnealingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var how = options ?? new();

        var inner = AnnealingBridge.options(
            how.Chains,
            how.Steps,
            how.Schedule.Inner,
            how.Leapfrog,
            how.StepSize,
            how.Acceptance,
            report => progress?.Report(Convert(report)),
            cancellationToken);

        return Task.Run(
            () =>
            {
                var sample = work(inner);
                return new AnnealedSample(new(sample.LogWeights), new(sample.Values), new(sample.Acceptance));
            },
            cancellationToken);
    }

    private static AnnealingProgress Convert(Functional.AnnealingProgress progress) =>
        new()
        {
            Step = progress.Step,
            Steps = progress.Steps,
            Elapsed = progress.Elapsed,
            Remaining = progress.Remaining,
        };
}
