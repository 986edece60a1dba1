// The exponential distribution.
// Waiting times, and priors of positive quantities with nothing known but their size.
namespace Functional

open Functional.Tensors

/// rate exp(-rate x) for x ≥ 0, elementwise over the batch; `rate` (λ) is positive. Raises ArgumentException otherwise.
[<Sealed>]
type Exponential(rate: Tensor) =
    inherit Family("Exponential", [ "rate", rate, Support.Positive ])

    new(rate: float) = Exponential(dsharp.scalar rate)

    /// λ.
    member _.Rate = rate

    override _.Support = Support.NonNegative
    override _.HasRSample = true

    override this.RDraw sampleShape =
        Noise.exponential rate (Array.append sampleShape this.BatchShape) / rate

    override this.LogDensity value =
        Density.inside this.Support value (fun x -> rate.log () - rate * x)

    override _.Entropy() = 1.0 - rate.log ()
    override _.Mean = 1.0 / rate
    override _.Variance = 1.0 / rate.square ()
    override _.Mode = rate.zerosLike ()

    override this.Cdf value =
        Density.below this.Support value (fun x -> -(-rate * x).expm1())

    override _.Icdf probability = -(-probability).log1p() / rate
    override _.With parameters = Exponential parameters[0]

    interface IExponentialFamily with

        // t(x) = x.
        member _.NaturalForm =
            { Parameters = [ -rate, 0 ]
              LogNormalizer = fun natural -> -(-natural[0]).log() }

        member _.BaseMeasure = []
