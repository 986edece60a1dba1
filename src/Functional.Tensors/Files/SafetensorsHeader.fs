// The JSON header of a safetensors file: what it may say, where it is wrong, and how it is written.
// Used by SafetensorsFile alone, which adds the data.
namespace Functional.Tensors

open System
open System.Collections.Generic
open System.IO
open System.Runtime.InteropServices
open System.Text.Encodings.Web
open System.Text.Json

/// Source: https://github.com/huggingface/safetensors, section "Format", and the checks of its reference reader.
module internal SafetensorsHeader =

    /// An array as the header describes it: its bytes lie from First up to Last, counted from the start of the data.
    /// Position is where in the file the header says so (0 in a header that is yet to be written).
    type Slot =
        { Name: string
          Dtype: string
          Shape: int[]
          First: int64
          Last: int64
          Position: int64 }

    /// The format's own limit, so that a damaged length cannot ask for a huge header.
    let limit = 100_000_000

    let metadataName = "__metadata__"

    /// Bytes an element, by dtype.
    let elementSizes =
        [ [ "BOOL"; "U8"; "I8"; "F8_E4M3"; "F8_E5M2" ], 1
          [ "U16"; "I16"; "F16"; "BF16" ], 2
          [ "U32"; "I32"; "F32" ], 4
          [ "U64"; "I64"; "F64"; "C64" ], 8 ]
        |> List.collect (fun (names, size) -> names |> List.map (fun name -> name, size))
        |> Map

    /// The bytes of an array, or -1 where they exceed an int64: a damaged shape must not wrap around to a plausible size.
    let byteCount dtype (shape: int[]) =
        let times (bytes: int64) (dimension: int) =
            if bytes < 0L || (dimension > 0 && bytes > Int64.MaxValue / int64 dimension) then
                -1L
            else
                bytes * int64 dimension

        Array.fold times (int64 elementSizes[dtype]) shape

    // ---- reading ----

    type private Header = { Path: string; Bytes: byte[] }

    /// Where in the file a JSON value stands: the parser keeps slices of the header's bytes.
    let private positionOf header (element: JsonElement) =
        let mutable offset = 0
        let raw = JsonMarshal.GetRawUtf8Value element
        ReadOnlySpan<byte>(header.Bytes).Overlaps(raw, &offset) |> ignore
        8L + int64 offset

    let private unexpected header element expected =
        raise (Errors.File.safetensorsUnexpected header.Path (positionOf header element) expected $"{element.ValueKind}")

    /// The JSON parser looks inside a string only when asked for its text.
    let private decoded header element (decode: unit -> string) =
        try
            decode ()
        with :? InvalidOperationException ->
            raise (Errors.File.safetensorsNotText header.Path (positionOf header element))

    let private text header (element: JsonElement) =
        match element.ValueKind with
        | JsonValueKind.String -> decoded header element element.GetString
        | _ -> unexpected header element "a string"

    let private integer header expected limit (element: JsonElement) =
        let mutable value = 0L

        if element.ValueKind = JsonValueKind.Number && element.TryGetInt64(&value) && value >= 0L && value <= limit then
            value
        else
            unexpected header element expected

    let private items header (element: JsonElement) =
        match element.ValueKind with
        | JsonValueKind.Array -> [| for item in element.EnumerateArray() -> item |]
        | _ -> unexpected header element "an array"

    /// An object's members. A name given twice is refused: two readers could disagree on which of them counts.
    let private members header (element: JsonElement) =
        if element.ValueKind <> JsonValueKind.Object then
            unexpected header element "an object"

        let seen = HashSet<string>()

        [ for property in element.EnumerateObject() do
              let name = decoded header property.Value (fun () -> property.Name)

              if not (seen.Add name) then
                  raise (Errors.File.safetensorsDuplicate header.Path (positionOf header property.Value) name)

              name, property.Value ]

    let private shapeOf header element =
        items header element
        |> Array.map (integer header $"a dimension from 0 to {Int32.MaxValue}" (int64 Int32.MaxValue) >> int)

    let private extentOf header element =
        match items header element |> Array.map (integer header "a byte offset" Int64.MaxValue) with
        | [| first; last |] -> first, last
        | _ -> unexpected header element "a pair of byte offsets"

    let private checkSlot header slot =
        let bytes = byteCount slot.Dtype slot.Shape

        if bytes < 0L || slot.Last < slot.First || slot.Last - slot.First <> bytes then
            Errors.File.safetensorsSize header.Path slot.Position slot.Name slot.Dtype slot.Shape slot.First slot.Last
            |> raise

        if bytes > int64 Array.MaxLength then
            raise (Errors.File.safetensorsTooLarge header.Path slot.Position slot.Name bytes Array.MaxLength)

    let private slotOf header (name, element) =
        let position = positionOf header element
        let fields = members header element

        let field key =
            match fields |> List.tryFind (fun (field, _) -> field = key) with
            | Some(_, value) -> value
            | None -> raise (Errors.File.safetensorsMissingField header.Path position name key)

        let dtype = text header (field "dtype")

        if not (elementSizes.ContainsKey dtype) then
            raise (Errors.File.safetensorsDtype header.Path position name dtype elementSizes.Keys)

        let first, last = extentOf header (field "data_offsets")

        let slot =
            { Name = name
              Dtype = dtype
              Shape = shapeOf header (field "shape")
              First = first
              Last = last
              Position = position }

        checkSlot header slot
        slot

    let private jsonFailure header (failure: JsonException) =
        let pastLine start _ =
            Array.IndexOf(header.Bytes, '\n'B, start) + 1

        let lineStart = Seq.fold pastLine 0 (seq { 1L .. failure.LineNumber.GetValueOrDefault() })
        let offset = 8L + int64 lineStart + failure.BytePositionInLine.GetValueOrDefault()
        // The message repeats line and position, in the parser's own counting.
        Errors.File.safetensorsNotJson header.Path offset (failure.Message.Split(" LineNumber:")[0])

    let private parse header =
        try
            JsonDocument.Parse(ReadOnlyMemory<byte> header.Bytes)
        with :? JsonException as failure ->
            raise (jsonFailure header failure)

    /// The metadata and the slots of a header that stands at byte 8 of the file, both in its own order.
    let read (path: string) (bytes: byte[]) : (string * string) list * Slot list =
        if Array.tryHead bytes <> Some '{'B then
            raise (Errors.File.safetensorsNotAnObject path)

        let header = { Path = path; Bytes = bytes }
        use document = parse header
        let isMetadata (name, _) = (name = metadataName)
        let metadata, entries = members header document.RootElement |> List.partition isMetadata

        let metadata =
            [ for _, element in metadata do
                  for key, value in members header element -> key, text header value ]

        metadata, entries |> List.map (slotOf header)

    // ---- writing ----

    let private writeSlot (json: Utf8JsonWriter) slot =
        json.WriteStartObject slot.Name
        json.WriteString("dtype", slot.Dtype)
        json.WriteStartArray "shape"
        slot.Shape |> Array.iter json.WriteNumberValue
        json.WriteEndArray()
        json.WriteStartArray "data_offsets"
        json.WriteNumberValue slot.First
        json.WriteNumberValue slot.Last
        json.WriteEndArray()
        json.WriteEndObject()

    let private writeMetadata (json: Utf8JsonWriter) metadata =
        json.WriteStartObject metadataName

        for key: string, value: string in metadata do
            json.WriteString(key, value)

        json.WriteEndObject()

    /// Padded with spaces to a multiple of 8 bytes, as the reference writer does, so that the data starts aligned.
    let write (metadata: (string * string) list) (slots: Slot list) : byte[] =
        use buffer = new MemoryStream()
        // Names stay readable; the escapes left out matter only inside HTML.
        let options = JsonWriterOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
        use json = new Utf8JsonWriter(buffer, options)
        json.WriteStartObject()

        if not (List.isEmpty metadata) then
            writeMetadata json metadata

        List.iter (writeSlot json) slots
        json.WriteEndObject()
        json.Flush()
        let padding = Array.create (-(int buffer.Length) &&& 7) ' 'B
        Array.append (buffer.ToArray()) padding
