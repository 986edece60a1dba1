// The Bernoulli distribution, from logits or from probabilities.
// The likelihood of binary data, binarised images first of all.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module private BernoulliKernel =

    let private op = Operators.find "functional::bernoulli_log_prob" ""

    /// Σ over the last `axes` axes of x l - log(1 + exp l), in one pass over memory.
    let logProb (logits: Tensor) (value: Tensor) (axes: int) =
        new Tensor(op.Tensor [| Arg.tensor logits.Handle; Arg.tensor value.Handle; Arg.int (int64 axes) |])

/// p(1) = probability, p(0) = 1 - probability, elementwise over the batch; values are 0 and 1 in the dtype of the parameter.
/// With validation off, values between 0 and 1 give the cross-entropy, which is no density: binarise them, or use a family for them.
[<Sealed>]
type Bernoulli internal (odds: Odds) =
    inherit Family("Bernoulli", [ odds.Parameter ])

    /// From log-odds. Raises ArgumentException when one is not finite.
    static member FromLogits(logits: Tensor) = Bernoulli(Odds.Logits logits)

    /// From probabilities of 1. Raises ArgumentException outside [0, 1].
    static member FromProbabilities(probabilities: Tensor) =
        Bernoulli(Odds.Probabilities probabilities)

    /// p(1).
    member _.Probability = odds.Probability

    /// p(0), exact where p(1) is close to 1.
    member _.Complement = odds.Complement

    /// log p(1).
    member _.LogProbability = odds.LogProbability

    /// log p(0).
    member _.LogComplement = odds.LogComplement

    override _.Support = Support.Boolean

    override this.Draw sampleShape =
        Gradient.off (fun () -> odds.Probability.expand(Array.append sampleShape this.BatchShape).bernoulli())

    override this.LogDensity value = this.SummedLogDensity(value, 0)

    override _.SummedLogDensity(value, axes) =
        match odds with
        | Odds.Logits logits -> BernoulliKernel.logProb logits value axes
        | Odds.Probabilities _ -> odds.Weigh(value, 1.0 - value) |> Shapes.sumLast axes

    override _.Entropy() = odds.Entropy()
    override _.Mean = odds.Probability
    override _.Variance = odds.Probability * odds.Complement
    override _.Mode = (odds.Probability.gt 0.5).cast odds.Tensor.dtype

    override _.Cdf value =
        let belowOne = dsharp.where (value.lt 0.0, odds.Tensor.scalarLike 0.0, odds.Complement)
        dsharp.where (value.ge 1.0, odds.Tensor.scalarLike 1.0, belowOne)

    override _.With parameters = Bernoulli(odds.With parameters[0])

    override this.EnumerateSupport() =
        (Counting.upTo 1 this.BatchShape.Length odds.Tensor).expand(Array.append [| 2 |] this.BatchShape)
