// Independent distributions of several quantities as one distribution over a vector.
// Samplers and flows that work on vectors, for models of several latent variables.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// p(x) = Π_i p_i(x_i), where the vector x is made of the events x_i one after another, each flattened. Integers become
/// numbers of the type that concatenation gives.
/// </summary>
public sealed class Joint : Distribution
{
    internal Joint(Functional.Joint inner) : base(inner) => Family = inner;

    /// <summary>Several independent quantities as one vector.</summary>
    /// <param name="parts">The distributions of the parts, whose batch shapes line up.</param>
    /// <exception cref="ArgumentException">There are no parts, or the batch shapes do not line up.</exception>
    public Joint(params IEnumerable<Distribution> parts) : this(new Functional.Joint(Guard.Inner(parts)))
    {
    }

    private Functional.Joint Family { get; }

    /// <summary>The distributions.</summary>
    public IReadOnlyList<Distribution> Parts => [.. DistributionBridge.parts(Family).Select(Wrap)];

    /// <summary>The event of each part, from a vector or a batch of them.</summary>
    /// <exception cref="ArgumentException">The vectors have another length.</exception>
    public IReadOnlyList<Tensor> Split(Tensor value) =>
        [.. DistributionBridge.split(Family, Guard.Inner(value)).Select(part => new Tensor(part))];
}
