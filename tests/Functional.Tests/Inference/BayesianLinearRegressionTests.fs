// Tests of Bayesian linear regression: posteriors against normal equations, evidence against the density of y, predictions, gradients.
// Run with the whole suite.
module internal Functional.Tests.BayesianLinearRegressionTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private toMatrix (t: Tensor) : Matrix<float> =
    Matrix<float>.Build.DenseOfRowArrays(t.unstack () |> Array.map numbers)

let private toVector (t: Tensor) : Vector<float> =
    Vector<float>.Build.DenseOfArray(numbers t)

let private definite (d: int) (draw: Draw) : Tensor =
    let root = draw.Tensor([| d; d |], -1.0, 1.0)
    root.matmul (root.transpose ()) + dsharp.eye (d, dtype = Dtype.Float64) * draw.Float(0.3, 1.0)

/// X and y, also with fewer rows than columns.
let private data (draw: Draw) : Tensor * Tensor =
    let n, d = draw.Int(1, 12), draw.Int(1, 5)
    draw.Tensor([| n; d |], -2.0, 2.0), draw.Tensor([| n |], -3.0, 3.0)

let private normalPrior (d: int) (draw: Draw) =
    MultivariateNormal.FromCovariance(draw.Tensor([| d |], -1.0, 1.0), definite d draw)

let private gammaPrior (d: int) (draw: Draw) : NormalInverseGamma =
    { Location = draw.Tensor([| d |], -1.0, 1.0)
      Precision = definite d draw
      Concentration = float64 (draw.Float(0.6, 4.0))
      Rate = float64 (draw.Float(0.4, 3.0)) }

let private eye (n: int) = dsharp.eye (n, dtype = Dtype.Float64)

// ---- known noise ----

/// S⁻¹ = S₀⁻¹ + XᵀX/σ², S⁻¹ m = S₀⁻¹ m₀ + Xᵀy/σ², by MathNet.
let private normalEquations (draw: Draw) =
    let x, y = data draw
    let prior, noise = normalPrior x.shape[1] draw, draw.Float(0.3, 2.0)
    let found = BayesianLinearRegression.fit prior (float64 noise) x y
    let design, before = toMatrix x, (toMatrix prior.Covariance).Inverse()
    let precision = before + design.Transpose() * design / (noise * noise)
    let mean = precision.Solve(before * toVector prior.Location + design.Transpose() * toVector y / (noise * noise))
    isClose 1e-9 "the mean" found.Weights.Location (float64 (mean.ToArray()))
    isClose 1e-9 "the covariance" found.Weights.Covariance (float64 (precision.Inverse().ToArray()))

/// log p(y|X) = log N(y; X m₀, X S₀ Xᵀ + σ² I).
let private marginal (draw: Draw) =
    let x, y = data draw
    let prior, noise = normalPrior x.shape[1] draw, draw.Float(0.3, 2.0)
    let found = BayesianLinearRegression.fit prior (float64 noise) x y
    let covariance = x.matmul(prior.Covariance).matmul(x.transpose ()) + eye y.nelement * (noise * noise)
    let whole = MultivariateNormal.FromCovariance(x.matmul prior.Location, covariance)
    isClose 1e-9 "the evidence" found.LogEvidence (whole.LogProb y)

/// The evidence of all y is that of all but the last, times the prediction of the last.
let private predicts (draw: Draw) =
    let x, y = draw.Tensor([| 6; 3 |], -2.0, 2.0), draw.Tensor([| 6 |], -3.0, 3.0)
    let prior, noise = normalPrior 3 draw, float64 (draw.Float(0.3, 2.0))
    let all, before = BayesianLinearRegression.fit prior noise x y, BayesianLinearRegression.fit prior noise x[0..4] y[0..4]
    isClose 1e-9 "known noise" (before.Predict(x[5]).LogProb y[5]) (all.LogEvidence - before.LogEvidence)
    let prior = gammaPrior 3 draw
    let all, before = BayesianLinearRegression.fitWithNoise prior x y, BayesianLinearRegression.fitWithNoise prior x[0..4] y[0..4]
    isClose 1e-9 "unknown noise" (before.Predict(x[5]).LogProb y[5]) (all.LogEvidence - before.LogEvidence)
    Expect.equal (before.Predict(x.view [ 2; 3; 3 ])).BatchShape [| 2; 3 |] "a prediction for each row"

// ---- unknown noise ----

/// log p(y|X) is the density of Student's t with 2a degrees of freedom, location X m₀ and matrix (b/a)(I + X P⁻¹ Xᵀ).
let private studentMarginal (draw: Draw) =
    let x, y = data draw
    let prior = gammaPrior x.shape[1] draw
    let found = BayesianLinearRegression.fitWithNoise prior x y

    let shape =
        (x.matmul(prior.Precision.inv ()).matmul(x.transpose ()) + eye y.nelement)
        * (prior.Rate / prior.Concentration)

    let whole = MultivariateStudentT(prior.Concentration * 2.0, x.matmul prior.Location, shape.cholesky ())
    isClose 1e-9 "the evidence" found.LogEvidence (whole.LogProb y)

