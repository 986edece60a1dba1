// Closed forms of KL(p ‖ q) between families of real numbers.
// Listed by p; the symbols are those of the families' own formulas.
namespace Functional

open System
open Functional.Tensors
open Functional.ClosedForm

module internal NumberPairs =

    let private logRoot2Pi = 0.5 * log (2.0 * Math.PI)

    // ½ [σp²/σq² + (μp - μq)²/σq² - 1] - log(σp/σq)
    let private normals (p: Normal) (q: Normal) =
        let ratio = p.LogScale - q.LogScale
        let distance = (p.Location - q.Location) / q.Scale
        ((ratio * 2.0).expm1() + distance.square ()) * 0.5 - ratio

    let private uniforms (p: Uniform) (q: Uniform) =
        let covered = (q.Low.le p.Low).logicalAnd(q.High.ge p.High)
        whereCovered covered (((q.High - q.Low) / (p.High - p.Low)).log())

    // E_p[-log q] under a normal q, from the mean and variance of p
    let private crossEntropy (mean: Tensor) (variance: Tensor) (q: Normal) =
        (variance + (mean - q.Location).square()) / (q.Scale.square () * 2.0) + q.LogScale + logRoot2Pi

    // The difference of cross-entropy and entropy, for any p that has both and all of the line or less to live on.
    let private toNormal<'P when 'P :> Distribution> =
        pair (fun (p: 'P) (q: Normal) -> crossEntropy p.Mean p.Variance q - p.Entropy())

    let all: ClosedForm list =
        [ pair normals
          pair uniforms
          toNormal<Uniform> ]
