// The beta distribution.
// Probabilities and shares.
namespace Functional

open Functional.Tensors

/// x^(concentration1 - 1) (1 - x)^(concentration0 - 1) / B(concentration1, concentration0) for 0 ≤ x ≤ 1, elementwise over the batch.
/// `concentration1` (α, of ones) and `concentration0` (β, of zeros) are positive; their shapes line up from the right.
/// Raises ArgumentException otherwise. Samples have exact pathwise gradients. With tiny concentrations most samples round to 0 or 1, where
/// the density has poles: SampleAndLogProb, which works from log(x/(1-x)), stays finite there and LogProb cannot.
[<Sealed>]
type Beta(concentration1: Tensor, concentration0: Tensor) =
    inherit
        Family("Beta", [ "concentration1", concentration1, Support.Positive; "concentration0", concentration0, Support.Positive ])

    let drawLogit (shape: Shape) : Tensor =
        Pathwise.logitBeta (concentration1.expand shape) (concentration0.expand shape)

    let total () : Tensor = concentration1 + concentration0

    new(concentration1: float, concentration0: float) = Beta(dsharp.scalar concentration1, dsharp.scalar concentration0)

    /// α.
    member _.Concentration1 = concentration1

    /// β.
    member _.Concentration0 = concentration0

    override _.Support = Support.UnitInterval
    override _.HasRSample = true

    override this.RDraw sampleShape =
        (drawLogit (Array.append sampleShape this.BatchShape)).sigmoid()

    override this.DrawAndLogDensity sampleShape =
        let logit = drawLogit (Array.append sampleShape this.BatchShape)
        logit.sigmoid (), Special.betaLogDensityOfLogit concentration1 concentration0 logit

    override this.LogDensity value =
        Density.inside this.Support value (Special.betaLogDensity concentration1 concentration0)

    override this.Entropy() =
        let formula (p: Tensor list) =
            let a, b = p[0], p[1]
            let poles = (a - 1.0) * a.digamma () + (b - 1.0) * b.digamma ()
            Special.logBeta a b - poles + (a + b - 2.0) * (a + b).digamma()

        this.Fill(Special.inDouble formula [ concentration1; concentration0 ])

    override this.Mean = this.Fill(concentration1 / total ())

    override this.Variance =
        let total = total ()
        this.Fill(concentration1 / total * (concentration0 / total) / (total + 1.0))

    /// (α - 1)/(α + β - 2), an end where the density rises towards only that one, 1/2 for the uniform density; NaN where it has poles at
    /// both ends.
    override this.Mode =
        let ones, zeros = (concentration1 - 1.0).clamp(low = 0.0), (concentration0 - 1.0).clamp(low = 0.0)
        let isFlat = (concentration1.eq 1.0).logicalAnd(concentration0.eq 1.0)
        let hasPole = (concentration1.lt 1.0).logicalOr(concentration0.lt 1.0)
        // With one concentration below 1 and the other at 1 nothing is left of either; the pole is where the smaller one is.
        let atPole = dsharp.where (concentration1.lt concentration0, ones.scalarLike 0.0, ones.scalarLike 1.0)
        let hasTwoPoles = (concentration1.lt 1.0).logicalAnd(concentration0.lt 1.0)
        let atPole = dsharp.where (hasTwoPoles, atPole.scalarLike nan, atPole)
        let inner = ones / dsharp.where (hasPole.logicalOr isFlat, ones.scalarLike 1.0, ones + zeros)
        let inner = dsharp.where (isFlat, inner.scalarLike 0.5, inner)
        this.Fill(dsharp.where (hasPole, atPole, inner))

    override _.Cdf value =
        Special.betainc concentration1 concentration0 value

    override _.Icdf probability =
        Special.betaincInverse concentration1 concentration0 probability

    override _.With parameters = Beta(parameters[0], parameters[1])

    interface IExponentialFamily with

        // t(x) = (log x, log(1 - x)).
        member this.NaturalForm =
            { Parameters = [ this.Fill concentration1 - 1.0, 0; this.Fill concentration0 - 1.0, 0 ]
              LogNormalizer = fun natural -> Special.logBeta (natural[0] + 1.0) (natural[1] + 1.0) }

        member _.BaseMeasure = []
