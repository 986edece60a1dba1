// Flow matching in the plane: a network learns the velocity that carries noise to moons, a checkerboard and Gaussians;
// reflow straightens its paths, so that one step of Euler's method does what the solver does in fifty evaluations.
// Run it with `build/run sample flow-matching-2d [--steps N] [--seed N]`. It draws samples, paths and densities into
// artifacts/flow-matching-2d/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"

open System
open System.IO
open Functional
open Functional.Tensors

// ---- data ----

let twoMoons (count: int) : Tensor =
    let angle = dsharp.rand [ count ] * Math.PI
    // 0 for the upper moon, 1 for the lower one
    let lower = (dsharp.rand [ count ]).round()
    let sign = 1.0 - lower * 2.0
    let x = angle.cos () * sign + lower - 0.5
    let y = angle.sin () * sign + lower * 0.5 - 0.25
    dsharp.stack ([ x; y ], 1) * 1.3 + dsharp.randn [ count; 2 ] * 0.08

let checkerboard (count: int) : Tensor =
    let x = dsharp.rand [ count ] * 4.0 - 2.0
    let y = dsharp.rand [ count ] - (dsharp.rand [ count ]).round() * 2.0
    dsharp.stack ([ x; y + (x.floor () - (x * 0.5).floor() * 2.0) ], 1)

let eightGaussians: Distribution =
    let angle = dsharp.arange 8 * (Math.PI / 4.0)
    let means = dsharp.stack ([ angle.cos (); angle.sin () ], 1) * 2.0
    Mixture(Categorical.FromLogits(dsharp.zeros [ 8 ]), Normal.diagonal means (means.fullLike 0.2))

/// A name for figures, one for files, and draws.
let dataSets: (string * string * (int -> Tensor)) list =
    [ "two moons", "moons", twoMoons
      "checkerboard", "checkerboard", checkerboard
      "eight Gaussians", "gaussians", fun count -> eightGaussians.Sample [ count ] ]

// ---- the flow ----

/// Points, times, and waves over the points, without which a network of this size draws no sharp edges.
let features (x: Tensor, t: Tensor) : Tensor =
    let waves = [ for k in 1..3 -> x * (0.5 * Math.PI * float k) ]
    dsharp.cat ([ x; t.unsqueeze 1 ] @ [ for wave in waves -> wave.sin () ] @ [ for wave in waves -> wave.cos () ], 1)

/// u(x, t) on straight lines between data and noise.
let velocity () : VelocityField =
    VelocityField.rectified (Net.ofFunction features --> mlpWith Activation.silu [ 15; 128; 128; 128 ] --> linear 128 2)

let batch = 512

let fit (steps: int) (field: VelocityField) (objective: Objective<'Batch>) (data: Dataset<'Batch>) =
    let rate = Schedule.cosine 1.0 0.003 steps

    let options =
        { Training.defaults with
            Epochs = 1
            BatchSize = batch
            Optimizer = Optimizer.adam 3e-3 |> Optimizer.scheduled rate }

    Training.fit options field.Parameters objective data |> ignore

/// New examples at every step.
let endless (steps: int) (draw: int -> Tensor) : Dataset<Tensor> =
    { Length = steps * batch; Read = fun positions -> draw positions.shape[0] }

// ---- figures and pictures ----

let panel (title: string) (marks: Plot.Mark list) : Plot.Panel =
    { Title = title; X = (-3.0, 3.0); Y = (-3.0, 3.0); Marks = marks }

/// The ways of some points of noise to the data.
let paths (flow: ProbabilityFlow) (noise: Tensor) : Plot.Mark list =
    let path = ProbabilityFlow.path OdeSolver.defaults 40 flow noise
    [ for i in 0 .. noise.shape[0] - 1 -> Plot.Line("", Plot.places path[*, i]) ]

let side = 100

