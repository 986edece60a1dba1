// Tests of what models, samplers and estimates do in use: by the time they return, everything but their result is freed.
// Run with the whole suite. Nothing waits for the collector, which knows nothing of the megabytes behind a tensor.
module internal Functional.Tests.EvaluationTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private case (name: string) (action: unit -> 'T) : Test =
    testCase name (fun () -> freesAllButResult name action)

let private x = lazy Scope.keep ((dsharp.rand [ 4; 6 ]).round())
let private context = lazy Scope.keep (dsharp.rand [ 4; 3 ])
let private visible = lazy Scope.keep ((dsharp.rand [ 4; 6 ]).round())

// ---- autoencoders ----

let private vae: Lazy<Vae> =
    lazy
        { Encoder = mlp [ 6; 5 ] --> diagonalNormal 2
          Decoder = mlp [ 2; 5 ] --> bernoulli 6
          Prior = Normal.standard [ 2 ] }

let private ofVae =
    [ case "Vae.elbo" (fun () -> Vae.elbo vae.Value x.Value)
      case "Vae.logEvidence" (fun () -> Vae.logEvidence 5 vae.Value x.Value)
      case "Vae.reconstruct" (fun () -> Vae.reconstruct vae.Value x.Value)
      case "Vae.generate" (fun () -> Vae.generate 3 vae.Value)
      case "Vae.sample" (fun () -> Vae.sample 3 vae.Value)
      case "LogEvidence.weights" (fun () ->
          LogEvidence.weights 5 (Vae.model Mode.Eval vae.Value x.Value) (Vae.guide Mode.Eval vae.Value x.Value))
      case "LogEvidence.summarize" (fun () ->
          LogEvidence.summarize 50 (Vae.model Mode.Eval vae.Value x.Value) (Vae.guide Mode.Eval vae.Value x.Value)) ]

let private conditional: Lazy<ConditionalVae> =
    lazy
        { Prior = mlp [ 3; 5 ] --> diagonalNormal 2
          Encoder = join --> mlp [ 9; 5 ] --> diagonalNormal 2
          Decoder = join --> mlp [ 5; 5 ] --> bernoulli 6 }

let private ofConditional =
    [ case "ConditionalVae.elbo" (fun () -> ConditionalVae.elbo conditional.Value (x.Value, context.Value))
      case "ConditionalVae.logEvidence" (fun () -> ConditionalVae.logEvidence 5 conditional.Value (x.Value, context.Value))
      case "ConditionalVae.reconstruct" (fun () -> ConditionalVae.reconstruct conditional.Value (x.Value, context.Value))
      case "ConditionalVae.generate" (fun () -> ConditionalVae.generate 3 conditional.Value context.Value)
      case "ConditionalVae.sample" (fun () -> ConditionalVae.sample 3 conditional.Value context.Value) ]

let private inPainting: Lazy<ConditionalVae> =
    lazy
        { Prior = mlp [ 12; 5 ] --> diagonalNormal 2
          Encoder = join --> mlp [ 18; 5 ] --> diagonalNormal 2
          Decoder = join --> mlp [ 14; 5 ] --> bernoulli 6 }

let private ofInPainting =
    [ case "InPainting.logEvidence" (fun () -> InPainting.logEvidence 5 inPainting.Value (x.Value, visible.Value))
      case "InPainting.generate" (fun () -> InPainting.generate 3 inPainting.Value (x.Value, visible.Value))
      case "InPainting.sample" (fun () -> InPainting.sample 3 inPainting.Value (x.Value, visible.Value)) ]

let private vamp: Lazy<VampVae> =
    lazy
        { Encoder = mlp [ 6; 5 ] --> diagonalNormal 2
          Decoder = mlp [ 2; 5 ] --> bernoulli 6
          PseudoInputs = PseudoInputs.unitInterval (dsharp.rand [ 3; 6 ]) }

let private ofVamp =
    [ case "VampVae.elbo" (fun () -> VampVae.elbo vamp.Value x.Value)
      case "VampVae.logEvidence" (fun () -> VampVae.logEvidence 5 vamp.Value x.Value)
      case "VampVae.reconstruct" (fun () -> VampVae.reconstruct vamp.Value x.Value)
      case "VampVae.generate" (fun () -> VampVae.generate 3 vamp.Value)
      case "VampVae.sample" (fun () -> VampVae.sample 3 vamp.Value) ]

let private mixture = lazy GaussianMixtureVae.create 3 2 (mlp [ 6; 5 ] --> diagonalNormal 2) (mlp [ 2; 5 ] --> bernoulli 6)

let private ofMixture =
    [ case "GaussianMixtureVae.elbo" (fun () -> GaussianMixtureVae.elbo mixture.Value x.Value)
      case "GaussianMixtureVae.logEvidence" (fun () -> GaussianMixtureVae.logEvidence 5 mixture.Value x.Value)
      case "GaussianMixtureVae.clusters" (fun () -> GaussianMixtureVae.clusters 5 mixture.Value x.Value)
      case "GaussianMixtureVae.reconstruct" (fun () -> GaussianMixtureVae.reconstruct mixture.Value x.Value)
      case "GaussianMixtureVae.generate" (fun () -> GaussianMixtureVae.generate 3 mixture.Value)
      case "GaussianMixtureVae.generateFrom" (fun () -> GaussianMixtureVae.generateFrom 1 3 mixture.Value)
      case "GaussianMixtureVae.sample" (fun () -> GaussianMixtureVae.sample 3 mixture.Value) ]

let private semiSupervised: Lazy<SemiSupervisedVae> =
    lazy
        { Classifier = mlp [ 6; 5 ] --> oneHotCategorical 3
          Encoder = linearPair 6 3 5 --> Activation.tanh --> diagonalNormal 2
          Decoder = linearPair 3 2 5 --> Activation.tanh --> bernoulli 6
          Labels = OneHotCategorical.FromLogits(dsharp.zeros 3)
          Prior = Normal.standard [ 2 ] }

let private labels = lazy Scope.keep ((dsharp.eye 3).indexSelect(0, dsharp.tensor [ 0; 1; 2; 1 ]))

let private ofSemiSupervised =
    [ case "SemiSupervisedVae.logEvidence" (fun () -> SemiSupervisedVae.logEvidence 5 semiSupervised.Value x.Value)
      case "SemiSupervisedVae.labelledLogEvidence" (fun () ->
          SemiSupervisedVae.labelledLogEvidence 5 semiSupervised.Value (x.Value, labels.Value))
      case "SemiSupervisedVae.classify" (fun () -> SemiSupervisedVae.classify semiSupervised.Value x.Value)
      case "SemiSupervisedVae.reconstruct" (fun () -> SemiSupervisedVae.reconstruct semiSupervised.Value x.Value)
      case "SemiSupervisedVae.generateOf" (fun () -> SemiSupervisedVae.generateOf labels.Value 4 semiSupervised.Value)
      case "SemiSupervisedVae.generate" (fun () -> SemiSupervisedVae.generate 3 semiSupervised.Value)
      case "SemiSupervisedVae.sample" (fun () -> SemiSupervisedVae.sample 3 semiSupervised.Value) ]

let private hierarchical: Lazy<HierarchicalVae> =
    lazy
        { Inference =
            Hierarchy.Ladder [ mlp [ 6; 5 ], linear 5 4 --> diagonalNormal 2; mlp [ 5; 5 ], linear 5 4 --> diagonalNormal 2 ]
          Decoders = [ mlp [ 2; 5 ] --> bernoulli 6; mlp [ 2; 5 ] --> diagonalNormal 2 ]
          Prior = Normal.standard [ 2 ] }

let private ofHierarchical =
    [ case "HierarchicalVae.elbo" (fun () -> HierarchicalVae.elbo hierarchical.Value x.Value)
      case "HierarchicalVae.logEvidence" (fun () -> HierarchicalVae.logEvidence 5 hierarchical.Value x.Value)
      case "HierarchicalVae.reconstruct" (fun () -> HierarchicalVae.reconstruct hierarchical.Value x.Value)
      case "HierarchicalVae.generate" (fun () -> HierarchicalVae.generate 3 hierarchical.Value)
      case "HierarchicalVae.sample" (fun () -> HierarchicalVae.sample 3 hierarchical.Value) ]

// ---- adversarial models ----

let private generator () = mlp [ 2; 5 ] --> output 6
let private critic () = mlp [ 6; 5 ] --> output 1

let private gan: Lazy<Gan> = lazy { Generator = generator (); Critic = critic (); Prior = Normal.standard [ 2 ] }

let private conditionalGan: Lazy<ConditionalGan> =
    lazy
        { Generator = join --> mlp [ 5; 5 ] --> output 6
          Critic = join --> mlp [ 9; 5 ] --> output 1
          Prior = Normal.standard [ 2 ] }

let private bigan: Lazy<Bigan> =
    lazy
        { Generator = generator ()
          Encoder = mlp [ 6; 5 ] --> output 2
          Critic = join --> mlp [ 8; 5 ] --> output 1
          Prior = Normal.standard [ 2 ] }

let private cycleGan: Lazy<CycleGan> =
    lazy
        { GeneratorOfY = mlp [ 6; 5 ] --> output 6
          GeneratorOfX = mlp [ 6; 5 ] --> output 6
          CriticOfX = critic ()
          CriticOfY = critic () }

let private adversarial: Lazy<AdversarialAutoencoder> =
    lazy
        { Encoder = mlp [ 6; 5 ] --> diagonalNormal 2
          Decoder = mlp [ 2; 5 ] --> bernoulli 6
          Critic = mlp [ 2; 5 ] --> output 1
          Prior = Normal.standard [ 2 ] }

let private ofAdversarial =
    [ case "Gan.sample" (fun () -> Gan.sample 3 gan.Value)
      case "ConditionalGan.sample" (fun () -> ConditionalGan.sample conditionalGan.Value context.Value)
      case "Bigan.sample" (fun () -> Bigan.sample 3 bigan.Value)
      case "Bigan.encode" (fun () -> Bigan.encode bigan.Value x.Value)
      case "Bigan.reconstruct" (fun () -> Bigan.reconstruct bigan.Value x.Value)
      case "CycleGan.toX" (fun () -> CycleGan.toX cycleGan.Value x.Value)
      case "CycleGan.toY" (fun () -> CycleGan.toY cycleGan.Value x.Value)
      case "AdversarialAutoencoder.encode" (fun () -> AdversarialAutoencoder.encode adversarial.Value x.Value)
      case "AdversarialAutoencoder.reconstruct" (fun () -> AdversarialAutoencoder.reconstruct adversarial.Value x.Value)
      case "AdversarialAutoencoder.generate" (fun () -> AdversarialAutoencoder.generate 3 adversarial.Value) ]

// ---- samplers ----

let private denoiser =
    lazy
        Denoiser.create
            (NoiseSchedule.variancePreserving 0.1 20.0)
            Prediction.Noise
            (Net.ofFunction fst --> mlp [ 2; 5 ] --> output 2)

let private points = lazy Scope.keep (dsharp.randn [ 3; 2 ])
let private options = { Sampler.defaults with Steps = 3 }

let private ofSamplers =
    [ for sampler in Sampler.all do
          case $"Sampler.sample, {sampler.Name}" (fun () -> Sampler.sample options sampler denoiser.Value [ 3; 2 ])
      case "Sampler.run" (fun () -> Sampler.run options (Sampler.ddim 0.0) denoiser.Value points.Value)
      case "Sampler.trajectory" (fun () -> Sampler.trajectory options (Sampler.ddim 0.0) denoiser.Value points.Value |> List.tail)
      case "Sampler.noise" (fun () -> Sampler.noise options denoiser.Value [ 3; 2 ])
      case "Sampler.noiseLike" (fun () -> Sampler.noiseLike options denoiser.Value points.Value)
      case "DiffusionInPainting.sample" (fun () ->
          DiffusionInPainting.sample options 2 (Sampler.ddim 0.0) denoiser.Value (points.Value, points.Value))
      case "ReverseSde.sample" (fun () -> ReverseSde.sample { ReverseSde.defaults with Steps = 3 } denoiser.Value 3 [ 2 ])
      case "ReverseSde.follow" (fun () -> ReverseSde.follow { ReverseSde.defaults with Steps = 3 } denoiser.Value points.Value) ]

let private ode = { OdeSolver.defaults with AbsoluteTolerance = 1e-2; RelativeTolerance = 1e-2 }
let private flow = lazy ProbabilityFlow.ofDenoiser 1e-2 [ 2 ] denoiser.Value

let private ofFlows =
    [ case "ProbabilityFlow.sample" (fun () -> ProbabilityFlow.sample ode flow.Value 3)
      case "ProbabilityFlow.encode" (fun () -> ProbabilityFlow.encode ode flow.Value points.Value)
      case "ProbabilityFlow.decode" (fun () -> ProbabilityFlow.decode ode flow.Value points.Value)
      case "ProbabilityFlow.path" (fun () -> ProbabilityFlow.path ode 4 flow.Value points.Value)
      case "ProbabilityFlow.logLikelihood" (fun () -> ProbabilityFlow.logLikelihood ode TraceMethod.Exact flow.Value points.Value)
      case "ProbabilityFlow.bitsPerDimension" (fun () ->
          ProbabilityFlow.bitsPerDimension ode TraceMethod.Exact 256 flow.Value points.Value)
      case "RectifiedFlow.bend" (fun () -> RectifiedFlow.bend ode 2 flow.Value points.Value) ]

/// A start that the sampler made is freed when a step fails, and kept when a step returns it.
let private ownStarts () =
    let failing =
        { Sampler.ddim 0.0 with
            Step = fun _ _ _ _ -> raise (InvalidOperationException "enough") }

    freesAllButResult "where it fails" (fun () ->
        messageOf<InvalidOperationException, _>(fun () -> Sampler.sample options failing denoiser.Value [ 3; 2 ]))

    let idle = { Sampler.ddim 0.0 with Step = fun _ x _ _ -> x }
    let kept = Sampler.sample options idle denoiser.Value [ 3; 2 ]
    Expect.isTrue (kept.isfinite().all().toBool()) "a start that is the result can be read"

    // A clone of what a report shows outlives the sampling.
    let seen = ResizeArray<Tensor>()
    let watched = { options with OnStep = fun progress -> seen.Add(progress.State.clone ()) }
    let result = Sampler.sample watched (Sampler.ddim 0.0) denoiser.Value [ 3; 2 ]
    isClose 0.0 "the last clone" (Seq.last seen) result

[<Tests>]
let tests =
    testList
        "Evaluation"
        [ testList
              "frees all but its result"
              (ofVae
               @ ofConditional
               @ ofInPainting
               @ ofVamp
               @ ofMixture
               @ ofSemiSupervised
               @ ofHierarchical
               @ ofAdversarial
               @ ofSamplers
               @ ofFlows
               @ [ case "Mmd.medianDistance" (fun () -> Mmd.medianDistance x.Value x.Value) ])
          testCase "a start that a sampler makes is freed, but not under the reader" ownStarts ]
