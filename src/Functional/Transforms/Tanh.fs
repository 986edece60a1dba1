// The hyperbolic tangent.
// Bounded actions and pixel values; partial correlations.
namespace Functional

open Functional.Tensors

module internal Tanh =

    /// log(1 - tanh²(x)) without cancellation.
    let logSlope (x: Tensor) : Tensor =
        (log 2.0 - x - (x * -2.0).softplus()) * 2.0

/// y = tanh(x), elementwise, between -1 and 1; log |dy/dx| = 2 (log 2 - x - softplus(-2x)), finite for every finite x.
/// Its inverse is infinite at -1 and 1, to which tanh rounds from |x| = 9.1 on in float32 and 19.1 in float64: take samples and their
/// log-densities together (SampleAndLogProb), which inverts nothing.
[<Sealed>]
type TanhTransform() =
    inherit ElementwiseTransform("TanhTransform", [])

    override _.Codomain = Support.Interval(dsharp.scalar -1.0, dsharp.scalar 1.0)
    override _.Map x = x.tanh ()
    override _.Unmap y = (y.log1p () - (-y).log1p()) * 0.5
    override _.LogDet(x, _) = Tanh.logSlope x
