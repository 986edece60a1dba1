// In-painting with any mask: a conditional VAE whose context is the visible part of an image and where it is.
// One network answers for every mask; for a fixed part of the image take a plain ConditionalVae.
namespace Functional

open Functional.Tensors

/// Every function takes a batch of pairs (x, visible): images and masks of their shape, 1 where a pixel is visible and 0
/// where it is hidden, and a ConditionalVae whose context is twice as long as an image: `context (x, visible)`. The encoder
/// is given all of x, the others never see what is hidden: hidden pixels of x count where log p(hidden|visible) is asked for,
/// and may be anything where they are filled in. Chosen over resampling the draws of a plain VAE by how well they match the
/// visible pixels, which needs no training with masks but fails where few of its draws match: with many visible pixels.
/// Source: Ivanov, Figurnov & Vetrov, arXiv:1806.02382.
module InPainting =

    /// What is known of an image, side by side on the last axis: the visible pixels, 0 elsewhere, and the mask.
    let context (x: Tensor, visible: Tensor) : Tensor =
        if x.shape <> visible.shape then
            raise (Errors.Model.mask visible.shape x.shape)

        let mask = visible.cast x.dtype
        Tensor.cat ([ dsharp.where (mask.gt 0.5, x, x.scalarLike 0.0); mask ], -1)

    let private hiddenOnly (visible: Tensor) (likelihood: Distribution) : Distribution =
        match likelihood with
        | :? Independent as pixels when pixels.Base.EventShape.Length = 0 ->
            Independent(Masked(pixels.Base, visible.lt 0.5), pixels.Rank)
        | _ -> raise (Errors.Model.noPixels (string likelihood))

    /// p(z|visible) p(hidden|z, visible), at the hidden pixels of some x.
    let model (mode: Mode) (vae: ConditionalVae) (x: Tensor, visible: Tensor) : Program<unit> =
        let context = context (x, visible)

        program {
            let! z = sample "z" (vae.Prior.Run(mode, context))
            do! observe "x" (hiddenOnly visible (vae.Decoder.Run(mode, (z, context)))) x
        }

    /// q(z|x, visible).
    let guide (mode: Mode) (vae: ConditionalVae) (x: Tensor, visible: Tensor) : Program<Tensor> =
        ConditionalVae.guide mode vae (x, context (x, visible))

    /// A bound on log p(hidden|visible) for each image, in nats.
    let estimate (mode: Mode) (bound: Bound) (vae: ConditionalVae) (batch: Tensor * Tensor) : Loss =
        Bound.estimateWithin 1 bound (model mode vae batch) (guide mode vae batch)

    /// The training loss for any bound: minus its mean over the batch. Draw the masks anew for each batch:
    /// `images |> Dataset.map (fun x -> x, Masks.pixels 0.5 x)`.
    let objective (bound: Bound) (vae: ConditionalVae) : Objective<Tensor * Tensor> =
        Bound.objective bound (model Mode.Train vae) (guide Mode.Train vae)

    /// log p(hidden|visible) of each image, in nats, by importance sampling from the encoder.
    let logEvidence (samples: int) (vae: ConditionalVae) (batch: Tensor * Tensor) : Tensor =
        Evaluation.run (fun () -> LogEvidence.estimate samples (model Mode.Eval vae batch) (guide Mode.Eval vae batch))

    let private fill (draw: ConditionalVae -> Tensor -> Tensor) (vae: ConditionalVae) (x: Tensor, visible: Tensor) : Tensor =
        Evaluation.run (fun () ->
            let drawn = draw vae (context (x, visible))
            dsharp.where (visible.gt 0.5, x.cast drawn.dtype, drawn))

    /// `count` draws of the hidden pixels of each image beside its visible ones: [count; batch; pixels].
    let sample (count: int) (vae: ConditionalVae) (batch: Tensor * Tensor) : Tensor =
        fill (ConditionalVae.sample count) vae batch

    /// `sample` with the means of p(hidden|z, visible) in the place of draws from it, which look smoother.
    let generate (count: int) (vae: ConditionalVae) (batch: Tensor * Tensor) : Tensor =
        fill (ConditionalVae.generate count) vae batch
