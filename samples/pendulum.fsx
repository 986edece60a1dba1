// Differentiable programming: a motor too weak to lift a pendulum swings it up; its torques are found by gradient descent through
// the simulation. Run it with `build/run sample pendulum [--steps N] [--seed N]`. It draws the motion before and after into artifacts/pendulum/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"

open System
open System.IO
open Functional.Tensors

// An angle from the upright and its speed; a torque too weak to lift the pendulum at once has to swing it up.
let gravity, length, weakest = 9.81, 1.0, 6.0
let dt, horizon = 0.04, 75

/// The angle at every moment when these torques are applied, from hanging at rest (semi-implicit Euler).
let simulate (torques: Tensor) : Tensor =
    let start = dsharp.tensor Math.PI, dsharp.zero ()

    let step (angle: Tensor, speed: Tensor) (torque: Tensor) =
        let speed = speed + dt * ((gravity / length) * dsharp.sin angle + torque)
        angle + dt * speed, speed

    torques.unstack () |> Seq.scan step start |> Seq.map fst |> dsharp.stack

/// Far from upright at the end is bad, and so is every torque.
let cost (parameters: Tensor) : Tensor =
    let torques = weakest * dsharp.tanh parameters
    let angles = simulate torques
    let ending = angles[horizon - 15 ..]
    (1.0 - ending.cos ()).sum() + 0.001 * (torques * torques).sum()

/// Gradient descent with momentum; the gradient passes through every step of the simulation.
let rec descend (step: int) (steps: int) (parameters: Tensor) (velocity: Tensor) : Tensor =
    if step = steps then
        parameters
    else
        let parameters, velocity =
            Scope.run (fun () ->
                let value, gradient = dsharp.fgrad cost parameters

                if step % 50 = 0 then
                    printfn $"step {step, 4}  cost %8.4f{value.toDouble ()}"

                let velocity = 0.9 * velocity - 0.02 * gradient
                parameters + velocity, velocity)

        descend (step + 1) steps parameters velocity

/// The angle over time as a picture: time runs right, upright is the middle.
let draw (path: string) (angles: Tensor) =
    let height = 101
    let rows = dsharp.linspace (-Math.PI, Math.PI, height)
    let closeness = (angles.unsqueeze 0 - rows.unsqueeze 1).cos() - 1.0
    (closeness * 300.0).exp().repeat(1, 4).saveImage path

let sample () =
    let arguments = Arguments.Arguments [ "steps"; "seed" ]
    let folder = Arguments.artifacts "pendulum"
    dsharp.seed (arguments.Int("seed", 1))
    let first = 0.1 * dsharp.randn horizon
    let best = descend 0 (arguments.Int("steps", 400)) first (first.zerosLike ())
    draw (Path.Combine(folder, "before.png")) (simulate (weakest * dsharp.tanh first))
    draw (Path.Combine(folder, "after.png")) (simulate (weakest * dsharp.tanh best))
    printfn $"cost: %.4f{(cost best).toDouble()} after, %.4f{(cost first).toDouble()} before"
    printfn $"pictures: {folder}"

Arguments.run sample
