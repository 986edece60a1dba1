// The geometric distribution, from logits or from probabilities.
// Waiting times in discrete steps.
namespace Functional.CSharp;

/// <summary>
/// p(k) = (1 - p)^k p for k = 0, 1, ..., element by element over the batch: the number of failures before the first
/// success. (Another convention counts the success too, from 1.) Values are counts in the dtype of the parameter.
/// </summary>
public sealed class Geometric : Distribution
{
    internal Geometric(Functional.Geometric inner) : base(inner) => Family = inner;

    private Functional.Geometric Family { get; }

    /// <summary>p.</summary>
    public Tensor Probability => new(Family.Probability);

    /// <summary>From log-odds of a success.</summary>
    /// <param name="logits">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Geometric FromLogits(Tensor logits) => new(Functional.Geometric.FromLogits(Guard.Inner(logits)));

    /// <summary>One distribution from log-odds of a success.</summary>
    /// <param name="logit">Log-odds, finite.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Geometric FromLogits(double logit) => FromLogits(Tensor.FromScalar(logit));

    /// <summary>From probabilities of a success.</summary>
    /// <param name="probabilities">p, above 0, at most 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Geometric FromProbabilities(Tensor probabilities) =>
        new(Functional.Geometric.FromProbabilities(Guard.Inner(probabilities)));

    /// <summary>One distribution from the probability of a success.</summary>
    /// <param name="probability">p, above 0, at most 1.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Geometric FromProbabilities(double probability) => FromProbabilities(Tensor.FromScalar(probability));
}
