// What is raised about models.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

module internal Model =

    let private shape = Shape.toString

    let mixture (weights: Shape) (means: Shape) (scales: Shape) =
        ArgumentException(
            $"The mixture has weights of shape {shape weights}, means {shape means} and scales {shape scales}; [clusters], [clusters; size] and "
            + "[clusters; size] fit."
        )

    let noCluster (cluster: int) (count: int) =
        ArgumentException $"There is no cluster {cluster}; the {count} clusters are numbered from 0."

    let clusters (count: int) (size: int) =
        ArgumentException $"A mixture prior has at least one cluster of vectors with at least one element, not {count} of {size}."

    let layers (what: string) (found: int) (decoders: int) =
        ArgumentException(
            $"The hierarchy has {decoders} decoders and {found} {what}. Every layer of latent variables has one of each: at least one layer, "
            + "the nearest to the data first."
        )

    let unlikeLabels (images: Shape) (labels: Shape) =
        ArgumentException(
            $"The examples have shape {shape images} and their labels {shape labels}, which are not equally many. "
            + "Pair each example with its label (Dataset.zip)."
        )

    let noPixels (likelihood: string) =
        ArgumentException(
            $"Some pixels are hidden, and {likelihood} has no log-density of its own for each pixel. End the decoder with a head of "
            + "independent pixels, such as bernoulli."
        )

    let mask (found: Shape) (image: Shape) =
        ArgumentException $"The mask has shape {shape found} and the images {shape image}; they must be the same."
