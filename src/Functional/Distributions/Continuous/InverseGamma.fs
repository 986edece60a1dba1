// The inverse gamma distribution.
// Variances, as the conjugate prior of a Gaussian's.
namespace Functional

open Functional.Tensors

/// rate^concentration x^(-concentration - 1) exp(-rate/x) / Γ(concentration) for x > 0, elementwise over the batch: that of 1/G for
/// G ~ Gamma(concentration, rate). `concentration` (α) and `rate` (β, which scales x) are positive; their shapes line up from the right.
/// Raises ArgumentException otherwise. The mean is infinite for α ≤ 1, the variance for α ≤ 2.
[<Sealed>]
type InverseGamma(concentration: Tensor, rate: Tensor) =
    inherit Family("InverseGamma", [ "concentration", concentration, Support.Positive; "rate", rate, Support.Positive ])

    // The formula where the concentration exceeds a bound, infinity elsewhere; it sees only concentrations above.
    let above (bound: float) (formula: Tensor -> Tensor) : Tensor =
        let exists = concentration.gt bound
        let found: Tensor = formula (dsharp.where (exists, concentration, concentration.scalarLike (bound + 1.0)))
        dsharp.where (exists, found, found.scalarLike infinity)

    new(concentration: float, rate: float) = InverseGamma(dsharp.scalar concentration, dsharp.scalar rate)

    /// α.
    member _.Concentration = concentration

    /// β.
    member _.Rate = rate

    override _.Support = Support.Positive
    override _.HasRSample = true

    override this.RDraw sampleShape =
        let logGamma = Pathwise.logGamma (concentration.expand (Array.append sampleShape this.BatchShape))
        (Special.boundedExp (rate.log () - logGamma)).clamp(low = Special.smallest concentration.dtype)

    override this.LogDensity value =
        Density.inside this.Support value (fun x ->
            Special.gammaLogDensity concentration (rate / x) + rate.log () - x.log () * 2.0)

    override this.Entropy() =
        let formula (p: Tensor list) =
            let a, rate = p[0], p[1]
            a + rate.log () + a.lgamma () - (1.0 + a) * a.digamma ()

        this.Fill(Special.inDouble formula [ concentration; rate ])

    /// β/(α - 1), infinite for α ≤ 1.
    override this.Mean = this.Fill(above 1.0 (fun a -> rate / (a - 1.0)))

    /// β²/((α - 1)² (α - 2)), infinite for α ≤ 2.
    override this.Variance = this.Fill(above 2.0 (fun a -> (rate / (a - 1.0)).square() / (a - 2.0)))

    override this.Mode = this.Fill(rate / (concentration + 1.0))

    override this.Cdf value =
        let holds = value.gt 0.0
        let share = Special.gammaincc concentration (rate / dsharp.where (holds, value, value.scalarLike 1.0))
        dsharp.where (holds, share, share.scalarLike 0.0)

    override _.Icdf probability =
        rate / Special.gammainccInverse concentration probability

    override _.With parameters =
        InverseGamma(parameters[0], parameters[1])

    interface IExponentialFamily with

        // t(x) = (log x, 1/x).
        member this.NaturalForm =
            { Parameters = [ -(this.Fill concentration) - 1.0, 0; -(this.Fill rate), 0 ]
              LogNormalizer = fun natural -> (-natural[0] - 1.0).lgamma() + (natural[0] + 1.0) * (-natural[1]).log() }

        member _.BaseMeasure = []
