// The variational bound of diffusion models: a hierarchical VAE whose encoder is the noise, of T steps or of infinitely many.
// Test likelihoods, and training for them; DiffusionLoss has the losses that make better pictures.
namespace Functional

open System
open Functional.Tensors

/// The variance of p(x_s|x_t), s < t.
[<RequireQualifiedAccess>]
type ReverseVariance =
    /// That of q(x_s|x_t, x₀), σ_s² (1 - SNR_t/SNR_s): right for data at a single point. The bound's gap falls as 1/T, and only if
    /// log SNR begins at a finite number.
    | Posterior
    /// That of q(x_t|x_s), σ_t² (1 - SNR_t/SNR_s): right for data that are spread wider than the noise. The tighter bound on densities.
    | Forward

/// p(x₀|x_t) at a time with little noise: the last step of the reverse process.
type Reconstruction =
    {
        Name: string
        /// The distribution.
        Formula: string
        /// Where it comes from.
        Source: string
        /// log p(x₀|x_t) of each example, in nats: of the denoiser, at x₀, x_t and t.
        LogLikelihood: Mode -> Denoiser -> Tensor -> Tensor -> Tensor -> Tensor
    }

/// Likelihoods of the data given the least noisy x_t.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Reconstruction =

    // x̂ and σ/α.
    let private around (mode: Mode) (denoiser: Denoiser) (x: Tensor) (t: Tensor) =
        (denoiser.At(mode, x, t)).Data, Rows.lift x ((denoiser.Schedule.LogSnr t * -0.5).exp())

    let private normal name formula (scale: Tensor -> Tensor) : Reconstruction =
        let logLikelihood mode denoiser (data: Tensor) x t =
            let mean, noise = around mode denoiser x t
            let scale = scale noise
            Rows.sum (Gaussian.logDensity ((data - mean) / scale) - scale.log ())

        { Name = name
          Formula = formula
          Source = "Ho, Jain & Abbeel, arXiv:2006.11239, section 3.3"
          LogLikelihood = logLikelihood }

    /// N(x̂, σ²/α²), for data that are real numbers.
    let gaussian: Reconstruction = normal "gaussian" "N(x̂, σ²/α²)" id

    /// N(x̂, scale²): a decoder with a scale of its own.
    let gaussianOf (scale: float) : Reconstruction =
        if not (scale > 0.0) then
            raise (Errors.Argument.option (nameof scale) "positive" scale)

        normal $"gaussian {scale}" "N(x̂, s²)" (fun noise -> noise.fullLike scale)

    /// N(x̂, σ²/α²) gathered into `levels` equally spaced values from -1 to 1, the outermost of which take the tails: the probability of images of
    /// so many grey values, 256 with 8 bits, x = 2 k/(levels - 1) - 1.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, equation 13.
    let quantized (levels: int) : Reconstruction =
        if levels < 2 then
            raise (Errors.Argument.option (nameof levels) "at least 2" levels)

        let half = 1.0 / float (levels - 1)

        let logLikelihood mode denoiser (data: Tensor) x t =
            let mean, scale = around mode denoiser x t
            let low, high = (data - half - mean) / scale, (data + half - mean) / scale
            let isLowest, isHighest = data.lt (half - 1.0), data.gt (1.0 - half)
            let isOutermost = isLowest.logicalOr isHighest
            // the branch that is not taken is given numbers that are finite and have a finite slope
            let outwards = dsharp.where (isLowest, high, dsharp.where (isHighest, -low, low.scalarLike 0.0))

            let inner (edge: Tensor) (other: float) =
                dsharp.where (isOutermost, edge.scalarLike other, edge)

            Rows.sum (dsharp.where (isOutermost, Gaussian.logCdf outwards, Gaussian.logMass (inner low -1.0) (inner high 1.0)))

        { Name = $"quantized {levels}"
          Formula = "Φ((x + ½δ - x̂)/s) - Φ((x - ½δ - x̂)/s), s = σ/α"
          Source = "Ho, Jain & Abbeel, arXiv:2006.11239, equation 13"
          LogLikelihood = logLikelihood }

    /// All of them.
    let all = [ gaussian; gaussianOf 0.1; quantized 256 ]

/// A bound of T steps: the latent variables are x_t at t = 1/T, 2/T, ..., 1, with p(x_1) = N(0, α² + σ²).
type DiffusionBound =
    {
        /// T.
        Steps: int
        /// p(x₀|x_{1/T}).
        Reconstruction: Reconstruction
        /// The variances of the other steps of the reverse process.
        Variance: ReverseVariance
    }

