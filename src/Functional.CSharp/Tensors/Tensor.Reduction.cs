// What turns many elements into fewer: sums, means, extremes, log-sum-exp; and softmax and running sums.
// An axis counts from 0, or from the end when negative; keepDim keeps it with length 1.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The sum over all elements.</summary>
    public Tensor Sum(Dtype? dtype = null) => new(TensorBridge.sum(Inner, (int?)dtype));

    /// <summary>The sum over one axis.</summary>
    public Tensor Sum(int dim, bool keepDim = false, Dtype? dtype = null) =>
        new(TensorBridge.sumOver(Inner, [dim], keepDim, (int?)dtype));

    /// <summary>The sum over several axes.</summary>
    public Tensor Sum(IReadOnlyList<int> dims, bool keepDim = false, Dtype? dtype = null) =>
        new(TensorBridge.sumOver(Inner, Guard.Shape(dims), keepDim, (int?)dtype));

    /// <summary>The mean over all elements.</summary>
    public Tensor Mean() => new(TensorBridge.mean(Inner));

    /// <summary>The mean over one axis.</summary>
    public Tensor Mean(int dim, bool keepDim = false) => new(TensorBridge.meanOver(Inner, [dim], keepDim));

    /// <summary>The mean over several axes.</summary>
    public Tensor Mean(IReadOnlyList<int> dims, bool keepDim = false) =>
        new(TensorBridge.meanOver(Inner, Guard.Shape(dims), keepDim));

    /// <summary>The variance over all elements; from n - 1 unless <paramref name="unbiased"/> is false.</summary>
    public Tensor Var(bool unbiased = true) => new(TensorBridge.var(Inner, unbiased));

    /// <summary>The variance over one axis; from n - 1 unless <paramref name="unbiased"/> is false.</summary>
    public Tensor Var(int dim, bool keepDim = false, bool unbiased = true) =>
        new(TensorBridge.varOver(Inner, dim, keepDim, unbiased));

    /// <summary>The standard deviation over all elements; from n - 1 unless <paramref name="unbiased"/> is false.</summary>
    public Tensor Std(bool unbiased = true) => new(TensorBridge.std(Inner, unbiased));

    /// <summary>The standard deviation over one axis; from n - 1 unless <paramref name="unbiased"/> is false.</summary>
    public Tensor Std(int dim, bool keepDim = false, bool unbiased = true) =>
        new(TensorBridge.stdOver(Inner, dim, keepDim, unbiased));

    /// <summary>The largest element.</summary>
    public Tensor Max() => new(TensorBridge.max(Inner));

    /// <summary>The largest element along an axis.</summary>
    public Tensor Max(int dim, bool keepDim = false) => new(TensorBridge.maxOver(Inner, dim, keepDim));

    /// <summary>The smallest element.</summary>
    public Tensor Min() => new(TensorBridge.min(Inner));

    /// <summary>The smallest element along an axis.</summary>
    public Tensor Min(int dim, bool keepDim = false) => new(TensorBridge.minOver(Inner, dim, keepDim));

    /// <summary>The index of the largest element, one number an axis. Waits for the device.</summary>
    public IReadOnlyList<int> ArgMax() => TensorBridge.argmax(Inner);

    /// <summary>The positions of the largest elements along an axis.</summary>
    public Tensor ArgMax(int dim, bool keepDim = false) => new(TensorBridge.argmaxOver(Inner, dim, keepDim));

    /// <summary>The index of the smallest element, one number an axis. Waits for the device.</summary>
    public IReadOnlyList<int> ArgMin() => TensorBridge.argmin(Inner);

    /// <summary>The positions of the smallest elements along an axis.</summary>
    public Tensor ArgMin(int dim, bool keepDim = false) => new(TensorBridge.argminOver(Inner, dim, keepDim));

    /// <summary>log Σ exp(t) along an axis.</summary>
    public Tensor LogSumExp(int dim, bool keepDim = false) => new(TensorBridge.logsumexp(Inner, dim, keepDim));

    /// <summary>exp(t) / Σ exp(t) along an axis.</summary>
    public Tensor Softmax(int dim) => new(TensorBridge.softmax(Inner, dim));

    /// <summary>t - log Σ exp(t) along an axis.</summary>
    public Tensor LogSoftmax(int dim) => new(TensorBridge.logsoftmax(Inner, dim));

    /// <summary>Running sums along an axis.</summary>
    public Tensor CumSum(int dim) => new(TensorBridge.cumsum(Inner, dim));

    /// <summary>Whether every element is true (or not zero), as a tensor.</summary>
    public Tensor All() => new(TensorBridge.all(Inner));

    /// <summary>Whether some element is true (or not zero), as a tensor.</summary>
    public Tensor Any() => new(TensorBridge.any(Inner));

    /// <summary>Whether some element is NaN. Waits for the device.</summary>
    public bool HasNaN() => TensorBridge.hasnan(Inner);

    /// <summary>Whether some element is infinite. Waits for the device.</summary>
    public bool HasInf() => TensorBridge.hasinf(Inner);

    /// <summary>Whether |t - other| ≤ absolute + relative · |other| everywhere. Waits for the device.</summary>
    public bool AllClose(Tensor tensor, double relativeTolerance = 1e-5, double absoluteTolerance = 1e-8) =>
        TensorBridge.allclose(Inner, Guard.Inner(tensor), relativeTolerance, absoluteTolerance);

    /// <summary>Whether some element is NaN or infinite. Waits for the device.</summary>
    public bool HasInfNaN() => TensorBridge.hasinfnan(Inner);

    /// <summary>Running products along an axis.</summary>
    public Tensor CumProd(int dim) => new(TensorBridge.cumprod(Inner, dim));

    /// <summary>log of the running sums of exp(t) along an axis.</summary>
    public Tensor LogCumSumExp(int dim) => new(TensorBridge.logcumsumexp(Inner, dim));

    /// <summary>The sum over whatever axes broadcasting from that shape to this one has added or repeated.</summary>
    public Tensor SumToSize(IReadOnlyList<int> newShape, Dtype? dtype = null) =>
        new(TensorBridge.sumToSize(Inner, Guard.Shape(newShape), (int?)dtype));
}
