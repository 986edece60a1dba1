// Products of normal densities, renormalised: each expert votes with its precision.
// The joint posterior of multimodal variational autoencoders, from one expert for each modality that was seen.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// p(x) ∝ Π_i N(x; μ_i, σ_i²) = N(x; Σ_i T_i μ_i / Σ_i T_i, 1 / Σ_i T_i) with precisions T_i = 1/σ_i².
/// </summary>
/// <remarks>Source: Cao, Fleet (2014), arXiv:1410.7827; Wu, Goodman (2018), arXiv:1802.05335, section 2.1.</remarks>
public static class ProductOfExperts
{
    /// <summary>The product of normal densities, element by element; a prior is one more expert.</summary>
    /// <param name="experts">At least one; their shapes line up.</param>
    /// <exception cref="ArgumentException">There is none, or the shapes do not line up.</exception>
    public static Normal Normals(params IEnumerable<Normal> experts) =>
        new(DistributionBridge.productOfNormals(Inner(experts)));

    /// <summary>The same with the prior expert N(0, 1), which alone decides where there is no other.</summary>
    /// <param name="experts">Any number of them; their shapes line up.</param>
    /// <exception cref="ArgumentException">The shapes do not line up.</exception>
    public static Normal WithStandardPrior(params IEnumerable<Normal> experts) =>
        new(DistributionBridge.productWithStandardPrior(Inner(experts)));

    /// <summary>
    /// The product of independent normal distributions, such as the heads of networks make: Independent of Normal, of one rank.
    /// </summary>
    /// <param name="experts">At least one; their shapes line up.</param>
    /// <exception cref="ArgumentException">
    /// There is none, one is not normal, or ranks or shapes do not line up.
    /// </exception>
    public static Distribution Independents(params IEnumerable<Distribution> experts) =>
        Distribution.Wrap(DistributionBridge.productOfIndependents(Guard.Inner(experts)));

    private static Functional.Normal[] Inner(IEnumerable<Normal> experts) =>
        [.. Guard.Inner((IEnumerable<Distribution>)experts, nameof(experts)).Cast<Functional.Normal>()];
}
