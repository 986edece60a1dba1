// Tests of the optimizers: each against its formula on plain arrays, over many steps, shapes and settings; and that it minimises.
// Run with the whole suite.
module internal Functional.Tests.OptimizerTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- the formulas, on plain arrays ----

/// From the number of the step, a value, its slope and what is remembered of it: the next value and the next memory.
type private Formula = int -> float -> float -> float[] -> float * float[]

let private adam rate beta1 beta2 epsilon decay : Formula =
    fun step value slope memory ->
        let first = beta1 * memory[0] + (1.0 - beta1) * slope
        let second = beta2 * memory[1] + (1.0 - beta2) * slope * slope
        let mean, square = first / (1.0 - pown beta1 step), second / (1.0 - pown beta2 step)
        value * (1.0 - rate * decay) - rate * mean / (sqrt square + epsilon), [| first; second |]

let private momentum rate friction : Formula =
    fun _ value slope memory ->
        let velocity = friction * memory[0] + slope
        value - rate * velocity, [| velocity; 0.0 |]

/// Random settings: the optimizer, and its formula.
let private choices: (string * (Draw -> Optimizer * Formula)) list =
    [ "Adam",
      (fun draw ->
          let rate = draw.Float(1e-4, 0.1)
          Optimizer.adam rate, adam rate 0.9 0.999 1e-8 0.0)
      "Adam with weight decay",
      (fun draw ->
          let rate, beta1, beta2 = draw.Float(1e-4, 0.1), draw.Float(0.0, 0.95), draw.Float(0.5, 0.999)
          let epsilon, decay = draw.Pick [ 1e-8; 1e-3; 0.1 ], draw.Float(0.0, 0.5)
          Optimizer.adamWith rate beta1 beta2 epsilon decay, adam rate beta1 beta2 epsilon decay)
      "gradient descent",
      (fun draw ->
          let rate = draw.Float(1e-4, 0.1)
          Optimizer.sgd rate, momentum rate 0.0)
      "gradient descent with momentum",
      (fun draw ->
          let rate, friction = draw.Float(1e-4, 0.1), draw.Float(0.1, 0.95)
          Optimizer.momentum rate friction, momentum rate friction)
      "Adam by a schedule",
      (fun draw ->
          let rate, steps = draw.Float(1e-4, 0.1), draw.Int(2, 40)

          let share step =
              max 0.1 (1.0 - float (step - 1) / float steps)

          let formula step =
              adam (rate * share step) 0.9 0.999 1e-8 0.0 step

          Optimizer.adam rate |> Optimizer.scheduled share, formula) ]

// ---- the comparison ----

let private parameters (dtype: Dtype) (draw: Draw) : Parameter list =
    [ for i in 1 .. draw.Int(1, 4) ->
          let shape = draw.Pick [ [||]; [| 1 |]; [| 7 |]; [| 3; 4 |]; [| 2; 1; 5 |]; [| 0 |]; [| 33 |] ]

          draw.Tensor(shape, -1.0, 1.0).cast dtype |> Parameter.trained $"p{i}" ]

/// The same numbers in memory that is not row by row, or is repeated.
let private scattered (draw: Draw) (gradient: Tensor) : Tensor =
    if gradient.dim < 2 || draw.Pick [ true; false ] then
        gradient
    else
        gradient.transpose(0, 1).clone().transpose(0, 1)

let private follows (choose: Draw -> Optimizer * Formula) (dtype: Dtype) (draw: Draw) =
    let optimizer, formula = choose draw
    let parameters = parameters dtype draw
    let state = optimizer.Start parameters

    let mutable plain =
        [ for parameter in parameters -> numbers parameter.Value |> Array.map (fun value -> value, [| 0.0; 0.0 |]) ]

    for step in 1..40 do
        let size = draw.Pick [ 1e-3; 1.0; 100.0 ]
        let slopes = [ for parameter in parameters -> draw.Tensor(parameter.Value.shape, -size, size).cast dtype ]
        state.Step [| for slope in slopes -> scattered draw slope |]

        plain <-
            List.map2
                (fun slopes values -> Array.map2 (fun slope (value, memory) -> formula step value slope memory) slopes values)
                (List.map numbers slopes)
                plain

    let tolerance = if dtype = Dtype.Float64 then 1e-10 else 2e-4

    for parameter, values in List.zip parameters plain do
        let wanted = (float64 (Array.map fst values)).view parameter.Value.shape
        isClose tolerance $"{optimizer.Name}, {parameter.Name} after 40 steps" (parameter.Value.cast Dtype.Float64) wanted
        Expect.equal parameter.Value.dtype dtype "the dtype stays"
        Expect.isTrue (Gradient.isRecorded parameter.Value) "it stays recorded"

