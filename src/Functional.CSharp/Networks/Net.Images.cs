// Layers of convolutional networks: convolutions, resampling, normalisation, attention, residual blocks, embeddings.
// Images are [batch; channels; height; width]; composition checks the channels.
namespace Functional.CSharp;

public static partial class Net
{
    /// <summary>
    /// Images of so many channels seen through learned filters, [batch; inputs; height; width] to [batch; outputs; ...]:
    /// <c>Net.Conv2d(Filter.Same(3), 1, 32)</c>. Weights and biases are uniform in ±1/√(inputs · kernel²) at first.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A size is not positive; when it runs, the images have other channels or are smaller than the window.
    /// </exception>
    public static Net<Tensor, Tensor> Conv2d(Filter filter, int inputs, int outputs) =>
        Functional.Convolutions.conv2d(Guard.NotNull(filter).Inner, inputs, outputs).ToFacade();

    /// <summary>
    /// The transpose of a convolution, which spreads each pixel over a window: <c>Net.ConvTranspose2d(Filter.Half, 64, 32)</c> doubles
    /// height and width.
    /// </summary>
    /// <exception cref="ArgumentException">A size is not positive; when it runs, the images have other channels.</exception>
    public static Net<Tensor, Tensor> ConvTranspose2d(Filter filter, int inputs, int outputs) =>
        Functional.Convolutions.convTranspose2d(Guard.NotNull(filter).Inner, inputs, outputs).ToFacade();

    /// <summary>Every pixel repeated factor × factor times: nearest-neighbour interpolation.</summary>
    /// <exception cref="ArgumentException">The factor is below 1.</exception>
    public static Net<Tensor, Tensor> Upsample(int factor) => Functional.Resampling.upsample(factor).ToFacade();

    /// <summary>The mean of every window of factor × factor pixels.</summary>
    /// <exception cref="ArgumentException">
    /// The factor is below 1; when it runs, it does not divide the height or the width.
    /// </exception>
    public static Net<Tensor, Tensor> AveragePool(int factor) => Functional.Resampling.averagePool(factor).ToFacade();

    /// <summary>The mean of every channel over all positions: [batch; channels; height; width] to [batch; channels].</summary>
    public static Net<Tensor, Tensor> GlobalAveragePool { get; } = Functional.Resampling.globalAveragePool.ToFacade();

    /// <summary>All axes but the first as one: images to rows.</summary>
    public static Net<Tensor, Tensor> Flatten { get; } = Functional.Resampling.flatten.ToFacade();

    /// <summary>
    /// Rows [batch; features] as tensors [batch; shape...]: <c>Net.Reshape(1, 28, 28)</c> makes images of pixels.
    /// </summary>
    /// <exception cref="ArgumentException">A size is not positive; when it runs, the rows have other numbers of features.</exception>
    public static Net<Tensor, Tensor> Reshape(params IReadOnlyList<int> shape) =>
        Functional.Resampling.reshape(Guard.Shape(shape)).ToFacade();

    /// <summary>
    /// Mean 0 and variance 1 for each example over the positions and channels of each group, then a scale and a shift a channel, 1 and 0
    /// at first. [batch; channels; ...] to the same. Wu &amp; He, arXiv:1803.08494.
    /// </summary>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public static Net<Tensor, Tensor> GroupNorm(int groups, int channels) =>
        Functional.Normalization.groupNorm(groups, channels).ToFacade();

    /// <summary>
    /// Mean 0 and variance 1 for each vector along the last axis, then a scale and a shift a feature, 1 and 0 at first.
    /// Ba, Kiros &amp; Hinton, arXiv:1607.06450.
    /// </summary>
    /// <exception cref="ArgumentException">The number of features is not positive.</exception>
    public static Net<Tensor, Tensor> LayerNorm(int features) => Functional.Normalization.layerNorm(features).ToFacade();

