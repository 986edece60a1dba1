// What the C# facade calls of diffusion: delegates, arrays and struct tuples for functions, lists and tuples.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading
open Functional
open Functional.Tensors

// A schedule of functions; log SNR may be left to be derived.
type private OwnSchedule
    (
        name: string,
        formula: string,
        source: string,
        signal: Func<Tensor, Tensor>,
        noise: Func<Tensor, Tensor>,
        logSnr: Func<Tensor, Tensor>,
        parameters: Parameter[],
        inside: Parameter[]
    ) =
    inherit NoiseSchedule(name, formula, source)
    override _.Parameters = List.ofArray parameters
    override _.Inside = List.ofArray inside
    override _.Signal t = signal.Invoke t
    override _.Noise t = noise.Invoke t

    override _.LogSnr t =
        match logSnr with
        | null -> base.LogSnr t
        | logSnr -> logSnr.Invoke t

/// Schedules.
module internal NoiseScheduleBridge =

    let create name formula source signal noise logSnr parameters inside : NoiseSchedule =
        OwnSchedule(name, formula, source, signal, noise, logSnr, parameters, inside)

    let parameters (schedule: NoiseSchedule) = List.toArray schedule.Parameters
    let inside (schedule: NoiseSchedule) = List.toArray schedule.Inside
    let ofBetas (betas: float[]) = NoiseSchedule.ofBetas betas
    let all () = List.toArray (NoiseSchedule.all ())

/// Denoisers, and what changes them.
module internal DenoiserBridge =

    let create schedule prediction (network: Net<struct (Tensor * Tensor), Tensor>) : Denoiser =
        Denoiser.create schedule prediction (PairBridge.ofStruct network)

    let parameters (denoiser: Denoiser) = List.toArray denoiser.Parameters

    let ofFunction schedule prediction (predict: Func<Tensor, Tensor, Tensor>) : Denoiser =
        Denoiser.ofFunction schedule prediction (fun x t -> predict.Invoke(x, t))

    let conditional schedule prediction (network: Net<struct (Tensor * Tensor * Tensor), Tensor>) (condition: Tensor) : Denoiser =
        let network =
            NetworkBridge.adapt (Func<_, _>(fun ((x, t), condition) -> struct (x, t, condition))) (Func<_, _> id) network

        Denoiser.conditional schedule prediction network condition

    let rewritten prediction (predict: Func<Mode, Tensor, Tensor, Tensor>) (denoiser: Denoiser) : Denoiser =
        Denoiser.rewritten prediction (fun mode x t -> predict.Invoke(mode, x, t)) denoiser

    let preconditioned (scale: float) schedule (network: Net<struct (Tensor * Tensor), Tensor>) : Denoiser =
        Denoiser.preconditioned scale schedule (PairBridge.ofStruct network)

    let network (denoiser: Denoiser) = PairBridge.toStruct denoiser.Network

    let classifier (scale: float) (logProbability: Func<Tensor, Tensor, Tensor>) (denoiser: Denoiser) : Denoiser =
        Guidance.classifier scale (fun x t -> logProbability.Invoke(x, t)) denoiser

