// Student's t distribution.
// Gaussian noise of unknown variance, and likelihoods that outliers do not ruin.
namespace Functional.CSharp;

/// <summary>
/// Γ((ν+1)/2) / (Γ(ν/2) √(νπ) scale) · (1 + t²/ν)^(-(ν+1)/2) with t = (x - location)/scale, element by element over the
/// batch. The mean is NaN for ν ≤ 1; the variance is infinite for 1 &lt; ν ≤ 2 and NaN below.
/// </summary>
public sealed class StudentT : Distribution
{
    internal StudentT(Functional.StudentT inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="degreesOfFreedom">ν, positive.</param>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">σ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public StudentT(Tensor degreesOfFreedom, Tensor location, Tensor scale)
        : this(new Functional.StudentT(Guard.Inner(degreesOfFreedom), Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="degreesOfFreedom">ν, positive.</param>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">σ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public StudentT(double degreesOfFreedom, double location, double scale)
        : this(new Functional.StudentT(degreesOfFreedom, location, scale))
    {
    }

    private Functional.StudentT Family { get; }

    /// <summary>ν.</summary>
    public Tensor DegreesOfFreedom => new(Family.DegreesOfFreedom);

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>σ.</summary>
    public Tensor Scale => new(Family.Scale);
}
