// The variational autoencoder: two networks and a prior.
// Source: Kingma & Welling, arXiv:1312.6114.
namespace Functional

open Functional.Tensors

/// q(z|x), p(x|z) and p(z).
type Vae =
    {
        /// q(z|x).
        Encoder: Net<Tensor, Distribution>
        /// p(x|z).
        Decoder: Net<Tensor, Distribution>
        /// p(z).
        Prior: Distribution
    }

    /// Everything that training changes, under `encoder.` and `decoder.`.
    member this.Parameters: Parameter list =
        Net.parameters [ "encoder", this.Encoder.Parameters; "decoder", this.Decoder.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters [ this.Prior ]

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Vae =

    /// The generative half, p(z) p(x|z), at some x.
    let model (mode: Mode) (vae: Vae) (x: Tensor) : Program<unit> =
        program {
            let! z = sample "z" vae.Prior
            do! observe "x" (vae.Decoder.Run(mode, z)) x
        }

    /// The inference half, q(z|x).
    let guide (mode: Mode) (vae: Vae) (x: Tensor) : Program<Tensor> =
        program { return! sample "z" (vae.Encoder.Run(mode, x)) }

    // A prior may have batch axes of its own, a batch of examples has one.
    let private depth (vae: Vae) = max 1 vae.Prior.BatchShape.Length

    /// A bound on log p(x) for each example, in nats.
    let estimate (mode: Mode) (bound: Bound) (vae: Vae) (x: Tensor) : Loss =
        Bound.estimateWithin (depth vae) bound (model mode vae x) (guide mode vae x)

    /// The training loss for any bound: minus its mean over the batch.
    let objective (bound: Bound) (vae: Vae) : Objective<Tensor> =
        Bound.objective bound (model Mode.Train vae) (guide Mode.Train vae)

    /// The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl`.
    let loss (vae: Vae) : Objective<Tensor> = objective (Elbo.bound 1) vae

    /// The ELBO of each example, one particle, not recorded for differentiation.
    let elbo (vae: Vae) (x: Tensor) : Loss =
        Evaluation.run (fun () -> estimate Mode.Eval (Elbo.bound 1) vae x)

    /// log p(x) of each example, in nats, by importance sampling from the encoder.
    let logEvidence (samples: int) (vae: Vae) (x: Tensor) : Tensor =
        LogEvidence.estimate samples (model Mode.Eval vae x) (guide Mode.Eval vae x)

    /// The mean of p(x|z) at the mean of q(z|x).
    let reconstruct (vae: Vae) (x: Tensor) : Tensor =
        Evaluation.run (fun () ->
            let z = (vae.Encoder.Run(Mode.Eval, x)).Mean
            (vae.Decoder.Run(Mode.Eval, z)).Mean)

    /// The mean of p(x|z) for `count` draws of z from the prior.
    let generate (count: int) (vae: Vae) : Tensor =
        Evaluation.run (fun () -> (vae.Decoder.Run(Mode.Eval, vae.Prior.Sample [ count ])).Mean)

    /// `count` draws of x: z from the prior, then x given z.
    let sample (count: int) (vae: Vae) : Tensor =
        Evaluation.run (fun () -> (vae.Decoder.Run(Mode.Eval, vae.Prior.Sample [ count ])).Sample())
