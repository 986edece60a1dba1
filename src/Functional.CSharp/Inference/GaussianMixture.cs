// Mixtures of Gaussians, fitted by expectation-maximisation.
// Densities of several modes, soft clusters; BayesianGaussianMixture where the number of clusters is not known.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>What the components of a mixture of Gaussians may have for covariances.</summary>
public enum CovarianceKind
{
    /// <summary>Variances, one for each component and column.</summary>
    Diagonal,

    /// <summary>A matrix for each component.</summary>
    Full,
}

/// <summary>Σ_k w_k N(x; μ_k, Σ_k), fitted to points. Dempster, Laird &amp; Rubin (1977).</summary>
public sealed class GaussianMixture : IWrapper
{
    private readonly Functional.GaussianMixture inner;

    private GaussianMixture(Functional.GaussianMixture inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>w.</summary>
    public Tensor Weights => new(inner.Weights);

    /// <summary>μ, a row for each component.</summary>
    public Tensor Means => new(inner.Means);

    /// <summary>Σ, a matrix for each component.</summary>
    public Tensor Covariances => new(inner.Covariances);

    /// <summary>The Gaussians as one distribution with a batch axis of components.</summary>
    public Distribution Components => CSharp.Distribution.Wrap(inner.Components);

    /// <summary>p(x): densities, samples, and the responsibilities of other points.</summary>
    public Mixture Distribution => new(inner.Distribution);

    /// <summary>P(k | x), a row for each point.</summary>
    public Tensor Responsibilities => new(inner.Responsibilities);

    /// <summary>The log-likelihood of all points in nats, after each iteration; it never falls.</summary>
    public IReadOnlyList<double> LogLikelihoods => InferenceBridge.numbers(inner.LogLikelihoods);

    /// <summary>The log-likelihood of all points in nats.</summary>
    public double LogLikelihood => inner.LogLikelihood;

    /// <summary>Whether the log-likelihood stopped growing before the iterations ran out.</summary>
    public bool Converged => inner.Converged;

    /// <summary>
    /// Maximum likelihood by expectation-maximisation, from k-means++ starts; the start that comes highest is kept.
    /// </summary>
    /// <remarks>
    /// No covariance has an eigenvalue below 1e-6 times the mean variance of the columns: a likelihood without such a bound is
    /// infinite, at a component on a single point. The wrong tool to choose the number of components, with which the likelihood
    /// always grows: <see cref="BayesianGaussianMixture"/>.
    /// </remarks>
    /// <param name="points">A row for each point.</param>
    /// <param name="components">How many, at least 1.</param>
    /// <param name="covariance">Of which kind. Default: full.</param>
    /// <param name="options">When to stop. Default: 5 starts, until a point gains less than 1e-6 nats.</param>
    /// <param name="progress">Told after each iteration. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each iteration.</param>
    /// <exception cref="ArgumentException">
    /// The points are no matrix of finite real numbers, or fewer than components.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static GaussianMixture Fit(
        Tensor points,
        int components,
        CovarianceKind covariance = CovarianceKind.Full,
        IterationOptions? options = null,
        IProgress<IterationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.GaussianMixtureModule.fit(
            IterationOptions.ToInner(options, progress, cancellationToken),
            covariance == CovarianceKind.Diagonal ? Functional.CovarianceKind.Diagonal : Functional.CovarianceKind.Full,
            Guard.AtLeast(components, 1),
            Guard.Inner(points)));
}
