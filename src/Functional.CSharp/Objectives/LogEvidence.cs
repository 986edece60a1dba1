// Estimates of log p(x), the figure by which latent-variable models are compared.
// Evaluation after training; nothing here is recorded for differentiation.
namespace Functional.CSharp;

/// <summary>Estimates of log p(x).</summary>
public static class LogEvidence
{
    /// <summary>
    /// log (1/S) Σ p(x, z_s) / q(z_s|x), z_s from q: a lower bound in expectation that grows to log p(x) with S. One number for
    /// each example, in nats. The wrong tool where q misses part of the posterior: the estimate is then far too low.
    /// </summary>
    /// <param name="model">p(z) and p(x|z).</param>
    /// <param name="posterior">q(z|x).</param>
    /// <param name="x">The examples.</param>
    /// <param name="samples">S, at least 1. Default: 100.</param>
    public static Tensor Estimate(LatentModel model, Distribution posterior, Tensor x, int samples = 100) =>
        new(Functional.LogEvidence.estimate(
            Guard.AtLeast(samples, 1), Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));
}
