// The methods' orders, the adaptive solver against known solutions, and what it says when it cannot go on.
// Run with the whole suite; the order laws run over OdeMethod.all.
module internal Functional.Tests.OdeSolverTests

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- equations with known solutions, of random parameters ----

/// An equation, where it starts, and its solution.
type private Problem = { Field: float -> Tensor -> Tensor; Start: Tensor; Solution: float -> Tensor }

/// x' = a cos(t + c) x, of which x₀ exp(a [sin(t + c) - sin c]) is the solution: linear, changing with time.
let private swelling (draw: Draw) : Problem =
    let shape = [| draw.Int(2, 4); 3 |]
    let a, c, start = draw.Tensor(shape, -1.5, 1.5), draw.Tensor(shape, 0.0, 6.0), draw.Tensor(shape, 0.5, 2.0)

    { Field = fun t x -> x * a * (c + t).cos()
      Start = start
      Solution = fun t -> start * (a * ((c + t).sin() - c.sin ())).exp() }

/// x' = r x (1 - x), of which 1 / (1 + (1/x₀ - 1) exp(-r t)) is the solution: not linear.
let private logistic (draw: Draw) : Problem =
    let shape = [| draw.Int(2, 4); 3 |]
    let rate, start = draw.Tensor(shape, 0.5, 2.5), draw.Tensor(shape, 0.1, 0.6)

    { Field = fun _ x -> rate * x * (1.0 - x)
      Start = start
      Solution = fun t -> 1.0 / (1.0 + (1.0 / start - 1.0) * (rate * -t).exp()) }

/// x'' = -ω² x, as a pair of position and momentum in one tensor.
let private oscillating (fastest: float) (draw: Draw) : Problem =
    let rows = draw.Int(2, 4)
    let frequency, start = draw.Tensor([| rows |], fastest / 2.0, fastest), draw.Tensor([| rows; 2 |], -1.0, 1.0)
    let place, momentum = View.select 1 0 start, View.select 1 1 start

    { Field = fun _ x -> Tensor.stack ([ View.select 1 1 x * frequency; View.select 1 0 x * -frequency ], 1)
      Start = start
      Solution =
        fun t ->
            let cos, sin = (frequency * t).cos(), (frequency * t).sin()
            Tensor.stack ([ place * cos + momentum * sin; momentum * cos - place * sin ], 1) }

let private problems: (string * (Draw -> Problem)) list =
    [ "a linear equation", swelling; "a logistic equation", logistic; "oscillations", oscillating 2.0 ]

let private distance (a: Tensor) (b: Tensor) : float =
    ((a - b).square().sum().sqrt()).toDouble()

// ---- orders ----

/// By which power of the step the error falls: the slope of its logarithm over two halvings.
let private power (error: float -> float) (h: float) : float =
    Math.Log2(error h / error (h / 4.0)) / 2.0

/// The order that is seen over a time of 2.
let private observed (method: OdeMethod) (problem: Problem) : float =
    let error (h: float) =
        let x = OdeSolver.fixedSteps method (int (round (2.0 / h))) problem.Field (0.0, 2.0) problem.Start
        distance x (problem.Solution 2.0)

    power error (2.0 / if method.Order > 2 then 40.0 else 128.0)

let private hasOrder (method: OdeMethod) (problem: Draw -> Problem) (draw: Draw) =
    // superconvergence is no fault
    Expect.isGreaterThan (observed method (problem draw)) (float method.Order - 0.7) "the order"

let private noMoreThanOrder (method: OdeMethod) (draw: Draw) =
    let least = problems |> List.map (fun (_, problem) -> observed method (problem draw)) |> List.min
    Expect.isLessThan least (float method.Order + 0.4) "the order"

let private tableauIsConsistent (method: OdeMethod) =
    let close a b message =
        Expect.floatClose Accuracy.high a b message

    close (List.sum method.Weights) 1.0 "the weights sum to one"
    Expect.equal method.Coefficients.Length method.Nodes.Length "a row for each node"
    Expect.equal method.Weights.Length method.Nodes.Length "a weight for each node"

    List.zip method.Nodes method.Coefficients
    |> List.iteri (fun i (node, row) ->
        Expect.equal row.Length i "explicit"
        close (List.sum row) node "a row sums to its node")

/// One step of that length by the adaptive solver, which accepts anything.
let private oneStep (h: float) =
    { OdeSolver.defaults with AbsoluteTolerance = 1e6; FirstStep = Some h }

