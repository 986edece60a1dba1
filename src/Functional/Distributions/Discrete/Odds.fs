// How likely the first of two outcomes is, as log-odds or as a probability: kept as given, so that neither extreme logits nor
// probabilities of exactly 0 and 1 lose anything. Bernoulli, Binomial, Geometric and the others of two outcomes are made of it.
namespace Functional

open Functional.Tensors

[<RequireQualifiedAccess>]
type internal Odds =
    | Logits of Tensor
    | Probabilities of Tensor

    /// What was given.
    member this.Tensor =
        match this with
        | Logits tensor
        | Probabilities tensor -> tensor

    /// As a parameter of a family.
    member this.Parameter: string * Tensor * Support =
        match this with
        | Logits logits -> "logits", logits, Support.Real
        | Probabilities p -> "probabilities", p, Support.UnitInterval

    /// From another tensor of the same kind.
    member this.With(tensor: Tensor) =
        match this with
        | Logits _ -> Logits tensor
        | Probabilities _ -> Probabilities tensor

    /// In double precision.
    member this.Precise = this.With(this.Tensor.cast Dtype.Float64)

    /// p.
    member this.Probability =
        match this with
        | Logits logits -> logits.sigmoid ()
        | Probabilities p -> p

    /// 1 - p, exact where p is close to 1.
    member this.Complement =
        match this with
        | Logits logits -> (-logits).sigmoid()
        | Probabilities p -> 1.0 - p

    /// log p.
    member this.LogProbability =
        match this with
        | Logits logits -> logits.logsigmoid ()
        | Probabilities p -> p.log ()

    /// log (1 - p).
    member this.LogComplement =
        match this with
        | Logits logits -> (-logits).logsigmoid()
        | Probabilities p -> (-p).log1p()

    /// log p - log (1 - p).
    member this.LogOdds =
        match this with
        | Logits logits -> logits
        | Probabilities p -> Logarithms.odds p

    /// p / (1 - p).
    member this.Ratio =
        match this with
        | Logits logits -> logits.exp ()
        | Probabilities p -> p / (1.0 - p)

    /// (1 - p) / p.
    member this.InverseRatio =
        match this with
        | Logits logits -> (-logits).exp()
        | Probabilities p -> (1.0 - p) / p

    /// successes · log p + failures · log (1 - p), with 0 · log 0 = 0.
    member this.Weigh(successes: Tensor, failures: Tensor) : Tensor =
        match this with
        | Logits logits -> successes * logits.logsigmoid () + failures * (-logits).logsigmoid()
        | Probabilities p ->
            // what cannot and did not happen stays out of the logarithm, whose gradient would not be finite
            let chance = dsharp.where ((successes.eq 0.0).logicalAnd(p.eq 0.0), p.scalarLike 1.0, p)
            let complement = dsharp.where ((failures.eq 0.0).logicalAnd(p.eq 1.0), p.scalarLike 0.0, -p)
            successes * chance.log () + failures * complement.log1p ()

    /// The entropy of one trial.
    member this.Entropy() =
        -this.Weigh(this.Probability, this.Complement)

    /// A probability of exactly 0 is refused, where it would leave no distribution.
    member this.NotNever(family: string) =
        match this with
        | Logits _ -> ()
        | Probabilities p -> Validation.parameter family "probabilities" Support.Positive p

    /// A probability of exactly 1 is refused, where it would leave no distribution.
    member this.NotAlways(family: string) =
        match this with
        | Logits _ -> ()
        | Probabilities p -> Validation.parameter family "1 - probabilities" Support.Positive (1.0 - p)
