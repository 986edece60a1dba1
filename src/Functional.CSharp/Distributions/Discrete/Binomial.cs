// The binomial distribution, from logits or from probabilities.
// Numbers of successes: grey values as counts, votes, binary units summed.
namespace Functional.CSharp;

/// <summary>
/// p(k) = n! / (k! (n - k)!) p^k (1 - p)^(n - k) for k = 0..n, element by element over the batch. Values are counts in the
/// dtype of the probabilities.
/// </summary>
/// <remarks>Entropy sums over all values, so it costs n terms.</remarks>
public sealed class Binomial : Distribution
{
    internal Binomial(Functional.Binomial inner) : base(inner) => Family = inner;

    private Functional.Binomial Family { get; }

    /// <summary>n.</summary>
    public Tensor Total => new(Family.Total);

    /// <summary>p.</summary>
    public Tensor Probability => new(Family.Probability);

    /// <summary>1 - p, exact where p is close to 1.</summary>
    public Tensor Complement => new(Family.Complement);

    /// <summary>From log-odds of a success.</summary>
    /// <param name="total">n, a non-negative integer.</param>
    /// <param name="logits">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Binomial FromLogits(Tensor total, Tensor logits) =>
        new(Functional.Binomial.FromLogits(Guard.Inner(total), Guard.Inner(logits)));

    /// <summary>From log-odds of a success, with the same total for all.</summary>
    /// <param name="total">n, a non-negative integer.</param>
    /// <param name="logits">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Binomial FromLogits(int total, Tensor logits) =>
        new(Functional.Binomial.FromLogits(total, Guard.Inner(logits)));

    /// <summary>One distribution from log-odds of a success.</summary>
    /// <param name="total">n, a non-negative integer.</param>
    /// <param name="logit">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Binomial FromLogits(int total, double logit) => FromLogits(total, Tensor.FromScalar(logit));

    /// <summary>From probabilities of a success.</summary>
    /// <param name="total">n, a non-negative integer.</param>
    /// <param name="probabilities">p, between 0 and 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Binomial FromProbabilities(Tensor total, Tensor probabilities) =>
        new(Functional.Binomial.FromProbabilities(Guard.Inner(total), Guard.Inner(probabilities)));

    /// <summary>From probabilities of a success, with the same total for all.</summary>
    /// <param name="total">n, a non-negative integer.</param>
    /// <param name="probabilities">p, between 0 and 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Binomial FromProbabilities(int total, Tensor probabilities) =>
        new(Functional.Binomial.FromProbabilities(total, Guard.Inner(probabilities)));

    /// <summary>One distribution from the probability of a success.</summary>
    /// <param name="total">n, a non-negative integer.</param>
    /// <param name="probability">p, between 0 and 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Binomial FromProbabilities(int total, double probability) =>
        FromProbabilities(total, Tensor.FromScalar(probability));
}
