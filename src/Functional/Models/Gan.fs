// The generative adversarial network: a generator of samples, and a critic that tells them from the data.
// Source: Goodfellow et al., arXiv:1406.2661; with convolutions Radford, Metz & Chintala, arXiv:1511.06434.
namespace Functional

open Functional.Tensors

/// x = G(z), z from a prior, and a critic of x. There is no density: what was learned can be sampled, not evaluated.
type Gan =
    {
        /// z to x.
        Generator: Net<Tensor, Tensor>
        /// x to a number for each example, [batch] or [batch; 1], without a last activation; to features for an MMD-GAN.
        Critic: Net<Tensor, Tensor>
        /// p(z).
        Prior: Distribution
    }

    /// Everything that training changes, under `generator.` and `critic.`.
    member this.Parameters: Parameter list =
        Net.parameters [ "generator", this.Generator.Parameters; "critic", this.Critic.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters [ this.Prior ]

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Gan =

    let private generated (mode: Mode) (gan: Gan) (count: int) : Tensor =
        gan.Generator.Run(mode, gan.Prior.Sample [ count ])

    let private samplesLike (gan: Gan) (x: Tensor) : Tensor =
        let samples = generated Mode.Train gan x.shape[0]
        AdversarialOptions.checkSamples "Gan" x samples
        samples

    /// What the critic minimises: terms `adversarial`, `penalty` and `accuracy`.
    let criticLoss (options: AdversarialOptions) (gan: Gan) : Objective<Tensor> =
        fun x ->
            let samples = Gradient.off (fun () -> samplesLike gan x)
            AdversarialOptions.criticLoss options (Net.train gan.Critic) x samples

    /// What the generator minimises: terms `adversarial` and `variance ratio`.
    let generatorLoss (options: AdversarialOptions) (gan: Gan) : Objective<Tensor> =
        fun x -> AdversarialOptions.generatorLoss options (Net.train gan.Critic) x (samplesLike gan x)

    /// The players `critic` and `generator`, for Training.play.
    let players (options: AdversarialOptions) (gan: Gan) : Player<Tensor> list =
        [ AdversarialOptions.critic options "critic" gan.Critic.Parameters (criticLoss options gan)
          AdversarialOptions.generator options "generator" gan.Generator.Parameters (generatorLoss options gan) ]

    /// So many draws: z from the prior, x = G(z). Not recorded for differentiation.
    let sample (count: int) (gan: Gan) : Tensor =
        Evaluation.run (fun () -> generated Mode.Eval gan count)
