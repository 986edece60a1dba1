// Pooling over one, two and three axes, and the way back.
// Windows stand side by side, without padding, unless a stride and a padding are given.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The largest element of every window.</summary>
    public Tensor MaxPool1d(PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        MaxPool1dWithIndices(kernelSize, stride, padding).Values;

    /// <summary>The largest element of every window, and its place within its channel in row-major order.</summary>
    public (Tensor Values, Tensor Indices) MaxPool1dWithIndices(
        PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        Wrap(ConvolutionBridge.max(1, Inner, kernelSize.Values, stride.Values, padding.Values));

    /// <summary>The way back from MaxPool: every element at its place, zeros elsewhere.</summary>
    public Tensor MaxUnpool1d(
        Tensor indices, PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default,
        IReadOnlyList<int>? outputSize = null) =>
        new(ConvolutionBridge.unpool(
            1, Inner, Guard.Inner(indices), kernelSize.Values, stride.Values, padding.Values,
            outputSize?.ToArray()));

    /// <summary>The mean of every window, padding zeros included.</summary>
    public Tensor AvgPool1d(PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        new(ConvolutionBridge.mean(1, Inner, kernelSize.Values, stride.Values, padding.Values));

    /// <summary>The largest element of every window.</summary>
    public Tensor MaxPool2d(PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        MaxPool2dWithIndices(kernelSize, stride, padding).Values;

    /// <summary>The largest element of every window, and its place within its channel in row-major order.</summary>
    public (Tensor Values, Tensor Indices) MaxPool2dWithIndices(
        PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        Wrap(ConvolutionBridge.max(2, Inner, kernelSize.Values, stride.Values, padding.Values));

    /// <summary>The way back from MaxPool: every element at its place, zeros elsewhere.</summary>
    public Tensor MaxUnpool2d(
        Tensor indices, PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default,
        IReadOnlyList<int>? outputSize = null) =>
        new(ConvolutionBridge.unpool(
            2, Inner, Guard.Inner(indices), kernelSize.Values, stride.Values, padding.Values,
            outputSize?.ToArray()));

    /// <summary>The mean of every window, padding zeros included.</summary>
    public Tensor AvgPool2d(PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        new(ConvolutionBridge.mean(2, Inner, kernelSize.Values, stride.Values, padding.Values));

    /// <summary>The largest element of every window.</summary>
    public Tensor MaxPool3d(PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        MaxPool3dWithIndices(kernelSize, stride, padding).Values;

    /// <summary>The largest element of every window, and its place within its channel in row-major order.</summary>
    public (Tensor Values, Tensor Indices) MaxPool3dWithIndices(
        PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        Wrap(ConvolutionBridge.max(3, Inner, kernelSize.Values, stride.Values, padding.Values));

    /// <summary>The way back from MaxPool: every element at its place, zeros elsewhere.</summary>
    public Tensor MaxUnpool3d(
        Tensor indices, PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default,
        IReadOnlyList<int>? outputSize = null) =>
        new(ConvolutionBridge.unpool(
            3, Inner, Guard.Inner(indices), kernelSize.Values, stride.Values, padding.Values,
            outputSize?.ToArray()));

    /// <summary>The mean of every window, padding zeros included.</summary>
    public Tensor AvgPool3d(PerAxis kernelSize, PerAxis stride = default, PerAxis padding = default) =>
        new(ConvolutionBridge.mean(3, Inner, kernelSize.Values, stride.Values, padding.Values));
}
