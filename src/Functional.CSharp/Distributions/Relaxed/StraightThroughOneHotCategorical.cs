// A categorical whose samples are exactly one-hot and carry the gradient of the relaxed sample.
// Discrete codes where what follows must see one of them.
namespace Functional.CSharp;

/// <summary>
/// The OneHotCategorical distribution with samples one-hot(argmax x) of a RelaxedOneHotCategorical x: their values, LogProb
/// and statistics are the categorical's, the gradient of a sample is ∂x.
/// </summary>
/// <remarks>
/// That gradient is biased, the less the lower the temperature, and has more variance then: it is no derivative of an
/// expectation. Source: Jang, Gu, Poole 2017, arXiv:1611.01144, section 2.2.
/// </remarks>
public sealed class StraightThroughOneHotCategorical : Distribution
{
    internal StraightThroughOneHotCategorical(Functional.StraightThroughOneHotCategorical inner) : base(inner) => Family = inner;

    private Functional.StraightThroughOneHotCategorical Family { get; }

    /// <summary>The distribution of x.</summary>
    public RelaxedOneHotCategorical Relaxed => new(Family.Relaxed);

    /// <summary>The distribution of the values.</summary>
    public OneHotCategorical Discrete => new(Family.Discrete);

    /// <summary>From unnormalized log-probabilities along the last axis.</summary>
    /// <param name="temperature">λ, positive, one number for each distribution.</param>
    /// <param name="logits">log α, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static StraightThroughOneHotCategorical FromLogits(Tensor temperature, Tensor logits) =>
        new(Functional.StraightThroughOneHotCategorical.FromLogits(Guard.Inner(temperature), Guard.Inner(logits)));

    /// <summary>From unnormalized log-probabilities along the last axis, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logits">log α, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static StraightThroughOneHotCategorical FromLogits(double temperature, Tensor logits) =>
        new(Functional.StraightThroughOneHotCategorical.FromLogits(temperature, Guard.Inner(logits)));

    /// <summary>From positive probabilities along the last axis.</summary>
    /// <param name="temperature">λ, positive, one number for each distribution.</param>
    /// <param name="probabilities">Positive, with a sum of one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static StraightThroughOneHotCategorical FromProbabilities(Tensor temperature, Tensor probabilities) =>
        new(Functional.StraightThroughOneHotCategorical.FromProbabilities(Guard.Inner(temperature), Guard.Inner(probabilities)));

    /// <summary>From positive probabilities along the last axis, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probabilities">Positive, with a sum of one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static StraightThroughOneHotCategorical FromProbabilities(double temperature, Tensor probabilities) =>
        new(Functional.StraightThroughOneHotCategorical.FromProbabilities(temperature, Guard.Inner(probabilities)));
}
