// Tests of IdxFile: plain and gzipped files, every way in which one can be wrong, and the names they go by.
// Run with the whole suite.
module Functional.Tests.IdxFileTests

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open Functional
open Functional.Tests.FileTesting

// ---- files made by hand ----

let private bigEndian (value: uint32) =
    let bytes = Array.zeroCreate<byte> 4
    BinaryPrimitives.WriteUInt32BigEndian(bytes, value)
    bytes

let private file (dimensions: uint32 list) (data: byte[]) =
    let magic = bigEndian (0x800u + uint32 dimensions.Length)
    Array.concat [ magic; dimensions |> List.map bigEndian |> Array.concat; data ]

let private gzip (bytes: byte[]) =
    use packed = new MemoryStream()
    using (new GZipStream(packed, CompressionLevel.Optimal)) (fun stream -> stream.Write bytes)
    packed.ToArray()

let private readAs rank bytes =
    withFile bytes (fun path -> IdxFile.read path rank)

// ---- files at random ----

let private contents =
    gen {
        let! rank = Gen.choose (1, 4)
        let! shape = Gen.choose (0, 6) |> Gen.arrayOfLength rank
        let! data = Gen.choose (0, 255) |> Gen.map byte |> Gen.arrayOfLength (Array.fold (*) 1 shape)
        return { IdxFile.Shape = shape; IdxFile.Data = data }
    }

let private bytesOf (contents: IdxFile.Contents) =
    file [ for dimension in contents.Shape -> uint32 dimension ] contents.Data

let private roundTrip packing =
    Prop.forAll (Arb.fromGen contents) (fun contents -> contents |> bytesOf |> packing |> readAs contents.Shape.Length = contents)

let private images =
    gen {
        let! count = Gen.choose (0, 20)
        let! data = Gen.choose (0, 255) |> Gen.map byte |> Gen.arrayOfLength (count * 12)
        return file [ uint32 count; 4u; 3u ] data
    }

let private readImages path = IdxFile.read path 3 |> ignore

// ---- files that are wrong ----

/// What is wrong, the file, the offset that the refusal must name, and a part of what it must say.
let private wrongFiles =
    let valid = file [ 2u; 2u; 2u ] [| 1uy .. 8uy |]
    let typed (code: byte) = Array.updateAt 2 code valid
    let big = Array.zeroCreate<byte> 3_000_000

    [ "an empty file", [||], 0L, "before its idx header"
      "a file of one byte", [| 0uy |], 1L, "before its idx header"
      "a header that is broken off", Array.truncate 11 valid, 11L, "before its idx header"
      "a page in the place of the file", Encoding.UTF8.GetBytes "<!DOCTYPE html><html>", 0L, "an HTML or XML page"
      "a zip archive", "PK\003\004 and more"B, 0L, "50 4B 03 04, like a zip archive"
      "any other file", [| 1uy .. 20uy |], 0L, "01 02 03 04;"
      "elements of 32-bit floats", typed 0x0Duy, 2L, "0x0D (32-bit float)"
      "elements of no known type", typed 0x42uy, 2L, "0x42 (no type that idx knows)"
      "labels in the place of images", file [ 2u ] [| 1uy; 2uy |], 3L, "1 dimension (magic 0x00000801, as labels have)"
      "data that is broken off", Array.truncate 23 valid, 23L, "2 x 2 x 2 elements need 8 bytes"
      "data after the end", Array.append valid [| 9uy |], 24L, "more bytes follow"
      "a product above 2 GiB", file [ 60_000u; 28_000u; 28_000u ] big, 4L, "60000 x 28000 x 28000"
      "a product that would overflow", file [ 0x80000000u; 0x80000000u; 4u ] big, 4L, "2147483648 x 2147483648 x 4"
      "a dimension above an int32", file [ 0u; 0xFFFFFFFFu; 1u ] [||], 4L, "4294967295"
      "nearly 2 GiB that are not there", file [ 2_000_000_000u; 1u; 1u ] [||], 16L, "2000000000 x 1 x 1"
      "nearly 2 GiB with little of them there", file [ 2_000_000_000u; 1u; 1u ] big, 3_000_016L, "2000000000 x 1 x 1" ]

