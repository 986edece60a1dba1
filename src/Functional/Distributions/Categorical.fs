// The categorical distribution, from logits or from probabilities.
// Class labels and mixture components.
namespace Functional

open Functional.Tensors

/// What a Categorical was made from.
[<RequireQualifiedAccess>]
type private Weighting =
    | Logits
    | Probabilities

/// p(k) = probabilities_k for k in 0..K-1; the last axis of the parameter holds the K categories, the axes before it are the batch.
/// Values are indices (Int64). It has no mean and no variance: its values are labels.
[<Sealed>]
type Categorical private (weighting: Weighting, name: string, parameter: Tensor, support: Support) =
    inherit Family("Categorical", [ name, parameter, Support.Elementwise(support, 1 - support.EventRank) ])

    let batchShape = Shapes.leading 1 parameter.shape
    let count = parameter.shape[parameter.dim - 1]

    do
        if count = 0 then
            raise (Errors.Distribution.lacks "Categorical" "categories" "its parameter's last axis has to hold at least one")

    /// From unnormalized log-probabilities along the last axis; -inf is a probability of zero.
    /// Raises ArgumentException for NaN and infinity.
    static member FromLogits(logits: Tensor) =
        Categorical(Weighting.Logits, "logits", logits, Support.LogWeight)

    /// From probabilities along the last axis. Raises ArgumentException when one is negative or they do not sum to one.
    static member FromProbabilities(probabilities: Tensor) =
        Categorical(Weighting.Probabilities, "probabilities", probabilities, Support.Simplex)

    /// The number of categories.
    member _.Count = count

    /// log p(k) along the last axis.
    member _.LogProbabilities =
        match weighting with
        | Weighting.Logits -> parameter.logsoftmax -1
        | Weighting.Probabilities -> parameter.log ()

    /// p(k) along the last axis.
    member _.Probabilities =
        match weighting with
        | Weighting.Logits -> parameter.softmax -1
        | Weighting.Probabilities -> parameter

    override _.Support = Support.Categories count

    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let rows = this.Probabilities.view [ -1; count ]
            let draws = max 1 (Shape.nelement sampleShape)
            let columns = rows.multinomial(draws, dtype = Dtype.Int64).transpose(0, 1)

            // libtorch refuses to draw nothing
            if Shape.nelement sampleShape = 0 then
                columns.zerosLike (Array.append sampleShape batchShape)
            else
                columns.view (Array.append sampleShape batchShape))

    override this.LogDensity value =
        let shape = if value.dim > batchShape.Length then value.shape else batchShape

        let pick (table: Tensor) =
            table.expand(Array.append shape [| count |]).gather(-1, value.expand(shape).unsqueeze -1).squeeze -1

        match weighting with
        | Weighting.Logits -> pick this.LogProbabilities
        // a probability of 0 that was not picked stays out of the logarithm, whose gradient there is not finite
        | Weighting.Probabilities -> (pick parameter).log()

    override this.Entropy() =
        let p = this.Probabilities
        let terms = dsharp.where (p.eq 0.0, p.scalarLike 0.0, p * this.LogProbabilities)
        -terms.sum -1

    override _.Mode = parameter.argmax -1

    override _.With parameters =
        match weighting with
        | Weighting.Logits -> Categorical.FromLogits parameters[0]
        | Weighting.Probabilities -> Categorical.FromProbabilities parameters[0]

    override _.EnumerateSupport() =
        let values = Array.append [| count |] (Array.create batchShape.Length 1)

        dsharp
            .arange(count, device = parameter.device, dtype = Dtype.Int64)
            .view(values)
            .expand(Array.append [| count |] batchShape)
