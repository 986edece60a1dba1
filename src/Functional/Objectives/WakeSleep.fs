// Fitting a guide by the forward divergence KL(p ‖ q): on the posterior through self-normalized weights (wake), or on dreams of the model (sleep).
// For discrete draws without score functions, and for guides that must cover the posterior.
namespace Functional

open System
open Functional.Tensors

module private SelfNormalized =

    // Draws carry no gradient: only densities at them do.
    let private estimator = Estimator.scoreFunction Baseline.Zero

    /// A bound whose value is `value`, from log-weights [K; batch] and their shares, and whose gradient is that of Σ_k share_k · surrogate_k.
    let bound
        (name: string)
        (side: Side)
        (particles: int)
        (value: Tensor -> Tensor -> Tensor)
        (surrogate: Tensor -> Tensor -> Tensor)
        : Bound =
        let terms (run: GuidedRun) =
            let logModel, logGuide = run.WithParticles run.LogModel, run.WithParticles run.LogGuide
            let weights = (logModel - logGuide).noDiff()
            let shares = weights.softmax 0
            let carrier = (shares * surrogate logModel logGuide).sum 0
            Loss.term name (value weights shares + carrier - carrier.noDiff ())

        Bound(name, side, particles, estimator, Own terms)

/// The forward divergence of a guide from the posterior.
module ForwardKl =

    /// E_p(z|x)[log p(x, z) - log q(z)] = log p(x) + KL(p(z|x) ‖ q(z)) ≥ log p(x), by self-normalized importance sampling with K draws of q, in nats;
    /// a single term `forward kl`. Its gradient is -Σ_k w̃_k ∇ log q(z_k), in the guide's parameters alone: train the model by another bound.
    /// The estimate is low on average, the less the more particles; with one particle it says nothing of the posterior.
    /// Source: Bornschein & Bengio, arXiv:1406.2751, section 3.2 (wake-phase q); Ji & Shen, arXiv:1902.07330 (EUBO).
    let bound (particles: int) : Bound =
        SelfNormalized.bound "forward kl" Side.Upper particles (fun weights shares -> (shares * weights).sum 0) (fun _ logGuide ->
            -logGuide)

/// Reweighted wake-sleep: the model is fitted to the data, the guide to the model's posterior or to its dreams.
module WakeSleep =

    /// The importance-weighted bound, whose gradient is Σ_k w̃_k [∇ log p(x, z_k) + ∇ log q(z_k)]: that of the bound in the model's parameters, and
    /// one step down KL(p(z|x) ‖ q(z)) in the guide's; a single term `wake`.
    /// Source: Bornschein & Bengio, arXiv:1406.2751, equations 5 and 8.
    let wake (particles: int) : Bound =
        SelfNormalized.bound
            "wake"
            Side.Lower
            particles
            (fun weights _ -> weights.logsumexp 0 - Math.Log(float weights.shape[0]))
            (fun logModel logGuide -> logModel + logGuide)

    /// E_p(z, x)[-log q(z|x)] at a dream of the model, in nats: observations are drawn too, and the guide is made for them from the dream's trace
    /// (`fun dream -> guide dream["x"].Value`). A single term `sleep`, one number for each element of the batch axes outside plates.
    /// Its minimum over guides is the posterior, averaged over the model's own data instead of the real.
    /// Source: Hinton, Dayan, Frey & Neal 1995, doi:10.1126/science.7761831; Bornschein & Bengio, arXiv:1406.2751, equation 10.
    let sleep (model: Program<'M>) (guide: Trace<'M> -> Program<'G>) : Loss =
        let dream = Gradient.off (fun () -> model |> Program.uncondition |> Program.trace)
        Loss.term "sleep" -(guide dream |> Program.replay dream |> Program.trace).LogDensity
