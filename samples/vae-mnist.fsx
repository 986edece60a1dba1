// data: mnist
// A variational autoencoder on MNIST: trains it, reports the ELBO and the evidence, draws digits into artifacts/vae-mnist/.
// Run it with `build/run sample vae-mnist [--epochs N] [--batch N] [--seed N] [--data DIR]
// [--checkpoint FILE]`, or with `dotnet fsi` after a build. A run that was stopped goes on from its checkpoint.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"

open System.IO
open Functional
open Functional.Tensors

let sample () =
    let arguments = Arguments.Arguments [ "epochs"; "batch"; "seed"; "data"; "checkpoint" ]
    let epochs, batch = arguments.Int("epochs", 5), arguments.Int("batch", 128)
    let folder = Arguments.artifacts "vae-mnist"
    dsharp.seed (arguments.Int("seed", 1))

    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))
    let train, test = LabelledImages.binarized mnist.Train, LabelledImages.binarized mnist.Test

    let vae =
        { Encoder = mlp [ 784; 400 ] --> diagonalNormal 20
          Decoder = mlp [ 20; 400 ] --> bernoulli 784
          Prior = Normal.standard [ 20 ] }

    let testElbo () =
        test |> Dataset.mean 1000 (fun x -> (Vae.elbo vae x).Value)

    let options =
        { Training.defaults with
            Epochs = epochs
            BatchSize = batch
            Optimizer = Optimizer.adam 1e-3
            Checkpoint = arguments.Path "checkpoint"
            OnEpoch =
                fun epoch ->
                    printfn
                        $"epoch {epoch.Epoch}  train elbo %.2f{-epoch.Loss}  test elbo %.2f{testElbo ()}  %.1f{epoch.Duration.TotalSeconds} s" }

    let result = Training.fit options vae.Parameters (Vae.loss vae) train
    Weights.save (Path.Combine(folder, "vae.safetensors")) vae.Parameters

    if result.Status = TrainingStatus.Cancelled then
        printfn "stopped early; going on with the weights so far"

    let images = min 2000 test.Length

    let logEvidence = test |> Dataset.take images |> Dataset.mean 500 (Vae.logEvidence 100 vae)

    printfn $"test nll %.2f{-logEvidence} nats (100 importance samples, {images} images)"

    let picture (name: string) (digits: Tensor) =
        digits.view([ -1; 1; 28; 28 ]).saveImage(Path.Combine(folder, name), gridCols = 16)

    // Each digit is followed by its reconstruction.
    let originals = test |> Dataset.head (min 64 test.Length)
    picture "reconstructions.png" (dsharp.stack ([ originals; Vae.reconstruct vae originals ], 1))
    picture "samples.png" (Vae.generate 128 vae)
    printfn $"pictures and weights: {folder}"

Arguments.run sample