    /// <summary>
    /// Mean 0 and variance 1 for each channel, in training over the batch, in use by running averages, which are stored with the weights
    /// but not trained; then a scale and a shift a channel. [batch; channels; ...] to the same. Ioffe &amp; Szegedy, arXiv:1502.03167.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The number of channels is not positive; when it is trained, there is one number a channel.
    /// </exception>
    public static Net<Tensor, Tensor> BatchNorm(int channels) => Functional.Normalization.batchNorm(channels).ToFacade();

    /// <summary>
    /// Cosines and sines of numbers in [0, 1], [...] to [...; size]: times that a network can tell apart. Vaswani et al., arXiv:1706.03762.
    /// </summary>
    /// <exception cref="ArgumentException">The size is odd or not positive.</exception>
    public static Net<Tensor, Tensor> Sinusoidal(int size) => Functional.TimeEmbedding.sinusoidal(size).ToFacade();

    /// <summary>
    /// A learned function of time, [...] to [...; width]: <see cref="Sinusoidal"/>, a linear layer, SiLU, a linear layer.
    /// </summary>
    /// <exception cref="ArgumentException">The size is odd or not positive, or the width not positive.</exception>
    public static Net<Tensor, Tensor> TimeEmbedding(int size, int width) =>
        Functional.TimeEmbedding.timeEmbedding(size, width).ToFacade();

    /// <summary>A learned row for each of so many values: integers [...] from 0 to count - 1 to [...; features].</summary>
    /// <exception cref="ArgumentException">A size is not positive; when it runs, the input has no integers.</exception>
    public static Net<Tensor, Tensor> Embedding(int count, int features) => Functional.Layers.embedding(count, features).ToFacade();

    /// <summary>
    /// Every position gathers from all others: softmax(q kᵀ/√d) v for each head. Sequences [batch; positions; features] to the same.
    /// Vaswani et al., arXiv:1706.03762, section 3.2.
    /// </summary>
    /// <exception cref="ArgumentException">The heads do not divide the features.</exception>
    public static Net<Tensor, Tensor> SelfAttention(int heads, int features) =>
        Functional.Attention.selfAttention(heads, features).ToFacade();

    /// <summary>x + attention over the positions of images, from normalised channels.</summary>
    /// <exception cref="ArgumentException">The heads or the groups do not divide the channels.</exception>
    public static Net<Tensor, Tensor> ImageAttention(int heads, int groups, int channels) =>
        Functional.Attention.imageAttention(heads, groups, channels).ToFacade();

    /// <summary>x + f(x).</summary>
    /// <exception cref="ArgumentException">When it runs: f changes the shape.</exception>
    public static Net<Tensor, Tensor> Residual(Net<Tensor, Tensor> f) => Functional.Residual.residual(Guard.NotNull(f).ToInner()).ToFacade();

    /// <summary>
    /// (1 + scale(e)) · x + shift(e), both linear in the embedding e, a number a channel: (x [batch; channels; ...],
    /// e [batch; embedding]) to the shape of x. Perez et al., arXiv:1709.07871.
    /// </summary>
    /// <exception cref="ArgumentException">A size is not positive; when it runs, a shape does not fit.</exception>
    public static Net<(Tensor First, Tensor Second), Tensor> Modulate(int channels, int embedding) =>
        Functional.Residual.modulate(channels, embedding).ToFacade();

    /// <summary>
    /// Two normalised convolutions beside a shortcut, [batch; inputs; height; width] to [batch; outputs; height; width]; it begins as its
    /// shortcut. He et al., arXiv:1603.05027.
    /// </summary>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public static Net<Tensor, Tensor> ResidualBlock(int groups, int inputs, int outputs) =>
        Functional.Residual.residualBlock(groups, inputs, outputs).ToFacade();

    /// <summary>
    /// The residual block on images and an embedding [batch; embedding], which scales and shifts the second normalisation.
    /// Dhariwal &amp; Nichol, arXiv:2105.05233, section 3.1.
    /// </summary>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or a size is not positive.</exception>
    public static Net<(Tensor First, Tensor Second), Tensor> ModulatedBlock(
        int groups, double dropoutRate, int inputs, int outputs, int embedding) =>
        Functional.Residual.modulatedBlock(groups, dropoutRate, inputs, outputs, embedding).ToFacade();
}
