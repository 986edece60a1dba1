// Integrals over the unit interval of functions that may grow like a logarithm at its ends.
// Divergences without a finite formula use it.
namespace Functional

open System
open Functional.Tensors

module internal UnitIntegral =

    // The double-exponential rule u = σ(π sinh t), du/dt = π cosh t · u (1 - u): Takahasi and Mori, 1974,
    // doi:10.2977/prims/1195192451. Spacing and reach leave an error below 1e-13.
    let private spacing = 0.05

    // log(1 + x), also where 1 + x rounds to 1
    let private log1p (x: float) =
        if x < 1e-8 then x - x * x / 2.0 else log (1.0 + x)

    // log u, and the weight of that point.
    let private logShares, private weights =
        [| for step in -78 .. 78 do
               let t = float step * spacing
               let inner = Math.PI * sinh t
               let logShare = if inner > 0.0 then -(log1p (exp -inner)) else inner - log1p (exp inner)
               let logRest = logShare - inner
               logShare, spacing * Math.PI * cosh t * exp (logShare + logRest) |]
        |> Array.unzip
        |> fun (logShares, weights) -> Constants logShares, Constants weights

    /// ∫ f(log u) du over 0 < u < 1; f is given log u with a new leading axis before those of `like`.
    let ofLog (like: Tensor) (f: Tensor -> Tensor) : Tensor =
        let column (numbers: Constants) =
            (numbers.Like like).view(Array.append [| -1 |] (Array.create like.dim 1))

        (f (column logShares) * column weights).sum 0