/// ½ Σ c_i (x_i - t_i)² has its minimum at t.
let private converges (optimizer: Optimizer) (draw: Draw) =
    let curvature, target = draw.Tensor([| 6 |], 0.5, 3.0), draw.Tensor([| 6 |], -2.0, 2.0)
    let x = Gradient.record (draw.Tensor([| 6 |], -2.0, 2.0))
    let state = optimizer.Start [ { Name = "x"; Value = x; Trained = true } ]

    for _ in 1..1_500 do
        Scope.run (fun () ->
            let loss = ((x - target).square() * curvature).sum() * 0.5
            state.Step(Gradient.ofLoss loss [| x |]))

    isClose 1e-3 optimizer.Name x target

let private memory (draw: Draw) =
    let parameters = parameters Dtype.Float32 draw

    let names (optimizer: Optimizer) =
        (optimizer.Start parameters).Memory |> List.map fst

    let each kind =
        [ for parameter in parameters -> $"{kind}.{parameter.Name}" ]

    Expect.equal (names (Optimizer.adam 0.1)) (each "first" @ each "second") "two moments for each parameter"
    Expect.equal (names (Optimizer.momentum 0.1 0.9)) (each "velocity") "a velocity for each"
    Expect.equal (names (Optimizer.sgd 0.1)) [] "nothing"

let private rateCounts (draw: Draw) =
    let x = Gradient.record (float64 [ 1.0; 2.0 ])
    let state = (Optimizer.sgd 0.5).Start [ { Name = "x"; Value = x; Trained = true } ]
    state.LearningRate <- draw.Float(0.1, 0.2)
    state.Step [| float64 [ 1.0; 10.0 ] |]
    isClose 1e-12 "one step at the new rate" x (float64 [ 1.0 - state.LearningRate; 2.0 - 10.0 * state.LearningRate ])

/// Those that are not trained have no gradient, no memory, and keep their value.
let private sparesUntrained (choose: Draw -> Optimizer * Formula) (draw: Draw) =
    let optimizer, _ = choose draw
    let trained = parameters Dtype.Float64 draw
    let counts = Parameter.untrained "counts" (draw.Tensor([| 3 |], -1.0, 1.0))
    let before = numbers counts.Value
    let state = optimizer.Start(counts :: trained)
    Expect.equal state.Parameters trained "what it changes"
    state.Step [| for parameter in trained -> parameter.Value.onesLike () |]
    Expect.equal (numbers counts.Value) before "as it was"
    Expect.isFalse (state.Memory |> List.exists (fun (name, _) -> name.Contains "counts")) "nothing is remembered of it"

let private stepsInPlace (optimizer: Optimizer) =
    let x = Gradient.record (dsharp.zeros [ 3; 4 ])
    let state = optimizer.Start [ { Name = "x"; Value = x; Trained = true } ]
    let slopes = [| dsharp.ones([ 4; 3 ]).transpose(0, 1) |]
    state.Step slopes

    leavesNothing (fun () ->
        for _ in 1..20 do
            state.Step slopes)

    GC.KeepAlive state
    GC.KeepAlive slopes

[<Tests>]
let tests =
    testList
        "Optimizer"
        [ testList
              "formulas"
              [ for name, choose in choices do
                    for dtype in [ Dtype.Float64; Dtype.Float32 ] ->
                        holds $"{name} in {dtype} follows its formula" 12 (follows choose dtype) ]

          testList
              "minima"
              [ for optimizer in [ Optimizer.adam 0.02; Optimizer.sgd 0.1; Optimizer.momentum 0.02 0.9 ] ->
                    holds $"{optimizer.Name} finds the minimum of a quadratic" 2 (converges optimizer) ]

          holds "memory is named after the parameters" 3 memory
          testList
              "what is not trained"
              [ for name, choose in choices -> holds $"{name} leaves it alone" 2 (sparesUntrained choose) ]

          holds "the learning rate may change between steps" 2 rateCounts

          testList
              "memory"
              [ for optimizer in [ Optimizer.adam 0.1; Optimizer.sgd 0.1; Optimizer.momentum 0.1 0.9 ] ->
                    testCase $"steps of {optimizer.Name} leave no tensors behind" (fun () -> stepsInPlace optimizer) ]

          testCase "settings out of range are refused by name and value" (fun () ->
              let refused action parts =
                  says (messageOf<ArgumentException, _> action) parts

              refused (fun () -> Optimizer.adam 0.0) [ "rate must be positive; it is 0" ]
              refused (fun () -> Optimizer.adam nan) [ "rate"; "NaN" ]
              refused (fun () -> Optimizer.adamWith 0.1 1.0 0.9 1e-8 0.0) [ "beta1 must be at least 0 and below 1; it is 1" ]
              refused (fun () -> Optimizer.adamWith 0.1 0.9 -0.1 1e-8 0.0) [ "beta2"; "-0.1" ]
              refused (fun () -> Optimizer.adamWith 0.1 0.9 0.9 0.0 0.0) [ "epsilon must be positive" ]
              refused (fun () -> Optimizer.adamWith 0.1 0.9 0.9 1e-8 1.5) [ "decay"; "1.5" ]
              refused (fun () -> Optimizer.momentum 0.1 1.0) [ "momentum"; "below 1" ]
              refused (fun () -> Optimizer.sgd -1.0) [ "rate must be positive; it is -1" ]) ]