let private denseOrder (problem: Draw -> Problem) (draw: Draw) =
    let problem, share = problem draw, draw.Float(0.2, 0.8)

    let errorAt (place: int) (h: float) =
        let times = [ 0.0; share * h; h ]
        let solution = OdeSolver.solveAt (oneStep h) problem.Field times problem.Start
        Expect.equal solution.Statistics.Accepted 1 "one step"
        distance solution.State[place] (problem.Solution times[place])

    // a solution of order p errs by h^(p + 1) in one step
    Expect.isGreaterThan (power (errorAt 1) 0.1) 4.6 "the interpolant has order 4"
    Expect.isGreaterThan (power (errorAt 2) 0.1) 5.5 "the step has order 5"

// ---- the adaptive solver ----

let private within (tolerance: float) =
    { OdeSolver.defaults with
        AbsoluteTolerance = tolerance
        RelativeTolerance = tolerance }

let private meetsTolerance (problem: Draw -> Problem) (draw: Draw) =
    let problem = problem draw
    let finish = draw.Pick [ 3.0; -3.0 ]

    let error tolerance =
        let solution = OdeSolver.solve (within tolerance) problem.Field (0.0, finish) problem.Start
        distance solution.State (problem.Solution finish)

    let coarse, fine = error 1e-4, error 1e-9
    Expect.isLessThan fine 3e-7 "the error at a tolerance of 1e-9"
    // a tolerance 10⁵ times finer: an error between 10³·⁵ and 10⁶·⁵ times smaller
    let ratio = Math.Log10(coarse / fine)
    Expect.isTrue (ratio > 3.5 && ratio < 6.5) $"the error follows the tolerance: 10^{ratio}"

let private denseMeetsTolerance (problem: Draw -> Problem) (draw: Draw) =
    let problem = problem draw
    let times = 0.0 :: (Array.toList (draw.Floats(9, 0.01, 3.0)) |> List.sort)
    let solution = OdeSolver.solveAt (within 1e-8) problem.Field times problem.Start
    isClose 1e-6 "x(t)" solution.State (Tensor.stack [ for time in times -> problem.Solution time ])
    let straight = OdeSolver.solve (within 1e-8) problem.Field (0.0, List.last times) problem.Start
    Expect.equal solution.Statistics straight.Statistics "times between cost no steps"
    isClose 0.0 "the last" solution.State[times.Length - 1] straight.State

let private returns (draw: Draw) =
    let problem = logistic draw
    let ahead = OdeSolver.solve (within 1e-9) problem.Field (0.0, 2.0) problem.Start
    let back = OdeSolver.solve (within 1e-9) problem.Field (2.0, 0.0) ahead.State
    isClose 1e-6 "there and back" back.State problem.Start

let private oscillates (draw: Draw) =
    let problem = oscillating 30.0 draw
    let solution = OdeSolver.solve (within 1e-8) problem.Field (0.0, 6.0) problem.Start
    isClose 1e-4 "after thirty turns" solution.State (problem.Solution 6.0)

/// x' = -λ (x - cos t) - sin t: the solution cos t changes slowly, but everything else falls to it at rate λ.
let private stiff (draw: Draw) =
    let rate = draw.Float(200.0, 1000.0)
    let field (t: float) (x: Tensor) = (x - cos t) * -rate - sin t
    let solution = OdeSolver.solve (within 1e-6) field (0.0, 3.0) (float64 [ 1.0; 1.5; 0.0 ])
    isClose 1e-4 "cos t" solution.State (solution.State.fullLike (cos 3.0))
    // the stability of the method ends at h λ = 3.3
    let fewest = rate * 3.0 / 3.4
    Expect.isTrue (float solution.Statistics.Accepted > fewest * 0.8) "stability decides the steps"
    Expect.isTrue (float solution.Statistics.Accepted < fewest * 2.0) "and little else"

let private evaluatesNoMore (method: OdeMethod, expected: int) (draw: Draw) =
    let problem, steps = swelling draw, draw.Int(1, 9)
    let mutable evaluations = 0

    let field t x =
        evaluations <- evaluations + 1
        problem.Field t x

    OdeSolver.fixedSteps method steps field (0.0, 1.0) problem.Start |> ignore
    Expect.equal evaluations (steps * expected) "evaluations"

