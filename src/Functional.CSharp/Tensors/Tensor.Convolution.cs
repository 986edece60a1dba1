// Convolutions over one, two and three axes, and their transposes.
// Strides and dilations are 1 and paddings 0 unless given: a number for all axes, or a tuple with one for each.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>Signals [batch; channels; length] seen through filters [outputs; channels; kernel].</summary>
    public Tensor Conv1d(Tensor filters, PerAxis stride = default, PerAxis padding = default, PerAxis dilation = default) =>
        new(ConvolutionBridge.convolve(1, Inner, Guard.Inner(filters), stride.Values, padding.Values, dilation.Values));

    /// <summary>Images [batch; channels; height; width] seen through filters [outputs; channels; height; width].</summary>
    public Tensor Conv2d(Tensor filters, PerAxis stride = default, PerAxis padding = default, PerAxis dilation = default) =>
        new(ConvolutionBridge.convolve(2, Inner, Guard.Inner(filters), stride.Values, padding.Values, dilation.Values));

    /// <summary>
    /// Volumes [batch; channels; depth; height; width] seen through filters [outputs; channels; depth; height; width].
    /// </summary>
    public Tensor Conv3d(Tensor filters, PerAxis stride = default, PerAxis padding = default, PerAxis dilation = default) =>
        new(ConvolutionBridge.convolve(3, Inner, Guard.Inner(filters), stride.Values, padding.Values, dilation.Values));

    /// <summary>The transpose of Conv1d: signals spread through filters [channels; outputs; kernel].</summary>
    public Tensor ConvTranspose1d(
        Tensor filters, PerAxis stride = default, PerAxis padding = default, PerAxis dilation = default,
        PerAxis outputPadding = default) =>
        new(ConvolutionBridge.transposed(
            1, Inner, Guard.Inner(filters), stride.Values, padding.Values, dilation.Values, outputPadding.Values));

    /// <summary>The transpose of Conv2d: images spread through filters [channels; outputs; height; width].</summary>
    public Tensor ConvTranspose2d(
        Tensor filters, PerAxis stride = default, PerAxis padding = default, PerAxis dilation = default,
        PerAxis outputPadding = default) =>
        new(ConvolutionBridge.transposed(
            2, Inner, Guard.Inner(filters), stride.Values, padding.Values, dilation.Values, outputPadding.Values));

    /// <summary>The transpose of Conv3d: volumes spread through filters [channels; outputs; depth; height; width].</summary>
    public Tensor ConvTranspose3d(
        Tensor filters, PerAxis stride = default, PerAxis padding = default, PerAxis dilation = default,
        PerAxis outputPadding = default) =>
        new(ConvolutionBridge.transposed(
            3, Inner, Guard.Inner(filters), stride.Values, padding.Values, dilation.Values, outputPadding.Values));
}
