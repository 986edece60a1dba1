// The multinomial distribution: how often each category occurs among so many draws.
// Bags of words, histograms.
namespace Functional

open Functional.Tensors

/// p(x) = n! Π_k p_k^x_k / x_k! for vectors x of non-negative integers with Σ_k x_k = n; n is `total`, a non-negative integer for each
/// distribution, the last axis of the other parameter holds the K categories. Values are counts in the dtype of that parameter.
/// Entropy sums over 0..n, so it costs n K terms.
[<Sealed>]
type Multinomial private (total: Tensor, weighting: CategoricalOdds) =
    inherit Family("Multinomial", [ "total", total, Support.NonNegativeIntegers; weighting.Parameter "Multinomial" ])

    let count = weighting.Count
    let dtype = weighting.Tensor.dtype

    // Every vector of so many non-negative integers with that sum.
    let rec compositions (parts: int) (sum: int) : float list list =
        if parts = 1 then
            [ [ float sum ] ]
        else
            [ for first in 0..sum do
                  for rest in compositions (parts - 1) (sum - first) -> float first :: rest ]

    /// From unnormalized log-probabilities along the last axis; -inf is a probability of zero.
    /// Raises ArgumentException for NaN and infinity.
    static member FromLogits(total: Tensor, logits: Tensor) =
        Multinomial(total, CategoricalOdds.Logits logits)

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(total: int, logits: Tensor) =
        Multinomial(logits.scalarLike total, CategoricalOdds.Logits logits)

    /// From probabilities along the last axis. Raises ArgumentException when one is negative or they do not sum to one.
    static member FromProbabilities(total: Tensor, probabilities: Tensor) =
        Multinomial(total, CategoricalOdds.Probabilities probabilities)

    /// From probabilities along the last axis.
    static member FromProbabilities(total: int, probabilities: Tensor) =
        Multinomial(probabilities.scalarLike total, CategoricalOdds.Probabilities probabilities)

    /// n.
    member _.Total = total

    /// The number of categories.
    member _.Count = count

    /// p_k along the last axis.
    member _.Probabilities = weighting.Probability

    override _.EventShape = [| count |]
    override _.Support = Support.Counts total

    // One category after the other: a binomial share of what is left.
    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let shape = Array.append sampleShape this.BatchShape
            let p = weighting.Precise.Probability
            let remaining = p.flip([ -1 ]).cumsum(-1).flip([ -1 ])
            let share = (p / remaining.clamp (low = 1e-300)).clamp(high = 1.0)

            let next (left: Tensor) (category: int) =
                let drawn =
                    if category = count - 1 then
                        left
                    else
                        Counting.drawBinomial shape left (View.select -1 category share)

                drawn, left - drawn

            let counts, _ = List.mapFold next ((Counting.precise total).expand shape) [ 0 .. count - 1 ]
            (Tensor.stack (counts, -1)).cast dtype)

    override _.LogDensity value =
        let value, total = Counting.precise value, Counting.precise total

        (Counting.logFactorial total - (Counting.logFactorial value).sum -1 + weighting.Precise.Weigh value).cast dtype

    // n H(p) - log n! + Σ_k E[log x_k!], and x_k is binomial.
    override this.Entropy() =
        let exact = Counting.precise total
        let each = (exact.expand this.BatchShape).unsqueeze -1
        let p = weighting.Precise.Probability

        let binomial =
            Validation.off (fun () -> Binomial.FromProbabilities(each.expand (Array.append this.BatchShape [| count |]), p))

        let logFactorials =
            Counting.sumUpTo binomial.BatchShape each Dtype.Float64 (fun counts ->
                (binomial.LogDensity counts).exp() * Counting.logFactorial counts)

        (this.FillBatch(exact * weighting.Precise.Entropy() - Counting.logFactorial exact) + logFactorials.sum -1).cast dtype

    override this.Mean = this.Fill(total.unsqueeze -1 * weighting.Probability)

    override this.Variance = this.Fill(total.unsqueeze -1 * weighting.Probability * (1.0 - weighting.Probability))

    override _.With parameters =
        Multinomial(parameters[0], weighting.With parameters[1])

    override this.EnumerateSupport() =
        let values = compositions count (Counting.commonTotal "Multinomial" total)
        let axes = Array.concat [ [| values.Length |]; Array.create this.BatchShape.Length 1; [| count |] ]
        (weighting.Tensor.like values).view(axes).expand(Array.concat [ [| values.Length |]; this.BatchShape; [| count |] ])

    interface IExponentialFamily with
        member _.NaturalForm =
            { Parameters = [ weighting.LogProbability, 1 ]
              LogNormalizer = fun parameters -> total * parameters[0].logsumexp -1 }

        member _.BaseMeasure = [ total ]
