// Mixtures of Gaussians with priors on weights, means and precisions, fitted by coordinate-ascent variational inference.
// Clusters whose number the data decide, and predictions that know what is uncertain.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>π ~ Dirichlet(α, ..., α), and for each component a Normal-Wishart belief.</summary>
public sealed class BayesianGaussianMixturePrior : IWrapper
{
    internal BayesianGaussianMixturePrior(Functional.BayesianGaussianMixturePrior inner) => Inner = inner;

    /// <summary>A prior from its parts.</summary>
    /// <param name="concentration">
    /// α, positive: below one, components that the data do not need lose their weight.
    /// </param>
    /// <param name="component">The belief about every component before the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The concentration is not positive.</exception>
    public BayesianGaussianMixturePrior(double concentration, NormalWishart component)
        : this(new Functional.BayesianGaussianMixturePrior(Guard.Positive(concentration), Guard.NotNull(component).Inner))
    {
    }

    internal Functional.BayesianGaussianMixturePrior Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>α.</summary>
    public double Concentration => Inner.Concentration;

    /// <summary>The belief about every component before the data.</summary>
    public NormalWishart Component => new(Inner.Component);

    /// <summary>
    /// A weak prior around points: means near their mean, precisions as if the components shared the volume of the points. Fraley
    /// &amp; Raftery (2007).
    /// </summary>
    /// <param name="points">A row for each point.</param>
    /// <param name="components">How many at most, at least 1.</param>
    /// <param name="concentration">α, positive.</param>
    /// <exception cref="ArgumentException">
    /// The points are no matrix of finite real numbers, or their covariance is singular.
    /// </exception>
    public static BayesianGaussianMixturePrior Around(Tensor points, int components, double concentration) =>
        new(Functional.BayesianGaussianMixtureModule.priorAround(
            Guard.Positive(concentration), Guard.AtLeast(components, 1), Guard.Inner(points)));
}

/// <summary>
/// q(π) Π_k q(μ_k, Λ_k) Π_n q(z_n), as near to the posterior as such a product comes. Bishop (2006), section 10.2.
/// </summary>
public sealed class BayesianGaussianMixture : IWrapper
{
    private readonly Functional.BayesianGaussianMixture inner;

    private BayesianGaussianMixture(Functional.BayesianGaussianMixture inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>q(π).</summary>
    public Dirichlet Weights => new(inner.Weights);

    /// <summary>E[π].</summary>
    public Tensor ExpectedWeights => new(inner.ExpectedWeights);

    /// <summary>q(μ_k, Λ_k), a batch of components.</summary>
    public NormalWishart Components => new(inner.Components);

    /// <summary>p(x) of the next point, with all parameters integrated out under q: a mixture of Student's t.</summary>
    public Mixture Predictive => new(inner.Predictive);

    /// <summary>q(z_n = k), a row for each point.</summary>
    public Tensor Responsibilities => new(inner.Responsibilities);

    /// <summary>The ELBO in nats after each sweep; it never falls, and stays below the evidence.</summary>
    public IReadOnlyList<double> Elbos => InferenceBridge.numbers(inner.Elbos);

    /// <summary>The ELBO in nats.</summary>
    public double Elbo => inner.Elbo;

    /// <summary>Whether the ELBO stopped growing before the sweeps ran out.</summary>
    public bool Converged => inner.Converged;

    /// <summary>
    /// Coordinate ascent from k-means++ starts; the start that comes highest is kept.
    /// </summary>
    /// <remarks>
    /// The product form makes clusters look surer than they are, and one of the k! equal modes is described. With many more
    /// components than clusters most starts end in a local maximum: raise <see cref="IterationOptions.Starts"/>.
    /// </remarks>
    /// <param name="points">A row for each point.</param>
    /// <param name="components">How many at most, at least 1.</param>
    /// <param name="prior">What is believed before the data.</param>
    /// <param name="options">When to stop. Default: 5 starts, until a point gains less than 1e-6 nats.</param>
    /// <param name="progress">Told after each sweep. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each sweep.</param>
    /// <exception cref="ArgumentException">
    /// The points are no matrix of finite real numbers, or fewer than components, or the prior is of other vectors.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BayesianGaussianMixture Fit(
        Tensor points,
        int components,
        BayesianGaussianMixturePrior prior,
        IterationOptions? options = null,
        IProgress<IterationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.BayesianGaussianMixtureModule.fit(
            IterationOptions.ToInner(options, progress, cancellationToken),
            Guard.NotNull(prior).Inner,
            Guard.AtLeast(components, 1),
            Guard.Inner(points)));
}
