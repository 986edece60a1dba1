// The loop of sampling: how many steps and where, who is told and may cancel, and which states are freed on the way.
// Samplers, in-painting, cold diffusion and reverse equations go through it.
namespace Functional

open System.Threading
open Functional.Tensors

/// Where sampling is.
type SamplerProgress =
    {
        /// Steps done.
        Step: int
        /// Steps that there will be.
        Steps: int
        /// The time that has been reached.
        Time: float
        /// x at that time. It is freed after the next step: clone it to keep it.
        State: Tensor
    }

/// How to sample. Start from `Sampler.defaults` and change what differs: `{ Sampler.defaults with Steps = 250 }`.
type SamplerOptions =
    {
        /// The number of steps; 50 by default.
        Steps: int
        /// Where they lie; uniform by default.
        Grid: TimeGrid
        /// The time to begin at; 1 by default. Less where the schedule has no data left at 1, and for samplers that divide by α.
        Start: float
        /// Whether the predicted data at the last time are returned in the place of x itself; no by default. For schedules that end with noise.
        Denoise: bool
        /// Called after each step.
        OnStep: SamplerProgress -> unit
        /// Looked at before each step; cancelling raises OperationCanceledException.
        Cancellation: CancellationToken
    }

module internal SamplingLoop =

    /// Raises ArgumentException for a number of steps or a start that make no sense.
    let check (options: SamplerOptions) =
        if options.Steps < 1 then
            raise (Errors.Argument.option "Steps" "at least 1" options.Steps)

        if not (options.Start > 0.0 && options.Start <= 1.0) then
            raise (Errors.Argument.option "Start" "above 0 and at most 1" options.Start)

    /// x_t drawn from q(x_t|x_s), s < t.
    let diffused (s: NoiseLevel) (t: NoiseLevel) (x: Tensor) : Tensor =
        let ratio = t.Signal / s.Signal
        let noise = sqrt (max 0.0 (t.Noise * t.Noise - ratio * ratio * s.Noise * s.Noise))
        x * ratio + Rows.noise x * noise

    /// From the first of the times to the last: x at the i-th from x at the one before. Each state but the start, which is the caller's, is handed
    /// to `leave` when the next one is there, or when there will be none.
    let run (leave: Tensor -> unit) (options: SamplerOptions) (times: float[]) (step: Tensor -> int -> Tensor) (start: Tensor) =
        let steps = times.Length - 1

        let leaveOwn (state: Tensor) =
            if not (obj.ReferenceEquals(state, start)) then
                leave state

        let mutable state = start

        try
            for i in 1..steps do
                options.Cancellation.ThrowIfCancellationRequested()
                let before = state
                state <- Scope.run (fun () -> Gradient.off (fun () -> step before i))

                if not (obj.ReferenceEquals(before, state)) then
                    leaveOwn before

                options.OnStep { Step = i; Steps = steps; Time = times[i]; State = state }

            state
        with _ ->
            leaveOwn state
            reraise ()

    /// The same with no state freed but where it fails: all of them, the start first.
    let trajectory (options: SamplerOptions) (run: SamplerOptions -> Tensor) (start: Tensor) : Tensor list =
        let states = ResizeArray [ start ]

        let keep (progress: SamplerProgress) =
            states.Add progress.State
            options.OnStep progress

        try
            run { options with OnStep = keep } |> ignore
            List.ofSeq states
        with _ ->
            for state in states do
                if not (obj.ReferenceEquals(state, start)) then
                    state.Dispose()

            reraise ()

    /// `run` from a start that is nobody else's, and is freed after it.
    let fromOwn (run: Tensor -> Tensor) (start: Tensor) : Tensor =
        let result =
            try
                run start
            with _ ->
                start.Dispose()
                reraise ()

        if not (obj.ReferenceEquals(result, start)) then
            start.Dispose()

        result
