// Adversarial losses: what a critic minimises to tell data from samples, and what a generator minimises to be taken for data.
// Gan.fs and the models beside it are made of them; critics of one's own, on pairs or features, use the functions at the end.
namespace Functional

open Functional.Tensors

/// The two sides of a game between a critic V, trained on data p and samples q, and the generator of the samples. Both losses are
/// computed from the critic's raw outputs, and are scalars to be minimised. An output is one number for each example, [batch] or [batch; 1],
/// or one for each patch of an image, [batch; 1; ...], over all of which the losses average (Isola et al., arXiv:1611.07004, section 3.2.2);
/// features for an MMD-GAN. No loss takes the logarithm of a probability: outputs of any size have finite losses.
type AdversarialLoss =
    {
        Name: string
        /// Both losses, in V.
        Formula: string
        Source: string
        /// Outputs on data and on samples to the critic's loss.
        Critic: Tensor -> Tensor -> Tensor
        /// Outputs on data, asked for where they are needed, and on samples to the generator's loss.
        Generator: (unit -> Tensor) -> Tensor -> Tensor
        /// Whether the generator maximises what the critic minimises.
        IsZeroSum: bool
        /// Whether a critic that tells every sample from the data leaves the generator little to learn from.
        Saturates: bool
        /// Whether the critic's outputs are features, rows that are compared with each other, and not numbers.
        OfFeatures: bool
    }

    override this.ToString() = this.Name

