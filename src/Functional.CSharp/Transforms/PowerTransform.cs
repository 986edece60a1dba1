// Powers of positive numbers.
// Weibull and generalised families, reciprocals, square roots.
namespace Functional.CSharp;

/// <summary>
/// y = x^exponent of positive x, element by element; log |dy/dx| = log |exponent| + (exponent - 1) log(x).
/// </summary>
public sealed class PowerTransform : Transform
{
    internal PowerTransform(Functional.PowerTransform inner) : base(inner) => Map = inner;

    /// <summary>With exponents that line up with x from the right.</summary>
    /// <param name="exponent">Not zero; it may be negative.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public PowerTransform(Tensor exponent) : this(new Functional.PowerTransform(Guard.Inner(exponent)))
    {
    }

    /// <summary>The same for all numbers.</summary>
    /// <param name="exponent">Not zero; it may be negative.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public PowerTransform(double exponent) : this(new Functional.PowerTransform(exponent))
    {
    }

    private Functional.PowerTransform Map { get; }

    /// <summary>The exponent.</summary>
    public Tensor Exponent => new(Map.Exponent);
}
