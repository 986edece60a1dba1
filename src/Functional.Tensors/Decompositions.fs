// Factors of matrices, batched over leading axes, logarithms of determinants, triangular systems; and einsum.
// Used by Gaussian models and whoever solves linear systems; products and inverses are in LinearAlgebra.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Decompositions =

    let private qrOp = Operators.aten "linalg_qr"
    let private eighOp = Operators.aten "linalg_eigh"
    let private svdOp = Operators.aten "linalg_svd"
    let private slogdetOp = Operators.aten "linalg_slogdet"
    let private logdetOp = Operators.aten "logdet"
    let private triangularOp = Operators.aten "linalg_solve_triangular"
    let private einsumOp = Operators.aten "einsum"

    let private pair (op: Operator) (arguments: Arg[]) : Tensor * Tensor =
        let struct (first, second) = op.TwoTensors arguments
        new Tensor(first), new Tensor(second)

    let qr (t: Tensor) =
        Check.matrix "qr" t
        pair qrOp [| Arg.tensor t.Handle |]

    // LAPACK's iterations may never end on a matrix that has a NaN or an infinity in it.
    let private checkFinite (operation: string) (t: Tensor) =
        if t.hasinfnan () then
            raise (Errors.Operation.notFinite operation t.shape)

    let eigh (t: Tensor) =
        Check.square "eigh" t
        checkFinite "eigh" t
        pair eighOp [| Arg.tensor t.Handle |]

    let svd (fullMatrices: bool) (t: Tensor) : Tensor * Tensor * Tensor =
        Check.matrix "svd" t
        checkFinite "svd" t
        let factors = svdOp.Tensors([| Arg.tensor t.Handle; Arg.bool fullMatrices |], 3)
        new Tensor(factors[0]), new Tensor(factors[1]), new Tensor(factors[2])

    let slogdet (t: Tensor) =
        Check.square "slogdet" t
        pair slogdetOp [| Arg.tensor t.Handle |]

    let logdet (t: Tensor) =
        Check.square "logdet" t
        new Tensor(logdetOp.Tensor(t.Handle))

    let solveTriangular (upper: bool) (unitDiagonal: bool) (b: Tensor) (t: Tensor) =
        Check.square "triangularSolve" t
        Check.alike "triangularSolve" t b
        let vector = b.dim = t.dim - 1
        let right = if vector then b.unsqueeze -1 else b
        let fit = right.dim >= 2 && right.shape[right.dim - 2] = t.shape[t.dim - 1]
        Check.fits "triangularSolve" "The second has as many rows as the first." fit t b
        let flags = [| Arg.bool upper; Arg.bool true; Arg.bool unitDiagonal |]
        let solved = new Tensor(triangularOp.Tensor(Array.append [| Arg.tensor t.Handle; Arg.tensor right.Handle |] flags))
        if vector then solved.squeeze -1 else solved

    let einsum (equation: string) (tensors: Tensor[]) =
        let inputs = Array.head (equation.Split "->")
        let terms = inputs.Split(',').Length

        if terms <> tensors.Length then
            raise (Errors.Operation.einsum equation terms tensors.Length)

        new Tensor(einsumOp.Tensor [| Arg.string equation; Arg.tensors (tensors |> Array.map _.Handle) |])

[<AutoOpen>]
module DecompositionExtensions =

    type Tensor with

        /// Q with orthonormal columns and R upper triangular, Q R = t.
        member t.qr() : Tensor * Tensor = Decompositions.qr t

        /// The eigenvalues of a symmetric t, ascending, and its eigenvectors in columns: t = V diag(λ) Vᵀ. The lower triangle
        /// is read; the sign of each vector is arbitrary.
        member t.eigh() : Tensor * Tensor = Decompositions.eigh t

        /// U, S and Vᵀ with U diag(S) Vᵀ = t, the singular values S descending. U and V have min(m, n) columns, or are square
        /// with `fullMatrices`; the signs of their columns are arbitrary.
        member t.svd(?fullMatrices: bool) : Tensor * Tensor * Tensor =
            Decompositions.svd (defaultArg fullMatrices false) t

        /// The sign of the determinant, and the logarithm of its magnitude.
        member t.slogdet() : Tensor * Tensor = Decompositions.slogdet t

        /// The logarithm of the determinant; NaN where that is negative.
        member t.logdet() : Tensor = Decompositions.logdet t

        /// The x with t x = b, for a lower triangular t (upper with `upper`), the other triangle of which is not read.
        /// b is a vector or a matrix, or a batch of these.
        member t.triangularSolve(b: Tensor, ?upper: bool, ?unitDiagonal: bool) : Tensor =
            Decompositions.solveTriangular (defaultArg upper false) (defaultArg unitDiagonal false) b t

    type dsharp with

        static member qr(a: Tensor) = a.qr ()
        static member eigh(a: Tensor) = a.eigh ()
        static member svd(a: Tensor, ?fullMatrices: bool) = a.svd (?fullMatrices = fullMatrices)
        static member slogdet(a: Tensor) = a.slogdet ()
        static member logdet(a: Tensor) = a.logdet ()

        static member triangularSolve(a: Tensor, b: Tensor, ?upper: bool, ?unitDiagonal: bool) =
            a.triangularSolve (b, ?upper = upper, ?unitDiagonal = unitDiagonal)

        /// Products summed over the letters that the result does not have: `dsharp.einsum ("bij,bjk->bik", a, b)`.
        static member einsum(equation: string, [<System.ParamArray>] tensors: Tensor[]) : Tensor =
            Decompositions.einsum equation tensors
