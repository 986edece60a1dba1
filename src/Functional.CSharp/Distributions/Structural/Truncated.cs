// A distribution of numbers cut off at bounds.
// Quantities known to lie in an interval; TruncatedNormal is better far out in the tails.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>p(x) = p_base(x) / (F(high) - F(low)) for low ≤ x ≤ high, 0 elsewhere.</summary>
/// <remarks>
/// Bounds are constants or differentiable parameters. Draws have implicit pathwise gradients (Figurnov, Mohamed, Mnih,
/// arXiv:1805.08498) where the base has them. Wrong where the mass between the bounds is below the precision of F, some
/// 1e-7 in Float32.
/// </remarks>
public sealed class Truncated : Distribution
{
    internal Truncated(Functional.Truncated inner) : base(inner) => Family = inner;

    /// <summary>Cuts off a distribution at one bound at least.</summary>
    /// <param name="baseDistribution">The distribution that is cut off: continuous, with Cdf and Icdf.</param>
    /// <param name="low">The lower bound. Default: none.</param>
    /// <param name="high">The upper bound. Default: none.</param>
    /// <exception cref="ArgumentException">
    /// No bound is given, the base is unfit, or there is no mass between the bounds.
    /// </exception>
    public Truncated(Distribution baseDistribution, Tensor? low = null, Tensor? high = null)
        : this(DistributionBridge.truncated(Guard.Inner(baseDistribution), low?.Inner, high?.Inner))
    {
    }

    /// <summary>Cuts off a distribution at two numbers.</summary>
    /// <param name="baseDistribution">The distribution that is cut off: continuous, with Cdf and Icdf.</param>
    /// <param name="low">The lower bound.</param>
    /// <param name="high">The upper bound.</param>
    /// <exception cref="ArgumentException">The base is unfit, or there is no mass between the bounds.</exception>
    public Truncated(Distribution baseDistribution, double low, double high)
        : this(new Functional.Truncated(Guard.Inner(baseDistribution), low, high))
    {
    }

    private Functional.Truncated Family { get; }

    /// <summary>The distribution that is cut off.</summary>
    public Distribution Base => Wrap(Family.Base);

    /// <summary>The lower bound, if there is one.</summary>
    public Tensor? Low => DistributionBridge.low(Family) is { } low ? new(low) : null;

    /// <summary>The upper bound, if there is one.</summary>
    public Tensor? High => DistributionBridge.high(Family) is { } high ? new(high) : null;
}
