// Annealed importance sampling on densities whose integral is known.
// Run with the whole suite.
module internal Functional.Tests.AnnealedImportanceTests

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.TestBeds

let private options (chains: int) (steps: int) =
    { Annealing.defaults with Chains = chains; Steps = steps; Leapfrog = 5 }

let private evidence (options: AnnealingOptions) (bed: Gaussian) : AnnealedSample =
    AnnealedImportance.evidence options bed.Prior bed.Likelihood bed.X

let private logEvidence (bed: Gaussian) = float64 bed.LogEvidence

let private converges draw =
    let bed = gaussian false draw

    for schedule in [ AnnealingSchedule.Linear; AnnealingSchedule.Sigmoid 4.0 ] do
        let sample = evidence { options 200 60 with Schedule = schedule } bed
        let ratio, error = meanAndError ((sample.LogWeights - logEvidence bed).exp())
        isWithin $"{schedule}: E w / p(x)" ratio error (ratio.onesLike ())
        Expect.isLessThan (error.max().toDouble()) 0.4 "and the error is small"

/// Even where weights vary much.
let private unbiased draw =
    let bed = gaussian false draw
    let sample = evidence { options 20_000 4 with Leapfrog = 3; StepSize = 0.4 } bed
    let ratio, error = meanAndError ((sample.LogWeights - logEvidence bed).exp())
    isWithin "E w / p(x)" ratio error (ratio.onesLike ())

let private posteriorMoments draw =
    let bed = gaussian false draw
    let sample = evidence (options 400 40) bed
    let shares = (sample.LogWeights.softmax 0).unsqueeze -1

    let weighted (values: Tensor) =
        let mean = (shares * values).sum 0
        mean, (shares.square () * (values - mean).square()).sum(0).sqrt()

    let means = float64 (bed.PosteriorMeans |> Array.map _.ToArray())
    let mean, error = weighted sample.Values
    isWithin "the posterior mean" mean error means
    let square, error = weighted ((sample.Values - means).square())
    isWithin "the posterior variance" square error ((float64 (bed.PosteriorCovariance.Diagonal().ToArray())).expand means.shape)

let private stepsHelp draw =
    let bed = gaussian false draw

    let spread steps =
        (evidence (options 400 steps) bed).LogWeights.var(0).mean().toDouble()

    Expect.isLessThan (spread 64) (0.5 * spread 8) "eight times as many steps, weights that vary much less"

/// f = c · N(mean, scale²) from a wider start, in two batch elements of different c.
let private unnormalized (draw: Draw) =
    let d = draw.Int(1, 3)
    let constants = draw.Tensor([| 2 |], -3.0, 3.0)
    let target = Normal.diagonal (draw.Tensor([| 2; d |], -1.0, 1.0)) (draw.Tensor([| 2; d |], 0.4, 1.0))

    let start =
        Normal.diagonal (dsharp.zeros ([ 2; d ], dtype = Dtype.Float64)) (dsharp.full ([ 2; d ], 2.0, dtype = Dtype.Float64))

    let sample = AnnealedImportance.run (options 400 40) start (fun z -> target.LogProb z + constants)
    let ratio, error = meanAndError ((sample.LogWeights - constants).exp())
    isWithin "Z" ratio error (ratio.onesLike ())

let private acceptance draw =
    let bed = gaussian false draw

    for stepSize in [ 0.02; 0.1; 1.0 ] do
        let sample = evidence { options 50 400 with StepSize = stepSize; Leapfrog = 3 } bed
        let mean = sample.Acceptance[*, 0].mean().toDouble()
        // It begins elsewhere, and by two percent a step takes its time to get there.
        Expect.isTrue (mean > 0.5 && mean < 0.85) $"from {stepSize}: {mean} are accepted, of 0.65 wanted"

let private sameSeed draw =
    let bed = gaussian false draw

    let weights () =
        Random.withSeed 5 (fun () -> (evidence (options 3 5) bed).LogWeights)

    Expect.equal (numbers (weights ())) (numbers (weights ())) "the same numbers from the same seed"

let private judged draw =
    let bed = gaussian false draw
    let summary = ImportanceWeights.summarize (evidence (options 100 100) bed).LogWeights
    Expect.equal summary.LogEvidence.shape [| bed.X.shape[0] |] "one for each x"
    isClose 0.2 "the evidence" summary.LogEvidence (logEvidence bed)
    says (ImportanceWeights.verdict summary) [ "100 draws"; "0 unreliable" ]

