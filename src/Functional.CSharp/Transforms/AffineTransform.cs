// Shifting and scaling.
// Location-scale families, standardised data, the ends of intervals.
namespace Functional.CSharp;

/// <summary>y = location + scale · x, element by element; log |dy/dx| = log |scale|.</summary>
public sealed class AffineTransform : Transform
{
    internal AffineTransform(Functional.AffineTransform inner) : base(inner) => Map = inner;

    /// <summary>With parameters that line up with x from the right.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">σ, not zero; it may be negative.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public AffineTransform(Tensor location, Tensor scale)
        : this(new Functional.AffineTransform(Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>The same for all numbers.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">σ, not zero; it may be negative.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public AffineTransform(double location, double scale) : this(new Functional.AffineTransform(location, scale))
    {
    }

    private Functional.AffineTransform Map { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Map.Location);

    /// <summary>σ.</summary>
    public Tensor Scale => new(Map.Scale);
}
