// The von Mises distribution: the normal distribution's counterpart on the circle.
// Directions, phases and times of day.
namespace Functional.CSharp;

/// <summary>
/// exp(concentration · cos(x - location)) / (2π I₀(concentration)) for angles -π ≤ x ≤ π, element by element over the
/// batch.
/// </summary>
/// <remarks>
/// Mean and variance are those of directions: the angle of E[exp(ix)], and 1 - |E[exp(ix)]|. Wrap angles outside -π to π
/// before you ask for their density: it is zero there. The pathwise gradient is exact for every function of the direction,
/// such as cos x, and not for those that jump at ±π.
/// </remarks>
public sealed class VonMises : Distribution
{
    internal VonMises(Functional.VonMises inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="location">μ, any finite angle.</param>
    /// <param name="concentration">κ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public VonMises(Tensor location, Tensor concentration)
        : this(new Functional.VonMises(Guard.Inner(location), Guard.Inner(concentration)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="location">μ, any finite angle.</param>
    /// <param name="concentration">κ, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public VonMises(double location, double concentration) : this(new Functional.VonMises(location, concentration))
    {
    }

    private Functional.VonMises Family { get; }

    /// <summary>μ.</summary>
    public Tensor Location => new(Family.Location);

    /// <summary>κ.</summary>
    public Tensor Concentration => new(Family.Concentration);
}
