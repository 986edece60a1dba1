// Independent copies along one axis of a program, all of them or some.
// Handler.Plate makes them; sites and traces tell which they stand in.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Independent copies along one axis: all of them, or a random part that stands for all. Two are equal when name, size and axis
/// are.
/// </summary>
public sealed class Plate : IEquatable<Plate>, IWrapper
{
    internal Plate(Functional.Plate inner) => Inner = inner;

    internal Functional.Plate Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>Its name.</summary>
    public string Name => Inner.Name;

    /// <summary>How many copies there are, N.</summary>
    public int Size => Inner.Size;

    /// <summary>Its axis among the batch axes, counted from the right: 1 is the last.</summary>
    public int Axis => Inner.Axis;

    /// <summary>Which copies are present, B of them (Int32): 0 to N - 1 without subsampling.</summary>
    public Tensor Indices => new(Inner.Indices);

    /// <summary>How many copies are present, B.</summary>
    public int Count => Inner.Count;

    /// <summary>N / B, by which log-densities inside are multiplied.</summary>
    public double Scale => Inner.Scale;

    /// <summary>Whether name, size and axis are equal.</summary>
    public bool Equals(Plate? other) => other is not null && Inner.Equals(other.Inner);

    /// <inheritdoc cref="Equals(Plate)"/>
    public override bool Equals(object? obj) => Equals(obj as Plate);

    /// <summary>A hash of the name.</summary>
    public override int GetHashCode() => Inner.GetHashCode();

    /// <summary>Name and size, and how many are present where that is fewer: <c>data(100 of 60000)</c>.</summary>
    public override string ToString() => Inner.ToString();

    internal static IReadOnlyList<Plate> List(Functional.Plate[] plates) =>
        Array.AsReadOnly(Array.ConvertAll(plates, plate => new Plate(plate)));
}
