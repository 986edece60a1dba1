// The transform that changes nothing.
// What ToSupport gives for the real numbers; a block of a vector that stays as it is.
namespace Functional.CSharp;

/// <summary>y = x; log |det| = 0.</summary>
public sealed class IdentityTransform : Transform
{
    internal IdentityTransform(Functional.IdentityTransform inner) : base(inner)
    {
    }

    /// <summary>Of real numbers.</summary>
    public IdentityTransform() : this(new Functional.IdentityTransform())
    {
    }

    /// <summary>Of values of that support.</summary>
    /// <param name="support">Where the values lie.</param>
    public IdentityTransform(Support support) : this(new Functional.IdentityTransform(Guard.Inner(support)))
    {
    }
}
