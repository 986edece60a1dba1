// The Weibull distribution: a power of an exponential number.
// Lifetimes; and a posterior of Gamma-distributed latents that has pathwise gradients in closed form.
namespace Functional.CSharp;

/// <summary>
/// concentration/scale (x/scale)^(concentration - 1) exp(-(x/scale)^concentration) for x &gt; 0, element by element over
/// the batch. The mode is 0 where k ≤ 1.
/// </summary>
public sealed class Weibull : Distribution
{
    internal Weibull(Functional.Weibull inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions; the shapes of the parameters line up from the right.</summary>
    /// <param name="scale">λ, positive.</param>
    /// <param name="concentration">k, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the shapes do not line up.</exception>
    public Weibull(Tensor scale, Tensor concentration)
        : this(new Functional.Weibull(Guard.Inner(scale), Guard.Inner(concentration)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="scale">λ, positive.</param>
    /// <param name="concentration">k, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Weibull(double scale, double concentration) : this(new Functional.Weibull(scale, concentration))
    {
    }

    private Functional.Weibull Family { get; }

    /// <summary>λ.</summary>
    public Tensor Scale => new(Family.Scale);

    /// <summary>k.</summary>
    public Tensor Concentration => new(Family.Concentration);
}
