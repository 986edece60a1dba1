// The beta distribution.
// Probabilities and shares.
namespace Functional.CSharp;

/// <summary>
/// x^(concentration1 - 1) (1 - x)^(concentration0 - 1) / B(concentration1, concentration0) for 0 ≤ x ≤ 1, element by
/// element over the batch.
/// </summary>
/// <remarks>
/// Samples have exact pathwise gradients. With tiny concentrations most samples round to 0 or 1, where the density has
/// poles: SampleAndLogProb, which works from log(x/(1-x)), stays finite there and LogProb cannot.
/// </remarks>
public sealed class Beta : Distribution
{
    internal Beta(Functional.Beta inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="concentration1">α, of ones, positive.</param>
    /// <param name="concentration0">β, of zeros, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Beta(Tensor concentration1, Tensor concentration0)
        : this(new Functional.Beta(Guard.Inner(concentration1), Guard.Inner(concentration0)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="concentration1">α, of ones, positive.</param>
    /// <param name="concentration0">β, of zeros, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Beta(double concentration1, double concentration0) : this(new Functional.Beta(concentration1, concentration0))
    {
    }

    private Functional.Beta Family { get; }

    /// <summary>α.</summary>
    public Tensor Concentration1 => new(Family.Concentration1);

    /// <summary>β.</summary>
    public Tensor Concentration0 => new(Family.Concentration0);
}
