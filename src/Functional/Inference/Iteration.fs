// Loops that repeat one step until what they maximise stops growing: their options, their progress, their memory.
// k-means, EM and coordinate ascent run in it; a step is a function from one state to the next.
namespace Functional

open System.Collections.Generic
open System.Threading
open Functional.Tensors

/// What one iteration came to.
type IterationProgress =
    {
        /// Which random start, from 1.
        Start: int
        /// Which iteration from that start, from 1.
        Iteration: int
        /// What is maximised, after the iteration.
        Objective: float
    }

/// When to stop. Start from `Iteration.defaults` and change what differs: `{ Iteration.defaults with Starts = 10 }`.
type IterationOptions =
    {
        /// How many random starts are tried, of which the best is kept; 5 by default. Ignored where the start is not random.
        Starts: int
        /// Iterations from each start at most; 500 by default.
        MaxIterations: int
        /// The iterations end when the objective has grown by no more than this share of its scale, which for log-likelihoods and ELBOs is
        /// the number of points: nats a point. 1e-6 by default.
        Tolerance: float
        /// Called after each iteration.
        OnIteration: IterationProgress -> unit
        /// Looked at before each iteration; cancelling raises OperationCanceledException.
        Cancellation: CancellationToken
    }

/// Where iterations from one start ended.
type internal Ascent<'State> =
    {
        State: 'State
        /// What is maximised, after each iteration.
        Objectives: float list
        /// Whether it stopped growing before the iterations ran out.
        Converged: bool
    }

module Iteration =

    /// 5 starts, 500 iterations at most, until the objective grows by less than 1e-6 nats a point.
    let defaults: IterationOptions =
        { Starts = 5
          MaxIterations = 500
          Tolerance = 1e-6
          OnIteration = ignore
          Cancellation = CancellationToken.None }

    let private handles (values: obj list) =
        HashSet(values |> Seq.collect Held.tensors |> Seq.map _.Handle)

    // A state that was left behind, except what the next one or the start holds too: the tensors of one iteration are alive, not of all.
    let private free (state: 'State) (kept: 'State list) =
        let kept = handles (List.map box kept)

        for tensor in Held.tensors (box state) do
            if not (kept.Contains tensor.Handle) then
                tensor.Dispose()

    /// Repeats `step`, which returns the next state and what is maximised, a scalar: reading that is the one wait for the device an iteration.
    let internal ascend
        (options: IterationOptions)
        (number: int)
        (scale: float)
        (step: 'State -> 'State * Tensor)
        (start: 'State)
        : Ascent<'State> =
        let advance state =
            Scope.run (fun () ->
                Gradient.off (fun () ->
                    let next, objective = step state
                    next, objective.toDouble ()))

        let rec run state (objectives: float list) =
            options.Cancellation.ThrowIfCancellationRequested()
            let next, objective = advance state
            let iteration = objectives.Length + 1
            options.OnIteration { Start = number; Iteration = iteration; Objective = objective }

            if iteration > 1 then
                free state [ next; start ]

            let hasConverged = iteration > 1 && not (objective - objectives.Head > options.Tolerance * scale)

            if hasConverged || iteration >= options.MaxIterations then
                { State = next
                  Objectives = List.rev (objective :: objectives)
                  Converged = hasConverged }
            else
                run next (objective :: objectives)

        run start []

    /// The start that came highest.
    let internal best (options: IterationOptions) (from: int -> Ascent<'State>) : Ascent<'State> =
        if options.Starts < 1 then
            raise (Errors.Argument.option "Starts" "at least 1" options.Starts)

        if options.MaxIterations < 1 then
            raise (Errors.Argument.option "MaxIterations" "at least 1" options.MaxIterations)

        Scope.run (fun () -> Seq.init options.Starts (fun i -> from (i + 1)) |> Seq.maxBy (_.Objectives >> List.last))
