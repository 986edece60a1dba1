// The bidirectional generative adversarial network: an encoder learns to invert the generator.
// Build it, train it with FitAsync, draw from it, encode with it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A bidirectional generative adversarial network: a critic tells pairs (x, E(x)) of data from pairs (G(z), z) of samples. Where it
/// cannot, E inverts G. Donahue, Krähenbühl &amp; Darrell, arXiv:1605.09782.
/// </summary>
public sealed class Bigan : IWrapper
{
    /// <summary>A bidirectional generative adversarial network from its parts.</summary>
    /// <param name="generator">z to x.</param>
    /// <param name="encoder">x to z.</param>
    /// <param name="critic">(x, z) to a number for each example, without a last activation; begins with <see cref="Net.Join"/>.</param>
    /// <param name="prior">p(z), over vectors.</param>
    public Bigan(
        Net<Tensor, Tensor> generator, Net<Tensor, Tensor> encoder, Net<(Tensor X, Tensor Z), Tensor> critic, Distribution prior)
    {
        (Generator, Encoder) = (Guard.NotNull(generator), Guard.NotNull(encoder));
        (Critic, Prior) = (Guard.NotNull(critic), Guard.NotNull(prior));
        Inner = new(generator.ToInner(), encoder.ToInner(), critic.ToInner(), prior.Inner);
        Parameters = Array.ConvertAll(BiganBridge.parameters(Inner), parameter => new Parameter(parameter));
    }

    internal Functional.Bigan Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>z to x.</summary>
    public Net<Tensor, Tensor> Generator { get; }

    /// <summary>x to z.</summary>
    public Net<Tensor, Tensor> Encoder { get; }

    /// <summary>(x, z) to a number for each example.</summary>
    public Net<(Tensor X, Tensor Z), Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>Everything that training changes, under `generator.`, `encoder.` and `critic.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What the critic minimises: terms `adversarial`, `penalty` and `accuracy`.</summary>
    public Loss CriticLoss(AdversarialOptions options, Tensor x) =>
        new(BiganBridge.criticLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>
    /// What generator and encoder minimise (<see cref="Adversarial.OfBothSides"/>): terms `adversarial` and `variance ratio`.
    /// </summary>
    public Loss GeneratorLoss(AdversarialOptions options, Tensor x) =>
        new(BiganBridge.generatorLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>
    /// The players `critic` and `generator`, the latter with the encoder, for <see cref="Training.PlayAsync{TBatch}"/>.
    /// </summary>
    /// <param name="options">Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    public IReadOnlyList<Player<Tensor>> Players(AdversarialOptions? options = null) =>
        Array.ConvertAll(
            BiganBridge.players<Tensor>(x => x.Inner, AdversarialOptions.Inner(options), Inner),
            player => new Player<Tensor>(player));

    /// <summary><paramref name="count"/> draws: z from the prior, x = G(z). Not recorded for differentiation.</summary>
    public Tensor Sample(int count) => new(Functional.BiganModule.sample(Guard.AtLeast(count, 1), Inner));

    /// <summary>E(x). Not recorded for differentiation.</summary>
    public Tensor Encode(Tensor x) => new(Functional.BiganModule.encode(Inner, Guard.Inner(x)));

    /// <summary>G(E(x)). Not recorded for differentiation.</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.BiganModule.reconstruct(Inner, Guard.Inner(x)));

    /// <summary>Trains the three networks, on the thread pool.</summary>
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