/// Losses of adversarial training, and what a critic and a generator minimise with them.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Adversarial =

    /// The name of the term that tells how often a critic ranks data above samples; training warns by it.
    [<Literal>]
    let AccuracyTerm = "accuracy"

    /// The name of the term that holds the variance of samples over that of data; training warns by it.
    [<Literal>]
    let VarianceRatioTerm = "variance ratio"

    let private mean (f: Tensor -> Tensor) (outputs: Tensor) : Tensor = (f outputs).mean()

    // -E_p[log D] - E_q[log(1 - D)], D = sigmoid V
    let private classify (real: Tensor) (fake: Tensor) : Tensor =
        real |> mean (fun v -> (-v).softplus()) |> (+) (fake |> mean _.softplus())

    let private goodfellow = "Goodfellow et al., arXiv:1406.2661, equation 1 and section 3"

    // ---- the table ----

    /// The original game: with D = sigmoid V the critic maximises E_p[log D] + E_q[log(1 - D)], which the generator minimises. At
    /// the best critic the value is 2 JSD(p, q) - log 4. The generator's gradient vanishes where the critic is sure of itself: for
    /// training take `nonSaturating`.
    let saturating: AdversarialLoss =
        { Name = "saturating"
          Formula = "critic E_p[softplus(-V)] + E_q[softplus(V)], generator -E_q[softplus(V)]"
          Source = goodfellow
          Critic = classify
          Generator = fun _ fake -> -(mean _.softplus() fake)
          IsZeroSum = true
          Saturates = true
          OfFeatures = false }

    /// The original critic, and a generator that maximises E_q[log D]: the same fixed point with a gradient where the critic is sure.
    let nonSaturating: AdversarialLoss =
        { Name = "non-saturating"
          Formula = "critic E_p[softplus(-V)] + E_q[softplus(V)], generator E_q[softplus(-V)]"
          Source = goodfellow
          Critic = classify
          Generator = fun _ fake -> mean (fun v -> (-v).softplus()) fake
          IsZeroSum = false
          Saturates = true
          OfFeatures = false }

    /// Least squares: the critic regresses 1 on data and 0 on samples, and the generator wants 1. The best critic is p/(p + q).
    let leastSquares: AdversarialLoss =
        let distance (target: float) =
            mean (fun v -> (v - target).square() * 0.5)

        { Name = "least squares"
          Formula = "critic E_p[(V - 1)²]/2 + E_q[V²]/2, generator E_q[(V - 1)²]/2"
          Source = "Mao et al., arXiv:1611.04076, equation 9"
          Critic = fun real fake -> distance 1.0 real + distance 0.0 fake
          Generator = fun _ fake -> distance 1.0 fake
          IsZeroSum = false
          Saturates = true
          OfFeatures = false }

    /// The hinge loss: outputs beyond ±1 on the right side cost nothing. The best critic is the sign of p - q.
    let hinge: AdversarialLoss =
        { Name = "hinge"
          Formula = "critic E_p[max(0, 1 - V)] + E_q[max(0, 1 + V)], generator -E_q[V]"
          Source = "Lim & Ye, arXiv:1705.02894, section 3; Miyato et al., arXiv:1802.05957, equations 16 and 17"
          Critic = fun real fake -> mean (fun v -> (1.0 - v).relu()) real + mean (fun v -> (v + 1.0).relu()) fake
          Generator = fun _ fake -> -(fake.mean ())
          IsZeroSum = false
          Saturates = true
          OfFeatures = false }

    /// Wasserstein: E_p[V] - E_q[V] is at most the Wasserstein-1 distance for V with slopes of at most 1 (Kantorovich and
    /// Rubinstein), which the critic has to be kept to: by a gradient penalty, spectral normalisation, or clipped weights. Without
    /// one of them the loss is unbounded.
    let wasserstein: AdversarialLoss =
        { Name = "Wasserstein"
          Formula = "critic E_q[V] - E_p[V], generator -E_q[V]"
          Source = "Arjovsky, Chintala & Bottou, arXiv:1701.07875, equation 2"
          Critic = fun real fake -> fake.mean () - real.mean ()
          Generator = fun _ fake -> -(fake.mean ())
          IsZeroSum = true
          Saturates = false
          OfFeatures = false }

    // One row for each example.
    let private rows (features: Tensor) : Tensor =
        if features.dim = 1 then features.unsqueeze 1 else features.flatten 1

    /// MMD-GAN: the unbiased squared maximum mean discrepancy between the critic's features [batch; features] of data and samples;
    /// the critic maximises it and the generator minimises it. A gradient penalty on the critic keeps its features from growing
    /// without end. Both batches need two examples.
    let mmd (kernel: Kernel) : AdversarialLoss =
        let discrepancy (real: Tensor) (fake: Tensor) =
            Mmd.unbiased kernel (rows real) (rows fake)

        { Name = "MMD"
          Formula = "critic -MMD²(V(p), V(q)), generator MMD²(V(p), V(q))"
          Source = "Li et al., arXiv:1705.08584, equation 3; Binkowski et al., arXiv:1801.01401, section 2"
          Critic = fun real fake -> -(discrepancy real fake)
          Generator = fun real fake -> discrepancy (real ()) fake
          IsZeroSum = true
          Saturates = false
          OfFeatures = true }

    /// The table. Laws and samples run over it; the kernel of the MMD is the authors' sum of Gaussians.
    let all: AdversarialLoss list =
        [ saturating
          nonSaturating
          leastSquares
          hinge
          wasserstein
          mmd (Kernel.OverScales(Kernel.Gaussian, [ 1.0; 2.0; 4.0; 8.0; 16.0 ])) ]

    // ---- what the players minimise ----

    /// How often the critic ranks an example of the data above a sample, over all pairs of a batch: ½ when it cannot tell them apart, 1
    /// when it always does, whatever its outputs mean; of several outputs for an example their mean counts. A scalar, not recorded for
    /// differentiation.
    let accuracy (real: Tensor) (fake: Tensor) : Tensor =
        let ofExamples (outputs: Tensor) =
            outputs.view([ outputs.shape[0]; -1 ]).mean 1

        Gradient.off (fun () ->
            let real, fake = (ofExamples real).unsqueeze 1, (ofExamples fake).unsqueeze 0
            (real.gt(fake).cast(fake.dtype) + real.ge(fake).cast(fake.dtype)).mean() * 0.5)

    // The mean of the variances of all components.
    let private variance (examples: Tensor) : Tensor =
        (examples - examples.mean 0).square().mean()

    /// The variance of samples over that of data, both averaged over all components: about 1 where samples are as varied as data, and near 0
    /// where the generator has collapsed to a few of them. A scalar, not recorded for differentiation; batches of one example and data
    /// that do not vary have none, and count as 1.
    let varianceRatio (real: Tensor) (fake: Tensor) : Tensor =
        Gradient.off (fun () ->
            let ofReal = variance real
            let isSome = ofReal.gt 0.0
            dsharp.where (isSome, variance fake / ofReal, ofReal.onesLike ()))

    /// Raises ArgumentException unless the critic's outputs are what the loss is computed from: for so many examples, if that is known.
    let internal checkOutputs (loss: AdversarialLoss) (examples: int option) (outputs: Tensor) : unit =
        let isBatch = outputs.dim > 0 && examples |> Option.forall ((=) outputs.shape[0])

        if not isBatch then
            raise (Errors.Adversarial.outputs outputs.shape examples)

        if not (loss.OfFeatures || outputs.dim = 1 || outputs.shape[1] = 1) then
            raise (Errors.Adversarial.features loss.Name outputs.shape)

    let private checkBoth (loss: AdversarialLoss) (real: Tensor) (fake: Tensor) =
        checkOutputs loss None real
        checkOutputs loss None fake

    /// What a critic minimises, from its outputs on data and on samples: the term `adversarial`, and `accuracy` where the loss saturates.
    /// Raises ArgumentException for outputs without an axis for the batch, and for features, [batch; many], where the loss takes numbers.
    let ofCritic (loss: AdversarialLoss) (real: Tensor) (fake: Tensor) : Loss =
        checkBoth loss real fake
        let adversarial = Loss.term "adversarial" (loss.Critic real fake)

        if loss.Saturates then
            adversarial + Loss.observed AccuracyTerm (accuracy real fake)
        else
            adversarial

    /// What a generator minimises, from the critic's outputs on data, which are asked for where the loss needs them, and on samples.
    /// Raises ArgumentException as `ofCritic` does.
    let ofGenerator (loss: AdversarialLoss) (real: unit -> Tensor) (fake: Tensor) : Loss =
        checkOutputs loss None fake
        Loss.term "adversarial" (loss.Generator real fake)

    /// What the networks on both sides of a joint critic minimise, such as the encoder and the generator of a BiGAN: minus the
    /// critic's loss where the game is zero-sum, otherwise the critic's loss with data and samples exchanged. Raises ArgumentException as `ofCritic` does.
    let ofBothSides (loss: AdversarialLoss) (real: Tensor) (fake: Tensor) : Loss =
        checkBoth loss real fake
        Loss.term "adversarial" (if loss.IsZeroSum then -(loss.Critic real fake) else loss.Critic fake real)

