// Running totals.
// Random walks from their steps, trends from their changes.
namespace Functional

open Functional.Tensors

/// y_k = Σ_{j≤k} x_j along the last axis; log |det| = 0. The Jacobian is lower-triangular with ones on the diagonal.
[<Sealed>]
type CumulativeSumTransform() =
    inherit VectorTransform("CumulativeSumTransform")

    override _.Map x = x.cumsum -1

    override _.Unmap y =
        let last = y.shape[y.dim - 1] - 1
        Tensor.cat ([ View.slice -1 0 0 y; View.slice -1 1 last y - View.slice -1 0 (last - 1) y ], -1)

    override _.LogDet(x, _) = x.zerosLike (Shapes.leading 1 x.shape)
