// Guidance: denoisers that look for examples of a kind. Functions from denoisers to denoisers, for any sampler.
// DiffusionLoss.conditional trains what they need; in-painting is in InPainting.fs.
namespace Functional

open Functional.Tensors

/// Denoisers of p(x|c) made sharper or made of parts. They are for sampling: bounds on log p(x) do not hold with a scale other than 1.
module Guidance =

    /// The prediction of `unconditional` plus `scale` times what the condition adds to it: 0 is unconditional, 1 conditional, more is sharper and
    /// less diverse. (Ho & Salimans' w is scale - 1.) Both denoisers have one schedule, and as a rule one network, trained with conditions `dropped`.
    /// Source: Ho & Salimans, arXiv:2207.12598, equation 6.
    let classifierFree (scale: float) (conditional: Denoiser) (unconditional: Denoiser) : Denoiser =
        if not (obj.ReferenceEquals(conditional.Schedule, unconditional.Schedule)) then
            raise (Errors.Diffusion.schedules conditional.Schedule.Name unconditional.Schedule.Name)

        let other = Denoiser.predicting conditional.Prediction unconditional

        let guided =
            conditional
            |> Denoiser.rewritten conditional.Prediction (fun mode x t ->
                let without = (other.At(mode, x, t)).Output
                without + ((conditional.At(mode, x, t)).Output - without) * scale)

        { guided with NeedsSignal = guided.NeedsSignal || unconditional.NeedsSignal }

    /// ε̂ - scale · σ ∇ log p(c|x_t): the score plus `scale` times that of a classifier, of noisy examples. The function gives log p(c|x_t) for each
    /// example at x_t and t, [batch] or [batch; 1], for the c that is wanted, in nats. Raises ArgumentException for another shape, such as that of all
    /// classes, [batch; classes].
    /// Source: Dhariwal & Nichol, arXiv:2105.05233, algorithm 2 and equation 14.
    let classifier (scale: float) (logProbability: Tensor -> Tensor -> Tensor) (denoiser: Denoiser) : Denoiser =
        denoiser
        |> Denoiser.rewritten Prediction.Noise (fun mode x t ->
            let gradient = dsharp.grad (fun x -> (Score.numbers x (logProbability x t)).sum()) x
            (denoiser.At(mode, x, t)).Noise - Rows.lift x (denoiser.Schedule.Noise t) * gradient * scale)

    /// Conditions [batch; ...], each replaced with `none` with a probability, so that one network learns with and without them. `none` has the
    /// shape of one condition.
    /// Source: Ho & Salimans, arXiv:2207.12598, algorithm 1.
    let dropped (probability: float) (none: Tensor) (conditions: Tensor) : Tensor =
        if not (probability >= 0.0 && probability <= 1.0) then
            raise (Errors.Argument.option (nameof probability) "a probability" probability)

        let isDropped = (dsharp.rand ([ conditions.shape[0] ], device = conditions.device)).lt probability
        dsharp.where (Rows.lift conditions isDropped, none.cast conditions.dtype, conditions)
