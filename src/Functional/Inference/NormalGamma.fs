// Normal numbers of unknown mean and precision under their conjugate prior: exactly, and by coordinate ascent.
// The smallest model with both answers, and noise levels in larger ones.
namespace Functional

open System
open Functional.Tensors

/// μ | τ ~ N(m, 1/(β τ)), τ ~ Gamma(a, b): a belief about the mean and the precision of normal numbers, or a batch of them.
type NormalGamma =
    {
        /// m, of shape [batch].
        Location: Tensor
        /// β > 0: how many observations the location is worth.
        Strength: Tensor
        /// a > 0: half of how many observations the precision rests on.
        Concentration: Tensor
        /// b > 0.
        Rate: Tensor
    }

    /// p(τ).
    member this.Precision = Gamma(this.Concentration, this.Rate)

    /// p(μ | τ).
    member this.MeanGiven(precision: Tensor) =
        Normal(this.Location, 1.0 / (this.Strength * precision).sqrt())

    /// p(μ), with the precision integrated out.
    member this.Mean =
        StudentT(this.Concentration * 2.0, this.Location, (this.Rate / (this.Concentration * this.Strength)).sqrt())

    /// p(x) of the next number: Student's t with 2a degrees of freedom, location m and scale √(b (1 + 1/β) / a).
    member this.Predictive =
        let variance = this.Rate * (1.0 + 1.0 / this.Strength) / this.Concentration
        StudentT(this.Concentration * 2.0, this.Location, variance.sqrt ())

