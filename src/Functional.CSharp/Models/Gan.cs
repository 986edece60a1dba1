// The generative adversarial network: a generator of samples, and a critic that tells them from the data.
// Build it, train it with FitAsync, draw from it.
namespace Functional.CSharp;

/// <summary>
/// A generative adversarial network: x = G(z), z from a prior, and a critic of x. There is no density: what was learned can be
/// sampled, not evaluated. Goodfellow et al., arXiv:1406.2661.
/// </summary>
public sealed class Gan : AdversarialModel<Tensor>
{
    /// <summary>A generative adversarial network from its parts.</summary>
    /// <param name="generator">z to x: <c>Net.Mlp(64, 400).Then(Head.Output(784))</c>.</param>
    /// <param name="critic">
    /// x to a number for each example, without a last activation: <c>Net.Mlp(784, 400).Then(Head.Output(1))</c>. To features for an
    /// MMD-GAN.
    /// </param>
    /// <param name="prior">p(z): <c>Normal.Standard([64])</c>.</param>
    public Gan(Net<Tensor, Tensor> generator, Net<Tensor, Tensor> critic, Distribution prior)
        : base(new Functional.Gan(Guard.NotNull(generator).ToInner(), Guard.NotNull(critic).ToInner(), Guard.Inner(prior))) =>
        (Generator, Critic, Prior) = (generator, critic, prior);

    private new Functional.Gan Inner => (Functional.Gan)base.Inner;

    /// <summary>z to x.</summary>
    public Net<Tensor, Tensor> Generator { get; }

    /// <summary>x to a number for each example.</summary>
    public Net<Tensor, Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>What the critic minimises: terms `adversarial`, `penalty` and `accuracy`.</summary>
    public Loss CriticLoss(AdversarialOptions options, Tensor x) =>
        new(Functional.GanModule.criticLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>What the generator minimises: terms `adversarial` and `variance ratio`.</summary>
    public Loss GeneratorLoss(AdversarialOptions options, Tensor x) =>
        new(Functional.GanModule.generatorLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>The players `critic` and `generator`, for <see cref="Training.PlayAsync{TBatch}"/>.</summary>
    /// <inheritdoc/>
    public override IReadOnlyList<Player<Tensor>> Players(AdversarialOptions? options = null) =>
        Adapted(Functional.GanModule.players(AdversarialOptions.Inner(options), Inner), x => x.Inner);

    /// <summary><paramref name="count"/> draws: z from the prior, x = G(z). Not recorded for differentiation.</summary>
    public Tensor Sample(int count) => new(Functional.GanModule.sample(Guard.AtLeast(count, 1), Inner));
}
