// The Cauchy distribution, with tails so heavy that it has no mean.
// Robust likelihoods; the hardest test of anything that assumes moments.
namespace Functional.CSharp;

/// <summary>
/// 1 / (π scale (1 + ((x - location)/scale)²)), element by element over the batch. Mean and variance are not defined: they
/// are NaN.
/// </summary>
public sealed class Cauchy : Distribution
{
    internal Cauchy(Functional.Cauchy inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">X₀, finite.</param>
    /// <param name="scale">γ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Cauchy(Tensor location, Tensor scale) : this(new Functional.Cauchy(Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">X₀, finite.</param>
    /// <param name="scale">γ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Cauchy(double location, double scale) : this(new Functional.Cauchy(location, scale))
    {
    }

    private Functional.Cauchy Family { get; }

    /// <summary>x₀.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>γ.</summary>
    public Tensor Scale => new(Family.Scale);
}
