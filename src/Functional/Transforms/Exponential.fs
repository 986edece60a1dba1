// The exponential function and the logarithm.
// Positive quantities from real numbers, and back.
namespace Functional

open Functional.Tensors

/// y = exp(x), elementwise, onto the positive numbers; log |dy/dx| = x.
/// In float32 y is infinite from x = 88.8 on and zero below -104, where the log-determinant is still right.
[<Sealed>]
type ExpTransform() =
    inherit ElementwiseTransform("ExpTransform", [])

    override _.Codomain = Support.Positive
    override _.Map x = x.exp ()
    override _.Unmap y = y.log ()
    override _.LogDet(x, _) = x
    override _.Inverted = LogTransform()

/// y = log(x) of positive x, elementwise; log |dy/dx| = -log(x). The inverse of ExpTransform.
and [<Sealed>] LogTransform() =
    inherit ElementwiseTransform("LogTransform", [])

    override _.Domain = Support.Positive
    override _.Codomain = Support.Real
    override _.Map x = x.log ()
    override _.Unmap y = y.exp ()
    override _.LogDet(_, y) = -y
    override _.Inverted = ExpTransform()
