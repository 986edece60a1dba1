// The Bernoulli distribution, from logits or from probabilities.
// The likelihood of binary data, binarised images first of all.
namespace Functional.CSharp;

/// <summary>p(1) = probability, p(0) = 1 - probability, element by element over the batch; values are 0 and 1.</summary>
public sealed class Bernoulli : Distribution
{
    internal Bernoulli(Functional.Bernoulli inner) : base(inner) => Family = inner;

    private Functional.Bernoulli Family { get; }

    /// <summary>p(1).</summary>
    public Tensor Probability => new(Family.Probability);

    /// <summary>log p(1).</summary>
    public Tensor LogProbability => new(Family.LogProbability);

    /// <summary>p(0), exact where p(1) is close to 1.</summary>
    public Tensor Complement => new(Family.Complement);

    /// <summary>log p(0).</summary>
    public Tensor LogComplement => new(Family.LogComplement);

    /// <summary>From log-odds.</summary>
    /// <param name="logits">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A log-odds is not finite.</exception>
    public static Bernoulli FromLogits(Tensor logits) => new(Functional.Bernoulli.FromLogits(Guard.Inner(logits)));

    /// <summary>One distribution from its log-odds.</summary>
    /// <param name="logit">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">It is not finite.</exception>
    public static Bernoulli FromLogits(double logit) => FromLogits(Tensor.FromScalar(logit));

    /// <summary>From the probabilities of 1.</summary>
    /// <param name="probabilities">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">A probability lies outside [0, 1].</exception>
    public static Bernoulli FromProbabilities(Tensor probabilities) =>
        new(Functional.Bernoulli.FromProbabilities(Guard.Inner(probabilities)));

    /// <summary>One distribution from its probability of 1.</summary>
    /// <param name="probability">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">The probability lies outside [0, 1].</exception>
    public static Bernoulli FromProbabilities(double probability) => FromProbabilities(Tensor.FromScalar(probability));
}
