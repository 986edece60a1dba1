// The distribution of the absolute value of a centred normal number.
// Priors of scales, and of errors whose sign does not matter.
namespace Functional

open System
open Functional.Tensors

/// √(2/π)/scale exp(-(x/scale)²/2) for x ≥ 0, elementwise over the batch; `scale` (σ) is positive. Raises ArgumentException otherwise.
/// `scale` is the standard deviation of the normal number, not of its absolute value.
[<Sealed>]
type HalfNormal(scale: Tensor) =
    inherit Family("HalfNormal", [ "scale", scale, Support.Positive ])

    new(scale: float) = HalfNormal(dsharp.scalar scale)

    /// σ.
    member _.Scale = scale

    override _.Support = Support.NonNegative
    override _.HasRSample = true

    override this.RDraw sampleShape =
        scale * (scale.randnLike (Array.append sampleShape this.BatchShape)).abs()

    override this.LogDensity value =
        Density.inside this.Support value (fun x -> Gaussian.logDensity (x / scale) + log 2.0 - scale.log ())

    override _.Entropy() =
        scale.log () + (0.5 + 0.5 * log (Math.PI / 2.0))

    override _.Mean = scale * sqrt (2.0 / Math.PI)
    override _.Variance = scale.square () * (1.0 - 2.0 / Math.PI)
    override _.Mode = scale.zerosLike ()

    override this.Cdf value =
        Density.below this.Support value (fun x -> (x / scale * sqrt 0.5).erf())

    override _.Icdf probability =
        scale * probability.erfinv () * sqrt 2.0

    override _.With parameters = HalfNormal parameters[0]

    interface IExponentialFamily with

        // t(x) = x².
        member _.NaturalForm =
            { Parameters = [ -0.5 / scale.square (), 0 ]
              LogNormalizer = fun natural -> (-natural[0]).log() * -0.5 }

        member _.BaseMeasure = []
