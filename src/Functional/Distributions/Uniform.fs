// The uniform distribution on an interval.
// Noise, and priors of bounded quantities.
namespace Functional

open Functional.Tensors

/// 1/(high - low) between `low` and `high`, elementwise over the batch; low < high. Raises ArgumentException otherwise.
[<Sealed>]
type Uniform(low: Tensor, high: Tensor) =
    inherit Distribution()

    let batchShape = Shapes.ofParameters "Uniform" ("low", low) ("high", high)
    let width = high - low

    do
        Validation.real "Uniform" "low" low
        Validation.real "Uniform" "high" high
        Validation.positive "Uniform" "high - low" width

    let fill (value: Tensor) = value.expand batchShape

    new(low: float, high: float) = Uniform(dsharp.scalar low, dsharp.scalar high)

    /// The lower bound.
    member _.Low = low

    /// The upper bound.
    member _.High = high

    override _.Name = "Uniform"
    override _.BatchShape = batchShape
    override _.EventShape = [||]
    override _.Support = Support.Interval(low, high)
    override _.Parameters = [ "low", low; "high", high ]
    override _.HasRSample = true

    override _.RDraw sampleShape =
        low + width * width.randLike (Array.append sampleShape batchShape)

    override _.LogDensity value =
        let inside = (value.ge low).logicalAnd(value.le high)
        dsharp.where (inside, -width.log(), width.scalarLike -infinity)

    override _.Entropy() = fill (width.log ())
    override _.Mean = fill ((low + high) / 2.0)
    override _.Variance = fill (width.square () / 12.0)
    override _.Mode = fill low

    override _.Cdf value =
        ((value - low) / width).clamp(low = 0.0, high = 1.0)

    override _.Icdf probability = low + width * probability

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand this.Name batchShape shape)

        Validation.off (fun () -> Uniform(low.expand shape, high.expand shape))
