// Random-walk Metropolis: many chains at once, each step one evaluation of the log-density of all.
// The reference that approximations are held against, where a posterior has up to some tens of dimensions.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How to run chains: <c>new MetropolisOptions { Draws = 2000 }</c>.</summary>
public sealed class MetropolisOptions
{
    /// <summary>How many chains run side by side, at least 4. Default: 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 4.</exception>
    public int Chains { get; init => field = Guard.AtLeast(value, 4, nameof(Chains)); } = 64;

    /// <summary>Steps in which the proposal is adapted, thrown away, at least 100. Default: 2,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 100.</exception>
    public int Warmup { get; init => field = Guard.AtLeast(value, 100, nameof(Warmup)); } = 2000;

    /// <summary>Draws kept of each chain, at least 4. Default: 500.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 4.</exception>
    public int Draws { get; init => field = Guard.AtLeast(value, 4, nameof(Draws)); } = 500;

    /// <summary>Steps from one draw to the next, at least 1. Default: 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Thin { get; init => field = Guard.AtLeast(value, 1, nameof(Thin)); } = 10;

    /// <summary>Where chains start, of shape [chains; D]. Default: uniform between -2 and 2.</summary>
    public Tensor? Start { get; init; }

    /// <summary>The seed of the run. Default: 0.</summary>
    public int Seed { get; init; }
}

/// <summary>Where a run of chains is.</summary>
public sealed record ChainProgress
{
    /// <summary>Steps taken.</summary>
    public required int Step { get; init; }

    /// <summary>How many there will be.</summary>
    public required int Steps { get; init; }

    /// <summary>How many of the first are thrown away.</summary>
    public required int Warmup { get; init; }

    /// <summary>The share of proposals accepted since the last report.</summary>
    public required double Acceptance { get; init; }
}

/// <summary>What chains drew.</summary>
public sealed class Chains : IWrapper
{
    private readonly Functional.Chains inner;

    internal Chains(Functional.Chains inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>u, of shape [draws; chains; D].</summary>
    public Tensor Coordinates => new(inner.Coordinates);

    /// <summary>log p(u, x) of each, in nats, of shape [draws; chains].</summary>
    public Tensor LogDensity => new(inner.LogDensity);

    /// <summary>The model's draws by site, of shape [draws; chains; plates; event].</summary>
    public IReadOnlyDictionary<string, Tensor> Values => Guard.ByName(ChainBridge.values(inner));

    /// <summary>The draws of all chains together, of shape [draws · chains; ...].</summary>
    public IReadOnlyDictionary<string, Tensor> Pooled => Guard.ByName(ChainBridge.pooled(inner));

    /// <summary>The share of proposals that was accepted after the warm-up.</summary>
    public double Acceptance => inner.Acceptance;

    /// <summary>R̂ of each coordinate, of shape [D]: below 1.01 where chains agree.</summary>
    public Tensor RHat => new(inner.RHat);

    /// <summary>Bulk effective sample size of each coordinate, of shape [D]: at least 400 are asked for.</summary>
    public Tensor EffectiveSize => new(inner.EffectiveSize);
}

/// <summary>u' = u + s L ε, ε ~ N(0, I), accepted with probability min(1, p(u')/p(u)).</summary>
public static class Metropolis
{
    /// <summary>
    /// Chains whose distribution tends to the posterior, on the thread pool. In the warm-up the length s of steps is adapted to
    /// an acceptance rate of 0.234, their shape L to the covariance of the chains; then both stay as they are. Look at
    /// <see cref="Chains.RHat"/> and <see cref="Chains.EffectiveSize"/> before believing the draws: chains that started in
    /// different modes stay there, and one effective draw takes about 3 D steps of a chain. Roberts, Gelman &amp; Gilks 1997,
    /// doi:10.1214/aoap/1034625254.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="options">How to run. Default: 64 chains, 2,000 steps of warm-up, 500 draws of each, 10 steps apart.</param>
    /// <param name="progress">Told every hundred steps or so. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at every hundred steps at least.</param>
    /// <exception cref="ArgumentException">
    /// The model is not one of <see cref="Unconstrained.OfProgram"/>, has a subsampled plate, or has no density where the chains
    /// start.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<Chains> SampleAsync<T>(
        Program<T> model,
        MetropolisOptions? options = null,
        IProgress<ChainProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var inner = Guard.NotNull(model).Inner;
        var how = options ?? new();

        var chosen = ChainBridge.options(
            how.Chains,
            how.Warmup,
            how.Draws,
            how.Thin,
            how.Start?.Inner,
            how.Seed,
            report => progress?.Report(Convert(report)),
            cancellationToken);

        return Task.Run(() => new Chains(Functional.Metropolis.sample(chosen, inner)), cancellationToken);
    }

    private static ChainProgress Convert(Functional.ChainProgress progress) =>
        new()
        {
            Step = progress.Step,
            Steps = progress.Steps,
            Warmup = progress.Warmup,
            Acceptance = progress.Acceptance,
        };
}
