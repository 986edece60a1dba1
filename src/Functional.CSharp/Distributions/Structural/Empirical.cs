// Samples as a distribution, with weights or without.
// What a sampler returns, resampling, and data as a prior.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>p(x) = Σ_i w_i [x = x_i] over samples x_i.</summary>
/// <remarks>
/// Without weights samples pass gradients on to the samples picked. Entropy and Mode compare all pairs: n² operations.
/// </remarks>
public sealed class Empirical : Distribution
{
    internal Empirical(Functional.Empirical inner) : base(inner) => Family = inner;

    /// <summary>From samples along the first axis.</summary>
    /// <param name="samples">x_i, of shape [n; batch; event].</param>
    /// <param name="eventRank">How many of its last axes are those of one event. Default: 0.</param>
    /// <param name="logWeights">log w_i up to a constant, of shape [n; batch]. Default: equal weights.</param>
    /// <exception cref="ArgumentException">There is no sample, or the shapes do not fit.</exception>
    public Empirical(Tensor samples, int eventRank = 0, Tensor? logWeights = null)
        : this(DistributionBridge.empirical(Guard.Inner(samples), eventRank, logWeights?.Inner))
    {
    }

    private Functional.Empirical Family { get; }

    /// <summary>The samples.</summary>
    public Tensor Samples => new(Family.Samples);

    /// <summary>log w of each sample, normalized.</summary>
    public Tensor LogWeights => new(Family.LogWeights);
}
