// Convolutions and pooling as a C# program calls them: settings as numbers or tuples, in one, two and three axes.
// The numbers themselves are compared with PyTorch's in Functional.Tests.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ConvolutionTests
{
    private static readonly Tensor Signal = Row(1, 2, 3, 4).View([1, 1, 4]);

    private static readonly Tensor Image = Tensor.Arange(16.0).View([1, 1, 4, 4]);

    private static readonly Tensor Volume = Tensor.Ones([1, 1, 4, 4, 4]);

    [Fact]
    public void A_signal_is_seen_through_filters()
    {
        var filters = Tensor.Ones([1, 1, 2]);
        Assert.Equal(Row(3, 5, 7), Signal.Conv1d(filters).View([3]));
        Assert.Equal(Row(3, 7), Signal.Conv1d(filters, stride: 2).View([2]));
        Assert.Equal(Row(4, 6), Signal.Conv1d(filters, dilation: 2).View([2]));
        Assert.Equal(Row(1, 3, 5, 7, 4), Signal.Conv1d(filters, padding: 1).View([5]));
        Assert.Equal(Row(1, 3, 5, 7, 4), Signal.ConvTranspose1d(filters).View([5]));
    }

    [Fact]
    public void Settings_are_one_number_or_one_an_axis()
    {
        var filters = Tensor.Ones([2, 1, 2, 2]);
        Assert.Equal([1, 2, 3, 3], Image.Conv2d(filters).Shape);
        Assert.Equal([1, 2, 2, 2], Image.Conv2d(filters, stride: 2).Shape);
        Assert.Equal([1, 2, 2, 5], Image.Conv2d(filters, stride: (2, 1), padding: (0, 1)).Shape);
        Assert.Equal([1, 2, 2, 5], Image.Conv2d(filters, stride: new[] { 2, 1 }, padding: (0, 1)).Shape);
        var spread = Tensor.Ones([1, 2, 2, 4]).ConvTranspose2d(filters, stride: (3, 1), outputPadding: (1, 0));
        Assert.Equal([1, 1, 6, 5], spread.Shape);
        Assert.Equal([1, 2, 3, 2, 1], Volume.Conv3d(Tensor.Ones([2, 1, 2, 2, 2]), stride: (1, 2, 3)).Shape);
        Assert.Equal([1, 2, 5, 5, 5], Volume.ConvTranspose3d(Tensor.Ones([1, 2, 2, 2, 2])).Shape);
        Assert.ThrowsAny<ArgumentException>(() => Image.Conv2d(filters, stride: (1, 1, 1)));
        Assert.Throws<ArgumentNullException>("filters", () => Image.Conv2d(null!));
    }

    [Fact]
    public void Windows_have_a_maximum_a_place_of_it_and_a_mean()
    {
        Assert.Equal(Row(2, 4), Signal.MaxPool1d(2).View([2]));
        Assert.Equal(Row(1.5, 3.5), Signal.AvgPool1d(2).View([2]));
        Assert.Equal(Row(5, 7, 13, 15), Image.MaxPool2d(2).View([4]));
        Assert.Equal([1, 1, 4, 2], Image.AvgPool2d((1, 2)).Shape);
        Assert.Equal([1, 1, 2, 2, 2], Volume.MaxPool3d(2).Shape);
        Assert.Equal([1, 1, 2, 2, 2], Volume.AvgPool3d(2).Shape);

        var (values, indices) = Image.MaxPool2dWithIndices(2);
        Assert.Equal([5L, 7, 13, 15], indices.ToArray<long>());
        var back = values.MaxUnpool2d(indices, 2);
        Assert.Equal([1, 1, 4, 4], back.Shape);
        Assert.Equal((5.0, 0.0), ((double)back[0, 0, 1, 1], (double)back[0, 0, 0, 0]));

        var (signal, places) = Signal.MaxPool1dWithIndices(2);
        Assert.Equal(Row(0, 2, 0, 4, 0), signal.MaxUnpool1d(places, 2, outputSize: [1, 1, 5]).View([5]));
        var (volume, spots) = Volume.MaxPool3dWithIndices(2);
        Assert.Equal(8, (double)volume.MaxUnpool3d(spots, 2).Sum());
    }
}
