// The logistic function, onto the unit interval or any other bounded one.
// Probabilities and bounded quantities from real numbers; logit-normal distributions.
namespace Functional

open Functional.Tensors

module private LogisticFunction =

    /// log σ'(x) = log σ(x) + log σ(-x), finite for every finite x.
    let logSlope (x: Tensor) : Tensor = x.logsigmoid () + (-x).logsigmoid()

/// y = σ(x) = 1 / (1 + exp(-x)), elementwise; log |dy/dx| = log σ(x) + log σ(-x). Its inverse is the logit log y - log(1 - y), which is
/// infinite at 0 and at 1; in float32 σ(x) rounds to 1 from x = 17 on, so keep x rather than invert y.
[<Sealed>]
type SigmoidTransform() =
    inherit ElementwiseTransform("SigmoidTransform", [])

    override _.Codomain = Support.UnitInterval
    override _.Map x = x.sigmoid ()
    override _.Unmap y = y.log () - (-y).log1p()
    override _.LogDet(x, _) = LogisticFunction.logSlope x

/// y = low + (high - low) σ(x), elementwise, onto the interval from low to high; log |dy/dx| = log(high - low) + log σ(x) + log σ(-x).
/// The bounds are finite and low < high. Raises ArgumentException otherwise. The inverse is infinite at the bounds.
[<Sealed>]
type IntervalTransform(low: Tensor, high: Tensor) =
    inherit ElementwiseTransform("IntervalTransform", [ "low", low; "high", high ])

    let width () : Tensor = high - low

    do
        Validation.parameter "IntervalTransform" "low" Support.Real low
        Validation.parameter "IntervalTransform" "high - low" Support.Positive (width ())

    new(low: float, high: float) = IntervalTransform(dsharp.scalar low, dsharp.scalar high)

    /// The lower bound.
    member _.Low = low

    /// The upper bound.
    member _.High = high

    override _.Codomain = Support.Interval(low, high)

    // Rounding may lead past the upper bound.
    override _.Map x =
        (low + width () * x.sigmoid ()).min high

    override _.Unmap y = (y - low).log() - (high - y).log()

    override _.LogDet(x, _) =
        (width ()).log() + LogisticFunction.logSlope x
