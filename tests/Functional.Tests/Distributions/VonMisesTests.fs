// VonMises: its moments are those of directions, which the laws of numbers do not cover.
// Run with the whole suite.
module internal Functional.Tests.VonMisesTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private random (draw: Draw) =
    draw.Tensor([| 4 |], -4.0, 4.0), (draw.Tensor([| 4 |], log 0.05, log 300.0)).exp()

/// E[cos x] and E[sin x].
let private direction (location: Tensor) (concentration: Tensor) : Tensor * Tensor =
    let length = concentration.i1e () / concentration.i0e ()
    length * location.cos (), length * location.sin ()

// The trapezoidal rule is exact for smooth periodic functions.
let private angles =
    let count = 4096
    float64 [ for i in 0 .. count - 1 -> [ -Math.PI + 2.0 * Math.PI * (float i + 0.5) / float count ] ]

let private mean (distribution: Distribution) (f: Tensor -> Tensor) : Tensor =
    let angles = angles.expand [ 4096; distribution.BatchShape[0] ]
    (distribution.LogProb(angles).exp() * f angles).mean 0 * (2.0 * Math.PI)

let private tests' =
    [ holds "mean and variance are those of the direction" 5 (fun draw ->
          let location, concentration = random draw
          let distribution = VonMises(location, concentration)
          let cosine, sine = mean distribution _.cos(), mean distribution _.sin()
          let length = (cosine.square () + sine.square ()).sqrt()
          isClose 1e-10 "the variance" distribution.Variance (1.0 - length)
          isClose 1e-9 "the cosine of the mean" (distribution.Mean.cos ()) (cosine / length)
          isClose 1e-9 "the sine of the mean" (distribution.Mean.sin ()) (sine / length)
          Expect.isTrue ((distribution.Support.Contains distribution.Mean).all().toBool()) "the mean lies in the support")
      holds "samples point where the density does" 5 (fun draw ->
          let location, concentration = random draw
          let samples = VonMises(location, concentration).Sample [ 20_000 ]
          let cosine, sine = direction location concentration
          let mean, error = meanAndError (samples.cos ())
          isWithin "E[cos x]" mean error cosine
          let mean, error = meanAndError (samples.sin ())
          isWithin "E[sin x]" mean error sine)
      holds "pathwise gradients of the direction agree with its derivatives" 5 (fun draw ->
          let location, concentration = random draw
          let copies (parameter: Tensor) = parameter.expand([| 400; 4 |]).clone()

          for name, g, exact in [ "cos x", (fun (x: Tensor) -> x.cos ()), fst; "sin x", (fun (x: Tensor) -> x.sin ()), snd ] do
              let sampled (p: Tensor list) =
                  (g (VonMises(p[0], p[1]).RSample [ 50 ])).sum() / 50.0

              let wanted (p: Tensor list) = (exact (direction p[0] p[1])).sum()

              for place in 0..1 do
                  let found, error = meanAndError (gradientIn place sampled [ copies location; copies concentration ])

                  isWithin
                      $"the gradient of E[{name}] in parameter {place}"
                      found
                      error
                      (gradientIn place wanted [ location; concentration ]))
      testCase "a concentrated von Mises distribution is nearly normal" (fun () ->
          let concentration, x = float64 1e6, float64 [ -2e-3; -1e-3; 0.0; 5e-4; 3e-3 ]
          let normal = Normal(float64 0.0, 1.0 / concentration.sqrt ())
          isClose 1e-5 "the log-density" (VonMises(float64 0.0, concentration).LogProb x) (normal.LogProb x)
          isClose 1e-5 "the distribution function" (VonMises(float64 0.0, concentration).Cdf x) (normal.Cdf x)
          isClose 1e-5 "the entropy" (VonMises(float64 0.0, concentration).Entropy()) (normal.Entropy())

          Random.withSeed 1 (fun () ->
              let mean, error = meanAndError ((VonMises(float64 0.0, concentration).Sample [ 20_000 ]).square() * concentration)
              isWithin "the variance of samples" mean error (float64 1.0)))
      testCase "a location is an angle, whatever turn it is in" (fun () ->
          let x = float64 [ -3.0; 0.5; 3.0 ]
          let here, there = VonMises(float64 1.0, float64 2.0), VonMises(float64 (1.0 + 8.0 * Math.PI), float64 2.0)
          isClose 1e-12 "the log-density" (there.LogProb x) (here.LogProb x)
          isClose 1e-12 "the distribution function" (there.Cdf x) (here.Cdf x)
          isClose 1e-12 "the quantile" (there.Icdf(float64 [ 0.1; 0.5; 0.9 ])) (here.Icdf(float64 [ 0.1; 0.5; 0.9 ]))
          isClose 1e-12 "the mean" there.Mean here.Mean) ]

[<Tests>]
let tests = testList "VonMises of directions" tests'
