// Normal vectors of unknown mean and precision matrix under their conjugate prior.
// Components of Bayesian mixtures, and the exact answer for a single one.
namespace Functional

open System
open Functional.Tensors

/// μ | Λ ~ N(m, (β Λ)⁻¹), Λ ~ Wishart(ν, W): a belief about the mean and the precision matrix of normal vectors, or a batch of them.
type NormalWishart =
    {
        /// m, of shape [batch; d].
        Location: Tensor
        /// β > 0, of shape [batch]: how many observations the location is worth.
        Strength: Tensor
        /// ν > d - 1, of shape [batch]: how many observations the precision rests on.
        DegreesOfFreedom: Tensor
        /// W⁻¹, of shape [batch; d; d]: ν times a guess of the covariance.
        InverseScale: Tensor
    }

    /// p(Λ).
    member this.Precision = Wishart.FromPrecision(this.DegreesOfFreedom, this.InverseScale)

    /// p(μ | Λ).
    member this.MeanGiven(precision: Tensor) =
        MultivariateNormal.FromPrecision(this.Location, this.Strength.unsqueeze(-1).unsqueeze -1 * precision)

    /// p(x) of the next vector: Student's t with f = ν + 1 - d degrees of freedom, location m and matrix W⁻¹ (1 + 1/β) / f.
    member this.Predictive =
        let freedom = this.DegreesOfFreedom + 1.0 - float (Array.last this.Location.shape)
        let factor = Scatters.scaleTril (Scatter.Covariance this.InverseScale)
        let scale = ((1.0 + 1.0 / this.Strength) / freedom).sqrt()
        MultivariateStudentT(freedom, this.Location, factor * scale.unsqueeze(-1).unsqueeze -1)

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module NormalWishart =

    let internal cast (dtype: Dtype) (belief: NormalWishart) : NormalWishart =
        { Location = belief.Location.cast dtype
          Strength = belief.Strength.cast dtype
          DegreesOfFreedom = belief.DegreesOfFreedom.cast dtype
          InverseScale = belief.InverseScale.cast dtype }

    let private dimension (belief: NormalWishart) = Array.last belief.Location.shape

    let private over (rank: int) (perBatch: Tensor) : Tensor =
        perBatch.view (Array.append perBatch.shape (Array.create rank 1))

    /// β_k = β + N_k, m_k = (β m + N_k x̄_k)/β_k, ν_k = ν + N_k, W_k⁻¹ = W⁻¹ + scatter_k + (β N_k/β_k)(x̄_k - m)(x̄_k - m)ᵀ:
    /// Bishop (2006), equations 10.60 to 10.63.
    let internal update (prior: NormalWishart) (moments: Points.Moments) : NormalWishart =
        let counts, means = moments.Counts.cast Dtype.Float64, moments.Means.cast Dtype.Float64
        let strength = prior.Strength + counts
        let difference = means - prior.Location
        let outer = difference.unsqueeze -1 * difference.unsqueeze -2

        { Location = (over 1 prior.Strength * prior.Location + over 1 counts * means) / over 1 strength
          Strength = strength
          DegreesOfFreedom = prior.DegreesOfFreedom + counts
          InverseScale =
            prior.InverseScale + moments.Scatters.cast Dtype.Float64 + outer * over 2 (prior.Strength * counts / strength) }

    // The Cholesky factor of W⁻¹, whose log-determinant is -½ log|W|.
    let private factorOf (belief: NormalWishart) : Tensor =
        Scatters.scaleTril (Scatter.Covariance belief.InverseScale)

    /// log of (2π/β)^(d/2) 2^(νd/2) |W|^(ν/2) Γ_d(ν/2).
    let internal logNormalizer (belief: NormalWishart) : Tensor =
        let d = dimension belief
        let half = belief.DegreesOfFreedom * 0.5

        (log (2.0 * Math.PI) - belief.Strength.log ()) * (0.5 * float d) + half * (float d * log 2.0)
        - belief.DegreesOfFreedom * Vectors.logDiagonal (factorOf belief)
        + ChiSquares.logGammaOfMatrix d half

    /// E[log N(x_n; μ_k, Λ_k⁻¹)] for points of shape [n; d] and a batch of k beliefs in float64, [n; k]: Bishop (2006), equations 10.64
    /// and 10.65.
    let internal expectedLogDensity (belief: NormalWishart) (points: Tensor) : Tensor =
        let d = float (dimension belief)
        let factor = factorOf belief

        let logPrecision =
            ChiSquares.digammaOfMatrix (dimension belief) (belief.DegreesOfFreedom * 0.5) + d * log 2.0
            - Vectors.logDiagonal factor * 2.0

        let constant = (logPrecision - d / belief.Strength) * 0.5 - d * Gaussian.logRoot2Pi
        let dtype = points.dtype
        let deviations = Points.forEach belief.Strength.nelement points - belief.Location.cast dtype
        let distances = (Vectors.solve (factor.cast dtype) deviations).square().sum -1
        constant.cast dtype - distances * (belief.DegreesOfFreedom * 0.5).cast dtype

    let private updateOne (prior: NormalWishart) (points: Tensor) : NormalWishart =
        if prior.Location.dim <> 1 || points.dim <> 2 || points.shape[1] <> dimension prior then
            raise (Errors.Inference.vectors "NormalWishart" points.shape prior.Location.shape)

        let points = points.cast Dtype.Float64
        let moments = Points.moments (points.onesLike [ points.shape[0]; 1 ]) points
        let posterior = update (cast Dtype.Float64 prior) moments

        { Location = posterior.Location.squeeze 0
          Strength = posterior.Strength.squeeze 0
          DegreesOfFreedom = posterior.DegreesOfFreedom.squeeze 0
          InverseScale = posterior.InverseScale.squeeze 0 }

    /// The exact posterior p(μ, Λ | x) for points of shape [n; d] and a single prior.
    /// Raises ArgumentException when the shapes do not fit.
    /// Source: Murphy, "Conjugate Bayesian analysis of the Gaussian distribution" (2007), section 8.
    let posterior (prior: NormalWishart) (points: Tensor) : NormalWishart =
        updateOne prior points |> cast prior.Location.dtype

    /// log p(x) with mean and precision integrated out, in nats.
    let logEvidence (prior: NormalWishart) (points: Tensor) : Tensor =
        let gain = logNormalizer (updateOne prior points) - logNormalizer (cast Dtype.Float64 prior)
        (gain - float points.nelement * Gaussian.logRoot2Pi).cast points.dtype
