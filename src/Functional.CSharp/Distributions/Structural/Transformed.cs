// A distribution pushed through a transform.
// Logit-normal, log-uniform and flows are made of it; families with formulas of their own are not.
namespace Functional.CSharp;

/// <summary>
/// The distribution of y = f(x): log p(y) = log p_x(f⁻¹(y)) + log |det ∂f⁻¹/∂y|. When f acts on arrays of more axes than
/// the events x have, the last batch axes of x become event axes.
/// </summary>
public sealed class Transformed : Distribution
{
    internal Transformed(Functional.Transformed inner) : base(inner) => Family = inner;

    /// <summary>Pushes a distribution through a transform.</summary>
    /// <param name="baseDistribution">The distribution of x.</param>
    /// <param name="transform">f.</param>
    /// <exception cref="ArgumentException">x has values that f does not take, or the shapes do not line up.</exception>
    public Transformed(Distribution baseDistribution, Transform transform)
        : this(new Functional.Transformed(Guard.Inner(baseDistribution), Guard.Inner(transform)))
    {
    }

    private Functional.Transformed Family { get; }

    /// <summary>The distribution of x.</summary>
    public Distribution Base => Wrap(Family.Base);

    /// <summary>f.</summary>
    public Transform Transform => Transform.Wrap(Family.Transform);
}
