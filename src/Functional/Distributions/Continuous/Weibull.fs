// The Weibull distribution: a power of an exponential number.
// Lifetimes; and a posterior of Gamma-distributed latents that has pathwise gradients in closed form.
namespace Functional

open Functional.Tensors

/// concentration/scale (x/scale)^(concentration - 1) exp(-(x/scale)^concentration) for x > 0, elementwise over the batch.
/// `scale` (λ) and `concentration` (k) are positive. Raises ArgumentException otherwise. The mode is 0 where k ≤ 1.
[<Sealed>]
type Weibull(scale: Tensor, concentration: Tensor) =
    inherit Family("Weibull", [ "scale", scale, Support.Positive; "concentration", concentration, Support.Positive ])

    // Euler's constant.
    static let gamma = 0.5772156649015329

    // log (x/λ)ᵏ
    let logPower (value: Tensor) =
        concentration * Logarithms.ratio value scale

    let quantile (exponential: Tensor) =
        scale * (exponential.log () / concentration).exp()

    // log E[(x/λ)ⁿ]
    let logMoment (n: float) : Tensor = (n / concentration + 1.0).lgamma()

    new(scale: float, concentration: float) = Weibull(dsharp.scalar scale, dsharp.scalar concentration)

    /// λ.
    member _.Scale = scale

    /// k.
    member _.Concentration = concentration

    override _.Support = Support.Positive
    override _.HasRSample = true

    override this.RDraw sampleShape =
        quantile (Noise.exponential scale (Array.append sampleShape this.BatchShape))

    override this.LogDensity value =
        Density.inside this.Support value (fun x ->
            let logPower = logPower x
            logPower - Logarithms.boundedExp logPower + concentration.log () - x.log ())

    override this.Entropy() =
        this.Fill(scale.log () - concentration.log () + (1.0 - 1.0 / concentration) * gamma + 1.0)

    override this.Mean = this.Fill(scale * (logMoment 1.0).exp())

    override this.Variance =
        let first = logMoment 1.0 * 2.0
        this.Fill(scale.square () * first.exp () * (logMoment 2.0 - first).expm1())

    override this.Mode =
        let hasPeak = concentration.gt 1.0
        let safe = dsharp.where (hasPeak, concentration, concentration.scalarLike 2.0)
        let peak = ((-1.0 / safe).log1p() / safe).exp()
        this.Fill(scale * dsharp.where (hasPeak, peak, peak.scalarLike 0.0))

    override this.Cdf value =
        Density.below this.Support value (fun x -> -(-(logPower x).exp()).expm1())

    override _.Icdf probability = quantile (-(-probability).log1p())
    override _.With parameters = Weibull(parameters[0], parameters[1])
