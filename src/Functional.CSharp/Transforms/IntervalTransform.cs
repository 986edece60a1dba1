// The logistic function between two bounds.
// Bounded quantities from real numbers.
namespace Functional.CSharp;

/// <summary>
/// y = low + (high - low) σ(x), element by element, onto the interval from low to high; log |dy/dx| = log(high - low) + log
/// σ(x) + log σ(-x). The inverse is infinite at the bounds.
/// </summary>
public sealed class IntervalTransform : Transform
{
    internal IntervalTransform(Functional.IntervalTransform inner) : base(inner) => Map = inner;

    /// <summary>With bounds that line up with x from the right.</summary>
    /// <param name="low">The lower bound, finite.</param>
    /// <param name="high">The upper bound, finite and above the lower one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public IntervalTransform(Tensor low, Tensor high)
        : this(new Functional.IntervalTransform(Guard.Inner(low), Guard.Inner(high)))
    {
    }

    /// <summary>The same for all numbers.</summary>
    /// <param name="low">The lower bound, finite.</param>
    /// <param name="high">The upper bound, finite and above the lower one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public IntervalTransform(double low, double high) : this(new Functional.IntervalTransform(low, high))
    {
    }

    private Functional.IntervalTransform Map { get; }

    /// <summary>The lower bound.</summary>
    public Tensor Low => new(Map.Low);

    /// <summary>The upper bound.</summary>
    public Tensor High => new(Map.High);
}
