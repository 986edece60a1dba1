// The variational autoencoder: two networks and a prior.
// Build it, train it with FitAsync, evaluate it, save it, draw from it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A variational autoencoder: q(z|x), p(x|z) and p(z). Kingma &amp; Welling, arXiv:1312.6114.</summary>
public sealed class Vae : VariationalAutoencoder
{
    /// <summary>A variational autoencoder from its parts.</summary>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(20))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(20, 400).Then(Head.Bernoulli(784))</c>.</param>
    /// <param name="prior">p(z): <c>Normal.Standard([20])</c>.</param>
    public Vae(Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder, Distribution prior)
        : base(VaeBridge.ofVae(new(Guard.NotNull(encoder).ToInner(), Guard.NotNull(decoder).ToInner(), Guard.Inner(prior)))) =>
        (Encoder, Decoder, Prior) = (encoder, decoder, prior);

    private new Functional.Vae Inner => (Functional.Vae)base.Inner;

    /// <summary>q(z|x).</summary>
    public Net<Tensor, Distribution> Encoder { get; }

    /// <summary>p(x|z).</summary>
    public Net<Tensor, Distribution> Decoder { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    /// <summary>The inference half, q(z|x): the site `z`.</summary>
    public Program<Tensor> Guide(Mode mode, Tensor x) =>
        Functional.VaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)).ToFacade();
}
