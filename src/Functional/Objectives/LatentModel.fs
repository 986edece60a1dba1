// A model with a latent variable: a prior p(z) and a likelihood p(x|z).
// The bounds on the evidence are written against it, whatever network or closed form is behind.
namespace Functional

open Functional.Tensors

/// p(x, z) = p(z) p(x|z). The likelihood takes z of shape [...; event of z] and returns a distribution with batch shape [...].
type LatentModel =
    {
        /// p(z).
        Prior: Distribution
        /// p(x|z).
        Likelihood: Tensor -> Distribution
    }

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module LatentModel =

    /// log p(z) + log p(x|z) in nats, for z of shape [particles; batch; event] or [batch; event].
    let logJoint (model: LatentModel) (z: Tensor) (x: Tensor) : Tensor =
        model.Prior.LogProb z + (model.Likelihood z).LogProb x

    /// Draws of x: z from the prior, then x given z, `count` of them along a new leading axis.
    let sample (count: int) (model: LatentModel) : Tensor =
        Gradient.off (fun () -> (model.Likelihood(model.Prior.Sample [ count ])).Sample())
