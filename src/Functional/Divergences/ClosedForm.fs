// A closed form of KL(p ‖ q) for a pair of families, as Kl looks it up.
// The files beside this one list them by kind of family.
namespace Functional

open System
open Functional.Tensors

/// KL(p ‖ q) for p of one class and q of another, one number for each distribution of the batch.
type internal ClosedForm = { P: Type; Q: Type; Divergence: Distribution -> Distribution -> Tensor }

module internal ClosedForm =

    /// From a formula; which families it is for follows from its types.
    let pair<'P, 'Q when 'P :> Distribution and 'Q :> Distribution> (formula: 'P -> 'Q -> Tensor) : ClosedForm =
        { P = typeof<'P>
          Q = typeof<'Q>
          Divergence = fun p q -> formula (p :?> 'P) (q :?> 'Q) }

    /// `divergence` where q covers p, infinity elsewhere.
    let whereCovered (covered: Tensor) (divergence: Tensor) : Tensor =
        dsharp.where (covered, divergence, divergence.scalarLike infinity)

    /// p · value with 0 · anything = 0.
    let weighted (probability: Tensor) (value: Tensor) : Tensor =
        dsharp.where (probability.eq 0.0, probability.scalarLike 0.0, probability * value)
