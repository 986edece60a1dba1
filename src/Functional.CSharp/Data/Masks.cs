// Which pixels of an image are visible: random masks, and the parts that quadrants make.
// In-painting models are trained and tried with them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Random masks of images: 1 where a pixel is visible, 0 where it is hidden; of shape and dtype of the images. Drawn anew for
/// each batch: <c>images.Map(x => (x, Masks.Pixels(0.5, x)))</c>.
/// </summary>
public static class Masks
{
    /// <summary>Each pixel is hidden by itself with a probability.</summary>
    /// <param name="hidden">That probability, from 0 to 1.</param>
    /// <param name="images">Images of any shape.</param>
    /// <exception cref="ArgumentException">The number is no probability.</exception>
    public static Tensor Pixels(double hidden, Tensor images) => new(Functional.Masks.pixels(hidden, Guard.Inner(images)));

    /// <summary>In each image a rectangle is hidden, whose edges are drawn uniformly: from nothing to all of it.</summary>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="images">Images of shape [batch; height · width].</param>
    /// <exception cref="ArgumentException">The images do not have that shape.</exception>
    public static Tensor Rectangles(int height, int width, Tensor images) =>
        new(Functional.Masks.rectangles(Guard.AtLeast(height, 1), Guard.AtLeast(width, 1), Guard.Inner(images)));
}

/// <summary>A quarter of an image.</summary>
public enum Quadrant
{
    /// <summary>Above the middle, left of it.</summary>
    UpperLeft,

    /// <summary>Above the middle, right of it.</summary>
    UpperRight,

    /// <summary>Below the middle, left of it.</summary>
    LowerLeft,

    /// <summary>Below the middle, right of it.</summary>
    LowerRight,
}

/// <summary>The pixels of an image in two groups: those of some quadrants, which are visible, and the others.</summary>
public sealed class Quadrants
{
    private readonly Functional.Quadrants inner;

    /// <summary>The two groups: <c>new Quadrants(28, 28, Quadrant.LowerLeft)</c>.</summary>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="visible">
    /// One, two or three quadrants; the middle row or column of an odd number belongs to the upper or left ones.
    /// </param>
    /// <exception cref="ArgumentException">No pixel is visible, or none is hidden.</exception>
    public Quadrants(int height, int width, params IReadOnlyList<Quadrant> visible) =>
        inner = QuadrantsBridge.create(
            Guard.AtLeast(height, 1), Guard.AtLeast(width, 1), [.. Guard.NotNull(visible).Select(Inner)]);

    /// <summary>How many pixels are visible.</summary>
    public int VisibleCount => inner.VisibleCount;

    /// <summary>How many are hidden.</summary>
    public int HiddenCount => inner.HiddenCount;

    /// <summary>
    /// The hidden and the visible pixels of images [...; height · width], of shapes [...; <see cref="HiddenCount"/>] and [...;
    /// <see cref="VisibleCount"/>]: x and context of a <see cref="ConditionalVae"/>.
    /// </summary>
    public (Tensor Hidden, Tensor Visible) Split(Tensor images)
    {
        var (hidden, visible) = inner.Split(Guard.Inner(images));
        return (new(hidden), new(visible));
    }

    /// <summary>
    /// The images that <see cref="Split"/> took apart. Where one of the two has fewer leading axes it is repeated.
    /// </summary>
    /// <exception cref="ArgumentException">Leading axes differ.</exception>
    public Tensor Join(Tensor hidden, Tensor visible) => new(inner.Join(Guard.Inner(hidden), Guard.Inner(visible)));

    private static Functional.Quadrant Inner(Quadrant quadrant) =>
        quadrant switch
        {
            Quadrant.UpperLeft => Functional.Quadrant.UpperLeft,
            Quadrant.UpperRight => Functional.Quadrant.UpperRight,
            Quadrant.LowerLeft => Functional.Quadrant.LowerLeft,
            Quadrant.LowerRight => Functional.Quadrant.LowerRight,
            _ => throw new ArgumentOutOfRangeException(nameof(quadrant), quadrant, "A quadrant is one of four."),
        };
}
