// The distribution of the absolute value of a centred Cauchy number.
// Priors of scales that leave room for large ones: horseshoes, hierarchical models.
namespace Functional.CSharp;

/// <summary>
/// 2 / (π scale (1 + (x/scale)²)) for x ≥ 0, element by element over the batch. The mean is infinite, and the variance not
/// defined: NaN.
/// </summary>
public sealed class HalfCauchy : Distribution
{
    internal HalfCauchy(Functional.HalfCauchy inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="scale">γ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public HalfCauchy(Tensor scale) : this(new Functional.HalfCauchy(Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="scale">γ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public HalfCauchy(double scale) : this(new Functional.HalfCauchy(scale))
    {
    }

    private Functional.HalfCauchy Family { get; }

    /// <summary>γ.</summary>
    public Tensor Scale => new(Family.Scale);
}
