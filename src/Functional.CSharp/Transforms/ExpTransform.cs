// The exponential function.
// Positive quantities from real numbers.
namespace Functional.CSharp;

/// <summary>y = exp(x), element by element, onto the positive numbers; log |dy/dx| = x.</summary>
/// <remarks>
/// In Float32 y is infinite from x = 88.8 on and zero below -104, where the log-determinant is still right.
/// </remarks>
public sealed class ExpTransform : Transform
{
    internal ExpTransform(Functional.ExpTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public ExpTransform() : this(new Functional.ExpTransform())
    {
    }
}
