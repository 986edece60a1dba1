// The categorical distribution, from logits or from probabilities.
// Class labels and mixture components.
namespace Functional

open Functional.Tensors

/// p(k) = probabilities_k for k in 0..K-1; the last axis of the parameter holds the K categories, the axes before it are the batch.
/// Values are indices (Int64). It has no mean and no variance: its values are labels.
[<Sealed>]
type Categorical private (weighting: CategoricalOdds) =
    inherit Family("Categorical", [ weighting.Parameter "Categorical" ])

    let count = weighting.Count

    /// From unnormalized log-probabilities along the last axis; -inf is a probability of zero.
    /// Raises ArgumentException for NaN and infinity.
    static member FromLogits(logits: Tensor) =
        Categorical(CategoricalOdds.Logits logits)

    /// From probabilities along the last axis. Raises ArgumentException when one is negative or they do not sum to one.
    static member FromProbabilities(probabilities: Tensor) =
        Categorical(CategoricalOdds.Probabilities probabilities)

    /// The number of categories.
    member _.Count = count

    /// log p(k) along the last axis.
    member _.LogProbabilities = weighting.LogProbability

    /// p(k) along the last axis.
    member _.Probabilities = weighting.Probability

    override _.Support = Support.Categories count
    override _.Draw sampleShape = weighting.Draw sampleShape

    override this.LogDensity value =
        let shape = if value.dim > this.BatchShape.Length then value.shape else this.BatchShape

        let pick (table: Tensor) =
            table.expand(Array.append shape [| count |]).gather(-1, value.expand(shape).unsqueeze -1).squeeze -1

        match weighting with
        | CategoricalOdds.Logits _ -> pick weighting.LogProbability
        // a probability of 0 that was not picked stays out of the logarithm, whose gradient there is not finite
        | CategoricalOdds.Probabilities p -> (pick p).log()

    override _.Entropy() = weighting.Entropy()
    override _.Mode = weighting.Tensor.argmax -1

    override _.With parameters =
        Categorical(weighting.With parameters[0])

    override this.EnumerateSupport() =
        let labels = weighting.Tensor.arangeLike (count, dtype = Dtype.Int64)
        (Counting.upTo (count - 1) this.BatchShape.Length labels).expand(Array.append [| count |] this.BatchShape)
