// data: mnist
// A diffusion model on MNIST: a small U-Net trained with the simple loss, digits from noise in artifacts/ddpm-mnist/, and how good they are: bits
// per dimension by the variational bound and by the probability flow, and the distance between features of drawn and real digits.
// Run it with `build/run sample ddpm-mnist [--epochs N] [--batch N] [--channels N] [--digits N] [--steps N] [--flow N] [--seed N] [--data DIR]
// [--checkpoint FILE]`: N digits drawn in so many steps are measured; N test digits are followed along the flow.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/DigitClassifier.fsx"

open System.IO
open Functional
open Functional.Tensors

let inBatches (size: int) (count: int) (draw: int -> Tensor) : Tensor =
    dsharp.cat [ for first in 0..size .. count - 1 -> Scope.run (fun () -> draw (min size (count - first))) ]

// ---- the model ----

let denoiser (channels: int) : Denoiser =
    UNet.create { UNet.defaults with Channels = channels; Multipliers = [ 1; 2; 4 ] }
    |> Denoiser.create (NoiseSchedule.variancePreserving 0.1 20.0) Prediction.Noise

/// The rate falls to nothing; samples are drawn with averaged weights. Small batches: in a few epochs the number of steps counts most.
let trainDenoiser
    (epochs: int)
    (batch: int)
    (checkpoint: string option)
    (denoiser: Denoiser)
    (images: Dataset<Tensor>)
    : WeightAverage =
    let average = WeightAverage 0.998
    let steps = epochs * Dataset.batchCount batch images

    let options =
        { Training.defaults with
            Epochs = epochs
            BatchSize = batch
            Optimizer = Optimizer.adam 1e-3 |> Optimizer.scheduled (Schedule.cosine 1.0 0.02 steps) |> average.Of
            Checkpoint = checkpoint
            OnEpoch =
                fun epoch -> printfn $"epoch {epoch.Epoch}  simple loss %.2f{epoch.Loss}  %.1f{epoch.Duration.TotalSeconds} s" }

    Training.fit options denoiser.Parameters (DiffusionLoss.simple denoiser) images |> ignore
    average

let draw (steps: int) (count: int) (denoiser: Denoiser) : Tensor =
    let options = { Sampler.defaults with Steps = steps; Grid = TimeGrid.quadratic }
    let sampler = Sampler.ancestral ReverseVariance.Posterior

    inBatches 128 count (fun count -> Sampler.sample options sampler (Denoiser.clipped -1.0 1.0 denoiser) [ count; 1; 28; 28 ])

// ---- how good they are ----

/// Digits of the autoencoder of the sample vae-mnist.
let autoencoded (batch: int) (count: int) (train: Dataset<Tensor>) : Tensor =
    let vae =
        { Encoder = mlp [ 784; 400 ] --> diagonalNormal 20
          Decoder = mlp [ 20; 400 ] --> bernoulli 784
          Prior = Normal.standard [ 20 ] }

    Training.fit { Training.defaults with Epochs = 5; BatchSize = batch } vae.Parameters (Vae.loss vae) train
    |> ignore

    inBatches 500 count (fun count -> (Vae.generate count vae).view [ -1; 1; 28; 28 ] * 2.0 - 1.0)

let sample () =
    let arguments = Arguments.Arguments [ "epochs"; "batch"; "channels"; "digits"; "steps"; "flow"; "seed"; "data"; "checkpoint" ]

    let epochs, batch = arguments.Int("epochs", 2), arguments.Int("batch", 32)
    let digits, steps = arguments.Int("digits", 1024), arguments.Int("steps", 50)
    let folder = Arguments.artifacts "ddpm-mnist"
    dsharp.seed (arguments.Int("seed", 1))

    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))

    let train, test = LabelledImages.centred mnist.Train, LabelledImages.centred mnist.Test

    let denoiser = denoiser (arguments.Int("channels", 16))
    printfn $"parameters: {denoiser.Network.ParameterCount}"
    let average = trainDenoiser epochs batch (arguments.Path "checkpoint") denoiser train

    average.During(fun () ->
        Weights.save (Path.Combine(folder, "ddpm.safetensors")) denoiser.Parameters

        let bound = DiffusionBound.create 1000 (Reconstruction.quantized 256)

        let bits =
            test
            |> Dataset.mean 250 (fun x ->
                Gradient.off (fun () ->
                    (DiffusionBound.estimate Mode.Eval bound denoiser x).Value |> DiffusionBound.bitsPerDimension x))

        printfn $"bits per dimension by the bound: %.3f{bits} bits"

        let flow = ProbabilityFlow.ofDenoiser 1e-4 [ 1; 28; 28 ] denoiser
        let followed = min (arguments.Int("flow", 64)) test.Length

        let bits =
            test
            |> Dataset.take followed
            |> Dataset.mean
                64
                (ProbabilityFlow.bitsPerDimension OdeSolver.defaults (TraceMethod.Hutchinson Probe.Rademacher) 256 flow)

        printfn $"bits per dimension by the flow: %.3f{bits} bits ({followed} images)"

        let drawn = draw steps digits denoiser
        (drawn.[0..127] * 0.5 + 0.5).saveImage(Path.Combine(folder, "samples.png"), gridCols = 16)

        let classifier = DigitClassifier.train 2 mnist.Train
        printfn $"accuracy of the classifier: %.2f{100.0 * DigitClassifier.accuracy classifier mnist.Test} %%"

        let moments = DigitClassifier.moments classifier
        let real = test |> Dataset.head test.Length |> moments

        let distance (images: Tensor) =
            DigitClassifier.distance (moments images) real

        let ours = distance drawn
        let theirs = distance (autoencoded 128 digits (LabelledImages.binarized mnist.Train))
        let baseline = train |> Dataset.head (min digits train.Length) |> distance
        printfn $"distance of features, diffusion: %.3f{ours}"
        printfn $"distance of features, vae-mnist: %.3f{theirs}"
        printfn $"distance of features, training digits: %.3f{baseline}"
        printfn $"ratio of distances: %.2f{ours / theirs}"
        printfn $"pictures and weights: {folder}")

Arguments.run sample
