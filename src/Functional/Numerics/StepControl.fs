// How closely a solution is followed: tolerances, the size of a step's error among them, and how long the next step may be.
// OdeSolver takes its adaptive steps so.
namespace Functional

open System
open System.Threading
open Functional.Tensors

/// Over what the error of a step is averaged before it is compared with the tolerance.
[<RequireQualifiedAccess>]
type ErrorNorm =
    /// Root mean square over all elements of all rows: the rows share the tolerance.
    | Whole
    /// Root mean square over each row, and the worst row counts: every row meets the tolerance by itself, at more steps.
    | WorstRow

/// How closely to follow a solution. Start from `OdeSolver.defaults` and change what differs.
type OdeOptions =
    {
        /// The error of a step that is allowed where x is small; 1e-5 by default.
        AbsoluteTolerance: float
        /// The error of a step that is allowed for each unit of |x|; 1e-5 by default. Below 1e-6 only in float64.
        RelativeTolerance: float
        /// Over what errors are averaged; ErrorNorm.Whole by default.
        Norm: ErrorNorm
        /// The length of the first step; chosen from the field by default, at one more evaluation.
        FirstStep: float option
        /// Steps that may be tried, accepted or rejected; 10,000 by default.
        MaxSteps: int
        /// Looked at before each step; cancelling raises OperationCanceledException.
        Cancellation: CancellationToken
    }

module internal StepControl =

    type State = Tensor[]
    type Field = float -> State -> State

    /// Raises ArgumentException for options that are out of range.
    let check (options: OdeOptions) =
        let positive name value =
            if not (value > 0.0 && Double.IsFinite value) then
                raise (Errors.OdeSolver.option name "positive" value)

        positive "AbsoluteTolerance" options.AbsoluteTolerance
        options.FirstStep |> Option.iter (positive "FirstStep")

        if not (options.RelativeTolerance >= 0.0 && Double.IsFinite options.RelativeTolerance) then
            raise (Errors.OdeSolver.option "RelativeTolerance" "zero or positive" options.RelativeTolerance)

        if options.MaxSteps < 1 then
            raise (Errors.OdeSolver.option "MaxSteps" "at least 1" options.MaxSteps)

    let private rowLength (part: Tensor) = part.nelement / max 1 part.shape[0]

    let private rowSums (squares: Tensor) =
        if squares.dim = 1 then
            squares
        else
            (squares.view [ squares.shape[0]; rowLength squares ]).sum 1

    /// The norm of a state in units of what is allowed, still on the device.
    let private norm (options: OdeOptions) (state: State) (allowed: State) : Tensor =
        let squares = Array.map2 (fun (part: Tensor) allowed -> (part / allowed).square()) state allowed

        match options.Norm with
        | ErrorNorm.Whole ->
            let count = state |> Array.sumBy _.nelement
            ((squares |> Array.map _.sum() |> Array.reduce (+)) / float count).sqrt()
        | ErrorNorm.WorstRow ->
            let length = state |> Array.sumBy rowLength
            ((squares |> Array.map rowSums |> Array.reduce (+)) / float length).max().sqrt()

    let private allowed (options: OdeOptions) (sizes: Tensor[]) : State =
        sizes |> Array.map (fun size -> size * options.RelativeTolerance + options.AbsoluteTolerance)

    let private magnitudes (state: State) : Tensor[] = state |> Array.map _.abs()

    let private larger (a: State) (b: State) : Tensor[] =
        Array.map2 (fun (a: Tensor) (b: Tensor) -> a.max b) (magnitudes a) (magnitudes b)

    /// How many times the allowed error of a step that error is, read from the device.
    let excess (options: OdeOptions) (error: State) (before: State) (after: State) : float =
        (norm options error (allowed options (larger before after))).toDouble()

    // of the error, as h to this power
    let private order = 5.0

    /// How long the first step may be. Hairer, Nørsett & Wanner 1993, section II.4.
    let chooseFirst (options: OdeOptions) (field: Field) (t: float) (span: float) (x: State) (slope: State) : float =
        Gradient.off (fun () ->
            let allowed = allowed options (magnitudes x)
            let sizes = (Tensor.stack [ norm options x allowed; norm options slope allowed ]).float64().toArray1D<float>()
            let size, speed = sizes[0], sizes[1]
            let guess = if size < 1e-5 || speed < 1e-5 then 1e-6 else 0.01 * size / speed
            let guess = min guess (abs span)
            let signed = if span < 0.0 then -guess else guess
            let further = field (t + signed) (OdeMethod.combine signed [ 1.0 ] [ slope ] x)
            let change = Array.map2 (fun (later: Tensor) (now: Tensor) -> later - now) further slope
            let bend = (norm options change allowed).toDouble() / guess

            let fitting =
                if max speed bend <= 1e-15 then
                    max 1e-6 (guess * 1e-3)
                else
                    (0.01 / max speed bend) ** (1.0 / order)

            let length = List.min [ 100.0 * guess; fitting; abs span ]
            if Double.IsFinite length then length else guess)

    // Gustafsson's proportional-integral controller in the form and with the constants of Hairer & Wanner 1996, section IV.2.
    let private integral = 0.04
    let private safety = 0.9

    /// The factor of the next step's length after one that met the tolerance, from the excess of the step before and its own.
    let afterSuccess (wasRejected: bool) (last: float) (error: float) : float =
        let factor = safety * (max error 1e-10) ** (0.75 * integral - 1.0 / order) * last ** integral
        factor |> max 0.2 |> min (if wasRejected then 1.0 else 10.0)

    /// The factor of a step's length for its next try.
    let afterFailure (error: float) : float =
        if Double.IsFinite error then max 0.2 (safety * error ** (-1.0 / order)) else 0.2
