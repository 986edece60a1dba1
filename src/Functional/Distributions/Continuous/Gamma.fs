// The gamma distribution.
// Precisions, rates and waiting times.
namespace Functional

open Functional.Tensors

/// rate^concentration x^(concentration - 1) exp(-rate x) / Γ(concentration) for x ≥ 0, elementwise over the batch.
/// `concentration` (α) and `rate` (β) are positive; their shapes line up from the right. Raises ArgumentException otherwise.
/// Samples have exact pathwise gradients; the sampler is Marsaglia and Tsang's (2000). A sample that would underflow, as most do for a
/// concentration of 0.001, is the smallest normal number of its type.
[<Sealed>]
type Gamma(concentration: Tensor, rate: Tensor) =
    inherit Family("Gamma", [ "concentration", concentration, Support.Positive; "rate", rate, Support.Positive ])

    new(concentration: float, rate: float) = Gamma(dsharp.scalar concentration, dsharp.scalar rate)

    /// α.
    member _.Concentration = concentration

    /// β.
    member _.Rate = rate

    override _.Support = Support.NonNegative
    override _.HasRSample = true

    override this.RDraw sampleShape =
        let standard = Pathwise.gamma (concentration.expand (Array.append sampleShape this.BatchShape))
        (standard / rate).clamp(low = Special.smallest concentration.dtype)

    override this.LogDensity value =
        Density.inside this.Support value (fun x -> Special.gammaLogDensity concentration (x * rate) + rate.log ())

    override this.Entropy() =
        let formula (p: Tensor list) =
            let a, rate = p[0], p[1]
            a - rate.log () + a.lgamma () + (1.0 - a) * a.digamma ()

        this.Fill(Special.inDouble formula [ concentration; rate ])

    override this.Mean = this.Fill(concentration / rate)
    override this.Variance = this.Fill(concentration / rate / rate)

    /// (α - 1)/β, and 0 for α < 1, where the density has a pole.
    override this.Mode = this.Fill((concentration - 1.0).clamp(low = 0.0) / rate)

    override _.Cdf value =
        Special.gammainc concentration (value * rate)

    override _.Icdf probability =
        Special.gammaincInverse concentration probability / rate

    override _.With parameters = Gamma(parameters[0], parameters[1])

    interface IExponentialFamily with

        // t(x) = (log x, x).
        member this.NaturalForm =
            { Parameters = [ this.Fill concentration - 1.0, 0; -(this.Fill rate), 0 ]
              LogNormalizer = fun natural -> (natural[0] + 1.0).lgamma() - (natural[0] + 1.0) * (-natural[1]).log() }

        member _.BaseMeasure = []
