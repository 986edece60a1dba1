// The normal distribution between two bounds, either of which may be infinite.
// Censored data, bounded noise, priors with hard limits; exact far out in a tail of the untruncated distribution.
namespace Functional.CSharp;

/// <summary>
/// N(x; mean, scale²) / (Φ((high - mean)/scale) - Φ((low - mean)/scale)) for low ≤ x ≤ high, element by element over the
/// batch.
/// </summary>
/// <remarks>
/// Nothing cancels far out in a tail of the normal distribution, where differences of Φ would. For other families see
/// Truncated.
/// </remarks>
public sealed class TruncatedNormal : Distribution
{
    internal TruncatedNormal(Functional.TruncatedNormal inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="mean">μ, finite: the mean before the normal distribution is cut.</param>
    /// <param name="scale">σ, positive: the standard deviation before it is cut.</param>
    /// <param name="low">The lower bound, which may be infinite.</param>
    /// <param name="high">The upper bound, above the lower one; it may be infinite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public TruncatedNormal(Tensor mean, Tensor scale, Tensor low, Tensor high)
        : this(new Functional.TruncatedNormal(Guard.Inner(mean), Guard.Inner(scale), Guard.Inner(low), Guard.Inner(high)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="mean">μ, finite: the mean before the normal distribution is cut.</param>
    /// <param name="scale">σ, positive: the standard deviation before it is cut.</param>
    /// <param name="low">The lower bound, which may be infinite.</param>
    /// <param name="high">The upper bound, above the lower one; it may be infinite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public TruncatedNormal(double mean, double scale, double low, double high)
        : this(new Functional.TruncatedNormal(mean, scale, low, high))
    {
    }

    private Functional.TruncatedNormal Family { get; }

    /// <summary>μ, the mean before truncation.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>σ, the standard deviation before truncation.</summary>
    public Tensor Scale => new(Family.Scale);

    /// <summary>The lower bound.</summary>
    public Tensor Low => new(Family.Low);

    /// <summary>The upper bound.</summary>
    public Tensor High => new(Family.High);
}
