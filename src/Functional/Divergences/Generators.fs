// Generators f(u) of named f-divergences as functions of log u, those that need care: no overflow at either end, no digits lost near u = 1.
// FDivergence's table is made of them.
namespace Functional

open MathNet.Numerics
open Functional.Tensors

module internal Generators =

    let private log2 = log 2.0

    /// u log u; the bound changes nothing but 0 · infinity.
    let timesLog (l: Tensor) : Tensor = l.clamp (low = -1e4) * l.exp ()

    /// (√u - 1/√u)²
    let squaredOdds (l: Tensor) : Tensor = (l * 0.5).sinh().square() * 4.0

    // Near u = 1 generators are small differences of what is not small: one form there, another elsewhere.
    let private nearOne (bound: float) (near: Tensor -> Tensor) (far: Tensor -> Tensor) (l: Tensor) : Tensor =
        let isNear, zero = (l.abs ()).lt bound, l.scalarLike 0.0
        dsharp.where (isNear, near (dsharp.where (isNear, l, zero)), far l)

    // With h = log u / 2, f(u) = exp h (2 h sinh h - 2 cosh h log cosh h), of which both terms are of the second order.
    /// u log u - (u + 1) log((u + 1)/2).
    let jensenShannon: Tensor -> Tensor =
        let near (l: Tensor) =
            let h = l * 0.5
            let logCosh = ((h * 0.5).sinh().square() * 2.0).log1p()
            h.exp () * (h * h.sinh () - h.cosh () * logCosh) * 2.0

        let far (l: Tensor) =
            l.exp () * (log2 - (-l.clamp(low = -1e4)).softplus()) + (log2 - l.softplus ())

        nearOne 1.0 near far

    /// u log u - (u + 1) log(u + 1).
    let gan (l: Tensor) : Tensor =
        -(l.exp () * (-l.clamp(low = -1e4)).softplus()) - l.softplus ()

    // f(u) = Σ_k l^k (1 + α + ... + α^(k-2)) / k!, k ≥ 2, l = log u; for |l| and |α l| below 1 the rest is less than rounding.
    let private alphaSeries (alpha: float) (l: Tensor) : Tensor =
        let sums = List.scan (fun sum power -> sum + alpha ** float power) 1.0 [ 1..18 ]

        let terms = [ for k, sum in List.indexed sums -> sum / SpecialFunctions.Factorial(k + 2) ]
        l.square () * List.foldBack (fun (term: float) rest -> rest * l + term) terms (l.zerosLike ())

    /// (u^α - 1 - α (u - 1)) / (α (α - 1)).
    let alpha (alpha: float) : Tensor -> Tensor =
        let far (l: Tensor) =
            let power =
                if alpha > 1.0 then
                    // the difference of two infinities below, where u is large
                    l.exp () * ((l * (alpha - 1.0)).exp() - alpha) + (alpha - 1.0)
                else
                    (l * alpha).expm1() - l.expm1 () * alpha

            power / (alpha * (alpha - 1.0))

        nearOne (1.0 / max 1.0 (abs alpha)) (alphaSeries alpha) far
