// Data of Gaussian mixtures: on every path x_t = α x₀ + σ ε the density, the score and the velocity are known exactly.
// Used by the laws of reverse equations, probability flows and flow matching.
module internal Functional.Tests.GaussianPaths

open System
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// p(x₀) = Σ_k w_k N(μ_k, Q_k diag(λ_k) Q_kᵀ) in d dimensions.
type GaussianData =
    {
        /// w, [k].
        Weights: Tensor
        /// μ, [k; d].
        Means: Tensor
        /// Q, [k; d; d].
        Rotations: Tensor
        /// λ, [k; d]; zeros for points.
        Variances: Tensor
    }

    member this.Dimension = this.Means.shape[1]

    /// p(x_t), at α and σ.
    member this.Marginal(signal: float, noise: float) : Distribution =
        let variances = this.Variances * (signal * signal) + noise * noise
        let scaled = this.Rotations * variances.sqrt().unsqueeze(1)
        let covariances = scaled.matmul (scaled.transpose (1, 2))
        let normals = MultivariateNormal.FromCovariance(this.Means * signal, covariances)
        Mixture(Categorical.FromProbabilities this.Weights, normals)

    /// p(x_t) at that time of a schedule.
    member this.At(schedule: NoiseSchedule, t: float) : Distribution =
        let t = float64 [ t ]
        this.Marginal((schedule.Signal t).toDouble(), (schedule.Noise t).toDouble())

    /// E[x₀|x_t] and E[ε|x_t] of rows x, [n; d], at α and σ of each, [n].
    member this.Expected(x: Tensor, signal: Tensor, noise: Tensor) : Tensor * Tensor =
        let signal, noise = signal.view [ -1; 1; 1 ], noise.view [ -1; 1; 1 ]
        let away = x.unsqueeze 1 - signal * this.Means
        // in the axes of each component, where nothing is correlated
        let turned = (away.unsqueeze 2).matmul(this.Rotations).squeeze(2)
        let variances = signal.square () * this.Variances + noise.square ()
        let pulled = turned / variances
        let logDensities = ((turned * pulled + variances.log ()).sum 2) * -0.5 + this.Weights.log ()
        let share = (logDensities.softmax 1).unsqueeze 2

        let back (parts: Tensor) =
            (parts.unsqueeze 2).matmul(this.Rotations.transpose (1, 2)).squeeze(2)

        ((this.Means + signal * back (this.Variances * pulled)) * share).sum 1, (noise * back pulled * share).sum 1

/// The denoiser that knows the data's distribution, which has values at both ends of time.
let exactDenoiser (schedule: NoiseSchedule) (data: GaussianData) : Denoiser =
    Denoiser.ofFunction schedule Prediction.Velocity (fun x t ->
        let signal, noise = schedule.Signal t, schedule.Noise t
        let expected, expectedNoise = data.Expected(x, signal, noise)
        signal.unsqueeze 1 * expectedNoise - noise.unsqueeze 1 * expected)

/// The velocity of the marginals.
let exactField (schedule: NoiseSchedule) (data: GaussianData) : VelocityField =
    VelocityField.ofDenoiser (exactDenoiser schedule data)

/// A random mixture of so many components in so many dimensions.
let mixtureOf (components: int) (dimension: int) (draw: Draw) : GaussianData =
    let rotation _ =
        fst (draw.Tensor([| dimension; dimension |], -1.0, 1.0).qr())

    { Weights =
        (let weights = draw.Tensor([| components |], 0.2, 1.0)
         weights / weights.sum ())
      Means = draw.Tensor([| components; dimension |], -1.5, 1.5)
      Rotations = Tensor.stack (List.init components rotation)
      Variances = draw.Tensor([| components; dimension |], 0.1, 1.0) }

/// One normal distribution or a mixture of two or three, in one to three dimensions.
let gaussianData (draw: Draw) : GaussianData =
    mixtureOf (draw.Int(1, 3)) (draw.Int(1, 3)) draw

/// Mixtures of points: a finite data set.
let points (count: int) (dimension: int) (draw: Draw) : GaussianData =
    let data = mixtureOf count dimension draw
    { data with Variances = data.Variances.zerosLike () }

/// The schedules that are smooth in t: tables are not, and the adaptive solver would stop at each of their knots.
let smoothSchedules: NoiseSchedule list =
    let tables = [ "linear "; "cosine "; "sigmoid " ]

    [ yield!
          inFloat64 NoiseSchedule.all
          |> List.filter (fun schedule -> not (tables |> List.exists schedule.Name.StartsWith))
      FlowMatching.path 0.1 ]

/// From where on a schedule's α, σ and their slopes are finite.
let firstTime (schedule: NoiseSchedule) : float =
    let t = float64 [ 0.0 ]

    let slope (f: Tensor -> Tensor) =
        (dsharp.grad (fun t -> (f t).sum()) t).toDouble()

    let finite = Double.IsFinite(slope schedule.Noise) && Double.IsFinite(slope schedule.Signal)
    if finite && (schedule.Noise t).toDouble() > 0.0 then 0.0 else 1e-4
