// Mixtures of Gaussians, fitted by expectation-maximisation.
// Densities of several modes, soft clusters; BayesianGaussianMixture where the number of clusters is not known.
namespace Functional

open Functional.Tensors

/// What the components of a mixture of Gaussians may have for covariances.
[<RequireQualifiedAccess>]
type CovarianceKind =
    /// Variances, one for each component and column.
    | Diagonal
    /// A matrix for each component.
    | Full

/// Σ_k w_k N(x; μ_k, Σ_k), fitted to points.
type GaussianMixture =
    {
        /// w, [k].
        Weights: Tensor
        /// The Gaussians as one distribution with batch shape [k] and event shape [d].
        Components: Distribution
        /// Σ_n log p(x_n) in nats after each iteration; it never falls.
        LogLikelihoods: float list
        /// P(k | x_n), [n; k].
        Responsibilities: Tensor
        /// Whether the log-likelihood stopped growing before the iterations ran out.
        Converged: bool
    }

    /// μ, [k; d].
    member this.Means: Tensor = this.Components.Mean

    /// Σ, [k; d; d].
    member this.Covariances: Tensor =
        match this.Components with
        | :? MultivariateNormal as normal -> normal.Covariance
        | diagonal -> Vectors.toDiagonal diagonal.Variance

    /// Σ_n log p(x_n), in nats.
    member this.LogLikelihood = List.last this.LogLikelihoods

    /// p(x): densities, samples, and the responsibilities of other points.
    member this.Distribution = Mixture(Categorical.FromProbabilities this.Weights, this.Components)

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module GaussianMixture =

    // The least variance in any direction, as a share of the mean variance of the points' columns.
    let private leastShare = 1e-6

    let private leastVariance (points: Tensor) : Tensor =
        ((points.var (0, unbiased = false)).mean() * leastShare).clamp(low = Special.smallest points.dtype)

    // L with L Lᵀ the maximiser of -½ log det Σ - ½ tr(Σ⁻¹ S) over all Σ without an eigenvalue below the least variance: S with its
    // smaller eigenvalues raised to that. In double precision, where small eigenvalues of float32 matrices are still positive.
    let private fullScale (least: Tensor) (covariances: Tensor) : Tensor =
        let values, vectors = (covariances.cast Dtype.Float64).eigh()
        let root = vectors * values.max(least.cast Dtype.Float64).sqrt().unsqueeze -2
        root.matmul(root.transpose (-2, -1)).cholesky().cast covariances.dtype

    let private components (kind: CovarianceKind) (least: Tensor) (moments: Points.Moments) : Distribution =
        let counts = moments.Counts.clamp (low = Special.smallest moments.Counts.dtype)

        match kind with
        | CovarianceKind.Diagonal ->
            let variances = moments.Squares / counts.unsqueeze -1
            Normal.diagonal moments.Means (variances.max(least).sqrt())
        | CovarianceKind.Full ->
            let covariances = moments.Scatters / counts.unsqueeze(-1).unsqueeze -1
            MultivariateNormal.FromScaleTril(moments.Means, fullScale least covariances)

    type private State = { Weights: Tensor; Components: Distribution; Responsibilities: Tensor }

    // The M step, then the E step: the likelihood and the responsibilities are those of the parameters beside them.
    let private step (kind: CovarianceKind) (least: Tensor) (points: Tensor) (state: State) : State * Tensor =
        let moments = Points.moments state.Responsibilities points
        let weights = moments.Counts / moments.Counts.sum ()
        let components = components kind least moments
        let joint = weights.log () + components.LogDensity(Points.forEach weights.nelement points)

        { Weights = weights
          Components = components
          Responsibilities = joint.softmax -1 },
        (joint.logsumexp -1).sum(dtype = Dtype.Float64)

    /// Responsibilities of 0 and 1 from k-means, which is as near as its first iterations come.
    let internal start (options: IterationOptions) (k: int) (points: Tensor) : Tensor =
        let few =
            { Iteration.defaults with
                MaxIterations = 10
                Tolerance = 1e-3
                Cancellation = options.Cancellation }

        let _, labels = (KMeans.ascend few k points 1).State
        Points.oneHot k points labels

    /// Maximum likelihood by expectation-maximisation, from k-means++ starts, for points of shape [n; d]; the start that comes highest is
    /// kept. No covariance has an eigenvalue below 1e-6 times the mean variance of the columns: a likelihood without such a bound is
    /// infinite, at a component on a single point. Within it every M step is exact, so that the log-likelihood never falls (but for
    /// rounding); nothing is added to covariances above it. Each iteration takes memory for a few times n·k·d numbers.
    /// Raises ArgumentException for points that are no matrix of finite real numbers, or fewer than k.
    /// The wrong tool to choose k, with which the likelihood always grows: BayesianGaussianMixture.
    /// Source: Dempster, Laird & Rubin, JRSS B 39 (1977); Bishop, "Pattern Recognition and Machine Learning" (2006), section 9.2.
    let fit (options: IterationOptions) (kind: CovarianceKind) (k: int) (points: Tensor) : GaussianMixture =
        Points.check "GaussianMixture" k points

        Scope.run (fun () ->
            Gradient.off (fun () ->
                Validation.off (fun () ->
                    let least = leastVariance points

                    let from number =
                        let responsibilities = start options k points
                        let components = components kind least (Points.moments responsibilities points)

                        { Weights = responsibilities.mean 0
                          Components = components
                          Responsibilities = responsibilities }
                        |> Iteration.ascend options number (float points.shape[0]) (step kind least points)

                    let ascent = Iteration.best options from

                    { Weights = ascent.State.Weights
                      Components = ascent.State.Components
                      LogLikelihoods = ascent.Objectives
                      Responsibilities = ascent.State.Responsibilities
                      Converged = ascent.Converged })))
