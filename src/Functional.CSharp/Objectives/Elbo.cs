// The evidence lower bound (ELBO), in the forms that differ by what is known in closed form, and its relatives with a weighed KL.
// The loss of variational autoencoders and of variational inference.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// E_q[log p(x, z) - log q(z)] ≤ log p(x), in nats. The first three have the same expectation; they differ in variance and in
/// which closed forms they use. Kingma &amp; Welling, arXiv:1312.6114, equations 3 and 10.
/// </summary>
public static class Elbo
{
    /// <summary>
    /// E_q[log p(x|z)] - KL(q(z) ‖ p(z)): terms `reconstruction` and `kl`. Draws without a closed form of the KL, or
    /// conditioned in the model on later draws of the guide, go into the term `kl (Monte Carlo)`.
    /// </summary>
    /// <param name="particles">Draws from q, at least 1. Default: 1.</param>
    public static Bound Bound(int particles = 1) => new(Functional.Elbo.bound(Guard.AtLeast(particles, 1)));

    /// <summary>
    /// E_q[log p(x, z)] + H[q(z)]: terms `joint` and `entropy`; of draws without a known entropy `entropy (Monte Carlo)`.
    /// </summary>
    /// <param name="particles">Draws from q, at least 1. Default: 1.</param>
    public static Bound WithEntropy(int particles = 1) => new(Functional.Elbo.withEntropy(Guard.AtLeast(particles, 1)));

    /// <summary>
    /// E_q[log p(x, z) - log q(z)], nothing in closed form: terms `reconstruction`, `prior` and `posterior` (`joint` and
    /// `posterior` where the model enumerates).
    /// </summary>
    /// <param name="particles">Draws from q, at least 1. Default: 1.</param>
    public static Bound MonteCarlo(int particles = 1) => new(Functional.Elbo.monteCarlo(Guard.AtLeast(particles, 1)));

    /// <summary>
    /// E_q[log p(x|z)] - β KL(q(z) ‖ p(z)): a bound for β ≥ 1, the ELBO at 1; larger β make the latent variables carry less,
    /// and each by itself. Higgins et al. 2017 (β-VAE), equation 4.
    /// </summary>
    /// <param name="beta">β.</param>
    /// <param name="particles">Draws from q, at least 1. Default: 1.</param>
    public static Bound Weighed(double beta, int particles = 1) =>
        new(Functional.Elbo.weighed(beta, Guard.AtLeast(particles, 1)));

    /// <summary>
    /// The same with a β that is asked for at each step, so that it can follow a <see cref="Schedule"/>: from 0 to 1 it is the KL
    /// warm-up of Bowman et al., arXiv:1511.06349.
    /// </summary>
    /// <param name="beta">β, asked for at each step.</param>
    /// <param name="particles">Draws from q, at least 1. Default: 1.</param>
    public static Bound Weighed(Func<double> beta, int particles = 1) =>
        new(ObjectiveBridge.weighedBy(Guard.NotNull(beta), Guard.AtLeast(particles, 1)));

    /// <summary>
    /// E_q[log p(x|z)] - β |KL(q(z) ‖ p(z)) - C|: the KL is held at C nats, which grow by a schedule. Burgess et al.,
    /// arXiv:1804.03599, equation 8.
    /// </summary>
    /// <param name="beta">β.</param>
    /// <param name="capacity">C, asked for at each step.</param>
    /// <param name="particles">Draws from q, at least 1. Default: 1.</param>
    public static Bound Capacity(double beta, Func<double> capacity, int particles = 1) =>
        new(ObjectiveBridge.capacity(beta, Guard.NotNull(capacity), Guard.AtLeast(particles, 1)));
}
