// data: mnist
// The same network trained with one importance sample and with five: the tighter bound makes the better model (Burda, Grosse &
// Salakhutdinov, arXiv:1509.00519). It prints both test negative log-likelihoods and draws into artifacts/iwae-mnist/.
// Run it with `build/run sample iwae-mnist [--particles N] [--samples N] [--epochs N] [--batch N] [--seed N] [--examples N]
// [--images N] [--data DIR]`.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Digits.fsx"
#load "support/Plot.fsx"

open System.IO
open Functional
open Functional.Tensors

let network () : Vae =
    { Encoder = mlp [ 784; 200; 200 ] --> diagonalNormal 50
      Decoder = mlp [ 50; 200; 200 ] --> bernoulli 784
      Prior = Normal.standard [ 50 ] }

let sample () =
    let arguments = Arguments.Arguments("particles" :: "samples" :: Digits.options)
    let particles, samples = arguments.Int("particles", 5), arguments.Int("samples", 500)
    let epochs, seed = arguments.Int("epochs", 10), arguments.Int("seed", 1)
    let folder = Arguments.artifacts "iwae-mnist"
    dsharp.seed seed
    let train, test = Digits.load arguments

    let options =
        { Training.defaults with
            Epochs = epochs
            BatchSize = arguments.Int("batch", 128) }

    let nll (samples: int) (vae: Vae) (data: Dataset<Tensor>) =
        Random.withSeed seed (fun () -> -(data |> Dataset.mean 100 (Vae.logEvidence samples vae)))

    let fit (k: int) =
        // the same weights at first and the same batches
        dsharp.seed seed
        let vae = network ()
        let some = test |> Dataset.take (min 1_000 test.Length)

        let curve =
            Digits.train $"k = {k}" options vae.Parameters (Vae.objective (Iwae.bound k) vae) train (fun () -> nll 50 vae some)

        Digits.picture folder $"samples-{k}.png" 16 (Vae.generate 128 vae)
        k, curve, nll samples vae test

    let fits = [ fit 1; fit particles ]

    let curves =
        [ for k, curve, _ in fits -> Plot.Line($"k = {k}", [| for epoch, nll in List.indexed curve -> float (epoch + 1), nll |]) ]

    let all =
        [ for _, curve, _ in fits do
              yield! curve ]

    Plot.save
        (Path.Combine(folder, "training.svg"))
        1
        [ { Title = "test negative log-likelihood (nats) by epoch"
            X = 0.0, float epochs
            Y = floor (List.min all) - 1.0, ceil (List.max all)
            Marks = curves } ]

    printfn $"pictures: {folder}"

    for k, _, nll in fits do
        printfn $"test nll with k = {k}: %.2f{nll} nats ({samples} importance samples, {test.Length} images)"

    match fits with
    | [ _, _, one; _, _, several ] -> printfn $"gain: %.2f{one - several} nats"
    | _ -> ()

Arguments.run sample
