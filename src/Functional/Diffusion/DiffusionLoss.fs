// The losses that diffusion models are trained with: which times are drawn, and how much an error at each of them counts.
// Objectives for Training.fit; the bounds on log p(x) are in DiffusionBound.fs.
namespace Functional

open System
open Functional.Tensors

/// How much the squared error ‖x₀ - x̂‖² at each time counts in a loss.
type LossWeighting =
    {
        /// What it is called, which is the name of the loss's term.
        Name: string
        /// w(t), SNR = α²/σ².
        Formula: string
        /// Where it comes from.
        Source: string
        /// log w(t), elementwise.
        LogWeight: NoiseSchedule -> Tensor -> Tensor
        /// log w(t)/SNR(t), the weight of ‖ε - ε̂‖²: the same, and finite where log SNR is not.
        LogNoiseWeight: NoiseSchedule -> Tensor -> Tensor
    }

/// Weightings of ‖x₀ - x̂‖². Of the error in the noise, ‖ε - ε̂‖² = SNR ‖x₀ - x̂‖², the weight is w/SNR.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module LossWeighting =

    // Both weights from log SNR.
    let private create name formula source (logWeight: Tensor -> Tensor) (logNoiseWeight: Tensor -> Tensor) =
        { Name = name
          Formula = formula
          Source = source
          LogWeight = fun schedule t -> logWeight (schedule.LogSnr t)
          LogNoiseWeight = fun schedule t -> logNoiseWeight (schedule.LogSnr t) }

    /// w = 1: ‖x₀ - x̂‖².
    let constant: LossWeighting = create "constant" "1" "Salimans & Ho, arXiv:2202.00512, section 4" _.zerosLike() (~-)

    /// w = SNR: ‖ε - ε̂‖², the simple loss.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, equation 14.
    let noise: LossWeighting = create "noise" "SNR" "Ho, Jain & Abbeel, arXiv:2006.11239, equation 14" id _.zerosLike()

    /// w = min(SNR, γ), γ = 5 with its authors: times with little noise, which are easy, count less than in the simple loss.
    /// Source: Hang et al., arXiv:2303.09556, section 3.4.
    let minSnr (limit: float) : LossWeighting =
        if not (limit > 0.0) then
            raise (Errors.Argument.option (nameof limit) "positive" limit)

        create
            $"min-SNR-{limit}"
            "min(SNR, γ)"
            "Hang et al., arXiv:2303.09556, section 3.4"
            _.clamp(high = log limit)
            (fun logSnr -> (log limit - logSnr).clamp(high = 0.0))

    /// w = max(SNR, 1): errors in the data count even where hardly anything of them is left.
    /// Source: Salimans & Ho, arXiv:2202.00512, section 4.
    let truncatedSnr: LossWeighting =
        create "truncated SNR" "max(SNR, 1)" "Salimans & Ho, arXiv:2202.00512, section 4" _.clamp(low = 0.0) (fun logSnr ->
            (-logSnr).clamp(low = 0.0))

    /// w = SNR + 1/s², which is (σ² + s²)/(σ s)² where α = 1, and (ρ² + s²)/(ρ s)² with ρ = σ/α on every schedule: s² is the
    /// variance of the data, centred at 0 (σ_data, 0.5 with its authors). What `Denoiser.preconditioned s` asks its network for
    /// has variance 1 at every time, and the square of an error in that has the weight 1. Noise levels are to be drawn by
    /// `TimeSampling.logNormal`.
    /// Source: Karras, Aittala, Aila & Laine, arXiv:2206.00364, table 1.
    let edm (scale: float) : LossWeighting =
        if not (scale > 0.0) then
            raise (Errors.Argument.option (nameof scale) "positive" scale)

        let logPrecision = -2.0 * log scale

        create
            $"EDM {scale}"
            "SNR + 1/s²"
            "Karras et al., arXiv:2206.00364, table 1"
            (fun logSnr -> (logSnr - logPrecision).softplus() + logPrecision)
            (fun logSnr -> (logPrecision - logSnr).softplus())

    /// w = -½ dSNR/dt: the continuous-time bound on log p(x), in nats.
    /// Source: Kingma et al., arXiv:2107.00630, equation 17.
    let likelihood: LossWeighting =
        let logNoiseWeight (schedule: NoiseSchedule) (t: Tensor) = (schedule.LogSnrSlope t * -0.5).log()

        // where α = 0, so is dα²/dt
        let logWeight (schedule: NoiseSchedule) (t: Tensor) =
            let logSnr = schedule.LogSnr t
            let isOver = logSnr.eq -infinity
            dsharp.where (isOver, logSnr, logSnr + dsharp.where (isOver, logSnr.scalarLike 0.0, logNoiseWeight schedule t))

        { Name = "likelihood"
          Formula = "-½ dSNR/dt"
          Source = "Kingma et al., arXiv:2107.00630, equation 17"
          LogWeight = logWeight
          LogNoiseWeight = logNoiseWeight }

    /// All of them.
    let all = [ constant; noise; minSnr 5.0; truncatedSnr; edm 0.5; likelihood ]

