// Linear regression under conjugate priors: exact posteriors, predictions and evidence.
// Few data, honest error bars; its evidence is differentiable, for noise levels and priors learned by gradient.
namespace Functional

open Functional.Tensors

/// w | σ² ~ N(m, σ² P⁻¹), σ² ~ InverseGamma(a, b): a belief about weights and the variance of noise.
type NormalInverseGamma =
    {
        /// m, [d].
        Location: Tensor
        /// P, [d; d]: the precision of the weights in units of the noise's, symmetric and positive definite.
        Precision: Tensor
        /// a > 0, a scalar: half of how many observations the variance rests on.
        Concentration: Tensor
        /// b > 0, a scalar.
        Rate: Tensor
    }

    /// p(σ²).
    member this.NoiseVariance = InverseGamma(this.Concentration, this.Rate)

    /// p(w | σ²).
    member this.WeightsGiven(noiseVariance: Tensor) =
        MultivariateNormal.FromPrecision(this.Location, this.Precision / noiseVariance)

    /// p(w), with the noise integrated out: Student's t with 2a degrees of freedom and matrix (b/a) P⁻¹.
    member this.Weights =
        let factor = Scatters.scaleTril (Scatter.Precision this.Precision)
        MultivariateStudentT(this.Concentration * 2.0, this.Location, factor * (this.Rate / this.Concentration).sqrt())

/// What linear regression with a known noise level found.
type LinearRegression =
    {
        /// p(w | X, y).
        Weights: MultivariateNormal
        /// σ, a scalar.
        Noise: Tensor
        /// log p(y | X) in nats, a scalar.
        LogEvidence: Tensor
    }

    /// p(y | x) for x of shape [...; d]: N(xᵀm, σ² + xᵀSx), of batch shape [...].
    member this.Predict(x: Tensor) : Normal =
        let factor = this.Weights.Precision.cholesky ()
        let variance = this.Noise.square () + (Vectors.solve factor x).square().sum -1
        Normal(x.matmul this.Weights.Location, variance.sqrt ())

/// What linear regression with an unknown noise level found.
type LinearRegressionWithNoise =
    {
        /// p(w, σ² | X, y).
        Posterior: NormalInverseGamma
        /// log p(y | X) in nats, a scalar.
        LogEvidence: Tensor
    }

    /// p(y | x) for x of shape [...; d]: Student's t with 2a degrees of freedom, location xᵀm and scale √((b/a)(1 + xᵀP⁻¹x)).
    member this.Predict(x: Tensor) : StudentT =
        let posterior = this.Posterior
        let variance = 1.0 + (Vectors.solve (posterior.Precision.cholesky ()) x).square().sum -1
        let scale = (variance * posterior.Rate / posterior.Concentration).sqrt()
        StudentT(posterior.Concentration * 2.0, x.matmul posterior.Location, scale)

/// y = Xw + ε with ε ~ N(0, σ²), for X of shape [n; d] with a row for each y of shape [n]. A column of ones in X makes an intercept.
/// Everything is differentiable in the data, the prior and the noise. Raises ArgumentException when the shapes do not fit or X or y hold
/// NaN. The wrong tool for many thousands of columns (d³ operations) and for outliers, which pull as far as they lie.
/// Source: Bishop, "Pattern Recognition and Machine Learning" (2006), sections 3.3 and 3.5; Murphy, "Machine Learning" (2012), section 7.6.
module BayesianLinearRegression =

    let private check (location: Tensor) (x: Tensor) (y: Tensor) =
        if location.dim <> 1 || x.dim <> 2 || y.dim <> 1 || x.shape <> [| y.shape[0]; location.shape[0] |] then
            raise (Errors.Inference.regression x.shape y.shape location.shape)

        if Validation.isOn () then
            for name, values in [ "x", x; "y", y ] do
                if values.hasinfnan () then
                    raise (Errors.Inference.notFinite "BayesianLinearRegression" name)

    /// N(m, P⁻¹) times the likelihood exp(-½ ‖y - Xw‖²), for scaled y and X: the new location and precision, the Cholesky factor of
    /// that, and the least of ‖y - Xw‖² + (w - m)ᵀP(w - m).
    let private solve (location: Tensor) (precision: Tensor) (x: Tensor) (y: Tensor) =
        let transposed = x.transpose ()
        let total = precision + transposed.matmul x
        let factor = total.cholesky ()
        // the step from the old location, for which few digits cancel
        let residual = y - x.matmul location
        let half = Vectors.solve factor (transposed.matmul residual)
        let step = (Vectors.solveColumns true (factor.transpose ()) (half.unsqueeze -1)).squeeze -1
        let misfit = residual - x.matmul step
        let least = (misfit * misfit).sum() + (step * precision.matmul step).sum()
        location + step, total, factor, least

    let private halfLogDet (precision: Tensor) : Tensor =
        Vectors.logDiagonal (precision.cholesky ())

    let private wide (tensor: Tensor) : Tensor = tensor.cast Dtype.Float64

    /// The posterior of the weights under w ~ `prior` and noise of the standard deviation `noise`, a scalar.
    /// log p(y|X) = ½ log(|S_n|/|S_0|) - ½ [‖y - X m_n‖²/σ² + (m_n - m_0)ᵀ S_0⁻¹ (m_n - m_0)] - (n/2) log 2πσ².
    let fit (prior: MultivariateNormal) (noise: Tensor) (x: Tensor) (y: Tensor) : LinearRegression =
        check prior.Location x y
        let dtype, count, sigma = x.dtype, float y.nelement, wide noise
        let before = wide prior.Precision
        let location, precision, factor, least = solve (wide prior.Location) before (wide x / sigma) (wide y / sigma)

        let logEvidence =
            halfLogDet before - Vectors.logDiagonal factor - least * 0.5 - (sigma.log () + Gaussian.logRoot2Pi) * count

        { Weights = MultivariateNormal.FromPrecision(location.cast dtype, precision.cast dtype)
          Noise = noise
          LogEvidence = logEvidence.cast dtype }

    /// The posterior of the weights and of the noise's variance.
    /// log p(y|X) = ½ log(|P_0|/|P_n|) + a_0 log b_0 - a_n log b_n + log Γ(a_n) - log Γ(a_0) - (n/2) log 2π, with a_n = a_0 + n/2 and
    /// b_n = b_0 + ½ [‖y - X m_n‖² + (m_n - m_0)ᵀ P_0 (m_n - m_0)].
    let fitWithNoise (prior: NormalInverseGamma) (x: Tensor) (y: Tensor) : LinearRegressionWithNoise =
        check prior.Location x y
        let dtype, count, before = x.dtype, float y.nelement, wide prior.Precision
        let location, precision, factor, least = solve (wide prior.Location) before (wide x) (wide y)
        let a, b = wide prior.Concentration, wide prior.Rate
        let shape, rate = a + count / 2.0, b + least * 0.5

        let logEvidence =
            halfLogDet before - Vectors.logDiagonal factor + a * b.log () - shape * rate.log () + shape.lgamma ()
            - a.lgamma ()
            - count * Gaussian.logRoot2Pi

        { Posterior =
            { Location = location.cast dtype
              Precision = precision.cast dtype
              Concentration = shape.cast dtype
              Rate = rate.cast dtype }
          LogEvidence = logEvidence.cast dtype }
