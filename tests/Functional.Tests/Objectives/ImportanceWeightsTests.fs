// Diagnostics of importance weights against known tails, and against the same written in plain numbers.
// Run with the whole suite.
module internal Functional.Tests.ImportanceWeightsTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- one column at a time, as R's loo and the paper's appendix have it ----

/// The fit to ascending samples: shape and scale.
let private plainFit (x: float[]) : float * float =
    let n = x.Length
    let points = 30 + int (sqrt (float n))
    let quartile = x[int (floor (float n / 4.0 + 0.5)) - 1]

    let shapeAt theta =
        x |> Array.averageBy (fun x -> Math.Log(1.0 - theta * x))

    let thetas = [| for i in 1..points -> 1.0 / x[n - 1] + (1.0 - sqrt (float points / (float i - 0.5))) / (3.0 * quartile) |]

    let profile =
        thetas
        |> Array.map (fun theta ->
            let k = shapeAt theta
            float n * (log (-theta / k) - k - 1.0))

    let weights = profile |> Array.map (fun one -> 1.0 / (profile |> Array.sumBy (fun other -> exp (other - one))))
    let theta = Array.fold2 (fun sum weight theta -> sum + weight * theta) 0.0 weights thetas
    let k = shapeAt theta
    (k * float n + 0.5 * 10.0) / (float n + 10.0), -k / theta

/// k-hat and smoothed log-weights.
let private plainSmooth (logWeights: float[]) : float * float[] =
    let draws = logWeights.Length
    let length = int (ceil (min (float draws / 5.0) (3.0 * sqrt (float draws))))
    let largest = Array.max logWeights
    let order = Array.init draws id |> Array.sortBy (fun i -> logWeights[i])
    let cutoff = exp (logWeights[order[draws - length - 1]] - largest)
    let tail = [| for i in order[draws - length ..] -> exp (logWeights[i] - largest) - cutoff |]
    let k, sigma = plainFit tail
    let smoothed = Array.copy logWeights

    for place in 0 .. length - 1 do
        let p = (float place + 0.5) / float length
        let quantile = sigma / k * (Math.Pow(1.0 - p, -k) - 1.0)
        smoothed[order[draws - length + place]] <- min 0.0 (log (quantile + cutoff)) + largest

    k, smoothed

let private columns (weights: Tensor) =
    weights.transpose().unstack() |> Array.map numbers

let private pareto (k: float) (draws: int) (batch: int) : Tensor =
    (dsharp.rand ([ draws; batch ], dtype = Dtype.Float64)).log() * -k

/// Log-weights of several kinds of tail.
let private anyWeights (draw: Draw) : Tensor =
    let draws, batch = draw.Int(25, 800), 4
    let normal = dsharp.randn ([ draws; batch ], dtype = Dtype.Float64)

    draw.Pick
        [ normal * draw.Float(0.1, 4.0)
          pareto (draw.Float(0.1, 1.5)) draws batch
          normal.square () * -draw.Float(0.1, 3.0) ]
    + draw.Float(-500.0, 500.0)

let private matchesPlain draw =
    let weights = anyWeights draw
    let shape, smoothed = ImportanceWeights.smooth weights
    let plain = columns weights |> Array.map plainSmooth
    isClose 1e-8 "k-hat" shape (float64 (Array.map fst plain))
    isClose 1e-8 "smoothed log-weights" smoothed ((float64 (Array.map snd plain)).transpose())

let private sums draw =
    let weights = anyWeights draw
    let summary = ImportanceWeights.summarize weights

    let shifted =
        columns weights
        |> Array.map (fun column -> Array.max column, column |> Array.map (fun w -> exp (w - Array.max column)))

    let evidence = shifted |> Array.map (fun (largest, w) -> largest + log (Array.average w))
    let effective = shifted |> Array.map (fun (_, w) -> Array.sum w * Array.sum w / Array.sumBy (fun w -> w * w) w)
    isClose 1e-12 "log-evidence" summary.LogEvidence (float64 evidence)
    isClose 1e-10 "effective sample size" summary.EffectiveSampleSize (float64 effective)
    isClose 1e-12 "smoothed" summary.SmoothedLogEvidence (ImportanceWeights.logEvidence summary.SmoothedLogWeights)
    Expect.equal summary.Draws weights.shape[0] "how many"

let private recovers (k: float) (_: Draw) =
    let draws, batch = 10_000, 200
    let tail = 300.0
    let shapes = (ImportanceWeights.summarize (pareto k draws batch)).ParetoShape
    let mean, error = meanAndError shapes
    // Shrunk towards 1/2 by ten samples' worth; the fit itself has a bias of less than 0.01 at this size.
    let expected = (tail * k + 5.0) / (tail + 10.0)
    Expect.isLessThan (abs (mean.toDouble () - expected)) (standardErrors * error.toDouble () + 0.01) $"the mean of k-hat for {k}"
    // The spread is that of maximum likelihood, (1 + k)/√M, over the shrinkage.
    let spread = (1.0 + k) / sqrt tail * tail / (tail + 10.0)
    Expect.floatClose { absolute = 0.3 * spread; relative = 0.0 } (shapes.std().toDouble()) spread $"the spread of k-hat for {k}"
    Expect.isLessThan ((shapes - expected).abs().max().toDouble()) (5.0 * spread) $"each k-hat for {k}"

let private ignoresScale draw =
    let weights = anyWeights draw
    let shift = draw.Float(-300.0, 300.0)
    let shape, smoothed = ImportanceWeights.smooth weights
    let shiftedShape, shiftedSmoothed = ImportanceWeights.smooth (weights + shift)
    isClose 1e-7 "k-hat" shiftedShape shape
    isClose 1e-7 "smoothed log-weights" (shiftedSmoothed - shift) smoothed

