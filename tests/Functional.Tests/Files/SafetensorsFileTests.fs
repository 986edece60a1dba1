// Tests of SafetensorsFile: round trips, the layout that other readers expect, and every way in which a file can be wrong.
// Run with the whole suite.
module Functional.Tests.SafetensorsFileTests

open System
open System.IO
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.FileTesting

// ---- files made by hand ----

/// A file with this header, however wrong, and this data.
let private file (header: string) (data: byte[]) =
    let header = Encoding.UTF8.GetBytes header
    Array.concat [ BitConverter.GetBytes(uint64 header.Length); header; data ]

let private entry name dtype shape (data: byte[]) : SafetensorsFile.Entry =
    { Name = name; Dtype = dtype; Shape = shape; Data = ReadOnlyMemory<byte> data }

let private written metadata entries =
    withFile [||] (fun path ->
        SafetensorsFile.write path metadata entries
        File.ReadAllBytes path)

let private plain (entry: SafetensorsFile.Entry) =
    entry.Name, entry.Dtype, entry.Shape, entry.Data.ToArray()

let private readBack bytes =
    withFile bytes (fun path ->
        let metadata, entries = SafetensorsFile.read path
        metadata, List.map plain entries)

// ---- files at random ----

let private dtypes =
    [ "BOOL", 1; "U8", 1; "I8", 1; "F8_E4M3", 1; "F8_E5M2", 1; "U16", 2; "I16", 2; "F16", 2; "BF16", 2 ]
    @ [ "U32", 4; "I32", 4; "F32", 4; "U64", 8; "I64", 8; "F64", 8; "C64", 8 ]

/// Any text that has a UTF-8 form: quotes, controls, newlines and emoji included, lone surrogates not.
let private name =
    ArbMap.defaults
    |> ArbMap.generate<NonNull<string>>
    |> Gen.map (fun text -> Encoding.UTF8.GetString(Encoding.UTF8.GetBytes text.Get) + "🜁")

let private content =
    gen {
        let! dtype, size = Gen.elements dtypes
        let! shape = Gen.choose (0, 4) |> Gen.listOf |> Gen.map (List.truncate 4 >> Array.ofList)
        let! data = Gen.choose (0, 255) |> Gen.map byte |> Gen.arrayOfLength (size * Array.fold (*) 1 shape)
        return fun name -> entry name dtype shape data
    }

let private metadata = Gen.zip name name |> Gen.listOf |> Gen.map (List.distinctBy fst)

let private entries =
    Gen.zip name content
    |> Gen.listOf
    |> Gen.map (List.distinctBy fst >> List.map (fun (name, make) -> make name))

let private contents = Gen.zip metadata entries

let private roundTrip =
    Prop.forAll (Arb.fromGen contents) (fun (metadata, entries) ->
        readBack (written metadata entries) = (metadata, List.map plain entries))

let private damaged = Gen.map2 written metadata entries |> survives (SafetensorsFile.read >> ignore)

let private startsOf (bytes: byte[]) =
    let headerLength = BitConverter.ToInt32(bytes, 0)
    use header = Json.JsonDocument.Parse(ReadOnlyMemory<byte>(bytes, 8, headerLength))

    [ for property in header.RootElement.EnumerateObject() do
          if property.Name <> "__metadata__" then
              let size = dtypes |> List.find (fun (dtype, _) -> dtype = property.Value.GetProperty("dtype").GetString()) |> snd
              8 + headerLength + property.Value.GetProperty("data_offsets").[0].GetInt32(), size ]

let private alignment =
    Prop.forAll (Arb.fromGen contents) (fun (metadata, entries) ->
        written metadata entries |> startsOf |> List.forall (fun (start, size) -> start % size = 0))

// ---- files that are wrong ----

