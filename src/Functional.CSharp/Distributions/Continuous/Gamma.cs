// The gamma distribution.
// Precisions, rates and waiting times.
namespace Functional.CSharp;

/// <summary>
/// rate^concentration x^(concentration - 1) exp(-rate x) / Γ(concentration) for x ≥ 0, element by element over the batch.
/// </summary>
/// <remarks>
/// Samples have exact pathwise gradients. A sample that would underflow, as most do for a concentration of 0.001, is the
/// smallest normal number of its type.
/// </remarks>
public sealed class Gamma : Distribution
{
    internal Gamma(Functional.Gamma inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="concentration">α, positive.</param>
    /// <param name="rate">β, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Gamma(Tensor concentration, Tensor rate)
        : this(new Functional.Gamma(Guard.Inner(concentration), Guard.Inner(rate)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="concentration">α, positive.</param>
    /// <param name="rate">β, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Gamma(double concentration, double rate) : this(new Functional.Gamma(concentration, rate))
    {
    }

    private Functional.Gamma Family { get; }

    /// <summary>α.</summary>
    public Tensor Concentration => new(Family.Concentration);

    /// <summary>β.</summary>
    public Tensor Rate => new(Family.Rate);
}
