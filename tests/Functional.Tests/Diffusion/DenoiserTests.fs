// What denoisers and all that is made of networks of examples and times refuse: outputs and times of other shapes, and t = 1 without data.
// Run with the whole suite, over the registries of predictions, weightings, score objectives and samplers.
module internal Functional.Tests.DenoiserTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private written (shape: Shape) : string =
    let lengths = String.Join("; ", shape)
    $"[{lengths}]"

let private schedule = NoiseSchedule.variancePreserving 0.1 20.0

/// A network of examples and times.
type private Network = Tensor -> Tensor -> Tensor

let private ofNetwork (network: Network) : Net<Tensor * Tensor, Tensor> =
    Net.ofFunction (fun (x, t) -> network x t)

let private half (x: Tensor) : Tensor = Rows.constant x 0.5

let private dimming: Degradation =
    { Name = "dimming"
      Formula = "x (1 - t/2)"
      Source = ""
      Apply = fun x t -> x * (1.0 - Rows.lift x t * 0.5) }

// ---- outputs ----

/// Everything that runs a network of examples and times, on examples.
let private users: (string * (Network -> Tensor -> obj)) list =
    [ for prediction in Prediction.all do
          $"a denoiser of {prediction.Name}",
          fun network x -> box ((Denoiser.ofFunction schedule prediction network).At(Mode.Eval, x, half x))

      "preconditioned", (fun network x -> (Denoiser.preconditioned 0.5 schedule (ofNetwork network)).Data(x, half x))

      for weighting in LossWeighting.all do
          let loss network =
              DiffusionLoss.objective weighting TimeSampling.uniform (Denoiser.ofFunction schedule Prediction.Noise network)

          $"the loss {weighting.Name}", (fun network x -> loss network x)

      let bound = DiffusionBound.create 3 Reconstruction.gaussian
      "bound", (fun network x -> DiffusionBound.objective bound (Denoiser.ofFunction schedule Prediction.Data network) x)

      for sampler in Sampler.all do
          let options = { Sampler.defaults with Steps = 2; Start = 0.9 }

          $"the sampler {sampler.Name}",
          fun network x -> Sampler.run options sampler (Denoiser.ofFunction schedule Prediction.Velocity network) x

      let field network =
          VelocityField.rectified (ofNetwork network)

      "flow matching", (fun network x -> FlowMatching.loss (field network) x)
      "a field's denoiser", (fun network x -> (VelocityField.toDenoiser (field network)).Velocity(x, half x))

      "a field's flow",
      fun network x -> ProbabilityFlow.encode OdeSolver.defaults (VelocityField.flow x.shape[1..] (field network)) x

      let cold network =
          { Degradation = dimming; Network = ofNetwork network }

      "cold diffusion", (fun network x -> ColdDiffusion.objective TimeSampling.uniform (cold network) x)
      "cold sampling", (fun network x -> ColdDiffusion.run Sampler.defaults (cold network) x)

      for objective in ScoreMatching.explicit (fun x -> -x) :: ScoreMatching.all do
          $"score matching, {objective.Name}", (fun network x -> ScoreMatching.objective objective network x) ]

/// What makes the shape another that broadcasts with the first.
let private misshapen: (Tensor -> Tensor) list = [ _.sum(-1); _.sum(); (fun x -> x[0..0]) ]