/// What is wrong, the file, the offset that the refusal must name, and a part of what it must say.
let private wrongFiles =
    let one = sprintf """{"w":{"dtype":%s,"shape":%s,"data_offsets":%s}}"""
    let f32 = one "\"F32\""
    let two = sprintf """{"v":{"dtype":"U8","shape":[4],"data_offsets":%s},"w":{"dtype":"U8","shape":[4],"data_offsets":%s}}"""
    let bytes count = Array.zeroCreate<byte> count
    let notUtf8 = file """{"?":{}}""" [||] |> Array.updateAt 10 0xFFuy

    [ "an empty file", [||], 0L, "8-byte length"
      "a file shorter than its first field", bytes 7, 7L, "8-byte length"
      "a header length above the limit", Array.append (BitConverter.GetBytes 100_000_001L) (bytes 8), 0L, "100000001"
      "a header length with the top bit set", Array.create 16 0xFFuy, 0L, "18446744073709551615"
      "a header longer than the file", Array.append (BitConverter.GetBytes 90_000_000L) "{}"B, 10L, "ends inside its header"
      "an empty header", bytes 8, 8L, "'{'"
      "a header that is an array", file "[]" [||], 8L, "'{'"
      "a header that is broken off", file "{\"w\":" [||], 13L, "not valid JSON"
      "a header with text after its end", file "{} x" [||], 11L, "not valid JSON"
      "a header whose third line is wrong", file "{\n\n  nonsense}" [||], 13L, "not valid JSON"
      "a header nested without end", file ("{\"w\":" + String('[', 1000)) [||], 76L, "not valid JSON"
      "a name that is not UTF-8", notUtf8, 13L, "UTF-8"
      "a name with half a surrogate pair", file """{"\ud800":{}}""" [||], 18L, "UTF-8"
      "an entry that is a number", file """{"w":1}""" [||], 13L, "Number where an object"
      "an entry without dtype", file """{"w":{"shape":[],"data_offsets":[0,4]}}""" (bytes 4), 13L, "'dtype'"
      "an entry without shape", file """{"w":{"dtype":"F32","data_offsets":[0,4]}}""" (bytes 4), 13L, "'shape'"
      "an entry without offsets", file """{"w":{"dtype":"F32","shape":[]}}""" (bytes 4), 13L, "'data_offsets'"
      "a dtype that is no string", file (one "4" "[]" "[0,4]") (bytes 4), 22L, "a string"
      "an unknown dtype", file (one "\"F31\"" "[]" "[0,4]") (bytes 4), 13L, "'F31'"
      "a shape that is no array", file (f32 "4" "[0,4]") (bytes 4), 36L, "an array"
      "a negative dimension", file (f32 "[-1]" "[0,4]") (bytes 4), 37L, "a dimension"
      "a fractional dimension", file (f32 "[1.5]" "[0,4]") (bytes 4), 37L, "a dimension"
      "a dimension above an int32", file (f32 "[2147483648]" "[0,4]") (bytes 4), 37L, "a dimension"
      "a dimension above an int64", file (f32 "[18446744073709551614]" "[0,4]") (bytes 4), 37L, "a dimension"
      "a shape whose product overflows", file (f32 "[65536,65536,65536,65536]" "[0,0]") [||], 13L, "do not fit"
      "one byte offset", file (f32 "[1]" "[0]") (bytes 4), 55L, "a pair"
      "three byte offsets", file (f32 "[1]" "[0,4,8]") (bytes 4), 55L, "a pair"
      "a negative byte offset", file (f32 "[1]" "[-4,0]") (bytes 4), 56L, "a byte offset"
      "offsets in the wrong order", file (f32 "[1]" "[4,0]") (bytes 4), 13L, "do not fit"
      "offsets too far apart", file (f32 "[1]" "[0,8]") (bytes 8), 13L, "do not fit"
      "offsets too close", file (f32 "[2]" "[0,4]") (bytes 4), 13L, "do not fit"
      "offsets that reach past the file", file (f32 "[2]" "[0,8]") (bytes 7), 69L, "ends before the data of 'w'"
      "an entry of 2 GiB that is not there", file (f32 "[500000000]" "[0,2000000000]") [||], 79L, "ends before"
      "an entry of more than 2 GiB", file (f32 "[600000000]" "[0,2400000000]") [||], 13L, "several parts"
      "data that overlaps", file (two "[0,4]" "[2,6]") (bytes 6), 65L, "overlaps"
      "two entries on the same data", file (two "[0,4]" "[0,4]") (bytes 4), 65L, "overlaps"
      "data with a gap", file (two "[0,4]" "[6,10]") (bytes 10), 65L, "just before the data of 'w'"
      "data that does not begin at 0", file (f32 "[1]" "[4,8]") (bytes 8), 13L, "just before the data of 'w'"
      "bytes after the data", file (f32 "[1]" "[0,4]") (bytes 9), 66L, "5 bytes follow"
      "a name given twice", file """{"w":{},"w":{}}""" [||], 20L, "'w' twice"
      "a field given twice", file """{"w":{"shape":[],"shape":[]}}""" [||], 33L, "'shape' twice"
      "metadata that is no object", file """{"__metadata__":"pt"}""" [||], 24L, "an object"
      "metadata with a number", file """{"__metadata__":{"epoch":3}}""" [||], 33L, "a string" ]

