// Tests of README.md: every F# and C# block in it is part of a sample, so that it is compiled and run like the sample; its catalogue is printed.
// Run with the whole suite; a block that fails here is to be cut from its sample again, a catalogue to be printed again.
module internal Functional.Tests.ReadmeTests

open System
open System.IO
open Expecto
open Functional
open Functional.Tests.Testing

/// Lines without their indentation, and without the empty ones.
let private trimmed (lines: string seq) : string list =
    [ for line in lines do
          if not (String.IsNullOrWhiteSpace line) then
              line.Trim() ]

/// The fenced blocks of F# and C#, each with the number of its first line.
let private blocks (readme: string list) : (int * string list) list =
    let rec read (number: int) (block: (int * string list) option) (lines: string list) =
        match lines, block with
        | [], Some(start, _) -> failtest $"The block in line {start} of README.md has no end."
        | [], None -> []
        | line :: rest, None when line.StartsWith "```fsharp" || line.StartsWith "```csharp" ->
            read (number + 1) (Some(number, [])) rest
        | line :: rest, Some(start, found) when line.StartsWith "```" -> (start, List.rev found) :: read (number + 1) None rest
        | line :: rest, Some(start, found) -> read (number + 1) (Some(start, line :: found)) rest
        | _ :: rest, None -> read (number + 1) None rest

    read 1 None readme

let private sources =
    lazy
        [ for pattern in [ "*.fsx"; "*.fs"; "*.cs" ] do
              for path in Directory.EnumerateFiles(Path.Combine(repository, "samples"), pattern, SearchOption.AllDirectories) do
                  if not (path.Contains $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}") then
                      trimmed (File.ReadLines path) ]

let private occurs (block: string list) =
    sources.Value |> List.exists (fun lines -> List.windowed (max 1 block.Length) lines |> List.contains block)

let private path = Path.Combine(repository, "README.md")

// Around the tables in README.md.
let private start, finish = "<!-- catalogue -->", "<!-- end of the catalogue -->"

let private writing = "FUNCTIONAL_WRITE_README"

/// README.md with the catalogue as it is now.
let private withCatalogue (readme: string) : string =
    match readme.Split start with
    | [| before; rest |] when rest.Contains finish ->
        let after = rest.Substring(rest.IndexOf finish)
        $"{before}{start}\n\n{Catalogue.table ()}\n\n{after}"
    | _ -> failtest $"README.md does not hold '{start}' once and '{finish}' after it."

[<Tests>]
let tests =
    testList
        "README"
        [ testCase "every block of F# and C# occurs in a sample, line by line" (fun () ->
              let blocks = File.ReadLines path |> List.ofSeq |> blocks
              Expect.isNonEmpty blocks "README.md shows code"

              for line, block in blocks do
                  let code = String.Join("\n", block)
                  Expect.isTrue (occurs (trimmed block)) $"The block in line {line} of README.md is in no sample:\n{code}\n")
          testCase "the catalogue is the library's" (fun () ->
              let readme = File.ReadAllText path
              let current = withCatalogue readme

              if Environment.GetEnvironmentVariable writing = "1" then
                  File.WriteAllText(path, current)
              else
                  let command = $"{writing}=1 build/run test --filter README"
                  Expect.isTrue (readme = current) $"README.md shows the catalogue of today; `{command}` prints it anew") ]
