// The laws of p(x₀|x_t), the last step of a diffusion model's bound, over the registry of reconstructions.
// Run with the whole suite; an entry is a density of real numbers unless its name says into how many levels it is gathered.
module internal Functional.Tests.Laws.ReconstructionLaws

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// Smooth ones, with numbers in float64.
let private schedules =
    inFloat64 (fun () ->
        [ NoiseSchedule.variancePreserving 0.1 20.0
          NoiseSchedule.rectified
          NoiseSchedule.edm 2.0
          NoiseSchedule.learnedLinear 13.3 -5.0 ])

let private entries = Reconstruction.all @ List.map Reconstruction.quantized [ 2; 3 ]

/// How many values the data take.
let private levels (reconstruction: Reconstruction) : int option =
    match reconstruction.Name.Split ' ' with
    | [| "quantized"; count |] -> Some(int count)
    | _ -> None

/// A denoiser of each number by itself, whose x̂ leaves [-1, 1] as well, and a time at which σ/α is at least that.
let private instance (draw: Draw) (leastScale: float) : Denoiser * float =
    let schedule = draw.Pick schedules
    let scale = exp (draw.Float(log leastScale, log 1.5))
    let denoiser = Denoiser.ofFunction schedule Prediction.Data (fun x t -> (x * 0.7 + Rows.lift x t).tanh() * 1.5)
    denoiser, (schedule.TimesOf [ -2.0 * log scale ])[0]

/// log p(x₀|x_t) at each of some numbers x₀, [n], from one x_t.
let private logLikelihoods (reconstruction: Reconstruction) (denoiser: Denoiser, time: float) (x: float) (data: Tensor) =
    let rows = data.unsqueeze 1
    reconstruction.LogLikelihood Mode.Eval denoiser rows (rows.fullLike x) (Rows.constant rows time)

/// Simpson's rule.
let private integral (f: Tensor -> Tensor) (low: float) (high: float) : Tensor =
    let points = 20_001
    let weights = [ for i in 1..points -> if i = 1 || i = points then 1.0 else 2.0 * float (1 + (i + 1) % 2) ]
    let x = dsharp.linspace (low, high, points, dtype = Dtype.Float64)
    (f x * float64 weights).sum() * ((high - low) / float (3 * (points - 1)))

// Where no x̂ has anything left.
let private far = 14.0

let private isWhole (reconstruction: Reconstruction) (draw: Draw) =
    let likelihood = logLikelihoods reconstruction (instance draw 0.02) (draw.Float(-3.0, 3.0)) >> _.exp()

    let total =
        match levels reconstruction with
        | Some count -> (likelihood (dsharp.linspace (-1.0, 1.0, count, dtype = Dtype.Float64))).sum()
        | None -> integral likelihood -far far

    isClose 1e-7 "the whole probability" total (float64 1.0)

// What is gathered into a level, the outermost with all that lies beyond them.
let private gathers (count: int) (draw: Draw) =
    let at, x = instance draw 0.02, draw.Float(-3.0, 3.0)
    let half = 1.0 / float (count - 1)

    for level in List.distinct [ 0; draw.Int(0, count - 1); count - 1 ] do
        let value = 2.0 * float level * half - 1.0
        let low = if level = 0 then -far else value - half
        let high = if level = count - 1 then far else value + half
        let found = (logLikelihoods (Reconstruction.quantized count) at x (float64 [ value ])).exp()
        let expected = integral (logLikelihoods Reconstruction.gaussian at x >> _.exp()) low high
        isClose 1e-7 $"level {level} of {count}" found (expected.view 1)

// Examples of that shape: numbers, or levels with the outermost among them.
let private examples (reconstruction: Reconstruction) (draw: Draw) (rows: int) (size: int) : Tensor =
    match levels reconstruction with
    | Some count ->
        let ends = [ 0; count - 1 ]

        let value _ =
            2.0 * float (draw.Pick(draw.Int(0, count - 1) :: ends)) / float (count - 1) - 1.0

        (float64 (List.init (rows * size) value)).view [ rows; size ]
    | None -> draw.Tensor([| rows; size |], -1.5, 1.5)

let private addsUp (reconstruction: Reconstruction) (draw: Draw) =
    let denoiser, time = instance draw 0.02
    let data = examples reconstruction draw 4 3
    let x = draw.Tensor([| 4; 3 |], -3.0, 3.0)

    let ofRows (data: Tensor) (x: Tensor) =
        reconstruction.LogLikelihood Mode.Eval denoiser data x (Rows.constant x time)

    let numbers = ofRows (data.view [ 12; 1 ]) (x.view [ 12; 1 ])
    isClose 1e-10 "the sum over the numbers of an example" (ofRows data x) (numbers.view([ 4; 3 ]).sum 1)

// In x_t, through x̂, and in the time, through σ/α; in the data, too, where they are not gathered.
let private hasGradients (reconstruction: Reconstruction) (draw: Draw) =
    let denoiser, time = instance draw 0.1
    let data, x = examples reconstruction draw 3 2, draw.Tensor([| 3; 2 |], -3.0, 3.0)

    let ofNoisy data (x: Tensor) (t: Tensor) =
        (reconstruction.LogLikelihood Mode.Eval denoiser data x t).sum()

    let times = Rows.constant x time

    match levels reconstruction with
    | Some _ -> differentiates reconstruction.Name (fun inputs -> ofNoisy data inputs[0] inputs[1]) [ x; times ]
    | None -> differentiates reconstruction.Name (fun inputs -> ofNoisy inputs[0] inputs[1] inputs[2]) [ data; x; times ]

[<Tests>]
let tests =
    testList
        "Reconstruction laws"
        [ for reconstruction in entries do
              testList
                  reconstruction.Name
                  [ holds "the whole probability is 1" 10 (isWhole reconstruction)
                    holds "the numbers of an example are independent" 5 (addsUp reconstruction)
                    holds "gradients agree with finite differences" 10 (hasGradients reconstruction) ]

          for count in [ 2; 3; 16; 256 ] do
              holds $"{count} levels gather the Gaussian's density" 5 (gathers count) ]
