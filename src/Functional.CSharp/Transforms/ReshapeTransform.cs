// Arrays in another shape.
// Images as vectors, vectors as matrices.
namespace Functional.CSharp;

/// <summary>The same elements in another shape, in the same order; log |det| = 0.</summary>
public sealed class ReshapeTransform : Transform
{
    internal ReshapeTransform(Functional.ReshapeTransform inner) : base(inner) => Map = inner;

    /// <summary>Events of one shape become events of another.</summary>
    /// <param name="input">The shape of an event x.</param>
    /// <param name="output">The shape of y, with as many elements.</param>
    /// <exception cref="ArgumentException">The shapes have different numbers of elements.</exception>
    public ReshapeTransform(IReadOnlyList<int> input, IReadOnlyList<int> output)
        : this(new Functional.ReshapeTransform(Guard.Shape(input), Guard.Shape(output)))
    {
    }

    private Functional.ReshapeTransform Map { get; }

    /// <summary>The shape of x.</summary>
    public IReadOnlyList<int> Input => Array.AsReadOnly(Map.Input);

    /// <summary>The shape of y.</summary>
    public IReadOnlyList<int> Output => Array.AsReadOnly(Map.Output);
}
