// What a distribution is: two shapes, a support, sampling and a log-density.
// Every family derives from it, every network that ends in a head returns one, every objective takes them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A probability distribution over arrays of shape <see cref="EventShape"/>, or a batch of them, one for each index of
/// <see cref="BatchShape"/>. Log-densities and entropies are in nats.
/// </summary>
public abstract class Distribution : IWrapper
{
    private protected Distribution(Functional.Distribution inner) => Inner = inner;

    internal Functional.Distribution Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>The family's name.</summary>
    public string Name => Inner.Name;

    /// <summary>One distribution for each index of this shape.</summary>
    public IReadOnlyList<int> BatchShape => Array.AsReadOnly(Inner.BatchShape);

    /// <summary>The shape of one value.</summary>
    public IReadOnlyList<int> EventShape => Array.AsReadOnly(Inner.EventShape);

    /// <summary>Where values lie.</summary>
    public Support Support => new(Inner.Support);

    /// <summary>Its parameters by name; where parts share a name, the second one's ends in a 2, and so on.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => Guard.ByName(DistributionBridge.parameters(Inner));

    /// <summary>Whether samples are a differentiable function of the parameters.</summary>
    public bool HasRSample => Inner.HasRSample;

    /// <summary>The mean, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor Mean => new(Inner.Mean);

    /// <summary>The variance of each element, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor Variance => new(Inner.Variance);

    /// <summary>The standard deviation of each element, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor StandardDeviation => new(Inner.StandardDeviation);

    /// <summary>A most probable value, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor Mode => new(Inner.Mode);

    /// <summary>Draws that are not recorded for differentiation.</summary>
    /// <param name="sampleShape">
    /// The result has shape sampleShape + BatchShape + EventShape. Default: one draw, no further axes.
    /// </param>
    public Tensor Sample(IReadOnlyList<int>? sampleShape = null) => new(Inner.Draw(Guard.Shape(sampleShape ?? [])));

    /// <summary>Draws through which gradients flow to the parameters.</summary>
    /// <param name="sampleShape">
    /// The result has shape sampleShape + BatchShape + EventShape. Default: one draw, no further axes.
    /// </param>
    /// <exception cref="NotSupportedException">
    /// Samples of this family are no differentiable function of its parameters.
    /// </exception>
    public Tensor RSample(IReadOnlyList<int>? sampleShape = null) => new(Inner.RDraw(Guard.Shape(sampleShape ?? [])));

    /// <summary>Draws and their log-densities, recorded for differentiation where the family can be.</summary>
    public (Tensor Value, Tensor LogProb) SampleAndLogProb(IReadOnlyList<int>? sampleShape = null)
    {
        var (value, logProb) = DistributionBridge.sampleAndLogProb(Inner, Guard.Shape(sampleShape ?? []));
        return (new(value), new(logProb));
    }

    /// <summary>
    /// log p(value), one number for each distribution of the batch. The value's shape lines up with BatchShape + EventShape from
    /// the right: whole leading axes may be missing on either side.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// An axis differs (one of length 1 is not stretched), or the value lies outside the support.
    /// </exception>
    public Tensor LogProb(Tensor value) => new(Inner.LogProb(Guard.Inner(value)));

    /// <summary>-E[log p], of shape BatchShape.</summary>
    /// <exception cref="NotSupportedException">No closed form is known.</exception>
    public Tensor Entropy() => new(Inner.Entropy());

    /// <summary>P(X ≤ value), element by element.</summary>
    /// <exception cref="NotSupportedException">No closed form is known.</exception>
    public Tensor Cdf(Tensor value) => new(Inner.Cdf(Guard.Inner(value)));

    /// <summary>The value below which a share <paramref name="probability"/> of the mass lies, element by element.</summary>
    /// <exception cref="NotSupportedException">No closed form is known.</exception>
    public Tensor Icdf(Tensor probability) => new(Inner.Icdf(Guard.Inner(probability)));

    /// <summary>The same distributions repeated over whole new leading batch axes.</summary>
    /// <exception cref="ArgumentException">The shape does not end with BatchShape.</exception>
    public Distribution Expand(IReadOnlyList<int> batchShape) => Wrap(Inner.Expand(Guard.Shape(batchShape)));