/// log p(y) = log p(y|w,σ²) + log p(w,σ²) - log p(w,σ²|y), wherever w and σ² are.
let private bayes (draw: Draw) =
    let x, y = data draw
    let prior = gammaPrior x.shape[1] draw
    let found = BayesianLinearRegression.fitWithNoise prior x y
    let variance = found.Posterior.NoiseVariance.Sample()
    let weights = (found.Posterior.WeightsGiven variance).Sample()

    let joint (belief: NormalInverseGamma) =
        belief.NoiseVariance.LogProb variance + (belief.WeightsGiven variance).LogProb weights

    let likelihood = (Normal(x.matmul weights, variance.sqrt ()).LogProb y).sum()
    isClose 1e-9 "the evidence" (likelihood + joint prior - joint found.Posterior) found.LogEvidence

/// p(w) is p(w|σ²) averaged over p(σ²).
let private marginalWeights (draw: Draw) =
    let belief = gammaPrior 2 draw
    let variance = belief.NoiseVariance.Sample [ 40_000 ]
    let place = belief.Location + draw.Tensor([| 2 |], -0.5, 0.5)

    let given =
        MultivariateNormal.FromPrecision(belief.Location, belief.Precision.unsqueeze 0 / variance.unsqueeze(-1).unsqueeze -1)

    let mean, error = meanAndError (given.LogProb(place).exp())
    isWithin "the density" mean error (belief.Weights.LogProb(place).exp())

// ---- both ----

/// The evidence has exact gradients in the noise and in the prior: levels of noise can be learned.
let private gradients (draw: Draw) =
    let x, y = draw.Tensor([| 5; 2 |], -2.0, 2.0), draw.Tensor([| 5 |], -3.0, 3.0)
    let root = definite 2 draw

    let known (inputs: Tensor list) =
        let prior = MultivariateNormal.FromCovariance(inputs[1], root * inputs[2])
        (BayesianLinearRegression.fit prior inputs[0] x y).LogEvidence

    differentiates
        "known noise"
        known
        [ float64 (draw.Float(0.5, 2.0)); draw.Tensor([| 2 |], -1.0, 1.0); float64 (draw.Float(0.5, 2.0)) ]

    let unknown (inputs: Tensor list) =
        let prior =
            { gammaPrior 2 (Draw draw.Seed) with
                Precision = root * inputs[0]
                Concentration = inputs[1]
                Rate = inputs[2] }

        (BayesianLinearRegression.fitWithNoise prior x y).LogEvidence

    differentiates "unknown noise" unknown [ for _ in 1..3 -> float64 (draw.Float(0.5, 2.0)) ]

let private types (draw: Draw) =
    let x, y = data draw
    let prior = normalPrior x.shape[1] draw
    let narrow (t: Tensor) = t.cast Dtype.Float32
    let prior32 = MultivariateNormal.FromCovariance(narrow prior.Location, narrow prior.Covariance)
    let found = BayesianLinearRegression.fit prior32 (narrow (float64 0.7)) (narrow x) (narrow y)
    let exact = BayesianLinearRegression.fit prior (float64 0.7) x y
    Expect.equal found.LogEvidence.dtype Dtype.Float32 "the type that came in"
    isClose 1e-4 "the evidence" found.LogEvidence exact.LogEvidence
    isClose 1e-3 "a prediction" (found.Predict(narrow x).Mean) (exact.Predict(x).Mean)

let private refusals () =
    let draw = Draw 1
    let prior, x, y = normalPrior 2 draw, draw.Tensor([| 4; 2 |], -1.0, 1.0), draw.Tensor([| 4 |], -1.0, 1.0)

    let refused parts x y =
        says
            (messageOf<ArgumentException, _>(fun () -> BayesianLinearRegression.fit prior (float64 1.0) x y))
            ("BayesianLinearRegression" :: parts)

    refused [ "[4; 2]"; "[3]" ] x y[0..2]
    refused [ "[4; 1]" ] x[*, 0..0] y
    refused [ "[4; 1]" ] x (y.unsqueeze 1)
    refused [ "y hold NaN" ] x (y / 0.0)

[<Tests>]
let tests =
    testList
        "BayesianLinearRegression"
        [ holds "the posterior solves the normal equations" 10 normalEquations
          holds "the evidence is the marginal normal density" 10 marginal
          holds "with unknown noise it is the marginal Student density" 10 studentMarginal
          holds "it is prior times likelihood over posterior" 10 bayes
          holds "predictions multiply to the evidence" 8 predicts
          holds "the weights' marginal is their mean density" 3 marginalWeights
          holds "the evidence is differentiable in noise and prior" 4 gradients
          holds "works in single precision" 4 types
          testCase "bad input is refused" refusals ]
