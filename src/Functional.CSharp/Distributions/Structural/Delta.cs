// All of the mass in one point.
// Point estimates as posteriors, and values taken as known.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// All of the mass in one point: log p(x) = logDensity where x equals the value, -inf elsewhere. Samples are the value
/// itself and pass gradients on to it.
/// </summary>
public sealed class Delta : Distribution
{
    internal Delta(Functional.Delta inner) : base(inner) => Family = inner;

    /// <summary>A batch of points; batch axes line up from the right.</summary>
    /// <param name="value">Where the mass is.</param>
    /// <param name="eventRank">How many of its last axes are those of one event. Default: 0.</param>
    /// <param name="logDensity">The log-density there. Default: 0.</param>
    /// <exception cref="ArgumentException">The value has fewer axes, or the shapes do not line up.</exception>
    public Delta(Tensor value, int eventRank = 0, Tensor? logDensity = null)
        : this(DistributionBridge.delta(Guard.Inner(value), eventRank, logDensity?.Inner))
    {
    }

    private Functional.Delta Family { get; }

    /// <summary>Where the mass is.</summary>
    public Tensor Value => new(Family.Value);

    /// <summary>The log-density there.</summary>
    public Tensor LogDensityAtValue => new(Family.LogDensityAtValue);
}
