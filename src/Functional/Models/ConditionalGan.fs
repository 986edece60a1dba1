// The conditional generative adversarial network: samples of x for a label or any other context c.
// Source: Mirza & Osindero, arXiv:1411.1784.
namespace Functional

open Functional.Tensors

/// x = G(z, c), and a critic of the pair (x, c). Networks of two inputs begin with `join` or `linearPair`; labels are one-hot.
type ConditionalGan =
    {
        /// (z, c) to x.
        Generator: Net<Tensor * Tensor, Tensor>
        /// (x, c) to a number for each example, without a last activation.
        Critic: Net<Tensor * Tensor, Tensor>
        /// p(z).
        Prior: Distribution
    }

    /// Everything that training changes, under `generator.` and `critic.`.
    member this.Parameters: Parameter list =
        Net.parameters [ "generator", this.Generator.Parameters; "critic", this.Critic.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters [ this.Prior ]

/// Batches are pairs (x, c).
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ConditionalGan =

    let private generated (mode: Mode) (gan: ConditionalGan) (c: Tensor) : Tensor =
        gan.Generator.Run(mode, (gan.Prior.Sample [ c.shape[0] ], c))

    let private samplesLike (gan: ConditionalGan) (x: Tensor) (c: Tensor) : Tensor =
        let samples = generated Mode.Train gan c
        AdversarialOptions.checkSamples "ConditionalGan" x samples
        samples

    let private critic (gan: ConditionalGan) (c: Tensor) (x: Tensor) : Tensor = gan.Critic.Run(Mode.Train, (x, c))

    /// What the critic minimises; samples have the contexts of the data. Terms `adversarial`, `penalty` and `accuracy`.
    let criticLoss (options: AdversarialOptions) (gan: ConditionalGan) : Objective<Tensor * Tensor> =
        fun (x, c) ->
            let samples = Gradient.off (fun () -> samplesLike gan x c)
            AdversarialOptions.criticLoss options (critic gan c) x samples

    /// What the generator minimises: terms `adversarial` and `variance ratio`.
    let generatorLoss (options: AdversarialOptions) (gan: ConditionalGan) : Objective<Tensor * Tensor> =
        fun (x, c) -> AdversarialOptions.generatorLoss options (critic gan c) x (samplesLike gan x c)

    /// The players `critic` and `generator`, for Training.play.
    let players (options: AdversarialOptions) (gan: ConditionalGan) : Player<Tensor * Tensor> list =
        [ AdversarialOptions.critic options "critic" gan.Critic.Parameters (criticLoss options gan)
          AdversarialOptions.generator options "generator" gan.Generator.Parameters (generatorLoss options gan) ]

    /// A draw of x for each context. Not recorded for differentiation.
    let sample (gan: ConditionalGan) (c: Tensor) : Tensor =
        Evaluation.run (fun () -> generated Mode.Eval gan c)
