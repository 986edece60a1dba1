// What importance weights say of the integral that they estimate, and of how far to believe them.
// Estimates of the evidence end here: importance sampling, annealed importance sampling, variational posteriors under test.
namespace Functional

open System
open System.Globalization
open Functional.Tensors

/// The summary of S log-weights for each element of a batch, in nats.
type ImportanceSummary =
    {
        /// log (1/S) Σ_s w_s, of shape [batch]: the mean of the weights is unbiased, its logarithm too low on average.
        LogEvidence: Tensor
        /// (Σ w)² / Σ w², of shape [batch], between 1 and S: how many equal weights would be worth as much.
        EffectiveSampleSize: Tensor
        /// The Pareto shape k-hat of the upper tail, of shape [batch]: moments of the weights of order above 1/k are infinite.
        /// -infinity where the largest weights are all equal, +infinity for fewer than 25 draws, too few to see a tail.
        ParetoShape: Tensor
        /// The log-weights with the largest ones replaced by expected order statistics of that Pareto tail, of shape [S; batch].
        SmoothedLogWeights: Tensor
        /// LogEvidence by the smoothed weights: a little bias for much less variance where k-hat is large.
        SmoothedLogEvidence: Tensor
        /// S.
        Draws: int
    }

/// Diagnostics of importance sampling, from log-weights log p(z_s) - log q(z_s), z_s from q, of shape [S; batch].
/// Nothing here is recorded for differentiation; tails are fitted in float64. Where q misses a part of p altogether no draw
/// tells of it, and every figure here looks well.
/// Source: Vehtari, Simpson, Gelman, Yao, Gabry, arXiv:1507.02646; Zhang & Stephens, Technometrics 51 (2009), for the fit.
module ImportanceWeights =

    let private check (logWeights: Tensor) =
        if logWeights.dim = 0 || logWeights.shape[0] < 1 then
            raise (Errors.ImportanceWeights.shape logWeights.shape)

    /// log (1/S) Σ_s w_s over the first axis.
    let logEvidence (logWeights: Tensor) : Tensor =
        check logWeights
        logWeights.logsumexp 0 - Math.Log logWeights.shape[0]

    /// (Σ w)² / Σ w² over the first axis. Source: Kong (1992).
    let effectiveSampleSize (logWeights: Tensor) : Tensor =
        check logWeights
        (logWeights.logsumexp 0 * 2.0 - (logWeights * 2.0).logsumexp 0).exp()

    /// k-hat is to be believed, and the estimate with it, up to min(1 - 1/log₁₀ S, 0.7).
    /// Source: arXiv:1507.02646, section 3.2.4 of the published version, JMLR 25 (2024).
    let threshold (draws: int) : float = min (1.0 - 1.0 / Math.Log10 draws) 0.7

    // min(S/5, 3 √S) draws are the tail, and five of them the least that a tail is fitted to.
    let private tailLength (draws: int) : int =
        int (ceil (min (0.2 * float draws) (3.0 * sqrt (float draws))))

    // Below it a number has no reciprocal.
    let private tiny = 1e-290

    /// The generalized Pareto distribution, density (1/σ) (1 + k x/σ)^(-1/k - 1), fitted to samples x ≥ 0 in ascending order
    /// along the first axis: k and σ over the others. The posterior mean of θ = -k/σ over a grid is taken for θ, and k is
    /// shrunk towards 1/2 as if ten more samples had said so. Source: Zhang & Stephens (2009), equations 5 to 8;
    /// arXiv:1507.02646, appendix C.
    let internal fitPareto (samples: Tensor) : Tensor * Tensor =
        let n = samples.shape[0]
        let points = 30 + int (sqrt (float n))
        let largest = samples[n - 1].clamp(low = tiny)
        let quartile = samples[int (float n / 4.0 + 0.5) - 1].clamp(low = tiny)

        let thetas = [ for i in 1..points -> 1.0 / largest + (1.0 - sqrt (float points / (float i - 0.5))) / (quartile * 3.0) ]

        let shapeAt (theta: Tensor) = (samples * -theta).log1p().mean 0

        let logLikelihoods =
            Tensor.stack
                [ for theta in thetas ->
                      Scope.run (fun () ->
                          let shape = shapeAt theta
                          ((-theta / shape).log() - shape - 1.0) * float n) ]

        let theta = (logLikelihoods.softmax 0 * Tensor.stack thetas).sum 0
        let shape = shapeAt theta
        (shape * float n + 5.0) / float (n + 10), -shape / theta

    // The expected order statistics of the fitted tail, of shape [n; batch].
    let private quantiles (n: int) (shape: Tensor) (scale: Tensor) : Tensor =
        let probabilities = (shape.arangeLike (float n) + 0.5) / float n
        // -log(1 - p): the exponential distribution's, which is k = 0
        let exponential = (-(-probabilities).log1p()).view(Array.append [| n |] (Array.create shape.dim 1))
        let isZero = (shape.abs ()).lt 1e-12
        let divisor = dsharp.where (isZero, shape.onesLike (), shape)
        scale * dsharp.where (isZero, exponential, (shape * exponential).expm1() / divisor)

    // Sorted log-weights whose largest is 0: the tail's shape, and its smoothed log-weights.
    let private smoothTail (sorted: Tensor) (length: int) : Tensor * Tensor =
        let draws = sorted.shape[0]
        let tail = sorted[draws - length ..]
        let cutoff = sorted[draws - length - 1].exp()
        let shape, scale = fitPareto (tail.exp () - cutoff)
        let smoothed = ((quantiles length shape scale + cutoff).log()).clamp(high = 0.0)
        // Equal weights have no tail to fit; rounding makes neighbours of equal ones.
        let isFlat = (tail[length - 1] - tail[0]).lt 1e-10
        let usable = (isFlat.logicalOr (shape.isfinite().logicalNot())).logicalNot()
        dsharp.where (isFlat, shape.scalarLike -infinity, shape), dsharp.where (usable, smoothed, tail)

    /// The Pareto shape k-hat of the largest min(S/5, 3√S) weights, of shape [batch], and log-weights with these replaced by
    /// expected order statistics of the fitted tail, none above the largest raw one, of shape [S; batch].
    /// Source: arXiv:1507.02646, section 3.
    let smooth (logWeights: Tensor) : Tensor * Tensor =
        check logWeights

        Gradient.off (fun () ->
            let raw = logWeights.cast Dtype.Float64
            let draws = raw.shape[0]
            let length = tailLength draws

            if length < 5 then
                (raw[0].fullLike infinity).cast logWeights.dtype, logWeights.clone ()
            else
                let sorted, places = raw.sort 0
                let largest = sorted[draws - 1]
                let shape, tail = smoothTail (sorted - largest) length
                let smoothed = Tensor.cat [ sorted[.. draws - length - 1]; tail + largest ]
                shape.cast logWeights.dtype, (smoothed.gather (0, places.argsort 0)).cast logWeights.dtype)

    /// All of it.
    let summarize (logWeights: Tensor) : ImportanceSummary =
        Gradient.off (fun () ->
            let shape, smoothed = smooth logWeights

            { LogEvidence = logEvidence logWeights
              EffectiveSampleSize = effectiveSampleSize logWeights
              ParetoShape = shape
              SmoothedLogWeights = smoothed
              SmoothedLogEvidence = logEvidence smoothed
              Draws = logWeights.shape[0] })

    let private number (value: float) =
        value.ToString("0.##", CultureInfo.InvariantCulture)

    /// What to make of it, in words: how many of the batch have a good k-hat (below 1/2: the variance is finite), a usable one
    /// (below `threshold`) or an unreliable one, and what to do. Reads the tensors: not for the inside of a training step.
    let verdict (summary: ImportanceSummary) : string =
        let limit = threshold summary.Draws
        let shapes = summary.ParetoShape.cast(Dtype.Float64).view(-1)
        let below (bound: float) = shapes.lt(bound).sum().toInt32()
        let good, reliable = below (min 0.5 limit), below limit
        let unreliable = shapes.nelement - reliable
        let worst = if shapes.nelement = 0 then -infinity else shapes.max().toDouble()

        let counts =
            $"Pareto k-hat of {summary.Draws} draws: {good} good, {reliable - good} usable, {unreliable} unreliable "
            + $"(largest {number worst}, limit {number limit})."

        if tailLength summary.Draws < 5 then
            $"{summary.Draws} draws are too few to judge the weights by; take at least 25."
        elif unreliable = 0 then
            counts
        else
            counts
            + " Unreliable estimates are dominated by a few draws, and more of them help little: "
            + "widen the proposal, or anneal towards the target."
