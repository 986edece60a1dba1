// Couplings, reflow, stochastic and probability flows at the edges: what the laws of FlowLaws do not say.
// Run with the whole suite.
module internal Functional.Tests.FlowMatchingTests

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.GaussianPaths

// ---- couplings ----

let private meanCost (data: Tensor) (noise: Tensor) : float =
    ((data - noise).square().sum 1).mean().toDouble()

let private transportIsCheaper (draw: Draw) =
    let data, noise = draw.Tensor([| 64; 2 |], -2.0, 2.0), dsharp.randn ([ 64; 2 ], dtype = Dtype.Float64)
    let paired = (Coupling.optimalTransport 0.05 50).Pair data noise
    Expect.isLessThan (meanCost data paired) (0.6 * meanCost data noise) "the cost"
    Expect.equal paired.shape noise.shape "shape"

/// Noise that is the data in another order, with little regularization: every example finds its own.
let private transportFindsPartners (draw: Draw) =
    let data = draw.Tensor([| 12; 3 |], -2.0, 2.0)
    let noise = data.indexSelect (0, dsharp.randperm 12)
    isClose 1e-12 "partners" ((Coupling.optimalTransport 1e-3 500).Pair data noise) data

/// Over many batches noise remains normal, whichever example it goes with.
let private keepsNoise (coupling: Coupling) (draw: Draw) =
    let batch _ =
        let data = draw.Tensor([| 32; 1; 2 |], -2.0, 2.0)
        coupling.Pair data (dsharp.randn ([ 32; 1; 2 ], dtype = Dtype.Float64))

    // batches are independent, rows of one are not
    let means = Tensor.stack [ for i in 1..100 -> (batch i).square().mean 0 ]
    let mean, error = meanAndError means
    isWithin "E ε²" mean error (mean.onesLike ())

// ---- reflow ----

let private shifted (speed: float -> float) : ProbabilityFlow =
    ProbabilityFlow.create
        (fun x t -> Tensor.stack [ for row in 0 .. x.shape[0] - 1 -> x.[row] * 0.0 + speed (t[row].toDouble()) ])
        (Normal.standard [ 2 ])

let private bends =
    testCase "The bend of a path is 0 where it is straight, and ∫ (1 - 2t)² where its speed is 2t" (fun () ->
        let noise = dsharp.randn ([ 3; 2 ], dtype = Dtype.Float64)

        let bend speed =
            RectifiedFlow.bend
                { OdeSolver.defaults with RelativeTolerance = 1e-9; AbsoluteTolerance = 1e-9 }
                50
                (shifted speed)
                noise

        isClose 1e-9 "straight" (bend (fun _ -> 2.0)) (float64 [ 0.0; 0.0; 0.0 ])
        isClose 1e-3 "2t" (bend (fun t -> 2.0 * t)) (float64 [ 2.0 / 3.0; 2.0 / 3.0; 2.0 / 3.0 ]))

let private reflows (draw: Draw) =
    let data = mixtureOf 2 2 draw

    let flow =
        { VelocityField.flow [ 2 ] (exactField NoiseSchedule.rectified data) with
            DataTime = 1e-4 }

    let pairs = RectifiedFlow.pairs OdeSolver.defaults flow 1500
    Expect.equal pairs.Length 1500 "length"
    let points, noise = Dataset.head 1500 pairs
    isClose 1e-3 "data" points (ProbabilityFlow.decode OdeSolver.defaults flow noise).State
    // what is trained on pairs is E‖u - (ε - x₀)‖², which their straight lines have none of
    let line = Net.ofFunction (fun (x: Tensor, _: Tensor) -> x * 0.0)
    let loss = FlowMatching.pairLoss (VelocityField.rectified line) (points, noise)
    isClose 1e-6 "loss" loss.Value ((noise - points).square().sum(1).mean())

// ---- training ----

