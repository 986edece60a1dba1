// What the samples on MNIST share: binarized digits, training that reports each epoch, pictures of digits.
// Loaded after Arguments.fsx by samples that compare models.
module Digits

#load "../../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "Arguments.fsx"

open System.IO
open Functional
open Functional.Tensors

/// The options of such a sample. `examples` and `images` are how many training and test images are used, all by default.
let options = [ "epochs"; "batch"; "seed"; "data"; "examples"; "images" ]

let private upTo (count: int) (data: Dataset<'T>) =
    if count < data.Length then Dataset.take count data else data

/// Training digits, binarized anew each time they are read, and test digits, binarized once, so that every model answers for
/// the same.
let load (arguments: Arguments.Arguments) : Dataset<Tensor> * Dataset<Tensor> =
    let mnist = Mnist.load (arguments.Folder("data", Arguments.mnist))
    let train = LabelledImages.binarized mnist.Train |> upTo (arguments.Int("examples", 60_000))
    let test = LabelledImages.binarized mnist.Test |> upTo (arguments.Int("images", 10_000))
    train, Dataset.ofTensor (Dataset.head test.Length test)

/// Trains, and prints for each epoch the training loss and a figure of the test set, in nats; returns these figures.
let train
    (name: string)
    (options: TrainingOptions)
    (parameters: Parameter list)
    (objective: Objective<'Batch>)
    (data: Dataset<'Batch>)
    (onTest: unit -> float)
    : float list =
    let figures = ResizeArray()

    let report (epoch: EpochSummary) =
        figures.Add(onTest ())

        let losses = $"train %.2f{epoch.Loss}  test %.2f{figures[figures.Count - 1]}"
        printfn $"{name}  epoch {epoch.Epoch}  {losses}  %.1f{epoch.Duration.TotalSeconds} s"

    let result = Training.fit { options with OnEpoch = report } parameters objective data

    if result.Status = TrainingStatus.Cancelled then
        printfn "stopped early; going on with the weights so far"

    List.ofSeq figures

/// Writes digits [count; 784] as a picture, so many side by side.
let picture (folder: string) (name: string) (columns: int) (digits: Tensor) : unit =
    digits.view([ -1; 1; 28; 28 ]).saveImage(Path.Combine(folder, name), gridCols = columns)
