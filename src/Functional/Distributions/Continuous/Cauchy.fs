// The Cauchy distribution, with tails so heavy that it has no mean.
// Robust likelihoods; the hardest test of anything that assumes moments.
namespace Functional

open System
open Functional.Tensors
open Functional.Tensors.Native

module private CauchyKernel =

    let private op = Operators.aten "atan2"

    /// The angle of the point (x, y).
    let angle (y: Tensor) (x: Tensor) =
        new Tensor(op.Tensor(y.Handle, x.Handle))

    /// cot(π (1 - p)), from whichever of p and 1 - p is smaller.
    let cotangent (probability: Tensor) =
        let isLower = probability.lt 0.5
        let distance = dsharp.where (isLower, probability, 1.0 - probability) * Math.PI
        dsharp.where (isLower, distance.scalarLike -1.0, distance.scalarLike 1.0) / distance.tan ()

/// 1 / (π scale (1 + ((x - location)/scale)²)), elementwise over the batch; `location` (x₀) is finite, `scale` (γ) positive.
/// Raises ArgumentException otherwise. Mean and variance are not defined: they are NaN.
[<Sealed>]
type Cauchy(location: Tensor, scale: Tensor) =
    inherit Family("Cauchy", [ "location", location, Support.Real; "scale", scale, Support.Positive ])

    let standardized (value: Tensor) = (value - location) / scale

    new(location: float, scale: float) = Cauchy(dsharp.scalar location, dsharp.scalar scale)

    /// x₀.
    member _.Location = location

    /// γ.
    member _.Scale = scale

    override _.Support = Support.Real
    override _.HasRSample = true

    override this.RDraw sampleShape =
        let noise = Noise.unit location (Array.append sampleShape this.BatchShape)
        location + scale * CauchyKernel.cotangent noise

    override _.LogDensity value =
        -(standardized value).square().log1p() - scale.log () - log Math.PI

    override this.Entropy() =
        this.Fill(scale.log () + log (4.0 * Math.PI))

    override this.Mean = this.Fill(location.fullLike nan)
    override this.Variance = this.Fill(location.fullLike nan)
    override this.Mode = this.Fill location

    // From the angle, far below the median too: ½ + atan(z)/π would be 0 there.
    override _.Cdf value =
        let z = standardized value
        CauchyKernel.angle (z.onesLike ()) (-z) / Math.PI

    override _.Icdf probability =
        location + scale * CauchyKernel.cotangent probability

    override _.With parameters = Cauchy(parameters[0], parameters[1])
