// Mixtures of Gaussians with priors on weights, means and precisions, fitted by coordinate-ascent variational inference.
// Clusters whose number the data decide, and predictions that know what is uncertain.
namespace Functional

open Functional.Tensors

/// π ~ Dirichlet(α, ..., α), and for each component μ, Λ ~ a Normal-Wishart belief.
type BayesianGaussianMixturePrior =
    {
        /// α > 0: below one, components that the data do not need lose their weight.
        Concentration: float
        /// The belief about every component before the data, for vectors of length d.
        Component: NormalWishart
    }

/// q(π) Π_k q(μ_k, Λ_k) Π_n q(z_n), as near to the posterior as such a product comes.
type BayesianGaussianMixture =
    {
        /// q(π).
        Weights: Dirichlet
        /// q(μ_k, Λ_k), a batch of k.
        Components: NormalWishart
        /// q(z_n = k), [n; k].
        Responsibilities: Tensor
        /// The ELBO in nats after each sweep; it never falls, and stays below the evidence.
        Elbos: float list
        /// Whether the ELBO stopped growing before the sweeps ran out.
        Converged: bool
    }

    /// The ELBO in nats.
    member this.Elbo = List.last this.Elbos

    /// E[π], [k].
    member this.ExpectedWeights: Tensor = this.Weights.Mean

    /// p(x) of the next point, with all parameters integrated out under q: a mixture of Student's t. Bishop (2006), equation 10.81.
    member this.Predictive = Mixture(Categorical.FromProbabilities this.ExpectedWeights, this.Components.Predictive)

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module BayesianGaussianMixture =

    let private check (prior: BayesianGaussianMixturePrior) (points: Tensor) =
        let belief = prior.Component

        if not (prior.Concentration > 0.0) then
            raise (Errors.Argument.option "Concentration" "positive" prior.Concentration)

        if belief.Location.dim <> 1 || belief.Location.shape[0] <> points.shape[1] then
            raise (Errors.Inference.vectors "BayesianGaussianMixture" points.shape belief.Location.shape)

        // the families know what their parameters have to be
        belief.Precision |> ignore
        Validation.parameter "BayesianGaussianMixture" "strength" Support.Positive belief.Strength

    /// A weak prior for k components around points of shape [n; d]: that concentration, means near the points' mean with the strength of
    /// a hundredth of a point, and precisions on d + 2 degrees of freedom with W⁻¹ the points' covariance over k^(2/d), as if the
    /// components shared their volume. Raises ArgumentException for points that are no matrix of finite real numbers, and for columns
    /// that say the same, whose covariance is singular. It looks at the data, which a prior should not: for evidence to be compared
    /// between models, keep one prior for all of them.
    /// Source: Fraley & Raftery, "Bayesian regularization for normal mixture estimation", Journal of Classification 24 (2007).
    let priorAround (concentration: float) (k: int) (points: Tensor) : BayesianGaussianMixturePrior =
        Points.check "BayesianGaussianMixture.priorAround" k points
        let n, d = float points.shape[0], float points.shape[1]
        let moments = Points.moments (points.onesLike [ points.shape[0]; 1 ]) points
        let share = float k ** (2.0 / d)

        let prior =
            { Concentration = concentration
              Component =
                { Location = moments.Means.squeeze 0
                  Strength = points.fullLike (0.01, [])
                  DegreesOfFreedom = points.fullLike (d + 2.0, [])
                  InverseScale = moments.Scatters.squeeze 0 / (n * share) } }

        check prior points
        prior

    type private State = { Concentrations: Tensor; Components: NormalWishart; Responsibilities: Tensor }

    let private logBeta (concentrations: Tensor) : Tensor =
        (concentrations.lgamma ()).sum() - (concentrations.sum ()).lgamma()

    // q(π) and q(μ, Λ), each the best beside the responsibilities: equations 10.57 to 10.63.
    let private beside (prior: BayesianGaussianMixturePrior) (points: Tensor) (responsibilities: Tensor) : State =
        let moments = Points.moments responsibilities points

        { Concentrations = moments.Counts.cast Dtype.Float64 + prior.Concentration
          Components = NormalWishart.update prior.Component moments
          Responsibilities = responsibilities }

    // Equations 10.46 to 10.49.
    let private responsibilities (points: Tensor) (state: State) : Tensor =
        let alpha = state.Concentrations
        let logWeights = alpha.digamma () - alpha.sum().digamma()
        (logWeights.cast points.dtype + NormalWishart.expectedLogDensity state.Components points).softmax -1

    // Where q(π) and q(μ, Λ) are the best beside the responsibilities, the seven terms of equations 10.70 to 10.77 add up to
    // log B(α_k) - log B(α) + Σ_k [log Z_k - log Z] - (nd/2) log 2π - Σ_nk r log r, with Z the normalizers of the beliefs.
    let private elbo (prior: BayesianGaussianMixturePrior) (points: Tensor) (state: State) : Tensor =
        let k = state.Concentrations.nelement
        let weights = logBeta state.Concentrations - logBeta (state.Concentrations.fullLike prior.Concentration)
        let gains = NormalWishart.logNormalizer state.Components - NormalWishart.logNormalizer prior.Component
        let entropy = -(state.Responsibilities.xlogy state.Responsibilities).sum(dtype = Dtype.Float64)
        weights + gains.sum () - float points.nelement * Gaussian.logRoot2Pi + entropy

    /// Coordinate ascent on q(z) and q(π, μ, Λ) in turn, each the best beside the other, from k-means++ starts, for points of shape
    /// [n; d] and at most k components; the start that comes highest is kept. Each sweep takes memory for a few times n·k·d numbers.
    /// Raises ArgumentException for points that are no matrix of finite real numbers or fewer than k, and for a prior of other vectors.
    /// The product form makes clusters look surer than they are, and one of the k! equal modes is described. With many more components
    /// than clusters most starts end in a local maximum: raise `Starts`, or compare the ELBO over a few values of k.
    /// Source: Attias, "A variational Bayesian framework for graphical models", NIPS 1999; Bishop, "Pattern Recognition and Machine
    /// Learning" (2006), section 10.2.
    let fit
        (options: IterationOptions)
        (prior: BayesianGaussianMixturePrior)
        (k: int)
        (points: Tensor)
        : BayesianGaussianMixture =
        Points.check "BayesianGaussianMixture" k points
        check prior points

        Scope.run (fun () ->
            Gradient.off (fun () ->
                Validation.off (fun () ->
                    let prior = { prior with Component = NormalWishart.cast Dtype.Float64 prior.Component }

                    let step state =
                        let next = responsibilities points state |> beside prior points
                        next, elbo prior points next

                    let from number =
                        GaussianMixture.start options k points
                        |> beside prior points
                        |> Iteration.ascend options number (float points.shape[0]) step

                    let ascent = Iteration.best options from

                    { Weights = Dirichlet(ascent.State.Concentrations.cast points.dtype)
                      Components = NormalWishart.cast points.dtype ascent.State.Components
                      Responsibilities = ascent.State.Responsibilities
                      Elbos = ascent.Objectives
                      Converged = ascent.Converged })))
