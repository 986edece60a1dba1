// A continuous distribution rounded up to integers.
// Likelihoods of integer data from continuous families: grey values 0..255, counts that no counting family fits.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// The distribution of ⌈X⌉ for integers k: P(k) = F(k) - F(k - 1), F being the distribution function of X. What lies below
/// the lowest value counts as it, what lies above the highest as that.
/// </summary>
/// <remarks>
/// For bins centred on the integers shift X by 1/2. Far out in the upper tail, where F rounds to 1, the mass is lost and
/// LogProb is -inf: use Float64 where that matters.
/// </remarks>
public sealed class Quantized : Distribution
{
    internal Quantized(Functional.Quantized inner) : base(inner) => Family = inner;

    /// <summary>Rounds a distribution up to integers.</summary>
    /// <param name="baseDistribution">The distribution of X: of numbers, continuous, with a distribution function.</param>
    /// <param name="low">The least value. Default: none.</param>
    /// <param name="high">The largest value. Default: none.</param>
    /// <exception cref="ArgumentException">X is discrete or an array, or low is not below high.</exception>
    public Quantized(Distribution baseDistribution, int? low = null, int? high = null)
        : this(DistributionBridge.quantized(Guard.Inner(baseDistribution), low, high))
    {
    }

    private Functional.Quantized Family { get; }

    /// <summary>The distribution of X.</summary>
    public Distribution Base => Wrap(Family.Base);

    /// <summary>The least value, if there is one.</summary>
    public int? Low => DistributionBridge.lowest(Family);

    /// <summary>The largest value, if there is one.</summary>
    public int? High => DistributionBridge.highest(Family);
}