    /// <summary>Every value of a finite support, of shape count + BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The support is not finite.</exception>
    public Tensor EnumerateSupport() => new(Inner.EnumerateSupport());

    /// <summary>The family and its shapes.</summary>
    public override string ToString() => Inner.ToString();

    // The family that a distribution belongs to, where the facade has a class for it.
    internal static Distribution Wrap(Functional.Distribution inner) =>
        inner switch
        {
            Functional.Beta family => new Beta(family),
            Functional.Cauchy family => new Cauchy(family),
            Functional.Chi2 family => new Chi2(family),
            Functional.ContinuousBernoulli family => new ContinuousBernoulli(family),
            Functional.Exponential family => new Exponential(family),
            Functional.Gamma family => new Gamma(family),
            Functional.Gumbel family => new Gumbel(family),
            Functional.HalfCauchy family => new HalfCauchy(family),
            Functional.HalfNormal family => new HalfNormal(family),
            Functional.InverseGamma family => new InverseGamma(family),
            Functional.Kumaraswamy family => new Kumaraswamy(family),
            Functional.Laplace family => new Laplace(family),
            Functional.LogNormal family => new LogNormal(family),
            Functional.Logistic family => new Logistic(family),
            Functional.LogitNormal family => new LogitNormal(family),
            Functional.Normal family => new Normal(family),
            Functional.Pareto family => new Pareto(family),
            Functional.StudentT family => new StudentT(family),
            Functional.TruncatedNormal family => new TruncatedNormal(family),
            Functional.Uniform family => new Uniform(family),
            Functional.VonMises family => new VonMises(family),
            Functional.Weibull family => new Weibull(family),
            Functional.Bernoulli family => new Bernoulli(family),
            Functional.BetaBinomial family => new BetaBinomial(family),
            Functional.Binomial family => new Binomial(family),
            Functional.Categorical family => new Categorical(family),
            Functional.Geometric family => new Geometric(family),
            Functional.Multinomial family => new Multinomial(family),
            Functional.NegativeBinomial family => new NegativeBinomial(family),
            Functional.OneHotCategorical family => new OneHotCategorical(family),
            Functional.Poisson family => new Poisson(family),
            Functional.ZeroInflated family => new ZeroInflated(family),
            Functional.Dirichlet family => new Dirichlet(family),
            Functional.LKJCholesky family => new LKJCholesky(family),
            Functional.LowRankMultivariateNormal family => new LowRankMultivariateNormal(family),
            Functional.MultivariateNormal family => new MultivariateNormal(family),
            Functional.MultivariateStudentT family => new MultivariateStudentT(family),
            Functional.Wishart family => new Wishart(family),
            Functional.RelaxedBernoulli family => new RelaxedBernoulli(family),
            Functional.RelaxedOneHotCategorical family => new RelaxedOneHotCategorical(family),
            Functional.StraightThroughBernoulli family => new StraightThroughBernoulli(family),
            Functional.StraightThroughOneHotCategorical family => new StraightThroughOneHotCategorical(family),
            Functional.DiscretizedLogistic family => new DiscretizedLogistic(family),
            Functional.DiscretizedLogisticMixture family => new DiscretizedLogisticMixture(family),
            Functional.Quantized family => new Quantized(family),
            Functional.Delta family => new Delta(family),
            Functional.Empirical family => new Empirical(family),
            Functional.Expanded family => new Expanded(family),
            Functional.Independent family => new Independent(family),
            Functional.Joint family => new Joint(family),
            Functional.Masked family => new Masked(family),
            Functional.Mixture family => new Mixture(family),
            Functional.Transformed family => new Transformed(family),
            Functional.Truncated family => new Truncated(family),
            _ => new Other(inner),
        };

    // A family has one name on both sides.
    internal static Type? Facade(Type core) => typeof(Distribution).Assembly.GetType($"Functional.CSharp.{core.Name}");

    internal static Type Core(Type facade) =>
        facade.IsSealed && typeof(Functional.Distribution).Assembly.GetType($"Functional.{facade.Name}") is { } core
            ? core
            : throw new ArgumentException(
                $"A divergence is registered for two families, such as Normal and Laplace; {facade.Name} is none.");

    private sealed class Other(Functional.Distribution inner) : Distribution(inner);
}
