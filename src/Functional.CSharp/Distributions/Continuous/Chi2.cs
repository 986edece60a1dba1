// The chi-squared distribution.
// Sums of squares of standard normal variables, and tests of goodness of fit.
namespace Functional.CSharp;

/// <summary>
/// x^(k/2 - 1) exp(-x/2) / (2^(k/2) Γ(k/2)) for x ≥ 0, element by element over the batch: Gamma(k/2, 1/2).
/// </summary>
public sealed class Chi2 : Distribution
{
    internal Chi2(Functional.Chi2 inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="degreesOfFreedom">k, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Chi2(Tensor degreesOfFreedom) : this(new Functional.Chi2(Guard.Inner(degreesOfFreedom)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="degreesOfFreedom">k, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Chi2(double degreesOfFreedom) : this(new Functional.Chi2(degreesOfFreedom))
    {
    }

    private Functional.Chi2 Family { get; }

    /// <summary>k.</summary>
    public Tensor DegreesOfFreedom => new(Family.DegreesOfFreedom);
}
