// Tensors to and from NumPy: .npy for one, .npz for several by name.
// For exchanging data and reference values with Python.
namespace Functional.Tensors

open System
open System.IO
open System.IO.Compression
open Functional.Tensors.Native

module private NpyTensor =

    let private names =
        [ Dtype.Bool, "|b1"
          Dtype.Byte, "|u1"
          Dtype.Int8, "|i1"
          Dtype.Int16, "<i2"
          Dtype.Int32, "<i4"
          Dtype.Int64, "<i8"
          Dtype.Float16, "<f2"
          Dtype.Float32, "<f4"
          Dtype.Float64, "<f8" ]

    let write (stream: Stream) (tensor: Tensor) =
        // NumPy has no bfloat16; float32 holds every value of it.
        let tensor = if tensor.dtype = Dtype.BFloat16 then tensor.float32 () else tensor
        let data = Array.zeroCreate<byte>(Checked.int tensor.memorySize)
        Memory.copyTo tensor.Handle (data.AsSpan())

        NpyFile.write
            stream
            { Descr = names |> List.find (fun (dtype, _) -> dtype = tensor.dtype) |> snd
              Shape = tensor.shape
              Data = data }

    let read (path: string) (device: Device) (stream: Stream) : Tensor =
        let contents, order = NpyFile.read path stream
        let dtype = names |> List.find (fun (_, name) -> name = contents.Descr) |> fst

        let make (shape: int[]) =
            new Tensor(Memory.ofBytes (ReadOnlySpan contents.Data) shape dtype device)

        match order with
        | NpyFile.RowMajor -> make contents.Shape
        | NpyFile.ColumnMajor ->
            let reversed = Array.rev contents.Shape
            (make reversed).permute([ reversed.Length - 1 .. -1 .. 0 ]).clone()

/// One tensor in NumPy's .npy format.
module Npy =

    /// Writes a tensor; an old file stays whole until the new one is.
    let save (path: string) (tensor: Tensor) : unit =
        AtomicFile.write path (fun stream -> Scope.run (fun () -> NpyTensor.write stream tensor))

    /// Reads a tensor onto a device. Raises FileFormatException when the file is damaged, or holds elements that no tensor has.
    let load (path: string) (device: Device) : Tensor =
        use stream = File.OpenRead path
        Scope.run (fun () -> NpyTensor.read path device stream)

/// Several named tensors in NumPy's .npz format.
module Npz =

    /// Writes named tensors, compressed; an old file stays whole until the new one is.
    let save (path: string) (tensors: seq<string * Tensor>) : unit =
        AtomicFile.write path (fun stream ->
            use archive = new ZipArchive(stream, ZipArchiveMode.Create, true)

            for name, tensor in tensors do
                use entry = archive.CreateEntry($"{name}.npy").Open()
                Scope.run (fun () -> NpyTensor.write entry tensor))

    let private openArchive (path: string) (stream: Stream) =
        try
            new ZipArchive(stream, ZipArchiveMode.Read)
        with :? InvalidDataException as error ->
            raise (Errors.File.npzArchive path error.Message)

    let private readEntry (path: string) (device: Device) (entry: ZipArchiveEntry) : string * Tensor =
        try
            use stream = entry.Open()
            Path.ChangeExtension(entry.FullName, null), NpyTensor.read $"{path}/{entry.FullName}" device stream
        with :? InvalidDataException as error ->
            raise (Errors.File.npzArchive path error.Message)

    /// Reads named tensors onto a device. Raises FileFormatException when the archive or an array in it is damaged.
    let load (path: string) (device: Device) : (string * Tensor) list =
        use stream = File.OpenRead path
        use archive = openArchive path stream
        Scope.run (fun () -> [ for entry in archive.Entries -> readEntry path device entry ])
