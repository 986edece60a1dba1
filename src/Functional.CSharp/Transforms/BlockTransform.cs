// Different transforms for consecutive slices of a vector.
// Several constrained parameters packed into one vector, as optimisers and samplers want them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// y = (f_1(x[block 1]), ..., f_n(x[block n])) along the last axis; log |det| is the sum of those of the blocks. Each part
/// acts on numbers or vectors; its block of y has the length that it makes of its block of x.
/// </summary>
public sealed class BlockTransform : Transform
{
    internal BlockTransform(Functional.BlockTransform inner) : base(inner) => Map = inner;

    /// <summary>Different transforms for consecutive slices of a vector.</summary>
    /// <param name="parts">The transforms, and the lengths of their blocks of x.</param>
    /// <exception cref="ArgumentException">There are no parts, or one acts on matrices.</exception>
    public BlockTransform(params IEnumerable<(Transform Transform, int Length)> parts)
        : this(TransformBridge.block(
            [.. Guard.NotNull(parts).Select(part => (Guard.Inner(part.Transform, nameof(parts)), part.Length))]))
    {
    }

    private Functional.BlockTransform Map { get; }

    /// <summary>The transforms, and the lengths of their blocks of x.</summary>
    public IReadOnlyList<(Transform Transform, int Length)> Parts =>
        [.. TransformBridge.blocks(Map).Select(part => (Wrap(part.Item1), part.Item2))];
}
