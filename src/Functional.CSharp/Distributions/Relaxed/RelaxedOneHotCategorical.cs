// The concrete (Gumbel-softmax) distribution: a categorical relaxed to the simplex, so that samples carry gradients.
// Discrete codes and choices trained by backpropagation.
namespace Functional.CSharp;

/// <summary>
/// x = softmax((log α + g) / λ) with Gumbel noise g: p(x) = (K-1)! λ^(K-1) Π_k α_k x_k^(-λ-1) / (Σ_k α_k x_k^-λ)^K on the
/// simplex of K categories, a density in the first K-1 coordinates. As the temperature λ goes to 0, x goes to a one-hot
/// vector with those probabilities.
/// </summary>
/// <remarks>
/// For λ &lt; 1/(K-1) the density is unbounded at the corners, where samples crowd and are rounded to: take their
/// log-density from SampleAndLogProb, which never sees the rounding. LogProb takes 0 for the smallest number above it.
/// Source: Maddison, Mnih, Teh 2017, arXiv:1611.00712; Jang, Gu, Poole 2017, arXiv:1611.01144.
/// </remarks>
public sealed class RelaxedOneHotCategorical : Distribution
{
    internal RelaxedOneHotCategorical(Functional.RelaxedOneHotCategorical inner) : base(inner) => Family = inner;

    private Functional.RelaxedOneHotCategorical Family { get; }

    /// <summary>λ.</summary>
    public Tensor Temperature => new(Family.Temperature);

    /// <summary>The number of categories.</summary>
    public int Count => Family.Count;

    /// <summary>The probabilities of the categorical that it relaxes: P(x_k is the largest).</summary>
    public Tensor Probabilities => new(Family.Probabilities);

    /// <summary>From unnormalized log-probabilities along the last axis.</summary>
    /// <param name="temperature">λ, positive, one number for each distribution.</param>
    /// <param name="logits">log α, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static RelaxedOneHotCategorical FromLogits(Tensor temperature, Tensor logits) =>
        new(Functional.RelaxedOneHotCategorical.FromLogits(Guard.Inner(temperature), Guard.Inner(logits)));

    /// <summary>From unnormalized log-probabilities along the last axis, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logits">log α, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static RelaxedOneHotCategorical FromLogits(double temperature, Tensor logits) =>
        new(Functional.RelaxedOneHotCategorical.FromLogits(temperature, Guard.Inner(logits)));

    /// <summary>From positive probabilities along the last axis.</summary>
    /// <param name="temperature">λ, positive, one number for each distribution.</param>
    /// <param name="probabilities">Positive, with a sum of one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static RelaxedOneHotCategorical FromProbabilities(Tensor temperature, Tensor probabilities) =>
        new(Functional.RelaxedOneHotCategorical.FromProbabilities(Guard.Inner(temperature), Guard.Inner(probabilities)));

    /// <summary>From positive probabilities along the last axis, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probabilities">Positive, with a sum of one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static RelaxedOneHotCategorical FromProbabilities(double temperature, Tensor probabilities) =>
        new(Functional.RelaxedOneHotCategorical.FromProbabilities(temperature, Guard.Inner(probabilities)));
}
