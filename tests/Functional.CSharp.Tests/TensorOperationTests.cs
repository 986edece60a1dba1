// The tensor's less frequent operations, each called once as a C# program would.
// The numbers are of a hand's computation; Functional.Tests compares the operations behind them with PyTorch and NumPy.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class TensorOperationTests
{
    private static readonly Tensor Matrix = Tensor.FromArray(new[,] { { 4.0, 2.0 }, { 2.0, 3.0 } });

    [Fact]
    public void Tensors_are_made_like_another()
    {
        var like = Tensor.Ones([2, 3], Dtype.Float64);
        Assert.Equal(Tensor.Zeros([2, 3], Dtype.Float64), like.ZerosLike());
        Assert.Equal(like, like.FullLike(1));
        Assert.Equal(like, like.OnesLike());
        Assert.Equal([4], like.RandLike([4]).Shape);
        Assert.Equal(Dtype.Float32, like.RandnLike(dtype: Dtype.Float32).Dtype);
        Assert.All(like.RandIntLike(3, 5).ToArray<int>(), value => Assert.InRange(value, 3, 4));
        Assert.Equal(Dtype.Float64, like.ScalarLike(3).Dtype);
        Assert.Equal([1.0, 2], like.Like(new[] { 1, 2 }).ToArray<double>());
        Assert.Equal([0.0, 1, 0], like.OneHotLike(3, 1).ToArray<double>());
        Assert.Equal([1.0, 3], like.ArangeLike(5, startVal: 1, step: 2).ToArray<double>());
        Assert.Equal([0, 0.5, 1], like.LinspaceLike(0, 1, 3).ToArray<double>());
        Assert.Equal([1.0, 10, 100], like.LogspaceLike(0, 2, 3).ToArray<double>());
        Assert.Equal([1f, 2, 4], Tensor.Logspace(0, 2, 3, baseVal: 2).ToArray<float>());
        Assert.Equal([2, 5], Tensor.Empty([2, 5]).Shape);
    }

    [Fact]
    public void Random_draws_take_a_dtype_and_weights()
    {
        Assert.Equal(Dtype.Int32, Tensor.Full([3], 0.5).Bernoulli(Dtype.Int32).Dtype);
        Assert.All(Row(0, 5, 0).Multinomial(20, normalize: true).ToArray<long>(), index => Assert.Equal(1, index));
        Assert.Equal([4, 3, 2, 2], Tensor.Ones([4, 3, 2, 2]).Dropout2d().Shape);
        Assert.Equal([4, 3, 2, 2, 2], Tensor.Ones([4, 3, 2, 2, 2]).Dropout3d(0.1).Shape);
    }

    [Fact]
    public void Conversions_name_a_dtype_a_type_or_a_device()
    {
        Assert.Equal(Dtype.Int32, Row(1.5).Cast<int>().Dtype);
        Assert.Equal(Device.Cpu, Row(1).Cpu().Device);
        Assert.Equal((4, 8L), (Row(1, 2).ElementSize, Row(1, 2).MemorySize));
        Assert.Contains("2", Row(1, 2).Summary());
        Assert.Equal(new[,] { { 4, 2 }, { 2, 3 } }, Matrix.ToArray2D<int>());
        Assert.Equal(7f, Tensor.Full([1, 2, 3], 7).ToArray3D<float>()[0, 1, 2]);
        Assert.Equal(7f, Tensor.Full([1, 2, 3, 4], 7).ToArray4D<float>()[0, 1, 2, 3]);
        Assert.ThrowsAny<Exception>(() => Row(1).ToArray2D<float>());
    }

    [Fact]
    public void Special_functions_work_element_by_element()
    {
        Close(Row(1, 0.157299), Row(0, 1).Erfc());
        Close(Row(1, 0.465760), Row(0, 1).I0e());
        Close(Row(0, 0.207910), Row(0, 1).I1e());
        Close(Row(Math.PI * Math.PI / 6), Row(1).Polygamma(1));
        Close(Row(Math.Log(1e-12), 0), Row(0, 1).SafeLog());
        Close(Row(2, 8), Tensor.Pow(2, Row(1, 3)));
    }

    [Fact]
    public void Functions_are_mapped_over_elements()
    {
        Assert.Equal(Row(1, 4), Row(1, 2).Map(x => x * x));
        Assert.Equal(Row(3, 8), Row(1, 2).Map(Row(3, 4), (x, y) => x * y));
        Assert.Equal(Row(1, 3), Row(1, 2).MapIndexed((index, x) => x + index[0]));
        Assert.Throws<ArgumentNullException>("mapping", () => Row(1).Map(null!));
    }

    [Fact]
    public void Running_sums_and_products_and_sums_of_another_type()
    {
        Assert.Equal(Row(1, 2, 6), Row(1, 2, 3).CumProd(0));
        Close(Row(0, Math.Log(2)), Row(0, 0).LogCumSumExp(0));
        Assert.Equal(Dtype.Float64, Row(1, 2).Sum(Dtype.Float64).Dtype);
        Assert.Equal(Dtype.Float64, Matrix.Sum(0, dtype: Dtype.Float64).Dtype);
        Assert.Equal(Row(6, 5), Matrix.SumToSize([2]));
        Assert.True(Row(1, double.NaN).HasInfNaN());
    }

    [Fact]
    public void Elements_are_put_in_order()
    {
        var (values, indices) = Row(3, 1, 2).Sort();
        Assert.Equal(Row(1, 2, 3), values);
        Assert.Equal([1L, 2, 0], indices.ToArray<long>());
        Assert.Equal([0L, 2, 1], Row(3, 1, 2).ArgSort(descending: true).ToArray<long>());
        Assert.Equal(Row(3, 2), Row(3, 1, 2).TopK(2).Values);
        Assert.Equal([1L], Row(3, 1, 2).TopK(1, largest: false).Indices.ToArray<long>());
    }

    [Fact]
    public void Statistics_of_observations_in_columns()
    {
        var observations = Tensor.FromArray(new[,] { { 1.0, 2.0, 3.0 }, { 2.0, 4.0, 6.0 } });
        Close(Row(1, 2, 2, 4), observations.Cov().View([4]));
        Close(Row(1, 2, 2, 4) * (2.0 / 3), observations.Cov(correction: 0).View([4]));
        Close(Tensor.Ones([2, 2]), observations.CorrCoef());
        Close(observations.Cov(), observations.Cov(frequencies: Tensor.FromArray(new[] { 1, 1, 1 })));
        Assert.Equal(Row(0, 0.5, 1), Row(2, 3, 4).Normalize());
        Close(Row(-1, 0, 1), Row(2, 3, 4).Standardize());
    }

    [Fact]
    public void Losses_average_sum_or_keep_their_elements()
    {
        Assert.Equal(2.5, (double)Row(1, 2).MseLoss(Row(0, 0)));
        Assert.Equal(5, (double)Row(1, 2).MseLoss(Row(0, 0), Reduction.Sum));
        Assert.Equal(Row(1, 4), Row(1, 2).MseLoss(Row(0, 0), Reduction.None));
        Assert.Equal(Math.Log(2), (double)Row(0.5, 0.5).BceLoss(Row(0, 1)), 5);
        var (logits, target) = (Tensor.FromArray(new[,] { { 0.0, 0.0 } }), Tensor.FromArray(new[] { 1L }));
        Assert.Equal(Math.Log(2), (double)logits.CrossEntropyLoss(target), 5);
        Assert.Equal(Math.Log(2), (double)logits.LogSoftmax(1).NllLoss(target, weight: Row(1, 3)), 5);
        Assert.Throws<ArgumentNullException>("target", () => logits.CrossEntropyLoss(null!));
    }

    [Fact]
    public void Shapes_grow_shrink_and_scatter()
    {
        Assert.Equal([2, 2], Row(1, 2, 3, 4).ViewAs(Matrix).Shape);
        Assert.Equal([2, 2], Row(1, 2).ExpandAs(Matrix).Shape);
        Assert.Equal([2, 3, 2], Tensor.Zeros([2, 6]).Unflatten(1, [3, 2]).Shape);
        Assert.Equal([2, 1], Row(1, 2).UnsqueezeAs(Matrix).Shape);
        Assert.Equal(Row(0, 1, 2, 0), Row(1, 2).Pad([1]));
        Assert.Equal(Row(1, 0, 2), Row(1, 2).Dilate([2]));
        Assert.Equal(Row(1, 2), Row(1, 0, 2).Undilate([2]));
        Assert.Equal(Row(1, 3, 4), Row(1, 2, 3).AddSlice([1], Row(1, 1)));
        Assert.Equal(Row(0, 5, 0, 6), Row(5, 6).Scatter(0, Tensor.FromArray(new[] { 1L, 3L }), [4]));
        Assert.Throws<ArgumentNullException>("other", () => Row(1).ViewAs(null!));
    }

    [Fact]
    public void Matrices_factorize_and_solve()
    {
        var (q, r) = Matrix.Qr();
        Close(Matrix, q.Matmul(r));
        var (values, vectors) = Matrix.Eigh();
        Close(Matrix, vectors.Matmul(values.Unsqueeze(1) * vectors.Transpose()));
        var (u, s, vh) = Matrix.Svd();
        Close(Matrix, u.Matmul(s.Unsqueeze(1) * vh));
        var factor = Matrix.Cholesky();
        Close(Matrix, factor.Matmul(factor.Transpose()));
        Close(Row(1, 2), factor.TriangularSolve(factor.Matmul(Row(1, 2))));
        Close(Row(1, 2), factor.Transpose().TriangularSolve(factor.Transpose().Matmul(Row(1, 2)), upper: true));
        var (sign, logAbsDet) = (-Matrix).SlogDet();
        Assert.Equal(1, (int)sign);
        Assert.Equal(Math.Log(8), (double)logAbsDet, 5);
        Assert.Equal(Math.Log(8), (double)Matrix.LogDet(), 5);
        Assert.Equal(5, (double)Row(3, 4).Norm(), 5);
        Close(Row(6, 5), Matrix.Norm(order: 1, dim: 0));
        Assert.Equal([5, 2, 2], Tensor.Ones([5, 2, 3]).Bmm(Tensor.Ones([5, 3, 2])).Shape);
        Close(Matrix.Matmul(Matrix), Tensor.Einsum("ij,jk->ik", Matrix, Matrix));
        Assert.Throws<ArgumentNullException>("equation", () => Tensor.Einsum(null!, Matrix));
    }

    [Fact]
    public void Pictures_become_tensors_and_text()
    {
        Assert.Equal([3, 2, 2], Matrix.View([1, 2, 2]).ToImage().Shape);
        Assert.Contains("#", Tensor.FromArray(new[, ,] { { { 0.0, 1.0 } } }).ToImageString(asciiPalette: ".#"));
    }

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True(actual.AllClose(expected, relativeTolerance: 1e-4, absoluteTolerance: 1e-5), $"{expected} is not {actual}");
}
