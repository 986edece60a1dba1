// The maximum mean discrepancy: how far apart two samples are, in the eyes of a kernel.
// Wasserstein autoencoders and InfoVAE hold their codes to the prior with it.
namespace Functional.CSharp;

/// <summary>
/// MMD²(p, q) = E k(x, x') + E k(y, y') - 2 E k(x, y), from samples [n; d] and [m; d]; every estimate is differentiable in both.
/// A number without unit, not nats: its size depends on the kernel. Gretton et al., JMLR 13 (2012).
/// </summary>
public static class Mmd
{
    /// <summary>
    /// The V-statistic: the discrepancy of the two empirical distributions, never negative, too large by O(1/n + 1/m) on
    /// average. A scalar.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Biased(Kernel kernel, Tensor x, Tensor y) =>
        new(Functional.Mmd.biased(Guard.NotNull(kernel).Inner, Guard.Inner(x), Guard.Inner(y)));

    /// <summary>
    /// The U-statistic: no sample is paired with itself. Unbiased, and so below 0 about as often as above where p = q. A scalar.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or a sample has fewer than two rows.</exception>
    public static Tensor Unbiased(Kernel kernel, Tensor x, Tensor y) =>
        new(Functional.Mmd.unbiased(Guard.NotNull(kernel).Inner, Guard.Inner(x), Guard.Inner(y)));

    /// <summary>
    /// The mean over disjoint pairs, with its standard error: unbiased, in time and memory linear in n, at the price of a larger
    /// variance. Value over standard error is a test by itself.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The shapes do not fit, the samples are not as large as each other, or have fewer than four rows.
    /// </exception>
    public static Estimate Linear(Kernel kernel, Tensor x, Tensor y)
    {
        var estimate = Functional.Mmd.linear(Guard.NotNull(kernel).Inner, Guard.Inner(x), Guard.Inner(y));
        return new(new(estimate.Value), new(estimate.StandardError));
    }

    /// <summary>
    /// The median distance of two rows of both samples together: a bandwidth that is never far off. A few thousand rows of large
    /// samples are enough.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor MedianDistance(Tensor x, Tensor y) => new(Functional.Mmd.medianDistance(Guard.Inner(x), Guard.Inner(y)));

    /// <summary>
    /// MMD² in closed form for the Gaussian kernel between two normal distributions with independent components, whose last
    /// batch axis holds the components.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The bandwidth is not positive.</exception>
    public static Tensor BetweenNormals(double bandwidth, Normal p, Normal q) =>
        new(Functional.Mmd.betweenNormals(
            Guard.Positive(bandwidth), (Functional.Normal)Guard.Inner(p), (Functional.Normal)Guard.Inner(q)));
}
