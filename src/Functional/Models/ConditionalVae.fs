// The conditional variational autoencoder: a generative model of x for every context c.
// Structured prediction, such as the missing part of an image from the rest. Source: Sohn, Lee & Yan, NeurIPS 2015.
namespace Functional

open Functional.Tensors

/// p(z|c), q(z|x, c) and p(x|z, c). Networks of two inputs begin with `join`.
type ConditionalVae =
    {
        /// p(z|c).
        Prior: Net<Tensor, Distribution>
        /// q(z|x, c), from the pair of x and c.
        Encoder: Net<Tensor * Tensor, Distribution>
        /// p(x|z, c), from the pair of z and c.
        Decoder: Net<Tensor * Tensor, Distribution>
    }

    /// Everything that training changes, under `prior.`, `encoder.` and `decoder.`.
    member this.Parameters: Parameter list =
        Net.parameters [ "prior", this.Prior.Parameters; "encoder", this.Encoder.Parameters; "decoder", this.Decoder.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters []

/// Every function takes a batch of pairs (x, c).
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ConditionalVae =

    /// The generative half, p(z|c) p(x|z, c), at some x.
    let model (mode: Mode) (vae: ConditionalVae) (x: Tensor, c: Tensor) : Program<unit> =
        program {
            let! z = sample "z" (vae.Prior.Run(mode, c))
            do! observe "x" (vae.Decoder.Run(mode, (z, c))) x
        }

    /// The inference half, q(z|x, c).
    let guide (mode: Mode) (vae: ConditionalVae) (x: Tensor, c: Tensor) : Program<Tensor> =
        program { return! sample "z" (vae.Encoder.Run(mode, (x, c))) }

    /// A bound on log p(x|c) for each example, in nats.
    let estimate (mode: Mode) (bound: Bound) (vae: ConditionalVae) (batch: Tensor * Tensor) : Loss =
        Bound.estimateWithin 1 bound (model mode vae batch) (guide mode vae batch)

    /// The training loss for any bound: minus its mean over the batch.
    let objective (bound: Bound) (vae: ConditionalVae) : Objective<Tensor * Tensor> =
        Bound.objective bound (model Mode.Train vae) (guide Mode.Train vae)

    /// The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl`.
    let loss (vae: ConditionalVae) : Objective<Tensor * Tensor> = objective (Elbo.bound 1) vae

    /// The ELBO of each example, one particle, not recorded for differentiation.
    let elbo (vae: ConditionalVae) (batch: Tensor * Tensor) : Loss =
        Evaluation.run (fun () -> estimate Mode.Eval (Elbo.bound 1) vae batch)

    /// log p(x|c) of each example, in nats, by importance sampling from the encoder.
    let logEvidence (samples: int) (vae: ConditionalVae) (batch: Tensor * Tensor) : Tensor =
        LogEvidence.estimate samples (model Mode.Eval vae batch) (guide Mode.Eval vae batch)

    /// The mean of p(x|z, c) at the mean of q(z|x, c).
    let reconstruct (vae: ConditionalVae) (x: Tensor, c: Tensor) : Tensor =
        Evaluation.run (fun () ->
            let z = (vae.Encoder.Run(Mode.Eval, (x, c))).Mean
            (vae.Decoder.Run(Mode.Eval, (z, c))).Mean)

    // p(x|z, c) at `count` draws of z for each context.
    let private decoded (count: int) (vae: ConditionalVae) (c: Tensor) : Distribution =
        let z = (vae.Prior.Run(Mode.Eval, c)).Sample [ count ]
        vae.Decoder.Run(Mode.Eval, (z, c))

    /// The mean of p(x|z, c) for `count` draws of z from p(z|c), for each context: [count; batch; event].
    let generate (count: int) (vae: ConditionalVae) (c: Tensor) : Tensor =
        Evaluation.run (fun () -> (decoded count vae c).Mean)

    /// `count` draws from p(x|c) for each context: [count; batch; event].
    let sample (count: int) (vae: ConditionalVae) (c: Tensor) : Tensor =
        Evaluation.run (fun () -> (decoded count vae c).Sample())
