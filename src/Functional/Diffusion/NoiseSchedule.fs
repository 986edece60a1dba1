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

// ---- the kinds of schedules ----

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

// Variance-preserving from log SNR: α² = sigmoid(log SNR).
type private LogSnrSchedule
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

// Log SNR at 1/T, 2/T, ..., 1, between which it is linear. Before 1/T the noise-to-signal ratio is: there log SNR begins at infinity.
module private Table =

    let private position (steps: int) (t: Tensor) = t * float steps

    // The knot before each position, from 0 to T - 1.
    let private knot (steps: int) (position: Tensor) =
        position.noDiff().floor().clamp(low = 0.0, high = float (steps - 1))

    let private pick (table: Constants) (knot: Tensor) : Tensor =
        ((table.Like knot).indexSelect (0, (knot.view -1).cast Dtype.Int64)).view knot.shape

    let schedule (name: string) (formula: string) (source: string) (logSnrs: float[]) : NoiseSchedule =
        let steps = logSnrs.Length
        // at knot 0, where it is infinite, whatever the straight line of the first interval is not asked for
        let first = logSnrs[0]
        let before = Array.append [| first |] logSnrs[.. steps - 2]
        let starts, rises = Constants before, Constants(Array.map2 (-) logSnrs before)

        let onTable (early: Tensor -> Tensor) (later: Tensor -> Tensor -> Tensor) (t: Tensor) =
            let position = position steps t
            let knot = knot steps position
            let isEarly = knot.lt 1.0
            dsharp.where (isEarly, early (dsharp.where (isEarly, position, position.scalarLike 1.0)), later position knot)

        let logSnr =
            onTable (fun position -> first - position.log ()) (fun position knot ->
                pick starts knot + pick rises knot * (position - knot))

        let slope = onTable (fun position -> -float steps / position) (fun _ knot -> pick rises knot * float steps)

        let rate (t: Tensor) =
            let early (position: Tensor) = float steps / (position + exp first)

            let later (_: Tensor) (knot: Tensor) =
                pick rises knot * float -steps * (-(logSnr t)).sigmoid()

            onTable early later t

        LogSnrSchedule(name, formula, source, [], logSnr, slope, rate)

