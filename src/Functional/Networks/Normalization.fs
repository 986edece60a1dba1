// Normalisation: activations brought to mean 0 and variance 1 over groups of channels, features or the batch, then scaled and shifted.
// Between layers; Residual.fs, Attention.fs and UNet.fs are made of them, and generators of adversarial networks.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module internal Normalized =

    /// Added to the variance.
    let epsilon = 1e-5

    let private groupOp = Operators.aten "group_norm"
    let private groupSiluOp = Operators.find "functional::group_norm_silu" ""
    let private layerOp = Operators.aten "layer_norm"
    let private batchOp = Operators.aten "batch_norm"

    let group (groups: int) (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        new Tensor(
            groupOp.Tensor
                [| Arg.tensor x.Handle
                   Arg.int (int64 groups)
                   Arg.tensor weight.Handle
                   Arg.tensor bias.Handle
                   Arg.double epsilon
                   Arg.bool false |]
        )

    let layer (features: int) (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        new Tensor(
            layerOp.Tensor
                [| Arg.tensor x.Handle
                   Arg.shape [| features |]
                   Arg.tensor weight.Handle
                   Arg.tensor bias.Handle
                   Arg.double epsilon
                   Arg.bool false |]
        )

    /// In training the running statistics are moved in place.
    let batch (weight: Tensor) (bias: Tensor) (mean: Tensor) (variance: Tensor) (train: bool) (momentum: float) (x: Tensor) =
        new Tensor(
            batchOp.Tensor
                [| Arg.tensor x.Handle
                   Arg.tensor weight.Handle
                   Arg.tensor bias.Handle
                   Arg.tensor mean.Handle
                   Arg.tensor variance.Handle
                   Arg.bool train
                   Arg.double momentum
                   Arg.double epsilon
                   Arg.bool false |]
        )

    /// (1 + scale) · x + shift, a number a channel, from [batch; 2 · channels]: all scales, then all shifts.
    let modulate (modulation: Tensor) (x: Tensor) : Tensor =
        let channels = x.shape[1]
        let shape = Array.append [| x.shape[0]; 2; channels |] (Array.create (x.dim - 2) 1)
        let parts = modulation.view(shape).unstack 1
        x * (parts[0] + 1.0) + parts[1]

    /// silu(groupNorm x), or silu of that modulated, in one pass over memory each way.
    let groupSilu (groups: int) (weight: Tensor) (bias: Tensor) (modulation: Tensor option) (x: Tensor) : Tensor =
        new Tensor(
            groupSiluOp.Tensor
                [| Arg.tensor x.Handle
                   Arg.int (int64 groups)
                   Arg.tensor weight.Handle
                   Arg.tensor bias.Handle
                   modulation |> Option.map _.Handle |> Arg.optional Arg.tensor
                   Arg.double epsilon |]
        )

    let scaleAndShift (layer: string) (features: int) =
        Parameter.trained $"{layer}.weight" (dsharp.ones features), Parameter.trained $"{layer}.bias" (dsharp.zeros features)

    /// Channels on the second axis, with or without positions behind it.
    let checkChannels (layer: string) (channels: int) (input: Tensor) =
        if input.dim < 2 || input.shape[1] <> channels then
            raise (Errors.Network.channels layer input.shape channels)

    let checkGroups (groups: int) (channels: int) =
        if groups < 1 || channels < 1 || channels % groups <> 0 then
            raise (Errors.Network.groups groups channels)

[<AutoOpen>]
module Normalization =

    /// y = (x - mean) / √(variance + 1e-5) · weight + bias, mean and variance of each example over the positions and channels of each
    /// group; weight and bias, one a channel, are 1 and 0 at first. [batch; channels; ...] to the same. The same in training and in use.
    /// Raises ArgumentException unless the groups divide the channels. Source: Wu & He, arXiv:1803.08494, equations 1 to 4.
    let groupNorm (groups: int) (channels: int) : Net<Tensor, Tensor> =
        Normalized.checkGroups groups channels
        let name = $"groupNorm {groups} {channels}"
        let weight, bias = Normalized.scaleAndShift "groupNorm" channels

        let run _ (input: Tensor) =
            Normalized.checkChannels name channels input
            Normalized.group groups weight.Value bias.Value input

        Net(name, Some channels, (fun _ -> Some channels), [ weight; bias ], run)

    /// y = (x - mean) / √(variance + 1e-5) · weight + bias, mean and variance of each vector along the last axis; weight and bias are 1 and 0
    /// at first. Source: Ba, Kiros & Hinton, arXiv:1607.06450, equation 4.
    let layerNorm (features: int) : Net<Tensor, Tensor> =
        if features < 1 then
            raise (Errors.Network.sizes "layerNorm" [ features ])

        let name = $"layerNorm {features}"
        let weight, bias = Normalized.scaleAndShift "layerNorm" features

        let run _ (input: Tensor) =
            if input.dim = 0 || Array.last input.shape <> features then
                raise (Errors.Network.input name input.shape features)

            Normalized.layer features weight.Value bias.Value input

        Net(name, Some features, (fun _ -> Some features), [ weight; bias ], run)

    /// y = (x - mean) / √(variance + 1e-5) · weight + bias, one mean and variance a channel: in training those of the batch (and
    /// positions), in use their running averages, which each training step moves by a tenth (the variance unbiased) and which are stored
    /// with the weights but not trained. [batch; channels; ...] to the same. Not for critics with a gradient penalty, whose gradient at one
    /// example it makes depend on the others: use groupNorm or layerNorm. Raises ArgumentException when it is trained on one number a
    /// channel, whose variance is 0. Source: Ioffe & Szegedy, arXiv:1502.03167, algorithms 1 and 2.
    let batchNorm (channels: int) : Net<Tensor, Tensor> =
        if channels < 1 then
            raise (Errors.Network.sizes "batchNorm" [ channels ])

        let name = $"batchNorm {channels}"
        let weight, bias = Normalized.scaleAndShift "batchNorm" channels
        let mean = Parameter.untrained "batchNorm.runningMean" (dsharp.zeros channels)
        let variance = Parameter.untrained "batchNorm.runningVariance" (dsharp.ones channels)

        let run mode (input: Tensor) =
            Normalized.checkChannels name channels input

            if mode = Mode.Train && input.nelement <= channels then
                raise (Errors.Network.oneNumber name input.shape)

            Normalized.batch weight.Value bias.Value mean.Value variance.Value (mode = Mode.Train) 0.1 input

        Net(name, Some channels, (fun _ -> Some channels), [ weight; bias; mean; variance ], run)
