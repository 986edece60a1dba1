// Scores s(x) = ∇ log p(x): of energies, of distributions, of networks, and of data with noise on them.
// Score matching fits one, Langevin dynamics follows one. A score is a function of rows; with noise, of rows and each row's noise.
namespace Functional

open Functional.Tensors

/// The gradient of a log-density in its value: a function from rows x of shape [n; d...] to the same shape. A noise-conditional
/// score takes x and the standard deviation σ of the noise in each row, [n], and is the score of the data's density convolved with
/// N(0, σ² I); at σ = 0 that of the data.
module Score =

    /// log p at each row and its gradient, for a density whose numbers may come in any shape.
    let internal evaluate (logDensity: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        Derivative.at "score" logDensity x (fun evaluation ->
            evaluation.Settled, Derivative.pull (evaluation.Value.sum ()) evaluation.Input None evaluation.Outer)

    /// f(x), of shape [n] or [n; 1], as [n].
    let internal numbers (rows: Tensor) (values: Tensor) : Tensor =
        let n = rows.shape[0]

        if values.dim = 0 || values.shape[0] <> n || values.nelement <> n then
            raise (Errors.Score.energy values.shape n)

        values.view n

    /// The score ∇f of exp(f(x))/Z, whatever Z, from minus the energy f: rows [n; d...] to [n] or [n; 1]. By a backward pass, which is
    /// recorded where f closes over parameters, so that training differentiates it again. Raises ArgumentException for other shapes.
    let ofEnergy (f: Tensor -> Tensor) (x: Tensor) : Tensor = evaluate (f >> numbers x) x |> snd

    /// ∇ log p(x) of a distribution without batch axes.
    let ofDistribution (distribution: Distribution) : Tensor -> Tensor = ofEnergy distribution.LogProb

    /// A score that is the same for any noise: how a plain score is given to objectives that know noise.
    let unconditional (score: Tensor -> Tensor) : Tensor -> Tensor -> Tensor = fun x _ -> score x

    /// A noise-conditional score at one noise.
    let atNoise (noise: float) (score: Tensor -> Tensor -> Tensor) (x: Tensor) : Tensor = score x (Rows.constant x noise)

    /// g(x)/σ: a network that need not be told the noise, as the norm of a score is about √d/σ.
    /// Source: Song & Ermon, arXiv:2006.09011, section 3.3.
    let scaled (network: Tensor -> Tensor) : Tensor -> Tensor -> Tensor =
        fun x noise -> network x / Rows.lift x noise

    /// g(x, t)/σ, where t, of shape [n], is the noise's place on the ladder, 0 to 1: the score of a network that is told times.
    let conditional (ladder: NoiseLadder) (network: Tensor * Tensor -> Tensor) : Tensor -> Tensor -> Tensor =
        fun x noise -> network (x, ladder.Position noise) / Rows.lift x noise

    /// E[data | x] = x + σ² s(x, σ), the data that noised rows came from, in the mean. It removes what noise annealed samples keep.
    /// Source: Tweedie's formula; Robbins 1956; for samples Jolicoeur-Martineau et al., arXiv:2009.05475.
    let denoise (score: Tensor -> Tensor -> Tensor) (noise: float) (x: Tensor) : Tensor =
        x + atNoise noise score x * (noise * noise)
