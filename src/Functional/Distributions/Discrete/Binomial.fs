// The binomial distribution, from logits or from probabilities.
// Numbers of successes: grey values as counts, votes, binary units summed.
namespace Functional

open Functional.Tensors

/// p(k) = n! / (k! (n - k)!) p^k (1 - p)^(n - k) for k = 0..n, elementwise over the batch; n is `total`, a non-negative integer, p the
/// probability of a success. Values are counts in the dtype of the probabilities. Entropy sums over all values, so it costs n terms.
[<Sealed>]
type Binomial private (total: Tensor, odds: Odds) =
    inherit Family("Binomial", [ "total", total, Support.NonNegativeIntegers; odds.Parameter ])

    let dtype = odds.Tensor.dtype

    let logDensity (value: Tensor) =
        let value, total = Counting.precise value, Counting.precise total
        Counting.logChoose total value + odds.Precise.Weigh(value, total - value)

    /// From log-odds of a success. Raises ArgumentException when one is not finite.
    static member FromLogits(total: Tensor, logits: Tensor) = Binomial(total, Odds.Logits logits)

    /// From log-odds of a success.
    static member FromLogits(total: int, logits: Tensor) =
        Binomial(logits.scalarLike total, Odds.Logits logits)

    /// From probabilities of a success. Raises ArgumentException outside [0, 1].
    static member FromProbabilities(total: Tensor, probabilities: Tensor) =
        Binomial(total, Odds.Probabilities probabilities)

    /// From probabilities of a success.
    static member FromProbabilities(total: int, probabilities: Tensor) =
        Binomial(probabilities.scalarLike total, Odds.Probabilities probabilities)

    /// n.
    member _.Total = total

    /// p.
    member _.Probability = odds.Probability

    /// 1 - p, exact where p is close to 1.
    member _.Complement = odds.Complement

    override _.Support = Support.Integers(total.zerosLike [], total)

    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let shape = Array.append sampleShape this.BatchShape
            (Counting.drawBinomial shape total odds.Precise.Probability).cast dtype)

    override _.LogDensity value = (logDensity value).cast dtype

    override this.Entropy() =
        (Counting.sumUpTo this.BatchShape total Dtype.Float64 (logDensity >> Counting.surprise)).cast dtype

    override this.Mean = this.Fill(total * odds.Probability)
    override this.Variance = this.Fill(total * odds.Probability * odds.Complement)
    override this.Mode = this.Fill(((total + 1.0) * odds.Probability).floor().min(total))

    // I_(1-p)(n - k, k + 1) for k < n
    override _.Cdf value =
        Counting.cdf (Some total) value (fun count ->
            Special.betainc ((total - count).clamp(low = 1.0)) (count + 1.0) odds.Complement)

    override _.With parameters =
        Binomial(parameters[0], odds.With parameters[1])

    override this.EnumerateSupport() =
        Counting.commonTotal "Binomial" total |> ignore
        (fst (Counting.grid this.BatchShape total dtype))

    interface IExponentialFamily with
        member _.NaturalForm =
            { Parameters = [ odds.LogOdds, 0 ]
              LogNormalizer = fun parameters -> total * parameters[0].softplus() }

        member _.BaseMeasure = [ total ]
