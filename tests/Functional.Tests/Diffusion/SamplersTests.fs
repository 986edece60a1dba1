// The loop that samplers run in: its states, its progress, cancelling it, its memory; reconstructions and bits of 8-bit images.
module Functional.Tests.Diffusion.SamplersTests

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private denoiser = Denoiser.ofFunction (NoiseSchedule.cosine 100) Prediction.Data (fun x _ -> x * 0.5)

let private options = { Sampler.defaults with Steps = 6 }

let private endsInData (sampler: Sampler) (draw: Draw) =
    let x = draw.Tensor([| 3; 2 |], -1.0, 1.0)

    let sampled (denoise: bool) =
        Random.withSeed 3 (fun () -> Sampler.run { options with Denoise = denoise } sampler denoiser x)

    let left = sampled false
    Expect.equal left.shape [| 3; 2 |] "the shape"
    Expect.isTrue (left.isfinite().all().toBool()) "numbers"
    isClose 0.0 "the expected data" (sampled true) (denoiser.Data(left, Rows.constant left 0.0))

// Whatever the schedule and the prediction: numbers, or an error that says what has none.
let private isFiniteOrRefused (sampler: Sampler) (draw: Draw) =
    let x = draw.Tensor([| 3; 2 |], -1.0, 1.0)

    for schedule in NoiseSchedule.all () do
        for prediction in Prediction.all do
            let denoiser = Denoiser.ofFunction schedule prediction (fun x _ -> x.tanh ())

            let sampled () =
                Sampler.run { Sampler.defaults with Steps = 10 } sampler denoiser x

            let hasData = (schedule.At [ 1.0 ] |> Array.head).Signal > 0.0
            let divides = prediction = Prediction.Noise || prediction = Prediction.Score

            let stepDivides = [ "Heun"; "reverse SDE"; "predictor" ] |> List.exists (fun name -> sampler.Name.StartsWith name)

            if hasData || not (divides || stepDivides) then
                Expect.isTrue ((sampled ()).isfinite().all().toBool()) $"{schedule}, {prediction.Name}"
            else
                says (messageOf<ArgumentException, _> sampled) [ schedule.Name; "t = 1"; "Start = 0.99" ]

// An image of so many levels: the probabilities of all values of a pixel add up to one.
let private isDistribution (draw: Draw) =
    let levels = draw.Int(2, 20)
    let time = draw.Float(0.02, 0.5)
    let data = float64 [ for k in 0 .. levels - 1 -> [ 2.0 * float k / float (levels - 1) - 1.0 ] ]
    let x = draw.Tensor([| 1; 1 |], -1.5, 1.5).expand [ levels; 1 ]
    let t = Rows.constant x time
    let logMass = (Reconstruction.quantized levels).LogLikelihood Mode.Eval denoiser data x t
    isClose 1e-9 "the sum" ((logMass.logsumexp 0).exp()) (float64 1.0)

// Far from the prediction there is still a logarithm, also in float32.
let private isFinite (draw: Draw) =
    let schedule = NoiseSchedule.linear 1000
    let far = Denoiser.ofFunction schedule Prediction.Data (fun x _ -> x.zerosLike () + draw.Float(-1.0, 1.0))
    let data = dsharp.tensor [ [ -1.0f; 1.0f; 0.99f; -0.5f ] ]
    let t = dsharp.tensor [ 0.001f ]
    let logMass = (Reconstruction.quantized 256).LogLikelihood Mode.Eval far data data t
    Expect.isTrue (logMass.isfinite().all().toBool()) $"{logMass}"

