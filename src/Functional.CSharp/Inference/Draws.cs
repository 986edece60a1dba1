// Draws from a posterior, by the names of sites: what they come to.
// Guides, Laplace's approximation and Markov chains return them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>What the draws of one site come to, element by element.</summary>
/// <param name="Name">The site's.</param>
/// <param name="Mean">The mean.</param>
/// <param name="StandardDeviation">The standard deviation.</param>
/// <param name="Lower">The 5% quantile.</param>
/// <param name="Median">The median.</param>
/// <param name="Upper">The 95% quantile.</param>
public sealed record SiteSummary(
    string Name, Tensor Mean, Tensor StandardDeviation, Tensor Lower, Tensor Median, Tensor Upper);

/// <summary>Draws of each site, along a first axis: <c>guide.Sample(1000)</c>, <c>chains.Pooled</c>.</summary>
public static class Draws
{
    /// <summary>
    /// The value below which a share of the draws lies, interpolated between neighbours, along the first axis.
    /// </summary>
    /// <param name="probability">The share, between 0 and 1.</param>
    /// <param name="draws">At least one draw.</param>
    public static Tensor Quantile(double probability, Tensor draws) =>
        new(Functional.Draws.quantile(Guard.Share(probability), Guard.Inner(draws)));

    /// <summary>Mean, standard deviation and quantiles of each site.</summary>
    public static IReadOnlyList<SiteSummary> Summarize(IReadOnlyDictionary<string, Tensor> draws) =>
        Array.AsReadOnly(Array.ConvertAll(ChainBridge.summarize(Guard.Named(draws)), Convert));

    private static SiteSummary Convert(Functional.SiteSummary summary) =>
        new(
            summary.Name,
            new(summary.Mean),
            new(summary.StandardDeviation),
            new(summary.Lower),
            new(summary.Median),
            new(summary.Upper));
}
