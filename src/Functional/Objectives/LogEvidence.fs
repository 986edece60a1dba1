// Estimates of log p(x), the figure by which latent-variable models are compared.
// Evaluation after training; nothing here is recorded for differentiation.
namespace Functional

open System
open Functional.Tensors

/// Estimates of log p(x) by importance sampling.
module LogEvidence =

    // So many latent draws are decoded at a time, which bounds memory whatever the number of samples.
    let private rows = 20_000

    let private chunks (samples: int) (size: int) =
        [ for first in 0..size .. samples - 1 -> min size (samples - first) ]

    // Nothing is differentiated, so every draw may be taken as it is.
    let private estimator = Estimator.scoreFunction Baseline.Zero

    let private logWeights (depth: int) (model: Program<'M>) (guide: Program<'G>) (particles: int) : Tensor =
        let run = GuidedRun.draw estimator particles depth _.Value model guide

        if run.GuideEnumerates then
            raise (Errors.Objective.enumeratedWeights "log-evidence")

        run.WithParticles run.LogWeights

    /// log w_s = log p(x, z_s) - log q(z_s) for so many draws z_s of the guide, in nats, of shape [samples; batch].
    let weights (samples: int) (model: Program<'M>) (guide: Program<'G>) : Tensor =
        if samples < 1 then
            raise (Errors.Objective.samples samples)

        Gradient.off (fun () ->
            let depth = max (Program.depth model) (Program.depth guide)
            let first = Scope.run (fun () -> logWeights depth model guide 1)
            let size = max 1 (rows / max 1 first.nelement)

            let rest =
                [ for count in chunks (samples - 1) size -> Scope.run (fun () -> logWeights depth model guide count) ]

            dsharp.cat (first :: rest, 0))

    /// log (1/S) Σ_s p(x, z_s) / q(z_s), z_s from q: a lower bound in expectation that grows to log p(x) with S.
    /// One number for each element of the batch axes, in nats. The wrong tool where q misses part of the posterior: the estimate is then far
    /// too low. Source: Burda, Grosse & Salakhutdinov, arXiv:1509.00519, section 5.
    let estimate (samples: int) (model: Program<'M>) (guide: Program<'G>) : Tensor =
        Scope.run (fun () -> Gradient.off (fun () -> (weights samples model guide).logsumexp 0 - Math.Log(float samples)))
