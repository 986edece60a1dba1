// The design of EDM: a preconditioned network whose target has variance 1 and whose errors count 1, at noise levels that are
// log-normal. Karras, Aittala, Aila & Laine, arXiv:2206.00364, table 1 and appendix B.6, on every schedule.
module Functional.Tests.Laws.EdmLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private schedules = inFloat64 NoiseSchedule.all

let private at (times: Tensor) : TimeSampling =
    { TimeSampling.uniform with Draw = fun _ _ -> times }

let private loss (scale: float) (schedule: NoiseSchedule) (network: Tensor -> Tensor -> Tensor) (t: Tensor) (x: Tensor) : Tensor =
    let denoiser = Denoiser.preconditioned scale schedule (Net.ofFunction (fun (x, t) -> network x t))
    (DiffusionLoss.estimate Mode.Eval (LossWeighting.edm scale) (at t) denoiser x).Value

// As the paper has it: λ c_out² = 1, for x̃ = x₀ + ρ ε.
let private countsAlike (draw: Draw) =
    let schedule, scale = draw.Pick schedules, draw.Float(0.2, 3.0)
    let x, t = draw.Tensor([| 6; 3 |], -1.0, 1.0), draw.Tensor([| 6 |], 0.01, 0.99)
    let network (x: Tensor) (t: Tensor) = (x * 1.3 + Rows.lift x t).sin()
    let found = Random.withSeed draw.Seed (fun () -> loss scale schedule network t x)

    let noise = Random.withSeed draw.Seed (fun () -> Rows.noise x)
    let ratio = Rows.lift x ((schedule.LogSnr t * -0.5).exp())
    let total = (ratio.square () + scale * scale).sqrt()
    let noisy = x + ratio * noise
    let target = (x - noisy * (scale * scale) / total.square ()) * total / (ratio * scale)
    isClose 1e-6 "‖F - target‖²" found (Rows.sum ((network (noisy / total) t - target).square()))

let private asksForUnitVariance (draw: Draw) =
    let schedule, scale = draw.Pick schedules, draw.Float(0.2, 3.0)
    let t = (draw.Tensor([| 1 |], 0.01, 0.99)).expand [ 20_000 ]
    let x = dsharp.randn ([ 20_000; 2 ], dtype = Dtype.Float64) * scale
    let mean, error = meanAndError (loss scale schedule (fun x _ -> x * 0.0) t x)
    isWithin $"{schedule.Name}: the target's variance" (mean / 2.0) (error / 2.0) (float64 1.0)

// The standard error of a standard deviation of n normal numbers is σ/√(2n).
let private isLogNormal (draw: Draw) =
    let mean, deviation = draw.Float(-2.0, 1.0), draw.Float(0.3, 1.2)
    let count = 20_000
    // its ends are 4 deviations away or more
    let schedule = draw.Pick [ NoiseSchedule.edm 1000.0; NoiseSchedule.varianceExploding 1e-4 1e3; NoiseSchedule.rectified ]
    let t = (TimeSampling.logNormal mean deviation).Draw schedule (dsharp.zeros ([ count; 1 ], dtype = Dtype.Float64))
    let levels = schedule.LogSnr t * -0.5
    let found, error = meanAndError levels
    isWithin "the mean of ln σ/α" found error (float64 mean)
    isWithin "its standard deviation" (levels.std ()) (float64 (deviation / sqrt (2.0 * float count))) (float64 deviation)

let private endsWithTheSchedule (draw: Draw) =
    let schedule = NoiseSchedule.varianceExploding 0.5 2.0
    let mean, deviation = draw.Float(-4.0, 4.0), draw.Float(0.3, 2.0)
    let t = (TimeSampling.logNormal mean deviation).Draw schedule (dsharp.zeros ([ 5000; 1 ], dtype = Dtype.Float64))
    let expected = TruncatedNormal(float64 mean, float64 deviation, float64 (log 0.5), float64 (log 2.0))
    let found, error = meanAndError ((schedule.Noise t).log())
    isWithin "the mean of ln σ" found error expected.Mean

let private refuses (name: string) (make: unit -> TimeSampling) =
    says (messageOf<ArgumentException, _> make) [ name ]

[<Tests>]
let tests =
    testList
        "EDM laws"
        [ holds "errors of the network count alike at every noise level" 10 countsAlike
          holds "the network is asked for numbers of variance 1" 6 asksForUnitVariance
          holds "noise levels are log-normal" 4 isLogNormal
          holds "noise levels are those of the schedule" 4 endsWithTheSchedule
          testCase "settings that make no sense are refused" (fun () ->
              refuses "mean" (fun () -> TimeSampling.logNormal nan 1.0)
              refuses "deviation" (fun () -> TimeSampling.logNormal 0.0 0.0)
              refuses "deviation" (fun () -> TimeSampling.logNormal 0.0 infinity)
              says (messageOf<ArgumentException, _>(fun () -> LossWeighting.edm -1.0)) [ "scale" ]) ]
