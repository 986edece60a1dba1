// The safetensors format: a JSON header, then the raw bytes of each array, so that no code runs on load.
// Used by checkpoints; it deals in names, dtypes, shapes and bytes, and knows nothing of tensors.
namespace Functional.Tensors

open System
open System.Buffers.Binary
open System.IO
open System.Text
open Functional.Tensors.SafetensorsHeader

module internal SafetensorsFile =

    /// One named array: little-endian, row-major. A scalar's shape is empty.
    [<NoComparison; NoEquality>]
    type Entry = { Name: string; Dtype: string; Shape: int[]; Data: ReadOnlyMemory<byte> }

    // ---- reading ----

    /// The slots must tile the data without gap or overlap, so that nothing hides between them and no byte is read twice.
    let private checkTiling path dataStart (fileLength: int64) (slots: Slot list) =
        let dataLength = fileLength - dataStart

        let next reached slot =
            if slot.First < reached then
                raise (Errors.File.safetensorsOverlap path slot.Position slot.Name)
            elif slot.First > reached then
                raise (Errors.File.safetensorsGap path slot.Position slot.Name)
            elif slot.Last > dataLength then
                raise (Errors.File.safetensorsDataCutOff path fileLength slot.Name)

            slot.Last

        let reached = slots |> List.sortBy (fun slot -> struct (slot.First, slot.Last)) |> List.fold next 0L

        if reached < dataLength then
            raise (Errors.File.safetensorsTrailing path (dataStart + reached) (dataLength - reached))

    /// Exactly `count` bytes from where the stream stands. `cutOff` is asked only if the file is shorter than it was found to be.
    let private take (stream: FileStream) (cutOff: int64 -> exn) count =
        let bytes = GC.AllocateUninitializedArray<byte> count

        if stream.ReadAtLeast(bytes.AsSpan(), count, throwOnEndOfStream = false) < count then
            raise (cutOff stream.Position)

        bytes

    let private takeHeader path (stream: FileStream) =
        let tooShort at =
            Errors.File.safetensorsTooShort path at :> exn

        let length = BinaryPrimitives.ReadUInt64LittleEndian(take stream tooShort 8)

        if length > uint64 limit then
            raise (Errors.File.safetensorsHeaderTooLong path length limit)

        let cutOff at =
            Errors.File.safetensorsHeaderCutOff path (int64 length) at :> exn

        if int64 length > stream.Length - 8L then
            raise (cutOff stream.Length)

        take stream cutOff (int length)

    let private takeEntry path dataStart (stream: FileStream) (slot: Slot) =
        stream.Position <- dataStart + slot.First

        let cutOff at =
            Errors.File.safetensorsDataCutOff path at slot.Name :> exn

        { Name = slot.Name
          Dtype = slot.Dtype
          Shape = slot.Shape
          Data = ReadOnlyMemory<byte>(take stream cutOff (int (slot.Last - slot.First))) }

    /// The metadata and the entries, in the order in which the header names them.
    /// Raises FileFormatException where the file is not whole and sound; all sizes are checked before any entry is read.
    let read (path: string) : (string * string) list * Entry list =
        use stream = File.OpenRead path
        let header = takeHeader path stream
        let dataStart = 8L + int64 header.Length
        let metadata, slots = SafetensorsHeader.read path header
        checkTiling path dataStart stream.Length slots
        metadata, slots |> List.map (takeEntry path dataStart stream)

    // ---- writing ----

    let private checkEntry path (entry: Entry) =
        let refuse problem =
            raise (Errors.File.safetensorsUnwritable path entry.Name problem)

        if entry.Name = metadataName then
            refuse "that name is the format's own"
        elif not (elementSizes.ContainsKey entry.Dtype) then
            refuse $"""its dtype '{entry.Dtype}' is none of {String.Join(", ", elementSizes.Keys)}"""
        elif Array.exists (fun dimension -> dimension < 0) entry.Shape then
            refuse $"its shape {Errors.shape entry.Shape} has a negative dimension"
        elif byteCount entry.Dtype entry.Shape <> int64 entry.Data.Length then
            refuse $"{entry.Data.Length} bytes do not fit dtype {entry.Dtype} and shape {Errors.shape entry.Shape}"

    let private checkDistinct path names =
        for name, count in List.countBy id names do
            if count > 1 then
                raise (Errors.File.safetensorsUnwritable path name "the name occurs twice")

    /// The JSON writer would replace what has no UTF-8 form, and the name would come back changed.
    let private checkText path text =
        if Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text: string)) <> text then
            raise (Errors.File.safetensorsUnwritable path text "the text holds half a surrogate pair")

    let private checkContents path metadata (entries: Entry list) =
        let names = entries |> List.map _.Name
        let keys, values = List.unzip metadata
        entries |> List.iter (checkEntry path)
        names |> checkDistinct path
        keys |> checkDistinct path
        names @ keys @ values |> List.iter (checkText path)

    /// Widest elements first, so that every array starts at a multiple of its element size.
    let private placed (entries: Entry list) =
        entries |> List.sortBy (fun entry -> -elementSizes[entry.Dtype])

    /// The slots of entries whose data is stored in the order given.
    let private slots (entries: Entry list) =
        let slot first (entry: Entry) =
            let last = first + int64 entry.Data.Length

            { Slot.Name = entry.Name
              Dtype = entry.Dtype
              Shape = entry.Shape
              First = first
              Last = last
              Position = 0L },
            last

        List.mapFold slot 0L entries |> fst

    /// Writes metadata and entries, through AtomicFile; `read` gives both back in the same order.
    /// Raises ArgumentException on a name given twice, an unknown dtype, or data that does not fit its dtype and shape.
    let write (path: string) (metadata: (string * string) list) (entries: Entry list) =
        checkContents path metadata entries
        let placed = placed entries
        let slotOf = dict [ for slot in slots placed -> slot.Name, slot ]
        let header = SafetensorsHeader.write metadata [ for entry in entries -> slotOf[entry.Name] ]

        if header.Length > limit then
            raise (Errors.File.safetensorsUnwritable path metadataName $"the header exceeds {limit} bytes")

        let length = BitConverter.GetBytes(uint64 header.Length)

        AtomicFile.write path (fun stream ->
            stream.Write length
            stream.Write header

            for entry in placed do
                stream.Write entry.Data.Span)
