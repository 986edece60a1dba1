// data: mnist
// One layer of latent variables against two on MNIST, the second inferred from below and by a ladder: the networks between x and z1 are alike.
// Reports the test NLL of all three, draws digits into artifacts/hvae-mnist/.
// Run it with `build/run sample hvae-mnist [--epochs N] [--warm-up N] [--batch N] [--images N] [--samples N] [--seed N] [--data DIR]`.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"

open System.IO
open Functional
open Functional.Tensors

let sample () =
    let arguments = Arguments.Arguments [ "epochs"; "warm-up"; "batch"; "images"; "samples"; "seed"; "data" ]
    let epochs, batch = arguments.Int("epochs", 10), arguments.Int("batch", 128)
    let warmUp = arguments.Int("warm-up", 3)
    let seed, samples = arguments.Int("seed", 1), arguments.Int("samples", 100)
    let folder = Arguments.artifacts "hvae-mnist"

    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))
    let train, test = LabelledImages.binarized mnist.Train, LabelledImages.binarized mnist.Test
    let train = train |> Dataset.take (min train.Length (arguments.Int("images", train.Length)))
    let size, topSize, width = 32, 16, 300

    let decoder () =
        mlp [ size; width; width ] --> bernoulli 784

    let conditional () =
        mlp [ topSize; width ] --> diagonalNormal size

    let models: (string * (unit -> HierarchicalVae)) list =
        [ "one layer",
          fun () ->
              { Inference = Hierarchy.BottomUp [ mlp [ 784; width; width ] --> diagonalNormal size ]
                Decoders = [ decoder () ]
                Prior = Normal.standard [ size ] }
          "two layers",
          fun () ->
              { Inference =
                  Hierarchy.BottomUp
                      [ mlp [ 784; width; width ] --> diagonalNormal size; mlp [ size; width ] --> diagonalNormal topSize ]
                Decoders = [ decoder (); conditional () ]
                Prior = Normal.standard [ topSize ] }
          "ladder of two",
          fun () ->
              { Inference =
                  Hierarchy.Ladder
                      [ mlp [ 784; width; width ], (diagonalNormal size).Attach width
                        mlp [ width; width ], (diagonalNormal topSize).Attach width ]
                Decoders = [ decoder (); conditional () ]
                Prior = Normal.standard [ topSize ] } ]

    // The divergence counts little at first, or codes that have not yet become useful are given up for good.
    let warmingUp () =
        Scheduled(Schedule.linear 0.0 1.0 (max 1 (warmUp * Dataset.batchCount batch train)))

    let nll (name: string) (make: unit -> HierarchicalVae) =
        dsharp.seed seed
        let vae, beta = make (), warmingUp ()

        let report (epoch: EpochSummary) =
            let terms = String.concat "  " [ for name, value in epoch.Terms -> $"{name} %.2f{value}" ]
            printfn $"{name}, epoch {epoch.Epoch}  {terms}  %.1f{epoch.Duration.TotalSeconds} s"

        let options =
            { Training.defaults with
                Epochs = epochs
                BatchSize = batch
                OnStep = beta.MoveTo
                OnEpoch = report }

        let objective = HierarchicalVae.objective (Elbo.weighedBy (fun () -> beta.Value) 1) vae
        Training.fit options vae.Parameters objective train |> ignore
        let file = name.Replace(' ', '-')
        Weights.save (Path.Combine(folder, $"{file}.safetensors")) vae.Parameters
        (HierarchicalVae.generate 128 vae).view([ -1; 1; 28; 28 ]).saveImage(Path.Combine(folder, $"{file}.png"), gridCols = 16)

        // the same binarization for all
        dsharp.seed seed
        let count = min 2000 test.Length
        -(test |> Dataset.take count |> Dataset.mean 500 (HierarchicalVae.logEvidence samples vae))

    let figures = [ for name, make in models -> name, nll name make ]

    for name, figure in figures do
        printfn $"test nll, {name}: %.2f{figure} nats"

    printfn $"pictures and weights: {folder}"

Arguments.run sample
