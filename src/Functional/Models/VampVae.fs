// A VAE whose prior is learned: the mixture of what its encoder makes of some learned inputs (VampPrior).
// Source: Tomczak & Welling, arXiv:1705.07120.
namespace Functional

open Functional.Tensors

/// The learned inputs of a VampPrior. They are networks without input, so that they are trained and stored like any other.
module PseudoInputs =

    let private learned (change: Tensor -> Tensor) (start: Tensor) : Net<unit, Tensor> =
        let parameter = Parameter.trained "pseudoInputs" start
        Net("pseudoInputs", None, (fun _ -> None), [ parameter ], (fun _ () -> change parameter.Value))

    /// Any real numbers, at first those of the tensor, of shape [count; features].
    let real (start: Tensor) : Net<unit, Tensor> = learned id start

    /// Numbers between 0 and 1, at first those of the tensor but at least 0.01 away from both, of shape [count; features];
    /// for pixels. Learned as log-odds, which never lose their gradient; the authors clip.
    let unitInterval (start: Tensor) : Net<unit, Tensor> =
        learned _.sigmoid() (Logarithms.odds (start.clamp (low = 0.01, high = 0.99)))

/// q(z|x), p(x|z) and K inputs u_k, from which p(z) = (1/K) Σ_k q(z|u_k).
type VampVae =
    {
        /// q(z|x).
        Encoder: Net<Tensor, Distribution>
        /// p(x|z).
        Decoder: Net<Tensor, Distribution>
        /// u_k, of shape [K; features].
        PseudoInputs: Net<unit, Tensor>
    }

    /// Everything that training changes, under `encoder.`, `decoder.` and `prior.`.
    member this.Parameters: Parameter list =
        Net.parameters
            [ "encoder", this.Encoder.Parameters
              "decoder", this.Decoder.Parameters
              "prior", this.PseudoInputs.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters []

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module VampVae =

    /// p(z) = (1/K) Σ_k q(z|u_k), with the weights as they are. A density takes time and memory in proportion to draws × K.
    let prior (mode: Mode) (vae: VampVae) : Distribution =
        let components = vae.Encoder.Run(mode, vae.PseudoInputs.Run(mode, ()))
        let weights = snd components.Parameters.Head
        Mixture(Categorical.FromLogits(weights.zerosLike (components.BatchShape)), components)

    /// The VAE with the prior as it is now; after training every function of Vae works on it.
    let toVae (mode: Mode) (vae: VampVae) : Vae =
        { Encoder = vae.Encoder; Decoder = vae.Decoder; Prior = prior mode vae }

    /// The generative half, p(z) p(x|z), at some x.
    let model (mode: Mode) (vae: VampVae) (x: Tensor) : Program<unit> = Vae.model mode (toVae mode vae) x

    /// The inference half, q(z|x).
    let guide (mode: Mode) (vae: VampVae) (x: Tensor) : Program<Tensor> =
        program { return! sample "z" (vae.Encoder.Run(mode, x)) }

    /// A bound on log p(x) for each example, in nats.
    let estimate (mode: Mode) (bound: Bound) (vae: VampVae) (x: Tensor) : Loss =
        Vae.estimate mode bound (toVae mode vae) x

    /// The training loss for any bound: minus its mean over the batch.
    let objective (bound: Bound) (vae: VampVae) : Objective<Tensor> =
        Bound.objective bound (model Mode.Train vae) (guide Mode.Train vae)

    /// The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl (Monte Carlo)`: the
    /// divergence from a mixture has no closed form.
    let loss (vae: VampVae) : Objective<Tensor> = objective (Elbo.bound 1) vae

    let private evaluate (f: Vae -> 'T) (vae: VampVae) : 'T =
        Evaluation.run (fun () -> f (toVae Mode.Eval vae))

    /// The ELBO of each example, one particle, not recorded for differentiation.
    let elbo (vae: VampVae) (x: Tensor) : Loss =
        evaluate (fun vae -> Vae.elbo vae x) vae

    /// log p(x) of each example, in nats, by importance sampling from the encoder.
    let logEvidence (samples: int) (vae: VampVae) (x: Tensor) : Tensor =
        evaluate (fun vae -> Vae.logEvidence samples vae x) vae

    /// The mean of p(x|z) at the mean of q(z|x).
    let reconstruct (vae: VampVae) (x: Tensor) : Tensor =
        evaluate (fun vae -> Vae.reconstruct vae x) vae

    /// The mean of p(x|z) for `count` draws of z from the prior.
    let generate (count: int) (vae: VampVae) : Tensor = evaluate (Vae.generate count) vae

    /// `count` draws of x: z from the prior, then x given z.
    let sample (count: int) (vae: VampVae) : Tensor = evaluate (Vae.sample count) vae
