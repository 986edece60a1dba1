// Defaults and devices, and tensors made and mapped by functions, as a C# program uses them.
// What each operation computes is tested in Functional.Tests.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ConfigurationTests
{
    [Fact]
    public void The_default_dtype_can_be_set_to_one_of_real_numbers()
    {
        Assert.Equal(Dtype.Float32, Dtype.Default);

        try
        {
            Dtype.Default = Dtype.Float64;
            Assert.Equal(Dtype.Float64, Row(1, 2).Dtype);
            Assert.ThrowsAny<ArgumentException>(() => Dtype.Default = Dtype.Int32);
            Assert.Equal(Dtype.Float64, Dtype.Default);
        }
        finally
        {
            Dtype.Default = Dtype.Float32;
        }
    }

    [Fact]
    public void The_devices_of_the_machine_are_listed_and_no_other_can_be_the_default()
    {
        Assert.Equal(Device.Cpu, Device.All[0]);
        Assert.All(Device.All, device => Assert.True(device.IsAvailable));
        Assert.Equal(Device.Cpu, Device.Default);
        var missing = Device.Cuda(Device.All.Count);
        Assert.ThrowsAny<InvalidOperationException>(() => Device.Default = missing);
        Assert.Equal(Device.Cpu, Device.Default);
        Device.Default = Device.Cpu;
        Assert.Throws<ArgumentNullException>("value", () => Device.Default = null!);
    }

    [Fact]
    public void Tensors_are_made_from_functions_of_their_indices()
    {
        Assert.Equal(Row(0, 1, 4), Tensor.Init(3, i => (double)(i * i)));
        Assert.Equal(Tensor.FromArray(new[,] { { 0, 1 }, { 10, 11 } }), Tensor.Init(2, 2, (i, j) => 10 * i + j));
        Assert.Equal([2, 1, 3], Tensor.Init(2, 1, 3, (i, j, k) => i + j + k).Shape);
        Assert.Equal([0, 1, 2, 3], Tensor.Init(1, 2, 1, 2, (i, j, k, l) => i + 2 * j + k + l).ToArray<int>());
        Assert.Throws<ArgumentOutOfRangeException>("length", () => Tensor.Init(-1, i => i));
        Assert.Throws<ArgumentNullException>("element", () => Tensor.Init(1, (Func<int, int>)null!));
    }

    [Fact]
    public void Functions_map_over_three_tensors_and_know_the_index()
    {
        var (a, b, c) = (Row(1, 2), Row(3, 4), Row(5, 6));
        Assert.Equal(Row(15, 48), a.Map(b, c, (x, y, z) => x * y * z));
        Assert.Equal(Row(3, 9), a.MapIndexed(b, (index, x, y) => x * y + index[0]));
        Assert.Equal(Row(15, 49), a.MapIndexed(b, c, (index, x, y, z) => x * y * z + index[0]));
        Assert.ThrowsAny<ArgumentException>(() => a.Map(b, Row(1), (x, y, z) => x));
        Assert.Throws<ArgumentNullException>("mapping", () => a.MapIndexed(b, null!));
    }
}
