// The logistic distribution, whose distribution function is the sigmoid.
// Latent noise of binary choices, flows, and the discretized likelihoods of images.
namespace Functional.CSharp;

/// <summary>e⁻ᶻ / (scale (1 + e⁻ᶻ)²) with z = (x - location)/scale, element by element over the batch.</summary>
public sealed class Logistic : Distribution
{
    internal Logistic(Functional.Logistic inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">s, positive; the standard deviation is π s/√3.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Logistic(Tensor location, Tensor scale)
        : this(new Functional.Logistic(Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">s, positive; the standard deviation is π s/√3.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Logistic(double location, double scale) : this(new Functional.Logistic(location, scale))
    {
    }

    private Functional.Logistic Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>s.</summary>
    public Tensor Scale => new(Family.Scale);
}
