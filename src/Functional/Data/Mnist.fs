// MNIST: 70,000 handwritten digits, read from its four idx files, plain or gzipped.
// The data of most samples; any other set in the same files (Fashion-MNIST, say) reads the same way.
namespace Functional

open Functional.Tensors

/// Images and what they show.
type LabelledImages =
    {
        /// Gray values 0 to 255, of shape [count; height; width], one byte each.
        Images: Tensor
        /// The class of each image, of shape [count], one byte each.
        Labels: Tensor
    }

/// The images and their classes as data sets.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module LabelledImages =

    /// Each image as a vector of brightnesses between 0 and 1.
    let pixels (set: LabelledImages) : Dataset<Tensor> =
        let count = set.Images.shape[0]

        Dataset.ofTensor (set.Images.view [ count; -1 ])
        |> Dataset.map (fun bytes -> bytes.cast Dtype.Default / 255.0)

    /// Each image as a vector of zeros and ones, drawn anew with the brightness as probability each time it is read.
    let binarized (set: LabelledImages) : Dataset<Tensor> = pixels set |> Dataset.binarized

    /// Each image with one channel, [1; height; width], and brightnesses between -1 and 1: for convolutions, and for noise around 0.
    let centred (set: LabelledImages) : Dataset<Tensor> =
        Dataset.ofTensor (set.Images.unsqueeze 1) |> Dataset.map (fun bytes -> bytes.cast Dtype.Default / 127.5 - 1.0)

    /// The class of each image (Int64).
    let labels (set: LabelledImages) : Dataset<Tensor> =
        Dataset.ofTensor set.Labels |> Dataset.map _.int64()

    /// The class of each image as a vector with a one among so many zeros.
    let oneHot (classes: int) (set: LabelledImages) : Dataset<Tensor> =
        let vectors = dsharp.eye classes
        labels set |> Dataset.map (fun labels -> vectors.indexSelect (0, labels))

/// The training and the test set.
type Mnist =
    {
        /// 60,000 images.
        Train: LabelledImages
        /// 10,000 images.
        Test: LabelledImages
    }

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Mnist =

    let private read (path: string) (rank: int) =
        let contents = IdxFile.read path rank
        dsharp.tensor(contents.Data).view contents.Shape

    let private set (folder: string) (prefix: string) : LabelledImages =
        let images = read (IdxFile.find folder $"{prefix}-images-idx3-ubyte") 3
        let labels = read (IdxFile.find folder $"{prefix}-labels-idx1-ubyte") 1

        if images.shape[0] <> labels.shape[0] then
            raise (Errors.Data.lengths images.shape[0] labels.shape[0] folder)

        { Images = images; Labels = labels }

    /// Reads the four idx files of a folder. Raises FileNotFoundException naming what is missing, and FileFormatException
    /// for a file that is truncated or is something else.
    let load (folder: string) : Mnist =
        { Train = set folder "train"; Test = set folder "t10k" }
