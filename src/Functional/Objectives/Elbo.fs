// The evidence lower bound (ELBO), in the forms that differ by what is known in closed form.
// The loss of variational autoencoders, and the estimate that evaluation reports.
namespace Functional

open Functional.Tensors

/// E_q[log p(x, z) - log q(z|x)] ≤ log p(x), estimated with `particles` draws from q; one number for each example, in nats.
/// All forms have the same expectation; they differ in variance and in which closed forms they need.
/// Source: Kingma & Welling, arXiv:1312.6114, equations 3 (Entropy, MonteCarlo) and 10 (ClosedKl).
module Elbo =

    // A leading axis of particles is averaged away; without it, one draw is the estimate.
    let private overParticles (particles: int) (estimate: Shape -> Loss) : Loss =
        if particles < 1 then
            invalidArg (nameof particles) $"A bound needs at least one particle, not {particles}."
        elif particles = 1 then
            estimate [||]
        else
            estimate [| particles |] |> Loss.map (fun value -> value.mean 0)

    /// E_q[log p(x|z)] - KL(q(z|x) ‖ p(z)): terms `reconstruction` and `kl`.
    /// Raises NotSupportedException when the pair has no closed form; use `monteCarlo` then.
    let bound (particles: int) (model: LatentModel) (posterior: Distribution) (x: Tensor) : Loss =
        let reconstruction =
            overParticles particles (fun shape ->
                (model.Likelihood(posterior.RSample shape)).LogProb x |> Loss.term "reconstruction")

        reconstruction - Loss.term "kl" (Kl.divergence posterior model.Prior)

    /// E_q[log p(x, z)] + H[q(z|x)]: terms `joint` and `entropy`.
    let withEntropy (particles: int) (model: LatentModel) (posterior: Distribution) (x: Tensor) : Loss =
        let joint =
            overParticles particles (fun shape -> LatentModel.logJoint model (posterior.RSample shape) x |> Loss.term "joint")

        joint + Loss.term "entropy" (posterior.Entropy())

    /// E_q[log p(x, z) - log q(z|x)], nothing in closed form: terms `reconstruction`, `prior` and `posterior`.
    let monteCarlo (particles: int) (model: LatentModel) (posterior: Distribution) (x: Tensor) : Loss =
        overParticles particles (fun shape ->
            let z, logPosterior = posterior.SampleAndLogProb shape

            Loss.term "reconstruction" ((model.Likelihood z).LogProb x) + Loss.term "prior" (model.Prior.LogProb z)
            - Loss.term "posterior" logPosterior)

    /// The loss to minimise: minus the mean of `bound` over the batch, with one particle.
    let loss (model: LatentModel) (posterior: Distribution) (x: Tensor) : Loss =
        -(Loss.mean (bound 1 model posterior x))
