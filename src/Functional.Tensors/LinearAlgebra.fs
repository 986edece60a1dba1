// Products and factorizations of matrices, batched over leading axes.
// The products here are the floor under every network's speed.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal LinearAlgebra =

    let private matmulOp = Operators.aten "matmul"
    let private linearOp = Operators.find "functional::linear" ""
    let private dotOp = Operators.aten "dot"
    let private outerOp = Operators.aten "outer"
    let private traceOp = Operators.aten "trace"
    let private diagonalOp = Operators.aten "diagonal"
    let private choleskyOp = Operators.aten "linalg_cholesky"
    let private detOp = Operators.aten "linalg_det"
    let private invOp = Operators.aten "linalg_inv"
    let private solveOp = Operators.aten "linalg_solve"
    let private trilOp = Operators.aten "tril"

    let private one (op: Operator) (t: Tensor) =
        new Tensor(op.Tensor [| Arg.tensor t.Handle |])

    let private two (op: Operator) (a: Tensor) (b: Tensor) =
        new Tensor(op.Tensor [| Arg.tensor a.Handle; Arg.tensor b.Handle |])

    let private inner (a: Tensor) (b: Tensor) =
        let rows = if b.dim = 1 then b.shape[0] else b.shape[b.dim - 2]

        if a.dim = 0 || b.dim = 0 || a.shape[a.dim - 1] <> rows then
            raise (
                Errors.Operation.mismatch
                    "matmul"
                    a.shape
                    b.shape
                    "The last axis of the first must be as long as the last but one of the second."
            )

    let matmul (a: Tensor) (b: Tensor) =
        inner a b
        two matmulOp a b

    /// x · weightᵀ + bias in one operator.
    let linear (x: Tensor) (weight: Tensor) (bias: Tensor) =
        new Tensor(linearOp.Tensor [| Arg.tensor x.Handle; Arg.tensor weight.Handle; Arg.tensor bias.Handle |])

    let dot a b = two dotOp a b
    let outer a b = two outerOp a b
    let trace t = one traceOp t
    let cholesky t = one choleskyOp t
    let det t = one detOp t
    let inv t = one invOp t
    let solve a b = two solveOp a b
    let tril t = one trilOp t

    let diagonal (offset: int) (dim1: int) (dim2: int) (t: Tensor) =
        new Tensor(diagonalOp.Tensor [| Arg.tensor t.Handle; Arg.int (int64 offset); Arg.int (int64 dim1); Arg.int (int64 dim2) |])

[<AutoOpen>]
module LinearAlgebraExtensions =

    type Tensor with

        /// The matrix product, batched over leading axes.
        member t.matmul(b: Tensor) = LinearAlgebra.matmul t b

        /// The inner product of two vectors.
        member t.dot(b: Tensor) = LinearAlgebra.dot t b

        member t.outer(b: Tensor) = LinearAlgebra.outer t b

        /// The sum of a matrix's diagonal.
        member t.trace() = LinearAlgebra.trace t

        member t.diagonal(?offset: int, ?dim1: int, ?dim2: int) =
            LinearAlgebra.diagonal (defaultArg offset 0) (defaultArg dim1 0) (defaultArg dim2 1) t

        member t.det() = LinearAlgebra.det t
        member t.inv() = LinearAlgebra.inv t

        /// The x with t · x = b.
        member t.solve(b: Tensor) = LinearAlgebra.solve t b

        /// The lower triangular L with L Lᵀ = t, for a positive definite t.
        member t.cholesky() = LinearAlgebra.cholesky t

        /// The matrix with zeros above its diagonal.
        member t.tril() = LinearAlgebra.tril t

    type dsharp with

        static member matmul(a: Tensor, b: Tensor) = a.matmul b
        static member dot(a: Tensor, b: Tensor) = a.dot b
        static member outer(a: Tensor, b: Tensor) = a.outer b
        static member trace(input: Tensor) = input.trace ()

        static member diagonal(input: Tensor, ?offset: int, ?dim1: int, ?dim2: int) =
            input.diagonal (?offset = offset, ?dim1 = dim1, ?dim2 = dim2)

        static member det(a: Tensor) = a.det ()
        static member inv(a: Tensor) = a.inv ()
        static member solve(a: Tensor, b: Tensor) = a.solve b
        static member cholesky(a: Tensor) = a.cholesky ()
