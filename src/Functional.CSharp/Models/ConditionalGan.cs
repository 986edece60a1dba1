// The conditional generative adversarial network: samples of x for a label or any other context c.
// Build it, train it with FitAsync, draw from it.
namespace Functional.CSharp;

/// <summary>
/// A conditional generative adversarial network: x = G(z, c), and a critic of the pair (x, c). Networks of two inputs begin with
/// <see cref="Net.Join"/> or <see cref="Net.LinearPair"/>; labels are one-hot. Mirza &amp; Osindero, arXiv:1411.1784.
/// </summary>
public sealed class ConditionalGan : AdversarialModel<(Tensor X, Tensor Context)>
{
    /// <summary>A conditional generative adversarial network from its parts.</summary>
    /// <param name="generator">(z, c) to x: <c>Net.Join.Then(Net.Mlp(64 + 10, 400)).Then(Head.Output(784))</c>.</param>
    /// <param name="critic">(x, c) to a number for each example, without a last activation.</param>
    /// <param name="prior">p(z): <c>Normal.Standard([64])</c>.</param>
    public ConditionalGan(
        Net<(Tensor Z, Tensor Context), Tensor> generator, Net<(Tensor X, Tensor Context), Tensor> critic, Distribution prior)
        : base(new Functional.ConditionalGan(
            Guard.NotNull(generator).ToInner(), Guard.NotNull(critic).ToInner(), Guard.Inner(prior))) =>
        (Generator, Critic, Prior) = (generator, critic, prior);

    private new Functional.ConditionalGan Inner => (Functional.ConditionalGan)base.Inner;

    /// <summary>(z, c) to x.</summary>
    public Net<(Tensor Z, Tensor Context), Tensor> Generator { get; }

    /// <summary>(x, c) to a number for each example.</summary>
    public Net<(Tensor X, Tensor Context), Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>
    /// What the critic minimises; samples have the contexts of the data. Terms `adversarial`, `penalty` and `accuracy`.
    /// </summary>
    public Loss CriticLoss(AdversarialOptions options, (Tensor X, Tensor Context) batch) =>
        new(Functional.ConditionalGanModule.criticLoss(
            Guard.NotNull(options).ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>What the generator minimises: terms `adversarial` and `variance ratio`.</summary>
    public Loss GeneratorLoss(AdversarialOptions options, (Tensor X, Tensor Context) batch) =>
        new(Functional.ConditionalGanModule.generatorLoss(
            Guard.NotNull(options).ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>The players `critic` and `generator`, for <see cref="Training.PlayAsync{TBatch}"/>.</summary>
    /// <inheritdoc/>
    public override IReadOnlyList<Player<(Tensor X, Tensor Context)>> Players(AdversarialOptions? options = null) =>
        Adapted(
            Functional.ConditionalGanModule.players(AdversarialOptions.Inner(options), Inner),
            batch => new(Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>A draw of x for each context. Not recorded for differentiation.</summary>
    public Tensor Sample(Tensor context) => new(Functional.ConditionalGanModule.sample(Inner, Guard.Inner(context)));
}
