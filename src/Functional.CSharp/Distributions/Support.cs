// Where values lie: the real line, the simplex, Cholesky factors and so on.
// Distributions tell it of their values, transforms of their two ends; Transform.ToSupport asks for one.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A set of numbers, vectors or matrices. Two are equal when they are the same set with the same bounds.</summary>
public sealed class Support : IEquatable<Support>
{
    internal Support(Functional.Support inner) => Inner = inner;

    internal Functional.Support Inner { get; }

    /// <summary>All real numbers.</summary>
    public static Support Real => new(Functional.Support.Real);

    /// <summary>x &gt; 0.</summary>
    public static Support Positive => new(Functional.Support.Positive);

    /// <summary>x ≥ 0.</summary>
    public static Support NonNegative => new(Functional.Support.NonNegative);

    /// <summary>0 ≤ x ≤ 1.</summary>
    public static Support UnitInterval => new(Functional.Support.UnitInterval);

    /// <summary>Vectors of real numbers.</summary>
    public static Support RealVector => new(Functional.Support.RealVector);

    /// <summary>Matrices of real numbers.</summary>
    public static Support RealMatrix => new(Functional.Support.RealMatrix);

    /// <summary>Vectors of non-negative numbers whose sum is one.</summary>
    public static Support Simplex => new(Functional.Support.Simplex);

    /// <summary>Vectors whose elements increase.</summary>
    public static Support Ordered => new(Functional.Support.Ordered);

    /// <summary>Lower-triangular matrices with a positive diagonal.</summary>
    public static Support LowerCholesky => new(Functional.Support.LowerCholesky);

    /// <summary>Symmetric positive-definite matrices.</summary>
    public static Support PositiveDefinite => new(Functional.Support.PositiveDefinite);

    /// <summary>
    /// Lower-triangular matrices with a positive diagonal and rows of length one: Cholesky factors of correlation matrices.
    /// </summary>
    public static Support CorrelationCholesky => new(Functional.Support.CorrelationCholesky);

    /// <summary>Whether it is a set of isolated points.</summary>
    public bool IsDiscrete => Inner.IsDiscrete;

    /// <summary>How many trailing axes one value has.</summary>
    public int EventRank => Inner.EventRank;

    /// <summary>low ≤ x ≤ high, where bounds are a batch that lines up with the values.</summary>
    public static Support Interval(Tensor low, Tensor high) =>
        new(Functional.Support.NewInterval(Guard.Inner(low), Guard.Inner(high)));

    /// <summary>low ≤ x ≤ high.</summary>
    public static Support Interval(double low, double high) => Interval(Tensor.FromScalar(low), Tensor.FromScalar(high));

    /// <summary>x ≥ low, where bounds are a batch that lines up with the values.</summary>
    public static Support AtLeast(Tensor low) => new(Functional.Support.NewAtLeast(Guard.Inner(low)));

    /// <summary>x ≥ low.</summary>
    public static Support AtLeast(double low) => AtLeast(Tensor.FromScalar(low));

    /// <summary>Arrays of so many further axes, whose elements each lie in a support.</summary>
    /// <param name="element">Where each element lies.</param>
    /// <param name="axes">How many axes there are in front of those of an element. Default: 1, vectors of numbers.</param>
    public static Support Elementwise(Support element, int axes = 1) =>
        new(Functional.Support.NewElementwise(Guard.Inner(element), Guard.AtLeast(axes, 0)));

    /// <summary>Vectors made of values of several supports one after another, each of that shape and flattened.</summary>
    public static Support Concatenated(params IEnumerable<(Support Support, IReadOnlyList<int> Shape)> parts) =>
        new(SupportBridge.concatenated(
            [.. Guard.NotNull(parts).Select(part => (Guard.Inner(part.Support), Guard.Shape(part.Shape)))]));

    /// <summary>Arrays whose slices along the first event axis each lie in a support; all have as many event axes.</summary>
    public static Support Stacked(params IEnumerable<Support> parts) => new(SupportBridge.stacked(Guard.Inner(parts)));

    /// <summary>Which values lie in it; the event axes are gone from the result.</summary>
    public Tensor Contains(Tensor value) => new(Inner.Contains(Guard.Inner(value)));

    /// <summary>Whether both are the same set.</summary>
    public bool Equals(Support? other) => other is not null && Inner.Equals(other.Inner);

    /// <summary>Whether both are the same set.</summary>
    public override bool Equals(object? obj) => Equals(obj as Support);

    /// <summary>Equal sets have the same hash code.</summary>
    public override int GetHashCode() => Inner.Tag;

    /// <summary>What a value has to be, to follow "must be".</summary>
    public override string ToString() => SupportBridge.requirement(Inner);
}
