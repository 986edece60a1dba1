// How learned schedules are trained: network and ends by the continuous bound, the way between them for little variance of it.
// The gradients are checked by differences, on the same noise and in expectation, and training by what it does to the variance.
module Functional.Tests.Laws.LearnedScheduleLaws

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Laws.ExactDenoisers

/// A learned schedule somewhere on its way, with bends.
let private learned (draw: Draw) : NoiseSchedule =
    let schedule = inFloat64 (fun () -> NoiseSchedule.learned 4 (draw.Float(4.0, 6.0)) (draw.Float(-4.0, -2.0)))

    for parameter in schedule.Inside do
        let low, high =
            match parameter.Name with
            | "steepness" -> 5.0, 15.0
            | "centres" -> 0.1, 0.9
            | _ -> 0.0, 1.5

        Parameter.assign parameter.Value (draw.Tensor(parameter.Value.shape, low, high))

    schedule

let private tensors (parameters: Parameter list) =
    [| for parameter in parameters -> parameter.Value |]

/// A denoiser that is wrong, of a network that is told log SNR or t.
let private network (schedule: NoiseSchedule) (draw: Draw) : Denoiser =
    let tellsLogSnr = draw.Pick [ true; false ]

    let input (x: Tensor, t: Tensor) =
        Tensor.cat ([ x; (if tellsLogSnr then schedule.LogSnr t else t).unsqueeze 1 ], 1)

    let layers = inFloat64 (fun () -> mlpWith Activation.silu [ 3; 5 ] --> linear 5 2)
    Denoiser.create schedule (draw.Pick Prediction.all) (Net.ofFunction input --> layers)

let private objective = DiffusionBound.continuousObjective 0.0 Reconstruction.gaussian

/// `body` in a direction of the inside: its derivative by central differences.
let private differenceAlong (schedule: NoiseSchedule) (directions: Tensor list) (body: unit -> Tensor) : Tensor =
    let before = [ for parameter in schedule.Inside -> parameter.Value.noDiff().clone() ]

    let at (step: float) =
        for parameter, value, direction in List.zip3 schedule.Inside before directions do
            Parameter.assign parameter.Value (value + direction * step)

        Gradient.off body

    let difference = (at 1e-4 - at -1e-4) / 2e-4
    at 0.0 |> ignore
    difference

let private randomDirections (schedule: NoiseSchedule) (draw: Draw) =
    [ for parameter in schedule.Inside -> draw.Tensor(parameter.Value.shape, -1.0, 1.0) ]

let private along (directions: Tensor list) (gradients: Tensor[]) : Tensor =
    List.zip (List.ofArray gradients) directions
    |> List.sumBy (fun (gradient, direction) -> (gradient * direction).sum().toDouble())
    |> float64

let private keepsTheBound (draw: Draw) =
    let schedule = learned draw
    let denoiser = network schedule draw
    let x = draw.Tensor([| 6; 2 |], -1.0, 1.0)
    let seeded (loss: unit -> Loss) = Random.withSeed draw.Seed loss

    let bound () =
        -(Loss.mean (DiffusionBound.continuous Mode.Train 0.0 TimeSampling.lowDiscrepancy Reconstruction.gaussian denoiser x))

    let found, expected = seeded (fun () -> objective denoiser x), seeded bound
    isClose 1e-14 "the loss" found.Value expected.Value
    Expect.equal [ for term in found.Terms -> term.Name ] [ for term in expected.Terms -> term.Name ] "its terms"

    let isInside (parameter: Parameter) =
        schedule.Inside |> List.exists (fun inside -> $"schedule.{inside.Name}" = parameter.Name)

    let ends = denoiser.Parameters |> List.filter (isInside >> not)
    Expect.equal ends.Length (denoiser.Parameters.Length - 4) "there are four parameters inside"

    for parameter, found, expected in
        Seq.zip3 ends (Gradient.ofLoss found.Value (tensors ends)) (Gradient.ofLoss expected.Value (tensors ends)) do
        isClose 1e-12 parameter.Name found expected

    Expect.isTrue (tensors denoiser.Parameters |> Array.forall Gradient.isRecorded) "all are recorded as before"

