// The training loop: batches in random order, gradients, optimizer steps; with progress, cancellation and a check for NaN.
// One call for every model; a loop of one's own needs only Gradient.ofLoss and an optimizer.
namespace Functional

open System
open System.Diagnostics
open System.Threading
open Functional.Tensors

/// What one epoch came to.
type EpochSummary =
    { /// From 1.
      Epoch: int
      /// The mean loss per example, in nats, as the weights changed.
      Loss: float
      /// The mean of each of its terms.
      Terms: (string * float) list
      /// What it took.
      Duration: TimeSpan }

/// How training ended.
[<RequireQualifiedAccess>]
type TrainingStatus =
    | Completed
    /// Stopped by the user or by the cancellation token; the weights are those of the last step.
    | Cancelled

/// What training did.
type TrainingResult =
    { Epochs: EpochSummary list
      Status: TrainingStatus }

/// How to train. Start from `Training.defaults` and change what differs: `{ Training.defaults with Epochs = 5 }`.
type TrainingOptions =
    { /// Passes over the data; 10 by default.
      Epochs: int
      /// Examples a step; 128 by default.
      BatchSize: int
      /// Adam with rate 1e-3 by default.
      Optimizer: Optimizer
      /// The console by default.
      Progress: ProgressDisplay
      /// Called after each epoch with what it came to.
      OnEpoch: EpochSummary -> unit
      /// Stops training after the step under way.
      Cancellation: CancellationToken
      /// Whether Ctrl+C stops training after the step under way, and the program goes on with the weights so far. A second
      /// Ctrl+C ends the program. True by default.
      StopOnCtrlC: bool }

/// Listens for the two ways in which a user ends training early.
type private StopSignal(options: TrainingOptions) =
    let mutable pressed = false

    let handler =
        ConsoleCancelEventHandler(fun _ event ->
            if not pressed then
                pressed <- true
                event.Cancel <- true)

    do
        if options.StopOnCtrlC then
            Console.CancelKeyPress.AddHandler handler

    member _.IsSet = pressed || options.Cancellation.IsCancellationRequested

    interface IDisposable with
        member _.Dispose() =
            if options.StopOnCtrlC then
                Console.CancelKeyPress.RemoveHandler handler

/// The losses of one step, still on the device.
type private Step =
    { Number: int
      Examples: int
      Names: string list
      Values: Tensor }

/// Sums of losses over examples, on the host.
type private Tally(steps: (Step * float[]) list) =
    let examples = steps |> List.sumBy (fun (step, _) -> float step.Examples)

    let mean (column: int) =
        steps |> List.sumBy (fun (step, values) -> float step.Examples * values[column]) |> (fun sum -> sum / examples)

    let names = (fst steps.Head).Names

    member _.Loss = mean names.Length
    member _.Terms = names |> List.mapi (fun column name -> name, mean column)

/// The weights to go back to when the loss stops being finite, and the steps taken since they were copied.
type private Safeguard(parameters: Parameter list) =
    let copies = parameters |> List.map (fun parameter -> Scope.keep (parameter.Value.noDiff().clone ()))
    let mutable good = 0

    member _.GoodStep = good

    /// Copies the weights, which have been found good.
    member _.Save(step: int) =
        good <- step
        List.iter2 (fun copy (parameter: Parameter) -> Weights.assign copy parameter.Value) copies parameters

    /// Puts the weights back.
    member _.Restore() =
        List.iter2 (fun copy (parameter: Parameter) -> Weights.assign parameter.Value copy) copies parameters

    interface IDisposable with
        member _.Dispose() = copies |> List.iter _.Dispose()

