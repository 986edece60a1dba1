// Tests of PngFile: the chunks are taken apart by an independent little decoder, written from the specification.
// Run with the whole suite.
module Functional.Tests.PngFileTests

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.FileTesting

let private bigEndian (bytes: byte[]) start =
    BinaryPrimitives.ReadUInt32BigEndian(ReadOnlySpan<byte>(bytes, start, 4))

/// Bit by bit, without the table that the encoder uses.
let private crc (bytes: byte[]) =
    let bit c =
        if c &&& 1u = 1u then 0xEDB88320u ^^^ (c >>> 1) else c >>> 1

    let oneByte c (b: byte) =
        (c ^^^ uint32 b) |> bit |> bit |> bit |> bit |> bit |> bit |> bit |> bit

    ~~~(Array.fold oneByte 0xFFFFFFFFu bytes)

let rec private chunks (bytes: byte[]) start =
    [ if start < bytes.Length then
          let length = int (bigEndian bytes start)
          let body = bytes[start + 4 .. start + 7 + length]
          Expect.equal (bigEndian bytes (start + 8 + length)) (crc body) "the chunk's checksum"
          Encoding.ASCII.GetString(body, 0, 4), body[4..]
          yield! chunks bytes (start + 12 + length) ]

let private unpacked (data: byte[]) =
    use zlib = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress)
    use result = new MemoryStream()
    zlib.CopyTo result
    result.ToArray()

/// Width, height, bit depth and what follows it, and the pixels.
let private decode (png: byte[]) =
    match chunks png 8 with
    | [ "IHDR", header; "IDAT", data; "IEND", [||] ] ->
        let width, height = int (bigEndian header 0), int (bigEndian header 4)
        let rows = unpacked data |> Array.splitInto height
        Expect.isTrue (rows |> Array.forall (fun row -> row[0] = 0uy)) "no row is filtered"
        (width, height, header[8..]), Array.collect Array.tail rows
    | other -> failwith $"IHDR, IDAT, IEND were expected, not {List.map fst other}"

let private image =
    gen {
        let! width = Gen.choose (1, 40)
        let! height = Gen.choose (1, 40)
        let! channels = Gen.elements [ 1; 3 ]
        let! pixels = Gen.choose (0, 255) |> Gen.map byte |> Gen.arrayOfLength (width * height * channels)
        return width, height, channels, pixels
    }

let private roundTrip =
    Prop.forAll (Arb.fromGen image) (fun (width, height, channels, pixels) ->
        let colourType = if channels = 1 then 0uy else 2uy
        let expected = (width, height, [| 8uy; colourType; 0uy; 0uy; 0uy |]), pixels
        decode (PngFile.encode width height channels pixels) = expected)

let private isRefused what width height channels count =
    testCase $"{what} is refused" (fun () ->
        Expect.throwsT<ArgumentException>
            (fun () -> PngFile.encode width height channels (Array.zeroCreate count) |> ignore)
            "the caller's mistake")

[<Tests>]
let tests =
    testList
        "PngFile"
        [ testProperty "width, height, colour type and pixels come back" roundTrip

          testCase "the file begins with the signature and ends with the IEND chunk that all PNG files share" (fun () ->
              let png = PngFile.encode 1 1 1 [| 0uy |]
              Expect.equal png[..7] [| 137uy; 80uy; 78uy; 71uy; 13uy; 10uy; 26uy; 10uy |] "the signature"
              let ending = [| 0uy; 0uy; 0uy; 0uy; 73uy; 69uy; 78uy; 68uy; 174uy; 66uy; 96uy; 130uy |]
              Expect.equal (Array.skip (png.Length - 12) png) ending "IEND, whose checksum is AE426082")

          testCase "a file holds what encode gives" (fun () ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "images", "grid.png")
                  PngFile.write path 2 1 3 [| 1uy .. 6uy |]
                  Expect.equal (File.ReadAllBytes path) (PngFile.encode 2 1 3 [| 1uy .. 6uy |]) "the same bytes"))

          isRefused "a width of 0" 0 1 1 0
          isRefused "a negative size" -2 -2 1 4
          isRefused "two channels" 2 2 2 8
          isRefused "no channels" 2 2 0 0
          isRefused "a pixel too few" 2 2 1 3
          isRefused "a pixel too many" 2 2 1 5
          isRefused "a part of a pixel" 1 1 3 4
          isRefused "a size whose product overflows" Int32.MaxValue Int32.MaxValue 3 3 ]
