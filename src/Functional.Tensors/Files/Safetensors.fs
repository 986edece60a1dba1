// Named tensors in one file that runs no code when it is loaded: the safetensors format.
// Weights and checkpoints are stored with it.
namespace Functional.Tensors

open System
open System.Runtime.InteropServices
open Functional.Tensors.Native

/// Reads and writes named tensors (https://github.com/huggingface/safetensors).
module Safetensors =

    let private names =
        [ Dtype.Bool, "BOOL"
          Dtype.Byte, "U8"
          Dtype.Int8, "I8"
          Dtype.Int16, "I16"
          Dtype.Int32, "I32"
          Dtype.Int64, "I64"
          Dtype.Float16, "F16"
          Dtype.BFloat16, "BF16"
          Dtype.Float32, "F32"
          Dtype.Float64, "F64" ]

    let private bytes (tensor: Tensor) =
        let bytes = Array.zeroCreate<byte>(Checked.int tensor.memorySize)
        Memory.copyTo tensor.Handle (bytes.AsSpan())
        bytes

    let private entry (name: string, tensor: Tensor) : SafetensorsFile.Entry =
        { Name = name
          Dtype = names |> List.find (fun (dtype, _) -> dtype = tensor.dtype) |> snd
          Shape = tensor.shape
          Data = ReadOnlyMemory(bytes tensor) }

    let private tensor (path: string) (device: Device) (entry: SafetensorsFile.Entry) =
        match names |> List.tryFind (fun (_, name) -> name = entry.Dtype) with
        | Some(dtype, _) -> entry.Name, new Tensor(Memory.ofBytes entry.Data.Span entry.Shape dtype device)
        | None -> raise (Errors.File.safetensorsDtype path 8L entry.Name entry.Dtype (names |> Seq.map snd))

    /// Writes named tensors, and a few strings that say what they are, in one step: an old file stays whole until the new one is.
    let save (path: string) (metadata: (string * string) list) (tensors: seq<string * Tensor>) : unit =
        tensors |> Seq.map entry |> Seq.toList |> SafetensorsFile.write path metadata

    /// The strings and the named tensors of a file, on that device.
    /// Raises FileFormatException when the file is not what it should be, saying at which byte.
    let load (path: string) (device: Device) : (string * string) list * (string * Tensor) list =
        let metadata, entries = SafetensorsFile.read path
        metadata, entries |> List.map (tensor path device)
