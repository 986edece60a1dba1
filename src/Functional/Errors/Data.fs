// What is raised about data sets and their files.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open System.IO
open Functional.Tensors

/// Data sets.
module internal Data =

    let private shape = Shape.toString

    let lengths (images: int) (labels: int) (folder: string) =
        Functional.Tensors.Errors.File.malformed
            folder
            0L
            $"there are {images} images and {labels} labels"
            "Both files have to come from the same set."

    let imageSize (found: Shape) (height: int) (width: int) =
        ArgumentException $"The images have shape {shape found}, which is not [batch; {height} · {width}]."

    let tooMany (wanted: int) (length: int) =
        ArgumentException $"{wanted} examples were asked of a data set of {length}."

    let batchSize (size: int) =
        ArgumentException $"A batch holds at least one example, not {size}."

    let empty = ArgumentException "The data set has no examples."

/// Data files: what is wrong, in which file, at which byte, and what to do about it.
module internal File =

    let private malformed path offset problem remedy =
        Functional.Tensors.Errors.File.malformed path offset problem remedy

    let private anotherCopy = "The file is damaged, or was cut off while it was fetched: fetch it again."

    let private rightFile =
        "Check that the path names the idx file you mean; idx files may be gzipped, but not packed in any other way."

    let idxHeaderCutOff path (offset: int64) =
        malformed path offset "the file ends before its idx header does" anotherCopy

    let idxMagic path (found: string) (looksLike: string option) =
        let guess = looksLike |> Option.map (fun what -> $", like {what}") |> Option.defaultValue ""
        malformed path 0L $"the file begins with {found}{guess}; an idx file begins with 00 00 08" rightFile

    let idxElementType path (code: byte) (name: string) =
        let problem = $"the elements have type 0x{code:X2} ({name}); only 0x08 (unsigned byte) is read"
        malformed path 2L problem "Convert the file."

    let idxRank path (rank: int) (expected: int) =
        let describe rank =
            let unit = if rank = 1 then "dimension" else "dimensions"
            let known = [ 1, ", as labels have"; 3, ", as images have" ] |> Map
            $"{rank} {unit} (magic 0x{0x800 + rank:X8}{Map.tryFind rank known |> Option.defaultValue String.Empty})"

        malformed path 3L $"the file has {describe rank} where {describe expected} were expected" rightFile

    let idxTooLarge path (dimensions: int64[]) (limit: int) =
        let dimensions = String.Join(" x ", dimensions)
        malformed path 4L $"the header promises {dimensions} bytes; one array holds at most {limit}" anotherCopy

    let idxCutOff path (offset: int64) (dimensions: int[]) (expected: int64) =
        let dimensions = String.Join(" x ", dimensions)
        malformed path offset $"the data ends here, but {dimensions} elements need {expected} bytes in all" anotherCopy

    let idxTrailing path (offset: int64) (dimensions: int[]) =
        let dimensions = String.Join(" x ", dimensions)
        malformed path offset $"more bytes follow the {dimensions} elements that the header promises" anotherCopy

    let idxGzip path (offset: int64) (reason: string) =
        malformed path offset $"the gzip stream is damaged after this many unpacked bytes: {reason.TrimEnd '.'}" anotherCopy

    let idxNotFound (directory: string) (names: string list) =
        let state = if Directory.Exists directory then "holds none of" else "does not exist; looked in it for"
        let listed = String.Join(", ", names)

        let remedy =
            "`build/run sample vae-mnist` fetches MNIST by itself; or point `--data` at a folder with the four idx files."

        FileNotFoundException($"The folder {directory} {state} {listed}. {remedy}", Path.Combine(directory, List.head names))
