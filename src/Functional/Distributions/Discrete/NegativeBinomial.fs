// The negative binomial distribution, from logits or from probabilities.
// Overdispersed counts: expression levels, reads, accidents.
namespace Functional

open Functional.Tensors

/// p(k) = Γ(k + r) / (k! Γ(r)) (1 - p)^r p^k for k = 0, 1, ..., elementwise over the batch: the number of successes, of probability
/// 0 ≤ p < 1 each, before the r-th failure (the convention of torch; others swap p and 1 - p). r is `total`, positive and not necessarily
/// an integer. It is a Poisson whose rate is gamma distributed, with concentration r and rate (1 - p)/p; the mean is r p / (1 - p).
[<Sealed>]
type NegativeBinomial private (total: Tensor, odds: Odds) =
    inherit Family("NegativeBinomial", [ "total", total, Support.Positive; odds.Parameter ])

    do odds.NotAlways "NegativeBinomial"

    let dtype = odds.Tensor.dtype

    /// From log-odds of a success. Raises ArgumentException when one is not finite.
    static member FromLogits(total: Tensor, logits: Tensor) =
        NegativeBinomial(total, Odds.Logits logits)

    /// From log-odds of a success.
    static member FromLogits(total: float, logits: Tensor) =
        NegativeBinomial(logits.scalarLike total, Odds.Logits logits)

    /// From probabilities of a success. Raises ArgumentException outside [0, 1).
    static member FromProbabilities(total: Tensor, probabilities: Tensor) =
        NegativeBinomial(total, Odds.Probabilities probabilities)

    /// From probabilities of a success.
    static member FromProbabilities(total: float, probabilities: Tensor) =
        NegativeBinomial(probabilities.scalarLike total, Odds.Probabilities probabilities)

    /// r.
    member _.Total = total

    /// p.
    member _.Probability = odds.Probability

    /// 1 - p, exact where p is close to 1.
    member _.Complement = odds.Complement

    override _.Support = Support.NonNegativeIntegers

    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let shape = Array.append sampleShape this.BatchShape
            let gamma = Counting.drawGamma ((Counting.precise total).expand shape)
            (Counting.drawPoisson (gamma * odds.Precise.Ratio)).cast dtype)

    override _.LogDensity value =
        let value, total = Counting.precise value, Counting.precise total
        let coefficient = (value + total).lgamma() - total.lgamma () - Counting.logFactorial value
        (coefficient + odds.Precise.Weigh(value, total)).cast dtype

    override this.Mean = this.Fill(total * odds.Ratio)
    override this.Variance = this.Fill(total * odds.Ratio / odds.Complement)
    override this.Mode = this.Fill(((total - 1.0).clamp(low = 0.0) * odds.Ratio).floor())


    // I_(1-p)(r, k + 1)
    override _.Cdf value =
        Counting.cdf None value (fun count -> Special.betainc total (count + 1.0) odds.Complement)

    override _.With parameters =
        NegativeBinomial(parameters[0], odds.With parameters[1])

    interface IExponentialFamily with
        member _.NaturalForm =
            { Parameters = [ odds.LogProbability, 0 ]
              LogNormalizer = fun parameters -> -total * (-parameters[0].expm1()).log() }

        member _.BaseMeasure = [ total ]
