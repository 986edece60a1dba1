// Models whose evidence and posterior are known exactly: a linear-Gaussian one, and two whose latent values can be enumerated.
// Used by the laws of bounds and by the tests of training.
module internal Functional.Tests.TestBeds

open System
open MathNet.Numerics.LinearAlgebra
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// p(z) p(x|z), of a latent variable at the site `z`.
let latent (prior: Distribution) (likelihood: Tensor -> Distribution) (x: Tensor) : Program<unit> =
    program {
        let! z = sample "z" prior
        do! observe "x" (likelihood z) x
    }

/// q(z), of the same variable.
let guideOf (q: Distribution) : Program<Tensor> = sample "z" q

// ---- z ~ N(0, I), x|z ~ N(Wz + b, σ²I) ----

/// A linear-Gaussian model, some x, and what is known of them.
type Gaussian =
    {
        Weights: Matrix<float>
        Shift: Vector<float>
        Noise: float
        Prior: Distribution
        /// p(x|z).
        Likelihood: Tensor -> Distribution
        /// [batch; size of x].
        X: Tensor
        /// log p(x) of each.
        LogEvidence: float[]
        /// The mean of p(z|x) for each x.
        PosteriorMeans: Vector<float>[]
        /// The covariance of p(z|x), the same for each x.
        PosteriorCovariance: Matrix<float>
    }

    /// p(z) p(x|z) at the x.
    member this.Model: Program<unit> = latent this.Prior this.Likelihood this.X

let matrix (values: Matrix<float>) : Tensor = float64 (values.ToArray())

/// log N(x; mean, covariance).
let logNormal (x: Vector<float>) (mean: Vector<float>) (covariance: Matrix<float>) : float =
    let difference = x - mean
    let distance = difference * covariance.Cholesky().Solve difference
    -0.5 * (distance + covariance.Cholesky().DeterminantLn + float x.Count * log (2.0 * Math.PI))

/// KL of N(qMean, q) from N(pMean, p): ½ [tr(p⁻¹q) + (pMean - qMean)ᵀ p⁻¹ (pMean - qMean) - d + log(|p|/|q|)].
let klNormals (qMean: Vector<float>) (q: Matrix<float>) (pMean: Vector<float>) (p: Matrix<float>) : float =
    let difference = pMean - qMean
    let trace = (p.Cholesky().Solve q).Trace()
    let distance = difference * p.Cholesky().Solve difference
    0.5 * (trace + distance - float qMean.Count + p.Cholesky().DeterminantLn - q.Cholesky().DeterminantLn)

/// x|z for z of shape [...; size of z].
let likelihood (weights: Tensor) (shift: Tensor) (noise: float) (z: Tensor) : Distribution =
    Normal.diagonal (z.matmul (weights.transpose ()) + shift) (shift.fullLike noise)

/// N(0, I) in float64.
let standard (size: int) : Distribution =
    Normal.diagonal (dsharp.zeros (size, dtype = Dtype.Float64)) (dsharp.ones (size, dtype = Dtype.Float64))

let gaussianOf (weights: Matrix<float>) (shift: Vector<float>) (noise: float) (x: Tensor) : Gaussian =
    let sizeX, sizeZ = weights.RowCount, weights.ColumnCount
    let variance = noise * noise
    let rows = [| for row in x.unstack () -> Vector<float>.Build.DenseOfArray(numbers row) |]
    let marginal = weights * weights.Transpose() + variance * Matrix<float>.Build.DenseIdentity sizeX
    let precision = weights.Transpose() * weights + variance * Matrix<float>.Build.DenseIdentity sizeZ

    { Weights = weights
      Shift = shift
      Noise = noise
      Prior = standard sizeZ
      Likelihood = likelihood (matrix weights) (float64 (shift.ToArray())) noise
      X = x
      LogEvidence = rows |> Array.map (fun row -> logNormal row shift marginal)
      PosteriorMeans = rows |> Array.map (fun row -> precision.Inverse() * (weights.Transpose() * (row - shift)))
      PosteriorCovariance = variance * precision.Inverse() }

/// With orthogonal columns of W, the posterior's covariance is diagonal.
let private orthogonal (weights: Matrix<float>) : Matrix<float> =
    let q = weights.QR().Q.SubMatrix(0, weights.RowCount, 0, weights.ColumnCount)
    q * Matrix<float>.Build.DiagonalOfDiagonalVector(weights.ColumnNorms 2.0)

/// A random model with 1 to 3 latent variables, and some x drawn from it.
let gaussian (withDiagonalPosterior: bool) (draw: Draw) : Gaussian =
    let sizeZ = draw.Int(1, 3)
    let sizeX = draw.Int(sizeZ, 5)
    let random = Matrix<float>.Build.Dense(sizeX, sizeZ, fun _ _ -> draw.Float(-1.5, 1.5))
    let weights = if withDiagonalPosterior then orthogonal random else random
    let shift = Vector<float>.Build.Dense(sizeX, fun _ -> draw.Float(-1.0, 1.0))
    let noise = draw.Float(0.5, 1.5)
    let batch = draw.Int(1, 3)
    let z = dsharp.randn ([ batch; sizeZ ], dtype = Dtype.Float64)
    let x = (likelihood (matrix weights) (float64 (shift.ToArray())) noise z).Sample()
    gaussianOf weights shift noise x

