// Estimates of log p(x), the figure by which latent-variable models are compared.
// Evaluation after training; nothing here is recorded for differentiation.
namespace Functional

open Functional.Tensors

/// Estimates of log p(x) by importance sampling.
module LogEvidence =

    // So many latent draws are decoded at a time, which bounds memory whatever the number of samples.
    let private rows = 20_000

    let private chunks (samples: int) (size: int) =
        [ for first in 0..size .. samples - 1 -> min size (samples - first) ]

    // Nothing is differentiated, so every draw may be taken as it is.
    let private estimator = Estimator.scoreFunction Baseline.Zero

    // Log-weights of shape [samples; batch], so many at a time as `take` is asked for.
    let private inChunks (samples: int) (take: int -> Tensor) : Tensor =
        if samples < 1 then
            raise (Errors.Objective.samples samples)

        let take count = Evaluation.run (fun () -> take count)

        Evaluation.run (fun () ->
            let first = take 1
            let size = max 1 (rows / max 1 first.nelement)
            dsharp.cat (first :: [ for count in chunks (samples - 1) size -> take count ], 0))

    /// log w_s = log p(x, z_s) - log q(z_s) for so many draws z_s of the guide, in nats, of shape [samples; batch].
    let weights (samples: int) (model: Program<'M>) (guide: Program<'G>) : Tensor =
        let depth = max (Program.depth model) (Program.depth guide)

        inChunks samples (fun count ->
            let run = GuidedRun.draw estimator count depth _.Value model guide

            if run.GuideEnumerates then
                raise (Errors.Objective.enumeratedWeights "log-evidence")

            run.WithParticles run.LogWeights)

    /// log (1/S) Σ_s p(x, z_s) / q(z_s), z_s from q: a lower bound in expectation that grows to log p(x) with S.
    /// One number for each element of the batch axes, in nats. The wrong tool where q misses part of the posterior: the estimate is then far
    /// too low. Source: Burda, Grosse & Salakhutdinov, arXiv:1509.00519, section 5.
    let estimate (samples: int) (model: Program<'M>) (guide: Program<'G>) : Tensor =
        Scope.run (fun () -> ImportanceWeights.logEvidence (weights samples model guide))

    /// The estimate with what tells whether it is to be believed: effective sample size and Pareto k-hat of the weights.
    /// `ImportanceWeights.verdict` says it in words.
    let summarize (samples: int) (model: Program<'M>) (guide: Program<'G>) : ImportanceSummary =
        Evaluation.run (fun () -> ImportanceWeights.summarize (weights samples model guide))

    /// log (1/S) Σ_s p(x|z_s), z_s from the model's own prior, the same draws for every example: naive Monte Carlo, to compare with. The wrong tool
    /// beyond a few dimensions, where the prior hardly meets the posterior.
    let naive (samples: int) (model: Program<'M>) : Tensor =
        let depth = Program.depth model

        let likelihood (count: int) =
            let trace = model |> Program.map ignore |> Program.particlesWithin depth count |> Program.trace

            if trace.Sites |> List.exists _.Site.Enumeration.IsSome then
                raise (Errors.Objective.naiveEnumeration ())

            trace.Sites
            |> List.filter (fun site -> site.Kind = SiteKind.Observed || site.Kind = SiteKind.Factor)
            |> List.map (fun site -> site, trace.FreeAxes(trace.PlateDepth, site, site.Contribution))
            |> Contributions.sum

        Scope.run (fun () -> ImportanceWeights.logEvidence (inChunks samples likelihood))
