// The window of a convolution and how it moves.
// Passed to Net.Conv2d, Net.ConvTranspose2d and their spectrally normalised siblings.
namespace Functional.CSharp;

/// <summary>
/// The window of a convolution and how it moves: height and width go from n to ⌊(n + 2 Padding - Kernel) / Stride⌋ + 1, and from n to
/// (n - 1) Stride - 2 Padding + Kernel in a transposed convolution.
/// </summary>
/// <param name="Kernel">Height and width of the window.</param>
/// <param name="Stride">Steps of the window. Default: 1.</param>
/// <param name="Padding">Zeros on every side of the image. Default: 0.</param>
public sealed record Filter(int Kernel, int Stride = 1, int Padding = 0)
{
    internal Functional.Filter Inner => new(Kernel, Stride, Padding);

    /// <summary>A window of 4 with stride 2: halves an even height and width, or doubles them in a transposed convolution.</summary>
    public static Filter Half { get; } = Of(Functional.FilterModule.half);

    /// <summary>A window of odd size that keeps height and width.</summary>
    /// <exception cref="ArgumentException">The size is even or not positive.</exception>
    public static Filter Same(int kernel) => Of(Functional.FilterModule.same(kernel));

    private static Filter Of(Functional.Filter filter) => new(filter.Kernel, filter.Stride, filter.Padding);
}
