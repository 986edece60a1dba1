// Different transforms for the slices of an array.
// Parameters of the same shape that have supports of their own.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// y = (f_1(x[1]), ..., f_n(x[n])) along the first event axis: x ends in an axis of length n, then in the event axes of the
/// parts. log |det| is the sum of those of the slices.
/// </summary>
public sealed class StackTransform : Transform
{
    internal StackTransform(Functional.StackTransform inner) : base(inner) => Map = inner;

    /// <summary>Different transforms for the slices of an array.</summary>
    /// <param name="parts">The transforms, one for each slice.</param>
    /// <exception cref="ArgumentException">There are no parts, or they act on values of different ranks.</exception>
    public StackTransform(params IEnumerable<Transform> parts) : this(new Functional.StackTransform(Guard.Inner(parts)))
    {
    }

    private Functional.StackTransform Map { get; }

    /// <summary>The transforms, one for each slice.</summary>
    public IReadOnlyList<Transform> Parts => [.. TransformBridge.slices(Map).Select(Wrap)];
}
