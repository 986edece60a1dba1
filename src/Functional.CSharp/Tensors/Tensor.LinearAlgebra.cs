// Products and factorizations of matrices, batched over leading axes.
// Each member forwards to one operator.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The matrix product, batched over leading axes.</summary>
    public Tensor Matmul(Tensor b) => new(AlgebraBridge.matmul(Inner, Guard.Inner(b)));

    /// <summary>The inner product of two vectors.</summary>
    public Tensor Dot(Tensor b) => new(AlgebraBridge.dot(Inner, Guard.Inner(b)));

    /// <summary>The outer product of two vectors.</summary>
    public Tensor Outer(Tensor b) => new(AlgebraBridge.outer(Inner, Guard.Inner(b)));

    /// <summary>The sum of a matrix's diagonal.</summary>
    public Tensor Trace() => new(AlgebraBridge.trace(Inner));

    /// <summary>A diagonal.</summary>
    public Tensor Diagonal(int offset = 0, int dim1 = 0, int dim2 = 1) =>
        new(AlgebraBridge.diagonal(Inner, offset, dim1, dim2));

    /// <summary>The determinant.</summary>
    public Tensor Det() => new(AlgebraBridge.det(Inner));

    /// <summary>The inverse.</summary>
    public Tensor Inv() => new(AlgebraBridge.inv(Inner));

    /// <summary>The x with t · x = b.</summary>
    public Tensor Solve(Tensor b) => new(AlgebraBridge.solve(Inner, Guard.Inner(b)));

    /// <summary>The lower triangular L with L Lᵀ = t, for a positive definite t.</summary>
    public Tensor Cholesky() => new(AlgebraBridge.cholesky(Inner));

    /// <summary>The matrix with zeros above its diagonal.</summary>
    public Tensor Tril() => new(AlgebraBridge.tril(Inner));

    /// <summary>Products of two batches of matrices: [batch; n; k] times [batch; k; m].</summary>
    public Tensor Bmm(Tensor b) => new(AlgebraBridge.bmm(Inner, Guard.Inner(b)));

    /// <summary>The p-norm (Σ |t|ᵖ)^(1/p) of all elements or along an axis; 2 unless told otherwise.</summary>
    public Tensor Norm(double order = 2, int? dim = null, bool keepDim = false) =>
        new(AlgebraBridge.norm(Inner, order, dim, keepDim));

    /// <summary>log det, for matrices with a positive determinant; NaN for others.</summary>
    public Tensor LogDet() => new(AlgebraBridge.logdet(Inner));

    /// <summary>The sign of the determinant and log |det|, which neither overflow nor underflow.</summary>
    public (Tensor Sign, Tensor LogAbsDet) SlogDet() => Wrap(AlgebraBridge.slogdet(Inner));

    /// <summary>t = Q R, with orthonormal columns in Q and an upper triangular R.</summary>
    public (Tensor Q, Tensor R) Qr() => Wrap(AlgebraBridge.qr(Inner));

    /// <summary>
    /// t = V diag(λ) Vᵀ of symmetric matrices: eigenvalues in ascending order, eigenvectors as columns. Reads the lower triangle.
    /// </summary>
    public (Tensor Values, Tensor Vectors) Eigh() => Wrap(AlgebraBridge.eigh(Inner));

    /// <summary>
    /// t = U diag(S) Vᵀ, singular values in descending order; the third is Vᵀ. With full matrices, U and V are square.
    /// </summary>
    public (Tensor U, Tensor S, Tensor Vh) Svd(bool fullMatrices = false) => Wrap(AlgebraBridge.svd(Inner, fullMatrices));

    /// <summary>The x with t x = b, for a triangular t, lower unless told otherwise; a unit diagonal is not read.</summary>
    public Tensor TriangularSolve(Tensor b, bool upper = false, bool unitDiagonal = false) =>
        new(AlgebraBridge.triangularSolve(Inner, Guard.Inner(b), upper, unitDiagonal));

    /// <summary>Sums of products in Einstein's notation: <c>Tensor.Einsum("ij,jk->ik", a, b)</c> is the matrix product.</summary>
    public static Tensor Einsum(string equation, params IEnumerable<Tensor> tensors) =>
        new(AlgebraBridge.einsum(Guard.NotNull(equation), Guard.Inner(tensors)));
}
