// A Bernoulli whose samples are exactly 0 and 1 and carry the gradient of the relaxed sample.
// Binary units where what follows must see bits.
namespace Functional.CSharp;

/// <summary>
/// The Bernoulli distribution with samples 1[x &gt; 1/2] of a RelaxedBernoulli x: their values, LogProb and statistics are
/// the Bernoulli's, the gradient of a sample is ∂x.
/// </summary>
/// <remarks>
/// That gradient is biased, the less the lower the temperature, and has more variance then: it is no derivative of an
/// expectation. Source: Bengio, Léonard, Courville 2013, arXiv:1308.3432; Jang, Gu, Poole 2017, arXiv:1611.01144, section
/// 2.2.
/// </remarks>
public sealed class StraightThroughBernoulli : Distribution
{
    internal StraightThroughBernoulli(Functional.StraightThroughBernoulli inner) : base(inner) => Family = inner;

    private Functional.StraightThroughBernoulli Family { get; }

    /// <summary>The distribution of x.</summary>
    public RelaxedBernoulli Relaxed => new(Family.Relaxed);

    /// <summary>The distribution of the values.</summary>
    public Bernoulli Discrete => new(Family.Discrete);

    /// <summary>From log-odds.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logits">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static StraightThroughBernoulli FromLogits(Tensor temperature, Tensor logits) =>
        new(Functional.StraightThroughBernoulli.FromLogits(Guard.Inner(temperature), Guard.Inner(logits)));

    /// <summary>From log-odds, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logits">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static StraightThroughBernoulli FromLogits(double temperature, Tensor logits) =>
        new(Functional.StraightThroughBernoulli.FromLogits(temperature, Guard.Inner(logits)));

    /// <summary>One distribution from log-odds.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="logit">l, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static StraightThroughBernoulli FromLogits(double temperature, double logit) =>
        FromLogits(temperature, Tensor.FromScalar(logit));

    /// <summary>From probabilities.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probabilities">Above 0 and below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static StraightThroughBernoulli FromProbabilities(Tensor temperature, Tensor probabilities) =>
        new(Functional.StraightThroughBernoulli.FromProbabilities(Guard.Inner(temperature), Guard.Inner(probabilities)));

    /// <summary>From probabilities, with the same temperature for all.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probabilities">Above 0 and below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static StraightThroughBernoulli FromProbabilities(double temperature, Tensor probabilities) =>
        new(Functional.StraightThroughBernoulli.FromProbabilities(temperature, Guard.Inner(probabilities)));

    /// <summary>One distribution from a probability.</summary>
    /// <param name="temperature">λ, positive.</param>
    /// <param name="probability">Above 0 and below 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static StraightThroughBernoulli FromProbabilities(double temperature, double probability) =>
        FromProbabilities(temperature, Tensor.FromScalar(probability));
}
