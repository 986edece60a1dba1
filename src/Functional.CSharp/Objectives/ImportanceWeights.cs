// What importance weights say of the integral that they estimate, and of how far to believe them.
// Estimates of the evidence end here.
namespace Functional.CSharp;

/// <summary>The summary of S log-weights for each element of a batch, in nats.</summary>
public sealed class ImportanceSummary : IWrapper
{
    internal ImportanceSummary(Functional.ImportanceSummary inner) => Inner = inner;

    internal Functional.ImportanceSummary Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>log (1/S) Σ w, of shape [batch]: too low on average, though the mean of the weights is unbiased.</summary>
    public Tensor LogEvidence => new(Inner.LogEvidence);

    /// <summary>(Σ w)² / Σ w², between 1 and S: how many equal weights would be worth as much.</summary>
    public Tensor EffectiveSampleSize => new(Inner.EffectiveSampleSize);

    /// <summary>
    /// The Pareto shape k-hat of the upper tail: moments of the weights of order above 1/k are infinite. -infinity where the
    /// largest weights are all equal, infinity for fewer than 25 draws, too few to see a tail.
    /// </summary>
    public Tensor ParetoShape => new(Inner.ParetoShape);

    /// <summary>
    /// The log-weights with the largest replaced by expected order statistics of that tail, of shape [S; batch].
    /// </summary>
    public Tensor SmoothedLogWeights => new(Inner.SmoothedLogWeights);

    /// <summary><see cref="LogEvidence"/> by the smoothed weights: a little bias for much less variance.</summary>
    public Tensor SmoothedLogEvidence => new(Inner.SmoothedLogEvidence);

    /// <summary>S.</summary>
    public int Draws => Inner.Draws;

    /// <summary>How many of the batch are good, usable and unreliable, and what to do, in words.</summary>
    public string Verdict() => Functional.ImportanceWeights.verdict(Inner);
}

/// <summary>
/// Diagnostics of importance sampling, from log-weights log p(z_s) - log q(z_s), z_s from q, of shape [S; batch].
/// Vehtari et al., arXiv:1507.02646.
/// </summary>
public static class ImportanceWeights
{
    /// <summary>All figures at once.</summary>
    /// <exception cref="ArgumentException">There are no draws.</exception>
    public static ImportanceSummary Summarize(Tensor logWeights) =>
        new(Functional.ImportanceWeights.summarize(Guard.Inner(logWeights)));

    /// <summary>log (1/S) Σ w over the first axis; recorded for differentiation.</summary>
    /// <exception cref="ArgumentException">There are no draws.</exception>
    public static Tensor LogEvidence(Tensor logWeights) =>
        new(Functional.ImportanceWeights.logEvidence(Guard.Inner(logWeights)));

    /// <summary>(Σ w)² / Σ w² over the first axis.</summary>
    /// <exception cref="ArgumentException">There are no draws.</exception>
    public static Tensor EffectiveSampleSize(Tensor logWeights) =>
        new(Functional.ImportanceWeights.effectiveSampleSize(Guard.Inner(logWeights)));

    /// <summary>k-hat is to be believed, and the estimate with it, up to min(1 - 1/log₁₀ S, 0.7).</summary>
    /// <param name="draws">S, at least 1.</param>
    public static double Threshold(int draws) => Functional.ImportanceWeights.threshold(Guard.AtLeast(draws, 1));
}