/// What keeps a critic's slope in bounds: a term that is added to its loss, from the critic, data and samples.
type CriticPenalty =
    {
        Name: string
        Formula: string
        Source: string
        /// The critic as a function of examples, data, and samples to a scalar. The gradient of the critic in its input is
        /// differentiated again for its parameters. A critic whose output for one example depends on others of the batch (batch
        /// normalisation) has no gradient for each: take group or layer normalisation.
        Value: (Tensor -> Tensor) -> Tensor -> Tensor -> Tensor
    }

    override this.ToString() = this.Name

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module CriticPenalty =

    /// ‖∇V(x)‖² of each example: [batch; ...] to [batch].
    let squaredSlope (critic: Tensor -> Tensor) (x: Tensor) : Tensor =
        let gradient = dsharp.grad (fun x -> (critic x).sum()) x
        gradient.flatten(1).square().sum 1

    /// weight · E[(‖∇V(x̂)‖ - 1)²] at points x̂ = u x + (1 - u) y on the way from data x to samples y, u uniform for each pair: slopes of 1,
    /// as the best critic of the Wasserstein distance has them. Source: Gulrajani et al., arXiv:1704.00028, equation 3.
    let gradient (weight: float) : CriticPenalty =
        if not (weight > 0.0) then
            raise (Errors.Argument.option (nameof weight) "positive" weight)

        let value critic (real: Tensor) (fake: Tensor) =
            if real.shape <> fake.shape then
                raise (Errors.Adversarial.pairs real.shape fake.shape)

            let share = (real.randLike [ real.shape[0] ]).unsqueezeAs real
            let between = Gradient.off (fun () -> fake + (real - fake) * share)
            // Where the critic is flat the root has no slope; the penalty's is taken as 0.
            let squares = squaredSlope critic between
            let isFlat = squares.eq 0.0
            let slope = dsharp.where (isFlat, squares, dsharp.where(isFlat, squares.onesLike (), squares).sqrt())
            (slope - 1.0).square().mean() * weight

        { Name = "gradient penalty"
          Formula = $"{weight} E[(‖∇V(u x + (1 - u) y)‖ - 1)²]"
          Source = "Gulrajani et al., arXiv:1704.00028, equation 3"
          Value = value }

    /// weight/2 · E_p[‖∇V(x)‖²] on the data: for any loss, and convergent near the fixed point where a gradient penalty of slope 1
    /// circles it. Source: Mescheder, Geiger & Nowozin, arXiv:1801.04406, equation 9.
    let r1 (weight: float) : CriticPenalty =
        if not (weight > 0.0) then
            raise (Errors.Argument.option (nameof weight) "positive" weight)

        { Name = "R1"
          Formula = $"{weight}/2 E_p[‖∇V(x)‖²]"
          Source = "Mescheder, Geiger & Nowozin, arXiv:1801.04406, equation 9"
          Value = fun critic real _ -> (squaredSlope critic real).mean() * (0.5 * weight) }

    /// The table, with the weights of the papers.
    let all: CriticPenalty list = [ gradient 10.0; r1 10.0 ]

    /// The penalty as a term `penalty` of the critic's loss.
    let term (penalty: CriticPenalty) (critic: Tensor -> Tensor) (real: Tensor) (fake: Tensor) : Loss =
        Loss.term "penalty" (penalty.Value critic real fake)