/// Weights of 0 that are not the last belong to evaluations that others need.
let private trims (draw: Draw) =
    let problem, steps = swelling draw, draw.Int(1, 5)

    let solved method =
        OdeSolver.fixedSteps method steps problem.Field (0.0, 1.0) problem.Start

    for method in OdeMethod.all do
        let idle =
            { method with
                Nodes = method.Nodes @ [ 0.5; 1.0 ]
                Coefficients = method.Coefficients @ [ method.Weights; method.Weights @ [ 0.0 ] ]
                Weights = method.Weights @ [ 0.0; 0.0 ] }

        isClose 0.0 method.Name (solved idle) (solved method)

let private countsEvaluations (draw: Draw) =
    let problem = oscillating 4.0 draw
    let mutable evaluations = 0

    let field t x =
        evaluations <- evaluations + 1
        problem.Field t x

    let count options =
        evaluations <- 0
        let solution = OdeSolver.solve options field (0.0, 3.0) problem.Start
        Expect.equal solution.Statistics.Evaluations evaluations "evaluations"
        solution.Statistics

    let chosen = count (within 1e-6)
    Expect.equal chosen.Evaluations (2 + 6 * (chosen.Accepted + chosen.Rejected)) "six a step, two to begin with"
    let given = count { within 1e-6 with FirstStep = Some 3.0 }
    Expect.isGreaterThan given.Rejected 0 "too long a first step is rejected"
    Expect.equal given.Evaluations (1 + 6 * (given.Accepted + given.Rejected)) "six a step, one to begin with"

let private pairIsWhole (draw: Draw) =
    let rows, width = draw.Int(2, 5), draw.Int(1, 3)
    let x, y = draw.Tensor([| rows; width |], -1.0, 1.0), draw.Tensor([| rows |], -1.0, 1.0)
    let norm = draw.Pick [ ErrorNorm.Whole; ErrorNorm.WorstRow ]
    let options = { within 1e-7 with Norm = norm }
    let first (t: float) (x: Tensor) (y: Tensor) : Tensor = (x + y.unsqueeze 1).sin() * (1.0 + t)
    let second (t: float) (x: Tensor) (y: Tensor) : Tensor = x.sum 1 * cos t - y

    let pair = OdeSolver.solvePair options (fun t (x, y) -> first t x y, second t x y) (0.0, 2.0) (x, y)

    let joined (x: Tensor) (y: Tensor) = dsharp.cat ([ x; y.unsqueeze 1 ], 1)

    let whole =
        OdeSolver.solve
            options
            (fun t z ->
                let x, y = View.slice 1 0 (width - 1) z, View.select 1 width z
                joined (first t x y) (second t x y))
            (0.0, 2.0)
            (joined x y)

    isClose 1e-12 "both" (joined (fst pair.State) (snd pair.State)) whole.State
    Expect.equal pair.Statistics whole.Statistics "statistics"

    let byFixed = OdeSolver.fixedStepsPair OdeMethod.rungeKutta4 400 (fun t (x, y) -> first t x y, second t x y) (0.0, 2.0) (x, y)

    isClose 1e-5 "in fixed steps" (joined (fst byFixed) (snd byFixed)) whole.State

/// Many rows at rest beside one that turns fast.
let private worstRowMeetsTolerance (draw: Draw) =
    let problem = oscillating 8.0 draw
    let rest = dsharp.zeros ([ 4000; 2 ], dtype = Dtype.Float64)
    let rows = problem.Start.shape[0]

    let field t (x: Tensor) =
        dsharp.cat [ problem.Field t (View.slice 0 0 (rows - 1) x); rest ]

    let error norm =
        let solution = OdeSolver.solve { within 1e-6 with Norm = norm } field (0.0, 3.0) (dsharp.cat [ problem.Start; rest ])

        distance (View.slice 0 0 (rows - 1) solution.State) (problem.Solution 3.0)

    Expect.isLessThan (error ErrorNorm.WorstRow) 2e-4 "with the worst row"
    Expect.isGreaterThan (error ErrorNorm.Whole) (4.0 * error ErrorNorm.WorstRow) "averaged with rows at rest"

// ---- gradients ----

let private differentiatesSteps (method: OdeMethod) (draw: Draw) =
    let x, rate = draw.Tensor([| 2; 3 |], 0.2, 0.8), draw.Tensor([| 3 |], 0.5, 2.0)

    let finish (inputs: Tensor list) =
        let field (t: float) (x: Tensor) = inputs[1] * x * (1.0 - x) * (1.0 + t)
        (OdeSolver.fixedSteps method 40 field (0.0, 1.0) inputs[0]).square().sum()

    differentiates "the state after fixed steps" finish [ x; rate ]

