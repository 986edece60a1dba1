// Langevin dynamics: chains that follow a score and are shaken by noise, on rows of any shape at once.
// Samples of score and energy models come from it; adjusted, with a log-density, those of posteriors.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How to follow a score: <c>new LangevinOptions { Steps = 1000 }</c>.</summary>
public sealed class LangevinOptions
{
    /// <summary>Steps, at each level of noise where there are levels, at least 1. Default: 100.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Steps { get; init => field = Guard.AtLeast(value, 1, nameof(Steps)); } = 100;

    /// <summary>ε, the step size (at the lowest level of noise), positive. Default: 0.01.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public double StepSize { get; init => field = Guard.Positive(value, nameof(StepSize)); } = 0.01;

    internal Functional.LangevinOptions ToInner(IProgress<ChainProgress>? progress, CancellationToken cancellationToken) =>
        LangevinBridge.options(Steps, StepSize, report => progress?.Report(new(report)), cancellationToken);
}

/// <summary>
/// dx = ½ ∇ log p(x) dt + dw leaves p as it is. Its discretization with steps ε does so nearly (<see cref="Unadjusted"/>), down a
/// ladder of noise to reach all modes of data (<see cref="AnnealedAsync"/>), or exactly, with proposals that may be refused
/// (<see cref="AdjustedAsync"/>, <see cref="PosteriorAsync"/>).
/// </summary>
public static class Langevin
{
    /// <summary>64 chains, 1,000 steps of warm-up, 500 draws of each chain, 5 steps apart.</summary>
    public static MetropolisOptions AdjustedDefaults => new() { Warmup = 1000, Thin = 5 };

    /// <summary>
    /// x ← x + ε/2 s(x) + √ε z, z ~ N(0, I), at once on the calling thread, as the sampler of an energy model in training. No step
    /// is refused, so that the distribution tends to one near the score's own; near by the order of ε. Roberts &amp; Tweedie 1996,
    /// doi:10.2307/3318418.
    /// </summary>
    /// <param name="score">∇ log p: rows to rows.</param>
    /// <param name="start">Rows [n; d...], which are so many chains.</param>
    /// <param name="options">How. Default: 100 steps of size 0.01.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Tensor Unadjusted(
        Func<Tensor, Tensor> score,
        Tensor start,
        LangevinOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new(LangevinBridge.unadjusted(
            (options ?? new()).ToInner(null, cancellationToken), Differentiate.Lift(score), Guard.Inner(start)));

    /// <summary>
    /// For each level σ of the ladder, from the highest: steps x ← x + α/2 s(x, σ) + √α z with α = ε σ²/σ_L², on the thread pool.
    /// What is left is the data's distribution with the lowest level's noise, which <see cref="Score.Denoise"/> removes. Song
    /// &amp; Ermon, arXiv:1907.05600, algorithm 1.
    /// </summary>
    /// <param name="ladder">The levels of noise.</param>
    /// <param name="score">The noise-conditional score.</param>
    /// <param name="start">Rows [n; d...], which are so many chains. The authors take uniform noise.</param>
    /// <param name="options">How. Default: 100 steps at each level, of size 0.01 at the lowest.</param>
    /// <param name="progress">Told every hundred steps or so. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<Tensor> AnnealedAsync(
        NoiseLadder ladder,
        Func<Tensor, Tensor, Tensor> score,
        Tensor start,
        LangevinOptions? options = null,
        IProgress<ChainProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (levels, field, rows) = (Guard.NotNull(ladder).Inner, Score.Lift(score), Guard.Inner(start));
        var how = (options ?? new()).ToInner(progress, cancellationToken);
        return Task.Run(() => new Tensor(LangevinBridge.annealed(how, levels, field, rows)), cancellationToken);
    }

    /// <summary>
    /// The Metropolis-adjusted Langevin algorithm (MALA), on the thread pool: x' = x + s²/2 M ∇ log p(x) + s L ε with M = L Lᵀ,
    /// accepted with probability min(1, p(x') q(x | x') / (p(x) q(x' | x))), so that the distribution of the chains tends to that
    /// of exp(f)/Z itself. In the warm-up s is adapted to an acceptance rate of 0.574, L to the covariance of the chains; then
    /// both stay as they are. The rows drawn are the value `x`, [draws; chains; d...]. Roberts &amp; Tweedie 1996,
    /// doi:10.2307/3318418; for the rate Roberts &amp; Rosenthal 1998, doi:10.1111/1467-9868.00123.
    /// </summary>
    /// <param name="f">log p up to a constant: rows to one number each.</param>
    /// <param name="start">Rows [chains; d...], at least 4; the options' Chains and Start are those of the rows.</param>
    /// <param name="options">How. Default: <see cref="AdjustedDefaults"/>.</param>
    /// <param name="progress">Told every hundred steps or so. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at every hundred steps at least.</param>
    /// <exception cref="ArgumentException">f gives another shape, or no finite number at the start; or rows are too few.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<Chains> AdjustedAsync(
        Func<Tensor, Tensor> f,
        Tensor start,
        MetropolisOptions? options = null,
        IProgress<ChainProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (density, rows) = (Differentiate.Lift(f), Guard.Inner(start));
        var how = (options ?? AdjustedDefaults).ToInner(progress, cancellationToken);
        return Task.Run(() => new Chains(LangevinBridge.adjusted(how, density, rows)), cancellationToken);
    }

    /// <summary>
    /// Adjusted chains on the posterior of a model, on the thread pool, in coordinates without constraints. Against
    /// <see cref="Metropolis.SampleAsync"/> a step costs a gradient more, and an effective draw some D^⅓ steps instead of D.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="options">How. Default: <see cref="AdjustedDefaults"/>.</param>
    /// <param name="progress">Told every hundred steps or so. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at every hundred steps at least.</param>
    /// <exception cref="ArgumentException">
    /// The model is not one of <see cref="Unconstrained.FromProgram"/>, has a subsampled plate, or has no density where the chains
    /// start.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<Chains> PosteriorAsync<T>(
        Program<T> model,
        MetropolisOptions? options = null,
        IProgress<ChainProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var inner = Guard.NotNull(model).Inner;
        var how = (options ?? AdjustedDefaults).ToInner(progress, cancellationToken);
        return Task.Run(() => new Chains(Functional.Langevin.posterior(how, inner)), cancellationToken);
    }
}
