// What the C# facade calls of U-Nets and averaged weights: arrays and struct tuples for lists and tuples.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading.Tasks
open Functional
open Functional.Tensors

/// U-Nets.
module internal UNetBridge =

    let options imageChannels channels (multipliers: int[]) blocks (attention: int[]) heads groups dropout : UNetOptions =
        { ImageChannels = imageChannels
          Channels = channels
          Multipliers = List.ofArray multipliers
          Blocks = blocks
          Attention = List.ofArray attention
          Heads = heads
          Groups = groups
          Dropout = dropout }

    let conditional (classes: int) (options: UNetOptions) : Net<struct (Tensor * Tensor * Tensor), Tensor> =
        UNet.conditional classes options
        |> NetworkBridge.adapt (Func<_, _>(fun (struct (x, t, label)) -> (x, t), label)) (Func<_, _> id)

/// Averaged weights.
module internal WeightAverageBridge =

    let during (average: WeightAverage) (body: Func<'T>) : 'T = average.During body.Invoke
    let duringAsync (average: WeightAverage) (body: Func<Task<'T>>) : Task<'T> = average.DuringTask body.Invoke
