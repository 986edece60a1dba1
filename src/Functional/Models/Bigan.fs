// The bidirectional generative adversarial network: an encoder learns to invert the generator, because one critic sees both with their codes.
// Source: Donahue, Krähenbühl & Darrell, arXiv:1605.09782; Dumoulin et al., arXiv:1606.00704 (adversarially learned inference).
namespace Functional

open Functional.Tensors

/// A critic tells pairs (x, E(x)) of data from pairs (G(z), z) of samples. Where it cannot, both joint distributions are equal: E inverts G.
type Bigan =
    {
        /// z to x.
        Generator: Net<Tensor, Tensor>
        /// x to z.
        Encoder: Net<Tensor, Tensor>
        /// (x, z) to a number for each example, without a last activation.
        Critic: Net<Tensor * Tensor, Tensor>
        /// p(z), over vectors.
        Prior: Distribution
    }

    /// Everything that training changes, under `generator.`, `encoder.` and `critic.`.
    member this.Parameters: Parameter list = this.BothSides @ Net.parameters [ "critic", this.Critic.Parameters ]

    member internal this.BothSides: Parameter list =
        Net.parameters [ "generator", this.Generator.Parameters; "encoder", this.Encoder.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters [ this.Prior ]

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Bigan =

    // Pairs as one tensor, which a penalty draws lines between.
    let private join (x: Tensor) (z: Tensor) : Tensor =
        Tensor.cat ([ x.flatten 1; z.flatten 1 ], 1)

    let private critic (bigan: Bigan) (shape: Shape) (pairs: Tensor) : Tensor =
        let features = Shape.nelement shape
        let parts = pairs.split ([ features; pairs.shape[1] - features ], 1)
        bigan.Critic.Run(Mode.Train, (parts[0].view(Array.append [| -1 |] shape), parts[1]))

    // Data with their codes, and samples with theirs; the samples by themselves too.
    let private pairs (bigan: Bigan) (x: Tensor) : Tensor * Tensor * Tensor =
        let z = bigan.Prior.Sample [ x.shape[0] ]
        let codes = bigan.Encoder.Run(Mode.Train, x)
        AdversarialOptions.checkCodes "Bigan" codes z
        let samples = bigan.Generator.Run(Mode.Train, z)
        AdversarialOptions.checkSamples "Bigan" x samples
        join x codes, join samples z, samples

    /// What the critic minimises: terms `adversarial`, `penalty` and `accuracy`.
    let criticLoss (options: AdversarialOptions) (bigan: Bigan) : Objective<Tensor> =
        fun x ->
            let real, fake, _ = Gradient.off (fun () -> pairs bigan x)
            AdversarialOptions.criticLoss options (critic bigan x.shape[1..]) real fake

    /// What generator and encoder minimise (`Adversarial.ofBothSides`): terms `adversarial` and `variance ratio`.
    let generatorLoss (options: AdversarialOptions) (bigan: Bigan) : Objective<Tensor> =
        fun x ->
            let real, fake, samples = pairs bigan x
            let onPairs = AdversarialOptions.outputs options (critic bigan x.shape[1..])

            Adversarial.ofBothSides options.Loss (onPairs real) (onPairs fake)
            + Loss.observed Adversarial.VarianceRatioTerm (Adversarial.varianceRatio x samples)

    /// The players `critic` and `generator`, the latter with the encoder, for Training.play.
    let players (options: AdversarialOptions) (bigan: Bigan) : Player<Tensor> list =
        [ AdversarialOptions.critic options "critic" bigan.Critic.Parameters (criticLoss options bigan)
          AdversarialOptions.generator options "generator" bigan.BothSides (generatorLoss options bigan) ]

    /// So many draws: z from the prior, x = G(z). Not recorded for differentiation.
    let sample (count: int) (bigan: Bigan) : Tensor =
        Evaluation.run (fun () -> bigan.Generator.Run(Mode.Eval, bigan.Prior.Sample [ count ]))

    /// E(x). Not recorded for differentiation.
    let encode (bigan: Bigan) (x: Tensor) : Tensor =
        Evaluation.run (fun () -> bigan.Encoder.Run(Mode.Eval, x))

    /// G(E(x)). Not recorded for differentiation.
    let reconstruct (bigan: Bigan) (x: Tensor) : Tensor =
        Evaluation.run (fun () -> bigan.Generator.Run(Mode.Eval, bigan.Encoder.Run(Mode.Eval, x)))
