// What the C# facade calls to read and write tensors: files of three formats, and memory.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Collections.Generic
open Functional
open Functional.Tensors

/// Named tensors travel as arrays of pairs; a device that is null is the default one.
module internal FileBridge =

    let private pairs (named: seq<string * 'T>) =
        [| for name, value in named -> KeyValuePair(name, value) |]

    let private tuples (named: KeyValuePair<string, 'T>[]) =
        [ for pair in named -> pair.Key, pair.Value ]

    let private orDefault (device: Nullable<Device>) =
        if device.HasValue then device.Value else Device.Default

    let save (path: string) (t: Tensor) = t.save path

    let load (path: string) (dtype: Nullable<int>) (device: Nullable<Device>) =
        Tensor.load (path, orDefault device, ?dtype = (dtype |> Option.ofNullable |> Option.map Dtype.ofCode))

    let saveNpy (path: string) (t: Tensor) = Npy.save path t
    let loadNpy (path: string) (device: Nullable<Device>) = Npy.load path (orDefault device)
    let saveNpz (path: string) (tensors: KeyValuePair<string, Tensor>[]) = Npz.save path (tuples tensors)

    let loadNpz (path: string) (device: Nullable<Device>) =
        Npz.load path (orDefault device) |> pairs

    let saveSafetensors (path: string) (metadata: KeyValuePair<string, string>[]) (tensors: KeyValuePair<string, Tensor>[]) =
        Safetensors.save path (tuples metadata) (tuples tensors)

    let loadSafetensors (path: string) (device: Nullable<Device>) =
        let metadata, tensors = Safetensors.load path (orDefault device)
        struct (pairs metadata, pairs tensors)

/// Memory of the caller's own.
[<AbstractClass; Sealed>]
type internal MemoryBridge =

    static member ofSpan<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType>
        (values: ReadOnlySpan<'T>, shape: int[], device: Nullable<Device>)
        : Tensor =
        let device = if device.HasValue then device.Value else Device.Default
        Tensor.ofSpan (values, shape, device)

    static member copyTo<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType>
        (t: Tensor, destination: Span<'T>)
        : unit =
        t.copyTo destination
