// What the C# facade calls of linear algebra: tuples of factors as struct tuples.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Products, factorizations and solutions.
module internal AlgebraBridge =

    let private pair (a: Tensor, b: Tensor) = struct (a, b)
    let matmul (a: Tensor) (b: Tensor) = a.matmul b
    let dot (a: Tensor) (b: Tensor) = a.dot b
    let outer (a: Tensor) (b: Tensor) = a.outer b
    let trace (t: Tensor) = t.trace ()
    let diagonal (t: Tensor) (offset: int) (dim1: int) (dim2: int) = t.diagonal (offset, dim1, dim2)
    let det (t: Tensor) = t.det ()
    let inv (t: Tensor) = t.inv ()
    let solve (a: Tensor) (b: Tensor) = a.solve b
    let cholesky (t: Tensor) = t.cholesky ()
    let tril (t: Tensor) = t.tril ()
    let bmm (a: Tensor) (b: Tensor) = a.bmm b

    let norm (t: Tensor) (order: float) (dim: Nullable<int>) (keepDim: bool) =
        t.norm (order, ?dim = Option.ofNullable dim, keepDim = keepDim)

    let logdet (t: Tensor) = t.logdet ()
    let slogdet (t: Tensor) = pair (t.slogdet ())
    let qr (t: Tensor) = pair (t.qr ())
    let eigh (t: Tensor) = pair (t.eigh ())

    let svd (t: Tensor) (fullMatrices: bool) =
        let u, s, vh = t.svd fullMatrices
        struct (u, s, vh)

    let triangularSolve (a: Tensor) (b: Tensor) (upper: bool) (unitDiagonal: bool) =
        a.triangularSolve (b, upper, unitDiagonal)

    let einsum (equation: string) (tensors: Tensor[]) = dsharp.einsum (equation, tensors)