let private trains =
    testCase "A velocity learned by regression is the exact one of normal data" (fun () ->
        Random.withSeed 7 (fun () ->
            // u = a(t) x + b(t) on straight lines: a quadratic in t for each
            let net =
                Net.ofFunction (fun (x: Tensor, t: Tensor) ->
                    let t = t.unsqueeze 1
                    dsharp.cat ([ x; x * t; x * t * t; t.onesLike (); t; t * t ], 1))
                --> linear 6 1

            let field = VelocityField.rectified net
            let data = Normal(0.5, 0.8)

            let options =
                { Training.defaults with
                    Epochs = 400
                    BatchSize = 4096
                    Optimizer = Optimizer.adam 0.02
                    Progress = Progress.silent }

            let batches = Dataset.repeated 4096 () |> Dataset.map (fun () -> data.Sample [ 4096; 1 ])
            Training.fit options field.Parameters (FlowMatching.loss field) batches |> ignore
            let samples = ProbabilityFlow.sample OdeSolver.defaults (VelocityField.flow [ 1 ] field) 4000
            Expect.isTrue (abs (samples.mean().toDouble() - 0.5) < 0.08) $"mean {samples.mean().toDouble()}"
            Expect.isTrue (abs (samples.std().toDouble() - 0.8) < 0.08) $"scale {samples.std().toDouble()}"))

// ---- likelihoods ----

/// log N(x; 0, 1) integrated over a grey value's width.
let private bits =
    testCase "Bits a dimension of grey values that do not move are those of normal noise" (fun () ->
        Random.withSeed 3 (fun () ->
            let flow = inFloat64 (fun () -> ProbabilityFlow.create (fun x _ -> x * 0.0) (Normal.standard [ 2; 3 ]))
            let x = (float64 [ -1.0; 0.0; 1.0; 1.0; 0.0; -1.0 ]).view([ 1; 2; 3 ]).expand [ 4000; 2; 3 ]
            let found = ProbabilityFlow.bitsPerDimension OdeSolver.defaults TraceMethod.Exact 3 flow x
            let mean, error = meanAndError found
            // E (x + w (u - ½))² = x² + w²/12, w = 1
            let density = -0.5 * (4.0 / 6.0 + 1.0 / 12.0) - 0.5 * log (2.0 * Math.PI)
            isWithin "bits" mean error (float64 (-density / log 2.0))))

let private differentiatesLikelihood (draw: Draw) =
    let x, shift = draw.Tensor([| 5; 2 |], -1.0, 1.0), draw.Tensor([| 2 |], -1.0, 1.0)
    // u = a x with a trained a: x₁ = x exp a, log p(x) = log N(x exp a) + 2 a
    let logLikelihood (a: Tensor) =
        let flow = inFloat64 (fun () -> ProbabilityFlow.create (fun x _ -> x * a) (Normal.standard [ 2 ]))
        let noise, change = (ProbabilityFlow.encodeWithChange OdeSolver.defaults TraceMethod.Exact flow x).State
        (flow.Noise.LogProb noise + change).sum()

    let exact (a: Tensor) =
        ((x * a.exp ()).square() * -0.5).sum() + a * 10.0

    let a = shift[0]
    isClose 1e-3 "the gradient" (dsharp.grad logLikelihood a) (dsharp.grad exact a)

// ---- edges ----

let private schedule = NoiseSchedule.variancePreserving 0.1 20.0

let private denoiser = lazy (Denoiser.ofFunction schedule Prediction.Noise (fun x _ -> x))

/// On every schedule, whatever is predicted: a flow that is made has a velocity at both of its ends.
let private hasEnds (dataTime: float) (draw: Draw) =
    let x = draw.Tensor([| 3; 2 |], -1.0, 1.0)

    for schedule in inFloat64 NoiseSchedule.all @ [ FlowMatching.path 0.1 ] do
        for prediction in Prediction.all do
            let made =
                try
                    let denoiser = Denoiser.ofFunction schedule prediction (fun x _ -> x.tanh ())
                    Ok(ProbabilityFlow.ofDenoiser dataTime [ 2 ] denoiser)
                with :? ArgumentException as refused ->
                    Error refused.Message

            match made with
            | Ok flow ->
                for time in [ dataTime; 1.0 ] do
                    let velocity = ProbabilityFlow.field flow time x
                    Expect.isTrue (velocity.isfinite().all().toBool()) $"{schedule}, {prediction.Name}: the velocity at {time}"
            | Error message ->
                let divides = prediction.DividesBySignal && (schedule.At [ 1.0 ] |> Array.head).Signal = 0.0
                Expect.isTrue (divides || dataTime = 0.0) $"{schedule}, {prediction.Name} is not refused: {message}"
                says message [ schedule.Name; (if dataTime = 0.0 && not divides then "1e-4" else "ProbabilityFlow") ]

