// Self-attention: every position of a sequence, or of an image, gathers from all the others what resembles what it asks for.
// UNet.fs attends at its small levels.
namespace Functional

open Functional.Tensors

[<AutoOpen>]
module Attention =

    // softmax(q kᵀ/√d) v for each head; queries, keys and values are [batch; heads; positions; d].
    let private gather (queries: Tensor) (keys: Tensor) (values: Tensor) : Tensor =
        let scale = 1.0 / sqrt (float (Array.last queries.shape))
        ((queries * scale).matmul(keys.transpose (2, 3)).softmax -1).matmul values

    /// [q k v] = x W + b, split into heads; each head gives softmax(q kᵀ/√d) v with d = features/heads; a last linear layer mixes the heads.
    /// Sequences [batch; positions; features] to the same. Positions are not told apart: to permute them permutes the result.
    /// Time and memory grow as the square of the positions.
    /// Raises ArgumentException unless the heads divide the features. Source: Vaswani et al., arXiv:1706.03762, section 3.2.
    let selfAttention (heads: int) (features: int) : Net<Tensor, Tensor> =
        if heads < 1 || features < 1 || features % heads <> 0 then
            raise (Errors.Network.heads heads features)

        let name = $"selfAttention {heads} {features}"
        let project, mix = linear features (3 * features), linear features features

        let run mode (input: Tensor) =
            if input.dim <> 3 || input.shape[2] <> features then
                raise (Errors.Network.sequence name input.shape features)

            let batch, positions = input.shape[0], input.shape[1]

            // [3; batch; heads; positions; d]
            let parts = project.Run(mode, input).view([ batch; positions; 3; heads; features / heads ]).permute [ 2; 0; 3; 1; 4 ]

            let gathered = gather parts[0] parts[1] parts[2]
            mix.Run(mode, gathered.transpose(1, 2).view [ batch; positions; features ])

        let parameters = Net.parameters [ "project", project.Parameters; "mix", mix.Parameters ]
        Net(name, Some features, (fun _ -> Some features), parameters, run) |> Net.named "selfAttention"

    /// x + attention over the positions of images, from normalised channels: x + selfAttention heads channels (groupNorm groups channels x).
    /// [batch; channels; height; width] to the same. Source: Ho, Jain & Abbeel, arXiv:2006.11239, appendix B.
    let imageAttention (heads: int) (groups: int) (channels: int) : Net<Tensor, Tensor> =
        let norm, attention = groupNorm groups channels, selfAttention heads channels
        let name = $"imageAttention {heads} {groups} {channels}"

        let run mode (input: Tensor) =
            Convolutional.checkImages name channels input
            let rows = norm.Run(mode, input).flatten(2).transpose(1, 2)
            input + attention.Run(mode, rows).transpose(1, 2).view input.shape

        Net(name, Some channels, (fun _ -> Some channels), Naming.join norm.Parameters attention.Parameters, run)
        |> Net.named "imageAttention"
