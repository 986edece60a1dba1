// The logarithm.
// Real numbers from positive quantities.
namespace Functional.CSharp;

/// <summary>y = log(x) of positive x, element by element; log |dy/dx| = -log(x). The inverse of ExpTransform.</summary>
public sealed class LogTransform : Transform
{
    internal LogTransform(Functional.LogTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public LogTransform() : this(new Functional.LogTransform())
    {
    }
}
