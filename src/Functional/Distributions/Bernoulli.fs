// The Bernoulli distribution, from logits or from probabilities.
// The likelihood of binary data, binarised images first of all.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// What a Bernoulli was made from; kept, so that neither extreme logits nor probabilities of exactly 0 and 1 lose anything.
[<RequireQualifiedAccess>]
type private Odds =
    | Logits of Tensor
    | Probabilities of Tensor

module private BernoulliKernel =

    let private op = Operators.find "functional::bernoulli_log_prob" ""

    /// Σ over the last `axes` axes of x l - log(1 + exp l), in one pass over memory.
    let logProb (logits: Tensor) (value: Tensor) (axes: int) =
        new Tensor(op.Tensor [| Arg.tensor logits.Handle; Arg.tensor value.Handle; Arg.int (int64 axes) |])

/// p(1) = probability, p(0) = 1 - probability, elementwise over the batch; values are 0 and 1 in the dtype of the parameter.
/// With validation off, values between 0 and 1 give the cross-entropy, which is no density: binarise them, or use a family for them.
[<Sealed>]
type Bernoulli private (odds: Odds, name: string, parameter: Tensor, support: Support) =
    inherit Family("Bernoulli", [ name, parameter, support ])

    // 0 · log 0 = 0.
    let weighted (weight: Tensor) (value: Tensor) =
        dsharp.where (weight.eq 0.0, weight.scalarLike 0.0, weight * value)

    /// From log-odds. Raises ArgumentException when one is not finite.
    static member FromLogits(logits: Tensor) =
        Bernoulli(Odds.Logits logits, "logits", logits, Support.Real)

    /// From probabilities of 1. Raises ArgumentException outside [0, 1].
    static member FromProbabilities(probabilities: Tensor) =
        Bernoulli(Odds.Probabilities probabilities, "probabilities", probabilities, Support.UnitInterval)

    /// p(1).
    member _.Probability =
        match odds with
        | Odds.Logits logits -> logits.sigmoid ()
        | Odds.Probabilities p -> p

    /// p(0), exact where p(1) is close to 1.
    member _.Complement =
        match odds with
        | Odds.Logits logits -> (-logits).sigmoid()
        | Odds.Probabilities p -> 1.0 - p

    /// log p(1).
    member _.LogProbability =
        match odds with
        | Odds.Logits logits -> logits.logsigmoid ()
        | Odds.Probabilities p -> p.log ()

    /// log p(0).
    member _.LogComplement =
        match odds with
        | Odds.Logits logits -> (-logits).logsigmoid()
        | Odds.Probabilities p -> (-p).log1p()

    override _.Support = Support.Boolean

    override this.Draw sampleShape =
        Gradient.off (fun () -> this.Probability.expand(Array.append sampleShape parameter.shape).bernoulli())

    override this.LogDensity value = this.SummedLogDensity(value, 0)

    override _.SummedLogDensity(value, axes) =
        match odds with
        | Odds.Logits logits -> BernoulliKernel.logProb logits value axes
        | Odds.Probabilities p ->
            // where a weight is 0 its logarithm stays out: at p = 0 or 1 the gradient would not be finite
            let against = 1.0 - value
            let chance = dsharp.where (value.eq 0.0, p.scalarLike 1.0, p)
            let complement = dsharp.where (against.eq 0.0, p.scalarLike 0.0, -p)
            let density = value * chance.log () + against * complement.log1p ()
            if axes = 0 then density else density.sum [ for axis in 1..axes -> -axis ]

    override this.Entropy() =
        -(weighted this.Probability this.LogProbability) - weighted this.Complement this.LogComplement

    override this.Mean = this.Probability
    override this.Variance = this.Probability * this.Complement
    override this.Mode = (this.Probability.gt 0.5).cast parameter.dtype

    override this.Cdf value =
        let belowOne = dsharp.where (value.lt 0.0, parameter.scalarLike 0.0, this.Complement)
        dsharp.where (value.ge 1.0, parameter.scalarLike 1.0, belowOne)

    override _.With parameters =
        match odds with
        | Odds.Logits _ -> Bernoulli.FromLogits parameters[0]
        | Odds.Probabilities _ -> Bernoulli.FromProbabilities parameters[0]

    override _.EnumerateSupport() =
        let values = Array.append [| 2 |] (Array.create parameter.dim 1)
        parameter.like([ 0.0; 1.0 ]).view(values).expand(Array.append [| 2 |] parameter.shape)
