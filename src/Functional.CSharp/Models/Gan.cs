// The generative adversarial network: a generator of samples, and a critic that tells them from the data.
// Build it, train it with FitAsync, draw from it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A generative adversarial network: x = G(z), z from a prior, and a critic of x. There is no density: what was learned can be
/// sampled, not evaluated. Goodfellow et al., arXiv:1406.2661.
/// </summary>
public sealed class Gan : IWrapper
{
    /// <summary>A generative adversarial network from its parts.</summary>
    /// <param name="generator">z to x: <c>Net.Mlp(64, 400).Then(Head.Output(784))</c>.</param>
    /// <param name="critic">
    /// x to a number for each example, without a last activation: <c>Net.Mlp(784, 400).Then(Head.Output(1))</c>. To features for an
    /// MMD-GAN.
    /// </param>
    /// <param name="prior">p(z): <c>Normal.Standard([64])</c>.</param>
    public Gan(Net<Tensor, Tensor> generator, Net<Tensor, Tensor> critic, Distribution prior)
    {
        (Generator, Critic, Prior) = (Guard.NotNull(generator), Guard.NotNull(critic), Guard.NotNull(prior));
        Inner = new(generator.ToInner(), critic.ToInner(), prior.Inner);
        Parameters = Array.ConvertAll(GanBridge.parameters(Inner), parameter => new Parameter(parameter));
    }

    internal Functional.Gan Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>z to x.</summary>
    public Net<Tensor, Tensor> Generator { get; }

    /// <summary>x to a number for each example.</summary>
    public Net<Tensor, Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>Everything that training changes, under `generator.` and `critic.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What the critic minimises: terms `adversarial`, `penalty` and `accuracy`.</summary>
    public Loss CriticLoss(AdversarialOptions options, Tensor x) =>
        new(GanBridge.criticLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>What the generator minimises: terms `adversarial` and `variance ratio`.</summary>
    public Loss GeneratorLoss(AdversarialOptions options, Tensor x) =>
        new(GanBridge.generatorLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>The players `critic` and `generator`, for <see cref="Training.PlayAsync{TBatch}"/>.</summary>
    /// <param name="options">Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    public IReadOnlyList<Player<Tensor>> Players(AdversarialOptions? options = null) =>
        Array.ConvertAll(
            GanBridge.players<Tensor>(x => x.Inner, AdversarialOptions.Inner(options), Inner),
            player => new Player<Tensor>(player));

    /// <summary><paramref name="count"/> draws: z from the prior, x = G(z). Not recorded for differentiation.</summary>
    public Tensor Sample(int count) => new(Functional.GanModule.sample(Guard.AtLeast(count, 1), Inner));

    /// <summary>Trains both networks against each other, on the thread pool.</summary>
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
