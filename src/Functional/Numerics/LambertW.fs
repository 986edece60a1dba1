// Lambert's W of exponentials, in logarithms, so that it neither overflows nor loses digits.
// The conjugate of Jeffrey's divergence is written with it.
namespace Functional

open Functional.Tensors

module internal LambertW =

    // y + exp y = x is convex in y, and Halley's steps on it cubic: from these starts five are full double precision for every x.
    let private start (x: Tensor) : Tensor =
        dsharp.where (x.gt 1.0, x.clamp(low = 1.0).log(), x)

    let private step (x: Tensor) (y: Tensor) : Tensor =
        let w = y.exp ()
        let residual, slope = y + w - x, w + 1.0
        y - residual * slope * 2.0 / (slope.square () * 2.0 - residual * w)

    let private solve (x: Tensor) : Tensor =
        Seq.fold (fun y _ -> step x y) (start x) (seq { 1..5 })

    /// dy/dx = 1/(1 + exp y), by the implicit function theorem.
    type private LogOfExp() =
        inherit UnaryOpElementwise("logLambertW")

        override _.fRaw x =
            (solve (Tensor.ofRawTensor x)).primalRaw

        override _.dfda(_, y) = (-y).sigmoid()

    let private logOfExpOp = Tensor.Op(LogOfExp())

    /// log W(exp x), the y with y + exp y = x, for every finite x; differentiable any number of times.
    /// Source: Corless, Gonnet, Hare, Jeffrey & Knuth, Advances in Computational Mathematics 5 (1996), section 4, for Halley's
    /// method.
    let logOfExp (x: Tensor) : Tensor = logOfExpOp x