// A black pixel predicted too bright, a white one too dark, under hardly any noise.
let private isFiniteInTails (noise: float) (draw: Draw) =
    let data = float64 [ [ -1.0; 1.0; draw.Float(-0.9, 0.9) ] ]
    let error = draw.Float(0.05, 0.3)
    let denoiser = Denoiser.ofFunction (NoiseSchedule.edm 1.0) Prediction.Data (fun x _ -> x * (1.0 - error))

    let logMass (x: Tensor) =
        (Reconstruction.quantized 256).LogLikelihood Mode.Eval denoiser data x (float64 [ noise ])

    // the tails of Φ: log Φ(-z) is -z²/2 - log z - log √2π to the order of 1/z²
    let z = (error - 1.0 / 255.0) / noise
    let tail = -0.5 * z * z - log z - 0.5 * log (2.0 * Math.PI)

    let outer = (Reconstruction.quantized 256).LogLikelihood Mode.Eval denoiser data[*, ..1] data[*, ..1] (float64 [ noise ])

    isClose 1e-6 "both tails" outer (float64 [ 2.0 * tail ])
    let gradient = dsharp.grad (fun x -> (logMass x).sum()) data
    Expect.isTrue ((logMass data).isfinite().all().toBool()) "numbers"
    Expect.isTrue (gradient.isfinite().all().toBool()) "their gradient"

// Inner loops keep one state: the last run of the network finds no more tensors than the second.
let private isFlat (step: Denoiser -> Tensor -> NoiseLevel -> NoiseLevel -> Tensor) (draw: Draw) =
    let alive = ResizeArray()

    let counting =
        Denoiser.ofFunction (NoiseSchedule.variancePreserving 0.1 20.0) Prediction.Data (fun x _ ->
            alive.Add(Scope.liveTensors ())
            x * 0.5)

    let levels = counting.Schedule.At [ 0.6; 0.5 ]
    collect ()
    step counting (draw.Tensor([| 3; 2 |], -1.0, 1.0)) levels[0] levels[1] |> ignore
    Expect.isGreaterThan alive.Count 30 "runs of the network"
    Expect.isLessThan (alive[alive.Count - 1] - alive[1]) 60L "live tensors"

// Log SNR is asked for when levels and times are read, and in no step.
let private readsOnce (churn: float) =
    let mutable readings = 0
    let path = NoiseSchedule.variancePreserving 0.1 20.0

    let schedule =
        { new NoiseSchedule("counting", "", "") with
            member _.Signal t = path.Signal t
            member _.Noise t = path.Noise t

            member _.LogSnr t =
                readings <- readings + 1
                path.LogSnr t }

    let denoiser = Denoiser.ofFunction schedule Prediction.Data (fun x _ -> x * 0.5)

    let readingsIn (steps: int) =
        readings <- 0
        Sampler.run { options with Steps = steps } (Sampler.heun churn) denoiser (float64 [ [ 1.0; -1.0 ] ]) |> ignore
        readings

    Expect.equal (readingsIn 40) (readingsIn 4) "readings of the schedule"

// The network is first asked at the time of a share more of noise, and x has the scale of that time.
let private churns (draw: Draw) =
    let schedule, churn = draw.Pick(inFloat64 NoiseSchedule.all), draw.Float(0.05, 0.5)
    let asked = ResizeArray<float * float>()

    let denoiser =
        Denoiser.ofFunction schedule Prediction.Data (fun x t ->
            asked.Add((t[0].toDouble()), (x.std().toDouble()))
            x.zerosLike ())

    let options = { options with Steps = 1; Start = draw.Float(0.2, 0.7) }
    let x = Sampler.noiseLike options denoiser (float64 [ for _ in 1..20_000 -> [ 0.0 ] ])
    Sampler.run options (Sampler.heun churn) denoiser x |> ignore
    let time, scale = asked[0]
    let levels = schedule.At [ options.Start; time; 1.0 ]
    let wanted = max levels[2].LogSnr (levels[0].LogSnr - 2.0 * log (1.0 + churn))
    Expect.isLessThan (abs (levels[1].LogSnr - wanted)) 1e-9 $"{schedule}: the log SNR"
    // what had the variance α² + σ² at the start, as of data of variance 1, has it at the later time
    let expected = sqrt (levels[1].Signal ** 2.0 + levels[1].Noise ** 2.0)
    Expect.isLessThan (abs (scale / expected - 1.0)) (standardErrors / sqrt 40_000.0) $"{schedule}: the scale"

