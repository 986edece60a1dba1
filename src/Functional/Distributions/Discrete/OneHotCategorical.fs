// The categorical distribution over one-hot vectors.
// Where a category enters arithmetic: discrete codes, class-conditional decoders, relaxations.
namespace Functional

open Functional.Tensors

/// p(e_k) = probabilities_k for the unit vectors e_0..e_{K-1}; the last axis of the parameter holds the K categories, the axes before it
/// are the batch. Values are vectors with a one and zeros in the dtype of the parameter.
[<Sealed>]
type OneHotCategorical internal (weighting: CategoricalOdds) =
    inherit Family("OneHotCategorical", [ weighting.Parameter "OneHotCategorical" ])

    let count = weighting.Count

    /// From unnormalized log-probabilities along the last axis; -inf is a probability of zero.
    /// Raises ArgumentException for NaN and infinity.
    static member FromLogits(logits: Tensor) =
        OneHotCategorical(CategoricalOdds.Logits logits)

    /// From probabilities along the last axis. Raises ArgumentException when one is negative or they do not sum to one.
    static member FromProbabilities(probabilities: Tensor) =
        OneHotCategorical(CategoricalOdds.Probabilities probabilities)

    /// The number of categories.
    member _.Count = count

    /// log p(e_k) along the last axis.
    member _.LogProbabilities = weighting.LogProbability

    /// p(e_k) along the last axis.
    member _.Probabilities = weighting.Probability

    override _.EventShape = [| count |]
    override _.Support = Support.OneHot

    override _.Draw sampleShape =
        weighting.OneHot(weighting.Draw sampleShape)

    override _.LogDensity value = weighting.Weigh value
    override _.Entropy() = weighting.Entropy()
    override _.Mean = weighting.Probability
    override _.Variance = weighting.Probability * (1.0 - weighting.Probability)
    override _.Mode = weighting.OneHot(weighting.Tensor.argmax -1)

    override _.With parameters =
        OneHotCategorical(weighting.With parameters[0])

    override this.EnumerateSupport() =
        let labels = weighting.Tensor.arangeLike (count, dtype = Dtype.Int64)

        weighting.OneHot(
            (Counting.upTo (count - 1) this.BatchShape.Length labels).expand(Array.append [| count |] this.BatchShape)
        )

    interface IExponentialFamily with
        member _.NaturalForm =
            { Parameters = [ weighting.LogProbability, 1 ]
              LogNormalizer = fun parameters -> parameters[0].logsumexp -1 }

        member _.BaseMeasure = []
