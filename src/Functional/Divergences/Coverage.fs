// Divergences that are infinite because of where the families live: p has mass where the density of q is zero.
// Kl asks when no formula is registered for a pair.
namespace Functional

open Functional.Tensors

module internal Coverage =

    // Whether values reach infinitely far down and up; nothing where bounds are tensors, which only a formula can compare.
    let private reach (support: Support) : (bool * bool) option =
        match support with
        | Support.Real -> Some(true, true)
        | Support.Positive
        | Support.NonNegative
        | Support.AtLeast _
        | Support.NonNegativeIntegers -> Some(false, true)
        | Support.UnitInterval
        | Support.Boolean
        | Support.Categories _ -> Some(false, false)
        | _ -> None

    // The bounds of a Uniform are finite; those of other intervals need not be.
    let private reachOf (distribution: Distribution) =
        match distribution with
        | :? Uniform -> Some(false, false)
        | :? Family when distribution.EventShape.Length = 0 -> reach distribution.Support
        | _ -> None

    /// Whether p reaches infinitely far where q ends, so that KL(p ‖ q) is infinite whatever their parameters.
    let isLacking (p: Distribution) (q: Distribution) : bool =
        p.Support.IsDiscrete = q.Support.IsDiscrete
        && match reachOf p, reachOf q with
           | Some(pDown, pUp), Some(qDown, qUp) -> (pDown && not qDown) || (pUp && not qUp)
           | _ -> false

    /// Infinity for each distribution of the batch.
    let infinite (p: Distribution) (q: Distribution) : Tensor =
        let batch = Shapes.tryLineUp p.BatchShape q.BatchShape |> Option.get
        (snd p.Parameters.Head).fullLike(infinity, batch)
