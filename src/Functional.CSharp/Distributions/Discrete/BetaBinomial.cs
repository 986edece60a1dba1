// The beta-binomial distribution: a binomial whose probability is beta distributed.
// Overdispersed counts of successes, and the prediction after beta-binomial inference.
namespace Functional.CSharp;

/// <summary>
/// p(k) = n! / (k! (n - k)!) B(k + α, n - k + β) / B(α, β) for k = 0..n, element by element over the batch. Mode and
/// entropy look at all values, so they cost n terms.
/// </summary>
public sealed class BetaBinomial : Distribution
{
    internal BetaBinomial(Functional.BetaBinomial inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="total">n, a non-negative integer.</param>
    /// <param name="concentration1">α, positive.</param>
    /// <param name="concentration0">β, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public BetaBinomial(Tensor total, Tensor concentration1, Tensor concentration0)
        : this(new Functional.BetaBinomial(Guard.Inner(total), Guard.Inner(concentration1), Guard.Inner(concentration0)))
    {
    }

    /// <summary>A batch of distributions with the same total.</summary>
    /// <param name="total">n, not negative.</param>
    /// <param name="concentration1">α, positive.</param>
    /// <param name="concentration0">β, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public BetaBinomial(int total, Tensor concentration1, Tensor concentration0)
        : this(new Functional.BetaBinomial(total, Guard.Inner(concentration1), Guard.Inner(concentration0)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="total">n, not negative.</param>
    /// <param name="concentration1">α, positive.</param>
    /// <param name="concentration0">β, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public BetaBinomial(int total, double concentration1, double concentration0)
        : this(new Functional.BetaBinomial(
            total, Tensor.FromScalar(concentration1).Inner, Tensor.FromScalar(concentration0).Inner))
    {
    }

    private Functional.BetaBinomial Family { get; }

    /// <summary>n.</summary>
    public Tensor Total => new(Family.Total);

    /// <summary>α.</summary>
    public Tensor Concentration1 => new(Family.Concentration1);

    /// <summary>β.</summary>
    public Tensor Concentration0 => new(Family.Concentration0);
}
