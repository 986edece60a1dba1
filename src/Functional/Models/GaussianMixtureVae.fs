// The variational autoencoder whose prior is a mixture of Gaussians, learned with it: its components are clusters of the data.
// Source: Dilokthanakul et al., arXiv:1611.02648; Jiang et al., arXiv:1611.05148 (VaDE).
namespace Functional

open Functional.Tensors

/// q(z|x), p(x|z) and p(z) = Σ_c π_c N(z; μ_c, diag(σ_c²)).
/// KL(q(z|x) ‖ p(z)) has no closed form; at a draw of z it is log q(z|x) - log p(z), and c is summed out exactly.
type GaussianMixtureVae =
    {
        /// q(z|x).
        Encoder: Net<Tensor, Distribution>
        /// p(x|z).
        Decoder: Net<Tensor, Distribution>
        /// log π but for a constant, [clusters].
        Logits: Parameter
        /// μ, [clusters; size of z].
        Means: Parameter
        /// log σ, [clusters; size of z].
        LogScales: Parameter
    }

    /// Everything that training changes, under `encoder.`, `decoder.` and `prior.`.
    member this.Parameters: Parameter list =
        Net.parameters
            [ "encoder", this.Encoder.Parameters
              "decoder", this.Decoder.Parameters
              "prior", [ this.Logits; this.Means; this.LogScales ] ]

    /// p(c).
    member this.Weights: Categorical = Categorical.FromLogits this.Logits.Value

    /// p(z|c), one for each cluster.
    member this.Clusters: Distribution = Independent(Normal.OfLogScale(this.Means.Value, this.LogScales.Value), 1)

    /// p(z), with the parameters as they are now.
    member this.Prior: Mixture = Mixture(this.Weights, this.Clusters)

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters []

/// Clusters are numbered from 0. They are found without labels, so which cluster is what has to be looked up afterwards.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module GaussianMixtureVae =

    /// The autoencoder whose prior begins as the mixture with these weights [clusters], means and scales [clusters; size of z]: one fitted to
    /// codes of an autoencoder that has been trained with another prior, say. Raises ArgumentException when the shapes do not fit.
    let ofMixture
        (weights: Tensor)
        (means: Tensor)
        (scales: Tensor)
        (encoder: Net<Tensor, Distribution>)
        (decoder: Net<Tensor, Distribution>)
        : GaussianMixtureVae =
        if weights.dim <> 1 || means.dim <> 2 || scales.shape <> means.shape || weights.shape[0] <> means.shape[0] then
            raise (Errors.Model.mixture weights.shape means.shape scales.shape)

        Categorical.FromProbabilities weights |> ignore
        Normal(means, scales) |> ignore

        { Encoder = encoder
          Decoder = decoder
          Logits = Parameter.trained "logits" (weights.log ())
          Means = Parameter.trained "means" means
          LogScales = Parameter.trained "logScales" (scales.log ()) }

    /// The autoencoder with so many clusters of equal weights for codes z of that size. Their means are drawn from N(0, I), their scales are 1 at first.
    let create
        (clusters: int)
        (size: int)
        (encoder: Net<Tensor, Distribution>)
        (decoder: Net<Tensor, Distribution>)
        : GaussianMixtureVae =
        if clusters < 1 || size < 1 then
            raise (Errors.Model.clusters clusters size)

        { Encoder = encoder
          Decoder = decoder
          Logits = Parameter.trained "logits" (dsharp.zeros clusters)
          Means = Parameter.trained "means" (dsharp.randn [ clusters; size ])
          LogScales = Parameter.trained "logScales" (dsharp.zeros [ clusters; size ]) }

    // With the mixture for its prior it is a variational autoencoder like any other.
    let private marginal (vae: GaussianMixtureVae) : Vae =
        { Encoder = vae.Encoder; Decoder = vae.Decoder; Prior = vae.Prior }

    /// The generative half, p(z) p(x|z), at some x; c is summed out.
    let model (mode: Mode) (vae: GaussianMixtureVae) (x: Tensor) : Program<unit> = Vae.model mode (marginal vae) x

    /// The inference half, q(z|x).
    let guide (mode: Mode) (vae: GaussianMixtureVae) (x: Tensor) : Program<Tensor> =
        program { return! sample "z" (vae.Encoder.Run(mode, x)) }

    /// A bound on log p(x) for each example, in nats. In that of `Elbo.bound` the divergence is the term `kl (Monte Carlo)`.
    let estimate (mode: Mode) (bound: Bound) (vae: GaussianMixtureVae) (x: Tensor) : Loss =
        Vae.estimate mode bound (marginal vae) x

    /// The training loss for any bound: minus its mean over the batch.
    let objective (bound: Bound) (vae: GaussianMixtureVae) : Objective<Tensor> =
        Bound.objective bound (model Mode.Train vae) (guide Mode.Train vae)

    /// The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl (Monte Carlo)`.
    let loss (vae: GaussianMixtureVae) : Objective<Tensor> = objective (Elbo.bound 1) vae

    let private evaluate (f: Vae -> 'T) (vae: GaussianMixtureVae) : 'T =
        Evaluation.run (fun () -> f (marginal vae))

    /// The ELBO of each example, one particle, not recorded for differentiation.
    let elbo (vae: GaussianMixtureVae) (x: Tensor) : Loss =
        evaluate (fun vae -> Vae.elbo vae x) vae

    /// log p(x) of each example, in nats, by importance sampling from the encoder.
    let logEvidence (samples: int) (vae: GaussianMixtureVae) (x: Tensor) : Tensor =
        evaluate (fun vae -> Vae.logEvidence samples vae x) vae

    /// log p(c|z) = log π_c + log N(z; μ_c, σ_c²) - log p(z), in nats, along a new last axis in place of z's.
    let responsibilities (vae: GaussianMixtureVae) (z: Tensor) : Tensor = vae.Prior.LogResponsibilities z

    /// q(c|x) = E_q(z|x)[p(c|z)], the average over so many draws of z: of shape [batch; clusters].
    /// Source: Jiang et al., arXiv:1611.05148, equation 16.
    let clusters (samples: int) (vae: GaussianMixtureVae) (x: Tensor) : Tensor =
        if samples < 1 then
            raise (Errors.Objective.samples samples)

        Evaluation.run (fun () ->
            let z = (vae.Encoder.Run(Mode.Eval, x)).Sample [ samples ]
            (responsibilities vae z).exp().mean 0)

    /// The mean of p(x|z) at the mean of q(z|x).
    let reconstruct (vae: GaussianMixtureVae) (x: Tensor) : Tensor =
        evaluate (fun vae -> Vae.reconstruct vae x) vae

    /// The mean of p(x|z) for `count` draws of z from the prior.
    let generate (count: int) (vae: GaussianMixtureVae) : Tensor = evaluate (Vae.generate count) vae

    /// The mean of p(x|z) for `count` draws of z from one cluster.
    let generateFrom (cluster: int) (count: int) (vae: GaussianMixtureVae) : Tensor =
        let available = vae.Means.Value.shape[0]

        if cluster < 0 || cluster >= available then
            raise (Errors.Model.noCluster cluster available)

        Evaluation.run (fun () ->
            let mean, logScale = vae.Means.Value[cluster], vae.LogScales.Value[cluster]
            let z = (Independent(Normal.OfLogScale(mean, logScale), 1)).Sample [ count ]
            (vae.Decoder.Run(Mode.Eval, z)).Mean)

    /// `count` draws of x: z from the prior, then x given z.
    let sample (count: int) (vae: GaussianMixtureVae) : Tensor = evaluate (Vae.sample count) vae
