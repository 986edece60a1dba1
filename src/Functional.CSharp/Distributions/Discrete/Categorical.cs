// The categorical distribution, from logits or from probabilities.
// Class labels and mixture components.
namespace Functional.CSharp;

/// <summary>
/// p(k) for k in 0..K-1; the last axis of the parameter holds the K categories, the axes before it are the batch. Values are
/// indices (Int64). It has no mean and no variance: its values are labels.
/// </summary>
public sealed class Categorical : Distribution
{
    internal Categorical(Functional.Categorical inner) : base(inner) => Family = inner;

    private Functional.Categorical Family { get; }

    /// <summary>The number of categories.</summary>
    public int Count => Family.Count;

    /// <summary>p(k) along the last axis.</summary>
    public Tensor Probabilities => new(Family.Probabilities);

    /// <summary>log p(k) along the last axis.</summary>
    public Tensor LogProbabilities => new(Family.LogProbabilities);

    /// <summary>From unnormalized log-probabilities along the last axis.</summary>
    /// <param name="logits">Unnormalized log-probabilities; -inf is a probability of zero.</param>
    /// <exception cref="ArgumentException">A logit is NaN or infinity.</exception>
    public static Categorical FromLogits(Tensor logits) => new(Functional.Categorical.FromLogits(Guard.Inner(logits)));

    /// <summary>From probabilities along the last axis.</summary>
    /// <param name="probabilities">Not negative, with a sum of one.</param>
    /// <exception cref="ArgumentException">A probability is negative, or they do not sum to one.</exception>
    public static Categorical FromProbabilities(Tensor probabilities) =>
        new(Functional.Categorical.FromProbabilities(Guard.Inner(probabilities)));
}
