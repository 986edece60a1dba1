// k-means: the nearest of k centers for each point.
// Clusters without a density, and where mixtures begin.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Points in clusters around their means. Lloyd (1982), from the seeds of Arthur &amp; Vassilvitskii (2007).</summary>
public sealed class KMeans : IWrapper
{
    private readonly Functional.KMeans inner;

    private KMeans(Functional.KMeans inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>The centers, a row for each cluster.</summary>
    public Tensor Centers => new(inner.Centers);

    /// <summary>The cluster of each point, Int64.</summary>
    public Tensor Labels => new(inner.Labels);

    /// <summary>The sum of squared distances of the points to their centers, after each iteration; it never grows.</summary>
    public IReadOnlyList<double> Inertias => InferenceBridge.numbers(inner.Inertias);

    /// <summary>The sum of squared distances of the points to their centers.</summary>
    public double Inertia => inner.Inertia;

    /// <summary>Whether the inertia stopped falling before the iterations ran out.</summary>
    public bool Converged => inner.Converged;

    /// <summary>
    /// That many of the points: the first at random, each further one with a probability in proportion to its squared distance
    /// from the nearest before it.
    /// </summary>
    /// <exception cref="ArgumentException">The points are no matrix of finite real numbers, or fewer.</exception>
    public static Tensor Seeds(Tensor points, int clusters) =>
        new(Functional.KMeansModule.seeds(Guard.AtLeast(clusters, 1), Guard.Inner(points)));

    /// <summary>Lloyd's iterations from k-means++ seeds; of several starts the one with the least inertia is kept.</summary>
    /// <remarks>
    /// The wrong tool for clusters of unlike sizes or of other shapes than balls, which <see cref="GaussianMixture"/> has. Measure
    /// the columns in comparable units.
    /// </remarks>
    /// <param name="points">A row for each point.</param>
    /// <param name="clusters">How many, at least 1.</param>
    /// <param name="options">When to stop. Default: 5 starts, until the inertia stops falling.</param>
    /// <param name="progress">Told after each iteration. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each iteration.</param>
    /// <exception cref="ArgumentException">The points are no matrix of finite real numbers, or fewer than clusters.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static KMeans Fit(
        Tensor points,
        int clusters,
        IterationOptions? options = null,
        IProgress<IterationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.KMeansModule.fit(
            IterationOptions.ToInner(options, progress, cancellationToken), Guard.AtLeast(clusters, 1), Guard.Inner(points)));
}
