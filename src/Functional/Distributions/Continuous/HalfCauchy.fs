// The distribution of the absolute value of a centred Cauchy number.
// Priors of scales that leave room for large ones: horseshoes, hierarchical models.
namespace Functional

open System
open Functional.Tensors

/// 2 / (π scale (1 + (x/scale)²)) for x ≥ 0, elementwise over the batch; `scale` (γ) is positive. Raises ArgumentException otherwise.
/// The mean is infinite, and the variance not defined: NaN.
[<Sealed>]
type HalfCauchy(scale: Tensor) =
    inherit Family("HalfCauchy", [ "scale", scale, Support.Positive ])

    // tan(π p / 2), above the middle as 1 / tan(π (1 - p) / 2): each is exact towards its own end
    let quantile (probability: Tensor) =
        let isLow = probability.lt 0.5
        let tangent = (dsharp.where (isLow, probability, 1.0 - probability) * (Math.PI / 2.0)).tan()
        scale * dsharp.where (isLow, tangent, 1.0 / tangent)

    new(scale: float) = HalfCauchy(dsharp.scalar scale)

    /// γ.
    member _.Scale = scale

    override _.Support = Support.NonNegative
    override _.HasRSample = true

    override this.RDraw sampleShape =
        quantile (Noise.unit scale (Array.append sampleShape this.BatchShape))

    override this.LogDensity value =
        Density.inside this.Support value (fun x -> -(x / scale).square().log1p() - scale.log () + log (2.0 / Math.PI))

    override _.Entropy() = scale.log () + log (2.0 * Math.PI)
    override _.Mean = scale.fullLike infinity
    override _.Variance = scale.fullLike nan
    override _.Mode = scale.zerosLike ()

    override this.Cdf value =
        Density.below this.Support value (fun x -> (x / scale).atan() * (2.0 / Math.PI))

    override _.Icdf probability = quantile probability
    override _.With parameters = HalfCauchy parameters[0]
