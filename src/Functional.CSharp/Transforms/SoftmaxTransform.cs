// Real vectors onto the simplex by a softmax.
// Mixing weights, logistic-normal priors.
namespace Functional.CSharp;

/// <summary>
/// y = softmax(x_1, ..., x_{K-1}, 0), from R^{K-1} onto the simplex: the additive logistic map; log |det| = Σ_k log y_k.
/// </summary>
/// <remarks>
/// Its inverse is the log-ratio x_k = log(y_k / y_K). A softmax of K numbers has no determinant and no inverse, because
/// adding a constant to all of them changes nothing; the last number is fixed here to make it one. Source: Aitchison and
/// Shen, Logistic-normal distributions, Biometrika 67 (1980).
/// </remarks>
public sealed class SoftmaxTransform : Transform
{
    internal SoftmaxTransform(Functional.SoftmaxTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public SoftmaxTransform() : this(new Functional.SoftmaxTransform())
    {
    }
}
