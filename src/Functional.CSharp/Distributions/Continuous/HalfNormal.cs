// The distribution of the absolute value of a centred normal number.
// Priors of scales, and of errors whose sign does not matter.
namespace Functional.CSharp;

/// <summary>√(2/π)/scale exp(-(x/scale)²/2) for x ≥ 0, element by element over the batch.</summary>
public sealed class HalfNormal : Distribution
{
    internal HalfNormal(Functional.HalfNormal inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="scale">σ, positive: the standard deviation of the normal number, not of its absolute value.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public HalfNormal(Tensor scale) : this(new Functional.HalfNormal(Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="scale">σ, positive: the standard deviation of the normal number, not of its absolute value.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public HalfNormal(double scale) : this(new Functional.HalfNormal(scale))
    {
    }

    private Functional.HalfNormal Family { get; }

    /// <summary>σ.</summary>
    public Tensor Scale => new(Family.Scale);
}
