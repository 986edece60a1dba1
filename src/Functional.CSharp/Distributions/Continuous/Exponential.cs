// The exponential distribution.
// Waiting times, and priors of positive quantities with nothing known but their size.
namespace Functional.CSharp;

/// <summary>rate exp(-rate x) for x ≥ 0, element by element over the batch.</summary>
public sealed class Exponential : Distribution
{
    internal Exponential(Functional.Exponential inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="rate">λ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Exponential(Tensor rate) : this(new Functional.Exponential(Guard.Inner(rate)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="rate">λ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Exponential(double rate) : this(new Functional.Exponential(rate))
    {
    }

    private Functional.Exponential Family { get; }

    /// <summary>λ.</summary>
    public Tensor Rate => new(Family.Rate);
}
