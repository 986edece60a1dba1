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

    interface IHoldsTensors with
        member this.Tensors = Seq.append (this.Parameters |> Seq.map _.Value) (this.Prior :> IHoldsTensors).Tensors

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Vae =

    /// The generative half, p(z) p(x|z), in that mode.
    let model (mode: Mode) (vae: Vae) : LatentModel =
        { Prior = vae.Prior; Likelihood = Net.run mode vae.Decoder }

    // Every objective sees the same three things: the model, q(z|x) and x.
    let private apply
        (mode: Mode)
        (objective: LatentModel -> Distribution -> Tensor -> 'Result)
        (vae: Vae)
        (x: Tensor)
        : 'Result =
        objective (model mode vae) (vae.Encoder.Run(mode, x)) x

    /// The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl`.
    let loss (vae: Vae) : Objective<Tensor> = apply Mode.Train Elbo.loss vae

    /// The training loss of an importance-weighted autoencoder with that many particles.
    let iwaeLoss (particles: int) (vae: Vae) : Objective<Tensor> =
        apply Mode.Train (Iwae.loss particles) vae

    /// The ELBO of each example, one particle, not recorded for differentiation.
    let elbo (vae: Vae) (x: Tensor) : Loss =
        Gradient.off (fun () -> apply Mode.Eval (Elbo.bound 1) vae x)

    /// log p(x) of each example, in nats, by importance sampling from the encoder.
    let logEvidence (samples: int) (vae: Vae) (x: Tensor) : Tensor =
        apply Mode.Eval (LogEvidence.estimate samples) vae x

    /// The mean of p(x|z) at the mean of q(z|x).
    let reconstruct (vae: Vae) (x: Tensor) : Tensor =
        Gradient.off (fun () ->
            let z = (vae.Encoder.Run(Mode.Eval, x)).Mean
            (vae.Decoder.Run(Mode.Eval, z)).Mean)

    /// The mean of p(x|z) for `count` draws of z from the prior.
    let generate (count: int) (vae: Vae) : Tensor =
        Gradient.off (fun () -> (vae.Decoder.Run(Mode.Eval, vae.Prior.Sample [ count ])).Mean)

    /// `count` draws of x: z from the prior, then x given z.
    let sample (count: int) (vae: Vae) : Tensor =
        LatentModel.sample count (model Mode.Eval vae)
