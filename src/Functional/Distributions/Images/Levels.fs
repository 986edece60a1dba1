// Grey values: equally spaced numbers from -1 to 1, and the mass that a logistic distribution puts around each.
// Used by DiscretizedLogistic and its mixture.
namespace Functional

open Functional.Tensors

module internal Levels =

    /// At least two.
    let check (family: string) (levels: int) =
        if levels < 2 then
            raise (Errors.Distribution.levels family levels)

    /// Half the distance between two levels.
    let private half (levels: int) = 1.0 / float (levels - 1)

    /// All levels, along a new first axis in front of so many others.
    let all (levels: int) (axes: int) (like: Tensor) : Tensor =
        Counting.upTo (levels - 1) axes like * (2.0 * half levels) - 1.0

    /// The nearest level.
    let round (levels: int) (value: Tensor) : Tensor =
        let index = ((value + 1.0) * (0.5 / half levels)).round().clamp(low = 0.0, high = float (levels - 1))
        index * (2.0 * half levels) - 1.0

    // log (1 - exp(-w)) for w > 0.
    let private logOneMinusExp (w: Tensor) =
        let isSmall = w.lt 0.7
        let small, large = dsharp.where (isSmall, w, w.scalarLike 1.0), dsharp.where (isSmall, w.scalarLike 1.0, w)
        dsharp.where (isSmall, (-(-small).expm1()).log(), (-(-large).exp()).log1p())

    /// log [σ(a) - σ(b)] with a = (x - location + half)/scale and b = (x - location - half)/scale; the first level takes the whole lower
    /// tail, the last one the upper. For a > b it is log σ(a) + log σ(-b) + log(1 - exp(b - a)), in which nothing cancels.
    let logMass (levels: int) (location: Tensor) (scale: Tensor) (value: Tensor) : Tensor =
        let half = half levels
        let isFirst, isLast = value.lt (half - 1.0), value.gt (1.0 - half)
        let zero = scale.scalarLike 0.0
        let distance = value - location
        let below = dsharp.where (isLast, zero, ((distance + half) / scale).logsigmoid())
        let above = dsharp.where (isFirst, zero, ((half - distance) / scale).logsigmoid())
        let width = dsharp.where (isFirst.logicalOr isLast, zero, logOneMinusExp (2.0 * half / scale))
        below + above + width

    /// P(X ≤ value).
    let cdf (levels: int) (location: Tensor) (scale: Tensor) (value: Tensor) : Tensor =
        let half = half levels
        // a level that rounding has put a little too low counts as reached
        let index = ((value + 1.0) * (0.5 / half) + 1e-3).floor()
        let reached = ((index * (2.0 * half) - 1.0 + half - location) / scale).sigmoid()
        let fromFirst = dsharp.where (index.lt 0.0, scale.scalarLike 0.0, reached)
        dsharp.where (index.ge (float (levels - 1)), scale.scalarLike 1.0, fromFirst)
