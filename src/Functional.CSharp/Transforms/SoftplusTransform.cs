// The softplus function.
// Positive quantities that grow like x rather than like exp(x): scales of networks' outputs.
namespace Functional.CSharp;

/// <summary>
/// y = log(1 + exp(x)), element by element, onto the positive numbers; log |dy/dx| = log σ(x). Its inverse is
/// y + log(1 - exp(-y)).
/// </summary>
public sealed class SoftplusTransform : Transform
{
    internal SoftplusTransform(Functional.SoftplusTransform inner) : base(inner)
    {
    }

    /// <summary>The transform.</summary>
    public SoftplusTransform() : this(new Functional.SoftplusTransform())
    {
    }
}
