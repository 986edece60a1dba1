// A distribution some of whose batch elements do not count.
// Missing data, and sequences of unequal lengths.
namespace Functional.CSharp;

/// <summary>
/// log p(x) where the mask is true, 0 where it is false: those elements carry no evidence, whatever their values, and no
/// gradients.
/// </summary>
/// <remarks>
/// Values that do not count may be NaN where values are numbers, or arrays of numbers that each lie in the same set;
/// elsewhere, and for discrete values, put any valid value there. Sampling, mean and variance are those of the base; as
/// masked elements have no density, their entropy is 0.
/// </remarks>
public sealed class Masked : Distribution
{
    internal Masked(Functional.Masked inner) : base(inner) => Family = inner;

    /// <summary>Hides some batch elements.</summary>
    /// <param name="baseDistribution">The distribution behind the mask.</param>
    /// <param name="mask">Which batch elements count, of dtype Bool.</param>
    /// <exception cref="ArgumentException">The shapes do not line up, or the mask is not Bool.</exception>
    public Masked(Distribution baseDistribution, Tensor mask)
        : this(new Functional.Masked(Guard.Inner(baseDistribution), Guard.Inner(mask)))
    {
    }

    private Functional.Masked Family { get; }

    /// <summary>The distribution behind the mask.</summary>
    public Distribution Base => Wrap(Family.Base);

    /// <summary>Which batch elements count.</summary>
    public Tensor Mask => new(Family.Mask);
}
