// Mixtures: of one family, whose last batch axis counts the components, or of any distributions of equal shapes.
// Densities of several modes, priors of clusters.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>p(x) = Σ_k w_k p_k(x).</summary>
/// <remarks>
/// Samples have a pathwise gradient, also in the weights, when the components are continuous distributions of numbers, or
/// Independent ones, that have one and a distribution function: the implicit one of Figurnov, Mohamed, Mnih,
/// arXiv:1805.08498 (first derivatives only). There is no closed form for its entropy.
/// </remarks>
public sealed class Mixture : Distribution
{
    internal Mixture(Functional.Mixture inner) : base(inner) => Family = inner;

    /// <summary>A mixture of the distributions along the last batch axis of one.</summary>
    /// <param name="weights">w, with the components as categories.</param>
    /// <param name="components">One distribution whose last batch axis is that of the components.</param>
    /// <exception cref="ArgumentException">Shapes or numbers of components do not fit.</exception>
    public Mixture(Categorical weights, Distribution components)
        : this(new Functional.Mixture((Functional.Categorical)Guard.Inner(weights), Guard.Inner(components)))
    {
    }

    private Functional.Mixture Family { get; }

    /// <summary>w.</summary>
    public Categorical Weights => new(Family.Weights);

    /// <summary>The components: one for each, or one that holds all along its last batch axis.</summary>
    public IReadOnlyList<Distribution> Components => [.. DistributionBridge.components(Family).Select(Wrap)];

    /// <summary>A mixture of any distributions of equal event shapes, whose batch shapes line up.</summary>
    /// <param name="weights">w, with the components as categories.</param>
    /// <param name="components">The distributions, one for each category.</param>
    /// <exception cref="ArgumentException">
    /// Shapes or numbers of components do not fit, or densities cannot be added up, as those of discrete and continuous values.
    /// </exception>
    public static Mixture Of(Categorical weights, params IEnumerable<Distribution> components) =>
        new(Functional.Mixture.Of((Functional.Categorical)Guard.Inner(weights), Guard.Inner(components)));

    /// <summary>log P(k | x): which component a value is from, along a new last axis.</summary>
    public Tensor LogResponsibilities(Tensor value) => new(Family.LogResponsibilities(Guard.Inner(value)));
}
