// Variational inference: a guide's parameters fitted to a model by raising a bound, on the whole data at each step.
// For minibatches and networks Training.FitAsync takes Bound.Objective itself; PerDatum has the parameters of local draws.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How to fit: <c>new VariationalOptions { Steps = 5000 }</c>.</summary>
public sealed class VariationalOptions
{
    /// <summary>Steps, in hundreds. Default: 2,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 100.</exception>
    public int Steps { get; init => field = Guard.AtLeast(value, 100, nameof(Steps)); } = 2000;

    /// <summary>What is raised. Default: the ELBO with one particle.</summary>
    public Bound Bound { get; init => field = Guard.NotNull(value, nameof(Bound)); } = Elbo.Bound(1);

    /// <summary>
    /// How gradients change the parameters. The rate falls to zero by half a cosine, without which the parameters would go on
    /// swinging. Default: Adam with rate 0.05.
    /// </summary>
    public Optimizer Optimizer { get; init => field = Guard.NotNull(value, nameof(Optimizer)); } = Optimizer.Adam(0.05);
}

/// <summary>What fitting did.</summary>
public sealed record VariationalResult
{
    /// <summary>The mean of the bound over each hundred steps, in nats, with the step it ends at.</summary>
    public required IReadOnlyList<(int Step, double Bound)> History { get; init; }
}

/// <summary>A fit was cancelled. The parameters are those of the last step; nothing has been undone.</summary>
public sealed class VariationalCanceledException : OperationCanceledException
{
    internal VariationalCanceledException(VariationalResult result, CancellationToken cancellationToken)
        : base("The fit was cancelled; the parameters are those of the last step.", cancellationToken) => Result = result;

    /// <summary>What fitting did until then.</summary>
    public VariationalResult Result { get; }
}

/// <summary>
/// q ← argmax_q bound(q), by stochastic gradients. Kucukelbir et al., arXiv:1603.00788, algorithm 1; Ranganath, Gerrish &amp;
/// Blei, arXiv:1401.0118.
/// </summary>
public static class Variational
{
    /// <summary>Fits a guide to a model, on the thread pool.</summary>
    /// <remarks>
    /// As in <see cref="Training"/>, cancelling ends the fit after the step under way: awaiting it throws a
    /// <see cref="VariationalCanceledException"/>, and nothing is lost.
    /// </remarks>
    /// <param name="model">p(z, x).</param>
    /// <param name="guide">q(z).</param>
    /// <param name="options">How to fit. Default: 2,000 steps of Adam on the ELBO.</param>
    /// <param name="progress">Told every 20 steps; an epoch is a hundred of them. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">
    /// Model and guide do not fit (the message names the first site), or the steps are no multiple of a hundred.
    /// </exception>
    /// <exception cref="VariationalCanceledException">
    /// The token was cancelled; the parameters are those of the last step.
    /// </exception>
    /// <exception cref="NotFiniteNumberException">
    /// The bound, or a parameter, became NaN or infinite; the parameters have been put back to the last good ones.
    /// </exception>
    public static Task<VariationalResult> FitAsync<T>(
        Program<T> model,
        AutoGuide guide,
        VariationalOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        FitProgramsAsync(Guard.NotNull(guide).Parameters, model, guide.Program, options, progress, cancellationToken);

    /// <summary>Fits those parameters, which guide and model close over, on the thread pool.</summary>
    /// <param name="parameters">What the fit changes.</param>
    /// <inheritdoc cref="FitAsync"/>
    /// <param name="model">p(z, x).</param>
    /// <param name="guide">q(z).</param>
    /// <param name="options">How to fit. Default: 2,000 steps of Adam on the ELBO.</param>
    /// <param name="progress">Told every 20 steps; an epoch is a hundred of them. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    public static Task<VariationalResult> FitProgramsAsync<TModel, TGuide>(
        IReadOnlyList<Parameter> parameters,
        Program<TModel> model,
        Program<TGuide> guide,
        VariationalOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (changed, p, q) = (Guard.Inner(parameters), Guard.NotNull(model).Inner, Guard.NotNull(guide).Inner);
        var how = options ?? new();

        var chosen = VariationalBridge.options(
            how.Steps,
            how.Bound.Inner,
            how.Optimizer.Inner,
            report => progress?.Report(Training.Convert(report)),
            cancellationToken);

        return RunAsync(() => VariationalBridge.fit(chosen, changed, p, q), cancellationToken);
    }

    // The work itself is not tied to the token, so that a cancelled fit always comes with its result.
    private static async Task<VariationalResult> RunAsync(
        Func<Functional.VariationalResult> work, CancellationToken cancellationToken)
    {
        var done = await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        var result = new VariationalResult { History = VariationalBridge.history(done) };
        return done.Status.IsCancelled ? throw new VariationalCanceledException(result, cancellationToken) : result;
    }
}
