// The chi-squared distribution.
// Sums of squares of standard normal variables, and tests of goodness of fit.
namespace Functional

open Functional.Tensors

/// x^(k/2 - 1) exp(-x/2) / (2^(k/2) Γ(k/2)) for x ≥ 0, elementwise over the batch: Gamma(k/2, 1/2).
/// `degreesOfFreedom` (k) is positive. Raises ArgumentException otherwise.
[<Sealed>]
type Chi2(degreesOfFreedom: Tensor) =
    inherit Family("Chi2", [ "degreesOfFreedom", degreesOfFreedom, Support.Positive ])

    let gamma () =
        Validation.off (fun () -> Gamma(degreesOfFreedom / 2.0, degreesOfFreedom.scalarLike 0.5))

    new(degreesOfFreedom: float) = Chi2(dsharp.scalar degreesOfFreedom)

    /// k.
    member _.DegreesOfFreedom = degreesOfFreedom

    override _.Support = Support.NonNegative
    override _.HasRSample = true
    override _.RDraw sampleShape = (gamma ()).RDraw sampleShape
    override _.LogDensity value = (gamma ()).LogDensity value
    override _.Entropy() = (gamma ()).Entropy()
    override _.Mean = degreesOfFreedom
    override _.Variance = degreesOfFreedom * 2.0
    override _.Mode = (gamma ()).Mode
    override _.Cdf value = (gamma ()).Cdf value
    override _.Icdf probability = (gamma ()).Icdf probability
    override _.With parameters = Chi2 parameters[0]

    interface IExponentialFamily with

        // t(x) = log x.
        member _.NaturalForm =
            { Parameters = [ degreesOfFreedom / 2.0 - 1.0, 0 ]
              LogNormalizer = fun natural -> (natural[0] + 1.0).lgamma() + (natural[0] + 1.0) * log 2.0 }

        member _.BaseMeasure = []
