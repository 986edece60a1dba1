// What variational inference finds where the answer is known (shared/laws.md, 4.10): Gaussian posteriors, whole and local.
// Run with the whole suite.
module internal Functional.Tests.VariationalLaws

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Programs
open Functional.Tests.Posteriors

let private number (value: float) : Tensor = float64 value

let private quiet =
    { Variational.defaults with
        Steps = 600
        Progress = Progress.silent
        StopOnCtrlC = false }

// Its gradient has no variance where the guide is the posterior, so that the fit is exact.
let private landing = Elbo.monteCarlo 4 |> Bound.withEstimator Estimator.stickingTheLanding

let private covarianceOf (posterior: Distribution) : Tensor =
    match posterior with
    | :? MultivariateNormal as normal -> normal.Covariance
    | :? LowRankMultivariateNormal as normal -> normal.Covariance
    | other -> Vectors.toDiagonal other.Variance

// Of rank one beside a diagonal, two dimensions are any.
let private fullCovariance (draw: Draw) =
    let bed = gaussianPosterior draw

    for guide in [ AutoGuide.fullRank bed.Model; AutoGuide.lowRank 1 bed.Model ] do
        let result = Variational.fit { quiet with Bound = landing; Steps = 800 } bed.Model guide
        isClose 0.02 $"{guide.Name}: the mean" guide.Posterior.Mean bed.Mean
        isClose 0.02 $"{guide.Name}: the covariance" (covarianceOf guide.Posterior) bed.Covariance

        Expect.isTrue
            (abs (snd (List.last result.History) - bed.LogEvidence.toDouble ()) < 0.02)
            $"{guide.Name}: the bound is the evidence"

let private meanField (draw: Draw) =
    let bed = gaussianPosterior draw
    let guide = AutoGuide.meanField bed.Model
    Variational.fit { quiet with Bound = Elbo.bound 20; Steps = 1000 } bed.Model guide |> ignore
    let precision = bed.Covariance.inv ()
    isClose 0.03 "the mean" guide.Posterior.Mean bed.Mean
    isClose 0.03 "the variances" guide.Posterior.Variance (1.0 / precision.diagonal ())
    let terms = (Bound.estimate (Elbo.bound 1) bed.Model guide.Program).Terms |> List.map _.Name
    Expect.equal terms [ "reconstruction"; "kl" ] "the divergence is in closed form"

let private pointMass (draw: Draw) =
    let bed = gaussianPosterior draw
    let guide = AutoGuide.delta bed.Model
    Variational.fit quiet bed.Model guide |> ignore
    isClose 1e-3 "the most probable value" guide.Posterior.Mean bed.Mean

// Three sites, one of them in a plate, all normal: the posterior is normal too, and correlated across sites and plate.
let private hierarchy (draw: Draw) =
    let x = draw.Tensor([| 3 |], -2.0, 2.0)

    program {
        let! a = sample "a" (Normal(number 0.3, number 1.2))
        let! w = sample "w" (Normal.diagonal (float64 [ 0.0; 0.5 ]) (float64 [ 1.0; 0.7 ]))

        do!
            plate "p" 3 (fun _ ->
                program {
                    let! z = sample "z" (Normal(a + w.sum -1, number 0.8))
                    do! observe "x" (normal (z, 0.6)) x
                })
    }

// With the exact posterior as guide every draw has the weight p(x), whatever is made of them.
let private conditionalsAreExact (draw: Draw) =
    let model = hierarchy draw
    let laplace = LaplaceApproximation.fit model
    Program.fits model laplace.Guide.Program

    for bound in [ Elbo.monteCarlo 1; Elbo.monteCarlo 3; Iwae.bound 5; Renyi.bound 0.5 4; Cubo.bound 2.0 4 ] do
        let estimate = (Bound.estimate bound model laplace.Guide.Program).Value
        isClose 1e-7 $"{bound}" estimate (number laplace.LogEvidence)

// Gradients at the posterior are zero, in every direction, for every objective and estimator.
let private stationary (draw: Draw) =
    let bed = gaussianPosterior draw
    let guide = AutoGuide.fullRank bed.Model
    let factor = bed.Covariance.cholesky ()
    let scale = factor.diagonal ()

    let named name =
        (guide.Parameters |> List.find (fun parameter -> parameter.Name = name)).Value

    Parameter.assign (named "location") bed.Mean
    Parameter.assign (named "logScale") (scale.log ())
    Parameter.assign (named "lower") (Triangle.below (factor / scale.unsqueeze 1))
    let tensors = guide.Parameters |> Seq.map _.Value |> Seq.toArray

    for bound in
        [ Elbo.bound 2
          Elbo.monteCarlo 2
          landing
          Iwae.bound 3
          Iwae.bound 3 |> Bound.withEstimator Estimator.doublyReparameterized
          Elbo.monteCarlo 3 |> Bound.withEstimator (Estimator.scoreFunction Baseline.LeaveOneOut) ] do
        let objective = Bound.objective bound (fun () -> bed.Model) (fun () -> guide.Program)
        let gradients = [ for _ in 1..200 -> Gradient.ofLoss (objective ()).Value tensors ]

        for i in 0 .. tensors.Length - 1 do
            let mean, error = meanAndError (dsharp.stack [ for gradient in gradients -> gradient[i].view -1 ])
            isWithin $"{bound}: the gradient in {guide.Parameters[i].Name}" mean error (mean.zerosLike ())

