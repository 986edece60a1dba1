// How training shows where it is: a bar in a terminal, plain lines elsewhere, or whatever the caller does with the numbers.
// Training.fit reports to one of these.
namespace Functional

open System
open System.Diagnostics
open System.Globalization
open Spectre.Console

/// Where training is, and the loss since the last report.
type TrainingProgress =
    {
        /// The epoch under way, from 1.
        Epoch: int
        /// How many epochs there will be.
        Epochs: int
        /// Steps done in this epoch.
        Step: int
        /// Steps in an epoch.
        Steps: int
        /// The mean loss per example over the last few steps, in nats.
        Loss: float
        /// The mean of each of its terms.
        Terms: (string * float) list
        /// Time since training began.
        Elapsed: TimeSpan
        /// Time that the rest of training will take at the pace so far.
        Remaining: TimeSpan
        /// What goes wrong since the last report (`EpochSummary.Warnings`): each warning when it begins, and again only after it had ended.
        Warnings: string list
    }

/// Shows progress while an epoch runs.
[<AbstractClass>]
type ProgressDisplay() =

    /// Runs the work of one epoch, which reports as it goes; a bar is gone when it returns.
    abstract During<'Result> : work: ((TrainingProgress -> unit) -> 'Result) -> 'Result

    /// Shows a sentence about something that begins to go wrong, while an epoch runs. Nothing unless overridden; it is among the
    /// report's warnings too.
    abstract Warn: string -> unit
    default _.Warn _ = ()

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Progress =

    let private number (value: float) =
        value.ToString("0.00", CultureInfo.InvariantCulture)

    let private terms (progress: TrainingProgress) =
        progress.Terms |> List.map (fun (name, value) -> $"{name} {number value}") |> String.concat "  "

    let private left (progress: TrainingProgress) =
        progress.Remaining.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)

    let private describe (progress: TrainingProgress) =
        $"epoch {progress.Epoch}/{progress.Epochs}  {terms progress}  {left progress} left"

    /// Shows nothing.
    let silent =
        { new ProgressDisplay() with
            member _.During work = work ignore }

    /// Hands every report on, with the warnings in it.
    let report (receiver: IProgress<TrainingProgress>) =
        { new ProgressDisplay() with
            member _.During work = work receiver.Report }

    let private warning (sentence: string) = $"warning: {sentence}"

    /// A line every `interval` at most, and one for each warning.
    let lines (interval: TimeSpan) =
        let sinceLine = Stopwatch.StartNew()

        { new ProgressDisplay() with
            member _.During work =
                work (fun progress ->
                    if sinceLine.Elapsed >= interval then
                        sinceLine.Restart()
                        Console.WriteLine $"{describe progress}  ({progress.Step} of {progress.Steps} steps)")

            member _.Warn sentence = Console.WriteLine(warning sentence) }

    /// A bar with the loss terms and the time left, cleared at the end of each epoch, and a line above it for each warning.
    let bar =
        { new ProgressDisplay() with
            member _.During work =
                AnsiConsole
                    .Progress()
                    .AutoClear(true)
                    .Columns(TaskDescriptionColumn(Alignment = Justify.Left), ProgressBarColumn(), PercentageColumn())
                    .Start(fun context ->
                        let task = context.AddTask "training"

                        work (fun progress ->
                            task.MaxValue <- float progress.Steps
                            task.Value <- float progress.Step
                            task.Description <- Markup.Escape(describe progress)))

            member _.Warn sentence = AnsiConsole.WriteLine(warning sentence) }

    /// The bar where the output is a terminal, a line every ten seconds where it is a file or a pipe.
    let console =
        let chosen () =
            if AnsiConsole.Profile.Capabilities.Interactive && not Console.IsOutputRedirected then
                bar
            else
                lines (TimeSpan.FromSeconds 10.0)

        { new ProgressDisplay() with
            member _.During work = chosen().During work
            member _.Warn sentence = chosen().Warn sentence }
