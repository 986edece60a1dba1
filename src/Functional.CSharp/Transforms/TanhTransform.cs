// The hyperbolic tangent.
// Bounded actions and pixel values; partial correlations.
namespace Functional.CSharp;

/// <summary>
/// y = tanh(x), element by element, between -1 and 1; log |dy/dx| = 2 (log 2 - x - softplus(-2x)), finite for every finite
/// x.
/// </summary>
/// <remarks>
/// Its inverse is infinite at -1 and 1, to which tanh rounds from |x| = 9.1 on in Float32 and 19.1 in Float64: take samples
/// and their log-densities together (SampleAndLogProb), which inverts nothing.
/// </remarks>
public sealed class TanhTransform : Transform
{
    internal TanhTransform(Functional.TanhTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public TanhTransform() : this(new Functional.TanhTransform())
    {
    }
}
