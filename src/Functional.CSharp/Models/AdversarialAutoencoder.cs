// The adversarial autoencoder: an autoencoder whose codes are held to a prior by a critic.
// Build it, train it with FitAsync, encode, reconstruct and generate with it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// An adversarial autoencoder: q(z|x), p(x|z), a critic of codes, and p(z), which needs no density. Makhzani et al.,
/// arXiv:1511.05644.
/// </summary>
public sealed class AdversarialAutoencoder : IWrapper
{
    /// <summary>An adversarial autoencoder from its parts.</summary>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(8))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(8, 400).Then(Head.Bernoulli(784))</c>.</param>
    /// <param name="critic">z to a number for each example, without a last activation.</param>
    /// <param name="prior">p(z): <c>Normal.Standard([8])</c>.</param>
    public AdversarialAutoencoder(
        Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder, Net<Tensor, Tensor> critic, Distribution prior)
    {
        (Encoder, Decoder) = (Guard.NotNull(encoder), Guard.NotNull(decoder));
        (Critic, Prior) = (Guard.NotNull(critic), Guard.NotNull(prior));
        Inner = new(encoder.ToInner(), decoder.ToInner(), critic.ToInner(), prior.Inner);
        Parameters = Array.ConvertAll(AdversarialAutoencoderBridge.parameters(Inner), parameter => new Parameter(parameter));
    }

    internal Functional.AdversarialAutoencoder Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>q(z|x).</summary>
    public Net<Tensor, Distribution> Encoder { get; }

    /// <summary>p(x|z).</summary>
    public Net<Tensor, Distribution> Decoder { get; }

    /// <summary>z to a number for each example.</summary>
    public Net<Tensor, Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>Everything that training changes, under `encoder.`, `decoder.` and `critic.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What encoder and decoder minimise together: minus the mean of log p(x|z), in nats. Term `reconstruction`.</summary>
    public Loss ReconstructionLoss(Tensor x) => new(AdversarialAutoencoderBridge.reconstructionLoss(Inner, Guard.Inner(x)));

    /// <summary>What the critic minimises, for which the prior is real and codes are fake.</summary>
    public Loss CriticLoss(AdversarialOptions options, Tensor x) =>
        new(AdversarialAutoencoderBridge.criticLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>What the encoder minimises beside the reconstruction: terms `adversarial` and `variance ratio`.</summary>
    public Loss EncoderLoss(AdversarialOptions options, Tensor x) =>
        new(AdversarialAutoencoderBridge.encoderLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>
    /// The players `autoencoder`, `critic` and `encoder`, for <see cref="Training.PlayAsync{TBatch}"/>.
    /// </summary>
    /// <param name="options">Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    /// <param name="reconstruction">The autoencoder's optimizer. Default: Adam with rate 1e-3.</param>
    public IReadOnlyList<Player<Tensor>> Players(AdversarialOptions? options = null, Optimizer? reconstruction = null) =>
        Array.ConvertAll(
            AdversarialAutoencoderBridge.players<Tensor>(
                x => x.Inner, (reconstruction ?? Optimizer.Adam()).Inner, AdversarialOptions.Inner(options), Inner),
            player => new Player<Tensor>(player));

    /// <summary>The mean of q(z|x). Not recorded for differentiation.</summary>
    public Tensor Encode(Tensor x) => new(Functional.AdversarialAutoencoderModule.encode(Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) at the mean of q(z|x). Not recorded for differentiation.</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.AdversarialAutoencoderModule.reconstruct(Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) for <paramref name="count"/> draws of z from the prior. Not recorded for differentiation.</summary>
    public Tensor Generate(int count) =>
        new(Functional.AdversarialAutoencoderModule.generate(Guard.AtLeast(count, 1), Inner));

    /// <summary>Trains the three networks, with Adam of rate 1e-3 for the reconstruction; for another see <see cref="Players"/>, on the thread pool.</summary>
    /// <param name="data">Where the batches come from.</param>
    /// <param name="adversarial">The loss and both optimizers. Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    /// <param name="options">Epochs, batch size, checkpoints. Default: 10 epochs, batches of 128.</param>
    /// <param name="progress">Told every 20 rounds where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each round.</param>
    /// <exception cref="TrainingCanceledException">The token was cancelled; the weights are those of the last round.</exception>
    /// <exception cref="NotFiniteNumberException">A term or a weight became NaN or infinite.</exception>
    public Task<TrainingResult> FitAsync(
        Dataset<Tensor> data,
        AdversarialOptions? adversarial = null,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.PlayAsync(Players(adversarial), data, options, progress, cancellationToken);

    /// <summary>Writes the weights to a safetensors file; an old file stays whole until the new one is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => Weights.Save(path, Parameters);

    /// <summary>Reads the weights from a file that <see cref="Save"/> wrote. Nothing is changed unless everything fits.</summary>
    /// <inheritdoc cref="Weights.Load"/>
    public void Load(string path) => Weights.Load(path, Parameters);
}
