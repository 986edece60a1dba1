// Tests of what single continuous families promise beyond the laws: special cases, far tails, ends of supports, draws that stay finite.
// Run with the whole suite; reference numbers are mpmath's, to 17 digits.
module internal Functional.Tests.ContinuousTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private column (rows: float list list) (place: int) =
    float64 [ for row in rows -> row[place] ]

/// mean, scale, low, high, x; log-density, distribution function at x, mean, variance.
let private truncated: float list list =
    [ [ 0; 1; 100; 101; 100.01; 3.6052201610004159; 0.63217572741559044; 100.00999800099926; 9.994004994826345e-5 ]
      [ 0
        1
        30
        infinity
        30.5
        -11.722694576861476
        0.99999973445814602
        30.033259667433677
        0.001103771511890091 ]
      [ 0
        1
        -infinity
        -8
        -8.25
        0.063248626709877154
        0.12730712918188761
        -8.1213681122361127
        0.01432488344334091 ]
      [ 1; 2; -1; 4; -0.5; -1.637846569642245; 0.087758300293874666; 1.2903748943050523; 1.6627400246295575 ] ]

let private truncatedNormal (rows: float list list) =
    let at = column rows
    TruncatedNormal(at 0, at 1, at 2, at 3)

let private farTails =
    testCase "a normal distribution cut far out in its tail is exact" (fun () ->
        let distribution, at = truncatedNormal truncated, column truncated
        isClose 1e-11 "log-density" (distribution.LogProb(at 4)) (at 5)
        isClose 1e-12 "distribution function" (distribution.Cdf(at 4)) (at 6)
        isClose 1e-11 "its inverse" (distribution.Icdf(at 6)) (at 4)
        isClose 1e-13 "mean" distribution.Mean (at 7)
        isClose 1e-13 "variance" distribution.Variance (at 8))

let private farDraws =
    testCase "draws from far out in a tail spread as they should, in float32 too" (fun () ->
        Random.withSeed 1 (fun () ->
            let single (value: float) =
                dsharp.tensor (value, dtype = Dtype.Float32)

            let distribution = TruncatedNormal(single 0.0, single 1.0, single 100.0, single infinity)
            let beyond = ((distribution.Sample [ 20_000 ]).float64() - 100.0) * 100.0
            Expect.isTrue ((beyond.ge 0.0).all().toBool()) "all above the bound"

            Expect.floatClose
                { absolute = 0.05; relative = 0.0 }
                ((beyond.mean ()).toDouble())
                1.0
                "close to an exponential distribution"))

let private uncut =
    testCase "a normal distribution with infinite bounds is the normal, and cut at its mean the half-normal" (fun () ->
        let x = float64 [ 0.0; 0.3; 2.0; 9.0 ]
        let normal, half = Normal(float64 0.5, float64 2.0), HalfNormal(float64 2.0)
        let uncut = TruncatedNormal(float64 0.5, float64 2.0, float64 -infinity, float64 infinity)
        let halved = TruncatedNormal(float64 0.0, float64 2.0, float64 0.0, float64 infinity)

        for name, found, wanted in
            [ "uncut", uncut :> Distribution, normal :> Distribution
              "halved", halved :> Distribution, half :> Distribution ] do
            isClose 1e-13 $"{name}: log-density" (found.LogProb x) (wanted.LogProb x)
            isClose 1e-13 $"{name}: distribution function" (found.Cdf x) (wanted.Cdf x)
            isClose 1e-12 $"{name}: entropy" (found.Entropy()) (wanted.Entropy())
            isClose 1e-12 $"{name}: mean" found.Mean wanted.Mean
            isClose 1e-12 $"{name}: variance" found.Variance wanted.Variance

        isClose 0.0 "infinite values" (uncut.LogProb(float64 [ -infinity; infinity ])) (float64 [ -infinity; -infinity ])
        isClose 0.0 "the ends" (uncut.Icdf(float64 [ 0.0; 1.0 ])) (float64 [ -infinity; infinity ]))

let private bounds =
    testCase "bounds that are none are refused" (fun () ->
        let make (low: float) (high: float) =
            fun () -> TruncatedNormal(float64 0.0, float64 1.0, float64 low, float64 high)

        says (messageOf<ArgumentException, _>(make 1.0 1.0)) [ "TruncatedNormal: high - low must be positive; found 0" ]
        says (messageOf<ArgumentException, _>(make nan 1.0)) [ "low must be a number, which may be infinite; found NaN" ]
        says (messageOf<ArgumentException, _>(make infinity infinity)) [ "high - low must be positive" ])

