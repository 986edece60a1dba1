// data: mnist
// Learns the ten digits from 100 labels and 60,000 images, as in "Semi-supervised learning with deep generative models" (arXiv:1406.5298, M1+M2):
// a VAE learns codes of all images without labels (M1), a semi-supervised VAE explains the codes by digit and style (M2).
// Reports the accuracy on the test set, draws every digit in the same styles into artifacts/ssvae-mnist/.
// Run it with `build/run sample ssvae-mnist [--epochs N] [--code-epochs N] [--labels N] [--batch N] [--images N] [--seed N] [--data DIR]`.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"

open System
open System.IO
open Functional
open Functional.Tensors

let classes, codeSize, styleSize = 10, 50, 10

/// Positions of as many images of each digit, picked at random.
let balanced (seed: int) (labels: int) (set: LabelledImages) : Tensor =
    let digits = set.Labels.int64().toArray1D<int64>()
    let order = Array.init digits.Length int64
    Random(seed).Shuffle order

    let picked =
        [| for digit in 0 .. classes - 1 do
               yield! order |> Array.filter (fun i -> digits[int i] = int64 digit) |> Array.truncate (labels / classes) |]

    dsharp.tensor (picked, dtype = Dtype.Int64)

let sample () =
    let arguments = Arguments.Arguments [ "epochs"; "code-epochs"; "labels"; "batch"; "images"; "seed"; "data" ]
    let batch, labels, seed = arguments.Int("batch", 128), arguments.Int("labels", 100), arguments.Int("seed", 1)
    let folder = Arguments.artifacts "ssvae-mnist"
    dsharp.seed seed

    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))
    let images = LabelledImages.binarized mnist.Train
    let images = images |> Dataset.take (min images.Length (arguments.Int("images", images.Length)))

    let options epochs report =
        { Training.defaults with Epochs = epochs; BatchSize = batch; OnEpoch = report }

    // M1: codes of the images

    let coder: Vae =
        { Encoder = mlp [ 784; 500 ] --> diagonalNormal codeSize
          Decoder = mlp [ codeSize; 500 ] --> bernoulli 784
          Prior = Normal.standard [ codeSize ] }

    let reportCodes (epoch: EpochSummary) =
        printfn $"codes, epoch {epoch.Epoch}  elbo %.2f{-epoch.Loss}  %.1f{epoch.Duration.TotalSeconds} s"

    Training.fit (options (arguments.Int("code-epochs", 10)) reportCodes) coder.Parameters (Vae.loss coder) images
    |> ignore

    // drawn anew each time, so that no two passes see the same codes
    let codes (images: Dataset<Tensor>) =
        images |> Dataset.map (fun x -> Gradient.off (fun () -> (coder.Encoder.Run(Mode.Eval, x)).Sample()))

    // M2: codes from digit and style

    let vae: SemiSupervisedVae =
        { Classifier = mlp [ codeSize; 300 ] --> oneHotCategorical classes
          Encoder = linearPair codeSize classes 300 --> Activation.relu --> diagonalNormal styleSize
          Decoder = linearPair classes styleSize 300 --> Activation.relu --> diagonalNormal codeSize
          Labels = OneHotCategorical.FromLogits(dsharp.zeros classes)
          Prior = Normal.standard [ styleSize ] }

    let known =
        Dataset.zip (codes (LabelledImages.binarized mnist.Train)) (LabelledImages.oneHot classes mnist.Train)
        |> Dataset.pick (balanced seed labels mnist.Train)

    let labelled = SemiSupervisedVae.labelledObjective (Elbo.bound 1) vae
    let unlabelled = SemiSupervisedVae.unlabelledObjective (Elbo.bound 1) vae
    let classification = SemiSupervisedVae.classification vae

    // Each step sees as many labelled as unlabelled codes, of which there are far fewer: their bound counts less, or the decoder learns them by heart.
    let objective (known, x) =
        Loss.prefixed "unlabelled" (unlabelled x)
        + 0.05 * Loss.prefixed "labelled" (labelled known)
        + classification known

    let accuracy () =
        Dataset.zip (codes (LabelledImages.pixels mnist.Test)) (LabelledImages.oneHot classes mnist.Test)
        |> Dataset.mean 1000 (fun (x, y) -> (SemiSupervisedVae.classify vae x * y).sum -1)

    let reportClasses (epoch: EpochSummary) =
        printfn $"classes, epoch {epoch.Epoch}  test accuracy %.1f{100.0 * accuracy ()} %%  %.1f{epoch.Duration.TotalSeconds} s"

    Training.fit
        (options (arguments.Int("epochs", 15)) reportClasses)
        vae.Parameters
        objective
        (Dataset.zip (Dataset.cycle images.Length known) (codes images))
    |> ignore

    Weights.save (Path.Combine(folder, "coder.safetensors")) coder.Parameters
    Weights.save (Path.Combine(folder, "vae.safetensors")) vae.Parameters

    // A row for each digit, a column for each style: the same seed draws the same styles.
    let digits =
        [ for y in (dsharp.eye classes).unstack() ->
              let codes = Random.withSeed seed (fun () -> SemiSupervisedVae.generateOf y 16 vae)
              Gradient.off (fun () -> (coder.Decoder.Run(Mode.Eval, codes)).Mean) ]

    (dsharp.cat digits).view([ -1; 1; 28; 28 ]).saveImage(Path.Combine(folder, "digits.png"), gridCols = 16)
    printfn $"test accuracy with {labels} labels: %.2f{100.0 * accuracy ()} %%"
    printfn $"pictures and weights: {folder}"

Arguments.run sample
