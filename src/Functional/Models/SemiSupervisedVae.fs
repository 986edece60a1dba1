// The semi-supervised variational autoencoder: labels are latent where they are missing, and observed where they are known.
// Source: Kingma, Rezende, Mohamed & Welling, arXiv:1406.5298 (their M2).
namespace Functional

open Functional.Tensors

/// p(y) p(z) p(x|y, z), with q(y|x) and q(z|x, y). Labels y are values of p(y): vectors with a one and zeros where that is a OneHotCategorical.
/// Encoder and decoder take pairs whose leading axes broadcast (`linearPair` makes such networks): one x for every y.
type SemiSupervisedVae =
    {
        /// q(y|x).
        Classifier: Net<Tensor, Distribution>
        /// q(z|x, y).
        Encoder: Net<Tensor * Tensor, Distribution>
        /// p(x|y, z).
        Decoder: Net<Tensor * Tensor, Distribution>
        /// p(y), of finite support.
        Labels: Distribution
        /// p(z).
        Prior: Distribution
    }

    /// Everything that training changes, under `classifier.`, `encoder.` and `decoder.`.
    member this.Parameters: Parameter list =
        Net.parameters
            [ "classifier", this.Classifier.Parameters
              "encoder", this.Encoder.Parameters
              "decoder", this.Decoder.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters [ this.Labels; this.Prior ]

/// Two bounds on one model: U(x) ≤ log p(x) of examples without labels and L(x, y) ≤ log p(x, y) of those with.
/// Both are estimated from any Bound, and a loss is a sum of what is wanted: `objective` is the paper's.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module SemiSupervisedVae =

    // A batch of examples has one axis.
    let private depth = 1

    /// The generative half, p(y) p(z) p(x|y, z), at some x.
    let model (mode: Mode) (vae: SemiSupervisedVae) (x: Tensor) : Program<unit> =
        program {
            let! y = sample "y" vae.Labels
            let! z = sample "z" vae.Prior
            do! observe "x" (vae.Decoder.Run(mode, (y, z))) x
        }

    /// The inference half, q(y|x) q(z|x, y).
    let guide (mode: Mode) (vae: SemiSupervisedVae) (x: Tensor) : Program<Tensor> =
        program {
            let! y = sample "y" (vae.Classifier.Run(mode, x))
            return! sample "z" (vae.Encoder.Run(mode, (x, y)))
        }

    /// The generative half with the labels observed, at some x and y.
    let labelledModel (mode: Mode) (vae: SemiSupervisedVae) (x: Tensor, y: Tensor) : Program<unit> =
        if x.dim > 0 && y.dim > 0 && x.shape[0] <> y.shape[0] then
            raise (Errors.Model.unlikeLabels x.shape y.shape)

        model mode vae x |> Program.condition [ "y", y ]

    /// The inference half where the label is known, q(z|x, y).
    let labelledGuide (mode: Mode) (vae: SemiSupervisedVae) (x: Tensor, y: Tensor) : Program<Tensor> =
        program { return! sample "z" (vae.Encoder.Run(mode, (x, y))) }

    // An expectation over q(y|x) is a sum; of weights w of draws there is no such thing.
    let private sumsOverLabels (bound: Bound) =
        match bound.Estimand with
        | Integrand _ -> bound.Particles = 1
        | _ -> false

    let private unlabelledGuide (mode: Mode) (bound: Bound) (vae: SemiSupervisedVae) (x: Tensor) : Program<Tensor> =
        let guide = guide mode vae x
        if sumsOverLabels bound then Program.enumerateWithin depth guide else guide

    /// U(x), a bound on log p(x) for each example, in nats. An ELBO of one particle has the sum over labels written out:
    /// Σ_y q(y|x) [L(x, y) - log q(y|x)], equation 7. Every other bound draws y from q(y|x), and its estimator says how that draw is differentiated
    /// (the standard one, by its score).
    let estimate (mode: Mode) (bound: Bound) (vae: SemiSupervisedVae) (x: Tensor) : Loss =
        Bound.estimateWithin depth bound (model mode vae x) (unlabelledGuide mode bound vae x)

    /// L(x, y), a bound on log p(x, y) for each example, in nats: equation 6.
    let estimateLabelled (mode: Mode) (bound: Bound) (vae: SemiSupervisedVae) (x: Tensor, y: Tensor) : Loss =
        Bound.estimateWithin depth bound (labelledModel mode vae (x, y)) (labelledGuide mode vae (x, y))

    /// The loss of examples without labels, for any bound: minus the mean of U(x).
    let unlabelledObjective (bound: Bound) (vae: SemiSupervisedVae) : Objective<Tensor> =
        Bound.objective bound (model Mode.Train vae) (unlabelledGuide Mode.Train bound vae)

    /// The loss of examples with labels, for any bound: minus the mean of L(x, y). The classifier has no part in it.
    let labelledObjective (bound: Bound) (vae: SemiSupervisedVae) : Objective<Tensor * Tensor> =
        Bound.objective bound (labelledModel Mode.Train vae) (labelledGuide Mode.Train vae)

    /// The loss of the classifier alone: the mean of -log q(y|x), in nats; a single term `classification`.
    let classification (vae: SemiSupervisedVae) : Objective<Tensor * Tensor> =
        fun (x, y) -> Loss.mean (Loss.term "classification" -((vae.Classifier.Run(Mode.Train, x)).LogProb y))

    /// The training loss of a pair of batches, labelled (x, y) and unlabelled x: mean(-U) + mean(-L) + α · mean(-log q(y|x)), which is equation 9 for
    /// batches that hold both kinds in equal measure. Terms are those of both bounds, as `labelled kl` and `unlabelled kl`, and `classification`.
    /// For other proportions add the three objectives with weights of your own.
    let objective (alpha: float) (bound: Bound) (vae: SemiSupervisedVae) : Objective<(Tensor * Tensor) * Tensor> =
        if not (alpha >= 0.0) then
            raise (Errors.Argument.option (nameof alpha) "at least 0" alpha)

        let labelled, unlabelled = labelledObjective bound vae, unlabelledObjective bound vae
        let classification = classification vae

        fun (known, x) ->
            Loss.prefixed "unlabelled" (unlabelled x)
            + Loss.prefixed "labelled" (labelled known)
            + alpha * classification known

    /// log p(x) of each example, in nats, by importance sampling from the guide.
    let logEvidence (samples: int) (vae: SemiSupervisedVae) (x: Tensor) : Tensor =
        LogEvidence.estimate samples (model Mode.Eval vae x) (guide Mode.Eval vae x)

    /// log p(x, y) of each example with its label, in nats, by importance sampling from the encoder.
    let labelledLogEvidence (samples: int) (vae: SemiSupervisedVae) (x: Tensor, y: Tensor) : Tensor =
        LogEvidence.estimate samples (labelledModel Mode.Eval vae (x, y)) (labelledGuide Mode.Eval vae (x, y))

    /// The most probable label of each example under q(y|x).
    let classify (vae: SemiSupervisedVae) (x: Tensor) : Tensor =
        Evaluation.run (fun () -> (vae.Classifier.Run(Mode.Eval, x)).Mode)

    /// The mean of p(x|y, z) at the most probable label and the mean of q(z|x, y).
    let reconstruct (vae: SemiSupervisedVae) (x: Tensor) : Tensor =
        Evaluation.run (fun () ->
            let y = classify vae x
            let z = (vae.Encoder.Run(Mode.Eval, (x, y))).Mean
            (vae.Decoder.Run(Mode.Eval, (y, z))).Mean)

    let private likelihood (count: int) (vae: SemiSupervisedVae) (y: Tensor) : Distribution =
        vae.Decoder.Run(Mode.Eval, (y, vae.Prior.Sample [ count ]))

    /// The mean of p(x|y, z) for `count` draws of z from the prior and one label y: the same in all styles.
    let generateOf (y: Tensor) (count: int) (vae: SemiSupervisedVae) : Tensor =
        Evaluation.run (fun () -> (likelihood count vae y).Mean)

    /// The mean of p(x|y, z) for `count` draws of y and z.
    let generate (count: int) (vae: SemiSupervisedVae) : Tensor =
        Evaluation.run (fun () -> (likelihood count vae (vae.Labels.Sample [ count ])).Mean)

    /// `count` draws of x: y and z from their priors, then x given both.
    let sample (count: int) (vae: SemiSupervisedVae) : Tensor =
        Evaluation.run (fun () -> (likelihood count vae (vae.Labels.Sample [ count ])).Sample())
