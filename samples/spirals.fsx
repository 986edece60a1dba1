// A small classifier written with tensors alone: two spirals, a network of three layers, gradients by dsharp.
// Run it with `build/run sample spirals [--steps N] [--seed N]`. It draws the decision into artifacts/spirals/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"

open System
open System.IO
open Functional.Tensors

/// Points [2 n; 2] on two spirals that wind around each other, and which one each is on.
let spirals (n: int) : Tensor * Tensor =
    let radius = dsharp.rand(n).sqrt()
    let angle = radius * (3.0 * Math.PI)

    let arm (turn: float) =
        dsharp.stack ([ radius * (angle + turn).cos(); radius * (angle + turn).sin() ], 1)

    let points = dsharp.cat [ arm 0.0; arm Math.PI ]
    let classes = dsharp.cat [ dsharp.zeros n; dsharp.ones n ]
    points + 0.02 * dsharp.randn points.shape, classes.int64 ()

/// Weights and biases of a network with these layers, one after another in a single vector.
let shapes = [ 2, 32; 32, 32; 32, 2 ]

let sizes =
    [ for inputs, outputs in shapes do
          yield! [ inputs * outputs; outputs ] ]

let initial () =
    [ for inputs, outputs in shapes do
          dsharp.randn (inputs * outputs) / sqrt (float inputs)
          dsharp.zeros outputs ]
    |> dsharp.cat

/// The scores of both classes for each point.
let network (parameters: Tensor) (points: Tensor) : Tensor =
    let parts = parameters.split sizes

    let layer (x: Tensor) (i: int, (inputs, outputs)) =
        let y = x.matmul (parts[2 * i].view [ inputs; outputs ]) + parts[2 * i + 1]
        if i = shapes.Length - 1 then y else dsharp.tanh y

    shapes |> List.indexed |> List.fold layer points

let loss (points: Tensor) (classes: Tensor) (parameters: Tensor) =
    dsharp.crossEntropyLoss (network parameters points, classes)

let accuracy (points: Tensor) (classes: Tensor) (parameters: Tensor) =
    let guesses = (network parameters points).argmax(1).int64()
    (guesses.eq classes).float32().mean().toDouble()

/// Adam by hand (Kingma & Ba, arXiv:1412.6980), as a fold over steps.
let train (steps: int) (points: Tensor) (classes: Tensor) : Tensor =
    let step (parameters: Tensor, m: Tensor, v: Tensor) (t: int) =
        Scope.run (fun () ->
            let value, g = dsharp.fgrad (loss points classes) parameters

            if t % 100 = 0 then
                printfn $"step {t, 4}  loss %.4f{value.toDouble ()}  accuracy %.3f{accuracy points classes parameters}"

            let m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            let update = (m / (1.0 - 0.9 ** float t)) / ((v / (1.0 - 0.999 ** float t)).sqrt() + 1e-8)
            parameters - 0.01 * update, m, v)

    let start = initial ()
    let parameters, _, _ = [ 1..steps ] |> List.fold step (start, start.zerosLike (), start.zerosLike ())
    parameters

/// Which spiral the network sees at every place of the plane.
let draw (path: string) (parameters: Tensor) =
    let side = 160
    let axis = dsharp.linspace (-1.1, 1.1, side)
    let across = axis.unsqueeze(0).expand([ side; side ]).flatten()
    let down = axis.unsqueeze(1).expand([ side; side ]).flatten()
    let chances = (network parameters (dsharp.stack ([ across; down ], 1))).softmax 1
    chances[*, 1].view([ side; side ]).saveImage path

let sample () =
    let arguments = Arguments.Arguments [ "steps"; "seed" ]
    dsharp.seed (arguments.Int("seed", 1))
    let points, classes = spirals 400
    let heldOut, heldOutClasses = spirals 1000
    let parameters = train (arguments.Int("steps", 1000)) points classes
    let folder = Arguments.artifacts "spirals"
    draw (Path.Combine(folder, "decision.png")) parameters
    printfn $"held-out accuracy: %.3f{accuracy heldOut heldOutClasses parameters}"
    printfn $"picture: {folder}"

Arguments.run sample
