// Where the values of a distribution lie.
// Asked of a distribution; nobody makes one.
namespace Functional.CSharp;

/// <summary>A set of values: all real numbers, an interval, {0, 1}, the first integers, or arrays of these.</summary>
public sealed class Support
{
    private readonly Functional.Support inner;

    internal Support(Functional.Support inner) => this.inner = inner;

    /// <summary>Whether it is a set of isolated points.</summary>
    public bool IsDiscrete => inner.IsDiscrete;

    /// <summary>Which elements lie in it; over event axes all of them have to.</summary>
    public Tensor Contains(Tensor value) => new(inner.Contains(Guard.Inner(value)));
}
