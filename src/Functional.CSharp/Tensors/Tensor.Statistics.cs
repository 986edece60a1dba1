// Order and moments: sorting, the largest few, covariance, standardization.
// The single largest element, sums and variances are reductions.
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The elements in order along an axis (the last unless given), and where each of them was.</summary>
    public (Tensor Values, Tensor Indices) Sort(int dim = -1, bool descending = false) =>
        Wrap(StatisticsBridge.sort(Inner, dim, descending));

    /// <summary>Where along an axis (the last unless given) the elements in order are.</summary>
    public Tensor ArgSort(int dim = -1, bool descending = false) => new(StatisticsBridge.argsort(Inner, dim, descending));

    /// <summary>
    /// The k largest (or smallest) elements along an axis (the last unless given) in order, and where each of them was.
    /// </summary>
    public (Tensor Values, Tensor Indices) TopK(int k, int dim = -1, bool largest = true) =>
        Wrap(StatisticsBridge.topk(Inner, k, dim, largest));

    /// <summary>The covariances of variables in rows, observed in columns; divided by n - correction.</summary>
    /// <param name="correction">1 for the unbiased estimate, 0 for the most likely.</param>
    /// <param name="frequencies">How often each observation was made. Default: once.</param>
    /// <param name="weights">How much each observation matters. Default: equally.</param>
    public Tensor Cov(long correction = 1, Tensor? frequencies = null, Tensor? weights = null) =>
        new(StatisticsBridge.cov(Inner, correction, frequencies?.Inner, weights?.Inner));

    /// <summary>The correlations of variables in rows, observed in columns.</summary>
    public Tensor CorrCoef() => new(StatisticsBridge.corrcoef(Inner));

    /// <summary>(t - min t) / (max t - min t); zeros where all elements are equal.</summary>
    public Tensor Normalize() => new(StatisticsBridge.normalize(Inner));

    /// <summary>(t - mean t) / std t; zeros where all elements are equal.</summary>
    public Tensor Standardize() => new(StatisticsBridge.standardize(Inner));

    // To value tuples of the facade.
    private static (Tensor, Tensor) Wrap((Core, Core) pair) => (new(pair.Item1), new(pair.Item2));

    private static (Tensor, Tensor, Tensor) Wrap((Core, Core, Core) all) => (new(all.Item1), new(all.Item2), new(all.Item3));
}
