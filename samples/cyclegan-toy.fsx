// A CycleGAN between two rotated kinds of points in the plane: which y belongs to which x it is never told, and learns from both sets
// alone. Reports how far the translated points are from the true partners, and draws both into artifacts/cyclegan-toy/.
// Run it with `build/run sample cyclegan-toy [--steps N] [--seed N]`.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"

open System
open System.IO
open Functional
open Functional.Tensors

/// Three clusters of different weight and shape, so that only one rotation carries x to y.
let cloud: Distribution =
    let means = dsharp.tensor [ [ 1.5; 0.0 ]; [ -0.8; 1.0 ]; [ -0.6; -1.2 ] ]
    let scales = dsharp.tensor [ [ 0.15; 0.45 ]; [ 0.3; 0.15 ]; [ 0.12; 0.12 ] ]
    Mixture(Categorical.FromProbabilities(dsharp.tensor [ 0.5; 0.3; 0.2 ]), Normal.diagonal means scales)

/// The true partner of x: turned by 30 degrees.
let partner (x: Tensor) : Tensor =
    let cosine, sine = cos (Math.PI / 6.0), sin (Math.PI / 6.0)
    x.matmul (dsharp.tensor [ [ cosine; sine ]; [ -sine; cosine ] ])

/// Residual generators begin near the identity, and so find the nearest of the maps that carry one set to the other.
let model () : CycleGan =
    let generator () =
        residual (mlp [ 2; 32; 32 ] --> output 2)

    let critic () =
        mlpWith Activation.leakyRelu [ 2; 32; 32 ] --> output 1

    { GeneratorOfY = generator ()
      GeneratorOfX = generator ()
      CriticOfX = critic ()
      CriticOfY = critic () }

let recipe (steps: int) : AdversarialOptions =
    let falling (rate: float) =
        Optimizer.adamWith rate 0.5 0.99 1e-8 0.0 |> Optimizer.scheduled (Schedule.cosine 1.0 0.02 steps)

    { AdversarialOptions.nonSaturating with
        Loss = Adversarial.leastSquares
        Penalty = Some(CriticPenalty.r1 0.5)
        CriticOptimizer = falling 2e-3
        GeneratorOptimizer = falling 2e-3 }

let panel (title: string) (sets: (string * Tensor) list) : Plot.Panel =
    { Title = title
      X = (-2.5, 2.5)
      Y = (-2.5, 2.5)
      Marks = [ for name, set in sets -> Plot.Points(name, Plot.places set) ] }

let sample () =
    let arguments = Arguments.Arguments [ "steps"; "seed" ]
    let steps, size = arguments.Int("steps", 3000), 128
    let folder = Arguments.artifacts "cyclegan-toy"
    dsharp.seed (arguments.Int("seed", 1))

    // Not pairs: the y come from other draws than the x.
    let x, y = cloud.Sample [ steps * size ], partner (cloud.Sample [ steps * size ])
    let gan = model ()

    let options = { Training.defaults with Epochs = 1; BatchSize = size }

    Training.play options (CycleGan.players (recipe steps) 1.0 0.0 gan) (Dataset.zip (Dataset.ofTensor x) (Dataset.ofTensor y))
    |> ignore

    let fresh = cloud.Sample [ 2000 ]
    let truth, found = partner fresh, CycleGan.toY gan fresh

    let distance (a: Tensor) (b: Tensor) =
        (a - b).square().sum(1).sqrt().mean().toDouble()

    printfn $"paired error: %.3f{distance found truth}"
    printfn $"paired error of a random partner: %.3f{distance (partner (cloud.Sample [ 2000 ])) truth}"
    printfn $"error there and back: %.3f{distance (CycleGan.toX gan found) fresh}"

    let shown (x: Tensor) = x[0..499]

    Plot.save
        (Path.Combine(folder, "translations.svg"))
        3
        [ panel "x" [ ("x", shown fresh) ]
          panel "y: translated from x" [ ("translated", shown found) ]
          panel "y: true partners" [ ("true", shown truth) ] ]

    printfn $"pictures: {folder}"

Arguments.run sample
