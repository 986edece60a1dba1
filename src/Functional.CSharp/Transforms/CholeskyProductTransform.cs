// Cholesky factors onto positive-definite matrices.
// Covariances of multivariate normal distributions.
namespace Functional.CSharp;

/// <summary>
/// y = L Lᵀ, from Cholesky factors L onto symmetric positive-definite matrices; the inverse is the Cholesky decomposition.
/// log |det| = n log 2 + Σ_i (n + 1 - i) log L_ii, from the triangle of L to the lower triangle of y.
/// </summary>
/// <remarks>After LowerCholeskyTransform it leads from R^{n(n+1)/2} to the positive-definite matrices.</remarks>
public sealed class CholeskyProductTransform : Transform
{
    internal CholeskyProductTransform(Functional.CholeskyProductTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public CholeskyProductTransform() : this(new Functional.CholeskyProductTransform())
    {
    }
}
