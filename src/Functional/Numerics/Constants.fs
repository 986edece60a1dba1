// Numbers that a formula needs at every call, copied to a device and rounded to a dtype once.
// Quadrature, time embeddings and table schedules have such: a copy at each call would hold up a graphics card.
namespace Functional

open System.Collections.Concurrent
open Functional.Tensors

[<Sealed>]
type internal Constants(numbers: float[]) =

    let kept = ConcurrentDictionary<struct (Device * Dtype), Tensor>()

    let make (struct (device, dtype)) : Tensor =
        Scope.keep (dsharp.tensor (numbers, device = device, dtype = dtype))

    /// The numbers, [n], on a tensor's device and in its dtype.
    member _.Like(tensor: Tensor) : Tensor =
        kept.GetOrAdd(struct (tensor.device, tensor.dtype), make)
