// Fitting a guide by the forward divergence KL(p ‖ q): on the posterior through self-normalized weights (wake), or on dreams of the
// model (sleep). For discrete draws without score functions, and for guides that must cover the posterior.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>The forward divergence of a guide from the posterior.</summary>
public static class ForwardKl
{
    /// <summary>
    /// E_p(z|x)[log p(x, z) - log q(z)] = log p(x) + KL(p(z|x) ‖ q(z)) ≥ log p(x), by self-normalized importance sampling with K
    /// draws of q, in nats; a single term `forward kl`. Its gradient is -Σ_k w̃_k ∇ log q(z_k), in the guide's parameters alone:
    /// train the model by another bound. The estimate is low on average, the less the more particles; with one particle it says
    /// nothing of the posterior. Bornschein &amp; Bengio, arXiv:1406.2751, section 3.2 (wake-phase q); Ji &amp; Shen,
    /// arXiv:1902.07330 (EUBO).
    /// </summary>
    /// <param name="particles">K, at least 1.</param>
    public static Bound Bound(int particles) => new(Functional.ForwardKl.bound(Guard.AtLeast(particles, 1)));
}

/// <summary>
/// Reweighted wake-sleep: the model is fitted to the data, the guide to the model's posterior or to its dreams.
/// </summary>
public static class WakeSleep
{
    /// <summary>
    /// The importance-weighted bound, whose gradient is Σ_k w̃_k [∇ log p(x, z_k) + ∇ log q(z_k)]: that of the bound in the
    /// model's parameters, and one step down KL(p(z|x) ‖ q(z)) in the guide's; a single term `wake`. Bornschein &amp; Bengio,
    /// arXiv:1406.2751, equations 5 and 8.
    /// </summary>
    /// <param name="particles">K, at least 1.</param>
    public static Bound Wake(int particles) => new(Functional.WakeSleep.wake(Guard.AtLeast(particles, 1)));

    /// <summary>
    /// E_p(z, x)[-log q(z|x)] at a dream of the model, in nats: observations are drawn too, and the guide is made for them. A
    /// single term `sleep`, one number for each element of the batch axes outside plates. Its minimum over guides is the
    /// posterior, averaged over the model's own data instead of the real. Hinton, Dayan, Frey &amp; Neal 1995,
    /// doi:10.1126/science.7761831; Bornschein &amp; Bengio, arXiv:1406.2751, equation 10.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="guide">q(z|x) from the dream's trace: <c>dream => Guide(dream["x"].Value)</c>.</param>
    public static Loss Sleep<TModel, TGuide>(Program<TModel> model, Func<Trace<TModel>, Program<TGuide>> guide)
    {
        Guard.NotNull(guide);

        return new(ObjectiveBridge.sleep<TModel, TGuide>(
            Guard.NotNull(model).Inner, dream => Guard.Returned(guide(new(dream)), nameof(guide)).Inner));
    }
}
