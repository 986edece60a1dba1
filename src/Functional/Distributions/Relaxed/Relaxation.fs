// What the relaxations of discrete families share: noise, and logarithms of values that rounding has put on the boundary.
// Used by RelaxedBernoulli and RelaxedOneHotCategorical.
namespace Functional

open Functional.Tensors

module internal Relaxation =

    let private belowOne (like: Tensor) =
        if like.dtype = Dtype.Float64 then 1.0 - 2.0 ** -53 else 1.0 - 2.0 ** -24

    let private smallest (like: Tensor) =
        if like.dtype = Dtype.Float64 then 2.0 ** -1022 else 2.0 ** -126

    /// log u - log (1 - u): logistic noise.
    let logistic (shape: Shape) (like: Tensor) : Tensor =
        let u = Noise.unit like shape
        u.log () - (-u).log1p()

    /// -log (-log u): Gumbel noise.
    let gumbel (shape: Shape) (like: Tensor) : Tensor = -(-(Noise.unit like shape).log()).log()

    /// log x; an x that was rounded to 0 counts as the smallest number above it.
    let log (x: Tensor) : Tensor = x.clamp(low = smallest x).log()

    /// log x - log (1 - x); an x that was rounded to 0 or 1 counts as the next number inside.
    let logit (x: Tensor) : Tensor =
        let inside = x.clamp (low = smallest x, high = belowOne x)
        inside.log () - (-inside).log1p()

    /// `hard` as the value, with the gradient of `soft`.
    let straightThrough (hard: Tensor) (soft: Tensor) : Tensor = hard + (soft - soft.noDiff ())
