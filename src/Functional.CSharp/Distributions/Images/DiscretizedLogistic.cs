// The discretized logistic distribution of grey values.
// Likelihoods of 8-bit images: PixelCNN++, hierarchical VAEs.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// P(x) = σ((x + h - μ)/s) - σ((x - h - μ)/s) on equally spaced values x from -1 to 1, 2h apart, element by element over
/// the batch; the lowest value takes the whole lower tail, the highest the upper one.
/// </summary>
/// <remarks>
/// The 8-bit grey value v is x = v/127.5 - 1. Mean, variance, mode and entropy sum over all levels. Source: Salimans,
/// Karpathy, Chen, Kingma 2017, arXiv:1701.05517, equation 2.
/// </remarks>
public sealed class DiscretizedLogistic : Distribution
{
    internal DiscretizedLogistic(Functional.DiscretizedLogistic inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">s, positive.</param>
    /// <param name="levels">How many values there are, at least 2. Default: 256.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public DiscretizedLogistic(Tensor location, Tensor scale, int levels = 256)
        : this(DistributionBridge.discretizedLogistic(Guard.Inner(location), Guard.Inner(scale), levels))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">μ, finite.</param>
    /// <param name="scale">s, positive.</param>
    /// <param name="levels">How many values there are, at least 2. Default: 256.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public DiscretizedLogistic(double location, double scale, int levels = 256)
        : this(Tensor.FromScalar(location), Tensor.FromScalar(scale), levels)
    {
    }

    private Functional.DiscretizedLogistic Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>s.</summary>
    public Tensor Scale => new(Family.Scale);

    /// <summary>How many values there are.</summary>
    public int Levels => Family.Levels;
}
