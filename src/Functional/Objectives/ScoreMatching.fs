// Score matching: losses whose minimiser is the score of the data's density, none of which asks for its normalizer.
// Values to choose from; ScoreMatching.objective is what training minimises, ScoreMatching.all is what the laws run over.
namespace Functional

open System
open Functional.Tensors

/// A noise level, and how much it counts.
type NoiseWeight =
    {
        /// σ, the standard deviation of the noise that is put on the data; 0 for none.
        Noise: float
        /// λ(σ).
        Weight: float
    }

/// A loss whose expectation is, up to a constant, that of λ(σ) ½ ‖s(x, σ) - ∇ log p_σ(x)‖² over the levels of noise and over x from
/// p_σ, the density of the data with that noise. Not nats: the unit is that of 1/x², or none where λ = σ².
[<NoComparison; NoEquality>]
type ScoreMatching =
    {
        Name: string
        /// What is averaged over the data.
        Formula: string
        /// Who found it.
        Source: string
        /// The noise on the data whose score is learned; each level counts equally often.
        Levels: NoiseWeight list
        /// The loss of each row of data, of shape [n], for a noise-conditional score; its terms are named.
        PerExample: (Tensor -> Tensor -> Tensor) -> Tensor -> Loss
    }

    override this.ToString() = this.Name

