// Data whose denoisers are known: Gaussians in the plane. What is sampled, bounded or filled in with these has an exact answer.
// Used by the laws of diffusion.
module internal Functional.Tests.Laws.ExactDenoisers

open System
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// N(mean, U diag(variances) Uᵀ), U a rotation.
type GaussianData =
    { Mean: Tensor
      Rotation: Tensor
      Variances: Tensor }

    member this.Covariance = (this.Rotation * this.Variances).matmul(this.Rotation.transpose ())

    member this.Distribution: Distribution = MultivariateNormal.FromCovariance(this.Mean, this.Covariance)

/// A random one.
let gaussianData (draw: Draw) : GaussianData =
    let angle = draw.Float(0.0, Math.PI)

    { Mean = draw.Tensor([| 2 |], -1.0, 1.0)
      Rotation = float64 [ [ cos angle; -(sin angle) ]; [ sin angle; cos angle ] ]
      Variances = draw.Tensor([| 2 |], 0.1, 1.5) }

/// E[x₀|x_t], x_t = α x₀ + σ ε.
let exactData (data: GaussianData) (schedule: NoiseSchedule) (x: Tensor) (t: Tensor) : Tensor =
    let signal, noise = Rows.lift x (schedule.Signal t), Rows.lift x (schedule.Noise t)
    let gain = signal * data.Variances / (signal.square () * data.Variances + noise.square ())
    let centred = (x - signal * data.Mean).matmul data.Rotation
    data.Mean + (gain * centred).matmul(data.Rotation.transpose ())

let exactDenoiser (data: GaussianData) (schedule: NoiseSchedule) : Denoiser =
    Denoiser.ofFunction schedule Prediction.Data (exactData data schedule)

/// The data mean and covariance, and their standard errors, from samples [count; 2].
let moments (samples: Tensor) =
    let mean, error = meanAndError samples
    let centred = samples - mean
    let products = (centred.unsqueeze 2) * (centred.unsqueeze 1)
    let covariance, covarianceError = meanAndError products
    (mean, error), (covariance, covarianceError)
