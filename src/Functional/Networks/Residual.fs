// Residual blocks: x + f(x), so that deep networks begin near the identity and gradients pass.
// UNet.fs is made of those that an embedding modulates.
namespace Functional

open Functional.Tensors

module internal ResidualBlocks =

    /// silu(groupNorm x) as one layer.
    let activated (groups: int) (channels: int) : Net<Tensor, Tensor> =
        Normalized.checkGroups groups channels
        let name = $"groupNorm {groups} {channels} --> silu"
        let weight, bias = Normalized.scaleAndShift "groupNorm" channels

        let run _ (input: Tensor) =
            Normalized.checkChannels name channels input
            Normalized.groupSilu groups weight.Value bias.Value None input

        Net(name, Some channels, (fun _ -> Some channels), [ weight; bias ], run)

    /// silu((1 + scale) · groupNorm x + shift), scale and shift [batch; channels] linear in the embedding.
    let modulated (groups: int) (channels: int) (embedding: int) : Net<Tensor * Tensor, Tensor> =
        Normalized.checkGroups groups channels
        let name = $"modulated {groups} {channels} {embedding}"
        let weight, bias = Normalized.scaleAndShift "groupNorm" channels
        let modulation = linear embedding (2 * channels) |> Net.named "modulation"

        let run mode (input: Tensor, embedded: Tensor) =
            Normalized.checkChannels name channels input

            if embedded.shape <> [| input.shape[0]; embedding |] then
                raise (Errors.Network.modulation name input.shape embedded.shape embedding)

            Normalized.groupSilu groups weight.Value bias.Value (Some(modulation.Run(mode, embedded))) input

        Net(name, None, (fun _ -> Some channels), weight :: bias :: modulation.Parameters, run)

    /// The input as it is, or mixed by a window of 1 where the channels change.
    let shortcut (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        if inputs = outputs then
            Net.ofFunction id
        else
            conv2d (Filter.same 1) inputs outputs |> Net.named "shortcut"

[<AutoOpen>]
module Residual =

    /// x + f(x). Raises ArgumentException, when it runs, if f changes the shape.
    let residual (f: Net<Tensor, Tensor>) : Net<Tensor, Tensor> =
        let run mode (input: Tensor) =
            let output = f.Run(mode, input)

            if output.shape <> input.shape then
                raise (Errors.Network.residual f.Name output.shape input.shape)

            input + output

        Net($"residual ({f.Name})", f.InputFeatures, id, f.Parameters, run)

    /// Scale and shift by an embedding e: (1 + scale(e)) · x + shift(e), both linear in e, a number a channel.
    /// (x [batch; channels; ...], e [batch; embedding]) to the shape of x.
    /// Source: Perez et al., arXiv:1709.07871, equation 2, with the scale counted from 1.
    let modulate (channels: int) (embedding: int) : Net<Tensor * Tensor, Tensor> =
        let name = $"modulate {channels} {embedding}"
        let modulation = linear embedding (2 * channels)

        let run mode (input: Tensor, embedded: Tensor) =
            Normalized.checkChannels name channels input

            if embedded.shape <> [| input.shape[0]; embedding |] then
                raise (Errors.Network.modulation name input.shape embedded.shape embedding)

            Normalized.modulate (modulation.Run(mode, embedded)) input

        Net(name, None, (fun _ -> Some channels), modulation.Parameters, run) |> Net.named "modulate"

    /// shortcut(x) + conv(silu(groupNorm(conv(silu(groupNorm x))))), windows of 3; the last convolution gives zeros at first, so that the
    /// block begins as its shortcut: x, or a window of 1 where the channels change. [batch; inputs; height; width] to
    /// [batch; outputs; height; width]. Source: He et al., arXiv:1603.05027, figure 4e, with group normalisation.
    let residualBlock (groups: int) (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        let body =
            ResidualBlocks.activated groups inputs
            --> conv2d (Filter.same 3) inputs outputs
            --> ResidualBlocks.activated groups outputs
            --> Convolutional.conv2dFromZero (Filter.same 3) outputs outputs

        let shortcut = ResidualBlocks.shortcut inputs outputs

        let run mode (input: Tensor) =
            shortcut.Run(mode, input) + body.Run(mode, input)

        Net(
            $"residualBlock {groups} {inputs} {outputs}",
            Some inputs,
            (fun _ -> Some outputs),
            Naming.join body.Parameters shortcut.Parameters,
            run
        )
        |> Net.named "residualBlock"

    /// The residual block on images and an embedding e [batch; embedding], which scales and shifts the second normalisation:
    /// shortcut(x) + conv(dropout(silu((1 + scale(e)) · groupNorm(conv(silu(groupNorm x))) + shift(e)))).
    /// Source: Dhariwal & Nichol, arXiv:2105.05233, section 3.1 (adaptive group normalisation).
    let modulatedBlock
        (groups: int)
        (dropoutRate: float)
        (inputs: int)
        (outputs: int)
        (embedding: int)
        : Net<Tensor * Tensor, Tensor> =
        let first = ResidualBlocks.activated groups inputs --> conv2d (Filter.same 3) inputs outputs
        let second = ResidualBlocks.modulated groups outputs embedding
        let last = dropout dropoutRate --> Convolutional.conv2dFromZero (Filter.same 3) outputs outputs
        let shortcut = ResidualBlocks.shortcut inputs outputs

        let run mode (input: Tensor, embedded: Tensor) =
            shortcut.Run(mode, input) + last.Run(mode, second.Run(mode, (first.Run(mode, input), embedded)))

        let parameters = [ first.Parameters; second.Parameters; last.Parameters; shortcut.Parameters ] |> List.reduce Naming.join

        Net($"modulatedBlock {groups} {inputs} {outputs} {embedding}", None, (fun _ -> Some outputs), parameters, run)
        |> Net.named "modulatedBlock"
