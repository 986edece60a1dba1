// What users of other libraries have tripped over, each stated once: the bugs that reach users most often cannot happen here.
// Run with the whole suite; the laws hold these and more for every family, here they can be read one by one.
module internal Functional.Tests.PeerTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private column (values: float list) : Tensor = float64 values

/// The gradient of the sum of what `draw` makes of the parameter.
let private gradientThrough (draw: Tensor -> Distribution) (parameter: Tensor) : Tensor =
    dsharp.grad (fun parameter -> ((draw parameter).RSample [ 50 ]).square().sum()) parameter

let private movesEverywhere (gradient: Tensor) =
    Expect.all (numbers gradient) (fun slope -> Double.IsFinite slope && slope <> 0.0) "a gradient reaches every parameter"

[<Tests>]
let tests =
    testList
        "What goes wrong elsewhere"
        [ testCase "KL(Gumbel || Normal) is right" (fun () ->
              let p, q = Gumbel(column [ 0.0; 1.0 ], column [ 1.0; 0.5 ]), Normal(column [ 0.5; -1.0 ], column [ 1.5; 0.7 ])
              // E[log p] - E[log q] from the Gumbel's entropy, mean and variance
              let gamma = 0.57721566490153286

              let expected =
                  [ for location, scale, mean, deviation in [ 0.0, 1.0, 0.5, 1.5; 1.0, 0.5, -1.0, 0.7 ] do
                        let away = location + gamma * scale - mean
                        let variance = Math.PI * Math.PI / 6.0 * scale * scale
                        let crossEntropy = 0.5 * log (2.0 * Math.PI * deviation * deviation)
                        crossEntropy + (variance + away * away) / (2.0 * deviation * deviation) - (log scale + gamma + 1.0) ]

              isClose 1e-12 "KL" (Kl.divergence p q) (column expected)
              let estimate = Kl.estimate 40_000 p q
              isWithin "its estimate" estimate.Value estimate.StandardError (column expected))

          testCase "KL between transformed distributions over Independent keeps its batch shape" (fun () ->
              let make (shift: float) =
                  let mean = dsharp.zeros ([ 3; 2 ], dtype = Dtype.Float64) + shift
                  Transformed(Normal.diagonal mean (mean.onesLike ()), ExpTransform()) :> Distribution

              let divergence = Kl.divergence (make 0.0) (make 1.0)
              Expect.equal divergence.shape [| 3 |] "one number for each distribution"
              isClose 1e-12 "half the squared distance" divergence (dsharp.ones ([ 3 ], dtype = Dtype.Float64)))

          testCase "KL between Uniform and Beta(1, 1), which are the same, is zero" (fun () ->
              let uniform = Uniform(float64 0.0, float64 1.0)
              let beta = Beta(float64 1.0, float64 1.0)
              isClose 1e-12 "one way" (Kl.divergence uniform beta) (float64 0.0)
              isClose 1e-12 "the other" (Kl.divergence beta uniform) (float64 0.0))

          testCase "relaxed categories carry gradients" (fun () ->
              let logits = column [ 0.5; -1.0; 2.0 ]
              movesEverywhere (gradientThrough (fun logits -> RelaxedOneHotCategorical.FromLogits(0.7, logits)) logits)
              movesEverywhere (gradientThrough (fun logits -> RelaxedBernoulli.FromLogits(0.7, logits)) logits))

          testCase "log-normal samples carry gradients to both parameters" (fun () ->
              let other = column [ 0.4; 0.8 ]
              movesEverywhere (gradientThrough (fun location -> LogNormal(location, other)) (column [ 0.1; -0.3 ]))
              movesEverywhere (gradientThrough (fun scale -> LogNormal(other, scale)) (column [ 0.5; 1.5 ])))

          testCase "a sample that tanh rounds to one has a finite log-density" (fun () ->
              for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                  let mean = dsharp.tensor ([ -20.0; 20.0 ], dtype = dtype)
                  let squashed = Transformed(Normal(mean, mean.onesLike ()), TanhTransform())
                  let value, logDensity = squashed.SampleAndLogProb [ 100 ]
                  Expect.isTrue ((value.abs().eq 1.0).any().toBool()) "some samples are rounded"
                  Expect.all (numbers logDensity) Double.IsFinite "the log-density that came with them")

          testCase "a column against a row is an error, not a matrix" (fun () ->
              let normal = Normal(dsharp.zeros [ 4 ], dsharp.ones [ 4 ])
              let message = messageOf<ArgumentException, _>(fun () -> normal.LogProb(dsharp.zeros [ 4; 1 ]))
              says message [ "Normal.LogProb"; "[4; 1]"; "[4]"; "squeeze" ]) ]
