// A number of any kind, so that operators and comparisons need one overload for all of them.
// Nobody writes it: numbers become one by themselves.
namespace Functional.CSharp;

/// <summary>A number that takes part in a tensor's arithmetic; ints, doubles and the rest convert to it by themselves.</summary>
public readonly struct Scalar
{
    private readonly IConvertible? value;

    private Scalar(IConvertible value) => this.value = value;

    internal IConvertible Inner => value ?? 0;

    /// <summary>From an int; a tensor of integers stays one.</summary>
    public static implicit operator Scalar(int value) => new(value);

    /// <summary>From a long; a tensor of integers stays one.</summary>
    public static implicit operator Scalar(long value) => new(value);

    /// <summary>From a float.</summary>
    public static implicit operator Scalar(float value) => new(value);

    /// <summary>From a double.</summary>
    public static implicit operator Scalar(double value) => new(value);

    /// <summary>From a bool.</summary>
    public static implicit operator Scalar(bool value) => new(value);

    /// <summary>The number's digits.</summary>
    public override string ToString() => Inner.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
