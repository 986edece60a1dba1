// The importance-weighted bound (IWAE): tighter than the ELBO, and with many particles an estimate of the evidence itself.
// A training objective, and behind LogEvidence.
namespace Functional.CSharp;

/// <summary>
/// E[log (1/K) Σ p(x, z_k) / q(z_k|x)], z_k from q, in nats; K = 1 is the ELBO, K → ∞ the evidence.
/// Burda, Grosse &amp; Salakhutdinov, arXiv:1509.00519, equation 8.
/// </summary>
public static class Iwae
{
    /// <summary>log p(x, z_k) - log q(z_k|x), of shape [particles; batch].</summary>
    public static Tensor LogWeights(LatentModel model, Distribution posterior, Tensor x, int particles) =>
        new(Functional.Iwae.logWeights(
            Guard.AtLeast(particles, 1), Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));

    /// <summary>The bound with that many particles, one number for each example: a single term `iwae`.</summary>
    public static Loss Bound(LatentModel model, Distribution posterior, Tensor x, int particles) =>
        new(Functional.Iwae.bound(
            Guard.AtLeast(particles, 1), Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));

    /// <summary>The loss to minimise: minus the mean of the bound over the batch.</summary>
    public static Loss Loss(LatentModel model, Distribution posterior, Tensor x, int particles) =>
        new(Functional.Iwae.loss(
            Guard.AtLeast(particles, 1), Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));
}
