// Kullback-Leibler divergences: in closed form by the pair of families, or as an explicit Monte-Carlo estimate.
// Objectives ask for the closed form, which never falls back silently.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A Monte-Carlo estimate and how far off it may be.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard error.</param>
public sealed record Estimate(Tensor Value, Tensor StandardError);

/// <summary>KL(p ‖ q) = E_p[log p - log q], in nats.</summary>
public static class Kl
{
    /// <summary>
    /// The pairs of families that have a closed form of their own. Beside them there are those that follow: of independent
    /// variables from those of one, of distributions pushed through the same transform from those before it, of two members of
    /// an exponential family from its log-normalizer; and where q ends short of p the divergence is infinite.
    /// </summary>
    public static IReadOnlyList<(Type P, Type Q)> Pairs() =>
        [.. from pair in DistributionBridge.pairs()
            let p = Distribution.Facade(pair.Item1)
            let q = Distribution.Facade(pair.Item2)
            where p is not null && q is not null
            select (p, q)];

    /// <summary>Adds, or replaces, the closed form for a pair of families, for the whole program.</summary>
    /// <typeparam name="TP">The family of p, such as Normal.</typeparam>
    /// <typeparam name="TQ">The family of q.</typeparam>
    /// <param name="closedForm">KL(p ‖ q), one number for each distribution of the batch.</param>
    /// <exception cref="ArgumentException">A type is no family but their base class.</exception>
    public static void Register<TP, TQ>(Func<TP, TQ, Tensor> closedForm) where TP : Distribution where TQ : Distribution
    {
        Guard.NotNull(closedForm);

        DistributionBridge.register(Distribution.Core(typeof(TP)), Distribution.Core(typeof(TQ)), (p, q) =>
            Guard.Inner(closedForm((TP)Distribution.Wrap(p), (TQ)Distribution.Wrap(q))));
    }

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
