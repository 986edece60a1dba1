// Logarithms of quotients and of complements that lose no digits where those are close to one.
// Densities, distribution functions and their inverses are written with them.
namespace Functional

open Functional.Tensors

module internal Logarithms =

    /// exp t, which stops growing, and has no gradient, where it comes close to the largest number: a density that falls with it stays
    /// finite, and its gradient a number.
    let boundedExp (t: Tensor) : Tensor =
        (t.clamp (high = (if t.dtype = Dtype.Float64 then 700.0 else 85.0))).exp()

    /// log(1 - exp t) for t ≤ 0.
    let complement (t: Tensor) : Tensor =
        let isNearZero = t.gt -0.6931471805599453
        let near = (-(dsharp.where (isNearZero, t, t.scalarLike -0.5)).expm1()).log()
        let far = (-(dsharp.where (isNearZero, t.scalarLike -1.0, t)).exp()).log1p()
        dsharp.where (isNearZero, near, far)

    /// log(a / b) for positive a and b. Near a = b the quotient would be rounded before its logarithm is taken.
    let ratio (a: Tensor) (b: Tensor) : Tensor =
        let excess = a - b
        let isNear = (excess.abs ()).lt(b * 0.5)
        let near = (dsharp.where (isNear, excess, excess.scalarLike 0.0) / b).log1p()
        dsharp.where (isNear, near, a.log () - b.log ())

    /// log(p / (1 - p)) for 0 < p < 1. Near p = 1/2 the two logarithms would cancel.
    let odds (p: Tensor) : Tensor =
        let excess = p * 2.0 - 1.0
        let isMiddle = (excess.abs ()).lt 0.5
        let middle = dsharp.where (isMiddle, excess, excess.scalarLike 0.0)
        dsharp.where (isMiddle, middle.log1p () - (-middle).log1p(), p.log () - (-p).log1p())
