// Grey values: equally spaced numbers from -1 to 1, and the mass that a logistic distribution puts around each.
// Used by DiscretizedLogistic and its mixture.
namespace Functional

open Functional.Tensors

module internal Levels =

    /// At least two.
    let check (family: string) (levels: int) =
        if levels < 2 then
            raise (Errors.Distribution.levels family levels)

    /// Level number 0..levels-1, which is rounded no more than a division rounds.
    let private ofIndex (levels: int) (index: Tensor) : Tensor =
        (index * 2.0 - float (levels - 1)) / float (levels - 1)

    // Both edges of a level are those of its neighbours, exactly, so that the masses of all sum to one at any scale.
    let private upperEdge (levels: int) (index: Tensor) : Tensor =
        (index * 2.0 - float (levels - 2)) / float (levels - 1)

    let private position (levels: int) (value: Tensor) : Tensor =
        (value + 1.0) * (float (levels - 1) / 2.0)

    /// The nearest level.
    let round (levels: int) (value: Tensor) : Tensor =
        ofIndex levels ((position levels value).round().clamp(low = 0.0, high = float (levels - 1)))

    /// log [σ(a) - σ(b)], where a and b are the upper and lower edge of the level less the location, over the scale; the first level takes the
    /// whole lower tail, the last one the upper. For a > b it is log σ(a) + log σ(-b) + log(1 - exp(b - a)), in which nothing cancels.
    let logMass (levels: int) (location: Tensor) (scale: Tensor) (value: Tensor) : Tensor =
        let index = (position levels value).round()
        let isFirst, isLast = index.lt 0.5, index.gt (float levels - 1.5)
        let zero = scale.scalarLike 0.0
        let below = ((upperEdge levels index - location) / scale).logsigmoid()
        let above = ((location - upperEdge levels (index - 1.0)) / scale).logsigmoid()
        let width = Logarithms.complement (-2.0 / float (levels - 1) / scale)

        dsharp.where (isLast, zero, below)
        + dsharp.where (isFirst, zero, above)
        + dsharp.where (isFirst.logicalOr isLast, zero, width)

    /// P(X ≤ value).
    let cdf (levels: int) (location: Tensor) (scale: Tensor) (value: Tensor) : Tensor =
        // a level that rounding has put a little too low counts as reached
        let index = (position levels value + 1e-3).floor()
        let reached = ((upperEdge levels index - location) / scale).sigmoid()
        let fromFirst = dsharp.where (index.lt 0.0, scale.scalarLike 0.0, reached)
        dsharp.where (index.ge (float (levels - 1)), scale.scalarLike 1.0, fromFirst)

    /// All levels, once for each distribution of a batch, of shape levels + batch.
    let all (levels: int) (batch: Shape) (like: Tensor) : Tensor =
        (ofIndex levels (Counting.upTo (levels - 1) batch.Length like)).expand(Array.append [| levels |] batch)

    // ---- sums over all levels ----

    let mean (values: Tensor) (logMass: Tensor) : Tensor = (values * logMass.exp ()).sum 0

    let variance (values: Tensor) (logMass: Tensor) : Tensor =
        ((values - mean values logMass).square() * logMass.exp ()).sum 0

    let mode (values: Tensor) (logMass: Tensor) : Tensor =
        ofIndex values.shape[0] ((logMass.argmax 0).cast values.dtype)

    let entropy (_: Tensor) (logMass: Tensor) : Tensor = (Counting.surprise logMass).sum 0
