// Divergences that are infinite because of where the families live: p has mass where the density of q is zero.
// Kl asks when no formula is registered for a pair.
namespace Functional

open System
open Functional.Tensors

module internal Coverage =

    // Between which numbers the lower and the upper end of a support lie, whatever the parameters.
    [<Struct>]
    type private Ends = { Lower: struct (float * float); Upper: struct (float * float) }

    let private finite = struct (-Double.MaxValue, Double.MaxValue)
    let private at (value: float) = struct (value, value)

    let private ends (distribution: Distribution) : Ends option =
        match distribution, distribution.Support with
        | (:? Uniform), _ -> Some { Lower = finite; Upper = finite }
        | (:? Pareto), _ -> Some { Lower = struct (Double.Epsilon, Double.MaxValue); Upper = at infinity }
        | (:? Family), Support.Real -> Some { Lower = at -infinity; Upper = at infinity }
        | (:? Family), (Support.Positive | Support.NonNegative | Support.NonNegativeIntegers) ->
            Some { Lower = at 0.0; Upper = at infinity }
        | (:? Family), (Support.UnitInterval | Support.Boolean) -> Some { Lower = at 0.0; Upper = at 1.0 }
        | (:? Binomial | :? BetaBinomial), _ -> Some { Lower = at 0.0; Upper = finite }
        | _ -> None

    /// Whether p reaches where q has ended, so that KL(p ‖ q) is infinite whatever their parameters.
    let isLacking (p: Distribution) (q: Distribution) : bool =
        p.Support.IsDiscrete = q.Support.IsDiscrete
        && match ends p, ends q with
           | Some p, Some q ->
               let struct (_, highestLower), struct (lowestUpper, _) = p.Lower, p.Upper
               let struct (lowestOfQ, _), struct (_, highestOfQ) = q.Lower, q.Upper
               highestLower < lowestOfQ || lowestUpper > highestOfQ
           | _ -> false

    /// Infinity for each distribution of the batch.
    let infinite (p: Distribution) (q: Distribution) : Tensor =
        let batch = Shapes.tryLineUp p.BatchShape q.BatchShape |> Option.get
        (snd p.Parameters.Head).fullLike(infinity, batch)
