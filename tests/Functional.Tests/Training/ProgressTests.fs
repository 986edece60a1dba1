// Tests of Progress: what is shown, when, and that the work's result passes through.
// Run with the whole suite; what training reports is tested in TrainingTests.
module internal Functional.Tests.ProgressTests

open System
open System.Globalization
open System.IO
open Expecto
open Functional
open Functional.Tests.Testing

let private progress (step: int) : TrainingProgress =
    { Epoch = 2
      Epochs = 5
      Step = step
      Steps = 40
      Loss = 1234.567
      Terms = [ "reconstruction", -1200.0; "kl", 34.567 ]
      Elapsed = TimeSpan.FromSeconds 10.0
      Remaining = TimeSpan.FromSeconds 3725.4
      Warnings = [] }

/// What is written to the console meanwhile, line by line.
let private written (action: unit -> unit) : string list =
    let before = Console.Out
    use text = new StringWriter()
    Console.SetOut text

    try
        action ()
    finally
        Console.SetOut before

    text.ToString().Split([| '\n'; '\r' |], StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

let private shown (display: ProgressDisplay) (steps: int list) =
    written (fun () ->
        let result =
            display.During(fun show ->
                List.iter (progress >> show) steps
                "done")

        Expect.equal result "done" "the work's result")

[<Tests>]
let tests =
    testList
        "Progress"
        [ testCase "a line tells epoch, terms, time left and steps, in any culture" (fun () ->
              let culture = CultureInfo.CurrentCulture

              try
                  CultureInfo.CurrentCulture <- CultureInfo "de-DE"
                  let lines = shown (Progress.lines TimeSpan.Zero) [ 20 ]
                  let wanted = "epoch 2/5  reconstruction -1200.00  kl 34.57  1:02:05 left  (20 of 40 steps)"
                  Expect.equal lines [ wanted ] "one line for one report"
              finally
                  CultureInfo.CurrentCulture <- culture)

          testCase "lines come no oftener than asked for" (fun () ->
              Expect.equal (shown (Progress.lines (TimeSpan.FromHours 1.0)) [ 1..40 ]) [] "none within the hour"
              Expect.equal (shown (Progress.lines TimeSpan.Zero) [ 1..40 ]).Length 40 "each when there is no interval")

          testCase "a warning is a line of its own, though there is no terminal" (fun () ->
              for display in [ Progress.lines (TimeSpan.FromHours 1.0); Progress.console ] do
                  let lines =
                      written (fun () ->
                          display.During(fun show ->
                              show (progress 20)
                              display.Warn "critic saturated"))

                  Expect.equal lines [ "warning: critic saturated" ] "while an epoch runs")

          testCase "silence shows nothing" (fun () -> Expect.equal (shown Progress.silent [ 1..40 ]) [] "nothing")

          testCase "a receiver gets every report" (fun () ->
              let received = Collections.Generic.List<int>()

              let receiver =
                  { new IProgress<TrainingProgress> with
                      member _.Report progress = received.Add progress.Step }

              Expect.equal (shown (Progress.report receiver) [ 20; 40 ]) [] "nothing on the console"
              Expect.sequenceEqual received [ 20; 40 ] "in order")

          testCase "a bar and the console pass the work's result through where there is no terminal" (fun () ->
              shown Progress.bar [ 20; 40 ] |> ignore
              Expect.equal (shown Progress.console [ 20; 40 ]) [] "the first line comes after ten seconds")

          testCase "a failure of the work passes through" (fun () ->
              for display in [ Progress.silent; Progress.lines TimeSpan.Zero; Progress.bar; Progress.console ] do
                  let fail () =
                      display.During(fun _ -> raise (InvalidOperationException "in the work"))

                  written (fun () -> says (messageOf<InvalidOperationException, unit> fail) [ "in the work" ]) |> ignore) ]
