// Real vectors onto Cholesky factors of correlation matrices.
// Correlations of random effects, with an LKJ prior.
namespace Functional.CSharp;

/// <summary>
/// L_ij = z_ij Π_{k&lt;j} √(1 - z_ik²) below the diagonal, L_ii = Π_{k&lt;i} √(1 - z_ik²), with partial correlations
/// z_ij = tanh(x_ij), from R^{n(n-1)/2} onto the Cholesky factors of n × n correlation matrices. log |det| = Σ_{j&lt;i}
/// [log(1 - z_ij²) + ½ Σ_{k&lt;j} log(1 - z_ik²)], to the elements of L below its diagonal.
/// </summary>
/// <remarks>
/// x holds the triangle row by row: x_21, x_31, x_32, ... Source: Lewandowski, Kurowicka, Joe, Journal of Multivariate
/// Analysis 100 (2009); Stan reference manual, section 10.12.
/// </remarks>
public sealed class CorrelationCholeskyTransform : Transform
{
    internal CorrelationCholeskyTransform(Functional.CorrelationCholeskyTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public CorrelationCholeskyTransform() : this(new Functional.CorrelationCholeskyTransform())
    {
    }
}
