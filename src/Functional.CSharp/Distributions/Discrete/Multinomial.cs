// The multinomial distribution: how often each category occurs among so many draws.
// Bags of words, histograms.
namespace Functional.CSharp;

/// <summary>
/// p(x) = n! Π_k p_k^x_k / x_k! for vectors x of non-negative integers with Σ_k x_k = n; the last axis of the parameter
/// holds the K categories. Values are counts in its dtype.
/// </summary>
/// <remarks>Entropy sums over 0..n, so it costs n K terms.</remarks>
public sealed class Multinomial : Distribution
{
    internal Multinomial(Functional.Multinomial inner) : base(inner) => Family = inner;

    private Functional.Multinomial Family { get; }

    /// <summary>n.</summary>
    public Tensor Total => new(Family.Total);

    /// <summary>The number of categories.</summary>
    public int Count => Family.Count;

    /// <summary>p_k along the last axis.</summary>
    public Tensor Probabilities => new(Family.Probabilities);

    /// <summary>From unnormalized log-probabilities along the last axis.</summary>
    /// <param name="total">n, a non-negative integer for each distribution.</param>
    /// <param name="logits">Unnormalized log-probabilities; -inf is a probability of zero.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Multinomial FromLogits(Tensor total, Tensor logits) =>
        new(Functional.Multinomial.FromLogits(Guard.Inner(total), Guard.Inner(logits)));

    /// <summary>From unnormalized log-probabilities along the last axis, with the same total for all.</summary>
    /// <param name="total">n, a non-negative integer for each distribution.</param>
    /// <param name="logits">Unnormalized log-probabilities; -inf is a probability of zero.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Multinomial FromLogits(int total, Tensor logits) =>
        new(Functional.Multinomial.FromLogits(total, Guard.Inner(logits)));

    /// <summary>From probabilities along the last axis.</summary>
    /// <param name="total">n, a non-negative integer for each distribution.</param>
    /// <param name="probabilities">Not negative, with a sum of one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Multinomial FromProbabilities(Tensor total, Tensor probabilities) =>
        new(Functional.Multinomial.FromProbabilities(Guard.Inner(total), Guard.Inner(probabilities)));

    /// <summary>From probabilities along the last axis, with the same total for all.</summary>
    /// <param name="total">n, a non-negative integer for each distribution.</param>
    /// <param name="probabilities">Not negative, with a sum of one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Multinomial FromProbabilities(int total, Tensor probabilities) =>
        new(Functional.Multinomial.FromProbabilities(total, Guard.Inner(probabilities)));
}