/// q(μ) q(τ): mean and precision as if they were independent.
type NormalGammaApproximation =
    {
        /// q(μ).
        Mean: Normal
        /// q(τ).
        Precision: Gamma
        /// The ELBO in nats after each sweep, summed over the batch; it never falls, and stays below the evidence.
        Elbos: float list
        /// Whether the ELBO stopped growing before the sweeps ran out.
        Converged: bool
    }

    /// The ELBO in nats.
    member this.Elbo = List.last this.Elbos

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module NormalGamma =

    let private map (f: Tensor -> Tensor) (belief: NormalGamma) : NormalGamma =
        { Location = f belief.Location
          Strength = f belief.Strength
          Concentration = f belief.Concentration
          Rate = f belief.Rate }

    // Sums of many numbers and differences of gamma functions: in double precision, whatever comes in.
    let private wide = map _.cast(Dtype.Float64)

    /// What n numbers say: n, and their mean and sum of squared deviations for each batch element.
    type private Data = { Count: float; Mean: Tensor; Squares: Tensor }

    let private summarize (prior: NormalGamma) (x: Tensor) : Data =
        let batch =
            Shapes.ofParameters
                "NormalGamma"
                [ "location", prior.Location, 0
                  "strength", prior.Strength, 0
                  "concentration", prior.Concentration, 0
                  "rate", prior.Rate, 0 ]

        if x.dim <> batch.Length + 1 || Array.tail x.shape <> batch then
            raise (Errors.Inference.numbers "NormalGamma" x.shape batch)

        let x = x.cast Dtype.Float64
        let mean = if x.shape[0] = 0 then x.sum 0 else x.mean 0
        { Count = float x.shape[0]; Mean = mean; Squares = (x - mean).square().sum 0 }

    // β_n = β + n, m_n = (β m + n x̄)/β_n, a_n = a + n/2, b_n = b + ½ Σ (x - x̄)² + ½ (β n/β_n) (x̄ - m)²
    let private update (prior: NormalGamma) (data: Data) : NormalGamma =
        let strength = prior.Strength + data.Count
        let distance = (data.Mean - prior.Location).square() * (prior.Strength * data.Count / strength)

        { Location = (prior.Strength * prior.Location + data.Mean * data.Count) / strength
          Strength = strength
          Concentration = prior.Concentration + data.Count / 2.0
          Rate = prior.Rate + (data.Squares + distance) * 0.5 }

    // log of Γ(a) b⁻ᵃ √(2π/β)
    let private logNormalizer (belief: NormalGamma) : Tensor =
        belief.Concentration.lgamma () - belief.Concentration * belief.Rate.log () - belief.Strength.log () * 0.5
        + Gaussian.logRoot2Pi

    /// The exact posterior p(μ, τ | x) for x of shape [n; batch].
    /// Raises ArgumentException when the shapes do not fit.
    /// Source: Murphy, "Conjugate Bayesian analysis of the Gaussian distribution" (2007), section 3.
    let posterior (prior: NormalGamma) (x: Tensor) : NormalGamma =
        update (wide prior) (summarize prior x) |> map _.cast(prior.Location.dtype)

    /// log p(x) with mean and precision integrated out, in nats, of shape [batch].
    let logEvidence (prior: NormalGamma) (x: Tensor) : Tensor =
        let data = summarize prior x
        let prior = wide prior
        let gain = logNormalizer (update prior data) - logNormalizer prior
        (gain - data.Count * Gaussian.logRoot2Pi).cast x.dtype

    // q(μ) = N(location, 1/(strength E[τ])); only b of q(τ) = Gamma(a, b) changes from sweep to sweep.
    type private State = { Mean: Normal; Precision: Gamma }

    // E_q ½ [Σ (x - μ)² + β (μ - m)²]
    let private expectedSquares (prior: NormalGamma) (data: Data) (mean: Normal) : Tensor =
        let variance = mean.Scale.square ()
        let ofData = data.Squares + ((data.Mean - mean.Location).square() + variance) * data.Count
        let ofPrior = ((mean.Location - prior.Location).square() + variance) * prior.Strength
        (ofData + ofPrior) * 0.5

    // E_q[log p(x|μ,τ) + log p(μ|τ) + log p(τ)] + H(q(μ)) + H(q(τ))
    let private elbo (prior: NormalGamma) (data: Data) (state: State) : Tensor =
        let a, b = state.Precision.Concentration, state.Precision.Rate
        let logPrecision, precision = a.digamma () - b.log (), a / b
        let normals = logPrecision * ((data.Count + 1.0) / 2.0) - precision * expectedSquares prior data state.Mean
        let constants = prior.Strength.log () * 0.5 - (data.Count + 1.0) * Gaussian.logRoot2Pi

        let gamma =
            prior.Concentration * prior.Rate.log () - prior.Concentration.lgamma ()
            + (prior.Concentration - 1.0) * logPrecision
            - prior.Rate * precision

        normals + constants + gamma + state.Mean.Entropy() + state.Precision.Entropy()

    /// Coordinate ascent: q(μ) and q(τ) in turn, each the best beside the other, for x of shape [n; batch]. There is no random start. At
    /// the fixed point E[τ] is that of the exact posterior; the coupling of μ and τ, and with it some variance of μ, is lost: `posterior`
    /// is exact.
    /// Raises ArgumentException when the shapes do not fit. Source: Bishop, "Pattern Recognition and Machine Learning" (2006), section 10.1.3.
    let coordinateAscent (options: IterationOptions) (prior: NormalGamma) (x: Tensor) : NormalGammaApproximation =
        Scope.run (fun () ->
            Gradient.off (fun () ->
                Validation.off (fun () ->
                    let data = summarize prior x
                    let dtype, prior = prior.Location.dtype, wide prior
                    let exact = update prior data
                    let concentration = prior.Concentration + (data.Count + 1.0) / 2.0

                    let meanBeside (precision: Gamma) =
                        Normal(exact.Location, 1.0 / (exact.Strength * precision.Mean).sqrt())

                    let step (state: State) =
                        let mean = meanBeside state.Precision

                        let next =
                            { Mean = mean
                              Precision = Gamma(concentration, prior.Rate + expectedSquares prior data mean) }

                        next, (elbo prior data next).sum()

                    let start = { Mean = meanBeside prior.Precision; Precision = prior.Precision }
                    let once = { options with Starts = 1 }

                    let ascent =
                        Iteration.best once (fun number -> Iteration.ascend once number (max 1.0 data.Count) step start)

                    let mean, precision = ascent.State.Mean, ascent.State.Precision

                    { Mean = Normal(mean.Location.cast dtype, mean.Scale.cast dtype)
                      Precision = Gamma(precision.Concentration.cast dtype, precision.Rate.cast dtype)
                      Elbos = ascent.Objectives
                      Converged = ascent.Converged })))
