// Real vectors onto increasing ones.
// Cut points of ordinal regression, means of mixture components that must not change places.
namespace Functional

open Functional.Tensors

/// y_1 = x_1, y_k = y_{k-1} + exp(x_k), onto the vectors whose elements increase; log |det| = Σ_{k>1} x_k. The Jacobian is lower-triangular.
[<Sealed>]
type OrderedTransform() =
    inherit VectorTransform("OrderedTransform")

    let parts (vector: Tensor) =
        View.slice -1 0 0 vector, View.slice -1 1 (vector.shape[vector.dim - 1] - 1) vector

    override _.Codomain = Support.Ordered

    override _.Map x =
        let first, rest = parts x
        (Tensor.cat ([ first; rest.exp () ], -1)).cumsum -1

    override _.Unmap y =
        let first, rest = parts y
        let before = View.slice -1 0 (y.shape[y.dim - 1] - 2) y
        Tensor.cat ([ first; (rest - before).log() ], -1)

    override _.LogDet(x, _) = (snd (parts x)).sum -1