[<Tests>]
let tests =
    testList
        "Samplers"
        [ for sampler in Sampler.all do
              holds $"{sampler.Name} ends in data" 2 (endsInData sampler)
              holds $"{sampler.Name} has numbers, or says why not" 1 (isFiniteOrRefused sampler)

          testCase "a trajectory begins with the start, ends with the sample and is reported" (fun () ->
              let seen = ResizeArray()

              let options =
                  { options with
                      OnStep = fun progress -> seen.Add(progress.Step, progress.Steps, progress.Time) }

              let x = float64 [ [ 1.0; -1.0 ] ]
              let states = Sampler.trajectory options (Sampler.ddim 0.0) denoiser x
              Expect.equal states.Length 7 "the states"
              isClose 0.0 "the first" states.Head x
              isClose 0.0 "the last" (List.last states) (Sampler.run options (Sampler.ddim 0.0) denoiser x)
              Expect.equal (Seq.length seen) 12 "the reports"
              Expect.equal seen[5] (6, 6, 0.0) "the last report")

          testCase "sampling is cancelled between steps" (fun () ->
              use source = new CancellationTokenSource()
              let mutable steps = 0

              let options =
                  { options with
                      Cancellation = source.Token
                      OnStep =
                          fun progress ->
                              steps <- progress.Step

                              if progress.Step = 3 then
                                  source.Cancel() }

              messageOf<OperationCanceledException, _>(fun () -> Sampler.sample options (Sampler.ddim 0.0) denoiser [ 2; 2 ])
              |> ignore

              Expect.equal steps 3 "steps done")

          testCase "what fails leaves no tensors behind" (fun () ->
              let options =
                  { options with
                      OnStep =
                          fun progress ->
                              if progress.Step = 3 then
                                  failwith "enough" }

              let x = float64 [ [ 1.0; -1.0 ] ]

              leavesNothing (fun () ->
                  for run in
                      [ Sampler.run options (Sampler.ddim 0.0) denoiser >> ignore
                        Sampler.trajectory options (Sampler.ddim 0.0) denoiser >> ignore ] do
                      says (messageOf<Exception, _>(fun () -> run x)) [ "enough" ])

              isClose 0.0 "the start is the caller's" x (float64 [ [ 1.0; -1.0 ] ]))

          testCase "a step may return what it was given" (fun () ->
              let idle = { Sampler.ddim 0.0 with Step = fun _ x _ _ -> x }
              let x = float64 [ [ 1.0; -1.0 ] ]
              Expect.isTrue (obj.ReferenceEquals(Sampler.run options idle denoiser x, x)) "the start"
              let once = { idle with Step = fun _ x t _ -> if t.Time < 0.6 then x * 2.0 else x }
              isClose 0.0 "the end" (Sampler.run options once denoiser x) (x * 8.0)
              isClose 0.0 "the start is the caller's" x (float64 [ [ 1.0; -1.0 ] ]))

          holds "corrections free their memory" 1 (isFlat (Sampler.predictorCorrector 40 0.16).Step)

          holds "resamplings free their memory" 1 (fun draw ->
              let x = draw.Tensor([| 3; 2 |], -1.0, 1.0)
              let replacing = DiffusionInPainting.replacing 40 x (x.gt 0.0) (Sampler.ddim 0.0)
              isFlat replacing.Step draw)

          testCase "sampling leaves no tensors behind" (fun () ->
              leavesNothing (fun () ->
                  for sampler in Sampler.all do
                      (Sampler.sample options sampler denoiser [ 2; 2 ]).Dispose()))

          testCase "options that make no sense are refused" (fun () ->
              let message options =
                  messageOf<ArgumentException, _>(fun () -> Sampler.sample options Sampler.all.Head denoiser [ 1; 1 ])

              says (message { options with Steps = 0 }) [ "Steps"; "at least 1" ]
              says (message { options with Start = 1.5 }) [ "Start"; "at most 1" ]

              let cold = { Degradation = Degradation.all.Head; Network = Net.ofFunction fst }

              let image = dsharp.zeros [ 1; 1; 4; 4 ]

              says
                  (messageOf<ArgumentException, _>(fun () -> ColdDiffusion.run { options with Start = 0.0 } cold image))
                  [ "Start"; "above 0" ])

          testCase "grids and schedules that make no sense are refused" (fun () ->
              says (messageOf<ArgumentException, _>(fun () -> TimeGrid.karrasOf 0.0 0.1 1.0)) [ "power"; "positive" ]
              says (messageOf<ArgumentException, _>(fun () -> TimeGrid.karrasOf 7.0 0.0 1.0)) [ "smallest"; "positive" ]
              says (messageOf<ArgumentException, _>(fun () -> TimeGrid.karrasOf 7.0 2.0 1.0)) [ "largest"; "smallest" ]
              says (messageOf<ArgumentException, _>(fun () -> NoiseSchedule.learned 0 1.0 -1.0)) [ "units"; "at least 1" ])

          testCase "noise has the scale of its time" (fun () ->
              let schedule = NoiseSchedule.varianceExploding 0.01 50.0
              let exploding = Denoiser.ofFunction schedule Prediction.Data (fun x _ -> x)
              let noise = Random.withSeed 1 (fun () -> Sampler.noise options exploding [ 10_000 ])
              let scale = noise.std().toDouble()
              Expect.isLessThan (abs (scale / sqrt 2501.0 - 1.0)) (5.0 / sqrt 20_000.0) "the scale")

          testCase "noise has the scale of the grid's first time" (fun () ->
              for schedule, largest in
                  [ NoiseSchedule.edm 200.0, 80.0
                    NoiseSchedule.varianceExploding 0.01 348.0, 80.0
                    NoiseSchedule.edm 20.0, 20.0 ] do
                  let options = { options with Grid = TimeGrid.karras }
                  let denoiser = Denoiser.ofFunction schedule Prediction.Data (fun x _ -> x)
                  let expected = sqrt (1.0 + largest * largest)

                  for noise in
                      [ Random.withSeed 1 (fun () -> Sampler.noise options denoiser [ 10_000 ])
                        Random.withSeed 2 (fun () -> Sampler.noiseLike options denoiser (dsharp.zeros [ 10_000 ])) ] do
                      let scale = noise.std().toDouble()
                      Expect.isLessThan (abs (scale / expected - 1.0)) (5.0 / sqrt 20_000.0) $"the scale, {schedule}")

          testCase "noise is of the denoiser's dtype" (fun () ->
              let network = inFloat64 (fun () -> Net.ofFunction (fun (x: Tensor, _: Tensor) -> x) --> linear 2 2)

              let denoiser = Denoiser.create (NoiseSchedule.variancePreserving 0.1 20.0) Prediction.Data network
              Expect.equal (Sampler.sample options (Sampler.ddim 0.0) denoiser [ 3; 2 ]).dtype Dtype.Float64 "a sampler"
              let reverse = ReverseSde.sample { ReverseSde.defaults with Steps = 2 } denoiser 3 [ 2 ]
              Expect.equal reverse.dtype Dtype.Float64 "the reverse equation"
              let flow = ProbabilityFlow.ofDenoiser 1e-3 [ 2 ] denoiser
              Expect.equal (ProbabilityFlow.sample OdeSolver.defaults flow 3).dtype Dtype.Float64 "the flow")

          for noise in [ 1e-5; 8e-5 ] do
              holds $"quantized reconstructions are finite under noise of {noise}" 3 (isFiniteInTails noise)

          testCase "the schedule is read before the first step" (fun () -> List.iter readsOnce [ 0.0; 0.3 ])
          holds "churn adds a share of noise before each step" 10 churns
          holds "quantized reconstructions add up to one" 5 isDistribution
          holds "quantized reconstructions are finite in float32" 3 isFinite

          testCase "bits per dimension" (fun () ->
              let x = dsharp.zeros [ 2; 1; 4; 4 ]
              let bits = DiffusionBound.bitsPerDimension x (float64 [ -16.0 * log 256.0; 0.0 ])
              isClose 1e-12 "bits" bits (float64 [ 8.0; 0.0 ])) ]
