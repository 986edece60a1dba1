// A distribution repeated over new batch axes and over batch axes of length one.
// Where Expand is not enough: it only adds leading axes, and only where the family knows how.
namespace Functional.CSharp;

/// <summary>
/// A distribution repeated over whole new leading batch axes, and over axes of length 1, which are stretched because you
/// ask for it. Draws are independent everywhere.
/// </summary>
public sealed class Expanded : Distribution
{
    internal Expanded(Functional.Expanded inner) : base(inner) => Family = inner;

    /// <summary>Repeats a distribution.</summary>
    /// <param name="baseDistribution">What is repeated.</param>
    /// <param name="batchShape">The batch shape that it gets.</param>
    /// <exception cref="ArgumentException">Another axis would change.</exception>
    public Expanded(Distribution baseDistribution, IReadOnlyList<int> batchShape)
        : this(new Functional.Expanded(Guard.Inner(baseDistribution), Guard.Shape(batchShape)))
    {
    }

    private Functional.Expanded Family { get; }

    /// <summary>What is repeated.</summary>
    public Distribution Base => Wrap(Family.Base);
}
