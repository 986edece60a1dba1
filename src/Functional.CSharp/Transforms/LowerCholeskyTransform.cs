// Real vectors onto Cholesky factors.
// Scales of multivariate normal distributions.
namespace Functional.CSharp;

/// <summary>
/// L_ij = x_ij below the diagonal, L_ii = exp(x_ii) on it, from R^{n(n+1)/2} onto the lower-triangular n × n matrices with
/// a positive diagonal; log |det| = Σ_i x_ii, to the elements of the triangle.
/// </summary>
/// <remarks>x holds the triangle row by row: x_11, x_21, x_22, x_31, ...</remarks>
public sealed class LowerCholeskyTransform : Transform
{
    internal LowerCholeskyTransform(Functional.LowerCholeskyTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public LowerCholeskyTransform() : this(new Functional.LowerCholeskyTransform())
    {
    }
}
