// Transforms one after the other.
// Then and Compose make it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// x ↦ f_n(... f_1(x)): transforms one after the other, in the order given; log |det| is the sum of those of the parts. Its
/// events are those of the part that needs most axes. Parts that are compositions are taken apart.
/// </summary>
public sealed class ComposeTransform : Transform
{
    internal ComposeTransform(Functional.ComposeTransform inner) : base(inner) => Map = inner;

    /// <summary>See also Then and Compose, which make nothing new of one transform.</summary>
    /// <param name="transforms">The transforms, first to last.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public ComposeTransform(params IEnumerable<Transform> transforms)
        : this(new Functional.ComposeTransform(Guard.Inner(transforms)))
    {
    }

    private Functional.ComposeTransform Map { get; }

    /// <summary>The transforms, first to last.</summary>
    public IReadOnlyList<Transform> Parts => [.. TransformBridge.parts(Map).Select(Wrap)];
}
