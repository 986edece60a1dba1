// Real vectors onto increasing ones.
// Cut points of ordinal regression, means of mixture components that must not change places.
namespace Functional.CSharp;

/// <summary>
/// y_1 = x_1, y_k = y_{k-1} + exp(x_k), onto the vectors whose elements increase; log |det| = Σ_{k&gt;1} x_k.
/// </summary>
public sealed class OrderedTransform : Transform
{
    internal OrderedTransform(Functional.OrderedTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public OrderedTransform() : this(new Functional.OrderedTransform())
    {
    }
}
