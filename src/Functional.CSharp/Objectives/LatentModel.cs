// A model with a latent variable: a prior p(z) and a likelihood p(x|z).
// The bounds on the evidence are written against it, whatever network or closed form is behind.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>p(x, z) = p(z) p(x|z).</summary>
public sealed class LatentModel : IWrapper
{
    internal LatentModel(Functional.LatentModel inner) => Inner = inner;

    /// <summary>A model from its two halves.</summary>
    /// <param name="prior">p(z).</param>
    /// <param name="likelihood">
    /// p(x|z): takes z of shape [...; event of z] and returns a distribution with batch shape [...].
    /// </param>
    public LatentModel(Distribution prior, Func<Tensor, Distribution> likelihood)
        : this(ObjectiveBridge.model(Guard.Inner(prior), Unwrap(Guard.NotNull(likelihood))))
    {
    }

    internal Functional.LatentModel Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>p(z).</summary>
    public Distribution Prior => Distribution.Wrap(Inner.Prior);

    /// <summary>p(x|z).</summary>
    public Distribution Likelihood(Tensor z) => Distribution.Wrap(ObjectiveBridge.likelihood(Inner, Guard.Inner(z)));

    /// <summary>log p(z) + log p(x|z) in nats, for z of shape [particles; batch; event] or [batch; event].</summary>
    public Tensor LogJoint(Tensor z, Tensor x) =>
        new(Functional.LatentModelModule.logJoint(Inner, Guard.Inner(z), Guard.Inner(x)));

    /// <summary>
    /// Draws of x: z from the prior, then x given z, <paramref name="count"/> of them along a new leading axis.
    /// </summary>
    public Tensor Sample(int count) => new(Functional.LatentModelModule.sample(Guard.AtLeast(count, 1), Inner));

    private static Func<Functional.Tensors.Tensor, Functional.Distribution> Unwrap(Func<Tensor, Distribution> likelihood) =>
        z => Guard.Inner(likelihood(new(z)));
}
