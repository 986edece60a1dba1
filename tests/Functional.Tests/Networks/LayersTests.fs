// Tests of the layers: what they compute, their gradients, initial weights, training and use, and fork.
// Run with the whole suite.
module internal Functional.Tests.LayersTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private activations =
    [ Activation.relu, (fun x -> max x 0.0)
      Activation.leakyRelu, (fun x -> if x > 0.0 then x else 0.01 * x)
      Activation.tanh, tanh
      Activation.sigmoid, (fun x -> 1.0 / (1.0 + exp -x))
      Activation.softplus, (fun x -> log (1.0 + exp x))
      Activation.silu, (fun x -> x / (1.0 + exp -x))
      Activation.gelu, (fun x -> x * MathNet.Numerics.Distributions.Normal.CDF(0.0, 1.0, x))
      Activation.elu, (fun x -> if x > 0.0 then x else exp x - 1.0) ]

let private computesLinear (draw: Draw) =
    let inputs, outputs = draw.Int(1, 5), draw.Int(1, 5)
    let layer = inFloat64 (fun () -> linear inputs outputs)
    let weight, bias = layer.Parameters[0].Value, layer.Parameters[1].Value
    let leading = draw.Pick [ [||]; [| 3 |]; [| 2; 3 |]; [| 0 |] ]
    let x = draw.Tensor(Array.append leading [| inputs |], -2.0, 2.0)
    let y = Net.eval layer x
    Expect.equal y.shape (Array.append leading [| outputs |]) "only the last axis changes"
    let products = (x.unsqueeze -2 * weight).sum -1
    isClose 1e-12 "x Wᵀ + b" y (products + bias)

let private startsSmall (draw: Draw) =
    let inputs = draw.Int(1, 30)
    let layer = linear inputs (draw.Int(1, 30))
    let bound = 1.0 / sqrt (float inputs)

    for parameter in layer.Parameters do
        Expect.all (numbers parameter.Value) (fun value -> abs value <= bound) $"{parameter.Name} lies within ±1/√inputs"
        Expect.isTrue (Gradient.isRecorded parameter.Value) $"{parameter.Name} is recorded"

/// Parameters copied back from plain tensors, as a function of these.
let private asFunction (net: Net<Tensor, Tensor>) (x: Tensor) (weights: Tensor) : (Tensor list -> Tensor) * Tensor list =
    let run (inputs: Tensor list) =
        for parameter, value in List.zip net.Parameters inputs.Tail do
            Parameter.assign parameter.Value value

        (Net.eval net inputs.Head * weights).sum()

    run, x :: [ for parameter in net.Parameters -> parameter.Value.noDiff().clone() ]

/// Gradient.ofLoss in every parameter, and dsharp.grad in the input, against finite differences.
let private gradients (draw: Draw) =
    let sizes = [ draw.Int(1, 4); draw.Int(1, 5); draw.Int(1, 4); 2 ]
    let activation = draw.Pick [ Activation.tanh; Activation.softplus; Activation.silu ]
    let net = inFloat64 (fun () -> mlpWith activation sizes)
    let x = draw.Tensor([| 3; sizes.Head |], -1.0, 1.0)
    let weights = draw.Tensor([| 3; 2 |], -1.0, 1.0)
    let loss (x: Tensor) = (Net.train net x * weights).sum()
    let tensors = [| for parameter in net.Parameters -> parameter.Value |]
    let found = dsharp.grad loss x :: List.ofArray (Gradient.ofLoss (loss x) tensors)
    let f, inputs = asFunction net x weights

    for place in 0 .. inputs.Length - 1 do
        let wanted = differenceIn place f inputs
        f inputs |> ignore
        isClose 1e-6 $"the gradient in input {place}" found[place] wanted

