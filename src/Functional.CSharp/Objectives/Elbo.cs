// The evidence lower bound (ELBO), in the forms that differ by what is known in closed form.
// The loss of variational autoencoders, and the estimate that evaluation reports.
namespace Functional.CSharp;

/// <summary>
/// E_q[log p(x, z) - log q(z|x)] ≤ log p(x), one number for each example, in nats. All forms have the same expectation; they
/// differ in variance and in which closed forms they need. Kingma &amp; Welling, arXiv:1312.6114, equations 3 and 10.
/// </summary>
public static class Elbo
{
    /// <summary>E_q[log p(x|z)] - KL(q(z|x) ‖ p(z)): terms `reconstruction` and `kl`.</summary>
    /// <param name="model">p(z) and p(x|z).</param>
    /// <param name="posterior">q(z|x).</param>
    /// <param name="x">The examples.</param>
    /// <param name="particles">Draws from q for each example, at least 1. Default: 1.</param>
    /// <exception cref="NotSupportedException">
    /// The pair of distributions has no closed form; use <see cref="MonteCarlo"/> then.
    /// </exception>
    public static Loss Bound(LatentModel model, Distribution posterior, Tensor x, int particles = 1) =>
        new(Functional.Elbo.bound(
            Guard.AtLeast(particles, 1), Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));

    /// <summary>E_q[log p(x, z)] + H[q(z|x)]: terms `joint` and `entropy`.</summary>
    /// <inheritdoc cref="Bound"/>
    public static Loss WithEntropy(LatentModel model, Distribution posterior, Tensor x, int particles = 1) =>
        new(Functional.Elbo.withEntropy(
            Guard.AtLeast(particles, 1), Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));

    /// <summary>The same with nothing in closed form: terms `reconstruction`, `prior` and `posterior`.</summary>
    /// <param name="model">p(z) and p(x|z).</param>
    /// <param name="posterior">q(z|x).</param>
    /// <param name="x">The examples.</param>
    /// <param name="particles">Draws from q for each example, at least 1. Default: 1.</param>
    public static Loss MonteCarlo(LatentModel model, Distribution posterior, Tensor x, int particles = 1) =>
        new(Functional.Elbo.monteCarlo(
            Guard.AtLeast(particles, 1), Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));

    /// <summary>The loss to minimise: minus the mean of <see cref="Bound"/> over the batch, with one particle.</summary>
    public static Loss Loss(LatentModel model, Distribution posterior, Tensor x) =>
        new(Functional.Elbo.loss(Guard.NotNull(model).Inner, Guard.Inner(posterior), Guard.Inner(x)));
}
