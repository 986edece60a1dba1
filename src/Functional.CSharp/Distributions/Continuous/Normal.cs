// The normal distribution.
// Priors, posteriors and Gaussian likelihoods.
namespace Functional.CSharp;

/// <summary>N(x; mean, scale²) = exp(-((x - mean)/scale)²/2) / (scale √(2π)), element by element over the batch.</summary>
public sealed class Normal : Distribution
{
    internal Normal(Functional.Normal inner) : base(inner) => Family = inner;

    /// <summary>A batch of normal distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="mean">μ, finite.</param>
    /// <param name="scale">σ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Normal(Tensor mean, Tensor scale) : this(new Functional.Normal(Guard.Inner(mean), Guard.Inner(scale)))
    {
    }

    /// <summary>One normal distribution.</summary>
    /// <param name="mean">μ, finite.</param>
    /// <param name="scale">σ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Normal(double mean, double scale) : this(new Functional.Normal(mean, scale))
    {
    }

    private Functional.Normal Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>σ.</summary>
    public Tensor Scale => new(Family.Scale);

    /// <summary>log σ.</summary>
    public Tensor LogScale => new(Family.LogScale);

    /// <summary>Independent N(mean, scale²) over the last axis: one event per row.</summary>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public static Distribution Diagonal(Tensor mean, Tensor scale) =>
        Wrap(Functional.NormalModule.diagonal(Guard.Inner(mean), Guard.Inner(scale)));

    /// <summary>Independent N(0, 1) over arrays of that shape.</summary>
    public static Distribution Standard(IReadOnlyList<int> eventShape) =>
        Wrap(Functional.NormalModule.standard(Guard.Shape(eventShape)));
}
