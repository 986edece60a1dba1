// What the C# facade calls of order, statistics and losses.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Sorting, moments, and the losses of networks. A reduction travels as its name.
module internal StatisticsBridge =

    let private pair (a: Tensor, b: Tensor) = struct (a, b)
    let sort (t: Tensor) (dim: int) (descending: bool) = pair (t.sort (dim, descending))
    let argsort (t: Tensor) (dim: int) (descending: bool) = t.argsort (dim, descending)
    let topk (t: Tensor) (k: int) (dim: int) (largest: bool) = pair (t.topk (k, dim, largest))

    // Null means that there are none.
    let cov (t: Tensor) (correction: int64) (frequencies: Tensor) (weights: Tensor) =
        t.cov (correction, ?fweights = Option.ofObj frequencies, ?aweights = Option.ofObj weights)

    let corrcoef (t: Tensor) = t.corrcoef ()
    let normalize (t: Tensor) = t.normalize ()
    let standardize (t: Tensor) = t.standardize ()
    let mseLoss (t: Tensor) (target: Tensor) (reduction: string) = t.mseLoss (target, reduction)

    let bceLoss (t: Tensor) (target: Tensor) (weight: Tensor) (reduction: string) =
        t.bceLoss (target, ?weight = Option.ofObj weight, reduction = reduction)

    let nllLoss (t: Tensor) (target: Tensor) (weight: Tensor) (reduction: string) =
        t.nllLoss (target, ?weight = Option.ofObj weight, reduction = reduction)

    let crossEntropyLoss (t: Tensor) (target: Tensor) (weight: Tensor) (reduction: string) =
        t.crossEntropyLoss (target, ?weight = Option.ofObj weight, reduction = reduction)
