// Bounds that are power means of the weights w_k = p(x, z_k) / q(z_k): importance-weighted (IWAE), Rényi's and the χ upper bound.
// Tighter than the ELBO, or on the other side; with many particles an estimate of the evidence itself.
namespace Functional.CSharp;

/// <summary>The importance-weighted bound.</summary>
public static class Iwae
{
    /// <summary>
    /// E[log (1/K) Σ_k p(x, z_k) / q(z_k)], z_k from q, in nats: K = 1 is the ELBO, K → ∞ the evidence; a single term `iwae`.
    /// Burda, Grosse &amp; Salakhutdinov, arXiv:1509.00519, equation 8.
    /// </summary>
    /// <param name="particles">K, at least 1.</param>
    public static Bound Bound(int particles) => new(Functional.Iwae.bound(Guard.AtLeast(particles, 1)));
}

/// <summary>Rényi's variational bounds.</summary>
public static class Renyi
{
    /// <summary>
    /// E[log ((1/K) Σ_k (p(x, z_k) / q(z_k))^(1-α)) / (1-α)], in nats; a single term `renyi`. It falls as α grows: 0 is IWAE, 1
    /// the ELBO. Negative α, which bound from above as K → ∞, are <c>Cubo.Bound(1 - alpha)</c>. Li &amp; Turner,
    /// arXiv:1602.02311, equation 4 and definition 1.
    /// </summary>
    /// <param name="alpha">α, at least 0.</param>
    /// <param name="particles">K, at least 1.</param>
    /// <exception cref="ArgumentException">α is negative.</exception>
    public static Bound Bound(double alpha, int particles) => new(Functional.Renyi.bound(alpha, Guard.AtLeast(particles, 1)));
}

/// <summary>The χ upper bound.</summary>
public static class Cubo
{
    /// <summary>
    /// log (E_q[(p(x, z) / q(z))^n]) / n ≥ log p(x) for n ≥ 1, in nats, with the expectation replaced by a mean of K draws; a
    /// single term `cubo`. That estimate is low on average, the less the more particles, so few particles need not bound from
    /// above. Dieng, Tran, Ranganath, Paisley &amp; Blei, arXiv:1611.00328, equation 5.
    /// </summary>
    /// <param name="order">n, at least 1.</param>
    /// <param name="particles">K, at least 1.</param>
    /// <exception cref="ArgumentException">The order is below 1.</exception>
    public static Bound Bound(double order, int particles) => new(Functional.Cubo.bound(order, Guard.AtLeast(particles, 1)));
}
