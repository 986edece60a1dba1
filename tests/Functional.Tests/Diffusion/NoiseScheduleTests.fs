// Noise schedules: constants of the papers, tables at and between their steps, derivatives, inverses; conversions of predictions.
module Functional.Tests.Diffusion.NoiseScheduleTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private at (time: float) = float64 [ time ]

let private signalSquared (schedule: NoiseSchedule) (time: float) =
    (schedule.Signal(at time)).square().toDouble()

// Relative, with the digits that the constant has.
let private isConstant (digits: float) (message: string) (actual: float) (expected: float) =
    if abs (actual / expected - 1.0) > 0.5 * Math.Pow(10.0, 1.0 - digits) * 1.01 then
        failtest $"{message}: expected {expected}, was {actual}"

/// Times of one random instance, none at an end.
let private times (draw: Draw) = draw.Tensor([| 7 |], 0.002, 0.998)

let private derivatives (schedule: NoiseSchedule) (draw: Draw) =
    // between knots of a table
    let t = (times draw * 1000.0).floor() / 1000.0 + draw.Float(1e-4, 9e-4)

    let slope (f: Tensor -> Tensor) = dsharp.grad (fun t -> (f t).sum()) t

    let constant (f: Tensor -> Tensor) =
        (f t).noDiff().sub((f t)[0]).abs().max().toDouble() = 0.0

    isClose 1e-8 "d log SNR/dt" (schedule.LogSnrSlope t) (slope schedule.LogSnr)

    let drift =
        if constant schedule.Signal then
            t.zerosLike ()
        else
            slope (fun t -> (schedule.Signal t).log())

    isClose 1e-8 "f" (schedule.Drift t) drift
    let variance t = (schedule.Noise t).square()
    isClose 1e-7 "g²" (schedule.DiffusionSquared t) (slope variance - variance t * drift * 2.0)
    isClose 1e-7 "g² by log SNR" (schedule.DiffusionSquared t) (-(variance t) * schedule.LogSnrSlope t)
    isClose 1e-9 "log SNR" (schedule.LogSnr t) (((schedule.Signal t).log() - (schedule.Noise t).log()) * 2.0)

// Where the schedule is written with α and σ only.
let private derived (draw: Draw) =
    let t = times draw
    let known = NoiseSchedule.variancePreserving 0.1 20.0

    let own =
        { new NoiseSchedule("own", "α, σ", "") with
            member _.Signal t = known.Signal t
            member _.Noise t = known.Noise t }

    isClose 1e-9 "log SNR" (own.LogSnr t) (known.LogSnr t)
    isClose 1e-8 "its slope" (own.LogSnrSlope t) (known.LogSnrSlope t)
    isClose 1e-9 "drift" (own.Drift t) (known.Drift t)
    isClose 1e-8 "diffusion" (own.DiffusionSquared t) (known.DiffusionSquared t)

let private falls (schedule: NoiseSchedule) (draw: Draw) =
    let ordered = fst ((draw.Tensor([| 50 |], 1e-4, 0.9999)).sort())
    let logSnr = numbers (schedule.LogSnr ordered)
    Expect.isTrue (Array.pairwise logSnr |> Array.forall (fun (a, b) -> a > b)) "log SNR falls"

let private inverts (schedule: NoiseSchedule) (draw: Draw) =
    let t = times draw
    isClose 1e-8 "the time" (schedule.TimeOf(schedule.LogSnr t)) t

let private reads (schedule: NoiseSchedule) (draw: Draw) =
    let t = times draw
    let levels = schedule.At(numbers t)
    let column (f: NoiseLevel -> float) = float64 (Array.map f levels)
    isClose 1e-12 "t" (column _.Time) t
    isClose 1e-12 "α" (column _.Signal) (schedule.Signal t)
    isClose 1e-12 "σ" (column _.Noise) (schedule.Noise t)
    isClose 1e-12 "log SNR" (column _.LogSnr) (schedule.LogSnr t)
    isClose 1e-12 "f" (column _.Drift) (schedule.Drift t)
    isClose 1e-12 "g²" (column _.DiffusionSquared) (schedule.DiffusionSquared t)

