// A small MNIST: folders of idx files with random blobs for digits, whole or spoilt.
// Used by the tests of Mnist and of the samples.
module internal Functional.Tests.MnistTesting

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression

let private bigEndian (value: int) =
    let bytes = Array.zeroCreate<byte> 4
    BinaryPrimitives.WriteInt32BigEndian(bytes, value)
    bytes

/// An idx file of bytes.
let idx (dimensions: int list) (data: byte[]) : byte[] =
    Array.concat [ bigEndian (0x800 + dimensions.Length); dimensions |> List.map bigEndian |> Array.concat; data ]

let gzip (bytes: byte[]) : byte[] =
    use packed = new MemoryStream()
    using (new GZipStream(packed, CompressionLevel.Fastest)) (fun stream -> stream.Write bytes)
    packed.ToArray()

/// Bright discs at random places, size × size pixels each.
let blobs (random: Random) (count: int) (size: int) : byte[] =
    [| for _ in 1..count do
           let x, y, radius = random.Next size, random.Next size, 2 + random.Next(size / 4)

           for row in 0 .. size - 1 do
               for column in 0 .. size - 1 ->
                   let distance = sqrt (float ((row - y) * (row - y) + (column - x) * (column - x)))
                   byte (255.0 * max 0.0 (1.0 - distance / float (2 * radius))) |]

/// The four files by name: so many images and labels for training and for testing.
let files (seed: int) (train: int) (test: int) (size: int) : (string * byte[]) list =
    let random = Random seed

    [ for prefix, count in [ "train", train; "t10k", test ] do
          $"{prefix}-images-idx3-ubyte", idx [ count; size; size ] (blobs random count size)
          $"{prefix}-labels-idx1-ubyte", idx [ count ] (Array.init count (fun i -> byte (i % 10))) ]

let write (folder: string) (files: (string * byte[]) list) =
    for name, bytes in files do
        File.WriteAllBytes(Path.Combine(folder, name), bytes)
