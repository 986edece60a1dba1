// A model that the library does not have, in ten lines: flowers with heavy-tailed noise around a curved surface of two latent coordinates.
// Bounds, sampling and evidence come with it. Run it with `build/run sample new-model [--epochs N] [--seed N]`; it draws into artifacts/new-model/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"
#load "support/Iris.fsx"

open System.IO
open Functional
open Functional.Tensors
open Plot

let sample () =
    let arguments = Arguments.Arguments [ "epochs"; "seed" ]
    let epochs = arguments.Int("epochs", 300)
    let folder = Arguments.artifacts "new-model"
    dsharp.seed (arguments.Int("seed", 1))
    let flowers = (Iris.measurements ()).cast Dtype.Float32
    let standardized = (flowers - flowers.mean 0) / flowers.std 0

    let encoder = mlp [ 4; 32 ] --> diagonalNormal 2
    let decoder = mlp [ 2; 32 ] --> output 8

    let model (x: Tensor) =
        program {
            let! z = sample "z" (Normal.standard [ 2 ])
            let halves = (Net.train decoder z).split([ 4; 4 ], -1)
            do! observe "x" (Independent(StudentT(dsharp.scalar 3.0, halves[0], halves[1].exp()), 1)) x
        }

    let guide (x: Tensor) = sample "z" (Net.train encoder x)
    let parameters = Net.parameters [ "encoder", encoder.Parameters; "decoder", decoder.Parameters ]

    let options =
        { Training.defaults with
            Epochs = epochs
            BatchSize = 50
            Optimizer = Optimizer.adam 3e-3 }

    let objective = Bound.objective (Iwae.bound 5) model guide
    let result = Training.fit options parameters objective (Dataset.ofTensor standardized)

    if result.Status = TrainingStatus.Cancelled then
        printfn "stopped early; going on with the weights so far"

    let mean (bound: Bound) =
        Gradient.off (fun () -> (Bound.estimate bound (model standardized) (guide standardized)).Value.mean().toDouble())

    printfn $"elbo: %.3f{mean (Elbo.bound 20)} nats"
    printfn $"iwae, 20 particles: %.3f{mean (Iwae.bound 20)} nats"
    let evidence = LogEvidence.summarize 1_000 (model standardized) (guide standardized)
    printfn $"log-evidence: %.3f{evidence.LogEvidence.mean().toDouble()} nats"
    printfn $"{ImportanceWeights.verdict evidence}"

    let dreams = model standardized |> Program.uncondition |> Program.particles flowers.shape[0] |> Program.trace

    let petals (name: string) (rows: Tensor) =
        let back = (rows * flowers.std 0 + flowers.mean 0).cast Dtype.Float64
        Points(name, Array.zip (back[*, 2].toArray1D<float>()) (back[*, 3].toArray1D<float>()))

    let panel (title: string) (mark: Mark) : Panel =
        { Title = title; X = 0.0, 8.0; Y = -0.5, 3.0; Marks = [ mark ] }

    Plot.save
        (Path.Combine(folder, "petals.svg"))
        2
        [ panel "petals of irises, in cm" (petals "" standardized)
          panel "drawn by the model" (petals "" dreams["x"].Value) ]

    printfn $"pictures: {folder}"

Arguments.run sample