/// z ~ Gamma(a, b), x_n ~ Poisson(z): p(x) = b^a Γ(a + Σx) / (Γ(a) (b + n)^(a + Σx) Π x_n!).
let private ofProgram (draw: Draw) =
    let a, b, count = draw.Float(1.0, 3.0), draw.Float(0.5, 2.0), 4
    let one = dsharp.ones (count, dtype = Dtype.Float64)
    let x = Poisson(one * draw.Float(0.5, 4.0)).Sample()
    let scalar = one.sum () / float count

    let model =
        program {
            let! rate = sample "rate" (Gamma(scalar * a, scalar * b))
            do! plate "counts" count (fun _ -> observe "x" (Poisson(rate * scalar)) x)
        }

    let total = Array.sum (numbers x)
    let logGamma = MathNet.Numerics.SpecialFunctions.GammaLn
    let factorials = numbers x |> Array.sumBy (fun x -> logGamma (x + 1.0))

    let exact = a * log b - logGamma a + logGamma (a + total) - (a + total) * log (b + float count) - factorials

    let start = Normal.diagonal (dsharp.zeros (1, dtype = Dtype.Float64)) (dsharp.full ([ 1 ], 2.0, dtype = Dtype.Float64))
    let sample = AnnealedImportance.ofProgram (options 400 40) start model
    let ratio, error = meanAndError ((sample.LogWeights - exact).exp())
    isWithin "the evidence of a program" ratio error (ratio.onesLike ())

let private bed () =
    Random.withSeed 3 (fun () -> gaussian false (Draw 3))

let private reporting (report: AnnealingProgress -> unit) =
    { new IProgress<AnnealingProgress> with
        member _.Report progress = report progress }

[<Tests>]
let tests =
    testList
        "Annealed importance sampling"
        [ holds "the evidence of a linear-Gaussian model is found" 3 converges
          holds "the weights are unbiased with few steps too" 3 unbiased
          holds "weighted chains have the moments of the posterior" 3 posteriorMoments
          holds "more steps make the weights vary less" 2 stepsHelp
          holds "the integral of an unnormalized density is found" 3 unnormalized
          holds "the evidence of a program with a positive draw is found" 3 ofProgram
          holds "the pilot run finds step sizes" 1 acceptance
          holds "a seed repeats it" 1 sameSeed
          holds "the weights are judged like any others" 1 judged

          testCase "schedules rise from 0 to 1" (fun () ->
              for schedule in [ AnnealingSchedule.Linear; AnnealingSchedule.Sigmoid 4.0 ] do
                  let betas = Annealing.temperatures 10 schedule
                  Expect.equal betas.Length 11 "one more than the steps"
                  Expect.equal (betas[0], betas[10]) (0.0, 1.0) "its ends"
                  Expect.all (Array.pairwise betas) (fun (low, high) -> low < high) "it rises"
                  Expect.floatClose Accuracy.high betas[5] 0.5 "symmetrical")

          testCase "progress counts every step, and memory stays flat" (fun () ->
              let bed = bed ()
              let steps, alive = ResizeArray(), ResizeArray()

              let progress =
                  reporting (fun progress ->
                      steps.Add progress.Step
                      alive.Add(Scope.liveTensors ())
                      Expect.equal progress.Steps 60 "of so many")

              Scope.run (fun () -> evidence { options 3 30 with Progress = progress } bed |> ignore)
              Expect.equal (List.ofSeq steps) [ 1..60 ] "one after another"
              // The pilot run keeps one step size a step; nothing else grows.
              Expect.isLessThanOrEqual (alive[29] - alive[4]) 25L "in the pilot run"
              Expect.isLessThanOrEqual (alive[59] - alive[34]) 0L "in the run"
              leavesNothing (fun () -> Scope.run (fun () -> evidence (options 3 5) bed |> ignore)))

          testCase "cancelling stops it" (fun () ->
              let bed = bed ()
              use source = new CancellationTokenSource()

              let options =
                  { options 2 50 with
                      Progress =
                          reporting (fun progress ->
                              if progress.Step = 7 then
                                  source.Cancel())
                      Cancellation = source.Token }

              Expect.throwsT<OperationCanceledException> (fun () -> evidence options bed |> ignore) "before the eighth step")

          testCase "what does not fit is refused" (fun () ->
              let bed = bed ()

              let refuses action (parts: string list) =
                  says (messageOf<ArgumentException, _> action) parts

              let given = AnnealingSchedule.Given
              refuses (fun () -> evidence (options 0 5) bed) [ "Chains"; "0" ]
              refuses (fun () -> evidence { options 2 5 with Acceptance = 1.0 } bed) [ "Acceptance" ]
              refuses (fun () -> evidence { options 2 5 with StepSize = -1.0 } bed) [ "StepSize" ]
              refuses (fun () -> evidence { options 2 5 with Schedule = given [| 0.0; 0.7; 0.5; 1.0 |] } bed) [ "never falls" ]
              let start = Normal.standard [ 2 ]
              refuses (fun () -> AnnealedImportance.run (options 2 5) start (fun z -> z)) [ "one number for each chain" ]
              let positive = Gamma(dsharp.ones 2, dsharp.ones 2)
              refuses (fun () -> AnnealedImportance.run (options 2 5) positive id) [ "all real numbers"; "Gamma" ]) ]
