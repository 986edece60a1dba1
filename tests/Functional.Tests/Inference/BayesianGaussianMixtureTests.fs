// Tests of the Normal-Wishart belief and of the Bayesian mixture made of it: exact evidence, the ELBO at every sweep, predictions.
// Run with the whole suite.
module internal Functional.Tests.BayesianGaussianMixtureTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.MixtureTesting

let private priorOf (d: int) (draw: Draw) : NormalWishart =
    let root = draw.Tensor([| d; d |], -1.0, 1.0)

    { Location = draw.Tensor([| d |], -1.0, 1.0)
      Strength = float64 (draw.Float(0.2, 2.0))
      DegreesOfFreedom = float64 (float d - 1.0 + draw.Float(0.5, 4.0))
      InverseScale = root.matmul (root.transpose ()) + dsharp.eye (d, dtype = Dtype.Float64) * draw.Float(0.3, 2.0) }

let private instance (draw: Draw) : BayesianGaussianMixturePrior * Tensor =
    let points = clouds draw

    { Concentration = draw.Float(0.1, 3.0)
      Component = priorOf points.shape[1] draw },
    points

// ---- the Normal-Wishart belief ----

let private chain (draw: Draw) =
    let d = draw.Int(1, 3)
    let prior, points = priorOf d draw, draw.Tensor([| draw.Int(1, 8); d |], -2.0, 2.0)

    let terms =
        [ for i in 0 .. points.shape[0] - 1 ->
              let belief = if i = 0 then prior else NormalWishart.posterior prior points[0 .. i - 1]
              belief.Predictive.LogProb points[i] ]

    isClose 1e-9 "the evidence" (NormalWishart.logEvidence prior points) (List.reduce (+) terms)

let private bayes (draw: Draw) =
    let d = draw.Int(2, 4)
    let prior, points = priorOf d draw, draw.Tensor([| draw.Int(1, 20); d |], -2.0, 2.0)
    let posterior = NormalWishart.posterior prior points
    let precision = posterior.Precision.Sample()
    let mean = (posterior.MeanGiven precision).Sample()

    let joint (belief: NormalWishart) =
        belief.Precision.LogProb precision + (belief.MeanGiven precision).LogProb mean

    let likelihood = (MultivariateNormal.FromPrecision(mean, precision).LogProb points).sum()
    isClose 1e-8 "the evidence" (likelihood + joint prior - joint posterior) (NormalWishart.logEvidence prior points)

/// In one dimension, Wishart(ν, W) is Gamma(ν/2, 1/(2W)).
let private oneDimension (draw: Draw) =
    let prior, x = priorOf 1 draw, draw.Tensor([| 7; 1 |], -2.0, 3.0)

    let same: NormalGamma =
        { Location = prior.Location.view []
          Strength = prior.Strength
          Concentration = prior.DegreesOfFreedom / 2.0
          Rate = prior.InverseScale.view [] / 2.0 }

    isClose 1e-10 "the evidence" (NormalWishart.logEvidence prior x) (NormalGamma.logEvidence same (x.squeeze 1))
    let next = NormalWishart.posterior prior x

    isClose
        1e-10
        "the prediction"
        (next.Predictive.LogProb x)
        ((NormalGamma.posterior same (x.squeeze 1)).Predictive.LogProb(x.squeeze 1))

// ---- the mixture ----

let private ascends (draw: Draw) =
    let prior, points = instance draw

    for k in [ 1; draw.Int(2, 6) ] do
        let options =
            { Iteration.defaults with
                Starts = 1
                MaxIterations = 30
                Tolerance = -infinity }

        let found = BayesianGaussianMixture.fit options prior k points
        neverFalls $"{k} components" found.Elbos
        Expect.equal found.Elbos.Length 30 "one for each sweep"
        let counts = found.Responsibilities.sum 0
        isClose 1e-9 "E[π]" found.ExpectedWeights ((counts + prior.Concentration) / (counts + prior.Concentration).sum())

