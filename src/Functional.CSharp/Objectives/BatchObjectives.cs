// Objectives that weigh how far the codes of many examples together are from the prior: β-TC-VAE, InfoVAE, WAE.
// For guides with one draw for each example: what a VAE is trained with where KL(q(z|x) ‖ p(z)) is not what should be small.
namespace Functional.CSharp;

/// <summary>The β-TC-VAE's objective.</summary>
public static class BetaTcVae
{
    /// <summary>
    /// E_q[log p(x|z)] - α I(x; z) - β KL(q(z) ‖ Π q(z_j)) - γ Σ KL(q(z_j) ‖ p(z_j)): terms `reconstruction`, `mutual information`,
    /// `total correlation` and `dimension-wise kl`, in nats, one draw. With α = β = γ = 1 the Monte-Carlo ELBO. For a guide with one
    /// draw of batch shape [B] whose distribution and prior are independent over their components. Chen et al., arXiv:1802.04942,
    /// equations 2 and 4.
    /// </summary>
    /// <param name="sampling">How the batch stands for the data set.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β; a β-TC-VAE has one above 1.</param>
    /// <param name="gamma">γ.</param>
    public static Bound Bound(AggregateSampling sampling, double alpha, double beta, double gamma) =>
        new(Functional.BetaTcVae.bound(Guard.NotNull(sampling).Inner, alpha, beta, gamma));
}

/// <summary>The InfoVAE's objective.</summary>
public static class InfoVae
{
    /// <summary>
    /// E_q[log p(x|z)] - (1 - α) KL(q(z|x) ‖ p(z)) - (α + λ - 1) MMD²(q(z), p(z)): terms `reconstruction`, `kl` and `mmd`; one draw.
    /// α = 0, λ = 1 is the ELBO, α = 1 a Wasserstein autoencoder. MMD² is no number of nats: λ may have to be large. Zhao, Song
    /// &amp; Ermon, arXiv:1706.02262, equation 6.
    /// </summary>
    /// <param name="kernel">The kernel of the discrepancy.</param>
    /// <param name="alpha">α, at most 1.</param>
    /// <param name="lambda">λ, at least 1 - α.</param>
    /// <exception cref="ArgumentException">A weight lies outside its range.</exception>
    public static Bound Bound(Kernel kernel, double alpha, double lambda) =>
        new(Functional.InfoVae.bound(Guard.NotNull(kernel).Inner, alpha, lambda));
}

/// <summary>The Wasserstein autoencoder's objective.</summary>
public static class Wae
{
    /// <summary>
    /// E_q[log p(x|z)] - λ MMD²(q(z), p(z)): terms `reconstruction` and `mmd`; one draw. The guide may be deterministic. Not a bound
    /// on log p(x). Tolstikhin et al., arXiv:1711.01558, algorithm 2 (WAE-MMD).
    /// </summary>
    /// <param name="kernel">The kernel of the discrepancy.</param>
    /// <param name="lambda">λ, at least 0.</param>
    /// <exception cref="ArgumentException">λ is negative.</exception>
    public static Bound Bound(Kernel kernel, double lambda) => new(Functional.Wae.bound(Guard.NotNull(kernel).Inner, lambda));
}
