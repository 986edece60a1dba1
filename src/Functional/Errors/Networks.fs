// What is raised about networks, their parameters, and weights in files.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

/// Networks and their parameters.
module internal Network =

    let private shape = Shape.toString

    let input (layer: string) (found: Shape) (features: int) =
        ArgumentException $"{layer}: the input has shape {shape found}, whose last axis should have length {features}."

    let features (before: string) (produced: int) (layer: string) (wanted: int) =
        ArgumentException $"{before} --> {layer}: the first produces {produced} features and the second takes {wanted}."

    let join (first: Shape) (second: Shape) =
        ArgumentException
            $"join: the inputs have shapes {shape first} and {shape second}; all axes but the last have to be the same, or to be missing on the left."

    let unknownFeatures (head: string) =
        ArgumentException $"{head}: the network before it does not say how many features it produces; end it with a linear layer."

    let split (layer: string) (features: int) (sizes: int[]) =
        ArgumentException $"{layer}: {features} features do not split into parts of {shape sizes}."

    let sizes (name: string) (sizes: int list) =
        ArgumentException $"{name} {sizes}: a network needs at least an input and an output size, all positive."

    let notIntegers (layer: string) (found: Dtype) =
        ArgumentException $"{layer}: it takes integers and was given {found}; cast them: labels.int64()."

    let filter (layer: string) (kernel: int) (stride: int) (padding: int) =
        ArgumentException(
            $"{layer}: kernel {kernel}, stride {stride}, padding {padding}: "
            + "kernel and stride are at least 1 and padding at least 0."
        )

    let evenKernel (kernel: int) =
        ArgumentException
            $"Filter.same {kernel}: only windows of odd size keep height and width; for others say {{ Kernel; Stride; Padding }}."

    let images (layer: string) (found: Shape) (channels: int) =
        ArgumentException(
            $"{layer}: the input has shape {shape found}; it takes images [batch; {channels}; height; width]. "
            + "Rows of pixels become images with reshape [channels; height; width]."
        )

    let notImages (layer: string) (found: Shape) =
        ArgumentException $"{layer}: the input has shape {shape found}; it takes images [batch; channels; height; width]."

    let tooSmall (layer: string) (found: Shape) (kernel: int) (padding: int) =
        ArgumentException(
            $"{layer}: the input has shape {shape found}, too small for a window of {kernel} with {padding} zeros on each side. "
            + "Take larger images, a smaller kernel or more padding."
        )

    let indivisible (layer: string) (found: Shape) (by: int) =
        ArgumentException(
            $"{layer}: the input has shape {shape found}, whose height and width have to be multiples of {by}. "
            + "Pad or resize the images, or halve them less often."
        )

    let reshape (layer: string) (found: Shape) (features: int) =
        ArgumentException $"{layer}: the input has shape {shape found}, which is not [batch; {features}] in all."

    let channels (layer: string) (found: Shape) (channels: int) =
        ArgumentException
            $"{layer}: the input has shape {shape found}; it takes [batch; {channels}; ...], channels on the second axis."

    let groups (groups: int) (channels: int) =
        ArgumentException $"groupNorm {groups} {channels}: the number of groups has to divide that of channels, both positive."

    let oneNumber (layer: string) (found: Shape) =
        ArgumentException(
            $"{layer}: in training the input has shape {shape found}, one number a channel, whose variance is 0. "
            + "Train on larger batches, leave out the last one of an epoch where it is smaller (DropLast = true), or use groupNorm or "
            + "layerNorm."
        )

    let heads (heads: int) (features: int) =
        ArgumentException $"selfAttention {heads} {features}: the number of heads has to divide that of features, both positive."

    let sequence (layer: string) (found: Shape) (features: int) =
        ArgumentException $"{layer}: the input has shape {shape found}; it takes sequences [batch; positions; {features}]."

    let residual (layer: string) (found: Shape) (given: Shape) =
        ArgumentException
            $"residual: {layer} turns shape {shape given} into {shape found}; to be added to its input it has to keep the shape."

    let modulation (layer: string) (images: Shape) (embedding: Shape) (features: int) =
        ArgumentException(
            $"{layer}: the input has shape {shape images} and the embedding {shape embedding}, "
            + $"which should be [{images[0]}; {features}], a row for each example."
        )

    let oddEmbedding (size: int) =
        ArgumentException $"sinusoidal {size}: the size has to be even and positive, a cosine and a sine for each frequency."

    let times (layer: string) (found: Shape) (batch: int) =
        ArgumentException(
            $"{layer}: the times have shape {shape found}, which should be [{batch}], one for each example. "
            + "The same time for all: t.expand [batch]."
        )

    let labels (layer: string) (found: Shape) (batch: int) =
        ArgumentException $"{layer}: the labels have shape {shape found}, which should be [{batch}], one for each example."

    let dropout (p: float) =
        ArgumentException $"dropout {p}: the probability has to be at least 0 and below 1, or nothing is left."

    let unet (option: string) (requirement: string) (found: obj) =
        ArgumentException $"UNet: {option} has to be {requirement}; it is {found}."

    let unetDivisor (option: string) (whole: string) (fitting: int list) (found: int) =
        let fitting = String.Join(", ", fitting)
        ArgumentException $"UNet: {option} has to divide {whole}, that is to be one of {fitting}; it is {found}."

/// Weights in files.
module internal Weights =

    let private shape = Shape.toString

    let missing (path: string) (name: string) (present: string seq) =
        let present = String.Join(", ", present)

        ArgumentException $"{path} lacks the parameter '{name}'. It holds: {present}. Was it saved from another model?"

    let unknown (path: string) (name: string) =
        ArgumentException $"{path} holds '{name}', which the model does not have. Was it saved from another model?"

    let mismatch (path: string) (name: string) (found: Shape) (wanted: Shape) =
        ArgumentException
            $"{path}: '{name}' has shape {shape found}, the model's parameter {shape wanted}. Build the model with its sizes."