let private differentiatesAdaptive (draw: Draw) =
    let start, rate = draw.Tensor([| 4 |], 0.2, 0.8), draw.Tensor([| 4 |], 0.5, 2.0)

    let solution (rate: Tensor) =
        (1.0 / (1.0 + (1.0 / start - 1.0) * (-rate).exp())).sum()

    let solved (rate: Tensor) =
        (OdeSolver.solve (within 1e-9) (fun _ x -> rate * x * (1.0 - x)) (0.0, 1.0) start).State.sum()

    isClose 1e-6 "the gradient of the solution" (dsharp.grad solved rate) (dsharp.grad solution rate)

// ---- what it leaves behind, and what it refuses ----

let private x1 = lazy (float64 [ 1.0 ])

let private refusals =
    [ testCase "A solution that blows up is an error that names the time" (fun () ->
          let message =
              messageOf<ArithmeticException, _>(fun () ->
                  OdeSolver.solve OdeSolver.defaults (fun _ x -> x.square ()) (0.0, 2.0) x1.Value |> ignore)

          says message [ "OdeSolver"; "t = 1 "; "singularity" ])
      testCase "A field that is not finite is an error" (fun () ->
          let message =
              messageOf<ArithmeticException, _>(fun () ->
                  OdeSolver.solve OdeSolver.defaults (fun t x -> x * (if t > 0.5 then nan else 1.0)) (0.0, 1.0) x1.Value
                  |> ignore)

          says message [ "t = 0.5"; "not finite" ])
      testCase "Too few steps are an error that says how far they came" (fun () ->
          let options = { OdeSolver.defaults with MaxSteps = 7 }

          let message =
              messageOf<ArithmeticException, _>(fun () ->
                  OdeSolver.solve options (fun t x -> x * cos (50.0 * t)) (0.0, 9.0) x1.Value |> ignore)

          says message [ "7 steps"; "t = 9"; "MaxSteps" ])
      testCase "A slope of another shape is refused" (fun () ->
          let message =
              messageOf<ArgumentException, _>(fun () ->
                  OdeSolver.solve OdeSolver.defaults (fun _ x -> x.unsqueeze 0) (0.0, 1.0) x1.Value |> ignore)

          says message [ "[1; 1]"; "[1]" ])
      testCase "Times that turn back are refused" (fun () ->
          let message =
              messageOf<ArgumentException, _>(fun () ->
                  OdeSolver.solveAt OdeSolver.defaults (fun _ x -> x) [ 0.0; 1.0; 0.5 ] x1.Value |> ignore)

          says message [ "ascend" ])
      testCase "A method whose tableau does not fit together is refused" (fun () ->
          let refused (method: OdeMethod) =
              messageOf<ArgumentException, _>(fun () -> OdeSolver.fixedSteps method 1 (fun _ x -> x) (0.0, 1.0) x1.Value)

          says (refused { OdeMethod.heun with Nodes = [ 0.0 ] }) [ "Heun"; "1 nodes" ]
          says (refused { OdeMethod.heun with Nodes = [ 0.5; 1.0 ] }) [ "the first is 0" ]
          says (refused { OdeMethod.heun with Coefficients = [ [ 1.0 ]; [ 1.0 ] ] }) [ "rows of 1, 1 coefficients" ]
          says (refused { OdeMethod.heun with Weights = [ 0.5; 0.6 ] }) [ "sum to 1" ]
          says (refused { OdeMethod.heun with Weights = [ 1.0 ] }) [ "1 weights" ])
      testCase "Tolerances and counts out of range are refused" (fun () ->
          let refused options =
              messageOf<ArgumentException, _>(fun () -> OdeSolver.solve options (fun _ x -> x) (0.0, 1.0) x1.Value |> ignore)

          says (refused { OdeSolver.defaults with AbsoluteTolerance = 0.0 }) [ "AbsoluteTolerance"; "positive" ]
          says (refused { OdeSolver.defaults with RelativeTolerance = nan }) [ "RelativeTolerance" ]
          says (refused { OdeSolver.defaults with MaxSteps = 0 }) [ "MaxSteps"; "at least 1" ]
          says (refused { OdeSolver.defaults with FirstStep = Some 0.0 }) [ "FirstStep" ]

          says
              (messageOf<ArgumentException, _>(fun () ->
                  OdeSolver.fixedSteps OdeMethod.euler 0 (fun _ x -> x) (0.0, 1.0) x1.Value |> ignore))
              [ "steps" ])
      testCase "It can be cancelled" (fun () ->
          let source = new CancellationTokenSource()

          let field t (x: Tensor) =
              if t > 0.5 then
                  source.Cancel()

              x * cos (40.0 * t)

          Expect.throwsT<OperationCanceledException>
              (fun () ->
                  OdeSolver.solve { OdeSolver.defaults with Cancellation = source.Token } field (0.0, 2.0) x1.Value |> ignore)
              "cancelled") ]

