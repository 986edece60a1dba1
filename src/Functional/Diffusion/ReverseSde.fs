// A diffusion as a stochastic differential equation: data to noise, and back along the reverse equation, which needs the score.
// Samplers of diffusion models that keep adding noise as they go; ProbabilityFlow goes the same way without.
namespace Functional

open System
open System.Threading
open Functional.Tensors

/// How to sample along a reverse equation. Start from `ReverseSde.defaults` and change what differs.
type ReverseSdeOptions =
    {
        /// How to step; SdeMethod.heun by default.
        Method: SdeMethod
        /// How many steps; 500 by default.
        Steps: int
        /// The time of the noise that sampling starts from; 1 by default. Less for schedules that have no drift there,
        /// such as rectified.
        Start: float
        /// The time at which it ends, before the score grows without bound; 1e-3 by default.
        Finish: float
        /// λ: 1 is the reverse of the diffusion, 0 the probability flow, more than 1 adds noise and takes it away again;
        /// 1 by default.
        Stochasticity: float
        /// Whether the noise that is left at the end is taken away by one look at the expected data; true by default.
        Denoise: bool
        /// Called after each step; does nothing by default.
        OnStep: SamplerProgress -> unit
        /// Looked at before each step; cancelling raises OperationCanceledException.
        Cancellation: CancellationToken
    }

/// dx = f(t) x dt + g(t) dw, f = d log α/dt, from data to noise; dx = [f x - ½ (1 + λ²) g² ∇log p_t(x)] dt + λ g dw back.
/// For every λ the marginals p_t are the same.
/// Source: Anderson 1982, doi:10.1016/0304-4149(82)90051-5; Song et al., arXiv:2011.13456, equations 5 and 6; for λ
/// Huang, Lim & Courville, arXiv:2106.02808.
module ReverseSde =

    /// 500 steps of the stochastic Heun method from t = 1 to 1e-3, λ = 1, and one look at the expected data at the end.
    let defaults: ReverseSdeOptions =
        { Method = SdeMethod.heun
          Steps = 500
          Start = 1.0
          Finish = 1e-3
          Stochasticity = 1.0
          Denoise = true
          OnStep = ignore
          Cancellation = CancellationToken.None }

    /// The diffusion itself: data at t = 0, noise at t = 1.
    let forward (schedule: NoiseSchedule) : Sde =
        { Drift = fun x t -> Rows.lift x (schedule.Drift t) * x
          DiffusionSquared = schedule.DiffusionSquared }

    /// The equation that leads from noise to data where time runs back, for λ zero or positive.
    let reverse (stochasticity: float) (denoiser: Denoiser) : Sde =
        let lambda = stochasticity * stochasticity
        let schedule = denoiser.Schedule

        { Drift =
            fun x t ->
                let strength = schedule.DiffusionSquared t * (0.5 * (1.0 + lambda))
                Rows.lift x (schedule.Drift t) * x - Rows.lift x strength * denoiser.Score(x, t)
          DiffusionSquared = fun t -> schedule.DiffusionSquared t * lambda }

    let private check (options: ReverseSdeOptions) (schedule: NoiseSchedule) =
        if options.Steps < 1 then
            raise (Errors.Argument.option "Steps" "at least 1" options.Steps)

        if not (options.Finish >= 0.0 && options.Finish < options.Start && options.Start <= 1.0) then
            raise (Errors.Flow.span options.Start options.Finish)

        if not (options.Stochasticity >= 0.0) then
            raise (Errors.Argument.option "Stochasticity" "zero or positive" options.Stochasticity)

        for level in schedule.At [ options.Start; options.Finish ] do
            if not (Double.IsFinite level.Drift && Double.IsFinite level.DiffusionSquared && level.Noise > 0.0) then
                raise (Errors.Flow.singular schedule.Name level.Time)

    /// Points of p at Finish, or what is expected of the data there, from points x, [n; ...], of p at Start. Not recorded
    /// for differentiation, memory freed step by step. Raises ArgumentException where the equation has no finite
    /// coefficients at Start or Finish.
    let follow (options: ReverseSdeOptions) (denoiser: Denoiser) (x: Tensor) : Tensor =
        check options denoiser.Schedule
        let sde = reverse options.Stochasticity denoiser
        let duration = (options.Finish - options.Start) / float options.Steps
        let times = Array.init (options.Steps + 1) (fun i -> options.Start + float i * duration)

        let step x i =
            let next = options.Method.Step sde times[i - 1] duration x (Rows.noise x)

            if options.Denoise && i = options.Steps then
                denoiser.Data(next, Rows.constant x options.Finish)
            else
                next

        let loop =
            { Sampler.defaults with
                OnStep = options.OnStep
                Cancellation = options.Cancellation }

        SamplingLoop.run _.Dispose() loop times step x

    /// `count` draws of that shape: noise N(0, (α² + σ²) I) at Start, as of data with unit variance, then `follow`. In the dtype and on the device of
    /// the denoiser's parameters, or by default where it has none.
    let sample (options: ReverseSdeOptions) (denoiser: Denoiser) (count: int) (shape: seq<int>) : Tensor =
        let level = (denoiser.Schedule.At [ options.Start ])[0]
        let scale = sqrt (level.Signal * level.Signal + level.Noise * level.Noise)

        Scope.run (fun () -> Rows.noise (ParameterPlace.zeros denoiser.Parameters [ yield count; yield! shape ]) * scale)
        |> SamplingLoop.fromOwn (follow options denoiser)
