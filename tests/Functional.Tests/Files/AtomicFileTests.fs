// Tests of AtomicFile: all or nothing, and nothing left behind.
// Run with the whole suite.
module Functional.Tests.AtomicFileTests

open System.IO
open System.Threading.Tasks
open Expecto
open FsCheck
open Functional.Tensors
open Functional.Tests.FileTesting

let private text (content: string) (stream: Stream) =
    use writer = new StreamWriter(stream, leaveOpen = true)
    writer.Write content

let private failing (stream: Stream) =
    text "half of the new content" stream
    failwith "the writer failed"

[<Tests>]
let tests =
    testList
        "AtomicFile"
        [ testProperty "what the writer wrote is the file's content" (fun (content: byte[]) ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "file")
                  AtomicFile.write path (fun stream -> stream.Write content)
                  File.ReadAllBytes path = content))

          testCase "an old file is replaced whole, by a shorter one too" (fun () ->
              withFile (Array.zeroCreate 1000) (fun path ->
                  AtomicFile.write path (text "new")
                  Expect.equal (File.ReadAllText path) "new" "the new content and no more"))

          testCase "a missing folder is made, with its parents" (fun () ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "runs", "first", "file")
                  AtomicFile.write path (text "content")
                  Expect.equal (File.ReadAllText path) "content" "the content"))

          testCase "a name without a folder means the current one" (fun () ->
              let path = Path.GetRandomFileName()

              try
                  AtomicFile.write path (text "content")
                  Expect.equal (File.ReadAllText path) "content" "the content"
              finally
                  File.Delete path)

          testCase "a writer that fails leaves the old file and nothing beside it" (fun () ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "file")
                  AtomicFile.write path (text "old")
                  Expect.throws (fun () -> AtomicFile.write path failing) "the writer's failure passes through"
                  Expect.equal (File.ReadAllText path) "old" "the old content"
                  Expect.equal (Directory.GetFiles folder) [| path |] "no temporary file"))

          testCase "a writer that fails on a new file leaves nothing" (fun () ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "file")
                  Expect.throws (fun () -> AtomicFile.write path failing) "the writer's failure passes through"
                  Expect.equal (Directory.GetFiles folder) [||] "no file at all"))

          testCase "a target that is a folder is refused and nothing is left beside it" (fun () ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "taken")
                  Directory.CreateDirectory path |> ignore
                  Expect.throws (fun () -> AtomicFile.write path (text "content")) "a folder cannot be replaced"
                  Expect.equal (Directory.GetFiles folder) [||] "no temporary file"))

          testCase "writers at the same time leave the content of one of them" (fun () ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "file")
                  let contents = [| for letter in 'a' .. 'p' -> System.String(letter, 100_000) |]
                  Parallel.ForEach(contents, (fun content -> AtomicFile.write path (text content))) |> ignore
                  Expect.isTrue (Array.contains (File.ReadAllText path) contents) "one writer's content, unmixed"
                  Expect.equal (Directory.GetFiles folder) [| path |] "no temporary file")) ]
