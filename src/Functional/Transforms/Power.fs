// Powers of positive numbers.
// Weibull and generalised families, reciprocals, square roots.
namespace Functional

open Functional.Tensors

/// y = x^exponent of positive x, elementwise; log |dy/dx| = log |exponent| + (exponent - 1) log(x).
/// `exponent` is not zero: it may be negative. Raises ArgumentException otherwise.
[<Sealed>]
type PowerTransform(exponent: Tensor) =
    inherit ElementwiseTransform("PowerTransform", [ "exponent", exponent ])

    do Sign.notZero "PowerTransform" "exponent" exponent

    new(exponent: float) = PowerTransform(dsharp.scalar exponent)

    /// The exponent.
    member _.Exponent = exponent

    override _.Domain = Support.Positive
    override _.Codomain = Support.Positive
    override _.Direction = Sign.direction exponent
    override _.Map x = x.pow exponent
    override _.Unmap y = y.pow (1.0 / exponent)

    override _.LogDet(x, _) =
        exponent.abs().log() + (exponent - 1.0) * x.log ()
