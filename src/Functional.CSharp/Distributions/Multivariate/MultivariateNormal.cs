// The multivariate normal distribution, from a Cholesky factor, a covariance or a precision.
// Priors, posteriors and likelihoods of correlated vectors.
namespace Functional.CSharp;

/// <summary>N(x; μ, Σ) = exp(-(x - μ)ᵀ Σ⁻¹ (x - μ)/2) / √((2π)ᵈ det Σ) over vectors of length d.</summary>
/// <remarks>
/// Only what it was made from is kept, and no matrix is inverted for densities and draws: a covariance or a precision is
/// factorized once in each call, so FromScaleTril is the fastest. Use Normal.Diagonal when Σ is diagonal,
/// LowRankMultivariateNormal when it is nearly so.
/// </remarks>
public sealed class MultivariateNormal : Distribution
{
    internal MultivariateNormal(Functional.MultivariateNormal inner) : base(inner) => Family = inner;

    private Functional.MultivariateNormal Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>L, lower triangular with L Lᵀ = Σ.</summary>
    public Tensor ScaleTril => new(Family.ScaleTril);

    /// <summary>Σ.</summary>
    public Tensor Covariance => new(Family.Covariance);

    /// <summary>Σ⁻¹.</summary>
    public Tensor Precision => new(Family.Precision);

    /// <summary>½ log det Σ.</summary>
    public Tensor HalfLogDeterminant => new(Family.HalfLogDeterminant);

    /// <summary>From a Cholesky factor of the covariance.</summary>
    /// <param name="location">μ, of shape [batch; d].</param>
    /// <param name="scaleTril">L with Σ = L Lᵀ, of shape [batch; d; d], lower triangular with a positive diagonal.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static MultivariateNormal FromScaleTril(Tensor location, Tensor scaleTril) =>
        new(Functional.MultivariateNormal.FromScaleTril(Guard.Inner(location), Guard.Inner(scaleTril)));

    /// <summary>From the covariance.</summary>
    /// <param name="location">μ, of shape [batch; d].</param>
    /// <param name="covariance">Σ, of shape [batch; d; d], symmetric and positive definite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static MultivariateNormal FromCovariance(Tensor location, Tensor covariance) =>
        new(Functional.MultivariateNormal.FromCovariance(Guard.Inner(location), Guard.Inner(covariance)));

    /// <summary>From the inverse of the covariance.</summary>
    /// <param name="location">μ, of shape [batch; d].</param>
    /// <param name="precision">Σ⁻¹, of shape [batch; d; d], symmetric and positive definite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static MultivariateNormal FromPrecision(Tensor location, Tensor precision) =>
        new(Functional.MultivariateNormal.FromPrecision(Guard.Inner(location), Guard.Inner(precision)));
}
