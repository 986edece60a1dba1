// The inverse gamma distribution.
// Variances, as the conjugate prior of a Gaussian's.
namespace Functional.CSharp;

/// <summary>
/// rate^concentration x^(-concentration - 1) exp(-rate/x) / Γ(concentration) for x &gt; 0, element by element over the
/// batch: that of 1/G for G ~ Gamma(concentration, rate). The mean is infinite for α ≤ 1, the variance for α ≤ 2.
/// </summary>
public sealed class InverseGamma : Distribution
{
    internal InverseGamma(Functional.InverseGamma inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="concentration">α, positive.</param>
    /// <param name="rate">β, positive; it scales x.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public InverseGamma(Tensor concentration, Tensor rate)
        : this(new Functional.InverseGamma(Guard.Inner(concentration), Guard.Inner(rate)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="concentration">α, positive.</param>
    /// <param name="rate">β, positive; it scales x.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public InverseGamma(double concentration, double rate) : this(new Functional.InverseGamma(concentration, rate))
    {
    }

    private Functional.InverseGamma Family { get; }

    /// <summary>α.</summary>
    public Tensor Concentration => new(Family.Concentration);

    /// <summary>β.</summary>
    public Tensor Rate => new(Family.Rate);
}