/// How the times of a batch are drawn.
type TimeSampling =
    {
        Name: string
        /// The distribution of the i-th time of n.
        Formula: string
        /// Where it comes from.
        Source: string
        /// Times of a schedule, in (0, 1], for a batch of examples, [batch], in their dtype and on their device. Not recorded for
        /// differentiation.
        Draw: NoiseSchedule -> Tensor -> Tensor
        /// log q(t) of the density that times of a schedule are drawn with, elementwise; 0 where all times, or those of a grid,
        /// are drawn alike.
        LogDensity: NoiseSchedule -> Tensor -> Tensor
    }

/// Ways to draw times. A loss is a mean over times as they are drawn: how often one is drawn is a part of its weight. A bound
/// divides that weight out again.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TimeSampling =

    // Each example has a time that is uniform, on (0, 1] or on a grid, whatever the schedule.
    let private even name formula source (draw: Tensor -> Tensor) : TimeSampling =
        { Name = name
          Formula = formula
          Source = source
          Draw = fun _ examples -> draw (examples.noDiff ())
          LogDensity = fun _ t -> t.zerosLike () }

    /// Independent times, uniform between 0 and 1.
    let uniform: TimeSampling =
        even "uniform" "t_i = u_i, uniform" "Ho, Jain & Abbeel, arXiv:2006.11239, algorithm 1" (fun examples ->
            Noise.unit examples [| examples.shape[0] |])

    /// Times evenly spread over [0, 1], shifted together: the batch's mean is less noisy. Means of batches are to be used, of shuffled data.
    /// Source: Kingma et al., arXiv:2107.00630, appendix I.1.
    let lowDiscrepancy: TimeSampling =
        even
            "low discrepancy"
            "t_i = u + i/n modulo 1, one uniform u"
            "Kingma et al., arXiv:2107.00630, appendix I.1"
            (fun examples ->
                let count = float examples.shape[0]
                let spread = examples.arangeLike count / count + Noise.unit examples [| 1 |]
                1.0 - (spread - spread.floor ()))

    /// Independent times, uniform on 1/T, 2/T, ..., 1.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, algorithm 1.
    let grid (steps: int) : TimeSampling =
        if steps < 1 then
            raise (Errors.Argument.option (nameof steps) "at least 1" steps)

        even
            $"grid of {steps}"
            "t_i = k_i/T, k_i uniform on 1..T"
            "Ho, Jain & Abbeel, arXiv:2006.11239, algorithm 1"
            (fun examples -> ((examples.randLike [ examples.shape[0] ] * float steps).floor() + 1.0) / float steps)

    /// Independent times at which ln(σ/α) ~ N(mean, deviation²), cut off where the schedule ends; -1.2 and 1.2 with its authors,
    /// for data of standard deviation 0.5. With `NoiseSchedule.rectified`, where σ/α = t/(1 - t), these are logit-normal times.
    /// Source: Karras, Aittala, Aila & Laine, arXiv:2206.00364, table 1; Esser et al., arXiv:2403.03206, section 3.1.
    let logNormal (mean: float) (deviation: float) : TimeSampling =
        if not (Double.IsFinite mean) then
            raise (Errors.Argument.option (nameof mean) "finite" mean)

        if not (deviation > 0.0 && Double.IsFinite deviation) then
            raise (Errors.Argument.option (nameof deviation) "positive and finite" deviation)

        // ln(σ/α), in the dtype and on the device of a tensor
        let levels (schedule: NoiseSchedule) (like: Tensor) =
            let ends = schedule.LogSnr(like.arangeLike 2.0) * -0.5
            TruncatedNormal(like.scalarLike mean, like.scalarLike deviation, ends[0], ends[1])

        let draw (schedule: NoiseSchedule) (examples: Tensor) =
            Scope.run (fun () ->
                Gradient.off (fun () ->
                    let level = (levels schedule examples).Sample [ examples.shape[0] ]
                    schedule.TimeOf(level * -2.0)))

        let logDensity (schedule: NoiseSchedule) (t: Tensor) =
            (levels schedule t).LogProb(schedule.LogSnr t * -0.5) + (schedule.LogSnrSlope t * -0.5).log()

        { Name = $"log-normal {mean} {deviation}"
          Formula = "ln(σ/α)(t_i) ~ N(m, s²)"
          Source = "Karras et al., arXiv:2206.00364, table 1"
          Draw = fun schedule examples -> Validation.off (fun () -> draw schedule examples)
          LogDensity = fun schedule t -> Validation.off (fun () -> logDensity schedule t) }

    /// All of them.
    let all = [ uniform; lowDiscrepancy; grid 1000; logNormal -1.2 1.2 ]