/// The density over the plane as a picture, white where it is highest.
let drawDensity (path: string) (flow: ProbabilityFlow) =
    Scope.run (fun () ->
        let axis = dsharp.linspace (-2.8, 2.8, side)
        let across = axis.unsqueeze(0).expand([ side; side ]).flatten()
        let down = -(axis.unsqueeze(1).expand([ side; side ]).flatten())
        let places = dsharp.stack ([ across; down ], 1)
        let density = (ProbabilityFlow.logLikelihood OdeSolver.defaults TraceMethod.Exact flow places).exp()
        (density / density.max ()).view([ side; side ]).saveImage path)

let logLikelihood (flow: ProbabilityFlow) (x: Tensor) : float =
    (ProbabilityFlow.logLikelihood OdeSolver.defaults TraceMethod.Exact flow x).mean().toDouble()

/// What one step of Euler's method makes of noise.
let oneStep (flow: ProbabilityFlow) (noise: Tensor) : Tensor =
    Gradient.off (fun () -> OdeSolver.fixedSteps OdeMethod.euler 1 (ProbabilityFlow.field flow) (1.0, 0.0) noise)

/// √MMD² of samples and data, at the scale of the data.
let discrepancy (data: Tensor) (sample: Tensor) : float =
    let squared = Mmd.biased (Kernel.Gaussian 0.5) data sample
    squared.clamp(low = 0.0).sqrt().toDouble()

let study (folder: string) (steps: int) (name: string, file: string, draw: int -> Tensor) : Plot.Panel list =
    let heldOut, noise = draw 2000, dsharp.randn [ 2000; 2 ]
    printfn $"{name}, truth, discrepancy: %.4f{discrepancy heldOut (draw 2000)}"

    let first = velocity ()
    fit steps first (FlowMatching.loss first) (endless steps draw)
    let flow = VelocityField.flow [ 2 ] first

    // a flow that is trained on the ends of the first one's paths
    let pairs = RectifiedFlow.pairs OdeSolver.defaults flow (max 1024 (10 * steps))
    let second = velocity ()
    fit steps second (FlowMatching.pairLoss second) (Dataset.cycle (steps * batch) pairs)
    let straight = VelocityField.flow [ 2 ] second

    let describe (when': string) (flow: ProbabilityFlow) =
        let solved = ProbabilityFlow.decode OdeSolver.defaults flow noise
        let bend = (RectifiedFlow.bend OdeSolver.defaults 20 flow noise).mean().toDouble()
        printfn $"{name}, {when'}, held-out log-likelihood: %.3f{logLikelihood flow heldOut} nats"
        printfn $"{name}, {when'}, bend of paths: %.4f{bend} squared units"

        printfn
            $"{name}, {when'}, discrepancy: %.4f{discrepancy heldOut solved.State} by {solved.Statistics.Evaluations} evaluations"

        printfn $"{name}, {when'}, discrepancy of one step: %.4f{discrepancy heldOut (oneStep flow noise)} by 1 evaluation"
        solved.State

    let samples = describe "flow" flow
    describe "reflow" straight |> ignore
    drawDensity (Path.Combine(folder, $"{file}-density.png")) flow
    let few = dsharp.randn [ 60; 2 ]

    [ panel $"{name}: data" [ Plot.Points("", Plot.places heldOut) ]
      panel "samples of the flow" [ Plot.Points("", Plot.places samples) ]
      panel "paths of the flow" (paths flow few)
      panel "paths after reflow" (paths straight few)
      panel "one step after reflow" [ Plot.Points("", Plot.places (oneStep straight noise)) ] ]

let sample () =
    let arguments = Arguments.Arguments [ "steps"; "seed" ]
    dsharp.seed (arguments.Int("seed", 1))
    let folder = Arguments.artifacts "flow-matching-2d"
    let steps = arguments.Int("steps", 10_000)

    [ for dataSet in dataSets do
          yield! study folder steps dataSet ]
    |> Plot.save (Path.Combine(folder, "flows.svg")) 5

    let entropy = log 8.0
    let exact = (eightGaussians.LogProb(eightGaussians.Sample [ 20_000 ])).mean().toDouble()
    printfn $"checkerboard, truth, log-likelihood: %.3f{-entropy} nats"
    printfn $"eight Gaussians, truth, log-likelihood: %.3f{exact} nats"
    printfn $"pictures: {folder}"

Arguments.run sample
