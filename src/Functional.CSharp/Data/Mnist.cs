// MNIST: 70,000 handwritten digits, read from its four idx files, plain or gzipped.
// The data of most samples; any other set in the same files (Fashion-MNIST, say) reads the same way.
namespace Functional.CSharp;

/// <summary>Images and what they show.</summary>
public sealed class LabelledImages : IWrapper
{
    internal LabelledImages(Functional.LabelledImages inner) => Inner = inner;

    internal Functional.LabelledImages Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>Gray values 0 to 255, of shape [count; height; width] (Byte).</summary>
    public Tensor Images => new(Inner.Images);

    /// <summary>The class of each image, of shape [count] (Byte).</summary>
    public Tensor Labels => new(Inner.Labels);
}

/// <summary>Images as data sets.</summary>
public static class LabelledImagesExtensions
{
    /// <summary>Each image as a vector of brightnesses between 0 and 1.</summary>
    public static Dataset<Tensor> Pixels(this LabelledImages set) =>
        Functional.LabelledImagesModule.pixels(Guard.NotNull(set).Inner).ToFacade();

    /// <summary>
    /// Each image as a vector of zeros and ones, drawn anew with the brightness as probability each time it is read.
    /// </summary>
    public static Dataset<Tensor> Binarized(this LabelledImages set) =>
        Functional.LabelledImagesModule.binarized(Guard.NotNull(set).Inner).ToFacade();

    /// <summary>
    /// Each image with one channel, [1; height; width], and brightnesses between -1 and 1: for convolutions, and for noise around 0.
    /// </summary>
    public static Dataset<Tensor> Centred(this LabelledImages set) =>
        Functional.LabelledImagesModule.centred(Guard.NotNull(set).Inner).ToFacade();

    /// <summary>The class of each image (Int64).</summary>
    public static Dataset<Tensor> Labels(this LabelledImages set) =>
        Functional.LabelledImagesModule.labels(Guard.NotNull(set).Inner).ToFacade();

    /// <summary>The class of each image as a vector with a one among so many zeros.</summary>
    public static Dataset<Tensor> OneHot(this LabelledImages set, int classes) =>
        Functional.LabelledImagesModule.oneHot(Guard.AtLeast(classes, 1), Guard.NotNull(set).Inner).ToFacade();
}

/// <summary>Handwritten digits: a training and a test set.</summary>
public sealed class Mnist : IWrapper
{
    private readonly Functional.Mnist inner;

    private Mnist(Functional.Mnist inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>60,000 images.</summary>
    public LabelledImages Train => new(inner.Train);

    /// <summary>10,000 images.</summary>
    public LabelledImages Test => new(inner.Test);

    /// <summary>Reads the four idx files of a folder, plain or gzipped, on the thread pool.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="cancellationToken">Looked at before reading begins; it takes less than a second.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which.</exception>
    /// <exception cref="IOException">A file is truncated or is something else; the message says where.</exception>
    public static Task<Mnist> LoadAsync(string folder, CancellationToken cancellationToken = default)
    {
        Guard.Path(folder);
        return Task.Run(() => new Mnist(Functional.MnistModule.load(folder)), cancellationToken);
    }
}
