// The logistic function.
// Probabilities from real numbers.
namespace Functional.CSharp;

/// <summary>y = σ(x) = 1 / (1 + exp(-x)), element by element; log |dy/dx| = log σ(x) + log σ(-x).</summary>
/// <remarks>
/// Its inverse is the logit log y - log(1 - y), which is infinite at 0 and at 1; in Float32 σ(x) rounds to 1 from x = 17
/// on, so keep x rather than invert y.
/// </remarks>
public sealed class SigmoidTransform : Transform
{
    internal SigmoidTransform(Functional.SigmoidTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public SigmoidTransform() : this(new Functional.SigmoidTransform())
    {
    }
}