/// The objectives, and how they are put to use.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ScoreMatching =

    let private checkPositive (noise: float) =
        if not (noise > 0.0 && Double.IsFinite noise) then
            raise (Errors.Score.noise noise)

    let private noNoise = [ { Noise = 0.0; Weight = 1.0 } ]

    // s(x, σ), of the shape of x.
    let private at (score: Tensor -> Tensor -> Tensor) (x: Tensor) (noise: Tensor) : Tensor =
        score x noise |> Rows.unchanged "ScoreMatching" x

    // The score of the data themselves.
    let private ofData (score: Tensor -> Tensor -> Tensor) : Tensor -> Tensor = Score.atNoise 0.0 (at score)

    let private halfNorm (rows: Tensor) : Tensor = Rows.squaredNorm rows * 0.5

    /// ½ ‖s(x) - ∇ log p(x)‖² from the true score, which is known only where there is nothing to learn: what the others are held to.
    /// Half of the Fisher divergence where x is from p. Term `score error`.
    /// Source: Hyvärinen, JMLR 6 (2005), equation 2.
    let explicit (truth: Tensor -> Tensor) : ScoreMatching =
        { Name = "explicit"
          Formula = "½ ‖s(x) - ∇ log p(x)‖²"
          Source = "Hyvärinen, JMLR 6 (2005), equation 2"
          Levels = noNoise
          PerExample =
            fun score x ->
                Loss.term "score error" (halfNorm (ofData score x - Rows.unchanged "ScoreMatching.explicit" x (truth x))) }

    let private implicitBy
        name
        source
        (trace: (Tensor -> Tensor) -> Tensor -> Tensor * Tensor)
        (formula: string)
        : ScoreMatching =
        { Name = name
          Formula = formula
          Source = source
          Levels = noNoise
          PerExample =
            fun score x ->
                let value, trace = trace (ofData score) x
                Loss.term "norm" (halfNorm value) + Loss.term "divergence" trace }

    /// ½ ‖s(x)‖² + tr ∇s(x), the trace exact: a backward pass for each dimension. Terms `norm` and `divergence`.
    /// Source: Hyvärinen, JMLR 6 (2005), theorem 1.
    let implicit: ScoreMatching =
        implicitBy "implicit" "Hyvärinen, JMLR 6 (2005), theorem 1" JacobianTrace.exact "½ ‖s(x)‖² + tr ∇s(x)"

    /// ½ ‖s(x)‖² + vᵀ ∇s(x) v with random v, one for each row: Hutchinson's estimate of the trace. Sliced score matching with reduced
    /// variance is this, found from the other end. Terms `norm` and `divergence`.
    /// Source: Song, Garg, Shi & Ermon, arXiv:1905.07088, section 3; Hutchinson 1990, doi:10.1080/03610919008812866.
    let slicedReduced (probe: Probe) : ScoreMatching =
        implicitBy
            $"sliced with reduced variance ({probe})"
            "Song, Garg, Shi & Ermon, arXiv:1905.07088, section 3; Hutchinson 1990, doi:10.1080/03610919008812866"
            (JacobianTrace.hutchinson probe)
            "½ ‖s(x)‖² + vᵀ ∇s(x) v"

    /// ½ (vᵀ s(x))² + vᵀ ∇s(x) v with random v, one for each row. Terms `norm` and `divergence`. `slicedReduced` estimates the same with
    /// less variance. Source: Song, Garg, Shi & Ermon, arXiv:1905.07088, section 3.
    let sliced (probe: Probe) : ScoreMatching =
        { Name = $"sliced ({probe})"
          Formula = "½ (vᵀ s(x))² + vᵀ ∇s(x) v"
          Source = "Song, Garg, Shi & Ermon, arXiv:1905.07088, section 3"
          Levels = noNoise
          PerExample =
            fun score x ->
                let probe = Probe.draw probe x
                let value, along = JacobianTrace.along probe (ofData score) x
                Loss.term "norm" ((Rows.sum (value * probe)).square() * 0.5) + Loss.term "divergence" along }

    /// ½ ‖s(x)‖² + (1/K) Σ_k v_kᵀ ∇s(x) v_k: `implicit` with the trace estimated from K probes a row, which `slicedReduced` does with
    /// one. A backward pass for each probe. Terms `norm` and `divergence`.
    let hutchinson (probes: int) (probe: Probe) : ScoreMatching =
        implicitBy
            $"implicit ({probes} probes, {probe})"
            "Hyvärinen, JMLR 6 (2005), theorem 1; Hutchinson 1990, doi:10.1080/03610919008812866"
            (JacobianTrace.hutchinsonMean probes probe)
            "½ ‖s(x)‖² + (1/K) Σ_k v_kᵀ ∇s(x) v_k"

    // ½ ‖σ s(x + σ ε, σ) + ε‖² of every row, for σ of shape [n].
    let private denoisingError (score: Tensor -> Tensor -> Tensor) (noise: Tensor) (x: Tensor) : Tensor =
        let scale = Rows.lift x noise
        let epsilon = x.randnLike ()
        halfNorm (at score (x + epsilon * scale) noise * scale + epsilon)

    /// ½ ‖s(x̃) + (x̃ - x)/σ²‖² with x̃ = x + σ ε, ε ~ N(0, I), whose minimiser is the score of the data with noise σ. Its variance grows
    /// as 1/σ². Term `denoising`. Raises ArgumentException unless σ is positive.
    /// Source: Vincent, Neural Computation 23 (2011), doi:10.1162/NECO_a_00142, section 4.
    let denoising (noise: float) : ScoreMatching =
        checkPositive noise

        { Name = $"denoising (σ = {noise})"
          Formula = "½ ‖s(x̃) + (x̃ - x)/σ²‖², x̃ = x + σ ε"
          Source = "Vincent, Neural Computation 23 (2011), doi:10.1162/NECO_a_00142, section 4"
          Levels = [ { Noise = noise; Weight = 1.0 } ]
          PerExample = fun score x -> Loss.term "denoising" (denoisingError score (Rows.constant x noise) x / (noise * noise)) }

    let private weighed (ladder: NoiseLadder) : NoiseWeight list =
        [ for noise in ladder.Levels -> { Noise = noise; Weight = noise * noise } ]

    /// λ(σ) ½ ‖s(x̃, σ) + (x̃ - x)/σ²‖² with λ(σ) = σ² and, for each row, one of the ladder's levels: denoising at all of them at once,
    /// about equally loud at each. What annealed Langevin dynamics follows (NCSN). Term `denoising`.
    /// Source: Song & Ermon, arXiv:1907.05600, equations 5 and 6.
    let noiseConditional (ladder: NoiseLadder) : ScoreMatching =
        { Name = "noise-conditional"
          Formula = "σ² ½ ‖s(x̃, σ) + (x̃ - x)/σ²‖², x̃ = x + σ ε, σ from a ladder"
          Source = "Song & Ermon, arXiv:1907.05600, equations 5 and 6"
          Levels = weighed ladder
          PerExample = fun score x -> Loss.term "denoising" (denoisingError score (ladder.Draw x) x) }

    /// An objective on the data with noise from a ladder, weighed with λ(σ) = σ²: `noised ladder (slicedReduced Probe.Rademacher)` learns
    /// what `noiseConditional` does, without being told which noise was added. Raises ArgumentException where the objective adds noise.
    /// Source: Song & Ermon, arXiv:1907.05600, section 3.2.
    let noised (ladder: NoiseLadder) (objective: ScoreMatching) : ScoreMatching =
        if objective.Levels <> noNoise then
            raise (Errors.Score.noisedTwice objective.Name)

        { Name = $"{objective.Name}, noised"
          Formula = $"σ² ({objective.Formula}) at x̃ = x + σ ε, σ from a ladder"
          Source = $"{objective.Source}; Song & Ermon, arXiv:1907.05600, section 3.2"
          Levels = weighed ladder
          PerExample =
            fun score x ->
                let noise = ladder.Draw x
                let moved = x + x.randnLike () * Rows.lift x noise
                objective.PerExample (fun x _ -> score x noise) moved |> Loss.map (fun value -> value * noise.square ()) }

    /// Every objective that needs nothing but data, each with settings that are usual.
    let all: ScoreMatching list =
        let ladder = NoiseLadder.geometric 1.0 0.1 5

        [ implicit
          hutchinson 2 Probe.Rademacher
          sliced Probe.Rademacher
          sliced Probe.Gaussian
          slicedReduced Probe.Rademacher
          slicedReduced Probe.Gaussian
          denoising 0.3
          noiseConditional ladder
          noised ladder implicit
          noised ladder (slicedReduced Probe.Rademacher) ]

    /// The loss to minimise for each batch of data [n; d...], the mean over its rows, for a noise-conditional score; a plain one is made
    /// into that by Score.unconditional: `ScoreMatching.objective ScoreMatching.implicit (Score.unconditional (Net.train network))`.
    /// Objectives without noise ask for the score at σ = 0, where one that is divided by σ has no value.
    let objective (objective: ScoreMatching) (score: Tensor -> Tensor -> Tensor) : Objective<Tensor> =
        fun batch -> Loss.mean (objective.PerExample score batch)
