// Tensors in files and in memory of the caller's own: what goes out comes back, and what is damaged says so.
// Files are made and read here; Functional.Tests reads NumPy's own.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class TensorFileTests
{
    private static readonly Tensor Matrix = Tensor.FromArray(new[,] { { 1.5, 2.0, 3.0 }, { 4.0, 5.0, 6.0 } });

    private static readonly Dictionary<string, Tensor> Two = new() { ["matrix"] = Matrix, ["row"] = Tensor.Arange(3) };

    [Fact]
    public void A_tensor_is_saved_and_loaded()
    {
        using var file = new TemporaryFile();
        Matrix.Save(file.Path);
        Assert.Equal(Matrix, Tensor.Load(file.Path));
        Assert.Equal(Dtype.Float64, Tensor.Load(file.Path, Dtype.Float64).Dtype);
        Npy.Save(file.Path, Matrix);
        Assert.Equal(Matrix, Npy.Load(file.Path, Device.Cpu));
    }

    [Fact]
    public void Named_tensors_are_saved_and_loaded_in_both_formats()
    {
        using var file = new TemporaryFile();
        Npz.Save(file.Path, Two);
        Assert.Equal(Two, Npz.Load(file.Path));

        Safetensors.Save(file.Path, Two, new Dictionary<string, string> { ["made by"] = "a test" });
        var (tensors, metadata) = Safetensors.Load(file.Path);
        Assert.Equal(Two, tensors);
        Assert.Equal("a test", metadata["made by"]);

        Safetensors.Save(file.Path, Two);
        Assert.Empty(Safetensors.Load(file.Path).Metadata);
    }

    [Fact]
    public void Missing_and_damaged_files_are_IOExceptions()
    {
        using var file = new TemporaryFile();
        File.WriteAllText(file.Path, "no tensor at all");
        Assert.ThrowsAny<IOException>(() => Tensor.Load(file.Path));
        Assert.ThrowsAny<IOException>(() => Npy.Load(file.Path));
        Assert.ThrowsAny<IOException>(() => Npz.Load(file.Path));
        Assert.ThrowsAny<IOException>(() => Safetensors.Load(file.Path));
        Assert.Throws<FileNotFoundException>(() => Npy.Load(file.Path + ".gone"));
        Assert.Throws<ArgumentException>("path", () => Matrix.Save(" "));
        Assert.Throws<ArgumentNullException>("tensor", () => Npy.Save(file.Path, null!));
        Assert.Throws<ArgumentNullException>("tensors", () => Npz.Save(file.Path, null!));
    }

    [Fact]
    public void Spans_go_in_and_out_without_an_array()
    {
        ReadOnlySpan<double> values = stackalloc double[] { 1, 2, 3, 4, 5, 6 };
        var tensor = Tensor.FromSpan(values, [2, 3]);
        Assert.Equal(Dtype.Float64, tensor.Dtype);
        Assert.Equal([2, 3], tensor.Shape);

        Span<int> whole = stackalloc int[6];
        tensor.CopyTo(whole);
        Assert.Equal([1, 2, 3, 4, 5, 6], whole.ToArray());

        var buffer = new double[4];
        tensor[1].CopyTo(buffer.AsSpan(1));
        Assert.Equal([0, 4, 5, 6], buffer);
        Assert.ThrowsAny<ArgumentException>(() => tensor.CopyTo(buffer.AsSpan()));
        Assert.ThrowsAny<ArgumentException>(() => Tensor.FromSpan<int>([1, 2, 3], [2, 2]));
    }
}
