// The Wishart distribution of positive-definite matrices.
// Priors of precision matrices, and the scatter of normal samples.
namespace Functional.CSharp;

/// <summary>
/// p(X) = |X|^((ν - p - 1)/2) exp(-tr(V⁻¹ X)/2) / (2^(νp/2) |V|^(ν/2) Γ_p(ν/2)) over symmetric positive-definite p×p
/// matrices, with respect to the elements of one triangle: the sum of ν outer products of N(0, V) for integer ν.
/// </summary>
/// <remarks>
/// Differentiable in both parameters. For samples ask SampleAndLogProb: it takes the density from Bartlett's decomposition,
/// where X itself may have been rounded to a singular matrix.
/// </remarks>
public sealed class Wishart : Distribution
{
    internal Wishart(Functional.Wishart inner) : base(inner) => Family = inner;

    private Functional.Wishart Family { get; }

    /// <summary>ν.</summary>
    public Tensor DegreesOfFreedom => new(Family.DegreesOfFreedom);

    /// <summary>L, lower triangular with L Lᵀ = V.</summary>
    public Tensor ScaleTril => new(Family.ScaleTril);

    /// <summary>V.</summary>
    public Tensor Covariance => new(Family.Covariance);

    /// <summary>V⁻¹.</summary>
    public Tensor Precision => new(Family.Precision);

    /// <summary>½ log det V.</summary>
    public Tensor HalfLogDeterminant => new(Family.HalfLogDeterminant);

    /// <summary>From a Cholesky factor of V.</summary>
    /// <param name="degreesOfFreedom">ν, above p - 1, of shape [batch].</param>
    /// <param name="scaleTril">L with V = L Lᵀ, of shape [batch; p; p], lower triangular with a positive diagonal.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Wishart FromScaleTril(Tensor degreesOfFreedom, Tensor scaleTril) =>
        new(Functional.Wishart.FromScaleTril(Guard.Inner(degreesOfFreedom), Guard.Inner(scaleTril)));

    /// <summary>From a Cholesky factor of V, with the same degrees of freedom for all.</summary>
    /// <param name="degreesOfFreedom">ν, above p - 1.</param>
    /// <param name="scaleTril">L with V = L Lᵀ, of shape [batch; p; p], lower triangular with a positive diagonal.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Wishart FromScaleTril(double degreesOfFreedom, Tensor scaleTril) =>
        FromScaleTril(Guard.NotNull(scaleTril).ScalarLike(degreesOfFreedom), scaleTril);

    /// <summary>From V.</summary>
    /// <param name="degreesOfFreedom">ν, above p - 1, of shape [batch].</param>
    /// <param name="covariance">V, of shape [batch; p; p], symmetric and positive definite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Wishart FromCovariance(Tensor degreesOfFreedom, Tensor covariance) =>
        new(Functional.Wishart.FromCovariance(Guard.Inner(degreesOfFreedom), Guard.Inner(covariance)));

    /// <summary>From V, with the same degrees of freedom for all.</summary>
    /// <param name="degreesOfFreedom">ν, above p - 1.</param>
    /// <param name="covariance">V, of shape [batch; p; p], symmetric and positive definite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Wishart FromCovariance(double degreesOfFreedom, Tensor covariance) =>
        FromCovariance(Guard.NotNull(covariance).ScalarLike(degreesOfFreedom), covariance);

    /// <summary>From V⁻¹.</summary>
    /// <param name="degreesOfFreedom">ν, above p - 1, of shape [batch].</param>
    /// <param name="precision">V⁻¹, of shape [batch; p; p], symmetric and positive definite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Wishart FromPrecision(Tensor degreesOfFreedom, Tensor precision) =>
        new(Functional.Wishart.FromPrecision(Guard.Inner(degreesOfFreedom), Guard.Inner(precision)));

    /// <summary>From V⁻¹, with the same degrees of freedom for all.</summary>
    /// <param name="degreesOfFreedom">ν, above p - 1.</param>
    /// <param name="precision">V⁻¹, of shape [batch; p; p], symmetric and positive definite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Wishart FromPrecision(double degreesOfFreedom, Tensor precision) =>
        FromPrecision(Guard.NotNull(precision).ScalarLike(degreesOfFreedom), precision);
}
