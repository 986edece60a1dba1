// The conditional generative adversarial network: samples of x for a label or any other context c.
// Build it, train it with FitAsync, draw from it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A conditional generative adversarial network: x = G(z, c), and a critic of the pair (x, c). Networks of two inputs begin with
/// <see cref="Net.Join"/> or <see cref="Net.LinearPair"/>; labels are one-hot. Mirza &amp; Osindero, arXiv:1411.1784.
/// </summary>
public sealed class ConditionalGan : IWrapper
{
    /// <summary>A conditional generative adversarial network from its parts.</summary>
    /// <param name="generator">(z, c) to x: <c>Net.Join.Then(Net.Mlp(64 + 10, 400)).Then(Head.Output(784))</c>.</param>
    /// <param name="critic">(x, c) to a number for each example, without a last activation.</param>
    /// <param name="prior">p(z): <c>Normal.Standard([64])</c>.</param>
    public ConditionalGan(
        Net<(Tensor Z, Tensor Context), Tensor> generator, Net<(Tensor X, Tensor Context), Tensor> critic, Distribution prior)
    {
        (Generator, Critic, Prior) = (Guard.NotNull(generator), Guard.NotNull(critic), Guard.NotNull(prior));
        Inner = new(generator.ToInner(), critic.ToInner(), prior.Inner);
        Parameters = Array.ConvertAll(ConditionalGanBridge.parameters(Inner), parameter => new Parameter(parameter));
    }

    internal Functional.ConditionalGan Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>(z, c) to x.</summary>
    public Net<(Tensor Z, Tensor Context), Tensor> Generator { get; }

    /// <summary>(x, c) to a number for each example.</summary>
    public Net<(Tensor X, Tensor Context), Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>Everything that training changes, under `generator.` and `critic.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What the critic minimises; samples have the contexts of the data. Terms `adversarial`, `penalty` and `accuracy`.</summary>
    public Loss CriticLoss(AdversarialOptions options, (Tensor X, Tensor Context) batch) =>
        new(ConditionalGanBridge.criticLoss(
            Guard.NotNull(options).ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>What the generator minimises: terms `adversarial` and `variance ratio`.</summary>
    public Loss GeneratorLoss(AdversarialOptions options, (Tensor X, Tensor Context) batch) =>
        new(ConditionalGanBridge.generatorLoss(
            Guard.NotNull(options).ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>The players `critic` and `generator`, for <see cref="Training.PlayAsync{TBatch}"/>.</summary>
    /// <param name="options">Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    public IReadOnlyList<Player<(Tensor X, Tensor Context)>> Players(AdversarialOptions? options = null) =>
        Array.ConvertAll(
            ConditionalGanBridge.players<(Tensor X, Tensor Context)>(
                batch => (Guard.Inner(batch.X), Guard.Inner(batch.Context)), AdversarialOptions.Inner(options), Inner),
            player => new Player<(Tensor X, Tensor Context)>(player));

    /// <summary>A draw of x for each context. Not recorded for differentiation.</summary>
    public Tensor Sample(Tensor context) => new(Functional.ConditionalGanModule.sample(Inner, Guard.Inner(context)));

    /// <summary>Trains both networks against each other, on the thread pool.</summary>
    /// <param name="data">Where the batches come from.</param>
    /// <param name="adversarial">The loss and both optimizers. Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    /// <param name="options">Epochs, batch size, checkpoints. Default: 10 epochs, batches of 128.</param>
    /// <param name="progress">Told every 20 rounds where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each round.</param>
    /// <exception cref="TrainingCanceledException">The token was cancelled; the weights are those of the last round.</exception>
    /// <exception cref="NotFiniteNumberException">A term or a weight became NaN or infinite.</exception>
    public Task<TrainingResult> FitAsync(
        Dataset<(Tensor X, Tensor Context)> data,
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
