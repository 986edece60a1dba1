// The adversarial autoencoder: an autoencoder whose codes are held to a prior by a critic.
// Build it, train it with FitAsync, encode, reconstruct and generate with it.
namespace Functional.CSharp;

/// <summary>
/// An adversarial autoencoder: q(z|x), p(x|z), a critic of codes, and p(z), which needs no density. Makhzani et al.,
/// arXiv:1511.05644.
/// </summary>
public sealed class AdversarialAutoencoder : AdversarialModel<Tensor>
{
    /// <summary>An adversarial autoencoder from its parts.</summary>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(8))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(8, 400).Then(Head.Bernoulli(784))</c>.</param>
    /// <param name="critic">z to a number for each example, without a last activation.</param>
    /// <param name="prior">p(z): <c>Normal.Standard([8])</c>.</param>
    public AdversarialAutoencoder(
        Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder, Net<Tensor, Tensor> critic, Distribution prior)
        : base(new Functional.AdversarialAutoencoder(
            Guard.NotNull(encoder).ToInner(),
            Guard.NotNull(decoder).ToInner(),
            Guard.NotNull(critic).ToInner(),
            Guard.Inner(prior))) =>
        (Encoder, Decoder, Critic, Prior) = (encoder, decoder, critic, prior);

    private new Functional.AdversarialAutoencoder Inner => (Functional.AdversarialAutoencoder)base.Inner;

    /// <summary>q(z|x).</summary>
    public Net<Tensor, Distribution> Encoder { get; }

    /// <summary>p(x|z).</summary>
    public Net<Tensor, Distribution> Decoder { get; }

    /// <summary>z to a number for each example.</summary>
    public Net<Tensor, Tensor> Critic { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>
    /// What encoder and decoder minimise together: minus the mean of log p(x|z), in nats. Term `reconstruction`.
    /// </summary>
    public Loss ReconstructionLoss(Tensor x) =>
        new(Functional.AdversarialAutoencoderModule.reconstructionLoss(Inner, Guard.Inner(x)));

    /// <summary>What the critic minimises, for which the prior is real and codes are fake.</summary>
    public Loss CriticLoss(AdversarialOptions options, Tensor x) =>
        new(Functional.AdversarialAutoencoderModule.criticLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>What the encoder minimises beside the reconstruction: terms `adversarial` and `variance ratio`.</summary>
    public Loss EncoderLoss(AdversarialOptions options, Tensor x) =>
        new(Functional.AdversarialAutoencoderModule.encoderLoss(Guard.NotNull(options).ToInner(), Inner, Guard.Inner(x)));

    /// <summary>
    /// The players `autoencoder`, `critic` and `encoder`, for <see cref="Training.PlayAsync{TBatch}"/>.
    /// </summary>
    /// <param name="options">Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    /// <param name="reconstruction">The autoencoder's optimizer. Default: Adam with rate 1e-3.</param>
    public IReadOnlyList<Player<Tensor>> Players(AdversarialOptions? options = null, Optimizer? reconstruction = null) =>
        Adapted(
            Functional.AdversarialAutoencoderModule.players(
                (reconstruction ?? Optimizer.Adam()).Inner, AdversarialOptions.Inner(options), Inner),
            x => x.Inner);

    /// <summary>The players that <c>FitAsync</c> trains, with Adam of rate 1e-3 for the reconstruction.</summary>
    /// <inheritdoc cref="Players(AdversarialOptions?, Optimizer?)"/>
    public override IReadOnlyList<Player<Tensor>> Players(AdversarialOptions? options = null) =>
        Players(options, Optimizer.Adam());

    /// <summary>The mean of q(z|x). Not recorded for differentiation.</summary>
    public Tensor Encode(Tensor x) => new(Functional.AdversarialAutoencoderModule.encode(Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|z) at the mean of q(z|x). Not recorded for differentiation.</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.AdversarialAutoencoderModule.reconstruct(Inner, Guard.Inner(x)));

    /// <summary>
    /// The mean of p(x|z) for <paramref name="count"/> draws of z from the prior. Not recorded for differentiation.
    /// </summary>
    public Tensor Generate(int count) =>
        new(Functional.AdversarialAutoencoderModule.generate(Guard.AtLeast(count, 1), Inner));
}
