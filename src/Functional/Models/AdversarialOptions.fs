// How an adversarial model is trained: its loss, what keeps the critic in bounds, both optimizers.
// Shared by Gan and the models after it, which make players of their networks with it.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// How to train critics and generators. Start from a recipe of a paper and change what differs:
/// `{ AdversarialOptions.nonSaturating with Penalty = Some(CriticPenalty.r1 1.0) }`.
type AdversarialOptions =
    {
        /// What critic and generator minimise.
        Loss: AdversarialLoss
        /// Added to the critic's loss.
        Penalty: CriticPenalty option
        /// Keeps all the critic's weights between ±Clip after each of its steps.
        Clip: float option
        CriticOptimizer: Optimizer
        GeneratorOptimizer: Optimizer
        /// The critic's steps for one of the generator, at least 1.
        CriticSteps: int
    }

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module AdversarialOptions =

    /// The non-saturating loss, Adam with rate 2e-4 and β₁ = 0.5 for both, step by step in turn. Source: Radford, Metz & Chintala,
    /// arXiv:1511.06434, section 4.
    let nonSaturating: AdversarialOptions =
        let adam = Optimizer.adamWith 2e-4 0.5 0.999 1e-8 0.0

        { Loss = Adversarial.nonSaturating
          Penalty = None
          Clip = None
          CriticOptimizer = adam
          GeneratorOptimizer = adam
          CriticSteps = 1 }

    /// The Wasserstein loss with a gradient penalty of 10, Adam with rate 1e-4, β₁ = 0 and β₂ = 0.9, five steps of the critic for one of the
    /// generator. Source: Gulrajani et al., arXiv:1704.00028, algorithm 1 and section 4.
    let wasserstein: AdversarialOptions =
        let adam = Optimizer.adamWith 1e-4 0.0 0.9 1e-8 0.0

        { Loss = Adversarial.wasserstein
          Penalty = Some(CriticPenalty.gradient 10.0)
          Clip = None
          CriticOptimizer = adam
          GeneratorOptimizer = adam
          CriticSteps = 5 }

    /// The Wasserstein loss with the critic's weights clipped to ±0.01, gradient descent scaled by its mean square (Adam with β₁ = 0) of
    /// rate 5e-5, five steps of the critic. The first way to bound slopes, and the crudest: take `wasserstein`.
    /// Source: Arjovsky, Chintala & Bottou, arXiv:1701.07875, algorithm 1.
    let clippedWasserstein: AdversarialOptions =
        let adam = Optimizer.adamWith 5e-5 0.0 0.99 1e-8 0.0

        { wasserstein with
            Penalty = None
            Clip = Some 0.01
            CriticOptimizer = adam
            GeneratorOptimizer = adam }

    let private clampOp = Operators.find "aten::clamp_" ""

    /// Brings every trained number of these parameters between ±bound, in place.
    let clipWeights (bound: float) (parameters: Parameter list) : unit =
        if not (bound > 0.0) then
            raise (Errors.Argument.option (nameof bound) "positive" bound)

        Gradient.off (fun () ->
            for parameter in parameters do
                if parameter.Trained then
                    clampOp.Run [| Arg.tensor parameter.Value.Handle; Arg.double -bound; Arg.double bound |])

    /// The critic's outputs on examples, which there has to be one of for each.
    let internal outputs (options: AdversarialOptions) (critic: Tensor -> Tensor) (examples: Tensor) : Tensor =
        let outputs = critic examples
        Adversarial.checkOutputs options.Loss (Some examples.shape[0]) outputs
        outputs

    /// What a critic minimises: the loss of its outputs on data and samples, and the penalty if there is one. Raises ArgumentException where the
    /// outputs are not one number for each example or each of its patches (see AdversarialLoss).
    let criticLoss (options: AdversarialOptions) (critic: Tensor -> Tensor) (real: Tensor) (fake: Tensor) : Loss =
        let onExamples = outputs options critic
        let loss = Adversarial.ofCritic options.Loss (onExamples real) (onExamples fake)

        match options.Penalty with
        | Some penalty -> loss + CriticPenalty.term penalty critic real fake
        | None -> loss

    /// What a generator minimises: the loss of the critic's outputs on its samples. The term `variance ratio` is observed beside it.
    let generatorLoss (options: AdversarialOptions) (critic: Tensor -> Tensor) (real: Tensor) (fake: Tensor) : Loss =
        let onExamples = outputs options critic

        let onReal () =
            Gradient.off (fun () -> onExamples real)

        Adversarial.ofGenerator options.Loss onReal (onExamples fake)
        + Loss.observed Adversarial.VarianceRatioTerm (Adversarial.varianceRatio real fake)

    /// The critic as a player.
    let critic
        (options: AdversarialOptions)
        (name: string)
        (parameters: Parameter list)
        (objective: Objective<'Batch>)
        : Player<'Batch> =
        { Player.create name options.CriticOptimizer parameters objective with
            Steps = options.CriticSteps
            AfterStep = fun () -> options.Clip |> Option.iter (fun bound -> clipWeights bound parameters) }

    /// The generator as a player.
    let generator (options: AdversarialOptions) (name: string) (parameters: Parameter list) (objective: Objective<'Batch>) =
        Player.create name options.GeneratorOptimizer parameters objective

    /// Samples are compared with data example by example.
    let internal checkSamples (model: string) (real: Tensor) (fake: Tensor) : unit =
        if real.shape[1..] <> fake.shape[1..] then
            raise (Errors.Adversarial.samples model real.shape fake.shape)

    /// Codes are compared with draws of the prior.
    let internal checkCodes (model: string) (codes: Tensor) (drawn: Tensor) : unit =
        if codes.shape <> drawn.shape then
            raise (Errors.Adversarial.codes model codes.shape drawn.shape)
