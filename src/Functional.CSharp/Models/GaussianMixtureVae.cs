// The variational autoencoder whose prior is a mixture of Gaussians, learned with it: its components are clusters of the data.
// Build it with Create or OfMixture; ClustersOf says what cluster an example belongs to.
using Functional.Interop;
using InnerTensor = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>
/// A variational autoencoder with q(z|x), p(x|z) and p(z) = Σ_c π_c N(z; μ_c, diag(σ_c²)). KL(q(z|x) ‖ p(z)) has no closed form;
/// at a draw of z it is log q(z|x) - log p(z), and c is summed out exactly. Clusters are numbered from 0. They are found without
/// labels, so which cluster is what has to be looked up afterwards. Dilokthanakul et al., arXiv:1611.02648; Jiang et al.,
/// arXiv:1611.05148 (VaDE).
/// </summary>
public sealed class GaussianMixtureVae : IWrapper
{
    private readonly Func<InnerTensor, Functional.Loss> objective;

    private GaussianMixtureVae(
        Functional.GaussianMixtureVae inner, Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder)
    {
        (Inner, Encoder, Decoder) = (inner, encoder, decoder);
        (Logits, Means, LogScales) = (new(inner.Logits), new(inner.Means), new(inner.LogScales));
        objective = GaussianMixtureVaeBridge.loss(inner);
        Parameters = Array.ConvertAll(GaussianMixtureVaeBridge.parameters(inner), parameter => new Parameter(parameter));
    }

    internal Functional.GaussianMixtureVae Inner { get; }

    object IWrapper.Inner => Inner;

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

    /// <summary>Everything that training changes, under `encoder.`, `decoder.` and `prior.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

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
    public static GaussianMixtureVae OfMixture(
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

    /// <summary>The generative half, p(z) p(x|z), at some x: the sites `z` and `x`; c is summed out.</summary>
    public Program<ValueTuple> Model(Mode mode, Tensor x) =>
        new(GaussianMixtureVaeBridge.model(mode.ToInner(), Inner, Guard.Inner(x)));

    /// <summary>The inference half, q(z|x): the site `z`.</summary>
    public Program<Tensor> Guide(Mode mode, Tensor x) =>
        new Program<InnerTensor>(Functional.GaussianMixtureVaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)))
            .Select(z => new Tensor(z));

    /// <summary>
    /// A bound on log p(x) for each example, in nats. In that of <see cref="CSharp.Elbo.Bound"/> the divergence is the term
    /// `kl (Monte Carlo)`.
    /// </summary>
    public Loss Estimate(Mode mode, Bound bound, Tensor x) =>
        new(Functional.GaussianMixtureVaeModule.estimate(mode.ToInner(), Guard.NotNull(bound).Inner, Inner, Guard.Inner(x)));

    /// <summary>
    /// The training loss for any bound, minus its mean over the batch: <c>vae.Objective(Iwae.Bound(particles: 5))</c>. Ask for it
    /// once, and use it for all batches.
    /// </summary>
    public Func<Tensor, Loss> Objective(Bound bound)
    {
        var objective = GaussianMixtureVaeBridge.objective(Guard.NotNull(bound).Inner, Inner);
        return x => new(objective(Guard.Inner(x)));
    }

    /// <summary>
    /// The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl (Monte Carlo)`.
    /// </summary>
    public Loss Loss(Tensor x) => new(objective(Guard.Inner(x)));

    /// <summary>The ELBO of each example in nats, one particle, not recorded for differentiation.</summary>
    public Loss Elbo(Tensor x) => new(Functional.GaussianMixtureVaeModule.elbo(Inner, Guard.Inner(x)));

    /// <summary>log p(x) of each example, in nats, by importance sampling from the encoder.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    public Tensor LogEvidence(Tensor x, int samples = 100) =>
        new(Functional.GaussianMixtureVaeModule.logEvidence(Guard.AtLeast(samples, 1), Inner, Guard.Inner(x)));

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

    /// <summary>The mean of p(x|z) at the mean of q(z|x).</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.GaussianMixtureVaeModule.reconstruct(Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) for <paramref name="count"/> draws of z from the prior.</summary>
    public Tensor Generate(int count) => new(Functional.GaussianMixtureVaeModule.generate(Guard.AtLeast(count, 1), Inner));

    /// <summary><paramref name="count"/> draws of x: z from the prior, then x given z.</summary>
    public Tensor Sample(int count) => new(Functional.GaussianMixtureVaeModule.sample(Guard.AtLeast(count, 1), Inner));

    /// <summary>Trains networks and prior by maximising the ELBO, on the thread pool.</summary>
    /// <inheritdoc cref="Training.FitAsync{TBatch}"/>
    public Task<TrainingResult> FitAsync(
        Dataset<Tensor> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.FitAsync(Parameters, Loss, data, options, progress, cancellationToken);

    /// <summary>Writes the weights to a safetensors file; an old file stays whole until the new one is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => CSharp.Weights.Save(path, Parameters);

    /// <summary>Reads the weights from a file that <see cref="Save"/> wrote. Nothing is changed unless everything fits.</summary>
    /// <inheritdoc cref="CSharp.Weights.Load"/>
    public void Load(string path) => CSharp.Weights.Load(path, Parameters);
}
