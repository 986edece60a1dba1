// The uniform distribution on an interval.
// Noise, and priors of bounded quantities.
namespace Functional.CSharp;

/// <summary>1/(high - low) between low and high, element by element over the batch.</summary>
public sealed class Uniform : Distribution
{
    internal Uniform(Functional.Uniform inner) : base(inner) => Family = inner;

    /// <summary>A batch of uniform distributions; the shapes of the bounds line up from the right.</summary>
    /// <param name="low">The lower bound, finite.</param>
    /// <param name="high">The upper bound, finite and above the lower one.</param>
    /// <exception cref="ArgumentException">
    /// A bound is not finite, low is not below high, or the shapes do not line up.
    /// </exception>
    public Uniform(Tensor low, Tensor high) : this(new Functional.Uniform(Guard.Inner(low), Guard.Inner(high)))
    {
    }

    /// <summary>One uniform distribution.</summary>
    /// <param name="low">The lower bound, finite.</param>
    /// <param name="high">The upper bound, finite and above the lower one.</param>
    /// <exception cref="ArgumentException">A bound is not finite, or low is not below high.</exception>
    public Uniform(double low, double high) : this(new Functional.Uniform(low, high))
    {
    }

    private Functional.Uniform Family { get; }

    /// <summary>The lower bound.</summary>
    public Tensor Low => new(Family.Low);

    /// <summary>The upper bound.</summary>
    public Tensor High => new(Family.High);
}
