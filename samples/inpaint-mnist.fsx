// data: mnist
// In-painting with a diffusion model that was never shown a mask: halves, frames and scattered pixels of digits are filled in by RePaint and by guidance.
// It prints how far hidden pixels are from the truth beside mean digits, and what a classifier makes of the completed digits.
// Pictures go into artifacts/inpaint-mnist/: digits, what is seen of them, and completions.
// Run it with `build/run sample inpaint-mnist [--epochs N] [--batch N] [--channels N] [--images N] [--steps N] [--resamplings N] [--seed N] [--data DIR]
// [--weights FILE]`. The weights are those of the file; or of ddpm-mnist where it has been run; or of a model that is trained here, once.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/DigitClassifier.fsx"

open System.IO
open Functional
open Functional.Tensors

// ---- the model: that of ddpm-mnist ----

let denoiser (channels: int) : Denoiser =
    UNet.create { UNet.defaults with Channels = channels; Multipliers = [ 1; 2; 4 ] }
    |> Denoiser.create (NoiseSchedule.variancePreserving 0.1 20.0) Prediction.Noise

/// Trains it and writes the averaged weights.
let train (epochs: int) (batch: int) (path: string) (denoiser: Denoiser) (images: Dataset<Tensor>) : unit =
    let average = WeightAverage 0.998
    let steps = epochs * Dataset.batchCount batch images

    let options =
        { Training.defaults with
            Epochs = epochs
            BatchSize = batch
            Optimizer = Optimizer.adam 1e-3 |> Optimizer.scheduled (Schedule.cosine 1.0 0.02 steps) |> average.Of
            OnEpoch =
                fun epoch -> printfn $"epoch {epoch.Epoch}  simple loss %.2f{epoch.Loss}  %.1f{epoch.Duration.TotalSeconds} s" }

    let objective = DiffusionLoss.objective LossWeighting.noise TimeSampling.lowDiscrepancy denoiser
    Training.fit options denoiser.Parameters objective images |> ignore
    average.During(fun () -> Weights.save path denoiser.Parameters)

// ---- what is seen ----

let masks (images: Tensor) : (string * Tensor) list =
    let row = images.onesLike().cumsum 2
    let column = images.onesLike().cumsum 3

    let within (low: int) (high: int) (place: Tensor) =
        (place.gt low).logicalAnd(place.le high)

    [ "lower half", (row.le 14.0).cast images.dtype
      "middle", ((within 8 20 row).logicalAnd(within 8 20 column)).logicalNot().cast images.dtype
      "scattered", Masks.pixels 0.8 images ]

// ---- what becomes of it ----

let inpainters (options: SamplerOptions) (resamplings: int) (denoiser: Denoiser) : (string * (Tensor * Tensor -> Tensor)) list =
    let noise x = Sampler.noiseLike options denoiser x

    [ "repaint", DiffusionInPainting.sample options resamplings (Sampler.ancestral ReverseVariance.Posterior) denoiser
      "guided",
      fun (x, visible) ->
          let filled = Sampler.run options (Sampler.ddim 1.0) (DiffusionInPainting.guided x visible denoiser) (noise x)
          filled.clamp (low = -1.0, high = 1.0) ]

let sample () =
    let arguments =
        Arguments.Arguments [ "epochs"; "batch"; "channels"; "images"; "steps"; "resamplings"; "seed"; "data"; "weights" ]

    let epochs, batch = arguments.Int("epochs", 2), arguments.Int("batch", 32)
    let channels, resamplings = arguments.Int("channels", 16), arguments.Int("resamplings", 5)
    let folder = Arguments.artifacts "inpaint-mnist"
    dsharp.seed (arguments.Int("seed", 1))
    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))

    let trainImages = LabelledImages.centred mnist.Train
    let denoiser = denoiser channels
    let ofDdpm, own = Path.Combine(Arguments.artifacts "ddpm-mnist", "ddpm.safetensors"), Path.Combine(folder, "ddpm.safetensors")

    let weights =
        match arguments.Path "weights", [ ofDdpm; own ] |> List.tryFind File.Exists with
        | Some given, _ -> given
        | None, Some found -> found
        | None, None ->
            train epochs batch own denoiser trainImages
            own

    Weights.load weights denoiser.Parameters
    printfn $"weights: {weights}"
    let classifier = DigitClassifier.train 2 mnist.Train
    let count = min (arguments.Int("images", 128)) mnist.Test.Images.shape[0]
    let x = LabelledImages.centred mnist.Test |> Dataset.head count
    let labels = (LabelledImages.labels mnist.Test |> Dataset.head count).int64()
    let mean = (trainImages |> Dataset.head (min 10_000 trainImages.Length)).mean(0, keepDim = true)

    let options =
        { Sampler.defaults with
            Steps = arguments.Int("steps", 50)
            Grid = TimeGrid.quadratic }

    let accuracy (digits: Tensor) =
        100.0 * ((classifier.Digits digits).eq(labels).float32().mean().toDouble())

    printfn $"accuracy, whole digits: %.1f{accuracy x} %%"

    for name, visible in masks x do
        let isVisible = visible.gt 0.5

        // the mean squared error of the pixels in a mask
        let error (mask: Tensor) (digits: Tensor) =
            (((digits - x).square() * mask).sum() / mask.sum ()).toDouble()

        let report (way: string) (digits: Tensor) =
            printfn $"{name}, {way}, squared error: %.3f{error (1.0 - visible) digits}"
            printfn $"{name}, {way}, accuracy: %.1f{accuracy digits} %%"
            digits

        let averaged = report "mean digit" (dsharp.where (isVisible, x, mean))

        let completed =
            [ for way, fill in inpainters options resamplings (Denoiser.clipped -1.0 1.0 denoiser) do
                  let digits = report way (fill (x, visible))
                  printfn $"{name}, {way}, squared error of what is seen: %.5f{error visible digits}"
                  digits ]

        let shown = min 16 count
        let masked = dsharp.where (isVisible, x, x.scalarLike 0.0)
        let rows = dsharp.cat [ for digits in x :: masked :: averaged :: completed -> digits[.. shown - 1] ]
        let file = name.Replace(' ', '-')
        (rows * 0.5 + 0.5).saveImage(Path.Combine(folder, $"{file}.png"), gridCols = shown)

    printfn $"pictures: {folder}"

Arguments.run sample
