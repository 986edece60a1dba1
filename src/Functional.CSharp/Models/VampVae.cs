// A VAE whose prior is learned: the mixture of what its encoder makes of some learned inputs (VampPrior).
// Where a standard normal is too simple a prior; slower than it in proportion to the number of inputs.
using Functional.Interop;

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
/// A variational autoencoder with a VampPrior: q(z|x), p(x|z) and K inputs u_k, from which p(z) = (1/K) Σ_k q(z|u_k). The
/// divergence from a mixture has no closed form: it is the term `kl (Monte Carlo)`. The inputs' parameters are named under `prior.`.
/// Tomczak &amp; Welling, arXiv:1705.07120.
/// </summary>
public sealed class VampVae : VariationalAutoencoder
{
    /// <summary>A variational autoencoder from its parts.</summary>
    /// <param name="encoder">q(z|x): <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(20))</c>.</param>
    /// <param name="decoder">p(x|z): <c>Net.Mlp(20, 400).Then(Head.Bernoulli(784))</c>.</param>
    /// <param name="pseudoInputs">u_k, of shape [K; features]: <c>PseudoInputs.UnitInterval(images.Head(100))</c>.</param>
    public VampVae(
        Net<Tensor, Distribution> encoder, Net<Tensor, Distribution> decoder, Net<ValueTuple, Tensor> pseudoInputs)
        : base(VaeBridge.ofVampVae(new(
            Guard.NotNull(encoder).ToInner(), Guard.NotNull(decoder).ToInner(), Guard.NotNull(pseudoInputs).ToInner()))) =>
        (Encoder, Decoder, PseudoInputs) = (encoder, decoder, pseudoInputs);

    private new Functional.VampVae Inner => (Functional.VampVae)base.Inner;

    /// <summary>q(z|x).</summary>
    public Net<Tensor, Distribution> Encoder { get; }

    /// <summary>p(x|z).</summary>
    public Net<Tensor, Distribution> Decoder { get; }

    /// <summary>u_k, of shape [K; features].</summary>
    public Net<ValueTuple, Tensor> PseudoInputs { get; }

    /// <summary>
    /// p(z) = (1/K) Σ_k q(z|u_k), with the weights as they are. A density takes time and memory in proportion to draws × K.
    /// </summary>
    public Distribution Prior(Mode mode) => Distribution.Wrap(Functional.VampVaeModule.prior(mode.ToInner(), Inner));

    /// <summary>
    /// The VAE with the prior as it is now; after training every function of <see cref="Vae"/> works on it.
    /// </summary>
    public Vae ToVae(Mode mode) => new(Encoder, Decoder, Prior(mode));

    /// <summary>The inference half, q(z|x): the site `z`.</summary>
    public Program<Tensor> Guide(Mode mode, Tensor x) =>
        Functional.VampVaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)).ToFacade();
}
