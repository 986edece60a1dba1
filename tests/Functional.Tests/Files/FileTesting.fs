// What every test of a file format needs: a folder that goes away, the refusal of a bad file, and damage at random.
// Used by the tests in this folder; a new reader gets its damage test from `survives`.
module internal Functional.Tests.FileTesting

open System
open System.IO
open FsCheck
open FsCheck.FSharp
open Functional.Tensors

/// Runs `test` with the path of a new folder, and removes the folder whatever happens.
let inFolder (test: string -> 'T) : 'T =
    let folder = Directory.CreateTempSubdirectory("functional-").FullName

    try
        test folder
    finally
        Directory.Delete(folder, recursive = true)

/// Runs `test` with the path of a file that holds `bytes`.
let withFile (bytes: byte[]) (test: string -> 'T) : 'T =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "file")
        File.WriteAllBytes(path, bytes)
        test path)

/// The FileFormatException with which `read` refuses a file of these bytes.
let refusal (read: string -> 'T) (bytes: byte[]) : FileFormatException =
    let outcome =
        withFile bytes (fun path ->
            try
                read path |> ignore
                None
            with :? FileFormatException as refused ->
                Some refused)

    match outcome with
    | Some refused -> refused
    | None -> failwith "The file was read without complaint."

/// The bytes that `action` allocates on this thread, in total.
let allocation (action: unit -> unit) : int64 =
    let before = GC.GetAllocatedBytesForCurrentThread()
    action ()
    GC.GetAllocatedBytesForCurrentThread() - before

type Damage =
    | Change of position: int * value: byte
    | CutAt of position: int
    | Append of byte[]

let private spoil (bytes: byte[]) damage =
    let at position =
        if bytes.Length = 0 then 0 else position % bytes.Length

    match damage with
    | Change(position, value) when bytes.Length > 0 -> Array.updateAt (at position) value bytes
    | Change _ -> bytes
    | CutAt position -> Array.truncate (at position) bytes
    | Append more -> Array.append bytes more

let private anyByte = Gen.choose (0, 255) |> Gen.map byte

/// As often in the first bytes, where headers are, as anywhere.
let private position = Gen.oneof [ Gen.choose (0, 80); Gen.choose (0, 100_000) ]

let private damage =
    Gen.frequency
        [ 4, Gen.map2 (fun position value -> Change(position, value)) position anyByte
          1, Gen.map CutAt position
          1, Gen.map Append (Gen.nonEmptyListOf anyByte |> Gen.map Array.ofList) ]

/// The law of every reader: a file spoilt anyhow is refused with FileFormatException or read, and nothing else happens.
let survives (read: string -> unit) (valid: Gen<byte[]>) =
    let spoilt = Gen.map2 (List.fold spoil) valid (Gen.nonEmptyListOf damage)

    Prop.forAll (Arb.fromGen spoilt) (fun bytes ->
        withFile bytes (fun path ->
            try
                read path
            with :? FileFormatException as refused ->
                if refused.Path <> path || refused.Offset < 0L || not (refused.Message.StartsWith path) then
                    failwith $"The refusal does not say where it stands: {refused.Message}"))