module internal DataError =

    // log of the weight of ‖output - target‖²: from that of the data's error, or of the noise's where the output is as far from the data as that.
    let private logOutputWeight (denoiser: Denoiser) (t: Tensor) (logWeight: Tensor) (logNoiseWeight: Tensor) : Tensor =
        let schedule = denoiser.Schedule

        match denoiser.Prediction with
        | Prediction.Data -> logWeight
        | Prediction.Noise -> logNoiseWeight
        | Prediction.Velocity -> logWeight - ((schedule.Scale t).log() * 2.0 - (schedule.Noise t).log()) * 2.0
        | Prediction.Score -> logNoiseWeight + (schedule.Noise t).log() * 2.0

    /// w ‖x₀ - x̂(x_t)‖² of each example, at α(t) x₀ + σ(t) ε, by log w and log w/SNR: from the error of what the network predicts, with which no
    /// digits are lost. Infinite where w is not 0, there are no data left and the network predicts noise.
    let weighted
        mode
        (denoiser: Denoiser)
        (data: Tensor)
        (noise: Tensor)
        (t: Tensor)
        (logWeight: Tensor, logNoiseWeight: Tensor)
        : Tensor =
        let lift = Rows.lift data
        let signal, sigma = lift (denoiser.Schedule.Signal t), lift (denoiser.Schedule.Noise t)
        let predicted = denoiser.At(mode, signal * data + sigma * noise, t)
        let error = predicted.Output - Prediction.target denoiser.Prediction signal sigma data noise
        Rows.sum (error.square ()) * (logOutputWeight denoiser t logWeight logNoiseWeight).exp()

    /// `weighted` of a weighting.
    let ofWeighting mode (weighting: LossWeighting) (denoiser: Denoiser) (data: Tensor) (t: Tensor) : Tensor =
        weighted
            mode
            denoiser
            data
            (Rows.noise data)
            t
            (weighting.LogWeight denoiser.Schedule t, weighting.LogNoiseWeight denoiser.Schedule t)

/// E_t E_ε[w(t) ‖x₀ - x̂(α x₀ + σ ε, t)‖²], a sum over the numbers of an example, t as often as it is drawn; in nats for
/// `LossWeighting.likelihood` at uniform times. Gradients reach a learned schedule too: only those of the likelihood's weighting
/// at uniform times are those of a bound.
module DiffusionLoss =

    /// The weighed error of each example at one random time, [batch]: a single term with the weighting's name.
    let estimate (mode: Mode) (weighting: LossWeighting) (times: TimeSampling) (denoiser: Denoiser) (x: Tensor) : Loss =
        Loss.term weighting.Name (DataError.ofWeighting mode weighting denoiser x (times.Draw denoiser.Schedule x))

    /// The training loss: the mean of the batch.
    let objective (weighting: LossWeighting) (times: TimeSampling) (denoiser: Denoiser) : Objective<Tensor> =
        estimate Mode.Train weighting times denoiser >> Loss.mean

    /// The training loss of examples with conditions, from the denoiser for the conditions of a batch. Classifier-free guidance drops some of
    /// them: `Guidance.dropped`.
    let conditional
        (weighting: LossWeighting)
        (times: TimeSampling)
        (denoiser: 'Condition -> Denoiser)
        : Objective<Tensor * 'Condition> =
        fun (x, condition) -> objective weighting times (denoiser condition) x

    /// The simple loss, E‖ε - ε̂‖² at uniform times.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, equation 14 (where it is a mean over pixels).
    let simple (denoiser: Denoiser) : Objective<Tensor> =
        objective LossWeighting.noise TimeSampling.uniform denoiser
