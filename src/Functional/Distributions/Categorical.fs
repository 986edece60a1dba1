// The categorical distribution, from logits or from probabilities.
// Class labels and mixture components.
namespace Functional

open Functional.Tensors

/// p(k) = probabilities_k for k in 0..K-1; the last axis of the parameter holds the K categories, the axes before it are the batch.
/// Values are indices (Int64). It has no mean and no variance: its values are labels.
[<Sealed>]
type Categorical private (parameterName: string, parameter: Tensor, logProbabilities: Tensor Lazy) =
    inherit Distribution()

    let batchShape = Array.truncate (parameter.dim - 1) parameter.shape
    let count = parameter.shape[parameter.dim - 1]
    let probabilities = lazy logProbabilities.Value.exp ()

    let check (value: Tensor) =
        Validation.check
            (Support.Categories count).Contains
            (fun found -> Errors.Distribution.outside "Categorical" $"an integer from 0 to {count - 1}" found "")
            value

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(logits: Tensor) =
        Categorical.CheckCategories logits
        Categorical("logits", logits, lazy logits.logsoftmax -1)

    /// From probabilities along the last axis. Raises ArgumentException when one is negative or they do not sum to one.
    static member FromProbabilities(probabilities: Tensor) =
        Categorical.CheckCategories probabilities

        Validation.check
            (fun p -> p.ge 0.0)
            (Errors.Distribution.invalid "Categorical" "probabilities" "non-negative")
            probabilities

        Validation.check
            (fun sum -> ((sum - 1.0).abs ()).le 1e-5)
            (Errors.Distribution.invalid "Categorical" "the sum of probabilities" "one (to 1e-5)")
            (probabilities.sum -1)

        Categorical("probabilities", probabilities, lazy probabilities.log ())

    static member private CheckCategories(parameter: Tensor) =
        if parameter.dim = 0 || parameter.shape[parameter.dim - 1] = 0 then
            raise (Errors.Distribution.lacks "Categorical" "categories" "its parameter's last axis has to hold at least one")

    /// The number of categories.
    member _.Count = count

    /// log p(k) along the last axis.
    member _.LogProbabilities = logProbabilities.Value

    /// p(k) along the last axis.
    member _.Probabilities = probabilities.Value

    override _.Name = "Categorical"
    override _.BatchShape = batchShape
    override _.EventShape = [||]
    override _.Support = Support.Categories count
    override _.Parameters = [ parameterName, parameter ]

    override _.Draw sampleShape =
        Gradient.off (fun () ->
            let rows = probabilities.Value.view [ -1; count ]
            let draws = rows.multinomial (Shape.nelement sampleShape, dtype = Dtype.Int64)
            draws.transpose(0, 1).view (Array.append sampleShape batchShape))

    override _.LogDensity value =
        check value
        let shape = if value.dim > batchShape.Length then value.shape else batchShape
        let table = logProbabilities.Value.expand (Array.append shape [| count |])
        table.gather(-1, value.expand(shape).unsqueeze -1).squeeze -1

    override this.Entropy() =
        let p = this.Probabilities
        let terms = dsharp.where (p.eq 0.0, p.scalarLike 0.0, p * this.LogProbabilities)
        -terms.sum -1

    override _.Mode = logProbabilities.Value.argmax -1

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand this.Name batchShape shape)

        let wide (t: Tensor) = t.expand (Array.append shape [| count |])
        Categorical(parameterName, wide parameter, lazy wide logProbabilities.Value)

    override _.EnumerateSupport() =
        let values = Array.append [| count |] (Array.create batchShape.Length 1)

        dsharp
            .arange(count, device = parameter.device, dtype = Dtype.Int64)
            .view(values)
            .expand (Array.append [| count |] batchShape)
