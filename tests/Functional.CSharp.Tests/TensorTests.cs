// Tensors as a C# program uses them: creation, arithmetic, shapes, indexing, pictures, errors.
// The numbers themselves are tested in Functional.Tests; here it is whether the facade passes them on rightly.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class TensorTests
{
    [Fact]
    public void A_tensor_has_the_shape_and_the_elements_of_its_array()
    {
        using var tensor = Tensor.FromArray(new[,] { { 1.0, 2.0, 3.0 }, { 4.0, 5.0, 6.0 } });
        Assert.Equal([2, 3], tensor.Shape);
        Assert.Equal(2, tensor.Dim);
        Assert.Equal(6, tensor.Nelement);
        Assert.Equal(Dtype.Float32, tensor.Dtype);
        Assert.Equal(Device.Cpu.DeviceType, tensor.Device.DeviceType);
        Assert.Equal([1f, 2, 3, 4, 5, 6], tensor.ToArray<float>());
        Assert.Equal([1.0, 2, 3, 4, 5, 6], tensor.ToArray<double>());
    }

    [Fact]
    public void Arrays_of_arrays_and_flat_arrays_with_a_shape_make_the_same_tensor()
    {
        int[][] rows = [[1, 2], [3, 4]];
        Assert.Equal(Tensor.FromArray(rows), Tensor.FromArray([1, 2, 3, 4], shape: [2, 2]));
    }

    [Fact]
    public void Integers_and_bools_keep_their_type_and_real_numbers_take_the_default_one()
    {
        Assert.Equal(Dtype.Int64, Tensor.FromArray(new[] { 1L, 2L }).Dtype);
        Assert.Equal(Dtype.Bool, Tensor.FromArray(new[] { true }).Dtype);
        Assert.Equal(Dtype.Default, Row(1, 2).Dtype);
        Assert.Equal(Dtype.Float64, Tensor.FromArray(new[] { 1.0 }, Dtype.Float64).Dtype);
    }

    [Fact]
    public void Creation_functions_fill_their_shape()
    {
        Assert.Equal([0f, 0, 0], Tensor.Zeros([3]).ToArray<float>());
        Assert.Equal([1f, 1], Tensor.Ones([1, 2]).ToArray<float>());
        Assert.Equal([2.5, 2.5], Tensor.Full([2], 2.5, Dtype.Float64).ToArray<double>());
        Assert.Equal([2, 3, 4], Tensor.Arange(5, startVal: 2).ToArray<int>());
        Assert.Equal([0f, 0.5f, 1f], Tensor.Linspace(0, 1, 3).ToArray<float>());
        Assert.Equal([1f, 0, 0, 1], Tensor.Eye(2).ToArray<float>());
        Assert.Equal([0f, 1, 0], Tensor.OneHot(3, 1).ToArray<float>());
        Assert.Equal(7, Tensor.FromScalar(7).ToInt32());
        Assert.Equal([0L, 1, 2, 3], Tensor.RandPerm(4).ToArray<long>().Order());
        Assert.All(Tensor.RandInt(3, 5, [50]).ToArray<int>(), value => Assert.InRange(value, 3, 4));
        Assert.All(Tensor.Rand([50]).ToArray<float>(), value => Assert.InRange(value, 0f, 1f));
        Assert.Equal([4, 5], Tensor.Randn([4, 5]).Shape);
    }

    [Fact]
    public void Operators_take_tensors_and_numbers_on_either_side()
    {
        var (a, b) = (Row(1, 2), Row(3, 5));
        Assert.Equal(Row(4, 7), a + b);
        Assert.Equal(Row(-2, -3), a - b);
        Assert.Equal(Row(3, 10), a * b);
        Assert.Equal(Row(3, 2.5), b / a);
        Assert.Equal(Row(-1, -2), -a);
        Assert.Equal(Row(3, 4), a + 2);
        Assert.Equal(Row(3, 4), 2.0 + a);
        Assert.Equal(Row(1, 0), 2 - a);
        Assert.Equal(Row(2, 4), a * 2f);
        Assert.Equal(Row(1, 0.5), 1 / a);
    }

    [Fact]
    public void Whole_numbers_leave_tensors_of_integers_as_they_are()
    {
        Assert.Equal(Tensor.FromArray(new[] { 2, 3 }), Tensor.FromArray(new[] { 1, 2 }) + 1);
        Assert.Equal(Dtype.Float32, (Tensor.FromArray(new[] { 1, 2 }) + 0.5).Dtype);
    }

    [Fact]
    public void Functions_work_element_by_element()
    {
        Assert.True(Row(0, 1).Exp().AllClose(Row(1, Math.E)));
        Assert.True(Row(1, Math.E).Log().AllClose(Row(0, 1)));
        Assert.Equal(Row(2, 3), Row(4, 9).Sqrt());
        Assert.Equal(Row(1, 0.25), Row(-1, 0.5).Pow(2));
        Assert.Equal(Row(0, 2), Row(-1, 2).Relu());
        Assert.Equal(Row(-1, 1), Row(-3, 5).Clamp(low: -1, high: 1));
        Assert.Equal(Row(-3, 1), Row(-3, 5).Clamp(high: 1));
        Assert.Equal([false, true], Row(1, 2).Gt(1).ToArray<bool>());
        Assert.Equal([true, false], Row(1, 2).Ne(2).ToArray<bool>());
        Assert.Equal(Row(1, 9), Tensor.Where(Row(1, 2).Le(1), Row(1, 2), Row(8, 9)));
    }

    [Fact]
    public void Reductions_take_no_axis_one_axis_or_several()
    {
        var matrix = Tensor.FromArray(new[,] { { 1.0, 2.0 }, { 3.0, 6.0 } });
        Assert.Equal(12, matrix.Sum().ToDouble());
        Assert.Equal(Row(4, 8), matrix.Sum(0));
        Assert.Equal([2, 1], matrix.Sum(1, keepDim: true).Shape);
        Assert.Equal(3, matrix.Mean([0, 1]).ToDouble());
        Assert.Equal(Row(2, 6), matrix.Max(-1));
        Assert.Equal([1, 1], matrix.ArgMax());
        Assert.Equal([0L, 0], matrix.ArgMin(1).ToArray<long>());
        Assert.Equal(Math.Log(Math.E + 1), Row(0, 1).LogSumExp(0).ToDouble(), 5);
        Assert.Equal(2, Row(1, 3).Var().ToDouble(), 5);
        Assert.Equal(1, Row(1, 3).Var(unbiased: false).ToDouble(), 5);
    }

    [Fact]
    public void Shapes_change_without_changing_elements()
    {
        var six = Tensor.Arange(6);
        Assert.Equal([2, 3], six.View([2, -1]).Shape);
        Assert.Equal([0, 3, 1, 4, 2, 5], six.View([2, 3]).Transpose().ToArray<int>());
        Assert.Equal([3, 1, 2], six.View([1, 2, 3]).Permute([2, 0, 1]).Shape);
        Assert.Equal([6, 1], six.Unsqueeze(-1).Shape);
        Assert.Equal([4, 6], six.Expand([4, 6]).Shape);
        Assert.Equal([[0, 1], [2, 3, 4, 5]], six.Split([2, 4]).Select(part => part.ToArray<int>()));
        Assert.Equal([2, 6], Tensor.Stack(six.View([2, 3]).Unstack().SelectMany(row => new[] { row, row })).View([2, 6]).Shape);
        Assert.Equal([5, 0], six.IndexSelect(0, Tensor.FromArray(new[] { 5, 0 })).ToArray<int>());
    }

    [Fact]
    public void Indices_and_ranges_work_as_they_do_for_arrays()
    {
        var matrix = Tensor.Arange(12).View([3, 4]);
        Assert.Equal([4, 5, 6, 7], matrix[1].ToArray<int>());
        Assert.Equal([8, 9, 10, 11], matrix[^1].ToArray<int>());
        Assert.Equal(6, matrix[1, 2].ToInt32());
        Assert.Equal([2, 4], matrix[..2].Shape);
        Assert.Equal([5, 6, 9, 10], matrix[1.., 1..3].ToArray<int>());
        Assert.Equal([3, 7, 11], matrix[.., ^1].ToArray<int>());
        Assert.Throws<IndexOutOfRangeException>(() => matrix[3]);
        Assert.ThrowsAny<ArgumentException>(() => matrix[-1]);
        Assert.ThrowsAny<ArgumentException>(() => matrix[0, 0, 0]);
    }

    [Fact]
    public void Any_number_of_axes_takes_any_mixture_of_indices_and_ranges()
    {
        var cube = Tensor.Arange(24).View([2, 3, 4]);
        Assert.Equal([2, 3, 4], cube[..].Shape);
        Assert.Equal([2, 3, 4], cube[.., .., ..].Shape);
        Assert.Equal([1, 3, 4], cube[1..].Shape);
        Assert.Equal([2, 2, 1], cube[.., ..2, 3..].Shape);
        Assert.Equal([2, 2], cube[.., ^2.., 0].Shape);
        Assert.Equal([14, 15], cube[1, 0, ^2..].ToArray<int>());
        Assert.Equal([12, 16, 20], cube[^1, .., 0].ToArray<int>());
        Assert.Equal([1, 2], cube[0, 0, 1..^1].ToArray<int>());
        Assert.Equal([2, 0, 4], cube[.., 1..1].Shape);
        Assert.Equal(23, (int)cube[^1, ^1, ^1]);
        Assert.Equal([6, 7], cube[0, 1][2..].ToArray<int>());

        Index last = ^1;
        Range middle = 1..3;
        Assert.Equal([21, 22], cube[1, last, middle].ToArray<int>());
    }

    [Fact]
    public void Indices_and_ranges_that_do_not_fit_say_so()
    {
        var matrix = Tensor.Arange(12).View([3, 4]);
        Assert.Throws<IndexOutOfRangeException>(() => matrix[0, ^5]);
        Assert.ThrowsAny<ArgumentException>(() => matrix[..4]);
        Assert.ThrowsAny<ArgumentException>(() => matrix[.., ^5..]);
        Assert.ThrowsAny<ArgumentException>(() => matrix[2..1]);
    }

    [Fact]
    public void Gradients_flow_through_slices()
    {
        var gradient = Differentiate.Gradient(x => x[1..3].Sum() + 2 * x[^1], Row(1, 2, 3, 4));
        Assert.Equal(Row(0, 1, 1, 2), gradient);
    }

    [Fact]
    public void A_tensor_of_one_element_converts_to_a_number()
    {
        var three = Tensor.FromScalar(3);
        Assert.Equal((3, 3L, 3f, 3.0, true), ((int)three, (long)three, (float)three, (double)three, (bool)three));
        Assert.Throws<InvalidOperationException>(() => (double)Row(1, 2));
        Assert.Throws<ArgumentNullException>(() => (double)(Tensor)null!);
    }

    [Fact]
    public void Matrices_multiply_and_invert()
    {
        var matrix = Tensor.FromArray(new[,] { { 2.0, 0.0 }, { 1.0, 4.0 } });
        Assert.Equal([4f, 17], matrix.Matmul(Row(2, 3.75)).ToArray<float>());
        Assert.True(matrix.Matmul(matrix.Inv()).AllClose(Tensor.Eye(2), absoluteTolerance: 1e-6));
        Assert.Equal(8, matrix.Det().ToDouble(), 4);
    }

    [Fact]
    public void Equality_compares_elements_and_text_shows_them()
    {
        Assert.Equal(Row(1, 2), Row(1, 2));
        Assert.Equal(Row(1, 2).GetHashCode(), Row(1, 2).GetHashCode());
        Assert.NotEqual(Row(1, 2), Row(1, 3));
        Assert.NotEqual(Row(1, 2), Row(1, 2).Cast(Dtype.Float64));
        Assert.False(Row(1).Equals(null));
        Assert.Contains("1, 2", Row(1, 2).ToString());
    }

    [Fact]
    public void An_image_is_written_as_a_PNG_file()
    {
        using var file = new TemporaryFile();
        Tensor.Rand([5, 1, 4, 4]).SaveImage(file.Path, gridCols: 3);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(file.Path)[..4]);
    }

    [Fact]
    public void The_same_seed_draws_the_same_numbers()
    {
        Tensor Draw() => RandomNumbers.WithSeed(3, () => Tensor.Randn([4]));
        Assert.Equal(Draw(), Draw());
        RandomNumbers.Seed(5);
        var first = Tensor.Rand([4]);
        RandomNumbers.Seed(5);
        Assert.Equal(first, Tensor.Rand([4]));
    }

    [Fact]
    public void A_saved_state_continues_the_numbers_exactly_there()
    {
        var state = RandomNumbers.State();
        var first = Tensor.Rand([4]);
        Assert.NotEqual(first, Tensor.Rand([4]));
        RandomNumbers.Restore(state);
        Assert.Equal(first, Tensor.Rand([4]));
        Assert.ThrowsAny<ArgumentException>(() => RandomNumbers.Restore([1, 2, 3]));
    }

    [Fact]
    public void Bad_arguments_are_ArgumentExceptions_that_name_the_shapes()
    {
        Assert.Throws<ArgumentNullException>(() => Row(1) + null!);
        Assert.Throws<ArgumentNullException>("b", () => Row(1).Matmul(null!));
        Assert.Throws<ArgumentNullException>("shape", () => Tensor.Zeros(null!));
        Assert.Throws<ArgumentException>("values", () => Tensor.FromArray([1, 2, 3], shape: [2, 2]));
        Assert.ThrowsAny<ArgumentException>(() => Tensor.FromArray(new[] { "one" }));
        Assert.ThrowsAny<ArgumentException>(() => Row(1, 2).Sum(1));
        var error = Assert.ThrowsAny<ArgumentException>(() => Tensor.Zeros([2, 3]).Matmul(Tensor.Zeros([4, 5])));
        Assert.Contains("[2; 3]", error.Message);
        Assert.Contains("[4; 5]", error.Message);
    }

    [Fact]
    public void What_libtorch_refuses_is_an_InvalidOperationException()
    {
        Assert.ThrowsAny<InvalidOperationException>(() => Tensor.Zeros([2, 2]).Inv());
        Assert.ThrowsAny<InvalidOperationException>(() => Row(1, 2).ToDouble());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_an_ArgumentException_that_names_them()
    {
        var sum = Assert.ThrowsAny<ArgumentException>(() => Row(1, 2) + Row(1, 2, 3));
        Assert.Contains("add: shapes [2] and [3] do not broadcast", sum.Message);
        Assert.ThrowsAny<ArgumentException>(() => Row(1, 2).View([3]));
        Assert.ThrowsAny<ArgumentException>(() => Tensor.Cat([Row(1, 2), Tensor.Zeros([1, 1])]));
    }

    [Fact]
    public void A_freed_tensor_is_an_ObjectDisposedException()
    {
        var tensor = Row(1, 2);
        tensor.Dispose();
        tensor.Dispose();
        Assert.True(tensor.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => tensor + 1);
        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray<float>());
    }

    [Fact]
    public void Gradients_are_taken_of_what_was_recorded()
    {
        var x = Gradient.Record(Row(1, 2));
        var gradient = Assert.Single(Gradient.OfLoss((x * x).Sum(), [x]));
        Assert.Equal(Row(2, 4), gradient);
        Assert.True(Gradient.IsRecorded(x * 2));
        Assert.False(Gradient.IsRecorded(Gradient.Off(() => x * 2)));
        Assert.False(Gradient.IsRecorded(x.NoDiff()));
        Assert.ThrowsAny<ArgumentException>(() => Gradient.Record(Tensor.FromArray(new[] { 1 })));
    }
}
