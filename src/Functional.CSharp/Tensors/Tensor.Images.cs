// Tensors as pictures.
// Samples and evaluations use it to show what a model sees and draws.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>Writes one image, or a batch tiled into a grid, as a PNG file.</summary>
    /// <param name="path">The file; an old one is replaced.</param>
    /// <param name="pixelMin">The value shown as black. Default: 0.</param>
    /// <param name="pixelMax">The value shown as full brightness. Default: 1.</param>
    /// <param name="normalize">Whether values are stretched to run from pixelMin to pixelMax. Default: false.</param>
    /// <param name="gridCols">Images a row. Default: a square grid.</param>
    /// <exception cref="ArgumentException">
    /// It is not [height; width], [channels; height; width] or a batch of the latter.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveImage(
        string path, double pixelMin = 0, double pixelMax = 1, bool normalize = false, int? gridCols = null) =>
        TensorBridge.saveImage(Inner, Guard.Path(path), pixelMin, pixelMax, normalize, gridCols);

    /// <summary>
    /// One picture [3; height; width] from one image, a vector, or a batch of images tiled into a grid. 0 becomes
    /// <paramref name="pixelMin"/> and 1 <paramref name="pixelMax"/>; with <paramref name="normalize"/> the smallest element
    /// becomes the one and the largest the other.
    /// </summary>
    public Tensor ToImage(double pixelMin = 0, double pixelMax = 1, bool normalize = false, int? gridCols = null) =>
        new(TensorBridge.toImage(Inner, pixelMin, pixelMax, normalize, gridCols));

    /// <summary>The picture drawn with letters, from the palette's first for black to its last for white.</summary>
    public string ToImageString(
        double pixelMin = 0, double pixelMax = 1, bool normalize = false, int? gridCols = null, string? asciiPalette = null) =>
        TensorBridge.toImageString(Inner, pixelMin, pixelMax, normalize, gridCols, asciiPalette);
}
