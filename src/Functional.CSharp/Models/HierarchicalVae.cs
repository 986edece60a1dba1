// The variational autoencoder with a chain of latent variables, z_T → ... → z_1 → x, inferred from below or by a ladder.
// Where one layer of codes is too simple a posterior or prior; harder to train than a Vae.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How the latent variables are inferred; the first of a list belongs to z_1.</summary>
public sealed class Hierarchy
{
    private Hierarchy(Functional.Hierarchy inner) => Inner = inner;

    internal Functional.Hierarchy Inner { get; }

    /// <summary>q(z_1|x) q(z_2|z_1) ... q(z_T|z_{T-1}).</summary>
    /// <param name="encoders">The networks of these conditionals, that of z_1 first.</param>
    public static Hierarchy BottomUp(params IReadOnlyList<Net<Tensor, Distribution>> encoders) =>
        new(HierarchyBridge.bottomUp(
            [.. Guard.NotNull(encoders).Select(encoder => Guard.NotNull(encoder, nameof(encoders)).ToInner())]));

    /// <summary>
    /// A deterministic way up, d_1 = f_1(x), d_t = f_t(d_{t-1}), whose features give normal densities N(μ̂_t, σ̂_t²); and a way
    /// down that multiplies them with what the generative half says: q(z_T|x) = N(μ̂_T, σ̂_T²), q(z_t|z_{t+1}, x) ∝ N(z_t; μ̂_t,
    /// σ̂_t²) p(z_t|z_{t+1}), which has to be normal, too. Sønderby et al., arXiv:1602.02282, equations 11 to 19.
    /// </summary>
    /// <param name="rungs">f_t and the network that makes N(μ̂_t, σ̂_t²) of d_t, those of z_1 first.</param>
    public static Hierarchy Ladder(
        params IReadOnlyList<(Net<Tensor, Tensor> Upward, Net<Tensor, Distribution> Encoder)> rungs) =>
        new(HierarchyBridge.ladder(
        [
            .. Guard.NotNull(rungs).Select(rung =>
                (Guard.NotNull(rung.Upward, nameof(rungs)).ToInner(), Guard.NotNull(rung.Encoder, nameof(rungs)).ToInner())),
        ]));
}

/// <summary>
/// A variational autoencoder p(z_T) Π_t p(z_{t-1}|z_t) p(x|z_1), of any depth T. In the ELBO a ladder has every divergence in
/// closed form, since it draws z_T first, as the model does: KL(q(z_t|z_{t+1}, x) ‖ p(z_t|z_{t+1})). From below only that of z_T
/// has one, as z_t is drawn there before z_{t+1}, on which p(z_t|z_{t+1}) depends; the rest is `kl (Monte Carlo)`. With T = 1
/// both are the plain <see cref="Vae"/>. Upper layers are easily given up early in training: let the divergence in over the first
/// epochs (<see cref="Elbo.Weighed(double, int)"/> with β from 0 to 1), as Sønderby et al. do, section 2.3. A ladder learns more
/// slowly at first. Rezende, Mohamed &amp; Wierstra, arXiv:1401.4082; Sønderby et al., arXiv:1602.02282 (ladder).
/// </summary>
/// <remarks>
/// Whatever runs it throws an <see cref="ArgumentException"/> when inference and generation have different numbers of layers, or
/// none. The model's sites are `zT` to `z1` and `x`. Reconstruct takes for z_1 the mean of q(z_1|x), or of a ladder the mean of
/// q(z_1|z_2, x) at that of q(z_2|z_3, x) and so on. Generate and Sample draw z_T from the prior and everything below it in turn.
/// Parameters are named under `encoder1.` and so on (of a ladder `upward1.` and `encoder1.`), and `decoder1.` and so on.
/// </remarks>
public sealed class HierarchicalVae : VariationalAutoencoder
{
    /// <summary>
    /// A variational autoencoder from its parts. Whether they have equally many layers is looked at when it is used.
    /// </summary>
    /// <param name="inference">q(z_1 ... z_T|x).</param>
    /// <param name="decoders">p(x|z_1), p(z_1|z_2), ..., p(z_{T-1}|z_T).</param>
    /// <param name="prior">p(z_T): <c>Normal.Standard([20])</c>.</param>
    public HierarchicalVae(Hierarchy inference, IReadOnlyList<Net<Tensor, Distribution>> decoders, Distribution prior)
        : base(VaeBridge.ofHierarchicalVae(HierarchyBridge.create(
            Guard.NotNull(inference).Inner,
            [.. Guard.NotNull(decoders).Select(decoder => Guard.NotNull(decoder, nameof(decoders)).ToInner())],
            Guard.Inner(prior)))) =>
        (Inference, Decoders, Prior) = (inference, [.. decoders], prior);

    private new Functional.HierarchicalVae Inner => (Functional.HierarchicalVae)base.Inner;

    /// <summary>q(z_1 ... z_T|x).</summary>
    public Hierarchy Inference { get; }

    /// <summary>p(x|z_1), p(z_1|z_2), ..., p(z_{T-1}|z_T).</summary>
    public IReadOnlyList<Net<Tensor, Distribution>> Decoders { get; }

    /// <summary>p(z_T).</summary>
    public Distribution Prior { get; }

    /// <summary>The inference half, q(z_1 ... z_T|x), with sites `z1` to `zT`.</summary>
    /// <exception cref="ArgumentException">Inference and generation have different numbers of layers, or none.</exception>
    public Program<ValueTuple> Guide(Mode mode, Tensor x) =>
        Functional.HierarchicalVaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)).ToFacade();
}