/// A single row has loops of its own; here it meets the formula, in both types, to the second derivative.
let private singleRow (draw: Draw) =
    let sizes = [ draw.Int(1, 40); draw.Int(1, 40) ]
    let make () = mlp sizes --> output (draw.Int(1, 20))
    let tolerance, net = draw.Pick [ 1e-11, inFloat64 make; 2e-4, make () ]
    let parameters = [| for parameter in net.Parameters -> parameter.Value |]
    let leading = draw.Pick [ [||]; [| 1 |]; [| 1; 1 |] ]
    let x = draw.Tensor(Array.append leading [| sizes.Head |], -2.0, 2.0).cast parameters[0].dtype

    let layer (x: Tensor) place =
        (x.unsqueeze -2 * parameters[place]).sum -1 + parameters[place + 1]

    let formula x = layer ((layer x 0).relu()) 2
    let loss (f: Tensor -> Tensor) (x: Tensor) = (f x * (f x).sin()).sum()
    let net = Net.train net
    let isClose = isClose tolerance
    isClose "the value" (net x) (formula x)
    isClose "the gradient in the input" (dsharp.grad (loss net) x) (dsharp.grad (loss formula) x)

    for found, wanted in Array.zip (Gradient.ofLoss (loss net x) parameters) (Gradient.ofLoss (loss formula x) parameters) do
        isClose "the gradient in a parameter" found wanted

    let flat = x.view [ -1 ]
    isClose "the Hessian in the input" (dsharp.hessian (loss net) flat) (dsharp.hessian (loss formula) flat)

let private sameSeed (draw: Draw) =
    let make seed =
        Random.withSeed seed (fun () -> mlp [ 5; 4; 3 ] --> diagonalNormal 2)

    let values (net: Net<_, _>) =
        [| for parameter in net.Parameters do
               yield! numbers parameter.Value |]

    Expect.equal (values (make draw.Seed)) (values (make draw.Seed)) "the same seed, the same weights"
    Expect.notEqual (values (make draw.Seed)) (values (make (draw.Seed + 1))) "another seed, others"

let private dropsOut (draw: Draw) =
    let p = draw.Float(0.1, 0.9)
    let net = dropout p
    let x = draw.Tensor([| 20_000 |], 1.0, 2.0)
    isClose 0.0 "in use, nothing happens" (Net.eval net x) x
    let trained = Net.train net x
    let kept = (trained.eq 0.0).logicalNot().cast Dtype.Float64
    isClose 1e-12 "what is kept is scaled" trained (kept * x / (1.0 - p))
    let share, error = meanAndError kept
    isWithin "the share that is kept" share error (float64 (1.0 - p))
    Expect.isFalse ((Net.train net x).Equals trained) "drawn anew each time"

let private forks (draw: Draw) =
    let first, second = inFloat64 (fun () -> mlp [ 4; 3 ], linear 4 2)
    let x = draw.Tensor([| 5; 4 |], -1.0, 1.0)
    let both = fork first second
    let a, b = Net.eval both x
    isClose 0.0 "the first" a (Net.eval first x)
    isClose 0.0 "the second" b (Net.eval second x)
    Expect.equal both.ParameterCount (first.ParameterCount + second.ParameterCount) "the parameters of both"
    let names = both.Parameters |> List.map _.Name
    Expect.equal names [ "linear.weight"; "linear.bias"; "linear2.weight"; "linear2.bias" ] "each with its own name"
    let after, _ = Net.eval (inFloat64 (fun () -> linear 2 4) --> both) (draw.Tensor([| 1; 2 |], -1.0, 1.0))
    Expect.equal after.shape [| 1; 3 |] "a fork composes"

/// One linear layer on both joined, with leading axes that broadcast.
let private joins (draw: Draw) =
    let first, second, outputs = draw.Int(1, 4), draw.Int(1, 4), draw.Int(1, 4)
    let net = inFloat64 (fun () -> linearPair first second outputs)
    let x, y = draw.Tensor([| 3; first |], -1.0, 1.0), draw.Tensor([| 2; 1; second |], -1.0, 1.0)
    let weights = [ for parameter in net.Parameters -> parameter.Value ]
    let both = dsharp.cat ([ x.expand [ 2; 3; first ]; y.expand [ 2; 3; second ] ], 2)
    let weight = dsharp.cat ([ weights[0]; weights[1] ], 1)
    isClose 1e-12 "W (x, y) + b" (Net.eval net (x, y)) (both.matmul (weight.transpose ()) + weights[2])
    Expect.equal net.OutputFeatures (Some outputs) "it knows its features"
    let bound = 1.0 / sqrt (float (first + second))
    Expect.all (weights |> Seq.collect numbers) (fun weight -> abs weight <= bound) "initial weights are those of one layer"

    let wrong x y () =
        Net.eval net (dsharp.zeros ([ 1; x ], dtype = Dtype.Float64), dsharp.zeros ([ 1; y ], dtype = Dtype.Float64))

    says
        (messageOf<ArgumentException, _>(wrong (first + 1) second))
        [ $"linearPair {first} {second} {outputs}"; $"length {first}" ]

    says (messageOf<ArgumentException, _>(wrong first (second + 1))) [ $"length {second}" ]
    says (messageOf<ArgumentException, _>(fun () -> linearPair 0 1 1)) [ "linearPair [0; 1; 1]" ]

