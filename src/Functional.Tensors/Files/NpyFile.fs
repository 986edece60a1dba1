// NumPy's array files: .npy, one array with a small textual header, and .npz, a zip of them. Knows bytes, not tensors.
// Used by Npy.fs, and through it by whoever exchanges data with Python.
namespace Functional.Tensors

open System
open System.Buffers.Binary
open System.IO
open System.Text
open System.Text.RegularExpressions

module internal NpyFile =

    /// An array: NumPy's name for its elements (`<f4`), its shape, and its elements in row-major order.
    type Contents = { Descr: string; Shape: int[]; Data: byte[] }

    let private magic = [| 0x93uy; byte 'N'; byte 'U'; byte 'M'; byte 'P'; byte 'Y' |]

    /// Bytes of an element of each kind that is read.
    let elementSizes = dict [ "|b1", 1; "|u1", 1; "|i1", 1; "<i2", 2; "<i4", 4; "<i8", 8; "<f2", 2; "<f4", 4; "<f8", 8 ]

    let private header (contents: Contents) : byte[] =
        let axes = contents.Shape |> Seq.map (fun axis -> $"{axis},") |> String.concat " "
        let text = $"{{'descr': '{contents.Descr}', 'fortran_order': False, 'shape': ({axes}), }}"
        let length = magic.Length + 4 + text.Length + 1
        let padded = text + String(' ', (64 - length % 64) % 64) + "\n"
        let size = Array.zeroCreate<byte> 2
        BinaryPrimitives.WriteUInt16LittleEndian(size, uint16 padded.Length)
        Array.concat [ magic; [| 1uy; 0uy |]; size; Encoding.ASCII.GetBytes padded ]

    let write (stream: Stream) (contents: Contents) =
        stream.Write(header contents)
        stream.Write contents.Data

    let private take (path: string) (stream: Stream) (offset: int64) (count: int) : byte[] =
        let bytes = Array.zeroCreate<byte> count

        if stream.ReadAtLeast(bytes, count, false) < count then
            raise (Errors.File.npyCutOff path offset)

        bytes

    // Versions 2 and 3 of the format differ from 1 in the width of the length and in the encoding.
    let private readHeader (path: string) (stream: Stream) : string * int64 =
        let preamble = take path stream 0L 8

        if preamble[..5] <> magic then
            raise (Errors.File.npyMagic path)

        let width = if preamble[6] = 1uy then 2 else 4
        let size = take path stream 8L width

        let length =
            if width = 2 then
                int (BinaryPrimitives.ReadUInt16LittleEndian size)
            else
                int (min (BinaryPrimitives.ReadUInt32LittleEndian size) (uint32 Int32.MaxValue))

        if length > 1_000_000 then
            raise (Errors.File.npyHeader path $"its length reads {length} bytes")

        Encoding.UTF8.GetString(take path stream (8L + int64 width) length), 8L + int64 width + int64 length

    let private field (path: string) (header: string) (name: string) (pattern: string) =
        let found = Regex.Match(header, $"'{name}':\\s*{pattern}")

        if not found.Success then
            raise (Errors.File.npyHeader path $"it has no readable '{name}'")

        found.Groups[1].Value

    let private readShape (path: string) (text: string) : int[] =
        [| for axis in text.Split(',', StringSplitOptions.RemoveEmptyEntries ||| StringSplitOptions.TrimEntries) ->
               match Int32.TryParse axis with
               | true, axis when axis >= 0 -> axis
               | _ -> raise (Errors.File.npyHeader path $"its shape holds '{axis}'") |]

    let private byteCount (path: string) (descr: string) (shape: int[]) : int =
        match elementSizes.TryGetValue descr with
        | false, _ -> raise (Errors.File.npyDescr path descr elementSizes.Keys)
        | true, size ->
            let total = shape |> Array.fold (fun total axis -> total * bigint axis) (bigint size)

            if total > bigint Array.MaxLength then
                raise (Errors.File.npyHeader path $"an array of shape {Errors.shape shape} is larger than this reader takes")

            int total

    // Columns first means that the bytes are those of the transposed array; the caller turns it.
    type Order =
        | RowMajor
        | ColumnMajor

    /// The array that a stream holds, and nothing after it.
    let read (path: string) (stream: Stream) : Contents * Order =
        let header, offset = readHeader path stream
        let descr = field path header "descr" "'([^']*)'"
        let shape = readShape path (field path header "shape" "\\(([^)]*)\\)")

        let order =
            if field path header "fortran_order" "(True|False)" = "True" then
                ColumnMajor
            else
                RowMajor

        let data = take path stream offset (byteCount path descr shape)

        if stream.ReadByte() >= 0 then
            raise (Errors.File.npyTrailing path (offset + int64 data.Length))

        { Descr = descr; Shape = shape; Data = data }, order
