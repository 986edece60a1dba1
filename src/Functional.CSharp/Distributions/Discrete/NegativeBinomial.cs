// The negative binomial distribution, from logits or from probabilities.
// Overdispersed counts: expression levels, reads, accidents.
namespace Functional.CSharp;

/// <summary>
/// p(k) = Γ(k + r) / (k! Γ(r)) (1 - p)^r p^k for k = 0, 1, ..., element by element over the batch: the number of successes
/// before the r-th failure (others swap p and 1 - p).
/// </summary>
/// <remarks>
/// It is a Poisson whose rate is gamma distributed, with concentration r and rate (1 - p)/p; the mean is r p / (1 - p).
/// </remarks>
public sealed class NegativeBinomial : Distribution
{
    internal NegativeBinomial(Functional.NegativeBinomial inner) : base(inner) => Family = inner;

    private Functional.NegativeBinomial Family { get; }

    /// <summary>r.</summary>
    public Tensor Total => new(Family.Total);

    /// <summary>p.</summary>
    public Tensor Probability => new(Family.Probability);

    /// <summary>1 - p, exact where p is close to 1.</summary>
    public Tensor Complement => new(Family.Complement);

    /// <summary>From log-odds of a success.</summary>
    /// <param name="total">r, positive, not necessarily an integer.</param>
    /// <param name="logits">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static NegativeBinomial FromLogits(Tensor total, Tensor logits) =>
        new(Functional.NegativeBinomial.FromLogits(Guard.Inner(total), Guard.Inner(logits)));

    /// <summary>From log-odds of a success, with the same total for all.</summary>
    /// <param name="total">r, positive, not necessarily an integer.</param>
    /// <param name="logits">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static NegativeBinomial FromLogits(double total, Tensor logits) =>
        new(Functional.NegativeBinomial.FromLogits(total, Guard.Inner(logits)));

    /// <summary>One distribution from log-odds of a success.</summary>
    /// <param name="total">r, positive, not necessarily an integer.</param>
    /// <param name="logit">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static NegativeBinomial FromLogits(double total, double logit) => FromLogits(total, Tensor.FromScalar(logit));

    /// <summary>From probabilities of a success.</summary>
    /// <param name="total">r, positive, not necessarily an integer.</param>
    /// <param name="probabilities">p, at least 0, below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static NegativeBinomial FromProbabilities(Tensor total, Tensor probabilities) =>
        new(Functional.NegativeBinomial.FromProbabilities(Guard.Inner(total), Guard.Inner(probabilities)));

    /// <summary>From probabilities of a success, with the same total for all.</summary>
    /// <param name="total">r, positive, not necessarily an integer.</param>
    /// <param name="probabilities">p, at least 0, below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static NegativeBinomial FromProbabilities(double total, Tensor probabilities) =>
        new(Functional.NegativeBinomial.FromProbabilities(total, Guard.Inner(probabilities)));

    /// <summary>One distribution from the probability of a success.</summary>
    /// <param name="total">r, positive, not necessarily an integer.</param>
    /// <param name="probability">p, at least 0, below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static NegativeBinomial FromProbabilities(double total, double probability) =>
        FromProbabilities(total, Tensor.FromScalar(probability));
}