[<Tests>]
let tests =
    testList
        "Layers"
        [ holds "a linear layer computes x Wᵀ + b on the last axis" 12 computesLinear
          holds "initial weights are uniform within the bound of their inputs" 5 startsSmall
          holds "gradients of a network agree with finite differences" 6 gradients
          holds "a single row through a network is the formula, to the second derivative" 20 singleRow
          holds "the same seed gives the same initial weights" 3 sameSeed
          holds "dropout scales what it keeps in training and does nothing in use" 3 dropsOut

          testCase "dropout is refused where it is no probability, or leaves nothing" (fun () ->
              for p in [ -0.1; 1.0; 1.5; nan ] do
                  says (messageOf<ArgumentException, _>(fun () -> dropout p)) [ $"dropout {p}"; "below 1" ])

          holds "fork applies both networks to one input" 3 forks
          holds "linearPair is a linear layer on a pair" 4 joins

          testList
              "activations"
              [ for activation, formula in activations ->
                    holds $"{activation.Name} is its formula" 2 (fun draw ->
                        let x = draw.Tensor([| 50 |], -4.0, 4.0)
                        isClose 1e-9 activation.Name (Net.eval activation x) (float64 (Array.map formula (numbers x)))
                        Expect.equal (linear 3 4 --> activation).OutputFeatures (Some 4) "it keeps the number of features") ]

          testCase "the wrong number of features is an error that names the layer" (fun () ->
              let run (shape: int list) () =
                  Net.eval (linear 4 3) (dsharp.zeros shape)

              says (messageOf<ArgumentException, _>(run [ 2; 5 ])) [ "linear 4 3"; "[2; 5]"; "length 4" ]
              says (messageOf<ArgumentException, _>(run [])) [ "linear 4 3"; "[]" ])

          testCase "sizes that make no network are refused" (fun () ->
              says (messageOf<ArgumentException, _>(fun () -> mlp [])) [ "mlp []" ]
              says (messageOf<ArgumentException, _>(fun () -> mlp [ 3 ])) [ "mlp [3]"; "at least an input and an output" ]
              says (messageOf<ArgumentException, _>(fun () -> linear 0 3)) [ "linear [0; 3]"; "positive" ]
              says (messageOf<ArgumentException, _>(fun () -> linear 3 -1)) [ "linear [3; -1]" ])

          holds "join puts two inputs side by side and repeats the one with fewer axes" 5 (fun draw ->
              let batch, particles = draw.Int(1, 4), draw.Int(1, 3)
              let z, c = dsharp.randn [ particles; batch; 2 ], dsharp.randn [ batch; 3 ]
              let wide = c.expand [ particles; batch; 3 ]
              isClose 0.0 "the second repeated" (Net.eval join (z, c)) (dsharp.cat ([ z; wide ], -1))
              isClose 0.0 "the first repeated" (Net.eval join (c, z)) (dsharp.cat ([ wide; z ], -1))
              let net = join --> mlp [ 5; 4 ] --> bernoulli 2
              Expect.equal (Net.eval net (z, c)).BatchShape [| particles; batch |] "a network of both")

          testCase "inputs of other batches do not join" (fun () ->
              let join (a: int list) (b: int list) () =
                  Net.eval join (dsharp.zeros a, dsharp.zeros b)

              says (messageOf<ArgumentException, _>(join [ 3; 2 ] [ 4; 2 ])) [ "join"; "[3; 2]"; "[4; 2]" ]
              says (messageOf<ArgumentException, _>(join [ 3; 2 ] [ 1; 2 ])) [ "join"; "[1; 2]" ])

          testCase "networks that take different numbers of features do not fork" (fun () ->
              let message = messageOf<ArgumentException, _>(fun () -> fork (linear 4 3) (linear 5 3))
              says message [ "linear 4 3"; "linear 5 3"; "4"; "5" ]) ]
