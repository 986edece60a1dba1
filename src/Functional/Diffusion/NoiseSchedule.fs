// Noise schedules: how much of the data and how much noise there is at each time of a diffusion.
// A schedule's author writes α(t) and σ(t); denoisers, losses, samplers and differential equations read the rest.
namespace Functional

open System
open Functional.Tensors

/// A schedule at one time, as numbers.
type NoiseLevel =
    {
        /// t.
        Time: float
        /// α(t).
        Signal: float
        /// σ(t).
        Noise: float
        /// log α² / σ².
        LogSnr: float
        /// d log α / dt.
        Drift: float
        /// g²(t).
        DiffusionSquared: float
    }

/// The Gaussian path x_t = α(t) x₀ + σ(t) ε, ε ~ N(0, I): data at t = 0, noise at t = 1. Its signal-to-noise ratio α²/σ² falls with t.
/// It is the marginal of dx = f(t) x dt + g(t) dw with f = d log α/dt and g² = dσ²/dt - 2 σ² d log α/dt.
/// All members are elementwise functions of t, whatever its shape, dtype and device. A schedule of one's own overrides Signal and Noise; the rest is
/// differentiated automatically where it is not overridden, too.
/// Source: Kingma, Salimans, Poole & Ho, arXiv:2107.00630, section 3.1; Song et al., arXiv:2011.13456, appendix B.
[<AbstractClass>]
type NoiseSchedule(name: string, formula: string, source: string) =

    let slope (f: Tensor -> Tensor) (t: Tensor) : Tensor = dsharp.grad (fun t -> (f t).sum()) t

    /// What it is called, with its settings.
    member _.Name = name

    /// α and σ, or what they are made of.
    member _.Formula = formula

    /// Where it comes from.
    member _.Source = source

    /// What training changes of it, if it is learned.
    abstract Parameters: Parameter list

    default _.Parameters = []

    /// Those of them that bend the way between log SNR(0) and log SNR(1) and leave these two where they are. The continuous bound
    /// does not depend on them, only its variance does: `DiffusionBound.continuousObjective` trains them to keep that low.
    abstract Inside: Parameter list

    default _.Inside = []

    /// α(t), how much of the data is left.
    abstract Signal: t: Tensor -> Tensor

    /// σ(t), the standard deviation of the noise.
    abstract Noise: t: Tensor -> Tensor

    /// log SNR(t) = log α²/σ².
    abstract LogSnr: t: Tensor -> Tensor

    default this.LogSnr t =
        ((this.Signal t).log() - (this.Noise t).log()) * 2.0

    /// d log SNR/dt, which is negative.
    abstract LogSnrSlope: t: Tensor -> Tensor

    default this.LogSnrSlope t = slope this.LogSnr t

    /// f(t) = d log α/dt.
    abstract Drift: t: Tensor -> Tensor

    default this.Drift t =
        slope (fun t -> (this.Signal t).log()) t

    /// g²(t) = dσ²/dt - 2 σ² d log α/dt = -σ² d log SNR/dt.
    abstract DiffusionSquared: t: Tensor -> Tensor

    default this.DiffusionSquared t =
        slope (fun t -> (this.Noise t).square()) t - (this.Noise t).square() * this.Drift t * 2.0

    /// √(α² + σ²): the scale at time t of data whose variance is 1, which is 1 for variance-preserving schedules.
    member this.Scale(t: Tensor) : Tensor =
        ((this.Signal t).square() + (this.Noise t).square()).sqrt()

    /// The time at which log SNR(t) is this: 0 where it is more than it ever is, 1 where it is less. By bisection where it is not
    /// overridden, and then not recorded for differentiation.
    abstract TimeOf: logSnr: Tensor -> Tensor

    default this.TimeOf logSnr =
        let halve (low: Tensor, high: Tensor) =
            let middle = (low + high) * 0.5
            let isBefore = (this.LogSnr middle).gt logSnr
            dsharp.where (isBefore, middle, low), dsharp.where (isBefore, high, middle)

        let halvings = if logSnr.dtype = Dtype.Float64 then 60 else 30

        Scope.run (fun () ->
            Gradient.off (fun () ->
                let interval = logSnr.zerosLike (), logSnr.onesLike ()
                let low, high = Seq.fold (fun interval _ -> halve interval) interval (seq { 1..halvings })
                (low + high) * 0.5))

    // A function of numbers, computed in float64 where the parameters are.
    member internal this.Read(numbers: float[], f: Tensor -> Tensor) : float[] =
        let device =
            match this.Parameters with
            | [] -> Device.CPU
            | parameter :: _ -> parameter.Value.device

        Scope.run (fun () ->
            Gradient.off (fun () -> (f (dsharp.tensor (numbers, dtype = Dtype.Float64, device = device))).toArray1D<float>()))

    /// The schedule at some times, as numbers computed in float64: for loops over time, which read all of them at once.
    member this.At(times: float seq) : NoiseLevel[] =
        let times = Array.ofSeq times

        let columns (t: Tensor) =
            [ this.Signal t; this.Noise t; this.LogSnr t; this.Drift t; this.DiffusionSquared t ]

        let numbers = this.Read(times, columns >> dsharp.cat) |> Array.chunkBySize (max 1 times.Length)

        times
        |> Array.mapi (fun i time ->
            { Time = time
              Signal = numbers[0][i]
              Noise = numbers[1][i]
              LogSnr = numbers[2][i]
              Drift = numbers[3][i]
              DiffusionSquared = numbers[4][i] })

    /// `TimeOf` for numbers.
    member this.TimesOf(logSnrs: float seq) : float[] =
        this.Read(Array.ofSeq logSnrs, this.TimeOf)

    override _.ToString() = name

/// What a schedule says of the way between two of its times s < t, as tensors of numbers.
/// q(x_t|x_s) = N(Ratio · x_s, ForwardVariance), q(x_s|x_t, x₀) = N(OnNoisy · x_t + OnData · x₀, PosteriorVariance).
/// Source: Kingma et al., arXiv:2107.00630, equations 23-24 and 27-28; Ho, Jain & Abbeel, arXiv:2006.11239, equations 6 and 7.
type NoiseTransition =
    {
        /// α_t / α_s.
        Ratio: Tensor
        /// σ_t² - (α_t/α_s)² σ_s² = σ_t² (1 - SNR_t/SNR_s); a DDPM's β_t.
        ForwardVariance: Tensor
        /// (α_t/α_s) σ_s²/σ_t².
        OnNoisy: Tensor
        /// α_s (1 - SNR_t/SNR_s).
        OnData: Tensor
        /// σ_s² (1 - SNR_t/SNR_s); a DDPM's β̃_t.
        PosteriorVariance: Tensor
    }

/// Variance-preserving from log SNR: α² = sigmoid(log SNR).
type internal LogSnrSchedule
    (name, formula, source, parameters, logSnr: Tensor -> Tensor, slope: Tensor -> Tensor, rate: Tensor -> Tensor) =
    inherit NoiseSchedule(name, formula, source)
    override _.Parameters = parameters
    override _.Signal t = ((logSnr t).logsigmoid() * 0.5).exp()

    override _.Noise t =
        ((-(logSnr t)).logsigmoid() * 0.5).exp()

    override _.LogSnr t = logSnr t
    override _.LogSnrSlope t = slope t
    override _.Drift t = rate t * -0.5
    override _.DiffusionSquared t = rate t