let private edges =
    [ testCase "No time passes: the state is where it was" (fun () ->
          let solution = OdeSolver.solve OdeSolver.defaults (fun _ x -> x) (1.0, 1.0) x1.Value
          isClose 0.0 "x" solution.State x1.Value
          Expect.equal solution.Statistics.Evaluations 0 "no evaluations")
      testCase "No rows are solved at once" (fun () ->
          let none = dsharp.zeros [ 0; 3 ]
          let solution = OdeSolver.solve OdeSolver.defaults (fun _ x -> x) (0.0, 1.0) none
          Expect.equal solution.State.shape [| 0; 3 |] "shape")
      testCase "Float32 stays float32" (fun () ->
          let x = dsharp.ones [ 5; 2 ]
          let solution = OdeSolver.solve OdeSolver.defaults (fun t x -> x * -t) (0.0, 1.0) x
          Expect.equal solution.State.dtype Dtype.Float32 "dtype"
          isClose 1e-4 "exp(-t²/2)" solution.State (x * exp -0.5))
      testCase "A constant field and the state itself as its slope are left alone" (fun () ->
          let slope = float64 [ 2.0 ]
          let constant = OdeSolver.solve OdeSolver.defaults (fun _ _ -> slope) (0.0, 3.0) x1.Value
          isClose 1e-12 "1 + 2 t" constant.State (float64 [ 7.0 ])
          let itself = OdeSolver.solve (within 1e-9) (fun _ x -> x) (0.0, 1.0) x1.Value
          isClose 1e-7 "exp t" itself.State (float64 [ exp 1.0 ])
          isClose 0.0 "the slope lives" slope (float64 [ 2.0 ])
          isClose 0.0 "the start lives" x1.Value (float64 [ 1.0 ]))
      testCase "A solution leaves no tensors behind, and few while it is on its way" (fun () ->
          let start = float64 [ 1.0; 2.0 ]
          let mutable most = 0L
          let before = liveTensors ()

          let field t (x: Tensor) =
              most <- max most (Scope.liveTensors () - before)
              x * cos (60.0 * t)

          leavesNothing (fun () ->
              let solution = OdeSolver.solve (within 1e-8) field (0.0, 40.0) start
              Expect.isGreaterThan solution.Statistics.Accepted 2000 "a long way"
              solution.State.Dispose())

          Expect.isLessThan most 600L "live tensors on the way"
          start.Dispose()) ]

[<Tests>]
let tests =
    testList
        "ODE solver"
        [ for method in OdeMethod.all do
              testCase $"The tableau of {method.Name} is explicit and consistent" (fun () -> tableauIsConsistent method)
              holds $"{method.Name} has no higher order than it declares" 3 (noMoreThanOrder method)
              holds $"Gradients flow through fixed steps of {method.Name}" 2 (differentiatesSteps method)

              for name, problem in problems do
                  holds $"{method.Name} has the order that it declares on {name}" 5 (hasOrder method problem)

          for name, problem in problems do
              holds $"Between steps the order is 4 on {name}" 5 (denseOrder problem)
              holds $"The error follows the tolerance on {name}" 5 (meetsTolerance problem)
              holds $"The solution is known between steps on {name}" 5 (denseMeetsTolerance problem)

          holds "There and back is where it started" 5 returns
          holds "Fast oscillations are followed" 5 oscillates
          holds "A stiff equation is solved, at the price of stability" 3 stiff
          for method, count in List.zip OdeMethod.all [ 1; 2; 2; 4; 6 ] do
              holds $"A fixed step of {method.Name} is {count} evaluations" 3 (evaluatesNoMore (method, count))

          holds "Evaluations without weight at the end change nothing" 3 trims
          holds "Statistics count" 5 countsEvaluations
          holds "A pair is solved as one" 10 pairIsWhole
          holds "The worst row meets the tolerance by itself" 3 worstRowMeetsTolerance
          holds "Gradients flow through adaptive steps" 5 differentiatesAdaptive
          yield! edges
          testList "refuses" refusals ]
