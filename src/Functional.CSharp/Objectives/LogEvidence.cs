// Estimates of log p(x), the figure by which latent-variable models are compared.
// Evaluation after training; nothing here is recorded for differentiation.
namespace Functional.CSharp;

/// <summary>Estimates of log p(x) by importance sampling.</summary>
public static class LogEvidence
{
    /// <summary>
    /// log w_s = log p(x, z_s) - log q(z_s) for so many draws z_s of the guide, in nats, of shape [samples, batch].
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="guide">q(z).</param>
    /// <param name="samples">S, at least 1. Default: 100.</param>
    /// <exception cref="ArgumentException">The draws of model and guide are not the same; the message names the site.</exception>
    public static Tensor Weights<TModel, TGuide>(Program<TModel> model, Program<TGuide> guide, int samples = 100) =>
        new(Functional.LogEvidence.weights(Guard.AtLeast(samples, 1), Guard.NotNull(model).Inner, Guard.NotNull(guide).Inner));

    /// <summary>
    /// log (1/S) Σ_s p(x, z_s) / q(z_s), z_s from q: a lower bound in expectation that grows to log p(x) with S. One number for
    /// each element of the batch axes, in nats. The wrong tool where q misses part of the posterior: the estimate is then far
    /// too low. Burda, Grosse &amp; Salakhutdinov, arXiv:1509.00519, section 5.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="guide">q(z).</param>
    /// <param name="samples">S, at least 1. Default: 100.</param>
    /// <exception cref="ArgumentException">The draws of model and guide are not the same; the message names the site.</exception>
    public static Tensor Estimate<TModel, TGuide>(Program<TModel> model, Program<TGuide> guide, int samples = 100) =>
        new(Functional.LogEvidence.estimate(Guard.AtLeast(samples, 1), Guard.NotNull(model).Inner, Guard.NotNull(guide).Inner));

    /// <summary>
    /// The estimate with what tells whether it is to be believed: effective sample size and Pareto k-hat of the weights.
    /// <see cref="ImportanceSummary.Verdict"/> says it in words.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="guide">q(z).</param>
    /// <param name="samples">S, at least 1. Default: 100.</param>
    /// <exception cref="ArgumentException">The draws of model and guide are not the same; the message names the site.</exception>
    public static ImportanceSummary Summarize<TModel, TGuide>(Program<TModel> model, Program<TGuide> guide, int samples = 100) =>
        new(Functional.LogEvidence.summarize(Guard.AtLeast(samples, 1), Guard.NotNull(model).Inner, Guard.NotNull(guide).Inner));

    /// <summary>
    /// log (1/S) Σ_s p(x|z_s), z_s from the model's own prior, the same draws for every example: naive Monte Carlo, to compare
    /// with. The wrong tool beyond a few dimensions, where the prior hardly meets the posterior.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="samples">S, at least 1. Default: 100.</param>
    public static Tensor Naive<TModel>(Program<TModel> model, int samples = 100) =>
        new(Functional.LogEvidence.naive(Guard.AtLeast(samples, 1), Guard.NotNull(model).Inner));
}
