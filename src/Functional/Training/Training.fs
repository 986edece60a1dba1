// The training loop: batches in random order, gradients, optimizer steps; with progress, cancellation and checkpoints.
// One call for every model, with one player or several; a loop of one's own needs only Gradient.ofLoss and an optimizer.
namespace Functional

open System
open System.Diagnostics
open System.Threading
open Functional.Tensors

/// How training ended.
[<RequireQualifiedAccess>]
type TrainingStatus =
    | Completed
    /// Stopped by the user or by the cancellation token; the weights are those of the last step.
    | Cancelled

/// What training did.
type TrainingResult =
    {
        /// The epochs that were run to their end.
        Epochs: EpochSummary list
        Status: TrainingStatus
    }

/// How to train. Start from `Training.defaults` and change what differs: `{ Training.defaults with Epochs = 5 }`.
type TrainingOptions =
    {
        /// Passes over the data; 10 by default.
        Epochs: int
        /// Examples a step; 128 by default.
        BatchSize: int
        /// Whether the last batch of an epoch is left out where it is smaller than the others, for losses that need several examples: MMD,
        /// batchNorm. False by default. The order changes from epoch to epoch, so that every example is read in some of them.
        DropLast: bool
        /// Adam with rate 1e-3 by default.
        Optimizer: Optimizer
        /// The console by default.
        Progress: ProgressDisplay
        /// Called before each step with its number, from 1 and counted over all epochs, whether or not the run was resumed: the
        /// place to move schedules. Nothing by default.
        OnStep: int -> unit
        /// Called after each whole epoch with what it came to.
        OnEpoch: EpochSummary -> unit
        /// A file that the run is written to after each epoch and when it is stopped; if it is there at the start, the run goes on from
        /// it bit for bit. None by default.
        Checkpoint: string option
        /// Stops training after the step under way.
        Cancellation: CancellationToken
        /// Whether Ctrl+C stops training after the step under way, and the program goes on with the weights so far. A second
        /// Ctrl+C ends the program. True by default.
        StopOnCtrlC: bool
    }

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

/// One call of Training.play.
type private Run<'Batch>(options: TrainingOptions, players: Player<'Batch> list, data: Dataset<'Batch>) =

    /// Reading a loss waits for the device, so it is done for so many steps at once.
    static let stepsBetweenReads = 20

    let game = Game players

    let batchCount =
        let all = Dataset.batchCount options.BatchSize data
        let isLastSmall = data.Length % options.BatchSize > 0

        if options.DropLast && isLastSmall && all = 1 then
            raise (Errors.Training.nothingLeft options.BatchSize data.Length)

        if options.DropLast && isLastSmall then all - 1 else all

    let stepsPerEpoch = (batchCount + game.BatchesPerRound - 1) / game.BatchesPerRound
    let clock = Stopwatch.StartNew()

    let batchSize =
        if options.DropLast then
            $"{options.BatchSize}, full batches only"
        else
            string options.BatchSize

    let state =
        { Parameters = game.Parameters
          Optimizers = game.Optimizers
          Settings = game.Settings @ [ "batch size", batchSize; "examples", string data.Length ] }

    let beginning = Checkpoint.resume options.Checkpoint stepsPerEpoch state

    let safeguard =
        new Safeguard(
            state.Parameters,
            [ for _, optimizer in state.Optimizers do
                  yield! optimizer.Averages ]
        )

    let collapse = CollapseWatch()
    let stop = new StopSignal(options)
    let stepsAtStart = (beginning.Epoch - 1) * stepsPerEpoch + beginning.Finished.Length

    let save (position: Position) =
        options.Checkpoint |> Option.iter (fun path -> Checkpoint.save path state position)

    // The batches of a step, from 0 in each epoch, and how many examples they have.
    let read (order: Tensor) (number: int) : 'Batch list * int =
        let first = number * game.BatchesPerRound
        let last = min (first + game.BatchesPerRound) batchCount - 1
        let batches, examples = List.unzip [ for place in first..last -> Dataset.batch options.BatchSize order place data ]
        batches, List.sum examples

    let takeStep (epoch: int) (order: Tensor) (number: int) : PendingStep =
        let inAll = (epoch - 1) * stepsPerEpoch + number + 1
        options.OnStep inAll

        let names, values, examples =
            Scope.run (fun () ->
                let batches, examples = read order number
                let loss = game.Round(batches, (number = 0))

                let values () =
                    [ for term in loss.Terms -> term.Value ] @ [ loss.Value ]

                let scalar (value: Tensor) =
                    if value.dim = 0 then value else value.view []

                let vector = Gradient.off (fun () -> Tensor.stack [ for value in values () -> scalar value ])
                loss.Terms |> List.map _.Name, vector, examples)

        { Number = inAll; Examples = examples; Names = names; Values = values }

    // Looked for with the weights put back, after training has gone wrong.
    let brokenGradient (order: Tensor) (step: FinishedStep) : string option =
        Scope.run (fun () -> game.BrokenGradient(fst (read order ((step.Number - 1) % stepsPerEpoch))))

    let takeSteps (epoch: int) (order: Tensor) (first: int) : FinishedStep list =
        Scope.run (fun () ->
            seq { first .. min stepsPerEpoch (first + stepsBetweenReads) - 1 }
            |> Seq.takeWhile (fun _ -> not stop.IsSet)
            |> Seq.map (takeStep epoch order)
            |> Seq.toList
            |> Losses.read)

    let report (show: TrainingProgress -> unit) (epoch: int) (step: int) (recent: FinishedStep list) =
        let loss, terms = Losses.mean recent
        let warnings = collapse.Look(recent, (step = stepsPerEpoch))
        let finished = (epoch - 1) * stepsPerEpoch + step
        let pace = clock.Elapsed / float (finished - stepsAtStart)

        show
            { Epoch = epoch
              Epochs = options.Epochs
              Step = step
              Steps = stepsPerEpoch
              Loss = loss
              Terms = terms
              Elapsed = clock.Elapsed
              Remaining = pace * float (options.Epochs * stepsPerEpoch - finished)
              Warnings = warnings }

        warnings |> List.iter options.Progress.Warn

    // The steps of an epoch from where the position stands, until its end or a stop.
    let runEpoch (position: Position) (show: TrainingProgress -> unit) : Position =
        let order = position.Order |> Option.defaultWith (fun () -> Dataset.shuffle data)

        let rec run (batches: FinishedStep list list) (first: int) =
            match takeSteps position.Epoch order first with
            | [] -> List.concat (List.rev batches)
            | recent ->
                let next = first + recent.Length
                safeguard.Check(position.Epoch, recent, brokenGradient order)
                report show position.Epoch next recent
                run (recent :: batches) next

        { position with
            Finished = run [ position.Finished ] position.Finished.Length
            Order = Some order }

    let summarize (began: TimeSpan) (position: Position) : EpochSummary =
        let loss, terms = Losses.mean position.Finished

        { Epoch = position.Epoch
          Loss = loss
          Terms = terms
          Duration = clock.Elapsed - began
          Warnings = collapse.EndEpoch() }

    // The random numbers that OnEpoch draws belong to the run too, so it comes before the checkpoint, which is written even if it fails.
    let finish (began: TimeSpan) (position: Position) : Position =
        let summary = summarize began position

        let next =
            { Epoch = position.Epoch + 1
              Finished = []
              Order = None
              Summaries = position.Summaries @ [ summary ] }

        try
            options.OnEpoch summary
        finally
            save next

        next

    let rec run (position: Position) : EpochSummary list =
        if position.Epoch > options.Epochs || stop.IsSet then
            position.Summaries
        else
            let began = clock.Elapsed
            let reached = options.Progress.During(fun show -> Scope.run (fun () -> runEpoch position show))

            if reached.Finished.Length = stepsPerEpoch then
                run (finish began reached)
            else
                save reached
                reached.Summaries

    member _.Execute() : TrainingResult =
        let epochs = run beginning

        { Epochs = epochs
          Status = if stop.IsSet then TrainingStatus.Cancelled else TrainingStatus.Completed }

    interface IDisposable with
        member _.Dispose() =
            (stop :> IDisposable).Dispose()
            (safeguard :> IDisposable).Dispose()

