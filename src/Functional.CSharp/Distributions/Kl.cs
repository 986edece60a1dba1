// Kullback-Leibler divergences: in closed form by the pair of families, or as an explicit Monte-Carlo estimate.
// Objectives ask for the closed form, which never falls back silently.
namespace Functional.CSharp;

/// <summary>A Monte-Carlo estimate and how far off it may be.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard error.</param>
public sealed record Estimate(Tensor Value, Tensor StandardError);

/// <summary>KL(p ‖ q) = E_p[log p - log q], in nats.</summary>
public static class Kl
{
    /// <summary>Whether KL(p ‖ q) has a closed form.</summary>
    public static bool HasClosedForm(Distribution p, Distribution q) =>
        Functional.Kl.hasClosedForm(Guard.Inner(p), Guard.Inner(q));

    /// <summary>KL(p ‖ q) in closed form, one number for each distribution of the batch.</summary>
    /// <exception cref="ArgumentException">Event shapes differ, or batch shapes do not line up.</exception>
    /// <exception cref="NotSupportedException">
    /// There is no closed form; the message names the nearest pairs that have one.
    /// </exception>
    public static Tensor Divergence(Distribution p, Distribution q) =>
        new(Functional.Kl.divergence(Guard.Inner(p), Guard.Inner(q)));

    /// <summary>The mean of log p(x) - log q(x) over draws x from p, with its standard error.</summary>
    /// <param name="p">Where the draws come from.</param>
    /// <param name="q">What they are compared with.</param>
    /// <param name="samples">How many draws, at least 2. Default: 1000.</param>
    /// <exception cref="ArgumentException">
    /// Event shapes differ, batch shapes do not line up, or there are too few samples.
    /// </exception>
    public static Estimate Estimate(Distribution p, Distribution q, int samples = 1000)
    {
        var estimate = Functional.Kl.estimate(Guard.AtLeast(samples, 2), Guard.Inner(p), Guard.Inner(q));
        return new(new(estimate.Value), new(estimate.StandardError));
    }
}
