// The test as a value: cases, lists and FsCheck properties, and the functions that build them, with Expecto's names and meanings.
// Used by every F# test of this repository through `open Expecto`; Runner.fs runs what is built here.
namespace Expecto

open System
open FsCheck

/// Raised by a failed expectation.
type AssertException(message: string) =
    inherit Exception(message)

/// Raised by `skiptest`.
type IgnoreException(message: string) =
    inherit Exception(message)

/// Marks a module's value of type `Test` for `runTestsInAssemblyWithCLIArgs`.
[<AttributeUsage(AttributeTargets.Property)>]
type TestsAttribute() =
    inherit Attribute()

/// How FsCheck samples a property: sizes grow from `startSize` to `endSize`, a type in `arbitrary` has static members that
/// return `Arbitrary` instances, and `replay` is the pair of numbers that a failure prints.
type FsCheckConfig =
    { maxTest: int
      maxRejected: int
      startSize: int
      endSize: int
      replay: (uint64 * uint64) option
      arbitrary: Type list }

    static member defaultConfig =
        { maxTest = 200
          maxRejected = 1000
          startSize = 1
          endSize = 100
          replay = None
          arbitrary = [] }

/// What a case runs; a property without its own settings takes the runner's.
type TestCode =
    | Sync of (unit -> unit)
    | Async of Async<unit>
    | AsyncFsCheck of config: FsCheckConfig option * check: (FsCheckConfig -> Async<unit>)

/// A pending test is counted as skipped, with all that is below it.
type FocusState =
    | Normal
    | Pending

type Test =
    | TestCase of code: TestCode * state: FocusState
    | TestList of tests: Test list * state: FocusState
    | TestLabel of label: string * test: Test * state: FocusState

module internal Describe =
    /// `%A` rounds numbers to ten digits, which would print two unequal numbers alike.
    let value (x: obj) =
        match x with
        | :? float
        | :? float32 -> string x
        | _ -> $"%A{x}"

    /// The exception with its stack, less the frames that every test shares.
    let error (e: exn) =
        let frames = [ "Expecto."; "FsCheck."; "Microsoft.FSharp."; "System.Lazy`1" ] |> List.map ((+) "   at ")

        let isShared (line: string) =
            "--- End of stack trace" :: frames |> List.exists line.StartsWith

        let lines = (string e).Replace("Expecto.AssertException: ", "").Split '\n'
        lines |> Array.filter (isShared >> not) |> String.concat "\n"

[<AutoOpen>]
module Tests =
    let failtest message : 'a = raise (AssertException message)
    let failtestf format = Printf.ksprintf failtest format
    let skiptest message : 'a = raise (IgnoreException message)
    let skiptestf format = Printf.ksprintf skiptest format

    let private case state name code =
        TestLabel(name, TestCase(code, state), state)

    let testList name tests =
        TestLabel(name, TestList(tests, Normal), Normal)

    let ptestList name tests =
        TestLabel(name, TestList(tests, Pending), Pending)

    let testCase name run = case Normal name (Sync run)
    let ptestCase name run = case Pending name (Sync run)
    let testCaseAsync name work = case Normal name (Async work)

    /// Means nothing here, where tests always run one at a time.
    let testSequenced (test: Test) = test

    let private conclude result =
        match result with
        | TestResult.Passed _ -> ()
        | TestResult.Exhausted data -> failtest $"Too many inputs were rejected: only {data.NumberOfTests} tests ran."
        | TestResult.Failed(_, _, _, Outcome.Failed(:? IgnoreException as e), _, _, _) -> raise e
        | TestResult.Failed(data, original, shrunk, outcome, seed, _, _) ->
            let inputs title values =
                title :: List.map (fun value -> $"  {Describe.value value}") values

            [ $"Falsified after {data.NumberOfTests} tests and {data.NumberOfShrinks} shrinks."
              yield! inputs "Counter-example:" shrunk
              if data.NumberOfShrinks > 0 then
                  yield! inputs "Shrunk from:" original
              if not data.Labels.IsEmpty then
                  "Labels: " + String.concat ", " data.Labels
              match outcome with
              | Outcome.Failed e -> Describe.error e
              | _ -> ()
              $"To replay: --seed {seed.Seed},{seed.Gamma} or replay = Some({seed.Seed}UL, {seed.Gamma}UL)" ]
            |> String.concat "\n"
            |> failtest

    let private runner =
        { new IRunner with
            member _.OnStartFixture _ = ()
            member _.OnArguments(_, _, _) = ()
            member _.OnShrink(_, _) = ()
            member _.OnFinished(_, result) = conclude result }

    let private property state config name (property: 'Testable) =
        let check config =
            let replay = config.replay |> Option.map (fun (seed, gamma) -> { Rnd = Rnd(seed, gamma); Size = None })

            let settings =
                Config.Quick
                    .WithMaxTest(config.maxTest)
                    .WithMaxRejected(config.maxRejected)
                    .WithStartSize(config.startSize)
                    .WithEndSize(config.endSize)
                    .WithReplay(replay)
                    .WithArbitrary(config.arbitrary)
                    .WithRunner(runner)

            Check.One(settings, property)

        case state name (AsyncFsCheck(config, (fun config -> async { check config })))

    let testProperty name property' = property Normal None name property'
    let ptestProperty name property' = property Pending None name property'

    let testPropertyWithConfig config name property' =
        property Normal (Some config) name property'
