// The idx format of MNIST and its kin: a big-endian header of dimensions, then unsigned bytes; plain or gzipped.
// Used by the image data sets; it gives plain arrays and knows nothing of tensors.
namespace Functional

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression

/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
module internal IdxFile =

    /// Row-major: the last dimension varies fastest.
    type Contents = { Shape: int[]; Data: byte[] }

    let private elementTypes =
        Map
            [ 0x09uy, "signed byte"
              0x0Buy, "16-bit integer"
              0x0Cuy, "32-bit integer"
              0x0Duy, "32-bit float"
              0x0Euy, "64-bit float" ]

    /// What people have in the place of an idx file, most of all the error page of a failed download.
    let private lookalike (start: byte[]) =
        match start[0], start[1] with
        | '<'B, _ -> Some "an HTML or XML page"
        | '{'B, _ -> Some "JSON"
        | 'P'B, 'K'B -> Some "a zip archive"
        | 'B'B, 'Z'B -> Some "a bzip2 file"
        | 0x1Fuy, 0x8Buy -> Some "a gzip file inside another"
        | 0xFDuy, '7'B -> Some "an xz file"
        | 0x89uy, 'P'B -> Some "a PNG image"
        | 0x93uy, 'N'B -> Some "a NumPy array"
        | _ -> None

    // ---- the bytes ----

    let private isGzip (file: FileStream) =
        let start = [| file.ReadByte(); file.ReadByte() |]
        file.Position <- 0L
        start = [| 0x1F; 0x8B |]

    /// Counts what was read, so that every error can say where it stands.
    type private Source = { Path: string; Stream: Stream; mutable Offset: int64 }

    /// As many bytes as there are, up to the whole span.
    let private fill source (target: Memory<byte>) =
        try
            let count = source.Stream.ReadAtLeast(target.Span, target.Length, throwOnEndOfStream = false)
            source.Offset <- source.Offset + int64 count
            count
        with :? InvalidDataException as damage ->
            raise (Errors.File.idxGzip source.Path source.Offset damage.Message)

    let private take source count =
        let bytes = Array.zeroCreate<byte> count

        if fill source (bytes.AsMemory()) < count then
            raise (Errors.File.idxHeaderCutOff source.Path source.Offset)

        bytes

    // ---- the header ----

    let private rankOf path (magic: byte[]) =
        if magic[0] <> 0uy || magic[1] <> 0uy then
            raise (Errors.File.idxMagic path (BitConverter.ToString(magic).Replace('-', ' ')) (lookalike magic))

        if magic[2] <> 0x08uy then
            let name = elementTypes |> Map.tryFind magic[2] |> Option.defaultValue "no type that idx knows"
            raise (Errors.File.idxElementType path magic[2] name)

        int magic[3]

    let private dimensionsOf path (bytes: byte[]) =
        let dimension (field: byte[]) =
            int64 (BinaryPrimitives.ReadUInt32BigEndian field)

        let dimensions = bytes |> Array.chunkBySize 4 |> Array.map dimension
        let limit = int64 Array.MaxLength
        // Stops as soon as the product is too large for an array, so it cannot overflow.
        let times product dimension =
            if product > limit then product else product * dimension

        if Array.fold times 1L dimensions > limit || Array.exists (fun dimension -> dimension > limit) dimensions then
            raise (Errors.File.idxTooLarge path dimensions Array.MaxLength)

        Array.map int dimensions

    // ---- the data ----

    let private firstPiece = 1 <<< 20

    /// The array grows with what is really there: a damaged header or a gzip bomb must not claim memory by itself.
    let private readData source (shape: int[]) =
        let count = Array.fold (*) 1 shape

        let rec grow (data: byte[]) filled =
            let filled = filled + fill source (data.AsMemory filled)

            if filled < data.Length then
                raise (Errors.File.idxCutOff source.Path source.Offset shape count)
            elif filled < count then
                let mutable larger = data
                Array.Resize(&larger, int (min (int64 count) (2L * int64 filled)))
                grow larger filled
            else
                data

        grow (Array.zeroCreate (min count firstPiece)) 0

    /// Reading on to the end also makes gzip compare its checksum. (A file cut off inside that passes: its data is whole.)
    let private checkEnd source shape =
        let offset = source.Offset

        if fill source (Array.zeroCreate<byte>(1).AsMemory()) > 0 then
            raise (Errors.File.idxTrailing source.Path offset shape)

    let private readSource source expectedRank =
        let rank = take source 4 |> rankOf source.Path

        if rank <> expectedRank then
            raise (Errors.File.idxRank source.Path rank expectedRank)

        let shape = take source (4 * rank) |> dimensionsOf source.Path
        let data = readData source shape
        checkEnd source shape
        { Shape = shape; Data = data }

    /// Reads an idx file of unsigned bytes with `expectedRank` dimensions (images 3, labels 1); gzip is known by its first bytes.
    /// Raises FileFormatException where the file is something else, damaged, or not exactly as long as its header says.
    let read (path: string) (expectedRank: int) : Contents =
        use file = File.OpenRead path

        if isGzip file then
            use unpacked = new GZipStream(file, CompressionMode.Decompress)
            readSource { Path = path; Stream = unpacked; Offset = 0L } expectedRank
        else
            readSource { Path = path; Stream = file; Offset = 0L } expectedRank

    /// The path of `baseName` (such as "train-images-idx3-ubyte") in a folder, under any of the names in which it circulates.
    /// Raises FileNotFoundException with the names looked for.
    let find (directory: string) (baseName: string) : string =
        let dotted = baseName.Replace("-idx", ".idx")
        let names = [ baseName; baseName + ".gz"; dotted; dotted + ".gz" ] |> List.distinct

        match names |> List.map (fun name -> Path.Combine(directory, name)) |> List.tryFind File.Exists with
        | Some path -> path
        | None -> raise (Errors.File.idxNotFound directory names)
