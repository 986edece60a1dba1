// Data sets and files: reading, saving, loading, and what damaged or missing files say.
// Idx files are written here, so no download is needed.
using System.Buffers.Binary;
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class DataTests
{
    [Fact]
    public void A_data_set_is_picked_from_and_repeated()
    {
        var data = Dataset.FromTensor(Tensor.FromArray(new[] { 10.0, 20.0, 30.0 }));
        var picked = data.Pick(Tensor.FromArray(new long[] { 2, 0, 2 }));
        Assert.True(picked.Head(3).Equals(Tensor.FromArray(new[] { 30.0, 10.0, 30.0 })));
        Assert.True(data.Cycle(5).Head(5).Equals(Tensor.FromArray(new[] { 10.0, 20.0, 30.0, 10.0, 20.0 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Cycle(0));
    }

    [Fact]
    public void A_data_set_is_taken_mapped_zipped_and_averaged()
    {
        var data = Dataset.FromTensor(Tensor.Arange(10).Cast(Dtype.Float32));
        Assert.Equal(10, data.Length);
        Assert.Equal([0f, 1, 2], data.Head(3).ToArray<float>());
        Assert.Equal([4f, 2], data.Read(Tensor.FromArray(new[] { 4L, 2L })).ToArray<float>());
        Assert.Equal(4.5, data.Mean(3, x => x), 5);
        Assert.Equal(1, data.Take(3).Mean(2, x => x), 5);
        Assert.Equal([0f, 2], data.Map(x => x * 2).Head(2).ToArray<float>());
        var (first, second) = data.Zip(data.Map(x => -x)).Head(2);
        Assert.Equal(first, -second);
    }

    [Fact]
    public void A_data_set_of_ones_own_reads_by_position()
    {
        var squares = new Dataset<Tensor>(5, positions => positions * positions);
        Assert.Equal([0L, 1, 4], squares.Head(3).ToArray<long>());
    }

    [Fact]
    public void Binarized_data_are_drawn_anew_each_time()
    {
        var data = Dataset.FromTensor(Tensor.Full([1, 200], 0.5)).Binarized();
        Assert.NotEqual(data.Head(1), data.Head(1));
        Assert.All(data.Head(1).ToArray<float>(), value => Assert.True(value is 0 or 1));
    }

    [Fact]
    public void Bad_arguments_are_ArgumentExceptions()
    {
        Assert.ThrowsAny<ArgumentException>(() => Dataset.FromTensor(Tensor.FromScalar(1)));
        Assert.ThrowsAny<ArgumentException>(() => Stripes().Take(65));
        Assert.ThrowsAny<ArgumentException>(() => Stripes().Zip(Stripes().Take(3)));
        Assert.Throws<ArgumentOutOfRangeException>("batchSize", () => Stripes().Mean(0, x => x));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => new Dataset<Tensor>(0, x => x));
    }

    [Fact]
    public async Task Mnist_is_read_from_idx_files()
    {
        using var folder = new IdxFolder();
        var mnist = await Mnist.LoadAsync(folder.Path);
        Assert.Equal([3, 2, 2], mnist.Train.Images.Shape);
        Assert.Equal([0, 1, 2], mnist.Test.Labels.ToArray<byte>());
        Assert.Equal([0, 1, 2], mnist.Test.Labels().Head(3).ToArray<long>());
        Assert.Equal([3, 4], mnist.Train.Pixels().Head(3).Shape);
        Assert.Equal([3, 1, 2, 2], mnist.Train.Centred().Head(3).Shape);
        Assert.True((mnist.Train.Pixels().Head(3).View([3, 1, 2, 2]) * 2 - 1).AllClose(mnist.Train.Centred().Head(3)));
        Assert.InRange(mnist.Train.Pixels().Head(3).Max().ToDouble(), 0.5, 1);
        Assert.All(mnist.Train.Binarized().Head(3).ToArray<float>(), value => Assert.True(value is 0 or 1));
    }

    [Fact]
    public async Task A_missing_folder_a_truncated_file_and_a_cancelled_token_are_told_apart()
    {
        using var folder = new IdxFolder();
        await Assert.ThrowsAsync<FileNotFoundException>(() => Mnist.LoadAsync(System.IO.Path.Combine(folder.Path, "nowhere")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Mnist.LoadAsync(folder.Path, new(canceled: true)));
        Assert.Throws<ArgumentException>("folder", () => { _ = Mnist.LoadAsync(" "); });

        folder.Truncate("train-images-idx3-ubyte");
        var error = await Assert.ThrowsAnyAsync<IOException>(() => Mnist.LoadAsync(folder.Path));
        Assert.Contains("train-images-idx3-ubyte", error.Message);
    }

    [Fact]
    public void Weights_come_back_as_they_were_saved()
    {
        using var file = new TemporaryFile();
        var (saved, loaded) = (SmallVae(), SmallVae());
        saved.Save(file.Path);
        Assert.NotEqual(saved.Parameters[0].Value, loaded.Parameters[0].Value);
        loaded.Load(file.Path);
        Assert.All(saved.Parameters.Zip(loaded.Parameters), pair => Assert.Equal(pair.First.Value, pair.Second.Value));
        Assert.Equal(saved.Parameters.Select(parameter => parameter.Name), loaded.Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public void Files_that_cannot_be_weights_are_IOExceptions_and_change_nothing()
    {
        using var file = new TemporaryFile();
        var vae = SmallVae();
        var before = vae.Parameters[0].Value.ToArray<float>();
        vae.Save(file.Path);
        File.WriteAllBytes(file.Path, File.ReadAllBytes(file.Path)[..^5]);
        var error = Assert.ThrowsAny<IOException>(() => vae.Load(file.Path));
        Assert.Contains(file.Path, error.Message);

        File.WriteAllText(file.Path, "no weights");
        Assert.ThrowsAny<IOException>(() => vae.Load(file.Path));
        Assert.Throws<FileNotFoundException>(() => vae.Load(file.Path + ".gone"));
        Assert.Equal(before, vae.Parameters[0].Value.ToArray<float>());
    }

    [Fact]
    public void Weights_of_another_model_are_ArgumentExceptions()
    {
        using var file = new TemporaryFile();
        Weights.Save(file.Path, Net.Linear(3, 2).Parameters);
        Assert.ThrowsAny<ArgumentException>(() => SmallVae().Load(file.Path));
        var error = Assert.ThrowsAny<ArgumentException>(() => Weights.Load(file.Path, Net.Linear(4, 2).Parameters));
        Assert.Contains("linear.weight", error.Message);
    }

    /// <summary>Three images of 2 x 2 and their labels, twice.</summary>
    private sealed class IdxFolder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("functional-");

        public IdxFolder()
        {
            foreach (var set in new[] { "train", "t10k" })
            {
                Write($"{set}-images-idx3-ubyte", [3, 2, 2], [.. Enumerable.Range(0, 12).Select(i => (byte)(i * 20))]);
                Write($"{set}-labels-idx1-ubyte", [3], [0, 1, 2]);
            }
        }

        public string Path => folder.FullName;

        public void Truncate(string name)
        {
            var path = System.IO.Path.Combine(Path, name);
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);
        }

        public void Dispose() => folder.Delete(recursive: true);

        private void Write(string name, int[] shape, byte[] data)
        {
            var header = new byte[4 + 4 * shape.Length];
            (header[2], header[3]) = (8, (byte)shape.Length);

            for (var axis = 0; axis < shape.Length; axis++)
            {
                BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * axis), shape[axis]);
            }

            File.WriteAllBytes(System.IO.Path.Combine(Path, name), [.. header, .. data]);
        }
    }
}