module Training =

    /// Reading a loss waits for the device, so it is done for so many steps at once.
    let private stepsBetweenReads = 20

    /// 10 epochs, batches of 128, Adam with rate 1e-3, progress on the console, Ctrl+C stops.
    let defaults: TrainingOptions =
        { Epochs = 10
          BatchSize = 128
          Optimizer = Optimizer.adam 1e-3
          Progress = Progress.console
          OnEpoch = ignore
          Cancellation = CancellationToken.None
          StopOnCtrlC = true }

    let private checkOptions (options: TrainingOptions) =
        if options.Epochs < 1 then
            raise (Errors.Training.option "Epochs" "at least 1" options.Epochs)

        if options.BatchSize < 1 then
            raise (Errors.Training.option "BatchSize" "at least 1" options.BatchSize)

    let private evaluate (objective: Objective<'Batch>) (batch: 'Batch) (isFirst: bool) : Loss =
        let loss =
            if isFirst then objective batch else Validation.off (fun () -> objective batch)

        for tensor in loss.Value :: (loss.Terms |> List.map _.Value) do
            if tensor.nelement <> 1 then
                raise (Errors.Training.notScalar tensor.shape)

        loss

    let private takeStep (objective: Objective<'Batch>) (optimizer: OptimizerState) (tensors: Tensor[]) (batch: 'Batch) (isFirst: bool) =
        let loss = evaluate objective batch isFirst
        Gradient.ofLoss loss.Value tensors |> optimizer.Step
        let values = [ for term in loss.Terms -> term.Value ] @ [ loss.Value ]
        loss.Terms |> List.map _.Name, Gradient.off (fun () -> Tensor.stack [ for value in values -> value.view 1 ])

    // One wait for the device brings the losses of all these steps to the host.
    let private read (steps: Step list) : (Step * float[]) list =
        if steps.IsEmpty then
            []
        else
            let rows =
                Tensor.cat([ for step in steps -> step.Values.cast Dtype.Float64 ]).toArray1D<float> ()

            let cut offset step =
                let width = step.Names.Length + 1
                ({ step with Values = null }, Array.sub rows offset width), offset + width

            steps |> List.mapFold cut 0 |> fst

    let private brokenTerm (read: (Step * float[]) list) =
        read
        |> List.tryPick (fun (step, values) ->
            values
            |> Array.tryFindIndex (Double.IsFinite >> not)
            |> Option.map (fun column -> step, List.item column (step.Names @ [ "loss" ]), values[column]))

    let private brokenParameter (parameters: Parameter list) =
        let sums =
            Scope.run (fun () ->
                Gradient.off (fun () ->
                    Tensor.stack([ for parameter in parameters -> parameter.Value.sum().float64 () ]).toArray1D<float> ()))

        Seq.zip parameters sums
        |> Seq.tryFind (fun (_, sum) -> not (Double.IsFinite sum))
        |> Option.map (fun (parameter, _) -> parameter.Name)

    // Everything since the last check is looked at together; if any of it is not finite, the weights go back.
    let private checkpoint (safeguard: Safeguard) (parameters: Parameter list) (epoch: int) (read: (Step * float[]) list) =
        let last = (fst (List.last read)).Number
        let good = safeguard.GoodStep

        let failure =
            match brokenTerm read with
            | Some(step, term, value) -> Some(Errors.Training.term epoch step.Number term value good)
            | None ->
                brokenParameter parameters
                |> Option.map (fun name -> Errors.Training.parameter epoch last name good)

        match failure with
        | Some error ->
            safeguard.Restore()
            raise error
        | None -> safeguard.Save last

    /// Minimises an objective: each epoch reads every example once, in random order, in batches; each batch is one step.
    /// Memory is freed step by step. A loss or parameter that is no longer finite raises TrainingDivergedException, which names the
    /// step and the term, with the weights put back to the last good ones.
    let fit (options: TrainingOptions) (parameters: Parameter list) (objective: Objective<'Batch>) (data: Dataset<'Batch>) : TrainingResult =
        checkOptions options
        let stepsPerEpoch = Dataset.batchCount options.BatchSize data
        let tensors = parameters |> Seq.map _.Value |> Seq.toArray
        let optimizer = options.Optimizer.Start parameters
        let clock = Stopwatch.StartNew()
        use stop = new StopSignal(options)
        use safeguard = new Safeguard(parameters)

        let report (show: TrainingProgress -> unit) (epoch: int) (step: int) (recent: (Step * float[]) list) =
            let tally = Tally recent
            let finished = (epoch - 1) * stepsPerEpoch + step
            let remaining = options.Epochs * stepsPerEpoch - finished

            show
                { Epoch = epoch
                  Epochs = options.Epochs
                  Step = step
                  Steps = stepsPerEpoch
                  Loss = tally.Loss
                  Terms = tally.Terms
                  Elapsed = clock.Elapsed
                  Remaining = clock.Elapsed * (float remaining / float finished) }

        let runStep (epoch: int) (order: Tensor) (number: int) : Step =
            let (names, values), examples =
                Scope.run (fun () ->
                    let batch, examples = Dataset.batch options.BatchSize order number data
                    takeStep objective optimizer tensors batch (number = 0), examples)

            { Number = (epoch - 1) * stepsPerEpoch + number + 1
              Examples = examples
              Names = names
              Values = values }

        let runWindow (epoch: int) (order: Tensor) (first: int) : Step list =
            seq { first .. min stepsPerEpoch (first + stepsBetweenReads) - 1 }
            |> Seq.takeWhile (fun _ -> not stop.IsSet)
            |> Seq.map (runStep epoch order)
            |> Seq.toList

        let runEpoch (epoch: int) (show: TrainingProgress -> unit) : (Step * float[]) list =
            let order = Dataset.shuffle data

            let rec run (first: int) (finished: (Step * float[]) list list) =
                match Scope.run (fun () -> runWindow epoch order first |> read) with
                | [] -> List.concat (List.rev finished)
                | recent ->
                    let next = first + recent.Length
                    checkpoint safeguard parameters epoch recent
                    report show epoch next recent
                    run next (recent :: finished)

            run 0 []

        let summarize (epoch: int) (began: TimeSpan) (steps: (Step * float[]) list) : EpochSummary =
            let tally = Tally steps

            { Epoch = epoch
              Loss = tally.Loss
              Terms = tally.Terms
              Duration = clock.Elapsed - began }

        let rec run (epoch: int) (summaries: EpochSummary list) : EpochSummary list =
            if epoch > options.Epochs || stop.IsSet then
                List.rev summaries
            else
                let began = clock.Elapsed
                let steps = options.Progress.During(fun show -> Scope.run (fun () -> runEpoch epoch show))

                if steps.IsEmpty then
                    List.rev summaries
                else
                    let summary = summarize epoch began steps
                    options.OnEpoch summary
                    run (epoch + 1) (summary :: summaries)

        let epochs = run 1 []

        { Epochs = epochs
          Status = if stop.IsSet then TrainingStatus.Cancelled else TrainingStatus.Completed }
