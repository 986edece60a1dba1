// Tests of EM for mixtures of Gaussians: the likelihood at every iteration, the fixed point, and what cannot be fitted.
// Run with the whole suite.
module internal Functional.Tests.GaussianMixtureTests

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.MixtureTesting

let private kinds = [ CovarianceKind.Diagonal; CovarianceKind.Full ]
let private once = { Iteration.defaults with Starts = 1 }

let private eachKind (law: CovarianceKind -> Draw -> unit) (draw: Draw) =
    for kind in kinds do
        law kind draw

/// The likelihood is that of the library's own mixture, and never falls; also with more components than the data have clusters.
let private likelihood kind (draw: Draw) =
    let points = clouds draw
    let k = draw.Int(1, 6)
    let found = GaussianMixture.fit { once with MaxIterations = 40; Tolerance = -infinity } kind k points
    neverFalls $"{kind}, {k} components" found.LogLikelihoods
    Expect.equal found.LogLikelihoods.Length 40 "one for each iteration"
    let distribution = found.Distribution
    isClose 1e-9 "the likelihood" (float64 found.LogLikelihood) (distribution.LogProb(points).sum())
    isClose 1e-9 "the responsibilities" found.Responsibilities (distribution.LogResponsibilities(points).exp())
    isClose 1e-12 "the weights sum to one" (found.Weights.sum ()) (float64 1.0)

/// One component is the mean and the covariance of the points.
let private single (draw: Draw) =
    let points = fst (cloudsOf 1 60 (draw.Int(1, 4)) 3.0 draw)
    let covariance = points.transpose().cov(correction = 0L)
    let covariance = covariance.view [ 1; points.shape[1]; points.shape[1] ]
    let full = GaussianMixture.fit once CovarianceKind.Full 1 points
    isClose 1e-10 "the mean" full.Means (points.mean (0, keepDim = true))
    isClose 1e-10 "the covariance" full.Covariances covariance
    let diagonal = GaussianMixture.fit once CovarianceKind.Diagonal 1 points
    isClose 1e-10 "the variances" (diagonal.Covariances.diagonal (0, 1, 2)) (covariance.diagonal (0, 1, 2))
    Expect.isTrue (full.Converged && diagonal.Converged) "at once"

/// Clouds far apart are found again, each with its own mean, covariance and share.
let private recovers kind (draw: Draw) =
    let centers = float64 [ [ -20.0; 0.0 ]; [ 0.0; 20.0 ]; [ 20.0; 0.0 ] ]

    let labels =
        [| for i in 0..299 ->
               if i < 150 then 0
               elif i < 250 then 1
               else 2 |]

    let index = dsharp.tensor (labels, dtype = Dtype.Int64)
    let points = centers.indexSelect (0, index) + draw.Tensor([| 300; 2 |], -1.0, 1.0)
    let found = GaussianMixture.fit { Iteration.defaults with Starts = 10 } kind 3 points
    let order = found.Means[*, 0].argsort()
    isClose 1e-6 "weights" (found.Weights.indexSelect (0, order)) (float64 [ 0.5; 1.0 / 3.0; 1.0 / 6.0 ])

    let means = Tensor.stack [ for first, last in [ 0, 149; 150, 249; 250, 299 ] -> points[first..last].mean 0 ]

    isClose 1e-6 "means" (found.Means.indexSelect (0, order)) means

/// At the fixed point the gradient of the likelihood in every parameter is zero.
let private stationary kind (draw: Draw) =
    let points = fst (cloudsOf 2 80 2 6.0 draw)
    let found = GaussianMixture.fit { once with Tolerance = 1e-13; MaxIterations = 5_000 } kind 2 points

    let likelihood (parameters: Tensor list) =
        let components: Distribution =
            match kind with
            | CovarianceKind.Full -> MultivariateNormal.FromCovariance(parameters[1], parameters[2])
            | CovarianceKind.Diagonal -> Normal.diagonal parameters[1] (parameters[2].sqrt())

        Mixture(Categorical.FromLogits parameters[0], components).LogProb(points).mean()

    let spread =
        match kind with
        | CovarianceKind.Full -> found.Covariances
        | CovarianceKind.Diagonal -> found.Covariances.diagonal (0, 1, 2)

    for place in 0..2 do
        let gradient = gradientIn place likelihood [ found.Weights.log (); found.Means; spread ]

        let least = (spread.abs ()).min().toDouble()
        Expect.isLessThan (gradient.abs().max().toDouble() * min 1.0 least) 1e-4 $"the gradient in parameter {place}"

