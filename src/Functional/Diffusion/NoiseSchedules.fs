// The known noise schedules, each a function of its settings, and their registry.
// Denoisers and velocity fields choose one; what a schedule is lies in NoiseSchedule.fs.
namespace Functional

open System
open Functional.Tensors

// Variance-preserving, α² + σ² = 1, from log α and β = -2 d log α/dt.
type private LogSignalSchedule(name, formula, source, logSignal: Tensor -> Tensor, rate: Tensor -> Tensor) =
    inherit NoiseSchedule(name, formula, source)

    let logVariance t =
        Logarithms.complement (logSignal t * 2.0)

    override _.Signal t = (logSignal t).exp()
    override _.Noise t = (-(logSignal t * 2.0).expm1()).sqrt()
    override _.LogSnr t = logSignal t * 2.0 - logVariance t
    override _.LogSnrSlope t = -rate t / -(logSignal t * 2.0).expm1()
    override _.Drift t = rate t * -0.5
    override _.DiffusionSquared t = rate t

/// The known schedules.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module NoiseSchedule =

    let private ddpm = "Ho, Jain & Abbeel, arXiv:2006.11239, section 4"
    let private song = "Song et al., arXiv:2011.13456"

    let private positive (name: string) (value: float) =
        if not (value > 0.0) then
            raise (Errors.Argument.option name "positive" value)

    let private between (name: string) (low: string) (first: float) (last: float) =
        if not (first > 0.0 && first < last) then
            raise (Errors.Argument.option name $"above {low}" last)

    /// The way between two times s < t, of any shape: s where the noise is less.
    let transition (s: Tensor) (t: Tensor) (schedule: NoiseSchedule) : NoiseTransition =
        let signalS, signalT = schedule.Signal s, schedule.Signal t
        let varianceS, varianceT = (schedule.Noise s).square(), (schedule.Noise t).square()
        let lost = -(schedule.LogSnr t - schedule.LogSnr s).expm1()
        let ratio = signalT / signalS

        { Ratio = ratio
          ForwardVariance = varianceT * lost
          OnNoisy = ratio * varianceS / varianceT
          OnData = signalS * lost
          PosteriorVariance = varianceS * lost }

    /// α²(i/T) = Π_{j ≤ i} (1 - β_j), σ² = 1 - α², exact at i/T for i = 0..T; between, log SNR is interpolated.
    /// Raises ArgumentException for a β outside of (0, 1).
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, equation 4.
    let ofBetas (betas: float seq) : NoiseSchedule =
        let betas = Array.ofSeq betas
        TableSchedule.ofBetas $"table of {betas.Length} betas" "α² = Π (1 - β_i)" ddpm betas

    let private atLeast (least: int) (name: string) (value: int) =
        if value < least then
            raise (Errors.Argument.option name $"at least {least}" value)

    /// β_i from 0.1/T to 20/T in equal steps; with T = 1000 the schedule of DDPM, 1e-4 to 0.02. T > 20.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, section 4.
    let linear (steps: int) : NoiseSchedule =
        atLeast 21 (nameof steps) steps
        let first, last = 0.1 / float steps, 20.0 / float steps
        let betas = Array.init steps (fun i -> first + (last - first) * float i / float (steps - 1))
        TableSchedule.ofBetas $"linear {steps}" "α² = Π (1 - β_i), β_i from 0.1/T to 20/T in equal steps" ddpm betas

    /// α²(t) = cos²(½π (t + s)/(1 + s)) / cos²(½π s/(1 + s)), s = 0.008, as a table of T steps with β_i ≤ 0.999.
    /// Source: Nichol & Dhariwal, arXiv:2102.09672, equation 17.
    let cosine (steps: int) : NoiseSchedule =
        atLeast 2 (nameof steps) steps
        let offset = 0.008

        let shape t =
            Math.Pow(cos (0.5 * Math.PI * (t + offset) / (1.0 + offset)), 2.0)

        let formula = "α² = cos²(½π (t + s)/(1 + s)) / cos²(½π s/(1 + s)), s = 0.008, β_i ≤ 0.999"

        TableSchedule.ofBetas
            $"cosine {steps}"
            formula
            "Nichol & Dhariwal, arXiv:2102.09672, equation 17"
            (TableSchedule.betas steps 0.999 shape)

    /// α²(t) = (S(3) - S(6t - 3)) / (S(3) - S(-3)), S(x) = 1/(1 + exp(-x)), as a table of T steps with β_i ≤ 0.999.
    /// Source: Jabri, Fleet & Chen, arXiv:2212.11972, algorithm 2, with start -3, end 3 and τ = 1.
    let sigmoid (steps: int) : NoiseSchedule =
        atLeast 2 (nameof steps) steps
        let logistic x = 1.0 / (1.0 + exp -x)

        let shape t =
            (logistic 3.0 - logistic (6.0 * t - 3.0)) / (logistic 3.0 - logistic -3.0)

        let formula = "α² = (S(3) - S(6t - 3)) / (S(3) - S(-3)), S the logistic function, β_i ≤ 0.999"

        TableSchedule.ofBetas
            $"sigmoid {steps}"
            formula
            "Jabri, Fleet & Chen, arXiv:2212.11972, algorithm 2"
            (TableSchedule.betas steps 0.999 shape)

    // log α of β(t) = first + t (last - first).
    let private logSignal (first: float) (last: float) (t: Tensor) =
        t * -0.5 * (t * (0.5 * (last - first)) + first)

    let private rate (first: float) (last: float) (t: Tensor) = t * (last - first) + first

    /// α = exp(-½ ∫₀ᵗ β), σ² = 1 - α², β(t) = β₀ + t (β₁ - β₀); 0.1 and 20 are the limit of `linear` as T grows.
    /// Source: Song et al., arXiv:2011.13456, equations 11 and 33.
    let variancePreserving (first: float) (last: float) : NoiseSchedule =
        between "last" "first, which is positive" first last

        LogSignalSchedule(
            $"variance preserving {first} {last}",
            "α = exp(-½ ∫₀ᵗ β), σ² = 1 - α², β(t) = β₀ + t (β₁ - β₀)",
            $"{song}, equation 33",
            logSignal first last,
            rate first last
        )

    /// α as of `variancePreserving`, σ = 1 - α².
    /// Source: Song et al., arXiv:2011.13456, equations 27-29.
    let subVariancePreserving (first: float) (last: float) : NoiseSchedule =
        between "last" "first, which is positive" first last
        let logSignal, rate = logSignal first last, rate first last
        let noise t = -(logSignal t * 2.0).expm1()

        { new NoiseSchedule($"sub-variance preserving {first} {last}",
                            "α = exp(-½ ∫₀ᵗ β), σ = 1 - α², β(t) = β₀ + t (β₁ - β₀)",
                            $"{song}, equation 29") with
            member _.Signal t = (logSignal t).exp()
            member _.Noise t = noise t
            member _.LogSnr t = (logSignal t - (noise t).log()) * 2.0
            // σ' = α² β
            member _.LogSnrSlope t =
                -(rate t) * ((logSignal t * 2.0).exp() * 2.0 / noise t + 1.0)

            member _.Drift t = rate t * -0.5
            member _.DiffusionSquared t = rate t * -(logSignal t * 4.0).expm1() }

    /// α = 1, σ = σ₀ (σ₁/σ₀)ᵗ: the data stay, under noise of geometrically growing scale.
    /// Source: Song et al., arXiv:2011.13456, equation 30, where σ² is less by σ₀².
    let varianceExploding (first: float) (last: float) : NoiseSchedule =
        between "last" "first, which is positive" first last
        let growth = log (last / first)
        let noise (t: Tensor) = (t * growth + log first).exp()

        { new NoiseSchedule($"variance exploding {first} {last}", "α = 1, σ = σ₀ (σ₁/σ₀)ᵗ", $"{song}, equation 30") with
            member _.Signal t = t.onesLike ()
            member _.Noise t = noise t
            member _.LogSnr t = (t * growth + log first) * -2.0
            member _.LogSnrSlope t = t.fullLike (-2.0 * growth)
            member _.Drift t = t.zerosLike ()
            member _.DiffusionSquared t = (noise t).square() * (2.0 * growth) }

    /// α = 1 - t, σ = t: the straight line between data and noise. There is no log SNR at its ends, and no drift at t = 1.
    /// Source: Liu, Gong & Liu, arXiv:2209.03003; Lipman et al., arXiv:2210.02747, equation 22 with σ_min = 0.
    let rectified: NoiseSchedule =
        { new NoiseSchedule("rectified", "α = 1 - t, σ = t", "Liu, Gong & Liu, arXiv:2209.03003, equation 1") with
            member _.Signal t = 1.0 - t
            member _.Noise t = t * 1.0
            member _.LogSnrSlope t = -2.0 / (t * (1.0 - t))
            member _.Drift t = -1.0 / (1.0 - t)
            member _.DiffusionSquared t = t * 2.0 / (1.0 - t) }

    /// α = 1, σ = scale · t; Karras et al. take the scale 80 for images, and train at times of `TimeSampling.logNormal`.
    /// Source: Karras, Aittala, Aila & Laine, arXiv:2206.00364, table 1.
    let edm (scale: float) : NoiseSchedule =
        positive (nameof scale) scale

        { new NoiseSchedule($"edm {scale}", "α = 1, σ = scale · t", "Karras et al., arXiv:2206.00364, table 1") with
            member _.Signal t = t.onesLike ()
            member _.Noise t = t * scale
            member _.LogSnr t = ((t * scale).log()) * -2.0
            member _.LogSnrSlope t = -2.0 / t

            member _.TimeOf logSnr =
                ((logSnr * -0.5).exp() / scale).clamp(high = 1.0)

            member _.Drift t = t.zerosLike ()
            member _.DiffusionSquared t = t * (2.0 * scale * scale) }

    /// log SNR falls along a straight line between end points that are learned, at first those given (13.3 and -5 for images).
    /// The continuous bound depends on nothing but the end points.
    /// Source: Kingma et al., arXiv:2107.00630, appendix H.
    let learnedLinear (atData: float) (atNoise: float) : NoiseSchedule = LearnedSchedule.linear atData atNoise

    /// log SNR = l₀ - r (m(t) - m(0)) / (m(1) - m(0)), m(t) = w t + Σ_j h_j S(s_j (t - c_j)), S the logistic function; w, h_j, s_j
    /// and r are positive, and all of it is learned. Nearly straight at first, between the end points given (13.3 and -5 for images).
    /// A bound of T steps depends on all of it. The continuous one depends on its end points alone, l₀ and r; the rest, its
    /// `Inside`, is trained for little variance by `DiffusionBound.continuousObjective`, and gets nothing but noise of mean 0
    /// from a continuous bound otherwise.
    /// Source: Kingma et al., arXiv:2107.00630, appendix H and equation 59.
    let learned (units: int) (atData: float) (atNoise: float) : NoiseSchedule =
        atLeast 1 (nameof units) units
        LearnedSchedule.network units atData atNoise

    /// One of each, as they are commonly set, made anew: learned ones have parameters.
    let all () : NoiseSchedule list =
        [ linear 1000
          cosine 1000
          sigmoid 1000
          learnedLinear 13.3 -5.0
          learned 32 13.3 -5.0
          variancePreserving 0.1 20.0
          subVariancePreserving 0.1 20.0
          varianceExploding 0.01 50.0
          rectified
          edm 80.0 ]
