// Shifting and scaling.
// Location-scale families, standardised data, the ends of intervals.
namespace Functional

open Functional.Tensors

module private Sign =

    /// Increasing where every number is positive, decreasing where every number is negative.
    let direction (slope: Tensor) : Direction =
        if (slope.gt 0.0).all().toBool() then Direction.Increasing
        elif (slope.lt 0.0).all().toBool() then Direction.Decreasing
        else Direction.Unknown

    let notZero (transform: string) (parameter: string) (value: Tensor) =
        Validation.parameter transform $"|{parameter}|" Support.Positive (value.abs ())

/// y = location + scale · x, elementwise; log |dy/dx| = log |scale|.
/// `location` (μ) is finite, `scale` (σ) is not zero: it may be negative. Raises ArgumentException otherwise.
[<Sealed>]
type AffineTransform(location: Tensor, scale: Tensor) =
    inherit ElementwiseTransform("AffineTransform", [ "location", location; "scale", scale ])

    do
        Validation.parameter "AffineTransform" "location" Support.Real location
        Sign.notZero "AffineTransform" "scale" scale

    new(location: float, scale: float) = AffineTransform(dsharp.scalar location, dsharp.scalar scale)

    /// μ.
    member _.Location = location

    /// σ.
    member _.Scale = scale

    override _.Codomain = Support.Real
    override _.Direction = Sign.direction scale
    override _.Map x = location + scale * x
    override _.Unmap y = (y - location) / scale

    override this.LogDet(x, y) =
        scale.abs().log().expand(if y.dim > x.dim then y.shape else x.shape)
