// Solves dx/dt = f(t, x): in steps whose length follows the error (Dormand-Prince 5(4)), or in steps of one length (any OdeMethod).
// Probability flows and flow matching sample, encode and compute likelihoods with it.
namespace Functional

open System
open System.Threading
open Functional.Tensors

/// What a solution took.
type OdeStatistics =
    {
        /// Evaluations of the field.
        Evaluations: int
        /// Steps that met the tolerance.
        Accepted: int
        /// Steps that did not, and were tried again shorter.
        Rejected: int
    }

/// Where a solution ended.
type OdeSolution<'State> =
    {
        /// The state at the end, or at each time that was asked for.
        State: 'State
        /// What it took.
        Statistics: OdeStatistics
    }

/// x(t₁) from x(t₀) and dx/dt = f(t, x), forwards or backwards in time.
module OdeSolver =

    /// Tolerances of 1e-5, errors averaged over the whole state, 10,000 steps at most.
    let defaults: OdeOptions =
        { AbsoluteTolerance = 1e-5
          RelativeTolerance = 1e-5
          Norm = ErrorNorm.Whole
          FirstStep = None
          MaxSteps = 10_000
          Cancellation = CancellationToken.None }

    type private State = StepControl.State
    type private Field = StepControl.Field

    /// Where a solution is.
    type private March =
        {
            Time: float
            State: State
            /// f at that time and state: the last evaluation of one step is the first of the next.
            Slope: State
            /// What to try next, signed.
            Length: float
            /// The error of the last accepted step.
            LastError: float
            WasRejected: bool
            Accepted: int
            Rejected: int
            /// The states at the times that were passed, the latest first.
            Passed: State list
            /// The times ahead of which the first is the next to be passed.
            Ahead: float list
        }

    let private isBeyond (direction: float) (limit: float) (time: float) = direction * (time - limit) > 0.0

    // The states at those of the times ahead that lie within the step.
    let private pass (march: March) (direction: float) (h: float) (slopes: State list) (time: float) (next: State) =
        let within, ahead = march.Ahead |> List.partition (fun wanted -> not (isBeyond direction time wanted))

        let at (wanted: float) =
            if wanted = time then
                next
            else
                OdeMethod.combine h (DormandPrince.weightsAt ((wanted - march.Time) / h)) slopes march.State

        List.fold (fun passed wanted -> at wanted :: passed) march.Passed within, ahead

    // One step, accepted or rejected: its one number read from the device decides which.
    let private tryStep (options: OdeOptions) (field: Field) (finish: float) (march: March) : March =
        let remaining = finish - march.Time
        let isLast = abs march.Length * 1.01 >= abs remaining
        let h = if isLast then remaining else march.Length

        if abs h < 1e-15 * max (abs march.Time) (abs finish) then
            raise (Errors.OdeSolver.tooSmall march.Time h)

        let slopes, next = OdeMethod.slopes OdeMethod.dormandPrince field march.Time h march.State march.Slope

        let error =
            Gradient.off (fun () ->
                let zero = march.Slope |> Array.map (fun slope -> slope * (h * DormandPrince.errorWeights.Head))
                let error = OdeMethod.combine h DormandPrince.errorWeights.Tail slopes.Tail zero
                StepControl.excess options error march.State next)

        if error <= 1.0 then
            let time = if isLast then finish else march.Time + h
            let passed, ahead = pass march (float (sign h)) h slopes time next

            { Time = time
              State = next
              Slope = List.last slopes
              Length = h * StepControl.afterSuccess march.WasRejected march.LastError error
              LastError = max error 1e-4
              WasRejected = false
              Accepted = march.Accepted + 1
              Rejected = march.Rejected
              Passed = passed
              Ahead = ahead }
        else
            { march with
                Length = h * StepControl.afterFailure error
                WasRejected = true
                Rejected = march.Rejected + 1 }

    // What the steps of a block leave behind is freed at its end.
    let private block = 32

    let private march (options: OdeOptions) (field: Field) (start: float) (times: float list) (x: State) =
        StepControl.check options
        let finish = List.last times
        let mutable evaluations = 0

        let counted t state =
            evaluations <- evaluations + 1
            let slope = field t state

            Array.iter2
                (fun (part: Tensor) (slope: Tensor) ->
                    if slope.shape <> part.shape then
                        raise (Errors.OdeSolver.slope slope.shape part.shape))
                state
                slope

            slope

        let begin' () =
            let slope = counted start x
            let span = finish - start

            let length =
                options.FirstStep |> Option.defaultWith (fun () -> StepControl.chooseFirst options counted start span x slope)

            { Time = start
              State = x
              Slope = slope
              Length = if span < 0.0 then -length else length
              LastError = 1e-4
              WasRejected = false
              Accepted = 0
              Rejected = 0
              Passed = []
              Ahead = times }

        let rec steps (count: int) (march: March) =
            if count = 0 || march.Time = finish then
                march
            else
                options.Cancellation.ThrowIfCancellationRequested()
                let tried = march.Accepted + march.Rejected

                if tried >= options.MaxSteps then
                    raise (Errors.OdeSolver.steps tried start finish march.Time march.Length)

                steps (count - 1) (Scope.run (fun () -> tryStep options counted finish march))

        let rec blocks (march: March) =
            if march.Time = finish then march else blocks (Scope.run (fun () -> steps block march))

        let isStill = start = finish || x |> Array.forall (fun part -> part.nelement = 0)

        let passed, accepted, rejected =
            if isStill then
                [ for _ in times -> x ], 0, 0
            else
                let reached = Scope.run (fun () -> blocks (Scope.run begin'))
                List.rev reached.Passed, reached.Accepted, reached.Rejected

        passed, { Evaluations = evaluations; Accepted = accepted; Rejected = rejected }

    let private single (field: float -> Tensor -> Tensor) : Field = fun t x -> [| field t x[0] |]

    let private both (field: float -> Tensor * Tensor -> Tensor * Tensor) : Field =
        fun t x ->
            let first, second = field t (x[0], x[1])
            [| first; second |]

    let private ordered (times: float list) =
        let ascends, descends = List.forall (fun (a, b) -> a < b), List.forall (fun (a, b) -> a > b)
        let pairs = List.pairwise times

        if not (pairs.IsEmpty || ascends pairs || descends pairs) || List.exists (Double.IsFinite >> not) times then
            raise (Errors.OdeSolver.times times)

    /// x(t₁) from x(t₀), by Dormand-Prince 5(4) with steps as long as the tolerances allow: the error of each, estimated by the
    /// difference of a fifth- and a fourth-order solution, stays below AbsoluteTolerance + RelativeTolerance |x| in the chosen norm;
    /// the error at the end is the sum of what these grow to.
    /// x has any shape, with rows along its first axis; all rows take the same steps. The field returns the shape that it gets, and t₁ may
    /// be less than t₀. Whether a step is accepted depends on its result, so each reads one number from the device.
    /// Where x or what the field closes over is recorded, gradients flow through the accepted steps, whose lengths count as
    /// constants; the record grows with the steps. Raises ArithmeticException when MaxSteps does not suffice or the step length
    /// vanishes, which it does at a singularity or where the field is not finite; ArgumentException for options out of range. Not
    /// for stiff problems, where stability and not the error decides the length of its steps.
    /// Source: Dormand & Prince 1980, doi:10.1016/0771-050X(80)90013-3; Hairer, Nørsett & Wanner 1993, section II.4.
    let solve
        (options: OdeOptions)
        (field: float -> Tensor -> Tensor)
        (start: float, finish: float)
        (x: Tensor)
        : OdeSolution<Tensor> =
        let states, statistics = march options (single field) start [ finish ] [| x |]
        { State = states.Head[0]; Statistics = statistics }

    /// `solve` for a pair of tensors that depend on each other, such as a state and its log-density; the error is that of both together,
    /// and both have the rows on their first axes.
    let solvePair
        (options: OdeOptions)
        (field: float -> Tensor * Tensor -> Tensor * Tensor)
        (start: float, finish: float)
        (first: Tensor, second: Tensor)
        : OdeSolution<Tensor * Tensor> =
        let states, statistics = march options (both field) start [ finish ] [| first; second |]
        { State = states.Head[0], states.Head[1]; Statistics = statistics }

    /// x at each of these times from x at the first of them, of shape [times; ...]. The times ascend or descend, and cost no
    /// steps: between the ends of steps the solution is a polynomial of fourth order in t, with the error of the steps themselves.
    /// Raises as `solve` does, and ArgumentException for times that do not ascend or descend.
    /// Source: the interpolant of Shampine 1986, doi:10.1090/S0025-5718-1986-0815836-3, as in Hairer, Nørsett & Wanner 1993, II.6.
    let solveAt (options: OdeOptions) (field: float -> Tensor -> Tensor) (times: float list) (x: Tensor) : OdeSolution<Tensor> =
        ordered times

        match times with
        | [] -> raise (Errors.OdeSolver.times times)
        | [ _ ] ->
            { State = x.unsqueeze 0
              Statistics = { Evaluations = 0; Accepted = 0; Rejected = 0 } }
        | start :: later ->
            let states, statistics = march options (single field) start later [| x |]

            { State = Tensor.stack (x :: [ for state in states -> state[0] ])
              Statistics = statistics }

    let private even (method: OdeMethod) (steps: int) (field: Field) (start: float, finish: float) (x: State) : State =
        OdeMethod.check method

        if steps < 1 then
            raise (Errors.OdeSolver.option "steps" "at least 1" steps)

        let method, h = OdeMethod.trimmed method, (finish - start) / float steps

        let many (first: int) (last: int) (x: State) =
            (x, [ first..last ])
            ||> List.fold (fun x number -> Scope.run (fun () -> OdeMethod.step method field (start + float number * h) h x))

        (x, [ 0..block .. steps - 1 ])
        ||> List.fold (fun x first -> Scope.run (fun () -> many first (min steps (first + block) - 1) x))

    /// x(t₁) from x(t₀) in so many steps of one length by a method of one's choice. Nothing is read from the device, and gradients flow
    /// through every step (discretize, then optimize). Nothing checks the error either: halve the steps and compare. Raises ArgumentException for
    /// fewer steps than one, and where the parts of the method's tableau do not fit each other.
    let fixedSteps
        (method: OdeMethod)
        (steps: int)
        (field: float -> Tensor -> Tensor)
        (start: float, finish: float)
        (x: Tensor)
        : Tensor =
        Scope.run (fun () -> (even method steps (single field) (start, finish) [| x |])[0])

    /// `fixedSteps` for a pair of tensors that depend on each other.
    let fixedStepsPair
        (method: OdeMethod)
        (steps: int)
        (field: float -> Tensor * Tensor -> Tensor * Tensor)
        (start: float, finish: float)
        (first: Tensor, second: Tensor)
        : Tensor * Tensor =
        Scope.run (fun () ->
            let state = even method steps (both field) (start, finish) [| first; second |]
            state[0], state[1])
