// Batch axes of a transform read as event axes.
// Transforms of numbers where distributions are of vectors or arrays.
namespace Functional.CSharp;

/// <summary>The same map, whose last batch axes are event axes: log |det| is summed over them.</summary>
public sealed class IndependentTransform : Transform
{
    internal IndependentTransform(Functional.IndependentTransform inner) : base(inner) => Map = inner;

    /// <summary>Batch axes of a transform as event axes.</summary>
    /// <param name="part">The transform of one element.</param>
    /// <param name="rank">How many batch axes become event axes, not negative.</param>
    /// <exception cref="ArgumentException">The rank is negative.</exception>
    public IndependentTransform(Transform part, int rank)
        : this(new Functional.IndependentTransform(Guard.Inner(part), rank))
    {
    }

    private Functional.IndependentTransform Map { get; }

    /// <summary>The transform of one element.</summary>
    public Transform Part => Wrap(Map.Part);

    /// <summary>How many batch axes have become event axes.</summary>
    public int Rank => Map.Rank;
}
