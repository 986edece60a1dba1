// The transform that changes nothing.
// What toSupport gives for the real numbers; a block of a vector that stays as it is.
namespace Functional

open Functional.Tensors

/// y = x, of values in `support`; log |det| = 0.
[<Sealed>]
type IdentityTransform(support: Support) =
    inherit ExplicitTransform()

    /// Of real numbers.
    new() = IdentityTransform Support.Real

    override _.Name = "IdentityTransform"
    override _.Domain = support
    override _.Codomain = support
    override _.Direction = if support.EventRank = 0 then Direction.Increasing else Direction.Unknown
    override _.Map x = x
    override _.Unmap y = y

    override _.LogDet(x, _) =
        x.zerosLike (Shapes.leading support.EventRank x.shape)

    override _.Image support = support
    override this.Inverted = this

    override _.IsSameAs other =
        other :? IdentityTransform && other.Domain.EventRank = support.EventRank