let private isRefused (what, bytes, offset, says) =
    testCase $"{what} is refused" (fun () ->
        let mutable refused = Unchecked.defaultof<FileFormatException>
        let allocated = allocation (fun () -> refused <- refusal SafetensorsFile.read bytes)
        Expect.equal refused.Offset offset $"the offset in: {refused.Message}"
        Expect.stringContains refused.Message says "the reason"
        Expect.isTrue (allocated < 4_000_000L) $"sizes are checked before memory is taken; {allocated} bytes were")

let private halfAPair = String('\ud83d', 1)

let private isUnwritable what metadata entries =
    testCase $"{what} is not written" (fun () ->
        inFolder (fun folder ->
            let path = Path.Combine(folder, "file")
            Expect.throwsT<ArgumentException> (fun () -> SafetensorsFile.write path metadata entries) "the caller's mistake"
            Expect.isFalse (File.Exists path) "no file"))

let private layout =
    testList
        "layout"
        [ testCase "the header is compact JSON, padded with spaces to 8 bytes" (fun () ->
              let data = [| 0uy .. 23uy |]
              let header = """{"bias":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       """
              let bytes = written [] [ entry "bias" "F32" [| 1; 1; 2; 3 |] data ]
              Expect.equal (bytes[0] % 8uy) 0uy "the length is a multiple of 8"
              Expect.equal bytes (file (header.TrimEnd().PadRight(int bytes[0])) data) "these bytes and no others")

          testCase "no entries make an empty object" (fun () -> Expect.equal (written [] []) (file "{}      " [||]) "16 bytes")

          testCase "metadata comes first" (fun () ->
              let header = """{"__metadata__":{"framework":"pt"}}     """
              Expect.equal (written [ "framework", "pt" ] []) (file header [||]) "the header alone")

          testCase "wider elements are stored first, and entries come back in the order given" (fun () ->
              let small, wide = entry "a" "U8" [| 1 |] [| 1uy |], entry "b" "I64" [||] [| 2uy .. 9uy |]
              let bytes = written [] [ small; wide ]
              let data = Array.append [| 2uy .. 9uy |] [| 1uy |]
              Expect.equal (Array.skip (bytes.Length - 9) bytes) data "the I64 before the U8"
              Expect.equal (readBack bytes) ([], [ plain small; plain wide ]) "the U8 before the I64")

          testCase "entries in any order of offsets, extra fields and any trailing white space are read" (fun () ->
              let header =
                  """{"b":{"data_offsets":[1,3],"note":[1,{}],"shape":[2],"dtype":"U8"},"""
                  + "\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},"
                  + "\"none\":{\"dtype\":\"F32\",\"shape\":[2,0],\"data_offsets\":[1,1]}}\r\n\t "

              let expected = [ "b", "U8", [| 2 |], [| 8uy; 9uy |]; "a", "U8", [||], [| 7uy |]; "none", "F32", [| 2; 0 |], [||] ]
              Expect.equal (readBack (file header [| 7uy; 8uy; 9uy |])) ([], expected) "three entries") ]

[<Tests>]
let tests =
    testList
        "SafetensorsFile"
        [ testProperty "what is written is read back, metadata and order included" roundTrip
          testProperty "every entry starts at a multiple of its element size" alignment
          testProperty "a damaged file is refused or read" damaged
          layout
          testList "wrong files" (List.map isRefused wrongFiles)

          isUnwritable "an unknown dtype" [] [ entry "w" "F31" [||] [||] ]
          isUnwritable "data of the wrong size" [] [ entry "w" "F32" [| 2 |] [| 1uy |] ]
          isUnwritable "a negative dimension" [] [ entry "w" "F32" [| -1; -1 |] (Array.zeroCreate 4) ]
          isUnwritable "a name given twice" [] [ entry "w" "U8" [| 0 |] [||]; entry "w" "U8" [| 0 |] [||] ]
          isUnwritable "the name of the metadata" [] [ entry "__metadata__" "U8" [| 0 |] [||] ]
          isUnwritable "a metadata key given twice" [ "a", "1"; "a", "2" ] []
          isUnwritable "a name that has no UTF-8 form" [] [ entry halfAPair "U8" [| 0 |] [||] ]
          isUnwritable "metadata that has no UTF-8 form" [ "a", halfAPair ] [] ]
