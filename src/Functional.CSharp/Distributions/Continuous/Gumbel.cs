// The Gumbel distribution, of the largest of many numbers.
// Extremes; and the noise that turns logits into categorical samples.
namespace Functional.CSharp;

/// <summary>exp(-z - e⁻ᶻ) / scale with z = (x - location)/scale, element by element over the batch.</summary>
public sealed class Gumbel : Distribution
{
    internal Gumbel(Functional.Gumbel inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">β, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Gumbel(Tensor location, Tensor scale) : this(new Functional.Gumbel(Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">β, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Gumbel(double location, double scale) : this(new Functional.Gumbel(location, scale))
    {
    }

    private Functional.Gumbel Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>β.</summary>
    public Tensor Scale => new(Family.Scale);
}
