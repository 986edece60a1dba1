// Batch axes read as event axes: a batch of scalar distributions becomes one distribution over arrays.
// Heads and priors wrap their families in it, so that a log-density is one number per example.
namespace Functional.CSharp;

/// <summary>p(x) = Π p_i(x_i) over the last batch axes of a distribution, which become its event axes.</summary>
public sealed class Independent : Distribution
{
    internal Independent(Functional.Independent inner) : base(inner) => Family = inner;

    /// <summary>The last <paramref name="rank"/> batch axes become event axes.</summary>
    /// <exception cref="ArgumentException">There are not so many batch axes.</exception>
    public Independent(Distribution baseDistribution, int rank)
        : this(new Functional.Independent(Guard.Inner(baseDistribution), rank))
    {
    }

    private Functional.Independent Family { get; }

    /// <summary>The distribution of one element.</summary>
    public Distribution Base => Wrap(Family.Base);

    /// <summary>How many batch axes have become event axes.</summary>
    public int Rank => Family.Rank;
}
