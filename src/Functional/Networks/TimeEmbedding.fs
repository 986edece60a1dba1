// Embeddings of time: how a network is told how noisy its input is.
// UNet.fs has one; networks on points join one to their input.
namespace Functional

open System
open Functional.Tensors

[<AutoOpen>]
module TimeEmbedding =

    /// (cos(1000 ω_i t), sin(1000 ω_i t)), ω_i = 10000^(-i/(size/2)) for i from 0 to size/2 - 1: numbers in [0, 1], whatever their shape
    /// [...], to vectors [...; size] that tell apart what differs by a thousandth as well as what differs by a half.
    /// Raises ArgumentException for an odd size. Source: Vaswani et al., arXiv:1706.03762, section 3.5, with 1000 positions as in
    /// Ho, Jain & Abbeel, arXiv:2006.11239.
    let sinusoidal (size: int) : Net<Tensor, Tensor> =
        if size < 2 || size % 2 <> 0 then
            raise (Errors.Network.oddEmbedding size)

        let half = size / 2
        let frequencies = Constants [| for i in 0 .. half - 1 -> 1000.0 * Math.Pow(10000.0, -float i / float half) |]

        let run _ (time: Tensor) =
            let angle = time.unsqueeze -1 * frequencies.Like time
            Tensor.cat ([ angle.cos (); angle.sin () ], -1)

        Net($"sinusoidal {size}", None, (fun _ -> Some size), [], run)

    /// A learned function of time: sinusoidal size --> linear size width --> silu --> linear width width. [...] to [...; width].
    let timeEmbedding (size: int) (width: int) : Net<Tensor, Tensor> =
        sinusoidal size --> linear size width --> Activation.silu --> linear width width |> Net.named "timeEmbedding"
