// The divergence of a distribution over a few numbers, as the sum that it is.
// Kl uses it for families without a formula whose values can be listed.
namespace Functional

open Functional.Tensors

module internal Enumeration =

    let private isListed (support: Support) =
        match support with
        | Support.Boolean
        | Support.Categories _
        | Support.Integers _
        | Support.Points(_, 0) -> true
        | _ -> false

    /// Whether KL(p ‖ q) is a sum over the values of p: numbers, of which both know the probabilities.
    let applies (p: Distribution) (q: Distribution) : bool =
        (p :? Family)
        && (q :? Family)
        && isListed p.Support
        && q.Support.IsDiscrete
        && (p :? Categorical) = (q :? Categorical)

    /// Σ_x p(x) [log p(x) - log q(x)]; infinite where q(x) = 0 < p(x).
    let divergence (p: Distribution) (q: Distribution) : Tensor =
        let batch = Shapes.tryLineUp p.BatchShape q.BatchShape |> Option.get

        // The same values for every distribution of the batch, so that they fit whichever of the two has more axes.
        let values = (p.Expand batch).EnumerateSupport()
        let logP = p.LogDensity values

        let logQ = Density.insideEvents q.Support 0 values q.LogDensity
        (ClosedForm.weighted (logP.exp ()) (logP - logQ)).sum 0