let private flat =
    testCase "a continuous Bernoulli at probability one half is uniform, with the derivatives of its neighbours" (fun () ->
        let x = float64 [ 0.0; 0.25; 1.0 ]
        let of' (logits: Tensor) = ContinuousBernoulli.FromLogits logits
        let density (logits: Tensor) = ((of' logits).LogProb x).sum()
        isClose 0.0 "log-density" ((ContinuousBernoulli.FromProbabilities(float64 0.5)).LogProb x) (x.zerosLike ())
        isClose 1e-15 "slope: Σ (x - ½)" (dsharp.grad density (float64 0.0)) (float64 -0.25)
        isClose 1e-15 "curvature: 1/12 each" (dsharp.grad (fun l -> dsharp.grad density l) (float64 0.0)) (float64 -0.25)
        isClose 1e-15 "mean" (of' (float64 0.0)).Mean (float64 0.5)
        isClose 1e-15 "variance" (of' (float64 0.0)).Variance (float64 (1.0 / 12.0))
        let moved (logits: Tensor) = ((of' logits).Icdf(float64 0.25))
        isClose 1e-14 "the pathwise gradient p (1 - p)/2" (dsharp.grad moved (float64 0.0)) (float64 0.09375))

let private ends =
    testCase "a Kumaraswamy density has its limits at the ends, and none outside" (fun () ->
        let log (a: float) (b: float) =
            (Kumaraswamy(float64 a, float64 b)).LogProb(float64 [ 0.0; 1.0; -0.5; 1.5 ])

        isClose 0.0 "uniform" (log 1.0 1.0) (float64 [ 0.0; 0.0; -infinity; -infinity ])
        isClose 0.0 "a peak inside" (log 2.0 2.0) (float64 [ -infinity; -infinity; -infinity; -infinity ])
        isClose 0.0 "open at both ends" (log 0.5 0.5) (float64 [ infinity; infinity; -infinity; -infinity ]))

let private finite: (string * (unit -> Distribution)) list =
    let zero, one = dsharp.tensor (0.0, dtype = Dtype.Float32), dsharp.tensor (1.0, dtype = Dtype.Float32)

    [ "Laplace", (fun () -> Laplace(zero, one))
      "Logistic", (fun () -> Logistic(zero, one))
      "Gumbel", (fun () -> Gumbel(zero, one))
      "Cauchy", (fun () -> Cauchy(zero, one))
      "HalfCauchy", (fun () -> HalfCauchy one)
      "Exponential", (fun () -> Exponential one)
      "Weibull", (fun () -> Weibull(one, one))
      "Pareto", (fun () -> Pareto(one, one)) ]

// In float32 a uniform draw is 0 once in 2²⁴: a quarter of the runs of this many would meet one.
let private drawsAreFinite (name: string, make: unit -> Distribution) =
    testCase $"a million draws of {name} in float32 are finite" (fun () ->
        Random.withSeed 1 (fun () ->
            Scope.run (fun () ->
                for _ in 1..5 do
                    Expect.isTrue (((make ()).Sample [ 1_000_000 ]).isfinite().all().toBool()) "every draw")))

let private noEnds =
    testCase "noise lies inside the unit interval, also where a generator gives 0" (fun () ->
        for dtype in [ Dtype.Float32; Dtype.Float64 ] do
            let noise = Random.withSeed 1 (fun () -> Noise.unit (dsharp.zeros ([ 1 ], dtype = dtype)) [| 1_000_000 |])
            Expect.isTrue ((Support.OpenUnitInterval.Contains noise).all().toBool()) "between 0 and 1")

let private rounded =
    testCase "a logit-normal sample that rounds to one has a finite log-density beside it" (fun () ->
        let single (value: float) =
            dsharp.tensor (value, dtype = Dtype.Float32)

        let value, logDensity = (LogitNormal(single 30.0, single 1.0)).SampleAndLogProb [ 10 ]
        Expect.isTrue ((value.eq 1.0).all().toBool()) "all round to one"
        Expect.isTrue (logDensity.isfinite().all().toBool()) "finite")

[<Tests>]
let tests =
    testList
        "Continuous families"
        [ farTails; farDraws; uncut; bounds; flat; ends; noEnds; rounded; yield! List.map drawsAreFinite finite ]
