// The elements of vectors in another order.
// Between the layers of flows.
namespace Functional.CSharp;

/// <summary>y_k = x_permutation[k] along the last axis; log |det| = 0.</summary>
public sealed class PermuteTransform : Transform
{
    internal PermuteTransform(Functional.PermuteTransform inner) : base(inner) => Map = inner;

    /// <summary>Another order of the elements.</summary>
    /// <param name="permutation">Which element of x each element of y is: each of 0 to n - 1 once.</param>
    /// <exception cref="ArgumentException">A number is missing or occurs twice.</exception>
    public PermuteTransform(IReadOnlyList<int> permutation)
        : this(new Functional.PermuteTransform(Guard.Shape(permutation)))
    {
    }

    private Functional.PermuteTransform Map { get; }

    /// <summary>Which element of x each element of y is.</summary>
    public IReadOnlyList<int> Permutation => Array.AsReadOnly(Map.Permutation);
}
