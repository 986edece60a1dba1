// Two ways of doing the same work, timed in turn; what is reported is the ratio of their medians.
// Absolute times mean little on a shared machine, ratios of rounds side by side do.
namespace Functional.Benchmarks

open System.Diagnostics

/// What was measured, and how it compares with what was promised.
type Comparison =
    {
        Name: string
        Ours: float
        /// What theirs is.
        Peer: string
        Theirs: float
        Unit: string
        AtMost: float
    }

    member this.Ratio = this.Ours / this.Theirs

module Comparison =

    let private median (values: float list) =
        let sorted = List.sort values
        let middle = sorted.Length / 2

        if sorted.Length % 2 = 1 then
            sorted[middle]
        else
            (sorted[middle - 1] + sorted[middle]) / 2.0

    // A round, and more until three seconds are over: .NET compiles what it sees called often once more and then, knowing how it is
    // used, a third time, in the background. Both sides get the same time.
    let private warmUp (round: unit -> float) =
        let clock = Stopwatch.StartNew()
        round () |> ignore

        while clock.Elapsed.TotalSeconds < 3.0 do
            round () |> ignore

    /// Alternates so many rounds of both after warming up.
    let run
        (name: string)
        (unit: string)
        (atMost: float)
        (rounds: int)
        (ours: unit -> float)
        (theirs: unit -> float)
        : Comparison =
        warmUp ours
        warmUp theirs
        let measured = List.init rounds (fun _ -> ours (), theirs ())

        { Name = name
          Ours = measured |> List.map fst |> median
          Peer = "PyTorch"
          Theirs = measured |> List.map snd |> median
          Unit = unit
          AtMost = atMost }

    /// The comparison in the middle.
    let medianOf (name: string) (atMost: float) (comparisons: Comparison list) : Comparison =
        let ratio = comparisons |> List.map _.Ratio |> median

        { Name = name
          Ours = ratio
          Peer = "PyTorch"
          Theirs = 1.0
          Unit = "times"
          AtMost = atMost }

    /// One line: both medians, their ratio, and whether it is as low as promised.
    let print (comparison: Comparison) =
        let verdict = if comparison.Ratio <= comparison.AtMost then "ok" else "TOO HIGH"

        printfn
            $"%-24s{comparison.Name}  Functional %8.3f{comparison.Ours} {comparison.Unit}   {comparison.Peer} %8.3f{comparison.Theirs} {comparison.Unit}   ratio %.2f{comparison.Ratio} (at most {comparison.AtMost})  {verdict}"