/// Damage that only gzip can show; the offset counts unpacked bytes.
let private wrongPackings =
    let packed = gzip (file [ 2u; 2u; 2u ] [| 1uy .. 8uy |])

    let spoiltAt position =
        Array.updateAt position ~~~packed[position] packed

    [ "a gzip file that is broken off", Array.truncate (packed.Length - 12) packed, "The file is damaged"
      "a gzip file whose checksum is wrong", spoiltAt (packed.Length - 8), "gzip stream is damaged"
      "a gzip file whose length is wrong", spoiltAt (packed.Length - 1), "gzip stream is damaged"
      "a gzip file with nothing in it", [| 0x1Fuy; 0x8Buy |], "The file is damaged"
      "a file gzipped twice", gzip packed, "like a gzip file inside another" ]

let private allocatesLittle refuse =
    let mutable refused = Unchecked.defaultof<Functional.Tensors.FileFormatException>
    let allocated = allocation (fun () -> refused <- refuse ())
    Expect.isTrue (allocated < 16_000_000L) $"memory grows only with what is there; {allocated} bytes were taken"
    refused

let private isRefused (what, bytes, offset, says) =
    testCase $"{what} is refused, plain and gzipped" (fun () ->
        for packing in [ id; gzip ] do
            let bytes = packing bytes
            let refused = allocatesLittle (fun () -> refusal readImages bytes)
            Expect.equal refused.Offset offset $"the offset in: {refused.Message}"
            Expect.stringContains refused.Message says "the reason")

let private isRefusedPacked (what, bytes, says) =
    testCase $"{what} is refused" (fun () ->
        let refused = allocatesLittle (fun () -> refusal readImages bytes)
        Expect.stringContains refused.Message says "the reason")

let private everyByteCounts =
    testCase "a gzip file with any byte changed after its header is refused" (fun () ->
        let packed = gzip (file [ 5u; 4u; 3u ] [| 1uy .. 60uy |])

        for position in 10 .. packed.Length - 1 do
            Array.updateAt position ~~~packed[position] packed |> refusal readImages |> ignore)

// ---- names ----

let private isFoundAs name =
    testCase $"{name} is found" (fun () ->
        inFolder (fun folder ->
            let path = Path.Combine(folder, name)
            File.WriteAllBytes(path, [||])
            Expect.equal (IdxFile.find folder "train-images-idx3-ubyte") path "the file's path"))

let private missing folder =
    try
        IdxFile.find folder "train-labels-idx1-ubyte"
    with :? FileNotFoundException as missing ->
        missing.Message

[<Tests>]
let tests =
    testList
        "IdxFile"
        [ testProperty "a plain file is read back" (roundTrip id)
          testProperty "a gzipped file is read back, whatever its name" (roundTrip gzip)
          testProperty "a damaged plain file is refused or read" (images |> survives readImages)
          testProperty "a damaged gzipped file is refused or read" (images |> Gen.map gzip |> survives readImages)

          testCase "a file larger than the first piece is read whole" (fun () ->
              let data = Array.init 3_000_001 (fun i -> byte (i * 7 + i / 256))
              let contents = readAs 1 (gzip (file [ 3_000_001u ] data))
              Expect.equal contents.Shape [| 3_000_001 |] "the shape"
              Expect.isTrue (contents.Data = data) "every byte")

          testList "wrong files" (List.map isRefused wrongFiles @ List.map isRefusedPacked wrongPackings)
          everyByteCounts

          isFoundAs "train-images-idx3-ubyte"
          isFoundAs "train-images-idx3-ubyte.gz"
          isFoundAs "train-images.idx3-ubyte"
          isFoundAs "train-images.idx3-ubyte.gz"

          testCase "a missing file is reported with the folder, the names looked for and the remedy" (fun () ->
              inFolder (fun folder ->
                  let message = missing folder

                  for part in [ folder; "train-labels-idx1-ubyte.gz"; "train-labels.idx1-ubyte"; "sample vae-mnist"; "--data" ] do
                      Expect.stringContains message part "the message"))

          testCase "a missing folder is reported as missing" (fun () ->
              Expect.stringContains (missing "no-such-folder") "no-such-folder does not exist" "the message") ]
