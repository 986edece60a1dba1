// The Poisson distribution.
// Counts of independent events: photons, spikes, words, arrivals.
namespace Functional.CSharp;

/// <summary>
/// p(k) = λ^k exp(-λ) / k! for k = 0, 1, ..., element by element over the batch. Values are counts in the dtype of the
/// rate.
/// </summary>
/// <remarks>Its variance is its mean: counts that vary more want a NegativeBinomial.</remarks>
public sealed class Poisson : Distribution
{
    internal Poisson(Functional.Poisson inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="rate">λ, finite and not negative.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Poisson(Tensor rate) : this(new Functional.Poisson(Guard.Inner(rate)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="rate">λ, finite and not negative.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Poisson(double rate) : this(new Functional.Poisson(rate))
    {
    }

    private Functional.Poisson Family { get; }

    /// <summary>λ.</summary>
    public Tensor Rate => new(Family.Rate);
}
