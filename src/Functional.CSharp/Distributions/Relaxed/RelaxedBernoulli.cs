// The binary concrete distribution: a Bernoulli relaxed to the unit interval, so that samples carry gradients.
// Stochastic binary units trained by backpropagation; gates and masks.
namespace Functional.CSharp;

/// <summary>
/// x = sigmoid((l + log u - log(1 - u)) / λ) with u uniform: p(x) = λ α x^(-λ-1) (1 - x)^(-λ-1) / (α x^-λ + (1 - x)^-λ)²
/// for 0 &lt; x &lt; 1, element by element over the batch, where l = log α is the log-odds of x &gt; 1/2. As the
/// temperature λ goes to 0, x goes to a Bernoulli variable.
/// </summary>
/// <remarks>
/// For λ &lt; 1 the density is unbounded at 0 and 1, where samples crowd and are rounded to: take their log-density from
/// SampleAndLogProb, which never sees the rounding. LogProb takes 0 and 1 for the next numbers inside. Source: Maddison,
/// Mnih, Teh 2017, arXiv:1611.00712; Jang, Gu, Poole 2017, arXiv:1611.01144.
/// </remarks>
public sealed class RelaxedBernoulli : Distribution
{
    internal RelaxedBernoulli(Functional.RelaxedBernoulli inner) : base(inner) => Family = inner;

    private Functional.RelaxedBernoulli Family { get; }

    /// <summary>λ.</summary>
    public Tensor Temperature => new(Family.Temperature);

    /// <summary>P(x &gt; 1/2), the probability of the Bernoulli that it relaxes.</summary>
    public Tensor Probability => new(Family.Probability);

    /// <summary>From log-odds.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logits">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static RelaxedBernoulli FromLogits(Tensor temperature, Tensor logits) =>
        new(Functional.RelaxedBernoulli.FromLogits(Guard.Inner(temperature), Guard.Inner(logits)));

    /// <summary>From log-odds, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logits">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static RelaxedBernoulli FromLogits(double temperature, Tensor logits) =>
        new(Functional.RelaxedBernoulli.FromLogits(temperature, Guard.Inner(logits)));

    /// <summary>One distribution from log-odds.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logit">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static RelaxedBernoulli FromLogits(double temperature, double logit) =>
        FromLogits(temperature, Tensor.FromScalar(logit));

    /// <summary>From probabilities.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probabilities">Above 0 and below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static RelaxedBernoulli FromProbabilities(Tensor temperature, Tensor probabilities) =>
        new(Functional.RelaxedBernoulli.FromProbabilities(Guard.Inner(temperature), Guard.Inner(probabilities)));

    /// <summary>From probabilities, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probabilities">Above 0 and below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static RelaxedBernoulli FromProbabilities(double temperature, Tensor probabilities) =>
        new(Functional.RelaxedBernoulli.FromProbabilities(temperature, Guard.Inner(probabilities)));

    /// <summary>One distribution from a probability.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probability">Above 0 and below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static RelaxedBernoulli FromProbabilities(double temperature, double probability) =>
        FromProbabilities(temperature, Tensor.FromScalar(probability));
}
