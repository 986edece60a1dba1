// The distribution of a number between 0 and 1 whose log-odds are normal.
// Priors and posteriors of probabilities, with pathwise gradients that cost no more than a normal's.
namespace Functional.CSharp;

/// <summary>
/// exp(-((log x/(1-x) - location)/scale)²/2) / (x (1-x) scale √(2π)) for 0 &lt; x &lt; 1, element by element over the
/// batch: sigmoid of a Normal.
/// </summary>
/// <remarks>
/// Mean, variance and entropy have no closed form, and above σ² = 2 there can be two modes. Far from 0 a Float32 sample
/// rounds to 1, where the density is 0: take SampleAndLogProb, which does not invert the sigmoid.
/// </remarks>
public sealed class LogitNormal : Distribution
{
    internal LogitNormal(Functional.LogitNormal inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">μ, finite: the mean of the log-odds.</param>
    /// <param name="scale">σ, positive: the standard deviation of the log-odds.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public LogitNormal(Tensor location, Tensor scale)
        : this(new Functional.LogitNormal(Guard.Inner(location), Guard.Inner(scale)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">μ, finite: the mean of the log-odds.</param>
    /// <param name="scale">σ, positive: the standard deviation of the log-odds.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public LogitNormal(double location, double scale) : this(new Functional.LogitNormal(location, scale))
    {
    }

    private Functional.LogitNormal Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>σ.</summary>
    public Tensor Scale => new(Family.Scale);
}
