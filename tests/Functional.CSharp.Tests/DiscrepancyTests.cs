// Kernels, discrepancies and the parts of the divergence from the prior, as a C# program uses them.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class DiscrepancyTests
{
    private static readonly Tensor X = Tensor.FromArray(new[,] { { 0.0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 } });

    private static readonly Tensor Y = Tensor.FromArray(new[,] { { 2.0, 0 }, { 3, 0 }, { 2, 1 }, { 3, 1 } });

    [Fact]
    public void A_kernel_compares_every_pair_of_rows()
    {
        var kernel = Kernel.Gaussian(bandwidth: 2);
        Assert.Equal([4, 4], kernel.Matrix(X, Y).Shape);
        Assert.Equal(Math.Exp(-4.0 / 8), kernel.Matrix(X, Y)[0, 0].ToDouble(), 5);
        Assert.True(kernel.Rows(X, Y).AllClose(Row(1, 1, 1, 1) * Math.Exp(-4.0 / 8)));
        Assert.Equal(9.0 / (9 + 4), Kernel.InverseMultiquadric(3).Rows(X, Y)[0].ToDouble(), 5);
        Assert.Equal(Math.Pow(3 + 1, 2), Kernel.Polynomial(2).Rows(X, Y)[1].ToDouble(), 5);
        Assert.Equal(3, Kernel.FromProduct(product => product).Rows(X, Y)[1].ToDouble(), 5);
        Assert.Equal(2, Kernel.FromSquaredDistance(square => square.Sqrt()).Rows(X, Y)[0].ToDouble(), 5);
    }

    [Fact]
    public void Kernels_add_up()
    {
        var sum = Kernel.Gaussian(1) + Kernel.Gaussian(2);
        var scales = Kernel.OverScales(bandwidth => Kernel.Gaussian(bandwidth), 1, 2);
        Assert.True(sum.Matrix(X, Y).AllClose(scales.Matrix(X, Y)));
        Assert.True(sum.Matrix(X, Y).AllClose(Kernel.Gaussian(1).Matrix(X, Y) + Kernel.Gaussian(2).Matrix(X, Y)));
    }

    [Fact]
    public void Samples_are_compared_and_pulled_together()
    {
        var kernel = Kernel.Gaussian(Mmd.MedianDistance(X, Y));
        Assert.Equal(0, Mmd.Biased(kernel, X, X).ToDouble(), 5);
        Assert.True(Mmd.Unbiased(kernel, X, X).ToDouble() < 0);
        Assert.True(Mmd.Biased(kernel, X, Y).ToDouble() > 0.1);

        var pull = Differentiate.Gradient(x => Mmd.Biased(kernel, x, Y), X);
        Assert.True(Mmd.Biased(kernel, X - pull, Y).Lt(Mmd.Biased(kernel, X, Y)).ToBool());
    }

    [Fact]
    public void Estimates_agree_with_the_closed_form() => RandomNumbers.WithSeed(3, () =>
    {
        var (p, q) = (new Normal(Row(0, 0), Row(1, 1)), new Normal(Row(1, 0), Row(1, 0.5)));
        var exact = Mmd.BetweenNormals(bandwidth: 1, p, q).ToDouble();
        var linear = Mmd.Linear(Kernel.Gaussian(1), p.Sample([20_000]), q.Sample([20_000]));
        Assert.InRange(linear.Value.ToDouble() - exact, -5 * linear.StandardError.ToDouble(), 5 * linear.StandardError.ToDouble());
        return 0;
    });

    [Fact]
    public void The_divergence_from_the_prior_splits_in_three()
    {
        var posterior = Normal.Diagonal(X * 2 - 1, Tensor.Full([4, 2], 0.5));
        var prior = Normal.Diagonal(Row(0, 0), Row(1, 1));
        var z = posterior.Sample([500]);
        var ratio = posterior.LogProb(z) - prior.LogProb(z);
        AggregateSampling[] samplings =
            [AggregateSampling.WholeSet, AggregateSampling.Weighted(10), AggregateSampling.Stratified(10)];

        foreach (var sampling in samplings)
        {
            var parts = AggregatePosterior.Decompose(sampling, prior, posterior, z);
            Assert.Equal(
                ["mutual information", "total correlation", "dimension-wise kl"], parts.Terms.Select(term => term.Name));
            Assert.True(parts.Value.AllClose(ratio, absoluteTolerance: 1e-4));
        }

        // These posteriors fill a square: its corners' codes are independent.
        var correlation = AggregatePosterior.Decompose(AggregateSampling.WholeSet, prior, posterior, z)["total correlation"];
        Assert.True(correlation.AllClose(correlation * 0, absoluteTolerance: 1e-4));
        Assert.Equal([500, 4, 2], AggregatePosterior.Density(AggregateSampling.WholeSet, posterior, z).Components.Shape);
    }

    [Fact]
    public void Bad_arguments_are_ArgumentExceptions()
    {
        Assert.Throws<ArgumentOutOfRangeException>("bandwidth", () => Kernel.Gaussian(0));
        Assert.Throws<ArgumentOutOfRangeException>("scale", () => Kernel.InverseMultiquadric(-1));
        Assert.Throws<ArgumentNullException>("kernel", () => Mmd.Biased(null!, X, Y));
        Assert.Throws<ArgumentException>(() => Mmd.Unbiased(Kernel.Gaussian(1), X, Row(1, 2)));
        Assert.Throws<ArgumentOutOfRangeException>("size", () => AggregateSampling.Weighted(0));
        Assert.Throws<ArgumentException>(() => AggregatePosterior.Density(AggregateSampling.WholeSet, new Normal(X, X + 1), X));
    }
}