let private edges =
    [ testCase "Samples have the shape, dtype and number that were asked for, images too" (fun () ->
          let options = { ReverseSde.defaults with Steps = 3 }
          let images = ReverseSde.sample options denoiser.Value 2 [ 1; 4; 4 ]
          Expect.equal images.shape [| 2; 1; 4; 4 |] "shape"
          Expect.equal images.dtype Dtype.Float32 "dtype"
          let flow = ProbabilityFlow.ofDenoiser 1e-3 [ 1; 4; 4 ] denoiser.Value
          Expect.equal (ProbabilityFlow.sample OdeSolver.defaults flow 3).shape [| 3; 1; 4; 4 |] "shape"
          let path = ProbabilityFlow.path OdeSolver.defaults 5 flow (flow.Noise.Sample [ 2 ])
          Expect.equal path.shape [| 5; 2; 1; 4; 4 |] "path")
      testCase "Sampling leaves nothing but the samples" (fun () ->
          leavesNothing (fun () ->
              let flow = ProbabilityFlow.ofDenoiser 1e-3 [ 2 ] denoiser.Value
              (ProbabilityFlow.sample OdeSolver.defaults flow 3).Dispose()
              (ReverseSde.sample { ReverseSde.defaults with Steps = 70 } denoiser.Value 3 [ 2 ]).Dispose()
              (ProbabilityFlow.logLikelihood OdeSolver.defaults TraceMethod.Exact flow (dsharp.zeros [ 3; 2 ])).Dispose()))
      testCase "Sampling along the reverse equation can be cancelled" (fun () ->
          let source = new CancellationTokenSource()

          let denoiser =
              Denoiser.ofFunction schedule Prediction.Noise (fun x _ ->
                  source.Cancel()
                  x)

          let options = { ReverseSde.defaults with Cancellation = source.Token }

          Expect.throwsT<OperationCanceledException> (fun () -> ReverseSde.sample options denoiser 1 [ 2 ] |> ignore) "cancelled")
      testCase "Each step along the reverse equation is reported" (fun () ->
          let seen = ResizeArray()

          let report (progress: SamplerProgress) =
              seen.Add(progress.Step, progress.Time, progress.State.sum().toDouble())

          let options =
              { ReverseSde.defaults with
                  Steps = 3
                  Start = 0.7
                  Finish = 0.1
                  OnStep = report }

          let x = ReverseSde.sample options denoiser.Value 4 [ 2 ]
          Expect.equal [ for step, _, _ in seen -> step ] [ 1; 2; 3 ] "steps"
          isClose 1e-12 "times" (float64 [ for _, time, _ in seen -> time ]) (float64 [ 0.5; 0.3; 0.1 ])
          let _, _, last = Seq.last seen
          Expect.equal last (x.sum().toDouble()) "the last state")
      testCase "No steps are refused" (fun () ->
          let options = { ReverseSde.defaults with Steps = 0 }
          says (messageOf<ArgumentException, _>(fun () -> ReverseSde.sample options denoiser.Value 1 [ 2 ])) [ "Steps"; "0" ])
      testCase "Time that does not run back is refused" (fun () ->
          let options = { ReverseSde.defaults with Start = 0.1; Finish = 0.5 }
          says (messageOf<ArgumentException, _>(fun () -> ReverseSde.sample options denoiser.Value 1 [ 2 ])) [ "0.1"; "0.5" ])
      testCase "A schedule without coefficients at its end is refused" (fun () ->
          let denoiser = Denoiser.ofFunction NoiseSchedule.rectified Prediction.Noise (fun x _ -> x)

          says
              (messageOf<ArgumentException, _>(fun () -> ReverseSde.sample ReverseSde.defaults denoiser 1 [ 2 ]))
              [ "rectified"; "t = 1" ])
      testCase "A flow whose velocity has no value where the data are is refused when it is made" (fun () ->
          for schedule in [ schedule; NoiseSchedule.linear 1000; NoiseSchedule.cosine 50 ] do
              let denoiser = Denoiser.ofFunction schedule Prediction.Noise (fun x _ -> x)

              says
                  (messageOf<ArgumentException, _>(fun () -> ProbabilityFlow.ofDenoiser 0.0 [ 2 ] denoiser))
                  [ schedule.Name; "dataTime = 0"; "1e-4" ])
      testCase "A flow whose denoiser has no data left to see is refused when it is made" (fun () ->
          let denoiser = Denoiser.ofFunction NoiseSchedule.rectified Prediction.Noise (fun x _ -> x)

          says
              (messageOf<ArgumentException, _>(fun () -> ProbabilityFlow.ofDenoiser 0.0 [ 2 ] denoiser))
              [ "rectified"; "t = 1"; "velocity or data" ])
      for dataTime in [ 0.0; 1e-4; 0.1 ] do
          holds $"A flow from data at {dataTime} has a velocity at both ends" 1 (hasEnds dataTime)
      testCase "Points of another shape are refused" (fun () ->
          let flow = ProbabilityFlow.ofDenoiser 1e-3 [ 2 ] denoiser.Value

          says
              (messageOf<ArgumentException, _>(fun () ->
                  ProbabilityFlow.logLikelihood OdeSolver.defaults TraceMethod.Exact flow (dsharp.zeros [ 3; 4 ])))
              [ "[3; 4]"; "[2]" ])
      testCase "Options out of range are refused" (fun () ->
          let refused (action: unit -> 'T) parts =
              says (messageOf<ArgumentException, _> action) parts

          refused (fun () -> Coupling.optimalTransport 0.0 5) [ "share" ]
          refused (fun () -> Coupling.optimalTransport 0.1 0) [ "iterations" ]
          refused (fun () -> FlowMatching.path 1.0) [ "leastNoise" ]
          refused (fun () -> ProbabilityFlow.ofDenoiser 1.0 [ 2 ] denoiser.Value) [ "dataTime" ]
          refused (fun () -> RectifiedFlow.pairs OdeSolver.defaults (shifted id) 0) [ "count" ]

          refused
              (fun () -> SdeSolver.solve SdeMethod.heun 0 (ReverseSde.forward schedule) (0.0, 1.0) (dsharp.zeros [ 1; 2 ]))
              [ "steps" ]) ]

/// What is stored of a field on a learned path is enough to rebuild it; training leaves the path alone.
let private keepsSchedule =
    testCase "A learned schedule is a field's parameter, but not trained" (fun () ->
        let network = Net.ofFunction (fun (x: Tensor, _: Tensor) -> x) --> linear 2 2
        let field = VelocityField.create (NoiseSchedule.learnedLinear 6.0 -4.0) network

        let names isTrained =
            [ for parameter in field.Parameters do
                  if parameter.Trained = isTrained then
                      parameter.Name.Split('.')[0] ]
            |> List.distinct

        Expect.equal (names true) [ "network" ] "trained"
        Expect.equal (names false) [ "schedule" ] "stored")

[<Tests>]
let tests =
    testList
        "Flow matching"
        [ holds "Optimal transport is cheaper than chance" 5 transportIsCheaper
          holds "Optimal transport finds partners" 5 transportFindsPartners

          for coupling in Coupling.all do
              holds $"Noise stays normal in the coupling {coupling}" 1 (keepsNoise coupling)

          bends
          keepsSchedule
          holds "Pairs of a flow are its ends" 2 reflows
          trains
          bits
          holds "Likelihoods are differentiated in what the velocity closes over" 3 differentiatesLikelihood
          yield! edges ]
