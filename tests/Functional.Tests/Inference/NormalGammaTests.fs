// Tests of normal numbers of unknown mean and precision: the exact answers, and coordinate ascent beside them.
// Run with the whole suite.
module internal Functional.Tests.NormalGammaTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.MixtureTesting

let private precise = { Iteration.defaults with Tolerance = 1e-15; MaxIterations = 2_000 }

let private priorOf (batch: Shape) (draw: Draw) : NormalGamma =
    { Location = draw.Tensor(batch, -2.0, 2.0)
      Strength = draw.Tensor(batch, 0.2, 3.0)
      Concentration = draw.Tensor(batch, 0.7, 4.0)
      Rate = draw.Tensor(batch, 0.3, 3.0) }

/// A prior and some numbers, for a batch of no or one or more axes.
let private instance (draw: Draw) : NormalGamma * Tensor =
    let batch = draw.FullBatch()
    let count = draw.Int(1, 20)
    priorOf batch draw, draw.Tensor(Array.append [| count |] batch, -3.0, 4.0)

/// log p(x) is the sum of the log-densities of each number given those before it.
let private chain draw =
    let prior, x = instance draw

    let terms =
        [ for i in 0 .. x.shape[0] - 1 ->
              let belief = if i = 0 then prior else NormalGamma.posterior prior x[0 .. i - 1]
              belief.Predictive.LogProb x[i] ]

    isClose 1e-9 "the evidence" (NormalGamma.logEvidence prior x) (List.reduce (+) terms)

/// log p(x) = log p(x|μ,τ) + log p(μ,τ) - log p(μ,τ|x), wherever μ and τ are.
let private bayes draw =
    let prior, x = instance draw
    let posterior = NormalGamma.posterior prior x
    let precision = posterior.Precision.Sample()
    let mean = (posterior.MeanGiven precision).Sample()

    let joint (belief: NormalGamma) =
        belief.Precision.LogProb precision + (belief.MeanGiven precision).LogProb mean

    let likelihood = (Normal(mean, 1.0 / precision.sqrt ()).LogProb x).sum 0
    isClose 1e-9 "the evidence" (likelihood + joint prior - joint posterior) (NormalGamma.logEvidence prior x)

let private ascends draw =
    let prior, x = instance draw
    let found = NormalGamma.coordinateAscent { precise with Tolerance = -infinity; MaxIterations = 25 } prior x
    neverFalls "the ELBO" found.Elbos
    let evidence = (NormalGamma.logEvidence prior x).sum().toDouble()
    Expect.isLessThan found.Elbo evidence "a product of two falls short of the posterior"

/// The fixed point: E[τ] of the exact posterior Gamma(a_n, b_n), with concentration a_n + ½.
let private fixedPoint draw =
    let prior, x = instance draw
    let exact = NormalGamma.posterior prior x
    let found = NormalGamma.coordinateAscent precise prior x
    isClose 1e-7 "E[τ]" found.Precision.Mean (exact.Concentration / exact.Rate)
    isClose 1e-12 "its concentration" found.Precision.Concentration (exact.Concentration + 0.5)
    isClose 1e-12 "E[μ]" found.Mean.Location exact.Location
    isClose 1e-7 "the variance of μ" found.Mean.Variance (1.0 / (exact.Strength * found.Precision.Mean))

/// The ELBO is E_q[log p(x, μ, τ) - log q(μ) q(τ)], here by samples.
let private byMonteCarlo (sweeps: int) (draw: Draw) =
    let prior, x = instance draw
    let found = NormalGamma.coordinateAscent { precise with Tolerance = -infinity; MaxIterations = sweeps } prior x
    let samples = 20_000
    let mean, logMean = found.Mean.SampleAndLogProb [ samples ]
    let precision, logPrecision = found.Precision.SampleAndLogProb [ samples ]
    let prior' = prior.Precision.LogProb precision + (prior.MeanGiven precision).LogProb mean
    let deviations = (x.unsqueeze 0 - mean.unsqueeze 1) * precision.sqrt().unsqueeze 1
    let likelihood = (Normal(float64 0.0, float64 1.0).LogProb deviations + precision.log().unsqueeze 1 * 0.5).sum 1
    let ratios = likelihood + prior' - logMean - logPrecision
    let total = if ratios.dim > 1 then ratios.view([ samples; -1 ]).sum 1 else ratios
    let estimate, error = meanAndError total
    isWithin "the ELBO" estimate error (float64 found.Elbo)

let private marginals (draw: Draw) =
    let belief = priorOf [||] draw
    let precision = belief.Precision.Sample [ 40_000 ]
    let mean = (belief.MeanGiven precision).Sample()
    let next = Normal(mean, 1.0 / precision.sqrt ()).Sample()

    for name, samples, distribution in [ "μ", mean, belief.Mean; "x", next, belief.Predictive ] do
        for probability in [ 0.1; 0.5; 0.8 ] do
            let below = samples.le(distribution.Icdf(float64 probability)).cast Dtype.Float64
            let share, error = meanAndError below
            isWithin $"P({name} < its {probability}-quantile)" share error (float64 probability)

let private types draw =
    let prior, x = instance draw
    let narrow (t: Tensor) = t.cast Dtype.Float32

    let prior32 =
        { Location = narrow prior.Location
          Strength = narrow prior.Strength
          Concentration = narrow prior.Concentration
          Rate = narrow prior.Rate }

    let found = NormalGamma.coordinateAscent precise prior32 (narrow x)
    Expect.equal (found.Mean.Scale.dtype, found.Precision.Rate.dtype) (Dtype.Float32, Dtype.Float32) "the types that came in"
    isClose 1e-4 "the evidence" (NormalGamma.logEvidence prior32 (narrow x)) (NormalGamma.logEvidence prior x)

let private refusals () =
    let prior = priorOf [| 3 |] (Draw 1)
    let x = dsharp.zeros ([ 5; 2 ], dtype = Dtype.Float64)
    says (messageOf<ArgumentException, _>(fun () -> NormalGamma.posterior prior x)) [ "[5; 2]"; "[3]"; "NormalGamma" ]

[<Tests>]
let tests =
    testList
        "NormalGamma"
        [ holds "the evidence is the product of predictions" 8 chain
          holds "the evidence is prior times likelihood over posterior" 8 bayes
          holds "the ELBO never falls and stays below the evidence" 12 ascends
          holds "the fixed point is the known one" 8 fixedPoint
          holds "the ELBO is the expected log-ratio" 6 (byMonteCarlo 1)
          holds "so it is after some sweeps" 4 (byMonteCarlo 5)
          holds "the marginals are those of samples" 3 marginals
          holds "works in single precision" 4 types
          testCase "shapes that do not fit are refused" refusals ]