let private outputsAreLikeExamples (use': Network -> Tensor -> obj) (draw: Draw) =
    let x = draw.Tensor(draw.Pick [ [| 3; 2 |]; [| 3; 1 |]; [| 2; 3; 2 |] ], -1.0, 1.0)
    use' (fun x _ -> x.tanh ()) x |> ignore
    // [batch; 1] for [batch; many] as well
    let narrow = if Array.last x.shape > 1 then [ fun (x: Tensor) -> x.sum (-1, keepDim = true) ] else []

    for other in misshapen @ narrow do
        says (messageOf<ArgumentException, _>(fun () -> use' (fun x _ -> other x) x)) [ written (other x).shape; written x.shape ]

let private truthIsLikeExamples (draw: Draw) =
    let x = draw.Tensor([| 3; 2 |], -1.0, 1.0)
    let objective = ScoreMatching.explicit (fun x -> x.sum (1, keepDim = true))
    says (messageOf<ArgumentException, _>(fun () -> ScoreMatching.objective objective (fun x _ -> x) x)) [ "[3; 1]"; "[3; 2]" ]

// ---- times ----

let private drawing (times: Tensor -> Tensor) : TimeSampling =
    { TimeSampling.uniform with Draw = fun _ x -> times x }

/// Everything that takes times, on images and the times made of good ones; the network is not to be run.
let private timed: (string * (Network -> (Tensor -> Tensor) -> Tensor -> obj)) list =
    let denoiser network =
        Denoiser.ofFunction schedule Prediction.Noise network

    [ "a denoiser", (fun network spoil x -> box ((denoiser network).At(Mode.Eval, x, spoil (half x))))
      "diffusion", (fun _ spoil x -> Denoiser.diffuse schedule x (spoil (half x)) x)

      for variance in [ ReverseVariance.Posterior; ReverseVariance.Forward ] do
          let step network (x: Tensor) s t =
              DiffusionBound.step Mode.Eval variance (denoiser network) s t x

          $"the later time of a step, {variance}", (fun network spoil x -> step network x (half x * 0.5) (spoil (half x)))
          $"the earlier time of a step, {variance}", (fun network spoil x -> step network x (spoil (half x * 0.5)) (half x))

      for weighting in LossWeighting.all do
          $"the loss {weighting.Name}",
          fun network spoil x -> DiffusionLoss.estimate Mode.Eval weighting (drawing (half >> spoil)) (denoiser network) x

      "flow matching",
      fun network spoil x -> FlowMatching.estimate Mode.Eval (VelocityField.rectified (ofNetwork network)) x x (spoil (half x))

      for degradation in Degradation.all do
          degradation.Name, (fun _ spoil x -> degradation.Apply x (spoil (half x)))

      "cold diffusion",
      fun network spoil x ->
          let own = { dimming with Apply = fun x _ -> network x x }
          ColdDiffusion.objective (drawing (half >> spoil)) { Degradation = own; Network = ofNetwork network } x

      "a scaled score", (fun network spoil x -> Score.scaled (fun x -> x) x (spoil (half x))) ]

let private misplaced: (Tensor -> Tensor) list = [ _.unsqueeze(1); _.sum(); (fun t -> t[0..0]); (fun t -> dsharp.cat [ t; t ]) ]

let private timesAreOfExamples (use': Network -> (Tensor -> Tensor) -> Tensor -> obj) (draw: Draw) =
    let x = draw.Tensor([| draw.Int(2, 4); 1; 3; 4 |], -1.0, 1.0)
    let mutable runs = 0

    let network (x: Tensor) (_: Tensor) =
        runs <- runs + 1
        x

    use' network id x |> ignore
    runs <- 0

    for spoil in misplaced do
        let message = messageOf<ArgumentException, _>(fun () -> use' network spoil x)
        says message [ written (spoil (half x)).shape; written x.shape; "[batch]" ]

    Expect.equal runs 0 "runs of the network"

// ---- where no data are left ----

/// What is made of a denoiser, and whether it divides by α itself.
let private made: (string * bool * (Denoiser -> Denoiser)) list =
    let x = float64 [ [ 0.5; 0.0 ]; [ -0.5; 0.0 ]; [ 1.0; 0.0 ] ]
    let visible = float64 [ [ 1.0; 0.0 ]; [ 1.0; 0.0 ]; [ 1.0; 0.0 ] ]

    [ "itself", false, id
      "clipped", false, Denoiser.clipped -1.0 1.0

      for prediction in Prediction.all do
          $"with {prediction.Name} predicted", false, Denoiser.predicting prediction

      "clipped, with noise predicted", false, Denoiser.clipped -1.0 1.0 >> Denoiser.predicting Prediction.Noise
      "rewritten", false, (fun denoiser -> denoiser |> Denoiser.rewritten Prediction.Data (fun _ x t -> denoiser.Data(x, t)))

      "without a classifier",
      false,
      fun denoiser ->
          let conditional = Denoiser.ofFunction denoiser.Schedule Prediction.Velocity (fun x _ -> x * 0.5)
          Guidance.classifierFree 2.0 conditional denoiser

      "with a classifier", false, Guidance.classifier 0.5 (fun x _ -> -(Rows.squaredNorm x))
      "in-painting, guided", true, DiffusionInPainting.guided x visible
      "in-painting, exact", true, DiffusionInPainting.exact x visible ]

let private hasNumbersOrRefuses (divides: bool) (make: Denoiser -> Denoiser) (draw: Draw) =
    let x = draw.Tensor([| 3; 2 |], -1.0, 1.0)

    for prediction in Prediction.all do
        let denoiser = Denoiser.ofFunction NoiseSchedule.rectified prediction (fun x _ -> x.tanh () * 0.4) |> make

        let dividing = divides || prediction.DividesBySignal || denoiser.Prediction.DividesBySignal
        Expect.equal denoiser.NeedsSignal dividing $"{prediction.Name}: whether the data are divided by α"

        for sampler in [ Sampler.ancestral ReverseVariance.Posterior; Sampler.ddim 0.0 ] do
            let run (start: float) () =
                Sampler.run { Sampler.defaults with Steps = 4; Start = start } sampler denoiser x

            let isNumbers (start: float) =
                Expect.isTrue
                    ((run start ()).isfinite().all().toBool())
                    $"{prediction.Name}, {sampler.Name}: numbers from {start}"

            isNumbers 0.99

            if dividing then
                says (messageOf<ArgumentException, _>(run 1.0)) [ "rectified"; "t = 1"; "Start = 0.99" ]
            else
                isNumbers 1.0

// ---- guidance ----

let private guidesByOneClass (draw: Draw) =
    let x, t = draw.Tensor([| 3; 2 |], -1.0, 1.0), float64 [ 0.2; 0.5; 0.7 ]
    let weights = draw.Tensor([| 2; 4 |], -1.0, 1.0)
    let denoiser = Denoiser.ofFunction schedule Prediction.Noise (fun x _ -> x)
    let classes (x: Tensor) = (x.matmul weights).logsoftmax 1

    let guided (logProbability: Tensor -> Tensor) =
        (denoiser |> Guidance.classifier 1.0 (fun x _ -> logProbability x)).Noise(x, t)

    isClose 1e-12 "[batch; 1] and [batch]" (guided (fun x -> (classes x)[*, 1..1])) (guided (fun x -> (classes x)[*, 1]))

    for other in [ classes; (fun x -> (classes x).sum()) ] do
        let message = messageOf<ArgumentException, _>(fun () -> guided other)
        says message [ written (other x).shape; "[3]"; "choose one" ]

[<Tests>]
let tests =
    testList
        "Denoiser"
        [ for name, use' in users do
              holds $"the output has the shape of the examples: {name}" 3 (outputsAreLikeExamples use')

          holds "a true score has the shape of the examples" 1 truthIsLikeExamples

          for name, use' in timed do
              holds $"there is one time for each example: {name}" 2 (timesAreOfExamples use')

          for name, divides, make in made do
              holds $"where no data are left there are numbers, or it says so: {name}" 1 (hasNumbersOrRefuses divides make)

          holds "a classifier guides by one class" 3 guidesByOneClass ]