// log SNR(t) = l₀ - r m(t), m rising from 0 to 1.
type private Learned(name, formula, source, ends, inside, logSnr: Tensor -> Tensor, slope: Tensor -> Tensor) =
    inherit LogSnrSchedule(name, formula, source, ends @ inside, logSnr, slope, (fun t -> -(slope t) * (-(logSnr t)).sigmoid()))
    override _.Inside = inside

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

    let private named (name: string) (formula: string) (source: string) (betas: float[]) : NoiseSchedule =
        for beta in betas do
            if not (beta > 0.0 && beta < 1.0) then
                raise (Errors.Argument.option "betas" "between 0 and 1" beta)

        let logSignals = betas |> Array.scan (fun sum beta -> sum + Double.LogP1 -beta) 0.0 |> Array.tail
        let logSnrs = logSignals |> Array.map (fun sum -> sum - log (-(Double.ExpM1 sum)))
        Table.schedule name formula source logSnrs

    /// α²(i/T) = Π_{j ≤ i} (1 - β_j), σ² = 1 - α², exact at i/T for i = 0..T; between, log SNR is interpolated.
    /// Raises ArgumentException for a β outside of (0, 1).
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, equation 4.
    let ofBetas (betas: float seq) : NoiseSchedule =
        let betas = Array.ofSeq betas
        named $"table of {betas.Length} betas" "α² = Π (1 - β_i)" ddpm betas

    let private atLeast (least: int) (name: string) (value: int) =
        if value < least then
            raise (Errors.Argument.option name $"at least {least}" value)

    /// β_i from 0.1/T to 20/T in equal steps; with T = 1000 the schedule of DDPM, 1e-4 to 0.02. T > 20.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, section 4.
    let linear (steps: int) : NoiseSchedule =
        atLeast 21 (nameof steps) steps
        let first, last = 0.1 / float steps, 20.0 / float steps
        let betas = Array.init steps (fun i -> first + (last - first) * float i / float (steps - 1))
        named $"linear {steps}" "α² = Π (1 - β_i), β_i from 0.1/T to 20/T in equal steps" ddpm betas

    // β_i = 1 - s(i/T)/s((i-1)/T), which is kept from being 1.
    let private ofShape (steps: int) (largest: float) (signalSquared: float -> float) =
        Array.init steps (fun i ->
            min largest (1.0 - signalSquared (float (i + 1) / float steps) / signalSquared (float i / float steps)))

    /// α²(t) = cos²(½π (t + s)/(1 + s)) / cos²(½π s/(1 + s)), s = 0.008, as a table of T steps with β_i ≤ 0.999.
    /// Source: Nichol & Dhariwal, arXiv:2102.09672, equation 17.
    let cosine (steps: int) : NoiseSchedule =
        atLeast 2 (nameof steps) steps
        let offset = 0.008

        let shape t =
            Math.Pow(cos (0.5 * Math.PI * (t + offset) / (1.0 + offset)), 2.0)

        let formula = "α² = cos²(½π (t + s)/(1 + s)) / cos²(½π s/(1 + s)), s = 0.008, β_i ≤ 0.999"
        named $"cosine {steps}" formula "Nichol & Dhariwal, arXiv:2102.09672, equation 17" (ofShape steps 0.999 shape)

    /// α²(t) = (S(3) - S(6t - 3)) / (S(3) - S(-3)), S(x) = 1/(1 + exp(-x)), as a table of T steps with β_i ≤ 0.999.
    /// Source: Jabri, Fleet & Chen, arXiv:2212.11972, algorithm 2, with start -3, end 3 and τ = 1.
    let sigmoid (steps: int) : NoiseSchedule =
        atLeast 2 (nameof steps) steps
        let logistic x = 1.0 / (1.0 + exp -x)

        let shape t =
            (logistic 3.0 - logistic (6.0 * t - 3.0)) / (logistic 3.0 - logistic -3.0)

        let formula = "α² = (S(3) - S(6t - 3)) / (S(3) - S(-3)), S the logistic function, β_i ≤ 0.999"
        named $"sigmoid {steps}" formula "Jabri, Fleet & Chen, arXiv:2212.11972, algorithm 2" (ofShape steps 0.999 shape)

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

    let private kingma = "Kingma, Salimans, Poole & Ho, arXiv:2107.00630"

    // log SNR at 0, and the logarithm of how far it falls.
    let private ends (atData: float) (atNoise: float) =
        if not (atNoise < atData) then
            raise (Errors.Argument.option (nameof atNoise) "below the one at the data" atNoise)

        Parameter.trained "start" (dsharp.scalar atData), Parameter.trained "logRange" (dsharp.scalar (log (atData - atNoise)))

    let private falling (name: string) formula (start: Parameter, logRange: Parameter) inside share shareSlope =
        let logSnr t : Tensor =
            start.Value - logRange.Value.exp () * (share t: Tensor)

        let slope t : Tensor =
            -(logRange.Value.exp ()) * (shareSlope t: Tensor)

        let like (f: Tensor -> Tensor) (t: Tensor) = (f t).cast t.dtype
        let source = $"{kingma}, section 4.1 and appendix H"
        Learned(name, formula, source, [ start; logRange ], inside, like logSnr, like slope) :> NoiseSchedule

    /// log SNR falls along a straight line between end points that are learned, at first those given (13.3 and -5 for images).
    /// The continuous bound depends on nothing but the end points.
    /// Source: Kingma et al., arXiv:2107.00630, appendix H.
    let learnedLinear (atData: float) (atNoise: float) : NoiseSchedule =
        let formula = "log SNR = l₀ - r t, l₀ and r > 0 learned"
        falling "learned linear" formula (ends atData atNoise) [] id _.onesLike()

    /// log SNR = l₀ - r (m(t) - m(0)) / (m(1) - m(0)), m(t) = w t + Σ_j h_j S(s_j (t - c_j)), S the logistic function; w, h_j, s_j
    /// and r are positive, and all of it is learned. Nearly straight at first, between the end points given (13.3 and -5 for images).
    /// A bound of T steps depends on all of it. The continuous one depends on its end points alone, l₀ and r; the rest, its
    /// `Inside`, is trained for little variance by `DiffusionBound.continuousObjective`, and gets nothing but noise of mean 0
    /// from a continuous bound otherwise.
    /// Source: Kingma et al., arXiv:2107.00630, appendix H and equation 59.
    let learned (units: int) (atData: float) (atNoise: float) : NoiseSchedule =
        atLeast 1 (nameof units) units
        let softplusOf (value: float) = log (Double.ExpM1 value)

        let full (value: float) =
            dsharp.full ([ units ], softplusOf value)

        let slope = Parameter.trained "slope" (dsharp.full ([ 1 ], softplusOf 1.0))
        let heights, steepness = Parameter.trained "heights" (full (0.1 / float units)), Parameter.trained "steepness" (full 10.0)
        let centres = Parameter.trained "centres" ((dsharp.arange units + 0.5) / float units)

        let units (t: Tensor) =
            ((t.unsqueeze -1) - centres.Value) * steepness.Value.softplus ()

        let rising (t: Tensor) =
            t * slope.Value.softplus () + (heights.Value.softplus () * (units t).sigmoid()).sum -1

        let risingSlope (t: Tensor) =
            let share = (units t).sigmoid()

            slope.Value.softplus ()
            + (heights.Value.softplus () * steepness.Value.softplus () * share * (1.0 - share)).sum -1

        let bounds () =
            let ends = rising (centres.Value.noDiff().arangeLike 2.0)
            ends[0], ends[1] - ends[0]

        let share t =
            let low, range = bounds ()
            (rising t - low) / range

        let inside = [ slope; heights; steepness; centres ]
        let formula = "log SNR = l₀ - r (m(t) - m(0)) / (m(1) - m(0)), m(t) = w t + Σ_j h_j S(s_j (t - c_j)), all learned"
        falling "learned" formula (ends atData atNoise) inside share (fun t -> risingSlope t / snd (bounds ()))

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
