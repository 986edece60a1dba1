// data: mnist
// A generative adversarial network on MNIST with convolutions: trains it, reports how varied its digits are, and draws them into
// artifacts/gan-mnist/. Run it with `build/run sample gan-mnist [--epochs N] [--examples N] [--batch N] [--seed N] [--data DIR]
// [--checkpoint FILE]`. A run that was stopped goes on from its checkpoint.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/DigitClassifier.fsx"

open System.IO
open Functional
open Functional.Tensors

/// The generator doubles 7 × 7 twice; spectral normalisation keeps the critic's slopes in bounds.
let gan () : Gan =
    { Generator =
        linear 64 (64 * 7 * 7)
        --> reshape [ 64; 7; 7 ]
        --> batchNorm 64
        --> Activation.relu
        --> convTranspose2d Filter.half 64 32
        --> batchNorm 32
        --> Activation.relu
        --> convTranspose2d Filter.half 32 1
        --> Activation.tanh
      Critic =
        SpectralNorm.conv2d Filter.half 1 32
        --> Activation.leakyRelu
        --> SpectralNorm.conv2d Filter.half 32 64
        --> Activation.leakyRelu
        --> flatten
        --> SpectralNorm.linear (64 * 7 * 7) 1
      Prior = Normal.standard [ 64 ] }

/// Both rates fall to a hundredth by the last round.
let recipe (rounds: int) : AdversarialOptions =
    let adam (rate: float) =
        Optimizer.adamWith rate 0.5 0.99 1e-8 0.0 |> Optimizer.scheduled (Schedule.cosine 1.0 0.01 rounds)

    { AdversarialOptions.nonSaturating with
        CriticOptimizer = adam 5e-4
        GeneratorOptimizer = adam 5e-4 }

let sample () =
    let arguments = Arguments.Arguments [ "epochs"; "examples"; "batch"; "seed"; "data"; "checkpoint" ]
    let epochs, batch = arguments.Int("epochs", 8), arguments.Int("batch", 64)
    let folder = Arguments.artifacts "gan-mnist"
    dsharp.seed (arguments.Int("seed", 1))

    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))

    let all = LabelledImages.centred mnist.Train
    let train = Dataset.take (min all.Length (arguments.Int("examples", all.Length))) all
    let gan = gan ()
    let average = WeightAverage 0.99
    let rounds = epochs * Dataset.batchCount batch train
    let recipe = recipe rounds

    let options =
        { Training.defaults with
            Epochs = epochs
            BatchSize = batch
            Checkpoint = arguments.Path "checkpoint"
            OnEpoch =
                fun epoch ->
                    let terms = epoch.Terms |> List.map (fun (name, value) -> $"{name} %.3f{value}") |> String.concat "  "
                    printfn $"epoch {epoch.Epoch}  {terms}  %.1f{epoch.Duration.TotalSeconds} s" }

    let players = Gan.players { recipe with GeneratorOptimizer = average.Of recipe.GeneratorOptimizer } gan

    if (Training.play options players train).Status = TrainingStatus.Cancelled then
        printfn "stopped early; going on with the weights so far"

    average.During(fun () ->
        Weights.save (Path.Combine(folder, "gan.safetensors")) gan.Parameters
        let digits = dsharp.cat [ for _ in 1..8 -> Gan.sample 250 gan ]
        (digits[0..127] * 0.5 + 0.5).saveImage(Path.Combine(folder, "samples.png"), gridCols = 16)

        let test = LabelledImages.centred mnist.Test
        let real = test |> Dataset.head (min 2000 test.Length)
        printfn $"variance ratio: %.2f{(Adversarial.varianceRatio real digits).toDouble()}"

        let classifier = DigitClassifier.train 2 mnist.Train

        let shares (x: Tensor) =
            [ for digit in 0..9 -> 100.0 * ((classifier.Digits x).eq digit).float32().mean().toDouble() ]

        printfn $"digits drawn: {shares digits |> List.filter ((<) 1.0) |> List.length} of 10"
        printfn $"share of the rarest digit: %.1f{List.min (shares digits)} %% (%.1f{List.min (shares real)} %% of the data)"
        printfn $"pictures and weights: {folder}")

Arguments.run sample