/// Lower bounds on log p(x), in nats. Each is a Loss with one number for each example and the terms it is made of.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module DiffusionBound =

    /// A bound of so many steps, with the posterior's variances.
    let create (steps: int) (reconstruction: Reconstruction) : DiffusionBound =
        if steps < 1 then
            raise (Errors.Argument.option (nameof steps) "at least 1" steps)

        { Steps = steps
          Reconstruction = reconstruction
          Variance = ReverseVariance.Posterior }

    // KL(N(mean, variance) ‖ N(0, total)) summed over the numbers of each example; variance and total are one for each.
    let private klFromPrior (mean: Tensor) (variance: Tensor) (total: Tensor) : Tensor =
        let excess = variance / total - 1.0 - (variance / total).log()
        (excess * float (Rows.size mean) + Rows.sum (mean.square ()) / total) * 0.5

    /// KL(q(x_1|x₀) ‖ p(x_1)) of each example.
    let prior (schedule: NoiseSchedule) (x: Tensor) : Tensor =
        let t = Rows.constant x 1.0
        klFromPrior (Rows.lift x (schedule.Signal t) * x) ((schedule.Noise t).square()) ((schedule.Scale t).square())

    let private reconstructionAt (first: float) (reconstruction: Reconstruction) mode (denoiser: Denoiser) (x: Tensor) : Tensor =
        let t = Rows.constant x first
        reconstruction.LogLikelihood mode denoiser x (Denoiser.diffuse denoiser.Schedule x t (Rows.noise x)) t

    /// KL(q(x_s|x_t, x₀) ‖ p(x_s|x_t)) of each example at one draw of x_t, for times s < t, [batch]. With the posterior's variance it is
    /// ½ (SNR_s - SNR_t) ‖x₀ - x̂‖².
    /// Source: Kingma et al., arXiv:2107.00630, equation 13; Ho, Jain & Abbeel, arXiv:2006.11239, equation 8.
    let step (mode: Mode) (variance: ReverseVariance) (denoiser: Denoiser) (s: Tensor) (t: Tensor) (x: Tensor) : Tensor =
        Rows.check x s
        Rows.check x t
        let schedule = denoiser.Schedule
        let atS, atT = schedule.LogSnr s, schedule.LogSnr t
        let logDifference = atS + Logarithms.complement (atT - atS) + log 0.5

        let error logWeight =
            DataError.weighted mode denoiser x (Rows.noise x) t (logWeight, logWeight - atT)

        match variance with
        | ReverseVariance.Posterior -> error logDifference
        | ReverseVariance.Forward ->
            let logRatio = ((schedule.Noise s).log() - (schedule.Noise t).log()) * 2.0
            (logRatio.expm1 () - logRatio) * (0.5 * float (Rows.size x)) + error (logDifference + logRatio)

    let private terms (reconstruction: Tensor) (middle: string) (kl: Tensor) (prior: Tensor) : Loss =
        Loss.term "reconstruction" reconstruction - Loss.term middle kl - Loss.term "prior" prior

    let private bounded (bound: DiffusionBound) mode (denoiser: Denoiser) (x: Tensor) (diffusion: Tensor) : Loss =
        let first = 1.0 / float bound.Steps
        terms (reconstructionAt first bound.Reconstruction mode denoiser x) "diffusion" diffusion (prior denoiser.Schedule x)

    // T - 1 steps, each in a scope of its own.
    let private total (steps: int) (zero: Tensor) (kl: int -> Tensor) : Tensor =
        seq { 2..steps } |> Seq.fold (fun sum i -> Scope.run (fun () -> sum + kl i)) zero

    /// E_q[log p(x₀|x_{1/T})] - Σ_t KL(q(x_s|x_t, x₀) ‖ p(x_s|x_t)) - KL(q(x_1|x₀) ‖ p(x_1)), s = t - 1/T, at one draw of each x_t: terms
    /// `reconstruction`, `diffusion` and `prior`, [batch]. Runs the network T times. T = 1 is the ELBO of a VAE whose encoder is q(x_1|x₀).
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, equation 5.
    let denoising (mode: Mode) (bound: DiffusionBound) (denoiser: Denoiser) (x: Tensor) : Loss =
        let time (i: int) =
            Rows.constant x (float i / float bound.Steps)

        let kl i =
            step mode bound.Variance denoiser (time (i - 1)) (time i) x

        bounded bound mode denoiser x (total bound.Steps (Rows.constant x 0.0) kl)

    /// `denoising` with one random step for each example in the place of all of them, T - 1 times: the same expectation for two runs of the network.
    let estimate (mode: Mode) (bound: DiffusionBound) (denoiser: Denoiser) (x: Tensor) : Loss =
        let diffusion =
            if bound.Steps = 1 then
                Rows.constant x 0.0
            else
                let others = float (bound.Steps - 1)
                let before = (x.noDiff().randLike [ x.shape[0] ] * others).floor() + 1.0
                let s, t = before / float bound.Steps, (before + 1.0) / float bound.Steps
                step mode bound.Variance denoiser s t x * others

        bounded bound mode denoiser x diffusion

    let private logNormal (mean: Tensor) (variance: Tensor) (x: Tensor) : Tensor =
        let variance = Rows.lift x variance
        Rows.sum (Gaussian.logDensity ((x - mean) / variance.sqrt ()) - variance.log () * 0.5)

    /// E_q[log p(x₀|x_{1/T})] - Σ_t E_q[log q(x_t|x_s) - log p(x_t|x_u)] - E_q[KL(q(x_1|x_{1-1/T}) ‖ p(x_1))], s = t - 1/T, u = t + 1/T, at one draw of
    /// the whole path: terms `reconstruction`, `consistency` and `prior`, [batch]. It has the expectation of `denoising` and a larger variance, for
    /// each of its terms hangs on two noises.
    /// Source: Luo, arXiv:2208.11970, equations 37-45.
    let consistency (mode: Mode) (bound: DiffusionBound) (denoiser: Denoiser) (x: Tensor) : Loss =
        let schedule, steps = denoiser.Schedule, bound.Steps
        let time (i: int) = Rows.constant x (float i / float steps)
        let lift = Rows.lift x

        // mean and variance of q(x_i|x_{i-1}); the data are x_0
        let forward (i: int) (before: Tensor) =
            if i = 1 then
                lift (schedule.Signal(time 1)) * before, (schedule.Noise(time 1)).square()
            else
                let way = NoiseSchedule.transition (time (i - 1)) (time i) schedule
                lift way.Ratio * before, way.ForwardVariance

        let reverse (i: int) (after: Tensor) =
            let way = NoiseSchedule.transition (time i) (time (i + 1)) schedule
            let data = (denoiser.At(mode, after, time (i + 1))).Data

            let variance =
                match bound.Variance with
                | ReverseVariance.Posterior -> way.PosteriorVariance
                | ReverseVariance.Forward -> way.ForwardVariance

            lift way.OnNoisy * after + lift way.OnData * data, variance

        let draw (i: int) (before: Tensor) =
            let mean, variance = forward i before
            mean + (lift variance).sqrt() * Rows.noise x

        let advance (sum: Tensor, before: Tensor, here: Tensor) (i: int) =
            Scope.run (fun () ->
                let after = draw (i + 1) here
                let mean, variance = forward i before
                let reverseMean, reverseVariance = reverse i after
                sum + logNormal mean variance here - logNormal reverseMean reverseVariance here, here, after)

        let first = draw 1 x
        let reconstruction = bound.Reconstruction.LogLikelihood mode denoiser x first (time 1)
        let sum, before, _ = Seq.fold advance (Rows.constant x 0.0, x, first) (seq { 1 .. steps - 1 })
        let mean, variance = forward steps before
        terms reconstruction "consistency" sum (klFromPrior mean variance ((schedule.Scale(time steps)).square()))

    // `continuous`, and the times at which it was looked at.
    let private continuousAt mode (first: float) (times: TimeSampling) reconstruction (denoiser: Denoiser) (x: Tensor) =
        if not (first >= 0.0 && first < 1.0) then
            raise (Errors.Argument.option (nameof first) "at least 0 and below 1" first)

        let schedule, range = denoiser.Schedule, 1.0 - first
        let drawn = times.Draw schedule x
        let t = drawn * range + first
        let density = (times.LogDensity schedule drawn).noDiff().exp()
        let diffusion = DataError.ofWeighting mode LossWeighting.likelihood denoiser x t * range / density
        t, terms (reconstructionAt first reconstruction mode denoiser x) "diffusion" diffusion (prior denoiser.Schedule x)

    /// E_q[log p(x₀|x_first)] - E_t[-½ dSNR/dt ‖x₀ - x̂‖²] - KL(q(x_1|x₀) ‖ p(x_1)), t uniform between `first` and 1: the bound
    /// of infinitely many steps, which depends on the schedule only through its ends. `first` is 0 where log SNR(0) is finite, as
    /// of learned schedules, and has to be positive elsewhere. Terms `reconstruction`, `diffusion` and `prior`, [batch]. Times
    /// that are not drawn uniformly are weighed by one over their density: the expectation is the same, and the estimate is noisy
    /// where hardly any times are drawn that matter.
    /// Source: Kingma et al., arXiv:2107.00630, equations 11 and 17.
    let continuous
        (mode: Mode)
        (first: float)
        (times: TimeSampling)
        (reconstruction: Reconstruction)
        (denoiser: Denoiser)
        (x: Tensor)
        : Loss =
        snd (continuousAt mode first times reconstruction denoiser x)

    // 0 for each example, with the gradient of E[L²]/E[L] in the inside of the schedule, L the diffusion term at the times t.
    // Uniform times draw log SNR with the density p = -1/(d log SNR/dt), and L = h/p, where h depends on log SNR alone. So E[L²]
    // is ∫ h²/p, and its gradient the mean of L² ∇ log(1/p) at a log SNR that stays where it is, so that t follows it. Nothing
    // of that is a derivative of h: the network need not be looked at, and may be told t as well as log SNR.
    let private spread (schedule: NoiseSchedule) (t: Tensor) (diffusion: Tensor) : Tensor =
        let logSnr = schedule.LogSnr t
        let following = t - (logSnr - logSnr.noDiff ()) / (schedule.LogSnrSlope t).noDiff()
        let logSlope = (-(schedule.LogSnrSlope following)).log()
        // where there is no error at all there is nothing to learn from it
        let weight = diffusion.square () / diffusion.mean().clamp(low = 1e-30)
        weight * (logSlope - logSlope.noDiff ())

    /// The training loss: minus the mean of `estimate` over the batch.
    let objective (bound: DiffusionBound) (denoiser: Denoiser) : Objective<Tensor> =
        fun x -> -(Loss.mean (estimate Mode.Train bound denoiser x))

    let private adding (name: string) (extra: Tensor) (loss: Loss) : Loss =
        Loss [ for term in loss.Terms -> if term.Name = name then { term with Value = term.Value + extra } else term ]

    /// The training loss of the continuous-time bound: minus its mean over the batch, at low-discrepancy times. Its gradients in
    /// the network and in the end points of a learned schedule are the bound's. The bound does not depend on the schedule's
    /// `Inside`: there the gradient is that of E[L²]/E[L], L an example's diffusion term, in nats: as E[L] stays what it is, the
    /// variance of the estimate falls. (E[L] is the batch's mean.) That holds where `first` is 0; where it is not, log SNR(first)
    /// moves with the inside, which is trained by the bound as all the rest is. A network that is told `schedule.LogSnr t` in the
    /// place of t has nothing to learn anew when the schedule moves.
    /// Source: Kingma et al., arXiv:2107.00630, section 5.3 and appendix I.2; their gradient's expectation, found without a slope
    /// of the network.
    let continuousObjective (first: float) (reconstruction: Reconstruction) (denoiser: Denoiser) : Objective<Tensor> =
        let schedule = denoiser.Schedule
        let inside = if first > 0.0 then [] else schedule.Inside

        let isInside (parameter: Parameter) =
            inside |> List.exists (fun other -> obj.ReferenceEquals(other.Value, parameter.Value))

        let ends = schedule.Parameters |> List.filter (isInside >> not)

        fun x ->
            let t, bound =
                Parameter.held inside (fun () ->
                    continuousAt Mode.Train first TimeSampling.lowDiscrepancy reconstruction denoiser x)

            let bound =
                if inside.IsEmpty then
                    bound
                else
                    let extra = Parameter.held ends (fun () -> spread schedule t (bound["diffusion"].noDiff()))
                    adding "diffusion" extra bound

            -(Loss.mean bound)

    /// -log₂ p(x) for each number of an example, from a bound (or log p(x)) in nats. Comparable between models of images only with a
    /// quantized reconstruction.
    let bitsPerDimension (x: Tensor) (bound: Tensor) : Tensor =
        bound / (-Math.Log 2.0 * float (Rows.size x))
