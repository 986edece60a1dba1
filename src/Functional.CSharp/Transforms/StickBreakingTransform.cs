// Real vectors onto the simplex, one piece of a stick after the other.
// What ToSupport gives for the simplex.
namespace Functional.CSharp;

/// <summary>
/// y_k = z_k Π_{j&lt;k} (1 - z_j), z_k = σ(x_k - log(K - k)), y_K = Π_j (1 - z_j), from R^{K-1} onto the simplex: pieces
/// broken off a stick. x = 0 gives equal pieces. log |det| = Σ_{k&lt;K} (log y_k + log(1 - z_k)).
/// </summary>
/// <remarks>Source: Stan reference manual, section 10.7 (unit simplex).</remarks>
public sealed class StickBreakingTransform : Transform
{
    internal StickBreakingTransform(Functional.StickBreakingTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public StickBreakingTransform() : this(new Functional.StickBreakingTransform())
    {
    }
}
