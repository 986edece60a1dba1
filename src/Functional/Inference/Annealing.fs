// How to anneal from one density to another: schedules, options, progress.
// AnnealedImportance runs by them.
namespace Functional

open System
open System.Threading

/// How the inverse temperature β goes from 0, the start, to 1, the target.
[<RequireQualifiedAccess>]
type AnnealingSchedule =
    /// β_t = t/T.
    | Linear
    /// β_t = (s_t - s_0)/(s_T - s_0) with s_t = sigmoid(sharpness (2t/T - 1)): small steps at both ends.
    | Sigmoid of sharpness: float
    /// These, from 0 to 1, never falling; their number decides that of the steps.
    | Given of float[]

/// Where a run of annealed importance sampling is.
type AnnealingProgress =
    {
        /// Temperatures passed, those of the pilot run too.
        Step: int
        /// How many there will be.
        Steps: int
        /// Time since the beginning.
        Elapsed: TimeSpan
        /// Time that the rest will take at the pace so far.
        Remaining: TimeSpan
    }

/// How to anneal. Start from `Annealing.defaults` and change what differs: `{ Annealing.defaults with Steps = 10_000 }`.
type AnnealingOptions =
    {
        /// Independent chains for each element of the batch; 16 by default.
        Chains: int
        /// Temperatures after the first, T; 1000 by default.
        Steps: int
        /// Sigmoid with sharpness 4 by default.
        Schedule: AnnealingSchedule
        /// Leapfrog steps in a transition; 10 by default.
        Leapfrog: int
        /// The step size that the pilot run begins with; 0.1 by default.
        StepSize: float
        /// The share of transitions that the pilot run steers the step sizes towards; 0.65 by default.
        Acceptance: float
        /// Told of every step; by default nobody.
        Progress: IProgress<AnnealingProgress>
        /// Stops the run with an OperationCanceledException before the next step.
        Cancellation: CancellationToken
    }

/// Schedules and options.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Annealing =

    /// 16 chains, 1000 steps of a sigmoid schedule, 10 leapfrog steps; nobody is told of progress.
    let defaults: AnnealingOptions =
        { Chains = 16
          Steps = 1000
          Schedule = AnnealingSchedule.Sigmoid 4.0
          Leapfrog = 10
          StepSize = 0.1
          Acceptance = 0.65
          Progress =
            { new IProgress<AnnealingProgress> with
                member _.Report _ = () }
          Cancellation = CancellationToken.None }

    /// The inverse temperatures of so many steps, one more than those.
    let temperatures (steps: int) (schedule: AnnealingSchedule) : float[] =
        match schedule with
        | AnnealingSchedule.Linear -> [| for t in 0..steps -> float t / float steps |]
        | AnnealingSchedule.Sigmoid sharpness ->
            let sigmoid t =
                1.0 / (1.0 + exp (-sharpness * (2.0 * float t / float steps - 1.0)))

            let first, last = sigmoid 0, sigmoid steps
            [| for t in 0..steps -> (sigmoid t - first) / (last - first) |]
        | AnnealingSchedule.Given temperatures -> temperatures

    let internal check (options: AnnealingOptions) =
        let atLeastOne (name: string) (value: int) =
            if value < 1 then
                raise (Errors.Annealing.option name "at least 1" value)

        let positive (name: string) (value: float) =
            if not (value > 0.0 && Double.IsFinite value) then
                raise (Errors.Annealing.option name "a positive number" value)

        atLeastOne "Chains" options.Chains
        atLeastOne "Steps" options.Steps
        atLeastOne "Leapfrog" options.Leapfrog
        positive "StepSize" options.StepSize

        if not (options.Acceptance > 0.0 && options.Acceptance < 1.0) then
            raise (Errors.Annealing.option "Acceptance" "between 0 and 1" options.Acceptance)

        match options.Schedule with
        | AnnealingSchedule.Linear -> ()
        | AnnealingSchedule.Sigmoid sharpness -> positive "Schedule" sharpness
        | AnnealingSchedule.Given given ->
            let rises = given |> Array.pairwise |> Array.forall (fun (low, high) -> low <= high)

            if given.Length < 2 || given[0] <> 0.0 || Array.last given <> 1.0 || not rises then
                raise (Errors.Annealing.schedule given)