module Training =

    /// 10 epochs, batches of 128, Adam with rate 1e-3, progress on the console, no checkpoint, Ctrl+C stops.
    let defaults: TrainingOptions =
        { Epochs = 10
          BatchSize = 128
          DropLast = false
          Optimizer = Optimizer.adam 1e-3
          Progress = Progress.console
          OnStep = ignore
          OnEpoch = ignore
          Checkpoint = None
          Cancellation = CancellationToken.None
          StopOnCtrlC = true }

    /// Plays a game: each epoch reads every example once, in random order, in batches. In each round every player takes its steps, one
    /// after the other in the order of the list; a round reads as many batches as the player with the most steps takes, and the
    /// others take theirs on the first of them. What TrainingOptions and reports call a step is a round; the loss is the sum of
    /// the players' losses, whose terms come with the players' names before theirs; of several steps in a round the mean counts.
    /// The players bring their own optimizers, and the one in the options is not used.
    /// Memory is freed round by round, checkpoints hold all the players' weights and optimizers, and what is not finite is
    /// treated as in `fit`. The progress display is warned when collapse begins (`EpochSummary.Warnings`), while an epoch runs.
    /// Raises ArgumentException when there is no player, two have one name, or one takes no step.
    let play (options: TrainingOptions) (players: Player<'Batch> list) (data: Dataset<'Batch>) : TrainingResult =
        if options.Epochs < 1 then
            raise (Errors.Argument.option "Epochs" "at least 1" options.Epochs)

        use run = new Run<'Batch>(options, players, data)
        run.Execute()

    /// Minimises an objective: each epoch reads every example once, in random order, in batches; each batch is one step.
    /// Memory is freed step by step. A loss or parameter that is no longer finite raises TrainingDivergedException, which names the
    /// step and the term, with the weights put back to the last good ones.
    let fit
        (options: TrainingOptions)
        (parameters: Parameter list)
        (objective: Objective<'Batch>)
        (data: Dataset<'Batch>)
        : TrainingResult =
        play options [ Player.create "model" options.Optimizer parameters objective ] data