// Points on a line, and more components than that: variances end at their bound, and everything stays finite.
let private degenerate kind (draw: Draw) =
    let line = draw.Tensor([| 12; 1 |], -1.0, 1.0)
    let points = Tensor.cat ([ line; line * 2.0 ], 1)

    for dtype in [ Dtype.Float64; Dtype.Float32 ] do
        for points in [ points; points * 0.0 + 1.5 ] do
            let found = GaussianMixture.fit once kind 4 (points.cast dtype)
            Expect.isTrue (List.forall Double.IsFinite found.LogLikelihoods) "the likelihood is finite"
            Expect.isFalse (found.Distribution.Sample([ 5 ]).hasinfnan()) "so are samples"

            if dtype = Dtype.Float64 then
                neverFalls "the likelihood" found.LogLikelihoods

            let least = 1e-6 * (points.var (0, unbiased = false)).mean().toDouble()
            let smallest = (found.Covariances.cast(Dtype.Float64).eigh() |> fst).min().toDouble()

            Expect.isGreaterThanOrEqual
                smallest
                (0.5 * least - (if dtype = Dtype.Float32 then 1e-6 else 0.0))
                "no variance is below its bound"

let private single32 kind (draw: Draw) =
    let points = clouds draw
    let seeded fit = Random.withSeed draw.Seed fit
    let found = seeded (fun () -> GaussianMixture.fit Iteration.defaults kind 2 (points.cast Dtype.Float32))
    Expect.equal (found.Means.dtype, found.Responsibilities.dtype) (Dtype.Float32, Dtype.Float32) "types"
    let likelihood = (found.Distribution.LogProb(points.cast Dtype.Float32)).sum().toDouble()
    Expect.floatClose { absolute = 1e-2; relative = 1e-5 } found.LogLikelihood likelihood "the likelihood"

let private memory () =
    let points = Random.withSeed 1 (fun () -> clouds (Draw 1))
    let counts = ResizeArray()

    let options =
        { once with
            MaxIterations = 30
            Tolerance = -infinity
            OnIteration = fun _ -> counts.Add(Scope.liveTensors ()) }

    for kind in kinds do
        counts.Clear()
        GaussianMixture.fit options kind 2 points |> ignore
        Expect.equal counts[29] counts[2] "as many tensors alive after 30 iterations as after 3"

    leavesNothing (fun () -> Scope.run (fun () -> GaussianMixture.fit once CovarianceKind.Full 2 points |> ignore))

let private cancelled () =
    let points = Random.withSeed 1 (fun () -> clouds (Draw 1))
    use source = new CancellationTokenSource()
    let seen = ResizeArray()

    let options =
        { Iteration.defaults with
            Tolerance = -infinity
            Cancellation = source.Token
            OnIteration =
                fun progress ->
                    seen.Add(progress.Start, progress.Iteration)

                    if progress.Iteration = 3 then
                        source.Cancel() }

    Expect.throwsT<OperationCanceledException>
        (fun () -> GaussianMixture.fit options CovarianceKind.Full 2 points |> ignore)
        "it stops"

    Expect.equal (List.ofSeq seen) [ 1, 1; 1, 2; 1, 3 ] "after the iteration under way"

let private refusals () =
    let points = float64 [ [ 0.0; 1.0 ]; [ 2.0; 3.0 ] ]

    let refused parts k points =
        let fit () =
            GaussianMixture.fit once CovarianceKind.Full k points

        says (messageOf<ArgumentException, _> fit) ("GaussianMixture" :: parts)

    refused [ "2 points"; "3 components" ] 3 points
    refused [ "[2]"; "matrix" ] 1 points[0]
    refused [ "NaN" ] 1 (points / 0.0)
    refused [ "[2; 2; 1]" ] 1 (points.unsqueeze -1)

[<Tests>]
let tests =
    testList
        "GaussianMixture"
        [ holds "the log-likelihood never falls, and is the mixture's" 12 (eachKind likelihood)
          holds "a single component is the mean and the covariance" 6 single
          holds "clouds far apart are found again" 3 (eachKind recovers)
          holds "the fixed point is a stationary point of the likelihood" 3 (eachKind stationary)
          holds "degenerate points leave everything finite" 4 (eachKind degenerate)
          holds "works in single precision" 4 (eachKind single32)
          testCase "memory is flat" memory
          testCase "it can be watched and cancelled" cancelled
          testCase "bad input is refused" refusals ]
