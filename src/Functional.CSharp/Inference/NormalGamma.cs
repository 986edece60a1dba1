// Normal numbers of unknown mean and precision under their conjugate prior: exactly, and by coordinate ascent.
// The smallest model with both answers, and noise levels in larger ones.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// μ | τ ~ N(m, 1/(β τ)), τ ~ Gamma(a, b): a belief about the mean and the precision of normal numbers, or a batch of them.
/// </summary>
public sealed class NormalGamma : IWrapper
{
    private readonly Functional.NormalGamma inner;

    private NormalGamma(Functional.NormalGamma inner) => this.inner = inner;

    /// <summary>A belief, or a batch of them; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">m.</param>
    /// <param name="strength">β, positive: how many observations the location is worth.</param>
    /// <param name="concentration">a, positive: half of how many observations the precision rests on.</param>
    /// <param name="rate">b, positive.</param>
    public NormalGamma(Tensor location, Tensor strength, Tensor concentration, Tensor rate)
        : this(new Functional.NormalGamma(
            Guard.Inner(location), Guard.Inner(strength), Guard.Inner(concentration), Guard.Inner(rate)))
    {
    }

    object IWrapper.Inner => inner;

    /// <summary>m.</summary>
    public Tensor Location => new(inner.Location);

    /// <summary>β.</summary>
    public Tensor Strength => new(inner.Strength);

    /// <summary>a.</summary>
    public Tensor Concentration => new(inner.Concentration);

    /// <summary>b.</summary>
    public Tensor Rate => new(inner.Rate);

    /// <summary>p(τ).</summary>
    public Gamma Precision => new(inner.Precision);

    /// <summary>p(μ), with the precision integrated out.</summary>
    public StudentT Mean => new(inner.Mean);

    /// <summary>p(x) of the next number.</summary>
    public StudentT Predictive => new(inner.Predictive);

    /// <summary>p(μ | τ).</summary>
    public Normal MeanGiven(Tensor precision) => new(inner.MeanGiven(Guard.Inner(precision)));

    /// <summary>The exact posterior p(μ, τ | x).</summary>
    /// <param name="x">The numbers along the first axis, then the axes of the batch.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public NormalGamma Posterior(Tensor x) => new(Functional.NormalGammaModule.posterior(inner, Guard.Inner(x)));

    /// <summary>log p(x) with mean and precision integrated out, in nats.</summary>
    /// <param name="x">The numbers along the first axis, then the axes of the batch.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor LogEvidence(Tensor x) => new(Functional.NormalGammaModule.logEvidence(inner, Guard.Inner(x)));

    /// <summary>
    /// Coordinate ascent: q(μ) and q(τ) in turn, each the best beside the other. <see cref="Posterior"/> is exact. Bishop (2006),
    /// section 10.1.3.
    /// </summary>
    /// <param name="x">The numbers along the first axis, then the axes of the batch.</param>
    /// <param name="options">When to stop. There is no random start. Default: until a number gains less than 1e-6 nats.</param>
    /// <param name="progress">Told after each sweep. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each sweep.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public NormalGammaApproximation CoordinateAscent(
        Tensor x,
        IterationOptions? options = null,
        IProgress<IterationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.NormalGammaModule.coordinateAscent(
            IterationOptions.ToInner(options, progress, cancellationToken), inner, Guard.Inner(x)));
}

/// <summary>q(μ) q(τ): mean and precision as if they were independent.</summary>
public sealed class NormalGammaApproximation : IWrapper
{
    private readonly Functional.NormalGammaApproximation inner;

    internal NormalGammaApproximation(Functional.NormalGammaApproximation inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>q(μ).</summary>
    public Normal Mean => new(inner.Mean);

    /// <summary>q(τ).</summary>
    public Gamma Precision => new(inner.Precision);

    /// <summary>
    /// The ELBO in nats after each sweep, summed over the batch; it never falls, and stays below the evidence.
    /// </summary>
    public IReadOnlyList<double> Elbos => InferenceBridge.numbers(inner.Elbos);

    /// <summary>The ELBO in nats.</summary>
    public double Elbo => inner.Elbo;

    /// <summary>Whether the ELBO stopped growing before the sweeps ran out.</summary>
    public bool Converged => inner.Converged;
}
