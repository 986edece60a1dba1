// How likely each of K outcomes is, along the last axis, as logits or as probabilities: kept as given.
// Categorical, OneHotCategorical, Multinomial and the relaxations are made of it.
namespace Functional

open Functional.Tensors

[<RequireQualifiedAccess>]
type internal CategoricalOdds =
    | Logits of Tensor
    | Probabilities of Tensor

    /// What was given.
    member this.Tensor =
        match this with
        | Logits tensor
        | Probabilities tensor -> tensor

    /// As a parameter of a family, which needs at least one outcome.
    member this.Parameter(family: string) : string * Tensor * Support =
        let shape = this.Tensor.shape

        if shape.Length > 0 && Array.last shape = 0 then
            raise (Errors.Distribution.lacks family "categories" "its parameter's last axis has to hold at least one")

        match this with
        | Logits logits -> "logits", logits, Support.Elementwise(Support.LogWeight, 1)
        | Probabilities p -> "probabilities", p, Support.Simplex

    /// From another tensor of the same kind.
    member this.With(tensor: Tensor) =
        match this with
        | Logits _ -> Logits tensor
        | Probabilities _ -> Probabilities tensor

    /// In double precision.
    member this.Precise = this.With(this.Tensor.cast Dtype.Float64)

    /// K.
    member this.Count = Array.last this.Tensor.shape

    member this.BatchShape = Shapes.leading 1 this.Tensor.shape

    /// log p(k).
    member this.LogProbability =
        match this with
        | Logits logits -> logits.logsoftmax -1
        | Probabilities p -> p.log ()

    /// p(k).
    member this.Probability =
        match this with
        | Logits logits -> logits.softmax -1
        | Probabilities p -> p

    /// Σ_k weights_k log p(k), with 0 · log 0 = 0.
    member this.Weigh(weights: Tensor) : Tensor =
        let unlessNever (p: Tensor) (never: float) (instead: float) =
            dsharp.where ((weights.eq 0.0).logicalAnd(p.eq never), p.scalarLike instead, p)

        let logarithms =
            match this with
            | Logits logits -> unlessNever (logits.logsoftmax -1) -infinity 0.0
            | Probabilities p -> (unlessNever p 0.0 1.0).log()

        (weights * logarithms).sum -1

    /// The entropy of one trial.
    member this.Entropy() = -this.Weigh this.Probability

    /// Indices of outcomes, of shape sampleShape + batch.
    member this.Draw(sampleShape: Shape) : Tensor =
        Gradient.off (fun () ->
            let shape = Array.append sampleShape this.BatchShape
            let draws = Shape.nelement sampleShape
            let rows = this.Probability.view [ -1; this.Count ]
            // libtorch refuses to draw nothing
            let columns = rows.multinomial(max 1 draws, dtype = Dtype.Int64).transpose(0, 1)
            if draws = 0 then columns.zerosLike shape else columns.view shape)

    /// Vectors with a one at these indices, in the parameter's dtype.
    member this.OneHot(indices: Tensor) : Tensor =
        let outcomes = indices.arangeLike (this.Count, dtype = Dtype.Int64)
        ((indices.unsqueeze -1).eq outcomes).cast this.Tensor.dtype

    /// A family that has no room for outcomes that never happen refuses them.
    member this.NotNever(family: string) =
        match this with
        | Logits logits -> Validation.parameter family "logits" Support.RealVector logits
        | Probabilities p -> Validation.parameter family "probabilities" (Support.Elementwise(Support.Positive, 1)) p
