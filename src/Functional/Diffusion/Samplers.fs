// Samplers: how a denoiser becomes a generator. What a step does is a value; SamplingLoop takes it along a TimeGrid.
// Trained models and exact denoisers are sampled with them; in-painting and guidance change the denoiser or wrap the sampler.
namespace Functional

open System
open System.Threading
open Functional.Tensors

/// From x_t to x_s, s < t.
type Sampler =
    {
        Name: string
        /// What a step does.
        Formula: string
        /// Where it comes from.
        Source: string
        /// The share of noise that x is given more before each step, which then begins at the time of as much; 0 for none.
        Churn: float
        /// x_s from a denoiser, x_t and the noise levels at t and s.
        Step: Denoiser -> Tensor -> NoiseLevel -> NoiseLevel -> Tensor
    }

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Sampler =

    let private singular (what: string) (denoiser: Denoiser) (level: NoiseLevel) =
        Errors.Diffusion.singular what denoiser.Schedule.Name level.Time

    let private at (denoiser: Denoiser) (x: Tensor) (level: NoiseLevel) : Denoised =
        if level.Signal = 0.0 && denoiser.NeedsSignal then
            let how =
                if denoiser.Prediction.DividesBySignal then
                    $"predicts the {denoiser.Prediction.Name}"
                else
                    "divides by α on the way to its data"

            raise (singular $"a denoiser that {how}" denoiser level)

        denoiser.At(Mode.Eval, x, Rows.constant x level.Time)

    // 1 - SNR_t/SNR_s.
    let private lost (t: NoiseLevel) (s: NoiseLevel) = -(Double.ExpM1(t.LogSnr - s.LogSnr))

    let private withNoise (scale: float) (mean: Tensor) =
        if scale > 0.0 then mean + Rows.noise mean * scale else mean

    let private ancestralStep (variance: ReverseVariance) (denoiser: Denoiser) (x: Tensor) (t: NoiseLevel) (s: NoiseLevel) =
        let lost = lost t s
        let onNoisy = t.Signal / s.Signal * (s.Noise * s.Noise) / (t.Noise * t.Noise)

        let scale =
            match variance with
            | ReverseVariance.Forward when s.Noise > 0.0 -> t.Noise
            | _ -> s.Noise

        x * onNoisy + (at denoiser x t).Data * (s.Signal * lost) |> withNoise (scale * sqrt lost)

    /// x_s drawn from p(x_s|x_t) = q(x_s|x_t, x₀ = x̂) with one of two variances.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, algorithm 2.
    let ancestral (variance: ReverseVariance) : Sampler =
        { Name =
            (match variance with
             | ReverseVariance.Posterior -> "ancestral"
             | ReverseVariance.Forward -> "ancestral, forward variance")
          Formula = "x_s = (α_t/α_s) (σ_s²/σ_t²) x_t + α_s c x̂ + σ √c z, c = 1 - SNR_t/SNR_s, σ = σ_s or σ_t"
          Source = "Ho, Jain & Abbeel, arXiv:2006.11239, algorithm 2"
          Churn = 0.0
          Step = ancestralStep variance }

    let private impliedStep (eta: float) (denoiser: Denoiser) (x: Tensor) (t: NoiseLevel) (s: NoiseLevel) =
        let noise = eta * s.Noise * sqrt (lost t s)
        let predicted = at denoiser x t

        predicted.Data * s.Signal + predicted.Noise * sqrt (max 0.0 (s.Noise * s.Noise - noise * noise))
        |> withNoise noise

    /// x_s = α_s x̂ + √(σ_s² - τ²) ε̂ + τ z, τ = η σ_s √(1 - SNR_t/SNR_s): nothing random with η = 0, ancestral sampling with η = 1.
    /// Source: Song, Meng & Ermon, arXiv:2010.02502, equations 12 and 16.
    let ddim (eta: float) : Sampler =
        if not (eta >= 0.0 && eta <= 1.0) then
            raise (Errors.Argument.option (nameof eta) "between 0 and 1" eta)

        { Name = $"DDIM, η = {eta}"
          Formula = "x_s = α_s x̂ + √(σ_s² - τ²) ε̂ + τ z, τ = η σ_s √(1 - SNR_t/SNR_s)"
          Source = "Song, Meng & Ermon, arXiv:2010.02502, equations 12 and 16"
          Churn = 0.0
          Step = impliedStep eta }

    // Noise is left out of the last step to the data.
    let private predict (denoiser: Denoiser) (x: Tensor) (t: NoiseLevel) (s: NoiseLevel) =
        if not (Double.IsFinite t.Drift && Double.IsFinite t.DiffusionSquared) then
            raise (singular "the reverse SDE" denoiser t)

        let duration = t.Time - s.Time
        let score = (at denoiser x t).Score

        x * (1.0 - t.Drift * duration) + score * (t.DiffusionSquared * duration)
        |> withNoise (if s.Noise > 0.0 then sqrt (t.DiffusionSquared * duration) else 0.0)

    let private correct (ratio: float) (denoiser: Denoiser) (s: NoiseLevel) (x: Tensor) =
        let step = 2.0 * (ratio * s.Noise) * (ratio * s.Noise)
        x + (at denoiser x s).Score * step |> withNoise (sqrt (2.0 * step))

    let private correctedStep (corrections: int) (ratio: float) (denoiser: Denoiser) (x: Tensor) (t: NoiseLevel) (s: NoiseLevel) =
        let predicted = Scope.run (fun () -> predict denoiser x t s)

        if s.Noise > 0.0 then
            let correction x _ =
                Scope.run (fun () -> correct ratio denoiser s x)

            Seq.fold correction predicted (seq { 1..corrections })
        else
            predicted

    /// Euler's method for the reverse SDE, then some steps of Langevin dynamics at the new time, of size 2 (r σ_s)² (so that the expected change by
    /// score and by noise have the ratio that Song et al. call r, 0.16 with them). No corrections: the reverse SDE alone.
    /// Source: Song et al., arXiv:2011.13456, algorithms 2-5.
    let predictorCorrector (corrections: int) (ratio: float) : Sampler =
        if corrections < 0 then
            raise (Errors.Argument.option (nameof corrections) "at least 0" corrections)

        if not (ratio > 0.0) then
            raise (Errors.Argument.option (nameof ratio) "positive" ratio)

        { Name =
            (if corrections = 0 then
                 "reverse SDE"
             else
                 $"predictor-corrector, {corrections} of {ratio}")
          Formula = "x_s = x_t - (f x_t - g² ŝ)(t - s) + g √(t - s) z; then x_s ← x_s + e ŝ + √(2e) z, e = 2 (r σ_s)²"
          Source = "Song et al., arXiv:2011.13456, algorithms 2-5"
          Churn = 0.0
          Step = correctedStep corrections ratio }

    let private heunStep (denoiser: Denoiser) (x: Tensor) (t: NoiseLevel) (s: NoiseLevel) =
        if t.Signal = 0.0 then
            raise (singular "Heun's method" denoiser t)

        let predicted = at denoiser x t
        let noise = predicted.Noise
        let euler = predicted.Data * s.Signal + noise * s.Noise

        if s.Noise > 0.0 then
            let fall = s.Noise - s.Signal / t.Signal * t.Noise
            euler + ((at denoiser euler s).Noise - noise) * (0.5 * fall)
        else
            euler

    /// Heun's method, of second order, for d(x/α)/dρ = ε̂, ρ = σ/α, after each x has been given a share `churn` more of noise (0 for none; Karras et
    /// al. take S/N, at most 0.41). Two runs of the network for a step, but one for the last.
    /// Source: Karras, Aittala, Aila & Laine, arXiv:2206.00364, algorithm 2.
    let heun (churn: float) : Sampler =
        if not (churn >= 0.0) then
            raise (Errors.Argument.option (nameof churn) "at least 0" churn)

        { Name = (if churn = 0.0 then "Heun" else $"Heun, churn {churn}")
          Formula = "x_s/α_s = x_t/α_t + (ρ_s - ρ_t) ½ (ε̂_t + ε̂_s), ρ = σ/α"
          Source = "Karras et al., arXiv:2206.00364, algorithm 2"
          Churn = churn
          Step = heunStep }

    /// All of them.
    let all =
        [ ancestral ReverseVariance.Posterior
          ancestral ReverseVariance.Forward
          ddim 0.0
          ddim 0.5
          predictorCorrector 0 0.16
          predictorCorrector 1 0.16
          heun 0.0
          heun 0.1 ]

    /// 50 uniform steps from t = 1.
    let defaults: SamplerOptions =
        { Steps = 50
          Grid = TimeGrid.uniform
          Start = 1.0
          Denoise = false
          OnStep = ignore
          Cancellation = CancellationToken.None }

    let private levels (options: SamplerOptions) (schedule: NoiseSchedule) : NoiseLevel[] =
        SamplingLoop.check options
        schedule.At(options.Grid.Times schedule options.Start options.Steps)

    // Each level with a share more of noise, or with as much as there is at time 1: the schedule is read for all steps at once.
    let private churned (churn: float) (schedule: NoiseSchedule) (levels: NoiseLevel[]) : NoiseLevel[] =
        if churn = 0.0 then
            levels
        else
            let times = schedule.TimesOf [ for level in levels -> level.LogSnr - 2.0 * log (1.0 + churn) ]
            schedule.At(Array.map2 (fun (level: NoiseLevel) time -> max time level.Time) levels times)

    let private walk (leave: Tensor -> unit) (options: SamplerOptions) (sampler: Sampler) (denoiser: Denoiser) (start: Tensor) =
        let levels = levels options denoiser.Schedule
        let last = levels.Length - 1
        let starts = churned sampler.Churn denoiser.Schedule levels[.. last - 1]

        let step (state: Tensor) (i: int) =
            let here, start = levels[i - 1], starts[i - 1]
            let noisy = if start.Time > here.Time then SamplingLoop.diffused here start state else state
            let next = sampler.Step denoiser noisy start levels[i]
            if options.Denoise && i = last then (at denoiser next levels[i]).Data else next

        SamplingLoop.run leave options [| for level in levels -> level.Time |] step start

    /// Goes from x at the grid's first time, which is `Start` as a rule, to time 0, step by step. Only one state is alive at a time. Raises
    /// ArgumentException where a step divides by α and there are no data left, α = 0.
    let run (options: SamplerOptions) (sampler: Sampler) (denoiser: Denoiser) (start: Tensor) : Tensor =
        walk (fun state -> state.Dispose()) options sampler denoiser start

    let private startScale (options: SamplerOptions) (denoiser: Denoiser) =
        let level = levels options denoiser.Schedule |> Array.head
        sqrt (level.Signal * level.Signal + level.Noise * level.Noise)

    /// What the noise looks like at the grid's first time: draws from N(0, α² + σ²) of shape [count; ...], in the dtype and on the device of the
    /// denoiser's parameters, or by default where it has none.
    let noise (options: SamplerOptions) (denoiser: Denoiser) (shape: seq<int>) : Tensor =
        let scale = startScale options denoiser
        Scope.run (fun () -> Rows.noise (ParameterPlace.zeros denoiser.Parameters shape) * scale)

    /// `noise` in the shape, dtype and on the device of some examples.
    let noiseLike (options: SamplerOptions) (denoiser: Denoiser) (examples: Tensor) : Tensor =
        let scale = startScale options denoiser
        Scope.run (fun () -> Rows.noise examples * scale)

    /// New data of shape [count; ...], from noise.
    let sample (options: SamplerOptions) (sampler: Sampler) (denoiser: Denoiser) (shape: seq<int>) : Tensor =
        noise options denoiser shape |> SamplingLoop.fromOwn (run options sampler denoiser)

    /// All states on the way from x at the grid's first time, that one first.
    let trajectory (options: SamplerOptions) (sampler: Sampler) (denoiser: Denoiser) (start: Tensor) : Tensor list =
        SamplingLoop.trajectory options (fun options -> walk ignore options sampler denoiser start) start
