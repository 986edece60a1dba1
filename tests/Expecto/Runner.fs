// Runs tests one at a time (the tensors under test use all cores) and reports them: failures as they happen, then the counts.
// Called by the entry point of a test project: `runTestsInAssemblyWithCLIArgs [] argv`.
namespace Expecto

open System
open System.Diagnostics
open System.Reflection

/// What code may ask of the runner: here tests run in sequence anyway.
type CLIArguments = | Sequenced

type private Options =
    { filter: string
      debug: bool
      list: bool
      maxTest: int
      seed: (uint64 * uint64) option }

type private FlatTest = { name: string; group: string; list: string; code: TestCode; pending: bool }

type private Verdict =
    | Passed
    | Failed
    | Skipped of reason: string

type private Finished = { test: FlatTest; verdict: Verdict; seconds: float }

[<AutoOpen>]
module Runner =
    let private usage =
        """--filter TEXT           run the tests whose full name a.b.c contains TEXT, in any case
--list-tests            print the names and run nothing
--fscheck-max-tests N   inputs for each property that does not set its own number (100)
--seed N,N              replay the properties with the numbers that a failure printed
--debug                 print each test's name before it runs
--sequenced, --summary, --no-spinner    accepted; the runner always works so"""

    let private (|Numbers|_|) (text: string) =
        let parts = text.Split ',' |> Array.map (fun part -> UInt64.TryParse part)
        if Array.forall fst parts then Some(Array.map snd parts) else None

    let rec private parse options arguments =
        match arguments with
        | [] -> Ok options
        | ("--sequenced" | "--summary" | "--no-spinner") :: rest -> parse options rest
        | "--debug" :: rest -> parse { options with debug = true } rest
        | "--list-tests" :: rest -> parse { options with list = true } rest
        | "--filter" :: text :: rest -> parse { options with filter = text } rest
        | "--fscheck-max-tests" :: Numbers [| count |] :: rest -> parse { options with maxTest = int count } rest
        | "--seed" :: Numbers [| seed; gamma |] :: rest -> parse { options with seed = Some(seed, gamma) } rest
        | unknown :: _ -> Error $"{unknown} is not an option, or what follows it is not its value.\n{usage}"

    let rec private flatten path pending test =
        match test with
        | TestLabel(label, test, state) -> flatten (path @ [ label ]) (pending || state = Pending) test
        | TestList(tests, state) -> tests |> List.collect (flatten path (pending || state = Pending))
        | TestCase(code, state) ->
            let group = List.tryHead path |> Option.defaultValue "(no name)"

            [ { name = String.concat "." path
                group = group
                list = path |> List.truncate (max 1 (path.Length - 1)) |> String.concat "."
                code = code
                pending = pending || state = Pending } ]

    let private execute options code =
        match code with
        | Sync run -> run ()
        | Async work -> Async.RunSynchronously work
        | AsyncFsCheck(config, check) ->
            let config = config |> Option.defaultValue { FsCheckConfig.defaultConfig with maxTest = options.maxTest }
            Async.RunSynchronously(check { config with replay = Option.orElse options.seed config.replay })

    /// On a terminal, one line that the next one overwrites.
    let private progress (text: string) =
        if not Console.IsOutputRedirected then
            let width = max 1 (Console.WindowWidth - 1)
            Console.Write("\r" + text.PadRight(width).Substring(0, width) + "\r")

    let private run options test =
        if options.debug then printfn $"{test.name}" else progress test.name
        let watch = Stopwatch.StartNew()

        let verdict, report =
            try
                if test.pending then
                    skiptest "pending"

                execute options test.code
                Passed, ""
            with
            | :? IgnoreException as e -> Skipped e.Message, ""
            | e -> Failed, Describe.error e

        let seconds = watch.Elapsed.TotalSeconds
        progress ""

        if verdict = Failed then
            printfn "FAILED %s (%.2f s)\n    %s\n" test.name seconds (report.Replace("\n", "\n    "))

        { test = test; verdict = verdict; seconds = seconds }

    let private tally results =
        let count (which: Verdict -> bool) =
            results |> List.filter (fun r -> which r.verdict) |> List.length

        count _.IsPassed, count _.IsFailed, count _.IsSkipped

    let private also count what =
        if count > 0 then $", {count} {what}" else ""

    let private runGroup options (name, tests) =
        let results = tests |> List.map (run options)
        let passed, failed, skipped = tally results
        let lists = tests |> List.map _.list |> List.filter ((<>) name) |> List.distinct
        let entries = if lists.Length > 1 then $" ({lists.Length} entries)" else ""
        printfn $"""{name}: {passed} passed{also failed "failed"}{also skipped "skipped"}{entries}"""
        results

    let private summarise results =
        printfn "\nslowest:"

        for result in results |> List.sortByDescending _.seconds |> List.truncate 5 do
            printfn $"{result.seconds, 8:F2} s  {result.test.name}"

        for verdict, count in results |> List.countBy _.verdict do
            match verdict with
            | Skipped reason -> printfn $"skipped {count}: {reason}"
            | _ -> ()

    let private runAll options tests =
        let results = tests |> List.groupBy _.group |> List.collect (runGroup options)

        if not results.IsEmpty then
            summarise results

        let passed, failed, skipped = tally results
        printfn $"""{passed} passed, {failed} failed{also skipped "skipped"}"""
        if failed = 0 && passed > 0 then 0 else 1

    let private select options tests =
        let chosen = tests |> List.filter _.name.Contains(options.filter, StringComparison.OrdinalIgnoreCase)
        let shared = tests |> List.countBy _.name |> List.filter (fun (_, count) -> count > 1) |> List.map fst

        if not shared.IsEmpty then
            let names = String.concat "\n" shared
            Error $"A name must belong to one test, so that a filter finds it. These belong to several:\n{names}"
        elif chosen.IsEmpty then
            let what = $"There are {tests.Length} tests, none with \"{options.filter}\" in its name; --list-tests prints them."
            Error $"{what}\n0 passed, 0 failed"
        else
            Ok chosen

    /// Runs the tests and returns the exit code: 0 when at least one test passed and none failed, else 1.
    let runTestsWithCLIArgs (_: CLIArguments seq) (args: string[]) (tests: Test) =
        let start = { filter = ""; debug = false; list = false; maxTest = 100; seed = None }

        let choose options =
            flatten [] false tests |> select options |> Result.map (fun chosen -> options, chosen)

        match parse start (List.ofArray args) |> Result.bind choose with
        | Error message ->
            printfn $"{message}"
            1
        | Ok(options, chosen) when options.list ->
            chosen |> List.iter (_.name >> printfn "%s")
            0
        | Ok(options, chosen) -> runAll options chosen

    let private marked (property: PropertyInfo) =
        match property.GetValue null with
        | :? Test as test -> test
        | other -> failwith $"[<Tests>] {property.DeclaringType}.{property.Name} must be a Test, was %A{other}."

    /// Runs the tests marked with [<Tests>] in the program that calls this.
    let runTestsInAssemblyWithCLIArgs (cliArgs: CLIArguments seq) (args: string[]) =
        let statics = BindingFlags.Static ||| BindingFlags.Public ||| BindingFlags.NonPublic

        Assembly.GetEntryAssembly().GetTypes()
        |> Seq.collect _.GetProperties(statics)
        |> Seq.filter _.IsDefined(typeof<TestsAttribute>, false)
        |> Seq.map marked
        |> fun tests -> runTestsWithCLIArgs cliArgs args (TestList(List.ofSeq tests, Normal))
