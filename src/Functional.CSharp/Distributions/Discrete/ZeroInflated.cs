// A distribution of counts with more zeros than it would have by itself.
// Counts of which some could never have been anything else: dropouts in single-cell data, shops that are closed.
namespace Functional.CSharp;

/// <summary>
/// p(0) = g + (1 - g) p_base(0), p(k) = (1 - g) p_base(k) for k ≠ 0: with probability g a zero, otherwise a value of a
/// discrete distribution of numbers.
/// </summary>
public sealed class ZeroInflated : Distribution
{
    internal ZeroInflated(Functional.ZeroInflated inner) : base(inner) => Family = inner;

    private Functional.ZeroInflated Family { get; }

    /// <summary>g.</summary>
    public Tensor Gate => new(Family.Gate);

    /// <summary>The distribution of the values that are not forced to zero.</summary>
    public Distribution Base => Wrap(Family.Base);

    /// <summary>From log-odds of the gate.</summary>
    /// <param name="gate">Log-odds of g, finite.</param>
    /// <param name="baseDistribution">The distribution of the values that are not forced to zero.</param>
    /// <exception cref="ArgumentException">
    /// A log-odds is not finite, the values are not discrete numbers, or the batch shapes do not line up.
    /// </exception>
    public static ZeroInflated FromLogits(Tensor gate, Distribution baseDistribution) =>
        new(Functional.ZeroInflated.FromLogits(Guard.Inner(gate), Guard.Inner(baseDistribution)));

    /// <summary>From log-odds of the gate, the same for all.</summary>
    /// <param name="gate">Log-odds of g, finite.</param>
    /// <param name="baseDistribution">The distribution of the values that are not forced to zero.</param>
    /// <exception cref="ArgumentException">It is not finite, or the values are not discrete numbers.</exception>
    public static ZeroInflated FromLogits(double gate, Distribution baseDistribution) =>
        FromLogits(Tensor.FromScalar(gate), baseDistribution);

    /// <summary>From the probability of the gate, the same for all.</summary>
    /// <param name="gate">g, between 0 and 1.</param>
    /// <param name="baseDistribution">The distribution of the values that are not forced to zero.</param>
    /// <exception cref="ArgumentException">It lies outside [0, 1], or the values are not discrete numbers.</exception>
    public static ZeroInflated FromProbabilities(double gate, Distribution baseDistribution) =>
        FromProbabilities(Tensor.FromScalar(gate), baseDistribution);

    /// <summary>From probabilities of the gate.</summary>
    /// <param name="gate">g, between 0 and 1.</param>
    /// <param name="baseDistribution">The distribution of the values that are not forced to zero.</param>
    /// <exception cref="ArgumentException">
    /// A probability lies outside [0, 1], the values are not discrete numbers, or the batch shapes do not line up.
    /// </exception>
    public static ZeroInflated FromProbabilities(Tensor gate, Distribution baseDistribution) =>
        new(Functional.ZeroInflated.FromProbabilities(Guard.Inner(gate), Guard.Inner(baseDistribution)));
}
