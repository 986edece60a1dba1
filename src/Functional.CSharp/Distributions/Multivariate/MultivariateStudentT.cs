// Student's t distribution of vectors.
// Robust likelihoods and heavy-tailed proposals.
namespace Functional.CSharp;

/// <summary>
/// p(x) = Γ((ν + d)/2) / (Γ(ν/2) √((νπ)ᵈ det Σ)) · (1 + (x - μ)ᵀ Σ⁻¹ (x - μ)/ν)^(-(ν + d)/2), Σ = L Lᵀ, over vectors of
/// length d: μ + L z √(ν/χ²_ν) with standard normal z.
/// </summary>
/// <remarks>
/// L Lᵀ is not the covariance, which is ν/(ν - 2) times it for ν &gt; 2. The mean does not exist for ν ≤ 1 (NaN), the
/// variance is infinite for 1 &lt; ν ≤ 2.
/// </remarks>
public sealed class MultivariateStudentT : Distribution
{
    internal MultivariateStudentT(Functional.MultivariateStudentT inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; batch axes line up from the right.</summary>
    /// <param name="degreesOfFreedom">ν, positive, of shape [batch].</param>
    /// <param name="location">μ, of shape [batch; d].</param>
    /// <param name="scaleTril">L with Σ = L Lᵀ, of shape [batch; d; d], lower triangular with a positive diagonal.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public MultivariateStudentT(Tensor degreesOfFreedom, Tensor location, Tensor scaleTril)
        : this(new Functional.MultivariateStudentT(Guard.Inner(degreesOfFreedom), Guard.Inner(location), Guard.Inner(scaleTril)))
    {
    }

    /// <summary>A batch of distributions with the same degrees of freedom.</summary>
    /// <param name="degreesOfFreedom">ν, positive.</param>
    /// <param name="location">μ, of shape [batch; d].</param>
    /// <param name="scaleTril">L with Σ = L Lᵀ, of shape [batch; d; d], lower triangular with a positive diagonal.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public MultivariateStudentT(double degreesOfFreedom, Tensor location, Tensor scaleTril)
        : this(Guard.NotNull(location).ScalarLike(degreesOfFreedom), location, scaleTril)
    {
    }

    private Functional.MultivariateStudentT Family { get; }

    /// <summary>ν.</summary>
    public Tensor DegreesOfFreedom => new(Family.DegreesOfFreedom);

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>L.</summary>
    public Tensor ScaleTril => new(Family.ScaleTril);

    /// <summary>The covariance ν/(ν - 2) L Lᵀ; infinite or NaN as Variance is.</summary>
    public Tensor Covariance => new(Family.Covariance);
}
