// The losses of training steps on their way from the device to the host, and what they come to over an epoch.
// Training.fit collects them; checkpoints store them.
namespace Functional

open System
open Functional.Tensors

/// What one epoch came to.
type EpochSummary =
    {
        /// From 1.
        Epoch: int
        /// The mean loss per example, in nats, as the weights changed.
        Loss: float
        /// The mean of each of its terms.
        Terms: (string * float) list
        /// What it took.
        Duration: TimeSpan
        /// What went wrong at some time while it ran, and what to try: of an adversarial model, a critic that tells almost every sample
        /// from the data, or samples that vary far less than the data. Judged by means over 400 rounds, or over an epoch that has fewer.
        Warnings: string list
    }

/// The loss of one step: its terms' names, and their values followed by the loss itself, still on the device.
type internal PendingStep = { Number: int; Examples: int; Names: string list; Values: Tensor }

/// The loss of one step, read.
type internal FinishedStep = { Number: int; Examples: int; Names: string list; Values: float[] }

module internal Losses =

    /// One wait for the device brings the losses of all these steps to the host.
    let read (steps: PendingStep list) : FinishedStep list =
        if steps.IsEmpty then
            []
        else
            let values = Tensor.cat([ for step in steps -> step.Values ]).cast(Dtype.Float64).toArray1D<float>()

            let cut offset (step: PendingStep) =
                let width = step.Names.Length + 1

                { Number = step.Number
                  Examples = step.Examples
                  Names = step.Names
                  Values = Array.sub values offset width },
                offset + width

            steps |> List.mapFold cut 0 |> fst

    /// The mean loss per example over steps, and the mean of each term.
    let mean (steps: FinishedStep list) : float * (string * float) list =
        let examples = steps |> List.sumBy (fun step -> float step.Examples)

        let mean (column: int) =
            (steps |> List.sumBy (fun step -> float step.Examples * step.Values[column])) / examples

        let names = steps.Head.Names
        mean names.Length, names |> List.mapi (fun column name -> name, mean column)

    /// The first value that is not finite: its step, its term and itself.
    let broken (steps: FinishedStep list) : (FinishedStep * string * float) option =
        steps
        |> List.tryPick (fun step ->
            step.Values
            |> Array.tryFindIndex (Double.IsFinite >> not)
            |> Option.map (fun column -> step, List.item column (step.Names @ [ "loss" ]), step.Values[column]))
