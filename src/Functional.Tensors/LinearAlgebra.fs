// Products and factorizations of matrices, batched over leading axes.
// The products here are the floor under every network's speed.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal LinearAlgebra =

    let private matmulOp = Operators.aten "matmul"
    let private linearOp = Operators.find "functional::linear" ""
    let private dotOp = Operators.aten "dot"
    let private bmmOp = Operators.aten "bmm"
    let private normOp = Operators.aten "linalg_vector_norm"
    let private outerOp = Operators.aten "outer"
    let private traceOp = Operators.aten "trace"
    let private diagonalOp = Operators.aten "diagonal"
    let private choleskyOp = Operators.aten "linalg_cholesky"
    let private detOp = Operators.aten "linalg_det"
    let private invOp = Operators.aten "linalg_inv"
    let private solveOp = Operators.aten "linalg_solve"
    let private trilOp = Operators.aten "tril"

    let private one (op: Operator) (t: Tensor) = new Tensor(op.Tensor(t.Handle))

    let private two (op: Operator) (a: Tensor) (b: Tensor) =
        new Tensor(op.Tensor(a.Handle, b.Handle))

    let private inner (a: Tensor) (b: Tensor) =
        let left, right = a.shape, b.shape
        let rows = max 0 (right.Length - 2)

        if left.Length = 0 || right.Length = 0 || left[left.Length - 1] <> right[rows] then
            raise (
                Errors.Operation.mismatch
                    "matmul"
                    a.shape
                    b.shape
                    "The last axis of the first must be as long as the last but one of the second."
            )

    let private affine (relu: bool) (x: Tensor) (weight: Tensor) (bias: Arg) =
        new Tensor(linearOp.Tensor [| Arg.tensor x.Handle; Arg.tensor weight.Handle; bias; Arg.bool relu |])

    let matmul (a: Tensor) (b: Tensor) =
        inner a b

        if not (Memory.sameDtype "matmul" a.Handle b.Handle) then
            raise (Errors.Operation.dtypes "matmul" (string a.dtype) (string b.dtype))

        // a matrix by a vector is a layer applied to one row
        if a.dim = 2 && b.dim = 1 then affine false b a Arg.none else two matmulOp a b

    /// x · weightᵀ + bias in one operator.
    let linear (x: Tensor) (weight: Tensor) (bias: Tensor) =
        affine false x weight (Arg.tensor bias.Handle)

    /// max(x · weightᵀ + bias, 0) in one operator.
    let linearRelu (x: Tensor) (weight: Tensor) (bias: Tensor) =
        affine true x weight (Arg.tensor bias.Handle)

    let dot (a: Tensor) (b: Tensor) =
        Check.fits "dot" "It takes two vectors of one length." (a.dim = 1 && a.shape = b.shape) a b
        Check.alike "dot" a b
        two dotOp a b

    let bmm (a: Tensor) (b: Tensor) =
        let fit = a.dim = 3 && b.dim = 3 && a.shape[0] = b.shape[0] && a.shape[2] = b.shape[1]
        Check.fits "bmm" "It takes [batch; n; m] and [batch; m; p]." fit a b
        Check.alike "bmm" a b
        two bmmOp a b

    /// a_i b_j of two vectors, or of the vectors along the last axis of two batches.
    let outer (a: Tensor) (b: Tensor) =
        let fit = a.dim >= 1 && a.dim = b.dim && Array.forall2 (=) a.shape[.. a.dim - 2] b.shape[.. b.dim - 2]
        Check.fits "outer" "It takes two vectors, or two batches of as many vectors." fit a b
        if a.dim = 1 then two outerOp a b else a.unsqueeze -1 * b.unsqueeze -2

    let trace (t: Tensor) =
        Check.rank "trace" 2 "a matrix" t
        one traceOp t

    let private ofSquare (operation: string) (op: Operator) (t: Tensor) =
        Check.square operation t
        one op t

    let cholesky t = ofSquare "cholesky" choleskyOp t
    let det t = ofSquare "det" detOp t
    let inv t = ofSquare "inv" invOp t

    let solve (a: Tensor) (b: Tensor) =
        Check.square "solve" a
        Check.alike "solve" a b
        two solveOp a b

    let tril (t: Tensor) =
        Check.shape "tril" "matrices [...; m; n]" (t.dim >= 2) t
        one trilOp t

    let norm (order: float) (dim: int option) (keepDim: bool) (t: Tensor) =
        Check.real "norm" t
        let axes = dim |> Option.map (fun dim -> [| int64 (Check.axis "norm" t dim) |])
        new Tensor(normOp.Tensor [| Arg.tensor t.Handle; Arg.double order; Arg.optional Arg.ints axes; Arg.bool keepDim |])

    let diagonal (offset: int) (dim1: int) (dim2: int) (t: Tensor) =
        let dim1, dim2 = Check.axis "diagonal" t dim1, Check.axis "diagonal" t dim2
        Check.shape "diagonal" "two different axes" (dim1 <> dim2) t

        new Tensor(
            diagonalOp.Tensor [| Arg.tensor t.Handle; Arg.int (int64 offset); Arg.int (int64 dim1); Arg.int (int64 dim2) |]
        )

[<AutoOpen>]
module LinearAlgebraExtensions =

    type Tensor with

        /// The matrix product, batched over leading axes.
        member t.matmul(b: Tensor) = LinearAlgebra.matmul t b

        /// The inner product of two vectors.
        member t.dot(b: Tensor) = LinearAlgebra.dot t b

        /// The matrix products of two batches [batch; n; m] and [batch; m; p].
        member t.bmm(b: Tensor) = LinearAlgebra.bmm t b

        /// t_i b_j of two vectors, or of the vectors along the last axis of two batches.
        member t.outer(b: Tensor) = LinearAlgebra.outer t b

        /// (Σ |t|ᵖ)^(1/p) of all elements or along an axis; p is 2 unless given. Of order ±∞ the largest and smallest
        /// magnitude, of order 0 how many elements are not 0.
        member t.norm(?order: float, ?dim: int, ?keepDim: bool) =
            LinearAlgebra.norm (defaultArg order 2.0) dim (defaultArg keepDim false) t

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
        static member bmm(a: Tensor, b: Tensor) = a.bmm b

        static member norm(a: Tensor, ?order: float, ?dim: int, ?keepDim: bool) =
            a.norm (?order = order, ?dim = dim, ?keepDim = keepDim)

        static member outer(a: Tensor, b: Tensor) = a.outer b
        static member trace(input: Tensor) = input.trace ()

        static member diagonal(input: Tensor, ?offset: int, ?dim1: int, ?dim2: int) =
            input.diagonal (?offset = offset, ?dim1 = dim1, ?dim2 = dim2)

        static member det(a: Tensor) = a.det ()
        static member inv(a: Tensor) = a.inv ()
        static member solve(a: Tensor, b: Tensor) = a.solve b
        static member cholesky(a: Tensor) = a.cholesky ()
        static member tril(input: Tensor) = input.tril ()
