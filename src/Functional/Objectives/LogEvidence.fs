// Estimates of log p(x), the figure by which latent-variable models are compared.
// Evaluation after training; nothing here is recorded for differentiation.
namespace Functional

open System
open Functional.Tensors

module LogEvidence =

    // So many latent draws are decoded at a time, which bounds memory whatever the number of samples.
    let private rows = 20_000

    let private chunks (samples: int) (size: int) =
        [ for first in 0..size .. samples - 1 -> min size (samples - first) ]

    /// log (1/S) Σ_s p(x, z_s) / q(z_s|x), z_s from q: a lower bound in expectation that grows to log p(x) with S.
    /// One number for each example, in nats. The wrong tool where q misses part of the posterior: the estimate is then far too low.
    /// Source: Burda, Grosse & Salakhutdinov, arXiv:1509.00519, section 5.
    let estimate (samples: int) (model: LatentModel) (posterior: Distribution) (x: Tensor) : Tensor =
        if samples < 1 then
            invalidArg (nameof samples) $"An estimate needs at least one sample, not {samples}."

        let batch = max 1 (Shape.nelement posterior.BatchShape)

        let total =
            chunks samples (max 1 (rows / batch))
            |> List.map (fun count ->
                Scope.run (fun () -> Gradient.off (fun () -> (Iwae.logWeights count model posterior x).logsumexp 0)))
            |> List.reduce (fun sum part -> sum.logaddexp part)

        total - Math.Log samples
