// The continuous Bernoulli distribution: the exponential family on [0, 1] whose log-density is linear.
// The likelihood of grey values between 0 and 1, where the Bernoulli cross-entropy is no density.
namespace Functional.CSharp;

/// <summary>
/// λˣ (1 - λ)¹⁻ˣ C(λ) = exp(l x) l/(eˡ - 1) for 0 ≤ x ≤ 1, element by element over the batch, with l = log λ/(1 - λ).
/// </summary>
/// <remarks>Source: Loaiza-Ganem and Cunningham, arXiv:1907.06845, equations 6-8.</remarks>
public sealed class ContinuousBernoulli : Distribution
{
    internal ContinuousBernoulli(Functional.ContinuousBernoulli inner) : base(inner) => Family = inner;

    private Functional.ContinuousBernoulli Family { get; }

    /// <summary>l.</summary>
    public Tensor Logits => new(Family.Logits);

    /// <summary>λ.</summary>
    public Tensor Probabilities => new(Family.Probabilities);

    /// <summary>From log-odds.</summary>
    /// <param name="logits">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static ContinuousBernoulli FromLogits(Tensor logits) =>
        new(Functional.ContinuousBernoulli.FromLogits(Guard.Inner(logits)));

    /// <summary>One distribution from its log-odds.</summary>
    /// <param name="logit">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static ContinuousBernoulli FromLogits(double logit) => FromLogits(Tensor.FromScalar(logit));

    /// <summary>From λ.</summary>
    /// <param name="probabilities">λ, 0 &lt; λ &lt; 1, which is not the mean.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static ContinuousBernoulli FromProbabilities(Tensor probabilities) =>
        new(Functional.ContinuousBernoulli.FromProbabilities(Guard.Inner(probabilities)));

    /// <summary>One distribution from its λ.</summary>
    /// <param name="probability">λ, 0 &lt; λ &lt; 1, which is not the mean.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static ContinuousBernoulli FromProbabilities(double probability) =>
        FromProbabilities(Tensor.FromScalar(probability));
}
