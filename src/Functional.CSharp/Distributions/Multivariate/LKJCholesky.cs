// The distribution of Lewandowski, Kurowicka and Joe of correlation matrices, by their Cholesky factors.
// Priors of correlations.
namespace Functional.CSharp;

/// <summary>
/// p(L) ∝ Π_{i=2}^d L_ii^(d - i + 2η - 2) over lower-triangular d×d matrices with rows of length one, with respect to the
/// elements below the diagonal: the correlation matrix L Lᵀ has a density proportional to its determinant to the power
/// η - 1.
/// </summary>
/// <remarks>
/// At η = 1 all correlation matrices are equally probable, above 1 the identity is favoured. Source: Lewandowski,
/// Kurowicka, Joe (2009), Journal of Multivariate Analysis 100(9), section 3.2.
/// </remarks>
public sealed class LKJCholesky : Distribution
{
    internal LKJCholesky(Functional.LKJCholesky inner) : base(inner) => Family = inner;

    /// <summary>A batch of distributions, one for each concentration.</summary>
    /// <param name="dimension">d, at least 2.</param>
    /// <param name="concentration">η, positive, of shape [batch].</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public LKJCholesky(int dimension, Tensor concentration)
        : this(new Functional.LKJCholesky(dimension, Guard.Inner(concentration)))
    {
    }

    /// <summary>One distribution.</summary>
    /// <param name="dimension">d, at least 2.</param>
    /// <param name="concentration">η, positive.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public LKJCholesky(int dimension, double concentration)
        : this(new Functional.LKJCholesky(dimension, Tensor.FromScalar(concentration).Inner))
    {
    }

    private Functional.LKJCholesky Family { get; }

    /// <summary>d.</summary>
    public int Dimension => Family.Dimension;

    /// <summary>η.</summary>
    public Tensor Concentration => new(Family.Concentration);
}
