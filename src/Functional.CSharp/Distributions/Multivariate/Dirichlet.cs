// The Dirichlet distribution.
// Vectors of probabilities: priors of categorical distributions, topics of documents.
namespace Functional.CSharp;

/// <summary>
/// Π_i x_i^(concentration_i - 1) / B(concentration) for vectors x ≥ 0 with sum one, where B(α) = Π_i Γ(α_i) / Γ(Σ_i α_i).
/// The density is with respect to the first n - 1 elements.
/// </summary>
/// <remarks>
/// Samples have exact pathwise gradients. With tiny concentrations samples have elements that round to 0, where the density
/// has poles: SampleAndLogProb, which works from logarithms, stays finite there and LogProb cannot.
/// </remarks>
public sealed class Dirichlet : Distribution
{
    internal Dirichlet(Functional.Dirichlet inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions, one for each vector along the last axis.</summary>
    /// <param name="concentration">α, positive; its last axis is the event's.</param>
    /// <exception cref="ArgumentException">A concentration is not positive.</exception>
    public Dirichlet(Tensor concentration) : this(new Functional.Dirichlet(Guard.Inner(concentration)))
    {
    }

    private Functional.Dirichlet Family { get; }

    /// <summary>α.</summary>
    public Tensor Concentration => new(Family.Concentration);
}