let private keepsOrder draw =
    let weights = anyWeights draw
    let _, smoothed = ImportanceWeights.smooth weights
    let sorted, places = weights.sort 0
    let rearranged = smoothed.gather (0, places)
    let steps = rearranged[1..] - rearranged[.. weights.shape[0] - 2]
    Expect.isGreaterThanOrEqual (steps.min().toDouble()) 0.0 "the smoothed weights are in the order of the raw ones"
    let excess = smoothed.max 0 - weights.max 0
    Expect.isLessThanOrEqual (excess.max().toDouble()) 0.0 "none above the largest raw weight"
    let head = weights.shape[0] - int (ceil (min (0.2 * float weights.shape[0]) (3.0 * sqrt (float weights.shape[0]))))
    isClose 1e-12 "the others stay" rearranged[.. head - 1] sorted[.. head - 1]

// E w = 1 for Pareto weights (1 - k) u^-k; smoothing loses a little of the mean and much of the variance.
let private lessError (_: Draw) =
    let k = 0.7
    let summary = ImportanceWeights.summarize (pareto k 400 4_000 + log (1.0 - k))

    let error (estimate: Tensor) =
        (estimate.exp () - 1.0).square().mean().toDouble()

    Expect.isLessThan (error summary.SmoothedLogEvidence) (0.5 * error summary.LogEvidence) "the squared error of the evidence"

let private single draw =
    let weights = anyWeights draw
    // Near a common factor of e^500 the smallest difference of two float32 is 3e-5, as large as those in a short tail.
    let weights = weights - weights.max 0
    let summary = ImportanceWeights.summarize weights
    let lower = ImportanceWeights.summarize (weights.cast Dtype.Float32)
    Expect.equal lower.ParetoShape.dtype Dtype.Float32 "the weights' dtype"
    isClose 0.02 "k-hat" (lower.ParetoShape.cast Dtype.Float64) summary.ParetoShape
    isClose 1e-3 "log-evidence" (lower.SmoothedLogEvidence.cast Dtype.Float64) summary.SmoothedLogEvidence

let private verdictOf (weights: Tensor) =
    ImportanceWeights.verdict (ImportanceWeights.summarize weights)

[<Tests>]
let tests =
    testList
        "Importance weights"
        [ holds "k-hat and smoothed weights agree with plain numbers" 20 matchesPlain
          holds "evidence and effective sample size agree with plain numbers" 10 sums
          holds "a Pareto tail of shape 0.2 is recovered" 2 (recovers 0.2)
          holds "a Pareto tail of shape 0.5 is recovered" 2 (recovers 0.5)
          holds "a Pareto tail of shape 0.9 is recovered" 2 (recovers 0.9)
          holds "the weights' common factor does not matter" 10 ignoresScale
          holds "smoothing keeps the order, the bulk and the largest" 10 keepsOrder
          holds "smoothing halves the squared error of a heavy-tailed estimate" 2 lessError
          holds "single precision is enough" 5 single

          testCase "equal weights are as good as can be" (fun () ->
              let weights = dsharp.full ([ 50; 2 ], 3.25)
              let summary = ImportanceWeights.summarize weights
              Expect.all (numbers summary.ParetoShape) Double.IsNegativeInfinity "no tail"
              isClose 1e-6 "the weights stay" summary.SmoothedLogWeights weights
              isClose 1e-5 "all of them count" summary.EffectiveSampleSize (dsharp.full (2, 50.0))
              says (ImportanceWeights.verdict summary) [ "2 good"; "0 unreliable" ])

          testCase "weights of zero are no harm" (fun () ->
              Random.withSeed 1 (fun () ->
                  let weights = dsharp.randn ([ 200; 3 ], dtype = Dtype.Float64)
                  let withZeros = Tensor.cat [ weights; weights.fullLike -infinity ]
                  let summary = ImportanceWeights.summarize withZeros
                  isClose 1e-12 "half as much" summary.LogEvidence (ImportanceWeights.logEvidence weights - log 2.0)
                  Expect.isFalse (summary.ParetoShape.hasinfnan ()) "a number for k-hat"
                  Expect.isFalse (summary.SmoothedLogWeights.hasnan ()) "a number for every weight"))

          testCase "few draws cannot be judged" (fun () ->
              let summary = ImportanceWeights.summarize (dsharp.zeros [ 20; 2 ])
              Expect.all (numbers summary.ParetoShape) Double.IsPositiveInfinity "unknown"
              says (ImportanceWeights.verdict summary) [ "20 draws are too few"; "25" ])

          testCase "the verdict counts" (fun () ->
              Random.withSeed 2 (fun () ->
                  let weights = Tensor.cat ([ pareto 0.1 2_000 5; pareto 0.6 2_000 1 * 0.0 + pareto 1.4 2_000 2 ], 1)
                  says (verdictOf weights) [ "2000 draws"; "5 good"; "2 unreliable"; "limit 0.7"; "anneal" ]))

          testCase "the limit grows with the draws up to 0.7" (fun () ->
              Expect.floatClose Accuracy.high (ImportanceWeights.threshold 100) 0.5 "100"
              Expect.floatClose Accuracy.high (ImportanceWeights.threshold 1_000) (2.0 / 3.0) "1000"
              Expect.equal (ImportanceWeights.threshold 1_000_000) 0.7 "many")

          testCase "no weights are refused" (fun () ->
              let refuse (weights: Tensor) =
                  says (messageOf<ArgumentException, _>(fun () -> ImportanceWeights.summarize weights)) [ "at least one draw" ]

              refuse (dsharp.zeros [ 0; 2 ])
              refuse (dsharp.scalar 1.0)) ]
