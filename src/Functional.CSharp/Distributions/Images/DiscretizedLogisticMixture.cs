// A mixture of discretized logistic distributions of grey values.
// The likelihood of PixelCNN++ and of most autoregressive models and deep VAEs of images.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// P(x) = Σ_k π_k P_k(x) on equally spaced values from -1 to 1, where π is the softmax of the logits and P_k is a
/// DiscretizedLogistic; the K components lie along the last axis of all three parameters.
/// </summary>
/// <remarks>
/// Mean, variance, mode and entropy sum over all levels. Source: Salimans, Karpathy, Chen, Kingma 2017, arXiv:1701.05517,
/// equations 1 and 2.
/// </remarks>
public sealed class DiscretizedLogisticMixture : Distribution
{
    internal DiscretizedLogisticMixture(Functional.DiscretizedLogisticMixture inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="logits">Unnormalized log-probabilities of the components.</param>
    /// <param name="location">μ_k, finite.</param>
    /// <param name="scale">s_k, positive.</param>
    /// <param name="levels">How many values there are, at least 2. Default: 256.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public DiscretizedLogisticMixture(Tensor logits, Tensor location, Tensor scale, int levels = 256)
        : this(DistributionBridge.discretizedLogisticMixture(
            Guard.Inner(logits), Guard.Inner(location), Guard.Inner(scale), levels))
    {
    }

    private Functional.DiscretizedLogisticMixture Family { get; }

    /// <summary>The number of components.</summary>
    public int Count => Family.Count;

    /// <summary>log π.</summary>
    public Tensor LogWeights => new(Family.LogWeights);

    /// <summary>μ_k.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>s_k.</summary>
    public Tensor Scale => new(Family.Scale);

    /// <summary>How many values there are.</summary>
    public int Levels => Family.Levels;
}
