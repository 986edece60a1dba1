// The distribution q(z) of the codes of a whole data set, and what it splits the divergence from the prior into.
// β-TC-VAEs weight the three parts; evaluation reports them.
namespace Functional.CSharp;

/// <summary>How a batch of B examples speaks for the aggregate posterior q(z) = (1/N) Σ q(z|x_n) of N examples.</summary>
public sealed class AggregateSampling
{
    private AggregateSampling(Functional.AggregateSampling inner) => Inner = inner;

    internal Functional.AggregateSampling Inner { get; }

    /// <summary>The batch is the data set: q(z) is exact.</summary>
    public static AggregateSampling WholeSet { get; } = new(Functional.AggregateSampling.WholeSet);

    /// <summary>
    /// Minibatch-weighted sampling: (1/(NB)) Σ q(z|x_n); the expected log q(z) comes out too low. Chen et al., arXiv:1802.04942,
    /// appendix C.1.
    /// </summary>
    /// <param name="size">N, the examples of the data set.</param>
    public static AggregateSampling Weighted(int size) => new(Functional.AggregateSampling.NewWeighted(Guard.AtLeast(size, 1)));

    /// <summary>
    /// Minibatch-stratified sampling, without bias in q(z) for batches drawn without replacement, and exact for B = N.
    /// Chen et al., arXiv:1802.04942, appendix C.2, averaged over the order of the batch.
    /// </summary>
    /// <param name="size">N, the examples of the data set.</param>
    public static AggregateSampling Stratified(int size) =>
        new(Functional.AggregateSampling.NewStratified(Guard.AtLeast(size, 1)));
}

/// <summary>log q(z) of the aggregate posterior, at draws z of the examples' own posteriors.</summary>
/// <param name="Posterior">log q(z|x) of the draw's own example, of shape [...; B].</param>
/// <param name="Joint">log q(z), of shape [...; B].</param>
/// <param name="Components">log q(z_j) of each component, of shape [...; B; D].</param>
public sealed record AggregateDensity(Tensor Posterior, Tensor Joint, Tensor Components);

/// <summary>
/// E KL(q(z|x) ‖ p(z)) as the mutual information of example and code, the total correlation, and the divergence of each
/// component, in nats. Chen et al., arXiv:1802.04942, equation 2.
/// </summary>
public static class AggregatePosterior
{
    /// <summary>The densities at z, of shape [...; B; D]: one or more draws from each posterior of the batch.</summary>
    /// <param name="sampling">How the batch speaks for the data set.</param>
    /// <param name="posterior">q(z|x), with batch shape [B], independent over its last axis.</param>
    /// <param name="z">The draws.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or the batch is larger than the data set.</exception>
    public static AggregateDensity Density(AggregateSampling sampling, Distribution posterior, Tensor z)
    {
        var density = Functional.AggregatePosterior.density(
            Guard.NotNull(sampling).Inner, Guard.Inner(posterior), Guard.Inner(z));

        return new(new(density.Posterior), new(density.Joint), new(density.Components));
    }

    /// <summary>
    /// log q(z|x) - log p(z) at each draw as a sum of three terms: `mutual information`, `total correlation`,
    /// `dimension-wise kl`, each of shape [...; B]. Their means over draws estimate the parts of the divergence.
    /// </summary>
    /// <param name="sampling">How the batch speaks for the data set.</param>
    /// <param name="prior">p(z), independent over its last axis.</param>
    /// <param name="posterior">q(z|x), with batch shape [B], independent over its last axis.</param>
    /// <param name="z">Draws from the posteriors, of shape [...; B; D].</param>
    /// <exception cref="ArgumentException">A shape does not fit, or the batch is larger than the data set.</exception>
    public static Loss Decompose(AggregateSampling sampling, Distribution prior, Distribution posterior, Tensor z) =>
        new(Functional.AggregatePosterior.decompose(
            Guard.NotNull(sampling).Inner, Guard.Inner(prior), Guard.Inner(posterior), Guard.Inner(z)));
}
