// A setting of a convolution or a pooling: one number for all axes, or one for each.
// Nobody writes it: numbers, tuples and arrays become one by themselves.
namespace Functional.CSharp;

/// <summary>
/// One number for all axes, or one for each: <c>stride: 2</c>, <c>stride: (1, 2)</c>. Left out, it is the usual one.
/// </summary>
public readonly struct PerAxis
{
    private PerAxis(int[] values) => Values = values;

    internal int[]? Values { get; }

    /// <summary>The same for all axes.</summary>
    public static implicit operator PerAxis(int value) => new([value]);

    /// <summary>For height and width.</summary>
    public static implicit operator PerAxis((int Height, int Width) values) => new([values.Height, values.Width]);

    /// <summary>For depth, height and width.</summary>
    public static implicit operator PerAxis((int Depth, int Height, int Width) values) =>
        new([values.Depth, values.Height, values.Width]);

    /// <summary>One for each axis.</summary>
    public static implicit operator PerAxis(int[] values) => new([.. Guard.NotNull(values)]);
}
