// The variational autoencoder whose prior is a mixture of Gaussians, learned with it: its components are clusters of the data.
// Build it with Create or FromMixture; ClustersOf says what cluster an example belongs to.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A variational autoencoder with q(z|x), p(x|z) and p(z) = Σ_c π_c N(z; μ_c, diag(σ_c²)). KL(q(z|x) ‖ p(z)) has no closed form;
/// at a draw of z it is log q(z|x) - log p(z), the term `kl (Monte Carlo)`, and c is summed out exactly. Clusters are numbered
/// from 0. They are found without labels, so which cluster is what has to be looked up afterwards. The mixture's parameters are
/// named under `prior.`. Dilokthanakul et al., arXiv:1611.02648; Jiang et al., arXiv:1611.05148 (VaDE).
/// </summary>
public sealed class GaussianMixtureVae : VariationalAutoencoder
{
    private GaussianMixtureVae(
        Functional.GaussianMixtureVae inner, Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder)
        : base(VaeBridge.ofGaussianMixtureVae(inner))
    {
        (Encoder, Decoder) = (encoder, decoder);
        (Logits, Means, LogScales) = (new(inner.Logits), new(inner.Means), new(inner.LogScales));
    }

    private new Functional.GaussianMixtureVae Inner => (Functional.GaussianMixtureVae)base.Inner;

    /// <summary>q(z|x).</summary>
    public Net<Tensor, Distribution> Encoder { get; }

    /// <summary>p(x|z).</summary>
    public Net<Tensor, Distribution> Decoder { get; }

    /// <summary>log π but for a constant, of shape [clusters].</summary>
    public Parameter Logits { get; }

    /// <summary>μ, of shape [clusters; size of z].</summary>
    public Parameter Means { get; }

    /// <summary>log σ, of shape [clusters; size of z].</summary>
    public Parameter LogScales { get; }

    /// <summary>p(c), with the parameters as they are now.</summary>
    public Categorical Weights => new(Inner.Weights);

    /// <summary>p(z|c), one for each cluster, with the parameters as they are now.</summary>
    public Distribution Clusters => Distribution.Wrap(Inner.Clusters);

    /// <summary>p(z), with the parameters as they are now.</summary>
    public Mixture Prior => new(Inner.Prior);

    /// <summary>
    /// The autoencoder with so many clusters of equal weights. Their means are drawn from N(0, I), their scales are 1 at first.
    /// </summary>
    /// <param name="clusters">How many clusters, at least 1.</param>
    /// <param name="size">The size of z, at least 1.</param>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(10))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(10, 400).Then(Head.Bernoulli(784))</c>.</param>
    public static GaussianMixtureVae Create(
        int clusters, int size, Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder) =>
        new(
            Functional.GaussianMixtureVaeModule.create(
                Guard.AtLeast(clusters, 1),
                Guard.AtLeast(size, 1),
                Guard.NotNull(encoder).ToInner(),
                Guard.NotNull(decoder).ToInner()),
            encoder,
            decoder);

    /// <summary>
    /// The autoencoder whose prior begins as that mixture: one fitted to codes of an autoencoder that has been trained with
    /// another prior, say.
    /// </summary>
    /// <param name="weights">π, of shape [clusters].</param>
    /// <param name="means">μ, of shape [clusters; size of z].</param>
    /// <param name="scales">σ, of shape [clusters; size of z].</param>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(10))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(10, 400).Then(Head.Bernoulli(784))</c>.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, weights do not sum to 1, or a scale is not positive.</exception>
    public static GaussianMixtureVae FromMixture(
        Tensor weights,
        Tensor means,
        Tensor scales,
        Net<Tensor, Distribution> encoder,
        Net<Tensor, Distribution> decoder) =>
        new(
            Functional.GaussianMixtureVaeModule.ofMixture(
                Guard.Inner(weights),
                Guard.Inner(means),
                Guard.Inner(scales),
                Guard.NotNull(encoder).ToInner(),
                Guard.NotNull(decoder).ToInner()),
            encoder,
            decoder);

    /// <summary>The inference half, q(z|x): the site `z`.</summary>
    public Program<Tensor> Guide(Mode mode, Tensor x) =>
        Functional.GaussianMixtureVaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)).ToFacade();

    /// <summary>
    /// log p(c|z) = log π_c + log N(z; μ_c, σ_c²) - log p(z), in nats, along a new last axis in place of z's.
    /// </summary>
    public Tensor Responsibilities(Tensor z) => new(Functional.GaussianMixtureVaeModule.responsibilities(Inner, Guard.Inner(z)));

    /// <summary>
    /// q(c|x) = E_q(z|x)[p(c|z)], the average over draws of z: of shape [batch; clusters]. Jiang et al., arXiv:1611.05148,
    /// equation 16. (`clusters` in F#; here that name is taken by <see cref="Clusters"/>.)
    /// </summary>
    /// <param name="x">The examples.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    public Tensor ClustersOf(Tensor x, int samples = 100) =>
        new(Functional.GaussianMixtureVaeModule.clusters(Guard.AtLeast(samples, 1), Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) for <paramref name="count"/> draws of z from one cluster.</summary>
    /// <exception cref="ArgumentException">There is no cluster of that number.</exception>
    public Tensor GenerateFrom(int cluster, int count) =>
        new(Functional.GaussianMixtureVaeModule.generateFrom(cluster, Guard.AtLeast(count, 1), Inner));
}
