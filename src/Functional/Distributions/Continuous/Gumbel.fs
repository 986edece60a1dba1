// The Gumbel distribution, of the largest of many numbers.
// Extremes; and the noise that turns logits into categorical samples.
namespace Functional

open System
open Functional.Tensors

/// exp(-z - e⁻ᶻ) / scale with z = (x - location)/scale, elementwise over the batch.
/// `location` (μ) is finite, `scale` (β) positive. Raises ArgumentException otherwise.
[<Sealed>]
type Gumbel(location: Tensor, scale: Tensor) =
    inherit Family("Gumbel", [ "location", location, Support.Real; "scale", scale, Support.Positive ])

    // Euler's constant.
    static let gamma = 0.5772156649015329

    let standardized = Location.standardize location scale

    new(location: float, scale: float) = Gumbel(dsharp.scalar location, dsharp.scalar scale)

    /// μ.
    member _.Location = location

    /// β.
    member _.Scale = scale

    override _.Support = Support.Real
    override _.HasRSample = true

    override this.RDraw sampleShape =
        Location.place location scale (Noise.gumbel location (Array.append sampleShape this.BatchShape))

    override this.LogDensity value =
        Density.inside this.Support value (fun x -> Location.gumbelLogDensity location scale x - scale.log ())

    override this.Entropy() = this.Fill(scale.log () + (1.0 + gamma))
    override this.Mean = this.Fill(location + scale * gamma)
    override this.Variance = this.Fill(scale.square () * (Math.PI * Math.PI / 6.0))
    override this.Mode = this.Fill location
    override _.Cdf value = (-(-(standardized value)).exp()).exp()

    override _.Icdf probability =
        location - scale * (-probability.log()).log()

    override _.With parameters = Gumbel(parameters[0], parameters[1])