let private historyRises (draw: Draw) =
    let bed = gaussianPosterior draw
    let guide = AutoGuide.fullRank bed.Model
    let result = Variational.fit quiet bed.Model guide
    Expect.equal (List.map fst result.History) [ 100..100..600 ] "a number for each hundred steps"
    Expect.isTrue (snd (List.last result.History) > snd result.History.Head) "it rises"
    Expect.equal result.Status TrainingStatus.Completed "completed"

    let stop = new CancellationTokenSource()
    stop.Cancel()
    let cancelled = Variational.fit { quiet with Cancellation = stop.Token } bed.Model guide
    Expect.equal cancelled.Status TrainingStatus.Cancelled "cancelled"
    says (messageOf<ArgumentException, _>(fun () -> Variational.fit { quiet with Steps = 50 } bed.Model guide)) [ "Steps"; "100" ]

// z_i ~ N(0, 1), x_i|z_i ~ N(z_i, s²), so z_i|x_i ~ N(x_i/(1 + s²), s²/(1 + s²)), each with parameters of its own.
let private perDatum (draw: Draw) =
    inFloat64 (fun () ->
        let count, s = 12, 0.7
        let x = draw.Tensor([| count |], -2.0, 2.0)
        let q = PerDatum.normal "z" count [] 0.5

        let model (indices: Tensor) =
            plateAt "data" count indices (fun indices ->
                program {
                    let! z = sample "z" (Normal(number 0.0, number 1.0))
                    do! observe "x" (normal (z, s)) (x.indexSelect (0, indices))
                })

        let guide (indices: Tensor) =
            plateAt "data" count indices (fun indices -> sample "z" (q.At indices))

        let all = dsharp.arange (count, dtype = Dtype.Int64)

        let value (indices: Tensor) =
            (Bound.estimate (Elbo.bound 1) (model indices) (guide indices)).Value

        let whole, wholeError = meanAndError (dsharp.stack [ for _ in 1..400 -> (value all).noDiff() ])

        let parts = [ for _ in 1..800 -> (value ((dsharp.randperm count)[0..3])).noDiff() ]

        let mean, error = meanAndError (dsharp.stack parts)
        isWithin "minibatches are unbiased" mean ((error.square () + wholeError.square ()).sqrt()) whole

        let data: Dataset<Tensor> = { Length = count; Read = id }

        let options =
            { Training.defaults with
                Epochs = 500
                BatchSize = 4
                Optimizer = Optimizer.adam 0.05 |> Optimizer.scheduled (fun step -> 1.0 - float (step - 1) / 1500.0)
                Progress = Progress.silent
                StopOnCtrlC = false }

        Training.fit options q.Parameters (Bound.objective (Elbo.bound 4) model guide) data |> ignore
        isClose 0.05 "means" (q.At all).Mean (x / (1.0 + s * s))
        isClose 0.05 "variances" (q.At all).Variance (float64 [| for _ in 1..count -> s * s / (1.0 + s * s) |]))

let private logistic (draw: Draw) =
    let x = Regression.withIntercept (draw.Tensor([| 6; 2 |], -1.0, 1.0))
    let y = (draw.Tensor([| 6 |], -1.0, 1.0).gt 0.0).cast Dtype.Float64
    let prior = Normal.diagonal (dsharp.zeros ([ 3 ], dtype = Dtype.Float64)) (dsharp.ones ([ 3 ], dtype = Dtype.Float64))
    let model = Regression.logistic prior x y
    let w = draw.Tensor([| 3 |], -1.0, 1.0)
    let logits = x.matmul w
    let byHand = prior.LogProb w + (y * logits.logsigmoid () + (1.0 - y) * (-logits).logsigmoid()).sum()
    isClose 1e-9 "the joint" (Program.logJoint [ "weights", w ] model) byHand
    let many = draw.Tensor([| 5; 3 |], -1.0, 1.0)
    let space = Unconstrained.ofProgram model

    isClose
        1e-9
        "many runs"
        (space.LogDensity many)
        (dsharp.stack [ for run in 0..4 -> Program.logJoint [ "weights", many[run] ] model ])

let private memory () =
    let run () =
        Random.withSeed 1 (fun () ->
            Scope.run (fun () ->
                let bed = gaussianPosterior (Draw 1)

                for make in [ AutoGuide.meanField; AutoGuide.fullRank ] do
                    let guide = make bed.Model
                    Variational.fit { quiet with Steps = 100 } bed.Model guide |> ignore
                    guide.Sample 10 |> Draws.summarize |> ignore))

    run ()
    leavesNothing run
    let kept = Scope.run (fun () -> LaplaceApproximation.fit (gaussianPosterior (Draw 1)).Model)
    Expect.equal (kept.Sample 3).Length 1 "an approximation leaves its scope whole"

[<Tests>]
let tests =
    testList
        "Variational laws"
        [ holds "full-rank and low-rank guides recover a Gaussian posterior" 1 fullCovariance
          holds "a mean-field guide recovers the mean and the conditional variances" 1 meanField
          holds "a point mass goes to the most probable value" 1 pointMass
          holds "the exact posterior drawn site by site makes every bound the evidence" 3 conditionalsAreExact
          holds "the gradients of every bound are zero at the posterior" 1 stationary
          holds "fitting has a history, and can be stopped" 1 historyRises
          holds "parameters of every datum, in minibatches" 1 perDatum
          testCase "fitting leaves no tensors behind" memory
          holds "logistic regression is what its formula says" 2 logistic ]
