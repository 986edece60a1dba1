// A closed form of KL(p ‖ q) for a pair of families, as Kl looks it up.
// The files beside this one list them by kind of family.
namespace Functional

open System
open Functional.Tensors

/// KL(p ‖ q) for p of one class and q of another: one number for each distribution of the batch, summed over so many of its last axes.
type internal ClosedForm =
    { P: Type
      Q: Type
      SummedDivergence: Distribution -> Distribution -> int -> Tensor }

module internal ClosedForm =

    /// From a formula that also sums; which families it is for follows from its types.
    let summing<'P, 'Q when 'P :> Distribution and 'Q :> Distribution> (formula: 'P -> 'Q -> int -> Tensor) : ClosedForm =
        { P = typeof<'P>
          Q = typeof<'Q>
          SummedDivergence = fun p q axes -> formula (p :?> 'P) (q :?> 'Q) axes }

    // A formula may leave out parameters, and with them leading axes.
    let private whole (p: Distribution) (q: Distribution) (divergence: Tensor) : Tensor =
        match Shapes.tryLineUp p.BatchShape q.BatchShape with
        | Some batch -> Shapes.repeat batch divergence
        | None -> divergence

    /// From a formula for one number each.
    let pair<'P, 'Q when 'P :> Distribution and 'Q :> Distribution> (formula: 'P -> 'Q -> Tensor) : ClosedForm =
        summing<'P, 'Q>(fun p q axes -> formula p q |> whole p q |> Shapes.sumLast axes)

    /// `divergence` where q covers p, infinity elsewhere.
    let whereCovered (covered: Tensor) (divergence: Tensor) : Tensor =
        dsharp.where (covered, divergence, divergence.scalarLike infinity)

    /// p · value with 0 · anything = 0, also in gradients.
    let weighted (probability: Tensor) (value: Tensor) : Tensor =
        probability * dsharp.where (probability.eq 0.0, value.scalarLike 0.0, value)
