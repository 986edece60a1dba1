// Markov chains run side by side: their options, and what they drew.
// Metropolis and Langevin run them.
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

    internal Functional.MetropolisOptions ToInner(IProgress<ChainProgress>? progress, CancellationToken cancellationToken) =>
        ChainBridge.options(
            Chains,
            Warmup,
            Draws,
            Thin,
            Start?.Inner,
            Seed,
            report => progress?.Report(new(report)),
            cancellationToken);
}

/// <summary>Where a run of chains is.</summary>
public sealed record ChainProgress
{
    internal ChainProgress(Functional.ChainProgress inner) =>
        (Step, Steps, Warmup, Acceptance) = (inner.Step, inner.Steps, inner.Warmup, inner.Acceptance);

    /// <summary>Steps taken.</summary>
    public int Step { get; }

    /// <summary>How many there will be.</summary>
    public int Steps { get; }

    /// <summary>How many of the first are thrown away.</summary>
    public int Warmup { get; }

    /// <summary>The share of proposals accepted since the last report.</summary>
    public double Acceptance { get; }
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
