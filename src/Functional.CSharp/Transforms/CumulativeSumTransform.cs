// Running totals.
// Random walks from their steps, trends from their changes.
namespace Functional.CSharp;

/// <summary>y_k = Σ_{j≤k} x_j along the last axis; log |det| = 0.</summary>
public sealed class CumulativeSumTransform : Transform
{
    internal CumulativeSumTransform(Functional.CumulativeSumTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public CumulativeSumTransform() : this(new Functional.CumulativeSumTransform())
    {
    }
}
