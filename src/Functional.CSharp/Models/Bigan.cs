// The bidirectional generative adversarial network: an encoder learns to invert the generator.
// Build it, train it with FitAsync, draw from it, encode with it.
namespace Functional.CSharp;

/// <summary>
/// A bidirectional generative adversarial network: a critic tells pairs (x, E(x)) of data from pairs (G(z), z) of samples. Where it
/// cannot, E inverts G. Donahue, Krähenbühl &amp; Darrell, arXiv:1605.09782.
/// </summary>
public sealed class Bigan : AdversarialModel<Tensor>
{
    /// <summary>A bidirectional generative adversarial network from its parts.</summary>
    /// <param name="generator">z to x.</param>
    /// <param name="encoder">x to z.</param>
    /// <param name="critic">(x, z) to a number for each example, without a last activation; begins with <see cref="Net.Join"/>.</param>
    /// <param name="prior">p(z), over vectors.</param>
    public Bigan(
        Net<Tensor, Tensor> generator, Net<Tensor, Tensor> encoder, Net<(Tensor X, Tensor Z), Tensor> critic, Distribution prior)
        : base(new Functional.Bigan(
            Guard.NotNull(generator).ToInner(),
            Guard.NotNull(encoder).ToInner(),
            Guard.NotNull(critic).ToInner(),
            Guard.Inner(prior))) =>
        (Generator, Encoder, Critic, Prior) = (generator, encoder, critic, prior);

    private new Functional.Bigan Inner => (Functional.Bigan)base.Inner;

    /// <summary>z to x.</summary>
    public Net<Tensor, Tensor> Generator { get; }

    /// <summary>x to z.</summary>
    public Net<Tensor, Tensor> Encoder { get; }

    /// <summary>(x, z) to a number for each example.</summary>
    public Net<(Tensor X, Tensor Z), Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>What the critic minimises: terms `adversarial`, `penalty` and `accuracy`.</summary>
    public Loss CriticLoss(AdversarialOptions options, Tensor x) =>
        new(Functional.BiganModule.criticLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>
    /// What generator and encoder minimise (<see cref="Adversarial.OfBothSides"/>): terms `adversarial` and `variance ratio`.
    /// </summary>
    public Loss GeneratorLoss(AdversarialOptions options, Tensor x) =>
        new(Functional.BiganModule.generatorLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>
    /// The players `critic` and `generator`, the latter with the encoder, for <see cref="Training.PlayAsync{TBatch}"/>.
    /// </summary>
    /// <inheritdoc/>
    public override IReadOnlyList<Player<Tensor>> Players(AdversarialOptions? options = null) =>
        Adapted(Functional.BiganModule.players(AdversarialOptions.Inner(options), Inner), x => x.Inner);

    /// <summary><paramref name="count"/> draws: z from the prior, x = G(z). Not recorded for differentiation.</summary>
    public Tensor Sample(int count) => new(Functional.BiganModule.sample(Guard.AtLeast(count, 1), Inner));

    /// <summary>E(x). Not recorded for differentiation.</summary>
    public Tensor Encode(Tensor x) => new(Functional.BiganModule.encode(Inner, Guard.Inner(x)));

    /// <summary>G(E(x)). Not recorded for differentiation.</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.BiganModule.reconstruct(Inner, Guard.Inner(x)));
}
