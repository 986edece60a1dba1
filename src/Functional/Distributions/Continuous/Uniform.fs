// The uniform distribution on an interval.
// Noise, and priors of bounded quantities.
namespace Functional

open Functional.Tensors

/// 1/(high - low) between `low` and `high`, elementwise over the batch; low < high. Raises ArgumentException otherwise.
[<Sealed>]
type Uniform(low: Tensor, high: Tensor) =
    inherit Family("Uniform", [ "low", low, Support.Real; "high", high, Support.Real ])

    let width () : Tensor = high - low
    do Validation.parameter "Uniform" "high - low" Support.Positive (width ())

    new(low: float, high: float) = Uniform(dsharp.scalar low, dsharp.scalar high)

    /// The lower bound.
    member _.Low = low

    /// The upper bound.
    member _.High = high

    override _.Support = Support.Interval(low, high)
    override _.HasRSample = true

    override this.RDraw sampleShape =
        let width = width ()
        low + width * width.randLike (Array.append sampleShape this.BatchShape)

    override _.LogDensity value =
        let inside = (value.ge low).logicalAnd(value.le high)
        dsharp.where (inside, -(width ()).log(), low.scalarLike -infinity)

    override this.Entropy() = this.Fill((width ()).log())
    override this.Mean = this.Fill((low + high) / 2.0)
    override this.Variance = this.Fill((width ()).square() / 12.0)
    override this.Mode = this.Fill low

    override _.Cdf value =
        ((value - low) / width ()).clamp(low = 0.0, high = 1.0)

    override _.Icdf probability = low + width () * probability

    override _.With parameters = Uniform(parameters[0], parameters[1])
