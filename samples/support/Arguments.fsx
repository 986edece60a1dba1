// What the samples share: their command line, and errors that end a sample with one clear sentence and exit code 1.
// Loaded by every sample script.
module Arguments

open System
open System.IO

/// The `--name value` pairs of the command line; unknown names are refused.
type Arguments(known: string list) =

    let rec parse (given: string list) =
        match given with
        | [] -> Map.empty
        | name :: value :: rest when name.StartsWith "--" && List.contains (name.Substring 2) known ->
            Map.add (name.Substring 2) value (parse rest)
        | name :: _ ->
            let options = known |> List.map (fun name -> $"--{name} VALUE") |> String.concat " "
            raise (ArgumentException $"'{name}' is not an option with a value. The options are: {options}")

    let values = lazy (fsi.CommandLineArgs |> Array.skip 1 |> Array.filter ((<>) "--") |> Array.toList |> parse)

    /// A whole number, or its default.
    member _.Int(name: string, otherwise: int) =
        match values.Value.TryFind name with
        | None -> otherwise
        | Some text ->
            match Int32.TryParse text with
            | true, number -> number
            | _ -> raise (ArgumentException $"--{name} takes a whole number, not '{text}'.")

    /// A file or folder, if one is named.
    member _.Path(name: string) = values.Value.TryFind name

    /// A folder, or its default.
    member _.Folder(name: string, otherwise: string) =
        values.Value |> Map.tryFind name |> Option.defaultValue otherwise

/// A folder for a sample's pictures and weights: artifacts/NAME at the top of the repository.
let artifacts (name: string) =
    let folder = Path.Combine(__SOURCE_DIRECTORY__, "..", "..", "artifacts", name) |> Path.GetFullPath
    Directory.CreateDirectory folder |> ignore
    folder

/// Where `build/run sample` puts MNIST.
let mnist = Path.Combine(__SOURCE_DIRECTORY__, "..", "..", ".data", "mnist") |> Path.GetFullPath

/// Runs a sample; an error becomes its message on standard error and exit code 1.
let run (sample: unit -> unit) =
    try
        sample ()
    with error ->
        eprintfn "%s" error.Message
        exit 1
