// Writing a file whole or not at all: a crash or a full disk leaves the old file as it was.
// Used by everything that writes: checkpoints, images, reports.
namespace Functional.Tensors

open System.IO

module internal AtomicFile =

    /// In the target's own directory, because a rename is atomic only within one file system.
    let private temporaryBeside (path: string) =
        Path.Combine(Path.GetDirectoryName path, $".{Path.GetFileName path}.{Path.GetRandomFileName()}")

    let private writeThrough path (writer: Stream -> unit) =
        use stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write)
        writer stream
        // Without this a power cut after the rename could leave the new name with no content.
        stream.Flush true

    let private deleteQuietly path =
        // The failure that brought us here is the one to report.
        try
            File.Delete path
        with _ ->
            ()

    /// Gives `writer` a stream, and puts what it wrote at `path` in one step once all of it is on disk.
    /// If anything fails, `path` keeps its old content (or stays missing) and nothing is left beside it.
    let write (path: string) (writer: Stream -> unit) =
        let target = Path.GetFullPath path
        Directory.CreateDirectory(Path.GetDirectoryName target) |> ignore
        let temporary = temporaryBeside target

        try
            writeThrough temporary writer
            File.Move(temporary, target, overwrite = true)
        with _ ->
            deleteQuietly temporary
            reraise ()
