// The variational autoencoder: two networks and a prior.
// Build it, train it with FitAsync, evaluate it, save it, draw from it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A variational autoencoder: q(z|x), p(x|z) and p(z). Kingma &amp; Welling, arXiv:1312.6114.</summary>
public sealed class Vae : IWrapper
{
    private readonly Func<Functional.Tensors.Tensor, Functional.Loss> objective;

    /// <summary>A variational autoencoder from its parts.</summary>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(20))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(20, 400).Then(Head.Bernoulli(784))</c>.</param>
    /// <param name="prior">p(z): <c>Normal.Standard([20])</c>.</param>
    public Vae(Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder, Distribution prior)
    {
        (Encoder, Decoder, Prior) = (Guard.NotNull(encoder), Guard.NotNull(decoder), Guard.NotNull(prior));
        Inner = new(encoder.ToInner(), decoder.ToInner(), prior.Inner);
        objective = ModelBridge.vaeLoss(Inner);
        Parameters = Array.ConvertAll(ModelBridge.vaeParameters(Inner), parameter => new Parameter(parameter));
    }

    internal Functional.Vae Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>q(z|x).</summary>
    public Net<Tensor, Distribution> Encoder { get; }

    /// <summary>p(x|z).</summary>
    public Net<Tensor, Distribution> Decoder { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>Everything that training changes, under `encoder.` and `decoder.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The generative half, p(z) p(x|z), at some x: the sites `z` and `x`.</summary>
    public Program<ValueTuple> Model(Mode mode, Tensor x) => new(ModelBridge.vaeModel(mode.ToInner(), Inner, Guard.Inner(x)));

    /// <summary>The inference half, q(z|x): the site `z`.</summary>
    public Program<Tensor> Guide(Mode mode, Tensor x) =>
        new Program<Functional.Tensors.Tensor>(Functional.VaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)))
            .Select(z => new Tensor(z));

    /// <summary>A bound on log p(x) for each example, in nats.</summary>
    public Loss Estimate(Mode mode, Bound bound, Tensor x) =>
        new(Functional.VaeModule.estimate(mode.ToInner(), Guard.NotNull(bound).Inner, Inner, Guard.Inner(x)));

    /// <summary>
    /// The training loss for any bound, minus its mean over the batch: <c>vae.Objective(Iwae.Bound(particles: 5))</c>. Ask for it
    /// once, and use it for all batches.
    /// </summary>
    public Func<Tensor, Loss> Objective(Bound bound)
    {
        var objective = ModelBridge.vaeObjective(Guard.NotNull(bound).Inner, Inner);
        return x => new(objective(Guard.Inner(x)));
    }

    /// <summary>The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl`.</summary>
    public Loss Loss(Tensor x) => new(objective(Guard.Inner(x)));

    /// <summary>The ELBO of each example in nats, one particle, not recorded for differentiation.</summary>
    public Loss Elbo(Tensor x) => new(Functional.VaeModule.elbo(Inner, Guard.Inner(x)));

    /// <summary>log p(x) of each example, in nats, by importance sampling from the encoder.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    public Tensor LogEvidence(Tensor x, int samples = 100) =>
        new(Functional.VaeModule.logEvidence(Guard.AtLeast(samples, 1), Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) at the mean of q(z|x).</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.VaeModule.reconstruct(Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) for <paramref name="count"/> draws of z from the prior.</summary>
    public Tensor Generate(int count) => new(Functional.VaeModule.generate(Guard.AtLeast(count, 1), Inner));

    /// <summary><paramref name="count"/> draws of x: z from the prior, then x given z.</summary>
    public Tensor Sample(int count) => new(Functional.VaeModule.sample(Guard.AtLeast(count, 1), Inner));

    /// <summary>Trains both networks by maximising the ELBO, on the thread pool.</summary>
    /// <inheritdoc cref="Training.FitAsync{TBatch}"/>
    public Task<TrainingResult> FitAsync(
        Dataset<Tensor> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.FitAsync(Parameters, Loss, data, options, progress, cancellationToken);

    /// <summary>Writes the weights to a safetensors file; an old file stays whole until the new one is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => Weights.Save(path, Parameters);

    /// <summary>Reads the weights from a file that <see cref="Save"/> wrote. Nothing is changed unless everything fits.</summary>
    /// <inheritdoc cref="Weights.Load"/>
    public void Load(string path) => Weights.Load(path, Parameters);
}