// On the same noise: the estimate of E[L²] from draws of log SNR that stay where they are, weighed by how their density changes.
let private isSlopeOfSquares (draw: Draw) =
    let schedule = learned draw
    let denoiser = network schedule draw
    let x = draw.Tensor([| 6; 2 |], -1.0, 1.0)
    let directions = randomDirections schedule draw
    let mutable drawn = x

    let times =
        { TimeSampling.lowDiscrepancy with
            Draw =
                fun schedule examples ->
                    drawn <- TimeSampling.lowDiscrepancy.Draw schedule examples
                    drawn }

    let gradients = Random.withSeed draw.Seed (fun () -> Gradient.ofLoss (objective denoiser x).Value (tensors schedule.Inside))

    let bound =
        Random.withSeed draw.Seed (fun () -> DiffusionBound.continuous Mode.Train 0.0 times Reconstruction.gaussian denoiser x)

    let error = bound["diffusion"].noDiff()

    let logSnr, slope = (schedule.LogSnr drawn).noDiff(), (schedule.LogSnrSlope drawn).noDiff()

    let squares () =
        let slope' = schedule.LogSnrSlope(schedule.TimeOf logSnr)
        (error.square () * slope' / slope).mean() / error.mean ()

    let expected = differenceAlong schedule directions squares
    Expect.isGreaterThan (abs (expected.toDouble ())) 1e-6 "the variance depends on it"
    isClose 1e-6 "the slope" (along directions gradients) expected

// In expectation: E[L²] of exact denoisers of Gaussian data is an integral over t. What is left of x₀ - x̂ is Gaussian.
let private isSlopeOfExpectation (draw: Draw) =
    let schedule = learned draw
    let data = gaussianData draw
    let denoiser = exactDenoiser data schedule
    let directions = randomDirections schedule draw
    let points = 4000
    let t = (float64 [ 0.5 .. float points - 0.5 ]) / float points

    let expectedSquare () =
        let snr = (schedule.LogSnr t).exp()
        let left = data.Variances / (snr.unsqueeze 1 * data.Variances + 1.0)
        let square = (left.sum 1).square() + left.square().sum(1) * 2.0
        ((snr * schedule.LogSnrSlope t * 0.5).square() * square).mean()

    let once () =
        Scope.run (fun () ->
            let loss = objective denoiser (data.Distribution.Sample [ 200 ])
            let mean = loss["diffusion"].noDiff()
            along directions (Gradient.ofLoss loss.Value (tensors schedule.Inside)) * mean)

    let found, error = meanAndError (Tensor.stack [ for _ in 1..150 -> once () ])
    isWithin "the slope of E[L²]" found error (differenceAlong schedule directions expectedSquare)

// With 16 numbers in an example the noise of x adds an eighth of (E L)² to the variance, the straight way between 6 and -6 two
// thirds of it.
let private trainsForLittleVariance (draw: Draw) =
    let schedule = inFloat64 (fun () -> NoiseSchedule.learned 8 6.0 -6.0)
    // data N(0, I), whose x̂ is α x_t
    let denoiser = Denoiser.ofFunction schedule Prediction.Data (fun x t -> Rows.lift x (schedule.Signal t) * x)

    let sample (count: int) =
        dsharp.randn ([ count; 16 ], dtype = Dtype.Float64)

    let estimate () =
        let loss = DiffusionBound.continuous Mode.Eval 0.0 TimeSampling.uniform Reconstruction.gaussian denoiser (sample 20_000)
        let values = loss["diffusion"].noDiff()
        let mean, error = meanAndError values
        mean, error, values.var().toDouble()

    let mean, error, variance = estimate ()
    let optimizer = (Optimizer.adam 0.05).Start schedule.Inside
    let ends = [ for time in [ 0.0; 1.0 ] -> (schedule.At [ time ] |> Array.head).LogSnr ]

    for _ in 1..200 do
        Scope.run (fun () -> Gradient.ofLoss (objective denoiser (sample 64)).Value (tensors schedule.Inside) |> optimizer.Step)

    let mean', error', variance' = estimate ()
    Expect.isLessThan variance' (variance / 3.0) "the variance is a third or less"
    isWithin "the bound" mean' (error + error') mean
    let ends' = [ for time in [ 0.0; 1.0 ] -> (schedule.At [ time ] |> Array.head).LogSnr ]
    isClose 1e-12 "the end points" (float64 ends') (float64 ends)

// log SNR(first) is an end of the bound and moves with the inside.
let private trainsAllOfItLater (draw: Draw) =
    let schedule = learned draw
    let denoiser = network schedule draw
    let x = draw.Tensor([| 6; 2 |], -1.0, 1.0)

    let gradients (loss: unit -> Loss) =
        Random.withSeed draw.Seed (fun () -> Gradient.ofLoss (loss ()).Value (tensors schedule.Inside))

    let found = gradients (fun () -> DiffusionBound.continuousObjective 0.1 Reconstruction.gaussian denoiser x)

    let expected =
        gradients (fun () ->
            -(Loss.mean (DiffusionBound.continuous Mode.Train 0.1 TimeSampling.lowDiscrepancy Reconstruction.gaussian denoiser x)))

    for found, expected in Array.zip found expected do
        isClose 1e-12 "the bound's gradient" found expected

[<Tests>]
let tests =
    testList
        "Learned schedules"
        [ holds "network and end points have the gradients of the bound" 6 keepsTheBound
          holds "the inside has the gradient of the mean square on the same noise" 6 isSlopeOfSquares
          holds "the inside has the gradient of the mean square in expectation" 2 isSlopeOfExpectation
          holds "training the inside takes variance away and leaves the bound" 2 trainsForLittleVariance
          holds "a bound from a later time trains all of it" 2 trainsAllOfItLater
          testCase "no error at all teaches nothing" (fun () ->
              let schedule = NoiseSchedule.learned 4 6.0 -4.0
              let denoiser = Denoiser.ofFunction schedule Prediction.Data (fun x _ -> x * 0.0)
              let loss = DiffusionBound.continuousObjective 0.0 Reconstruction.gaussian denoiser (dsharp.zeros [ 5; 2 ])

              for gradient in Gradient.ofLoss loss.Value (tensors schedule.Inside) do
                  Expect.equal (gradient.abs().max().toDouble()) 0.0 "the gradient") ]
