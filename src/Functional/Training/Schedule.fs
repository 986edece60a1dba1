// Schedules: numbers that change as training goes on, functions of the step.
// Weights of a KL, capacities and temperatures follow them; TrainingOptions.OnStep moves them.
namespace Functional

open System

/// A number for each step, which is counted from 1 as TrainingOptions.OnStep counts it.
type Schedule = int -> float

/// Makes schedules.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Schedule =

    // The share of so many steps that lies behind: 0 at step 1, 1 from step `steps + 1` on.
    let private share (steps: int) (step: int) : float =
        if steps < 1 then
            raise (Errors.Argument.option (nameof steps) "at least 1" steps)

        Math.Clamp(float (step - 1) / float steps, 0.0, 1.0)

    /// The same number at every step.
    let constant (value: float) : Schedule = fun _ -> value

    /// first + (last - first) t/steps after t steps, then `last`. Raises ArgumentException when there is no step.
    let linear (first: float) (last: float) (steps: int) : Schedule =
        share steps 1 |> ignore
        fun step -> first + (last - first) * share steps step

    /// last + (first - last) (1 + cos(π t/steps)) / 2 after t steps, then `last`: slow at both ends.
    /// Raises ArgumentException when there is no step. Source: Loshchilov & Hutter, arXiv:1608.03983, equation 5.
    let cosine (first: float) (last: float) (steps: int) : Schedule =
        share steps 1 |> ignore
        fun step -> last + (first - last) * (1.0 + Math.Cos(Math.PI * share steps step)) / 2.0

    /// The first value of the schedule for so many steps, and the schedule after them.
    let delayed (steps: int) (schedule: Schedule) : Schedule =
        fun step -> schedule (max 1 (step - steps))

/// The value of a schedule at the step under way. Objectives read `Value`, training moves it:
/// `{ Training.defaults with OnStep = beta.MoveTo }`.
[<Sealed>]
type Scheduled(schedule: Schedule) =
    let mutable value = schedule 1

    /// The schedule's value at the step last moved to; at first that of step 1.
    member _.Value = value

    /// To the value at a step.
    member _.MoveTo(step: int) : unit = value <- schedule step
