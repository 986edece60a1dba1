// A conditional model trained with dropped conditions, and what guidance makes of it.
module Functional.Tests.Diffusion.GuidanceTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// Two clouds on a line, at -1 and 1; the condition says which one, 0 says nothing.
let private clouds () =
    let side = (dsharp.rand [ 1024; 1 ]).gt(0.5).float32() * 2.0 - 1.0
    Dataset.ofTensor (Tensor.cat ([ side + dsharp.randn [ 1024; 1 ] * 0.3; side ], 1))

let private beside ((x: Tensor, t: Tensor), condition: Tensor) : Tensor =
    Tensor.cat ([ x; t.unsqueeze 1; condition ], 1)

let private network = lazy (Net.ofFunction beside --> mlpWith Activation.silu [ 3; 48; 48 ] --> linear 48 1)

let private schedule = NoiseSchedule.variancePreserving 0.1 20.0

let private given (condition: Tensor) : Denoiser =
    Denoiser.conditional schedule Prediction.Velocity network.Value condition

let private trained () =
    let options =
        { Training.defaults with
            Epochs = 60
            BatchSize = 128
            Optimizer = Optimizer.adam 5e-3
            Progress = Progress.silent }

    let objective =
        DiffusionLoss.conditional LossWeighting.truncatedSnr TimeSampling.lowDiscrepancy (fun (condition: Tensor) ->
            given (Guidance.dropped 0.2 (condition.zerosLike [ 1 ]) condition))

    let split (pair: Tensor) = pair[*, 0..0], pair[*, 1..1]
    Training.fit options network.Value.Parameters objective (clouds () |> Dataset.map split) |> ignore

let private count = 1000

let private drawn (denoiser: Denoiser) =
    let x = Sampler.sample { Sampler.defaults with Steps = 30 } (Sampler.ddim 0.0) denoiser [ count; 1 ]
    x.mean().toDouble(), x.std().toDouble()

[<Tests>]
let tests =
    testList
        "Guidance"
        [ testCase "a network trained with dropped conditions draws with them, without them and guided" (fun () ->
              Random.withSeed 1 (fun () ->
                  trained ()
                  let condition (value: float) = dsharp.full ([ count; 1 ], value)
                  let right, none = given (condition 1.0), given (condition 0.0)
                  let mean, scale = drawn right
                  Expect.isLessThan (abs (mean - 1.0)) 0.15 $"the mean of one cloud, {mean}"
                  Expect.isLessThan (abs (scale - 0.3)) 0.12 $"the scale of one cloud, {scale}"
                  let mean, scale = drawn none
                  Expect.isLessThan (abs mean) 0.25 $"the mean of both clouds, {mean}"
                  Expect.isGreaterThan scale 0.6 $"the scale of both clouds, {scale}"
                  let guided, sharp = drawn (Guidance.classifierFree 4.0 right none)
                  Expect.isGreaterThan guided 0.85 $"guided, the mean is further from the other cloud, {guided}"
                  Expect.isLessThan sharp 0.4 $"and the scale no larger, {sharp}"))

          testCase "denoisers of different schedules are refused" (fun () ->
              let of' schedule =
                  Denoiser.ofFunction schedule Prediction.Data (fun x _ -> x)

              let conditional, unconditional = of' (NoiseSchedule.cosine 10), of' NoiseSchedule.rectified
              let message = messageOf<ArgumentException, _>(fun () -> Guidance.classifierFree 1.0 conditional unconditional)
              says message [ "cosine 10"; "rectified" ]) ]
