// The adversarial autoencoder: an autoencoder whose codes are held to a prior by a critic instead of a divergence.
// Source: Makhzani et al., arXiv:1511.05644.
namespace Functional

open Functional.Tensors

/// q(z|x), p(x|z), a critic of codes, and p(z), which needs no density: sampling it is enough.
type AdversarialAutoencoder =
    {
        /// q(z|x); a network without noise gives Delta distributions.
        Encoder: Net<Tensor, Distribution>
        /// p(x|z).
        Decoder: Net<Tensor, Distribution>
        /// z to a number for each example, without a last activation.
        Critic: Net<Tensor, Tensor>
        /// p(z).
        Prior: Distribution
    }

    /// Everything that training changes, under `encoder.`, `decoder.` and `critic.`.
    member this.Parameters: Parameter list = this.Autoencoder @ Net.parameters [ "critic", this.Critic.Parameters ]

    member internal this.Autoencoder: Parameter list =
        Net.parameters [ "encoder", this.Encoder.Parameters; "decoder", this.Decoder.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters [ this.Prior ]

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module AdversarialAutoencoder =

    let private codes (model: AdversarialAutoencoder) (x: Tensor) : Tensor =
        (model.Encoder.Run(Mode.Train, x)).RSample()

    // As many draws of the prior as there are codes.
    let private drawn (model: AdversarialAutoencoder) (codes: Tensor) : Tensor =
        let drawn = model.Prior.Sample [ codes.shape[0] ]
        AdversarialOptions.checkCodes "AdversarialAutoencoder" codes drawn
        drawn

    /// What encoder and decoder minimise together: minus the mean of log p(x|z), z from q(z|x), in nats. Term `reconstruction`.
    let reconstructionLoss (model: AdversarialAutoencoder) : Objective<Tensor> =
        fun x ->
            let likelihood = model.Decoder.Run(Mode.Train, codes model x)
            -1.0 * Loss.term "reconstruction" ((likelihood.LogProb x).mean())

    /// What the critic minimises, for which the prior is real and codes are fake: terms `adversarial`, `penalty` and `accuracy`.
    let criticLoss (options: AdversarialOptions) (model: AdversarialAutoencoder) : Objective<Tensor> =
        fun x ->
            let codes = Gradient.off (fun () -> codes model x)
            AdversarialOptions.criticLoss options (Net.train model.Critic) (drawn model codes) codes

    /// What the encoder minimises beside the reconstruction: terms `adversarial` and `variance ratio`, of codes and the prior.
    let encoderLoss (options: AdversarialOptions) (model: AdversarialAutoencoder) : Objective<Tensor> =
        fun x ->
            let codes = codes model x
            AdversarialOptions.generatorLoss options (Net.train model.Critic) (drawn model codes) codes

    /// The players `autoencoder`, with an optimizer of its own, `critic` and `encoder`, for Training.play.
    let players (reconstruction: Optimizer) (options: AdversarialOptions) (model: AdversarialAutoencoder) : Player<Tensor> list =
        [ Player.create "autoencoder" reconstruction model.Autoencoder (reconstructionLoss model)
          AdversarialOptions.critic options "critic" model.Critic.Parameters (criticLoss options model)
          AdversarialOptions.generator options "encoder" model.Encoder.Parameters (encoderLoss options model) ]

    /// The mean of q(z|x). Not recorded for differentiation.
    let encode (model: AdversarialAutoencoder) (x: Tensor) : Tensor =
        Evaluation.run (fun () -> (model.Encoder.Run(Mode.Eval, x)).Mean)

    /// The mean of p(x|z) at the mean of q(z|x). Not recorded for differentiation.
    let reconstruct (model: AdversarialAutoencoder) (x: Tensor) : Tensor =
        Evaluation.run (fun () -> (model.Decoder.Run(Mode.Eval, encode model x)).Mean)

    /// The mean of p(x|z) for so many draws of z from the prior. Not recorded for differentiation.
    let generate (count: int) (model: AdversarialAutoencoder) : Tensor =
        Evaluation.run (fun () -> (model.Decoder.Run(Mode.Eval, model.Prior.Sample [ count ])).Mean)
