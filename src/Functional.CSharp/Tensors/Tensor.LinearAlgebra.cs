// Products and factorizations of matrices, batched over leading axes.
// Each member forwards to one operator.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The matrix product, batched over leading axes.</summary>
    public Tensor Matmul(Tensor b) => new(TensorBridge.matmul(Inner, Guard.Inner(b)));

    /// <summary>The inner product of two vectors.</summary>
    public Tensor Dot(Tensor b) => new(TensorBridge.dot(Inner, Guard.Inner(b)));

    /// <summary>The outer product of two vectors.</summary>
    public Tensor Outer(Tensor b) => new(TensorBridge.outer(Inner, Guard.Inner(b)));

    /// <summary>The sum of a matrix's diagonal.</summary>
    public Tensor Trace() => new(TensorBridge.trace(Inner));

    /// <summary>A diagonal.</summary>
    public Tensor Diagonal(int offset = 0, int dim1 = 0, int dim2 = 1) =>
        new(TensorBridge.diagonal(Inner, offset, dim1, dim2));

    /// <summary>The determinant.</summary>
    public Tensor Det() => new(TensorBridge.det(Inner));

    /// <summary>The inverse.</summary>
    public Tensor Inv() => new(TensorBridge.inv(Inner));

    /// <summary>The x with t · x = b.</summary>
    public Tensor Solve(Tensor b) => new(TensorBridge.solve(Inner, Guard.Inner(b)));

    /// <summary>The lower triangular L with L Lᵀ = t, for a positive definite t.</summary>
    public Tensor Cholesky() => new(TensorBridge.cholesky(Inner));

    /// <summary>The matrix with zeros above its diagonal.</summary>
    public Tensor Tril() => new(TensorBridge.tril(Inner));
}
