// What the C# facade calls of networks, data and training: arrays and struct tuples for lists and tuples.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Collections.Generic
open System.Threading
open Functional
open Functional.Tensors

/// Networks. `adapt` changes the types that a network speaks at its two ends, and nothing else about it.
module internal NetworkBridge =

    let adapt (before: Func<'OuterIn, 'In>) (after: Func<'Out, 'OuterOut>) (net: Net<'In, 'Out>) : Net<'OuterIn, 'OuterOut> =
        Net(
            net.Name,
            net.InputFeatures,
            net.FeaturesFrom,
            net.Parameters,
            fun mode input -> after.Invoke(net.Run(mode, before.Invoke input))
        )

    let adaptHead
        (before: Func<'OuterIn, 'In>)
        (after: Func<'Out, 'OuterOut>)
        (head: Head<'In, 'Out>)
        : Head<'OuterIn, 'OuterOut> =
        Head(head.Name, head.Attach >> adapt before after)

    let ofFunction (f: Func<'In, 'Out>) : Net<'In, 'Out> = Net.ofFunction f.Invoke
    let map (f: Func<'Out, 'Next>) (net: Net<'In, 'Out>) : Net<'In, 'Next> = Net.map f.Invoke net
    let activation (name: string) (f: Func<Tensor, Tensor>) = Activation.ofFunction name f.Invoke
    let mlp (activation: Net<Tensor, Tensor>) (sizes: int[]) = mlpWith activation (Array.toList sizes)

    let fork (first: Net<'In, 'A>) (second: Net<'In, 'B>) : Net<'In, struct ('A * 'B)> =
        fork first second |> Net.map (fun (a, b) -> struct (a, b))

    let parameters (net: Net<'In, 'Out>) = List.toArray net.Parameters
    let outputFeatures (net: Net<'In, 'Out>) = Option.toNullable net.OutputFeatures

    let saveWeights (path: string) (parameters: Parameter[]) =
        Weights.save path (Array.toList parameters)

    let loadWeights (path: string) (parameters: Parameter[]) =
        Weights.load path (Array.toList parameters)

/// Data sets of whatever type the facade's batches have.
module internal DataBridge =

    let create (length: int) (read: Func<Tensor, 'Batch>) : Dataset<'Batch> = { Length = length; Read = read.Invoke }
    let read (data: Dataset<'Batch>) (positions: Tensor) : 'Batch = data.Read positions
    let map (f: Func<'A, 'B>) (data: Dataset<'A>) : Dataset<'B> = Dataset.map f.Invoke data

    let zip (first: Dataset<'A>) (second: Dataset<'B>) : Dataset<struct ('A * 'B)> =
        Dataset.zip first second |> Dataset.map (fun (a, b) -> struct (a, b))

    let mean (batchSize: int) (perExample: Func<'Batch, Tensor>) (data: Dataset<'Batch>) : float =
        Dataset.mean batchSize perExample.Invoke data

/// Numbers that follow the step.
module internal ScheduleBridge =

    let scheduled (at: Func<int, float>) = Scheduled at.Invoke

    let linear (first: float) (last: float) (steps: int) : Func<int, float> =
        Func<_, _>(Schedule.linear first last steps)

    let cosine (first: float) (last: float) (steps: int) : Func<int, float> =
        Func<_, _>(Schedule.cosine first last steps)

/// Optimizers and training.
module internal TrainingBridge =

    let start (optimizer: Optimizer) (parameters: Parameter[]) =
        optimizer.Start(Array.toList parameters)

    let scheduled (schedule: Func<int, float>) (optimizer: Optimizer) : Optimizer =
        Optimizer.scheduled schedule.Invoke optimizer

    let memory (state: OptimizerState) =
        [| for name, value in state.Memory -> KeyValuePair(name, value) |]

    let terms (terms: (string * float) list) : struct (string * float)[] =
        [| for name, value in terms -> struct (name, value) |]

    let epochs (result: TrainingResult) = List.toArray result.Epochs
    let warnings (sentences: string list) = List.toArray sentences

    /// Hands what a run reports to C#.
    let display (report: Action<TrainingProgress>) : ProgressDisplay =
        Progress.report
            { new IProgress<TrainingProgress> with
                member _.Report progress = report.Invoke progress }

    /// Shows nothing by itself, and leaves Ctrl+C to the application.
    let options
        (epochs: int)
        (batchSize: int)
        (dropLast: bool)
        (optimizer: Optimizer)
        (checkpoint: string)
        (report: Action<TrainingProgress>)
        (onStep: Action<int>)
        (onEpoch: Action<EpochSummary>)
        (cancellation: CancellationToken)
        : TrainingOptions =
        { Training.defaults with
            Epochs = epochs
            BatchSize = batchSize
            DropLast = dropLast
            Optimizer = optimizer
            Progress = display report
            OnStep = onStep.Invoke
            OnEpoch = onEpoch.Invoke
            Checkpoint = Option.ofObj checkpoint
            Cancellation = cancellation
            StopOnCtrlC = false }

    let fit
        (options: TrainingOptions)
        (parameters: Parameter[])
        (objective: Func<'Batch, Loss>)
        (data: Dataset<'Batch>)
        : TrainingResult =
        Training.fit options (Array.toList parameters) objective.Invoke data
