// The Laplace distribution: two exponential distributions back to back.
// Likelihoods of absolute errors, sparse priors, and the noise of differential privacy.
namespace Functional.CSharp;

/// <summary>exp(-|x - location|/scale) / (2 scale), element by element over the batch.</summary>
public sealed class Laplace : Distribution
{
    internal Laplace(Functional.Laplace inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">b, positive; the standard deviation is √2 b.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Laplace(Tensor location, Tensor scale) : this(new Functional.Laplace(Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">b, positive; the standard deviation is √2 b.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Laplace(double location, double scale) : this(new Functional.Laplace(location, scale))
    {
    }

    private Functional.Laplace Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>b.</summary>
    public Tensor Scale => new(Family.Scale);
}
