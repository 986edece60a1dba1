// The categorical distribution over one-hot vectors.
// Where a category enters arithmetic: discrete codes, class-conditional decoders, relaxations.
namespace Functional.CSharp;

/// <summary>
/// p(e_k) = probabilities_k for the unit vectors e_0..e_{K-1}; the last axis of the parameter holds the K categories, the
/// axes before it are the batch. Values are vectors with a one and zeros in the dtype of the parameter.
/// </summary>
public sealed class OneHotCategorical : Distribution
{
    internal OneHotCategorical(Functional.OneHotCategorical inner) : base(inner) => Family = inner;

    private Functional.OneHotCategorical Family { get; }

    /// <summary>The number of categories.</summary>
    public int Count => Family.Count;

    /// <summary>log p(e_k) along the last axis.</summary>
    public Tensor LogProbabilities => new(Family.LogProbabilities);

    /// <summary>p(e_k) along the last axis.</summary>
    public Tensor Probabilities => new(Family.Probabilities);

    /// <summary>From unnormalized log-probabilities along the last axis.</summary>
    /// <param name="logits">Unnormalized log-probabilities; -inf is a probability of zero.</param>
    /// <exception cref="ArgumentException">A logit is NaN or infinity.</exception>
    public static OneHotCategorical FromLogits(Tensor logits) =>
        new(Functional.OneHotCategorical.FromLogits(Guard.Inner(logits)));

    /// <summary>From probabilities along the last axis.</summary>
    /// <param name="probabilities">Not negative, with a sum of one.</param>
    /// <exception cref="ArgumentException">A probability is negative, or they do not sum to one.</exception>
    public static OneHotCategorical FromProbabilities(Tensor probabilities) =>
        new(Functional.OneHotCategorical.FromProbabilities(Guard.Inner(probabilities)));
}
