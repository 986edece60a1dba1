// The U-Net: blocks that halve the image level by level and blocks that double it again, each of which also sees its opposite number.
// Denoisers of images are made of it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How large a U-Net is: <c>new UNetOptions { Channels = 16 }</c>.</summary>
public sealed class UNetOptions
{
    /// <summary>The channels of the images that it takes and gives. Default: 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int ImageChannels { get; init => field = Guard.AtLeast(value, 1, nameof(ImageChannels)); } = 1;

    /// <summary>The channels of the first level, an even number for the embedding of the time. Default: 32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Channels { get; init => field = Guard.AtLeast(value, 1, nameof(Channels)); } = 32;

    /// <summary>
    /// A level for each: its channels are so many times those of the first, and its images half as high and wide as those of the level
    /// before. Default: 1, 2, 2.
    /// </summary>
    public IReadOnlyList<int> Multipliers { get; init => field = Guard.NotNull(value, nameof(Multipliers)); } = [1, 2, 2];

    /// <summary>Residual blocks of each level on the way down, and as many on the way up. Default: 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Blocks { get; init => field = Guard.AtLeast(value, 1, nameof(Blocks)); } = 1;

    /// <summary>The levels that attend, counted from 1. Default: 3.</summary>
    public IReadOnlyList<int> Attention { get; init => field = Guard.NotNull(value, nameof(Attention)); } = [3];

    /// <summary>The heads of attention; they divide the channels of the levels that attend. Default: 4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Heads { get; init => field = Guard.AtLeast(value, 1, nameof(Heads)); } = 4;

    /// <summary>
    /// The groups of channels that are normalised together; they divide Channels, and so the channels of every level. Default: 8.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Groups { get; init => field = Guard.AtLeast(value, 1, nameof(Groups)); } = 8;

    /// <summary>The probability with which a feature is dropped in training, at least 0 and below 1. Default: 0.</summary>
    public double Dropout { get; init; }

    internal Functional.UNetOptions Inner =>
        UNetBridge.options(ImageChannels, Channels, [.. Multipliers], Blocks, [.. Attention], Heads, Groups, Dropout);
}

/// <summary>
/// Networks from images and times in [0, 1], (x [batch; channels; height; width], t [batch]), to images of the same shape.
/// Ronneberger et al., arXiv:1505.04597; Ho, Jain &amp; Abbeel, arXiv:2006.11239, appendix B.
/// </summary>
public static class UNet
{
    /// <summary>The network f(x, t). Its last convolution gives zeros at first.</summary>
    /// <param name="options">How large it is. Default: 0.8 million numbers.</param>
    /// <exception cref="ArgumentException">
    /// The options do not fit; when it runs, the height or width is no multiple of 2^(levels - 1): 28 has room for three levels.
    /// </exception>
    public static Net<(Tensor X, Tensor Time), Tensor> Create(UNetOptions? options = null) =>
        Functional.UNetModule.create((options ?? new()).Inner).ToFacade();

    /// <summary>
    /// The network f(x, t, label) for labels [batch], integers from 0 to classes - 1, or <paramref name="classes"/> where the class is not
    /// told: train it with a part of the labels replaced by that, and classifier-free guidance can ask for both.
    /// </summary>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="options">How large it is. Default: 0.8 million numbers.</param>
    /// <exception cref="ArgumentException">The options do not fit; when it runs, a shape does not.</exception>
    public static Net<(Tensor X, Tensor Time, Tensor Label), Tensor> Conditional(int classes, UNetOptions? options = null) =>
        UNetBridge.conditional(Guard.AtLeast(classes, 1), (options ?? new()).Inner).ToFacade();
}
