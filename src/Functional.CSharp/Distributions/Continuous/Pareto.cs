// The Pareto distribution: a power law above a smallest value.
// Sizes of cities, files and fortunes; the tails of losses.
namespace Functional.CSharp;

/// <summary>
/// concentration scale^concentration / x^(concentration + 1) for x ≥ scale, element by element over the batch. The mean is
/// infinite where α ≤ 1, the variance where α ≤ 2.
/// </summary>
public sealed class Pareto : Distribution
{
    internal Pareto(Functional.Pareto inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="scale">The smallest value, positive.</param>
    /// <param name="concentration">α, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Pareto(Tensor scale, Tensor concentration)
        : this(new Functional.Pareto(Guard.Inner(scale), Guard.Inner(concentration)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="scale">The smallest value, positive.</param>
    /// <param name="concentration">α, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Pareto(double scale, double concentration) : this(new Functional.Pareto(scale, concentration))
    {
    }

    private Functional.Pareto Family { get; }

    /// <summary>The smallest value.</summary>
    public Tensor Scale => new(Family.Scale);

    /// <summary>α.</summary>
    public Tensor Concentration => new(Family.Concentration);
}
