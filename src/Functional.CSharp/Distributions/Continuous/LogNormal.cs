// The distribution of a number whose logarithm is normal.
// Priors of scales, and data of positive numbers over several orders of magnitude.
namespace Functional.CSharp;

/// <summary>
/// exp(-((log x - location)/scale)²/2) / (x scale √(2π)) for x &gt; 0, element by element over the batch: exp of a Normal.
/// </summary>
public sealed class LogNormal : Distribution
{
    internal LogNormal(Functional.LogNormal inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">μ, finite: the mean of log x.</param>
    /// <param name="scale">σ, positive: the standard deviation of log x.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public LogNormal(Tensor location, Tensor scale)
        : this(new Functional.LogNormal(Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">μ, finite: the mean of log x.</param>
    /// <param name="scale">σ, positive: the standard deviation of log x.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public LogNormal(double location, double scale) : this(new Functional.LogNormal(location, scale))
    {
    }

    private Functional.LogNormal Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>σ.</summary>
    public Tensor Scale => new(Family.Scale);
}
