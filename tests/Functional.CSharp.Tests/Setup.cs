// What all tests share: they run one after the other (two of them count live tensors), small helpers.
// The namespace lies outside Functional's, so that tests see the facade as any other program does.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace FacadeTests;

internal static class Setup
{
    /// <summary>A row of numbers as a tensor.</summary>
    public static Tensor Row(params double[] values) => Tensor.FromArray(values);

    /// <summary>64 vectors of 12 bits: the first six or the last six are mostly ones.</summary>
    public static Dataset<Tensor> Stripes() =>
        RandomNumbers.WithSeed(7, () =>
        {
            var sides = Tensor.FromArray(Enumerable.Range(0, 64).Select(i => i % 2).ToArray()).View([64, 1]);
            var left = sides.Cast(Dtype.Float32) * Tensor.Ones([1, 6]);
            var probabilities = Tensor.Cat([left, 1 - left], dim: 1) * 0.8 + 0.1;
            return Dataset.FromTensor(probabilities.Bernoulli());
        });

    /// <summary>A small variational autoencoder for them.</summary>
    public static Vae SmallVae() =>
        new(
            encoder: Net.Mlp(12, 16).Then(Head.DiagonalNormal(2)),
            decoder: Net.Mlp(2, 16).Then(Head.Bernoulli(12)),
            prior: Normal.Standard([2]));

    /// <summary>A file in a folder that goes when the test is done.</summary>
    public sealed class TemporaryFile : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("functional-");

        public string Path => System.IO.Path.Combine(folder.FullName, "file");

        public void Dispose() => folder.Delete(recursive: true);
    }
}