/// The exact posterior, where its covariance is diagonal.
let posterior (bed: Gaussian) : Distribution =
    let means = bed.PosteriorMeans |> Array.map _.ToArray()
    let scale = bed.PosteriorCovariance.Diagonal().PointwiseSqrt().ToArray()
    Normal.diagonal (float64 means) ((float64 scale).expand [ means.Length; scale.Length ])

/// A diagonal normal somewhere near the posterior: mean and scale of shape [batch; size of z].
let nearby (bed: Gaussian) (draw: Draw) : Tensor * Tensor =
    let means = float64 (bed.PosteriorMeans |> Array.map _.ToArray())
    let scale = float64 (bed.PosteriorCovariance.Diagonal().PointwiseSqrt().ToArray())
    means + draw.Tensor(means.shape, -0.3, 0.3), scale * draw.Tensor(means.shape, 0.8, 1.3)

/// KL(q ‖ p(z|x)) for a diagonal normal q, one number for each x.
let klToPosterior (bed: Gaussian) (mean: Tensor, scale: Tensor) : float[] =
    Array.zip3 (mean.unstack ()) (scale.unstack ()) bed.PosteriorMeans
    |> Array.map (fun (mean, scale, posteriorMean) ->
        let mean = Vector<float>.Build.DenseOfArray(numbers mean)
        let covariance = Matrix<float>.Build.DenseOfDiagonalArray(numbers (scale.square ()))
        klNormals mean covariance posteriorMean bed.PosteriorCovariance)

/// The exact ELBO, log p(x) - KL(q ‖ p(z|x)), one number for each x.
let exactElbo (bed: Gaussian) (q: Tensor * Tensor) : Tensor =
    float64 (Array.map2 (-) bed.LogEvidence (klToPosterior bed q))

/// E_q[log p(x|z)] - KL(q ‖ p(z)) in closed form, differentiable in q's mean and scale and in W:
/// E_q ‖x - Wz - b‖² = ‖x - W mean - b‖² + Σ_j scale_j² ‖W_j‖².
let closedElbo (bed: Gaussian) (weights: Tensor) (mean: Tensor, scale: Tensor) : Tensor =
    let residual = bed.X - mean.matmul (weights.transpose ()) - float64 (bed.Shift.ToArray())
    let spread = scale.square().matmul(weights.square().sum 0)
    let variance = bed.Noise * bed.Noise
    let constant = 0.5 * float bed.Shift.Count * log (2.0 * Math.PI * variance)
    let reconstruction = (residual.square().sum -1 + spread) * (-0.5 / variance) - constant
    let kl = (scale.square () + mean.square () - 1.0 - scale.log () * 2.0).sum -1 * 0.5
    reconstruction - kl

// ---- z discrete ----

/// A model whose latent values are listed: with log p(x, z) of shape [values; batch].
type Discrete =
    {
        Prior: Distribution
        /// p(x|z).
        Likelihood: Tensor -> Distribution
        X: Tensor
        /// Every value of z, of shape [values; batch; event].
        Values: Tensor
        LogJoint: Tensor
        LogEvidence: Tensor
    }

    /// p(z) p(x|z) at the x.
    member this.Model: Program<unit> = latent this.Prior this.Likelihood this.X

let private discreteOf (prior: Distribution) (likelihood: Tensor -> Distribution) (values: Tensor) (batch: int) : Discrete =
    let x = (likelihood (prior.Sample [ batch ])).Sample()
    let values = (values.unsqueeze 1).expand(Array.concat [ [| values.shape[0]; batch |]; Array.tail values.shape ])
    let logJoint = prior.LogProb values + (likelihood values).LogProb x

    { Prior = prior
      Likelihood = likelihood
      X = x
      Values = values
      LogJoint = logJoint
      LogEvidence = logJoint.logsumexp 0 }

/// z one of some classes, x a vector of normals whose means depend on the class.
let mixture (draw: Draw) : Discrete =
    let classes, size = draw.Int(2, 5), draw.Int(1, 3)
    let means = draw.Tensor([| classes; size |], -2.0, 2.0)

    let likelihood (z: Tensor) : Distribution =
        let chosen = (means.indexSelect (0, z.view -1)).view(Array.append z.shape [| size |])
        Normal.diagonal chosen (chosen.onesLike ())

    let prior = Categorical.FromLogits(draw.Tensor([| classes |], -1.0, 1.0))
    discreteOf prior likelihood (prior.EnumerateSupport()) (draw.Int(1, 3))

/// z a few binary units, x some more of them.
let binary (draw: Draw) : Discrete =
    let units, size = draw.Int(1, 3), draw.Int(1, 4)
    let weights, shift = draw.Tensor([| units; size |], -2.0, 2.0), draw.Tensor([| size |], -1.0, 1.0)

    let likelihood (z: Tensor) : Distribution =
        Independent(Bernoulli.FromLogits(z.matmul weights + shift), 1)

    let prior = Independent(Bernoulli.FromLogits(draw.Tensor([| units |], -1.0, 1.0)), 1)
    let values = float64 [ for row in 0 .. pown 2 units - 1 -> [ for unit in 0 .. units - 1 -> float (row >>> unit &&& 1) ] ]
    discreteOf prior likelihood values (draw.Int(1, 3))
