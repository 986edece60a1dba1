// The posterior of a model as a density over R^D: its continuous draws, each reached from real numbers, one after another.
// Automatic guides, Laplace's approximation and Markov chains are written against it; a sampler of one's own may be.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>One draw of a model, and the stretch of R^D that stands for it.</summary>
public sealed class UnconstrainedSite
{
    private readonly Functional.UnconstrainedSite inner;

    internal UnconstrainedSite(Functional.UnconstrainedSite inner) => this.inner = inner;

    /// <summary>Its name.</summary>
    public string Name => inner.Name;

    /// <summary>The plates it stands in, the innermost first.</summary>
    public IReadOnlyList<Plate> Plates => Plate.List(UnconstrainedBridge.plates(inner));

    /// <summary>The shape of one value.</summary>
    public IReadOnlyList<int> EventShape => Array.AsReadOnly(inner.EventShape);

    /// <summary>Where values lie.</summary>
    public Support Support => new(inner.Support);

    /// <summary>From real numbers to values.</summary>
    public Transform Transform => Transform.Wrap(inner.Transform);

    /// <summary>The shape of the real numbers: the plates, then the event of the transform's domain.</summary>
    public IReadOnlyList<int> SourceShape => Array.AsReadOnly(inner.SourceShape);

    /// <summary>Where in R^D they begin.</summary>
    public int Offset => inner.Offset;

    /// <summary>How many real numbers there are.</summary>
    public int Length => inner.Length;

    /// <summary>The batch axes that are the plates'.</summary>
    public IReadOnlyList<int> PlateShape => Array.AsReadOnly(inner.PlateShape);
}

/// <summary>
/// log p(z(u), x) + log |det ∂z/∂u| over u ∈ R^D, in nats: the posterior of a model, up to its evidence, in coordinates without
/// constraints. u holds the model's open continuous draws in the order in which they are met, each taken onto its support by
/// <see cref="Transform.ToSupport"/>. Kucukelbir et al., arXiv:1603.00788, section 2.3.
/// </summary>
public sealed class Unconstrained : IWrapper
{
    internal Unconstrained(Functional.Unconstrained inner)
    {
        Inner = inner;
        Sites = Array.AsReadOnly(Array.ConvertAll(UnconstrainedBridge.sites(inner), site => new UnconstrainedSite(site)));
    }

    internal Functional.Unconstrained Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>D.</summary>
    public int Dimension => Inner.Dimension;

    /// <summary>The model's draws, in order.</summary>
    public IReadOnlyList<UnconstrainedSite> Sites { get; }

    /// <summary>The median of a few draws from the prior, of shape [D].</summary>
    public Tensor Start => new(Inner.Start);

    /// <summary>
    /// The plates of which only some copies are present, so that the density is an unbiased estimate of itself: not for
    /// <see cref="LaplaceApproximation"/> and <see cref="Metropolis"/>.
    /// </summary>
    public IReadOnlyList<Plate> Subsampled => Plate.List(UnconstrainedBridge.subsampled(Inner));

    /// <summary>The space of a model's continuous draws. It runs the model a few times.</summary>
    /// <exception cref="ArgumentException">
    /// The model has a discrete draw (enumerate it first), a draw in a subsampled plate, or draws or supports that change from
    /// run to run; or its log-density is not one number.
    /// </exception>
    public static Unconstrained FromProgram<T>(Program<T> model) =>
        new(Functional.UnconstrainedModule.ofProgram(Guard.NotNull(model).Inner));

    /// <summary>
    /// log p(z(u), x) + log |det ∂z/∂u| for u of shape [...; D]: one number for each of the leading axes, which are independent
    /// runs.
    /// </summary>
    /// <exception cref="ArgumentException">The last axis is not of length D.</exception>
    public Tensor LogDensity(Tensor u) => new(Inner.LogDensity(Guard.Inner(u)));

    /// <summary>log p(z(u), x) without the volume, whose maximum is that of the density of z.</summary>
    /// <exception cref="ArgumentException">The last axis is not of length D.</exception>
    public Tensor LogJoint(Tensor u) => new(Inner.LogJoint(Guard.Inner(u)));

    /// <summary>The values z(u) by the names of their sites, of shape [...; plates; event], for u of shape [...; D].</summary>
    /// <exception cref="ArgumentException">The last axis is not of length D.</exception>
    public IReadOnlyDictionary<string, Tensor> Constrain(Tensor u) =>
        Guard.ByName(UnconstrainedBridge.constrain(Inner, Guard.Inner(u)));

    /// <summary>u of values z: the inverse of <see cref="Constrain"/>.</summary>
    /// <exception cref="ArgumentException">A value is missing.</exception>
    public Tensor Unconstrain(IReadOnlyDictionary<string, Tensor> values) =>
        new(UnconstrainedBridge.unconstrain(Inner, Guard.Named(values)));
}
