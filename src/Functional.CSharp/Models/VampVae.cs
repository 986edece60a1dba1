// A VAE whose prior is learned: the mixture of what its encoder makes of some learned inputs (VampPrior).
// Where a standard normal is too simple a prior; slower than it in proportion to the number of inputs.
using Functional.Interop;
using InnerTensor = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>
/// The learned inputs of a VampPrior. They are networks without input (of <see cref="ValueTuple"/>, <c>default</c> in a call), so
/// that they are trained and stored like any other.
/// </summary>
public static class PseudoInputs
{
    /// <summary>Any real numbers, at first those of the tensor, of shape [count; features].</summary>
    public static Net<ValueTuple, Tensor> Real(Tensor start) => Functional.PseudoInputs.real(Guard.Inner(start)).ToFacade();

    /// <summary>
    /// Numbers between 0 and 1, at first those of the tensor but at least 0.01 away from both, of shape [count; features]; for
    /// pixels. Learned as log-odds, which never lose their gradient; the authors clip.
    /// </summary>
    public static Net<ValueTuple, Tensor> UnitInterval(Tensor start) =>
        Functional.PseudoInputs.unitInterval(Guard.Inner(start)).ToFacade();
}

/// <summary>
/// A variational autoencoder with a VampPrior: q(z|x), p(x|z) and K inputs u_k, from which p(z) = (1/K) Σ_k q(z|u_k). Tomczak
/// &amp; Welling, arXiv:1705.07120.
/// </summary>
public sealed class VampVae : IWrapper
{
    private readonly Func<InnerTensor, Functional.Loss> objective;

    /// <summary>A variational autoencoder from its parts.</summary>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(20))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(20, 400).Then(Head.Bernoulli(784))</c>.</param>
    /// <param name="pseudoInputs">u_k, of shape [K; features]: <c>PseudoInputs.UnitInterval(images.Head(100))</c>.</param>
    public VampVae(
        Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder, Net<ValueTuple, Tensor> pseudoInputs)
    {
        (Encoder, Decoder, PseudoInputs) = (Guard.NotNull(encoder), Guard.NotNull(decoder), Guard.NotNull(pseudoInputs));
        Inner = new(encoder.ToInner(), decoder.ToInner(), pseudoInputs.ToInner());
        objective = VampVaeBridge.loss(Inner);
        Parameters = Array.ConvertAll(VampVaeBridge.parameters(Inner), parameter => new Parameter(parameter));
    }

    internal Functional.VampVae Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>q(z|x).</summary>
    public Net<Tensor, Distribution> Encoder { get; }

    /// <summary>p(x|z).</summary>
    public Net<Tensor, Distribution> Decoder { get; }

    /// <summary>u_k, of shape [K; features].</summary>
    public Net<ValueTuple, Tensor> PseudoInputs { get; }

    /// <summary>Everything that training changes, under `encoder.`, `decoder.` and `prior.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>
    /// p(z) = (1/K) Σ_k q(z|u_k), with the weights as they are. A density takes time and memory in proportion to draws × K.
    /// </summary>
    public Distribution Prior(Mode mode) => Distribution.Wrap(Functional.VampVaeModule.prior(mode.ToInner(), Inner));

    /// <summary>
    /// The VAE with the prior as it is now; after training every function of <see cref="Vae"/> works on it.
    /// </summary>
    public Vae ToVae(Mode mode) => new(Encoder, Decoder, Prior(mode));

    /// <summary>The generative half, p(z) p(x|z), at some x: the sites `z` and `x`.</summary>
    public Program<ValueTuple> Model(Mode mode, Tensor x) =>
        new(VampVaeBridge.model(mode.ToInner(), Inner, Guard.Inner(x)));

    /// <summary>The inference half, q(z|x): the site `z`.</summary>
    public Program<Tensor> Guide(Mode mode, Tensor x) =>
        new Program<InnerTensor>(Functional.VampVaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)))
            .Select(z => new Tensor(z));

    /// <summary>A bound on log p(x) for each example, in nats.</summary>
    public Loss Estimate(Mode mode, Bound bound, Tensor x) =>
        new(Functional.VampVaeModule.estimate(mode.ToInner(), Guard.NotNull(bound).Inner, Inner, Guard.Inner(x)));

    /// <summary>
    /// The training loss for any bound, minus its mean over the batch: <c>vae.Objective(Iwae.Bound(particles: 5))</c>. Ask for it
    /// once, and use it for all batches.
    /// </summary>
    public Func<Tensor, Loss> Objective(Bound bound)
    {
        var objective = VampVaeBridge.objective(Guard.NotNull(bound).Inner, Inner);
        return x => new(objective(Guard.Inner(x)));
    }

    /// <summary>
    /// The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl (Monte Carlo)`: the divergence
    /// from a mixture has no closed form.
    /// </summary>
    public Loss Loss(Tensor x) => new(objective(Guard.Inner(x)));

    /// <summary>The ELBO of each example in nats, one particle, not recorded for differentiation.</summary>
    public Loss Elbo(Tensor x) => new(Functional.VampVaeModule.elbo(Inner, Guard.Inner(x)));

    /// <summary>log p(x) of each example, in nats, by importance sampling from the encoder.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    public Tensor LogEvidence(Tensor x, int samples = 100) =>
        new(Functional.VampVaeModule.logEvidence(Guard.AtLeast(samples, 1), Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) at the mean of q(z|x).</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.VampVaeModule.reconstruct(Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) for <paramref name="count"/> draws of z from the prior.</summary>
    public Tensor Generate(int count) => new(Functional.VampVaeModule.generate(Guard.AtLeast(count, 1), Inner));

    /// <summary><paramref name="count"/> draws of x: z from the prior, then x given z.</summary>
    public Tensor Sample(int count) => new(Functional.VampVaeModule.sample(Guard.AtLeast(count, 1), Inner));

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
    public void Save(string path) => Weights.Save(path, Parameters);

    /// <summary>Reads the weights from a file that <see cref="Save"/> wrote. Nothing is changed unless everything fits.</summary>
    /// <inheritdoc cref="Weights.Load"/>
    public void Load(string path) => Weights.Load(path, Parameters);
}
