// The multivariate normal distribution whose covariance is of low rank beside its diagonal.
// Factor analysis, and correlated posteriors over long vectors.
namespace Functional.CSharp;

/// <summary>N(x; μ, W Wᵀ + diag D) over vectors of length d.</summary>
/// <remarks>
/// Densities take O(d k²) operations: with the capacitance C = I + Wᵀ D⁻¹ W, Σ⁻¹ = D⁻¹ - D⁻¹ W C⁻¹ Wᵀ D⁻¹ and det Σ = det
/// C · det D.
/// </remarks>
public sealed class LowRankMultivariateNormal : Distribution
{
    internal LowRankMultivariateNormal(Functional.LowRankMultivariateNormal inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; batch axes line up from the right.</summary>
    /// <param name="location">μ, of shape [batch; d].</param>
    /// <param name="factor">W, of shape [batch; d; k].</param>
    /// <param name="diagonal">D, positive, of shape [batch; d].</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public LowRankMultivariateNormal(Tensor location, Tensor factor, Tensor diagonal)
        : this(new Functional.LowRankMultivariateNormal(Guard.Inner(location), Guard.Inner(factor), Guard.Inner(diagonal)))
    {
    }

    private Functional.LowRankMultivariateNormal Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>W.</summary>
    public Tensor Factor => new(Family.Factor);

    /// <summary>D.</summary>
    public Tensor Diagonal => new(Family.Diagonal);

    /// <summary>Σ = W Wᵀ + diag D.</summary>
    public Tensor Covariance => new(Family.Covariance);

    /// <summary>Σ⁻¹.</summary>
    public Tensor Precision => new(Family.Precision);

    /// <summary>L, lower triangular with L Lᵀ = Σ.</summary>
    public Tensor ScaleTril => new(Family.ScaleTril);

    /// <summary>½ log det Σ.</summary>
    public Tensor HalfLogDeterminant => new(Family.HalfLogDeterminant);
}
