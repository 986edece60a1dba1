// The Kumaraswamy distribution: much like a Beta, with a distribution function that inverts in closed form.
// Posteriors of probabilities and stick-breaking weights where cheap pathwise gradients are wanted.
namespace Functional.CSharp;

/// <summary>a b x^(a-1) (1 - x^a)^(b-1) for 0 ≤ x ≤ 1, element by element over the batch.</summary>
/// <remarks>Below 1 the density grows without bound at 0 (a) or 1 (b), which is the mode then, 0 first.</remarks>
public sealed class Kumaraswamy : Distribution
{
    internal Kumaraswamy(Functional.Kumaraswamy inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="concentration1">a, positive.</param>
    /// <param name="concentration0">b, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Kumaraswamy(Tensor concentration1, Tensor concentration0)
        : this(new Functional.Kumaraswamy(Guard.Inner(concentration1), Guard.Inner(concentration0)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="concentration1">a, positive.</param>
    /// <param name="concentration0">b, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Kumaraswamy(double concentration1, double concentration0)
        : this(new Functional.Kumaraswamy(concentration1, concentration0))
    {
    }

    private Functional.Kumaraswamy Family { get; }

    /// <summary>a.</summary>
    public Tensor Concentration1 => new(Family.Concentration1);

    /// <summary>b.</summary>
    public Tensor Concentration0 => new(Family.Concentration0);
}