let private keepsType (schedule: NoiseSchedule) (draw: Draw) =
    let t = (times draw).cast Dtype.Float32

    for name, value in
        [ "α", schedule.Signal t
          "σ", schedule.Noise t
          "log SNR", schedule.LogSnr t
          "d log SNR/dt", schedule.LogSnrSlope t
          "f", schedule.Drift t
          "g²", schedule.DiffusionSquared t ] do
        Expect.equal (value.shape, value.dtype) (t.shape, Dtype.Float32) name

    isClose 1e-4 "σ in float32" ((schedule.Noise t).cast Dtype.Float64) (schedule.Noise(t.cast Dtype.Float64))

let private conversions (draw: Draw) =
    let tensor low high = draw.Tensor([| 5 |], low, high)
    let signal, sigma, data, noise = tensor 0.1 2.0, tensor 0.1 2.0, tensor -2.0 2.0, tensor -2.0 2.0
    let x = signal * data + sigma * noise

    for source in Prediction.all do
        let output = Prediction.target source signal sigma data noise

        for target in Prediction.all do
            let converted = Prediction.convert source target signal sigma x output
            isClose 1e-10 $"{target.Name} from {source.Name}" converted (Prediction.target target signal sigma data noise)

[<Tests>]
let tests =
    testList
        "NoiseSchedule"
        [ testCase "the constants of the literature" (fun () ->
              let linear = NoiseSchedule.linear 1000
              isConstant 5.0 "ᾱ_1000 of the linear schedule" (signalSquared linear 1.0) 4.0358e-5
              let variance = (NoiseSchedule.transition (at 0.001) (at 0.002) linear).PosteriorVariance.toDouble()
              isConstant 6.0 "β̃_2 of the linear schedule" variance 5.45319e-5
              isConstant 6.0 "ᾱ_500 of the cosine schedule" (signalSquared (NoiseSchedule.cosine 1000) 0.5) 0.493844
              let preserving = NoiseSchedule.variancePreserving 0.1 20.0
              isConstant 6.0 "α(1) of the variance-preserving schedule" ((preserving.Signal(at 1.0)).toDouble()) 0.00657159)

          testCase "a table begins with the data alone and has its betas as the variances of its steps" (fun () ->
              let betas = [| 0.1; 0.3; 0.05; 0.7 |]
              let schedule = NoiseSchedule.ofBetas betas
              let start = float64 [ 0.0 ]
              isClose 1e-15 "α(0)" (schedule.Signal start) (start.onesLike ())
              isClose 1e-15 "σ(0)" (schedule.Noise start) start
              isClose 1e-12 "g²(0)" (schedule.DiffusionSquared start) (float64 [ 4.0 * betas[0] / (1.0 - betas[0]) ])
              let s = float64 [ 0.0; 0.25; 0.5; 0.75 ]
              let transition = NoiseSchedule.transition s (s + 0.25) schedule
              isClose 1e-12 "β" transition.ForwardVariance (float64 betas)
              isClose 1e-12 "√(1 - β)" transition.Ratio ((1.0 - float64 betas).sqrt())
              isClose 1e-12 "the first step's posterior is the data" transition.OnData[0] (float64 1.0))

          testCase "a time for each example is asked for" (fun () ->
              let denoiser = Denoiser.ofFunction NoiseSchedule.rectified Prediction.Data (fun x _ -> x)
              let x = dsharp.zeros [ 3; 2 ]
              says (messageOf<ArgumentException, _>(fun () -> denoiser.Data(x, dsharp.zeros [ 3; 1 ]))) [ "[3; 1]"; "[3; 2]" ])

          testList
              "every schedule"
              [ for schedule in inFloat64 NoiseSchedule.all do
                    testList
                        schedule.Name
                        [ holds "its derivatives are those of α and σ" 3 (derivatives schedule)
                          holds "its signal-to-noise ratio falls" 3 (falls schedule)
                          holds "a time is found by its signal-to-noise ratio" 3 (inverts schedule)
                          holds "it is read as numbers" 3 (reads schedule)
                          holds "it keeps shape and dtype of the times" 2 (keepsType schedule) ] ]

          holds "what is not overridden is derived" 3 derived
          holds "predictions convert into each other" 10 conversions ]