/// Losses and bounds.
module internal DiffusionLossBridge =

    let weightings () = List.toArray LossWeighting.all
    let times () = List.toArray TimeSampling.all

    let weighting
        (name: string)
        (formula: string)
        (source: string)
        (logWeight: Func<NoiseSchedule, Tensor, Tensor>)
        (logNoiseWeight: Func<NoiseSchedule, Tensor, Tensor>)
        : LossWeighting =
        { Name = name
          Formula = formula
          Source = source
          LogWeight = fun schedule t -> logWeight.Invoke(schedule, t)
          LogNoiseWeight = fun schedule t -> logNoiseWeight.Invoke(schedule, t) }

    let sampling
        (name: string)
        (formula: string)
        (source: string)
        (draw: Func<NoiseSchedule, Tensor, Tensor>)
        (logDensity: Func<NoiseSchedule, Tensor, Tensor>)
        : TimeSampling =
        { Name = name
          Formula = formula
          Source = source
          Draw = fun schedule examples -> draw.Invoke(schedule, examples)
          LogDensity = fun schedule t -> logDensity.Invoke(schedule, t) }

    let logWeight (weighting: LossWeighting) (schedule: NoiseSchedule) (t: Tensor) = weighting.LogWeight schedule t

    let logNoiseWeight (weighting: LossWeighting) (schedule: NoiseSchedule) (t: Tensor) = weighting.LogNoiseWeight schedule t

    let draw (times: TimeSampling) (schedule: NoiseSchedule) (examples: Tensor) = times.Draw schedule examples
    let logDensity (times: TimeSampling) (schedule: NoiseSchedule) (t: Tensor) = times.LogDensity schedule t

    let objective weighting times (denoiser: Denoiser) : Func<Tensor, Loss> =
        Func<_, _>(DiffusionLoss.objective weighting times denoiser)

    let conditional weighting times (denoiser: Func<'Condition, Denoiser>) : Func<struct (Tensor * 'Condition), Loss> =
        let objective = DiffusionLoss.conditional weighting times denoiser.Invoke
        Func<_, _>(fun (struct (x, condition)) -> objective (x, condition))

    let simple (denoiser: Denoiser) : Func<Tensor, Loss> =
        Func<_, _>(DiffusionLoss.simple denoiser)

    let reconstructions () = List.toArray Reconstruction.all

    let reconstruction
        (name: string)
        (formula: string)
        (source: string)
        (logLikelihood: Func<Mode, Denoiser, Tensor, Tensor, Tensor, Tensor>)
        : Reconstruction =
        { Name = name
          Formula = formula
          Source = source
          LogLikelihood = fun mode denoiser data x t -> logLikelihood.Invoke(mode, denoiser, data, x, t) }

    let logLikelihood (reconstruction: Reconstruction) mode denoiser (data: Tensor) (x: Tensor) (t: Tensor) =
        reconstruction.LogLikelihood mode denoiser data x t

    let bound (steps: int) (reconstruction: Reconstruction) (variance: ReverseVariance) : DiffusionBound =
        { DiffusionBound.create steps reconstruction with Variance = variance }

    let boundObjective (bound: DiffusionBound) (denoiser: Denoiser) : Func<Tensor, Loss> =
        Func<_, _>(DiffusionBound.objective bound denoiser)

    let continuousObjective (first: float) reconstruction (denoiser: Denoiser) : Func<Tensor, Loss> =
        Func<_, _>(DiffusionBound.continuousObjective first reconstruction denoiser)

/// Samplers and their loop.
module internal SamplerBridge =

    let all () = List.toArray Sampler.all
    let grids () = List.toArray TimeGrid.all

    let create
        (name: string)
        (formula: string)
        (source: string)
        (churn: float)
        (step: Func<Denoiser, Tensor, NoiseLevel, NoiseLevel, Tensor>)
        : Sampler =
        { Name = name
          Formula = formula
          Source = source
          Churn = churn
          Step = fun denoiser x t s -> step.Invoke(denoiser, x, t, s) }

    let grid (name: string) (formula: string) (source: string) (times: Func<NoiseSchedule, float, int, float[]>) : TimeGrid =
        { Name = name
          Formula = formula
          Source = source
          Times = fun schedule start steps -> times.Invoke(schedule, start, steps) }

    let times (grid: TimeGrid) (schedule: NoiseSchedule) (start: float) (steps: int) = grid.Times schedule start steps

    let step (sampler: Sampler) (denoiser: Denoiser) (x: Tensor) (t: NoiseLevel) (s: NoiseLevel) = sampler.Step denoiser x t s

    let options
        (steps: int)
        (grid: TimeGrid)
        (start: float)
        (denoise: bool)
        (report: Action<SamplerProgress>)
        (cancellation: CancellationToken)
        : SamplerOptions =
        { Steps = steps
          Grid = grid
          Start = start
          Denoise = denoise
          OnStep = report.Invoke
          Cancellation = cancellation }

    let sample options sampler denoiser (shape: int[]) =
        Sampler.sample options sampler denoiser shape

    let noise options denoiser (shape: int[]) = Sampler.noise options denoiser shape

    let trajectory options sampler denoiser start =
        List.toArray (Sampler.trajectory options sampler denoiser start)

    let inPaint options (resamplings: int) sampler denoiser (x: Tensor) (visible: Tensor) =
        DiffusionInPainting.sample options resamplings sampler denoiser (x, visible)

/// Degradations and what undoes them.
module internal ColdDiffusionBridge =

    let all () = List.toArray Degradation.all

    let degradation (name: string) (formula: string) (source: string) (apply: Func<Tensor, Tensor, Tensor>) : Degradation =
        { Name = name
          Formula = formula
          Source = source
          Apply = fun x t -> apply.Invoke(x, t) }

    let apply (degradation: Degradation) (x: Tensor) (t: Tensor) = degradation.Apply x t

    let create (degradation: Degradation) (network: Net<struct (Tensor * Tensor), Tensor>) : ColdDiffusion =
        { Degradation = degradation; Network = PairBridge.ofStruct network }

    let parameters (model: ColdDiffusion) = List.toArray model.Parameters

    let objective times (model: ColdDiffusion) : Func<Tensor, Loss> =
        Func<_, _>(ColdDiffusion.objective times model)

    let trajectory options model start =
        List.toArray (ColdDiffusion.trajectory options model start)
