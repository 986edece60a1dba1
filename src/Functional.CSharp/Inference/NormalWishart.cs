// Normal vectors of unknown mean and precision matrix under their conjugate prior.
// Components of Bayesian mixtures, and the exact answer for a single one.
namespace Functional.CSharp;

/// <summary>
/// μ | Λ ~ N(m, (β Λ)⁻¹), Λ ~ Wishart(ν, W): a belief about the mean and the precision matrix of normal vectors, or a batch of
/// them.
/// </summary>
public sealed class NormalWishart : IWrapper
{
    internal NormalWishart(Functional.NormalWishart inner) => Inner = inner;

    /// <summary>A belief.</summary>
    /// <param name="location">m, a vector of length d.</param>
    /// <param name="strength">β, a positive scalar: how many observations the location is worth.</param>
    /// <param name="degreesOfFreedom">ν, a scalar above d - 1: how many observations the precision rests on.</param>
    /// <param name="inverseScale">W⁻¹, symmetric and positive definite: ν times a guess of the covariance.</param>
    public NormalWishart(Tensor location, Tensor strength, Tensor degreesOfFreedom, Tensor inverseScale)
        : this(new Functional.NormalWishart(
            Guard.Inner(location), Guard.Inner(strength), Guard.Inner(degreesOfFreedom), Guard.Inner(inverseScale)))
    {
    }

    internal Functional.NormalWishart Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>m.</summary>
    public Tensor Location => new(Inner.Location);

    /// <summary>β.</summary>
    public Tensor Strength => new(Inner.Strength);

    /// <summary>ν.</summary>
    public Tensor DegreesOfFreedom => new(Inner.DegreesOfFreedom);

    /// <summary>W⁻¹.</summary>
    public Tensor InverseScale => new(Inner.InverseScale);

    /// <summary>p(Λ).</summary>
    /// <exception cref="ArgumentException">ν or W⁻¹ is out of range.</exception>
    public Wishart Precision => new(Inner.Precision);

    /// <summary>p(x) of the next vector.</summary>
    public MultivariateStudentT Predictive => new(Inner.Predictive);

    /// <summary>p(μ | Λ).</summary>
    public MultivariateNormal MeanGiven(Tensor precision) => new(Inner.MeanGiven(Guard.Inner(precision)));

    /// <summary>The exact posterior p(μ, Λ | x), for a row for each point.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public NormalWishart Posterior(Tensor points) =>
        new(Functional.NormalWishartModule.posterior(Inner, Guard.Inner(points)));

    /// <summary>log p(x) with mean and precision integrated out, in nats.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor LogEvidence(Tensor points) => new(Functional.NormalWishartModule.logEvidence(Inner, Guard.Inner(points)));
}
