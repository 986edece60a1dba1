// data: mnist
// Finds clusters of digits without labels: a VAE first learns codes with a normal prior, and goes on with a mixture of Gaussians in its place.
// Reports how well clusters tell digits apart, draws each cluster as a row of digits into artifacts/gmvae-mnist/.
// Run it with `build/run sample gmvae-mnist [--epochs N] [--code-epochs N] [--clusters N] [--batch N] [--images N] [--seed N] [--data DIR]`.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"

open System.IO
open Functional
open Functional.Tensors

let classes, size = 10, 10

let sample () =
    let arguments = Arguments.Arguments [ "epochs"; "code-epochs"; "clusters"; "batch"; "images"; "seed"; "data" ]
    let batch, clusters = arguments.Int("batch", 128), arguments.Int("clusters", 20)
    let folder = Arguments.artifacts "gmvae-mnist"
    dsharp.seed (arguments.Int("seed", 1))

    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))
    let train = LabelledImages.binarized mnist.Train
    let train = train |> Dataset.take (min train.Length (arguments.Int("images", train.Length)))
    let test = LabelledImages.binarized mnist.Test

    let options epochs report =
        { Training.defaults with Epochs = epochs; BatchSize = batch; OnEpoch = report }

    let start: Vae =
        { Encoder = mlp [ 784; 400; 400 ] --> diagonalNormal size
          Decoder = mlp [ size; 400; 400 ] --> bernoulli 784
          Prior = Normal.standard [ size ] }

    let reportCodes (epoch: EpochSummary) =
        printfn $"normal prior, epoch {epoch.Epoch}  elbo %.2f{-epoch.Loss}  %.1f{epoch.Duration.TotalSeconds} s"

    Training.fit (options (arguments.Int("code-epochs", 3)) reportCodes) start.Parameters (Vae.loss start) train
    |> ignore

    // The mixture begins as the one that fits codes best.
    let codes = Gradient.off (fun () -> (start.Encoder.Run(Mode.Eval, Dataset.head (min 20_000 train.Length) train)).Mean)

    let fitted =
        let options = { Iteration.defaults with Starts = 2; MaxIterations = 100; Tolerance = 1e-4 }
        GaussianMixture.fit options CovarianceKind.Diagonal clusters codes

    let vae =
        GaussianMixtureVae.ofMixture fitted.Weights fitted.Means fitted.Components.StandardDeviation start.Encoder start.Decoder

    let elbo () =
        test |> Dataset.mean 1000 (fun x -> (GaussianMixtureVae.elbo vae x).Value)

    let reportClusters (epoch: EpochSummary) =
        printfn
            $"mixture prior, epoch {epoch.Epoch}  train elbo %.2f{-epoch.Loss}  test elbo %.2f{elbo ()}  %.1f{epoch.Duration.TotalSeconds} s"

    Training.fit (options (arguments.Int("epochs", 10)) reportClusters) vae.Parameters (GaussianMixtureVae.loss vae) train
    |> ignore

    Weights.save (Path.Combine(folder, "vae.safetensors")) vae.Parameters

    // How often each digit falls into each cluster, [clusters; classes].
    let counts (set: LabelledImages) =
        let chosen (x: Tensor) =
            (dsharp.eye clusters).indexSelect(0, (GaussianMixtureVae.clusters 10 vae x).argmax -1)

        let data = Dataset.zip (LabelledImages.binarized set) (LabelledImages.oneHot classes set)

        [ for first in 0..1000 .. data.Length - 1 ->
              let positions = dsharp.arange (min data.Length (first + 1000), startVal = first, dtype = Dtype.Int64)
              Scope.run (fun () -> let x, y = data.Read positions in (chosen x).transpose().matmul y) ]
        |> List.reduce (+)

    // Each cluster stands for the digit that is most frequent there among the training images.
    let trainCounts, testCounts = counts mnist.Train, counts mnist.Test
    let digit = trainCounts.argmax -1
    let right = (testCounts * (dsharp.eye classes).indexSelect(0, digit)).sum().toDouble()
    let accuracy = right / float test.Length

    // A row for each cluster, ordered by digit.
    let digits = digit.toArray1D<int64>()

    let rows =
        [ for cluster in [ 0 .. clusters - 1 ] |> List.sortBy (fun cluster -> digits[cluster]) ->
              GaussianMixtureVae.generateFrom cluster 16 vae ]

    (dsharp.cat rows).view([ -1; 1; 28; 28 ]).saveImage(Path.Combine(folder, "clusters.png"), gridCols = 16)
    let evidence = test |> Dataset.take (min 2000 test.Length) |> Dataset.mean 500 (GaussianMixtureVae.logEvidence 100 vae)
    printfn $"test nll: %.2f{-evidence} nats"
    printfn $"accuracy of the digit of the cluster, {clusters} clusters: %.2f{100.0 * accuracy} %%"
    printfn $"pictures and weights: {folder}"

Arguments.run sample
