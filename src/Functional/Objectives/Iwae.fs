// The importance-weighted bound (IWAE): tighter than the ELBO, and with many particles an estimate of the evidence itself.
// A training objective, and behind LogEvidence.
namespace Functional

open System
open Functional.Tensors

/// E[log (1/K) Σ_k p(x, z_k) / q(z_k|x)], z_k from q; K = 1 is the ELBO, K → ∞ the evidence. One number for each example, in nats.
/// Source: Burda, Grosse & Salakhutdinov, arXiv:1509.00519, equation 8.
module Iwae =

    /// log p(x, z_k) - log q(z_k|x), of shape [particles; batch].
    let logWeights (particles: int) (model: LatentModel) (posterior: Distribution) (x: Tensor) : Tensor =
        if particles < 1 then
            invalidArg (nameof particles) $"A bound needs at least one particle, not {particles}."

        let z, logPosterior = posterior.SampleAndLogProb [ particles ]
        LatentModel.logJoint model z x - logPosterior

    /// The bound with that many particles: a single term `iwae`.
    let bound (particles: int) (model: LatentModel) (posterior: Distribution) (x: Tensor) : Loss =
        let weights = logWeights particles model posterior x
        Loss.term "iwae" (weights.logsumexp 0 - Math.Log particles)

    /// The loss to minimise: minus the mean of the bound over the batch.
    let loss (particles: int) (model: LatentModel) (posterior: Distribution) (x: Tensor) : Loss =
        -(Loss.mean (bound particles model posterior x))
