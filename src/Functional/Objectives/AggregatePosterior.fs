// The distribution q(z) of the codes of a whole data set, and what it splits the divergence from the prior into.
// β-TC-VAEs weight the three parts; evaluation reports them.
namespace Functional

open System
open Functional.Tensors

/// How a batch of B examples n speaks for the aggregate posterior q(z) = (1/N) Σ_n q(z|x_n) of N examples.
[<RequireQualifiedAccess>]
type AggregateSampling =
    /// The batch is the data set: q(z) is exact.
    | WholeSet
    /// Minibatch-weighted sampling: q(z) ≈ (1/(NB)) Σ_n q(z|x_n). Where the rest of the batch is drawn independently its
    /// expectation is [q(z|x) + (B - 1) q(z)] / (NB), and the expected log q(z) comes out too low. Source: Chen et al.,
    /// arXiv:1802.04942, appendix C.1.
    | Weighted of size: int
    /// Minibatch-stratified sampling: q(z) ≈ q(z|x)/N + (N - 1)/(N (B - 1)) Σ_{others} q(z|x_n), without bias in q(z) for
    /// batches drawn without replacement, and exact for B = N. It is appendix C.2's estimate, averaged over which example of
    /// the batch comes last: there that one alone has another weight. Source: Chen et al., arXiv:1802.04942, appendix C.2.
    | Stratified of size: int

/// log q(z) of the aggregate posterior, at draws z of the examples' own posteriors.
type AggregateDensity =
    {
        /// log q(z|x) of the draw's own example, of shape [...; B].
        Posterior: Tensor
        /// log q(z), of shape [...; B].
        Joint: Tensor
        /// log q(z_j) of each component, of shape [...; B; D].
        Components: Tensor
    }

/// E_x KL(q(z|x) ‖ p(z)) = I(x; z) + KL(q(z) ‖ Π_j q(z_j)) + Σ_j KL(q(z_j) ‖ p(z_j)), the mutual information of example and
/// code, the total correlation, and the divergence of each component, in nats. Source: Chen, Li, Grosse, Duvenaud,
/// arXiv:1802.04942, equation 2; Hoffman & Johnson, ELBO surgery (2016).
module AggregatePosterior =

    // So many numbers are computed at a time: [draws; B; D].
    let private chunk = 4_000_000

    let private factors (role: string) (distribution: Distribution) : Distribution =
        match distribution with
        | :? Independent as factorized when factorized.Rank = 1 && factorized.EventShape.Length = 1 -> factorized.Base
        | _ -> raise (Errors.AggregatePosterior.factors role (string distribution))

    // The weight of a draw's own example, and that of each other one.
    let private logWeights (sampling: AggregateSampling) (batch: int) : float * float =
        let check (size: int) =
            if size < batch then
                raise (Errors.AggregatePosterior.size size batch)

        match sampling with
        | AggregateSampling.WholeSet -> -Math.Log batch, -Math.Log batch
        | AggregateSampling.Weighted size ->
            check size
            let each = -Math.Log size - Math.Log batch
            each, each
        | AggregateSampling.Stratified size ->
            check size

            if batch < 2 && size > 1 then
                raise (Errors.AggregatePosterior.stratified ())

            -Math.Log size, Math.Log(float (size - 1)) - Math.Log size - Math.Log(float (batch - 1))

    // Sums of weighted densities for a few of the draws: z [draws; D], the log-weights of the examples for each draw [draws; B].
    let private mix (posterior: Distribution) (weights: Tensor) (z: Tensor) : Tensor * Tensor =
        let shape = [| z.shape[0]; posterior.BatchShape[0]; z.shape[1] |]
        let perComponent = posterior.LogProb((z.unsqueeze 1).expand shape)
        (perComponent.sum -1 + weights).logsumexp 1, (perComponent + weights.unsqueeze -1).logsumexp 1

    /// The densities at z, of shape [...; B; D]: one or more draws from each posterior of the batch. The posterior has batch
    /// shape [B] and is independent over its last axis, D. Time grows as draws × B × D; memory does so only where gradients are
    /// recorded. Raises ArgumentException when a shape does not fit, or the batch is larger than the data set.
    let density (sampling: AggregateSampling) (posterior: Distribution) (z: Tensor) : AggregateDensity =
        let components = factors "posterior" posterior

        if posterior.BatchShape.Length <> 1 then
            raise (Errors.AggregatePosterior.batch (string posterior))

        let shape = components.BatchShape

        if not (Shape.endsWith shape z.shape) then
            raise (Errors.AggregatePosterior.draws z.shape shape)

        let batch, size = shape[0], shape[1]
        let own, other = logWeights sampling batch
        let isOwn = dsharp.eye (batch, device = z.device, dtype = Dtype.Bool)
        let weights = dsharp.where (isOwn, z.scalarLike own, z.scalarLike other)
        let draws = z.view [ -1; size ]
        let repetitions = draws.shape[0] / max 1 batch
        let weights = (weights.unsqueeze 0).expand([ repetitions; batch; batch ]).view [ -1; batch ]
        let rows = max 1 (chunk / max 1 (batch * size))

        let joint, perComponent =
            [ for first in 0..rows .. draws.shape[0] - 1 ->
                  let last = min (first + rows) draws.shape[0] - 1
                  Scope.run (fun () -> mix components weights[first..last] draws[first..last]) ]
            |> List.unzip

        { Posterior = posterior.LogProb z
          Joint = (Tensor.cat joint).view(Array.truncate (z.dim - 1) z.shape)
          Components = (Tensor.cat perComponent).view z.shape }

    /// log q(z|x) - log p(z) at each draw as a sum of three terms: `mutual information` log q(z|x) - log q(z), `total
    /// correlation` log q(z) - Σ_j log q(z_j), `dimension-wise kl` Σ_j [log q(z_j) - log p(z_j)], each of shape [...; B]. Their
    /// means over draws estimate the parts of the divergence; a single draw's may have either sign. The prior is independent
    /// over its last axis too. β-TC-VAE: reconstruction - α · mutual information - β · total correlation - γ · dimension-wise
    /// kl. Raises ArgumentException as `density` does.
    let decompose (sampling: AggregateSampling) (prior: Distribution) (posterior: Distribution) (z: Tensor) : Loss =
        let density = density sampling posterior z
        let priors = factors "prior" prior

        if prior.EventShape <> posterior.EventShape then
            raise (Errors.AggregatePosterior.prior (string prior) (Array.last z.shape))

        let product = density.Components.sum -1

        Loss.term "mutual information" (density.Posterior - density.Joint)
        + Loss.term "total correlation" (density.Joint - product)
        + Loss.term "dimension-wise kl" (product - (priors.LogProb z).sum -1)
