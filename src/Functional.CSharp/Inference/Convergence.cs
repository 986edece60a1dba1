// Whether Markov chains have found the same distribution, and how many independent draws theirs are worth.
// Metropolis reports both; anyone with draws of shape [draws; chains; ...] may ask.
namespace Functional.CSharp;

/// <summary>
/// Diagnostics of draws of shape [draws; chains; ...], one number for each of the remaining elements. Vehtari, Gelman, Simpson,
/// Carpenter &amp; Bürkner 2021, arXiv:1903.08008.
/// </summary>
public static class Convergence
{
    /// <summary>
    /// split-R̂ of ranks, the larger of that of the draws and that of their distances from the median: near 1 where chains agree
    /// in location and in scale; below 1.01 is what the authors ask for. Equations 1 to 4 and 14, section 4.2.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer than two axes, or fewer than four draws.</exception>
    public static Tensor RHat(Tensor draws) => new(Functional.Convergence.rHat(Guard.Inner(draws)));

    /// <summary>
    /// How many independent draws would give as good an estimate of the middle of the distribution (bulk effective sample size):
    /// equations 10 to 14. At least 400 are asked for, for R̂ and for means.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer than two axes, or fewer than four draws.</exception>
    public static Tensor EffectiveSize(Tensor draws) => new(Functional.Convergence.effectiveSize(Guard.Inner(draws)));

    /// <summary>
    /// The same for the mean itself, without ranks: mean ± standard deviation / √size is its standard error.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer than two axes, or fewer than four draws.</exception>
    public static Tensor EffectiveSizeOfMean(Tensor draws) =>
        new(Functional.Convergence.effectiveSizeOfMean(Guard.Inner(draws)));
}
