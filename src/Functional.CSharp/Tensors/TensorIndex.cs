// What an indexer takes of one axis: a position or a range, with C#'s own syntax.
// Nobody writes it: ints, ^1 and 1..3 become one by themselves.
namespace Functional.CSharp;

/// <summary>What is taken of an axis: one position, which drops the axis, or a range, which keeps it.</summary>
public readonly struct TensorIndex
{
    private readonly Range range;
    private readonly bool isPosition;

    private TensorIndex(Range range, bool isPosition) => (this.range, this.isPosition) = (range, isPosition);

    /// <summary>The position, counted from 0.</summary>
    public static implicit operator TensorIndex(int position) =>
        position >= 0
            ? new(position.., isPosition: true)
            : throw new ArgumentOutOfRangeException(nameof(position), $"Count from the end with ^{-position}.");

    /// <summary>The position, `^1` being the last one.</summary>
    public static implicit operator TensorIndex(Index position) => new(position.., isPosition: true);

    /// <summary>The positions of a range; as always in C#, its end is not included.</summary>
    public static implicit operator TensorIndex(Range range) => new(range, isPosition: false);

    // First and last position, both included, on that axis; what lies beyond the axes is left to the indexer to refuse.
    internal (int First, int Last, bool Drop) On(IReadOnlyList<int> shape, int axis)
    {
        var length = axis < shape.Count ? shape[axis] : 0;
        var (first, end) = (range.Start.GetOffset(length), range.End.GetOffset(length));

        return isPosition ? (first, first, true)
            : axis >= shape.Count || (first >= 0 && first <= end && end <= length) ? (first, end - 1, false)
            : throw new ArgumentOutOfRangeException(
                "indices", $"There is no range {range} on axis {axis} of shape [{string.Join("; ", shape)}].");
    }
}