/// With one component nothing is approximated.
let private single draw =
    let prior, points = instance draw
    let found = BayesianGaussianMixture.fit Iteration.defaults prior 1 points
    isClose 1e-9 "the ELBO is the evidence" (float64 found.Elbo) (NormalWishart.logEvidence prior.Component points)
    let exact = NormalWishart.posterior prior.Component points
    isClose 1e-9 "the prediction" (found.Predictive.LogProb points) (exact.Predictive.LogProb points)

/// With few points the evidence is a sum over all assignments: the ELBO stays below it.
let private belowEvidence (draw: Draw) =
    let n, k = 6, 2
    let points = draw.Tensor([| n; 1 |], -3.0, 3.0)
    let prior = { Concentration = draw.Float(0.3, 2.0); Component = priorOf 1 draw }
    let alpha = prior.Concentration

    let logGamma (x: float) =
        MathNet.Numerics.SpecialFunctions.GammaLn x

    let terms =
        [ for assignment in 0 .. pown k n - 1 ->
              let labels = [ for i in 0 .. n - 1 -> assignment / pown k i % k ]

              let component' j =
                  match
                      [ for i, label in List.indexed labels do
                            if label = j then
                                points[i] ]
                  with
                  | [] -> 0.0
                  | members -> (NormalWishart.logEvidence prior.Component (Tensor.stack members)).toDouble()

              let counts = [ for j in 0 .. k - 1 -> labels |> List.filter ((=) j) |> List.length |> float ]

              let logLabels =
                  logGamma (float k * alpha) - logGamma (float n + float k * alpha)
                  + List.sum [ for count in counts -> logGamma (count + alpha) - logGamma alpha ]

              logLabels + List.sum [ for j in 0 .. k - 1 -> component' j ] ]

    let evidence = (float64 terms).logsumexp(0).toDouble()
    let found = BayesianGaussianMixture.fit Iteration.defaults prior k points
    Expect.isLessThan found.Elbo evidence "the ELBO is at most the evidence"
    Expect.isGreaterThan found.Elbo (evidence - 5.0) "and within reach of it"

/// The ELBO is E_q[log p(x, z, π, μ, Λ) - log q], here by samples of the parameters, with the labels summed out under q(z).
let private byMonteCarlo (draw: Draw) =
    let points = fst (cloudsOf 2 30 2 3.0 draw)
    let k, samples = 3, 4_000
    let prior = { Concentration = draw.Float(0.5, 2.0); Component = priorOf 2 draw }

    let options =
        { Iteration.defaults with
            Starts = 1
            MaxIterations = draw.Int(1, 8)
            Tolerance = -infinity }

    let found = BayesianGaussianMixture.fit options prior k points
    let weights, logWeights = found.Weights.SampleAndLogProb [ samples ]
    let precisions, logPrecisions = found.Components.Precision.SampleAndLogProb [ samples ]
    let means, logMeans = (found.Components.MeanGiven precisions).SampleAndLogProb()
    let r = found.Responsibilities
    let belief = prior.Component
    let q = logWeights + (logPrecisions + logMeans).sum -1 + (r.xlogy r).sum()

    let parameters =
        Dirichlet(weights.fullLike (prior.Concentration, [ k ])).LogProb weights
        + (belief.Precision.LogProb precisions + (belief.MeanGiven precisions).LogProb means).sum -1

    // [n; samples; k]
    let densities =
        MultivariateNormal
            .FromPrecision(means, precisions)
            .LogProb((points.view [ -1; 1; 1; 2 ]).expand [ points.shape[0]; samples; k; 2 ])

    let complete = ((densities + weights.log ()) * r.unsqueeze 1).sum [ 0; 2 ]
    let estimate, error = meanAndError (parameters + complete - q)
    isWithin "the ELBO" estimate error (float64 found.Elbo)

/// The prediction is the mean of the mixture's density over q.
let private predictive (draw: Draw) =
    let points = fst (cloudsOf 2 30 2 3.0 draw)
    let prior = { Concentration = 1.0; Component = priorOf 2 draw }
    let found = BayesianGaussianMixture.fit Iteration.defaults prior 2 points
    let samples = 20_000
    let precisions = found.Components.Precision.Sample [ samples ]
    let means = (found.Components.MeanGiven precisions).Sample()
    let components = MultivariateNormal.FromPrecision(means, precisions)
    let mixture = Mixture(Categorical.FromProbabilities(found.Weights.Sample [ samples ]), components)
    let places = points[0..4]
    let densities = mixture.LogProb((places.unsqueeze 1).expand [ 5; samples; 2 ]).exp().transpose()
    let mean, error = meanAndError densities
    isWithin "the density" mean error (found.Predictive.LogProb(places).exp())

/// Of many components on a few clear clouds, as many keep their weight.
let private prunes (draw: Draw) =
    let centers = float64 [ [ -12.0; 0.0 ]; [ 0.0; 12.0 ]; [ 12.0; 0.0 ] ]
    let index = dsharp.tensor ([| for i in 0..299 -> i % 3 |], dtype = Dtype.Int64)
    let points = centers.indexSelect (0, index) + dsharp.randn ([ 300; 2 ], dtype = Dtype.Float64)
    let prior = BayesianGaussianMixture.priorAround 0.01 6 points
    let options = { Iteration.defaults with Tolerance = 1e-9; Starts = 10 }
    let found = BayesianGaussianMixture.fit options prior 6 points
    let heavy = numbers found.ExpectedWeights |> Array.filter (fun weight -> weight > 0.02)
    Expect.equal heavy.Length 3 $"components that keep their weight: {List.ofArray heavy}"

let private types draw =
    let prior, points = instance draw
    let narrow = { prior with Component = NormalWishart.cast Dtype.Float32 prior.Component }

    let fit prior points =
        Random.withSeed draw.Seed (fun () -> BayesianGaussianMixture.fit Iteration.defaults prior 2 points)

    let found = fit narrow (points.cast Dtype.Float32)

    Expect.equal
        (found.Responsibilities.dtype, found.Components.InverseScale.dtype)
        (Dtype.Float32, Dtype.Float32)
        "the types that came in"

    Expect.isFalse ((found.Predictive.LogProb(points.cast Dtype.Float32)).hasinfnan()) "the prediction"

let private refusals () =
    let points = Random.withSeed 1 (fun () -> dsharp.randn ([ 10; 2 ], dtype = Dtype.Float64))
    let prior = BayesianGaussianMixture.priorAround 1.0 2 points

    let refused parts prior k points =
        says (messageOf<ArgumentException, _>(fun () -> BayesianGaussianMixture.fit Iteration.defaults prior k points)) parts

    refused [ "10 points"; "11 components" ] prior 11 points
    refused [ "Concentration"; "positive"; "0" ] { prior with Concentration = 0.0 } 2 points
    refused [ "[10; 3]"; "[2]" ] prior 2 (Tensor.cat ([ points; points[*, 0..0] ], 1))
    let few = { prior.Component with DegreesOfFreedom = float64 0.5 }
    refused [ "degreesOfFreedom" ] { prior with Component = few } 2 points
    let twice = Tensor.cat ([ points; points ], 1)
    says (messageOf<ArgumentException, _>(fun () -> BayesianGaussianMixture.priorAround 1.0 2 twice)) [ "positive" ]

[<Tests>]
let tests =
    testList
        "BayesianGaussianMixture"
        [ holds "the Normal-Wishart evidence is the product of predictions" 6 chain
          holds "it is prior times likelihood over posterior" 6 bayes
          holds "in one dimension it is the Normal-Gamma's" 6 oneDimension
          holds "the ELBO never falls" 12 ascends
          holds "with one component it is the exact evidence" 6 single
          holds "with two it is below the evidence summed over all assignments" 6 belowEvidence
          holds "it is the expected log-ratio" 6 byMonteCarlo
          holds "predictions are the mean density" 3 predictive
          holds "components that are not needed lose their weight" 3 prunes
          holds "works in single precision" 4 types
          testCase "bad input is refused" refusals ]
