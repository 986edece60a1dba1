// The Laplace distribution: two exponential distributions back to back.
// Likelihoods of absolute errors, sparse priors, and the noise of differential privacy.
namespace Functional

open Functional.Tensors

/// exp(-|x - location|/scale) / (2 scale), elementwise over the batch.
/// `location` (μ) is finite, `scale` (b) positive; the standard deviation is √2 b. Raises ArgumentException otherwise.
[<Sealed>]
type Laplace(location: Tensor, scale: Tensor) =
    inherit Family("Laplace", [ "location", location, Support.Real; "scale", scale, Support.Positive ])

    new(location: float, scale: float) = Laplace(dsharp.scalar location, dsharp.scalar scale)

    /// μ.
    member _.Location = location

    /// b.
    member _.Scale = scale

    override _.Support = Support.Real
    override _.HasRSample = true

    override this.RDraw sampleShape =
        Location.place location scale (Noise.laplace location (Array.append sampleShape this.BatchShape))

    override _.LogDensity value =
        Location.laplaceLogDensity location scale value - scale.log ()

    override this.Entropy() = this.Fill((scale * 2.0).log() + 1.0)
    override this.Mean = this.Fill location
    override this.Variance = this.Fill(scale.square () * 2.0)
    override this.Mode = this.Fill location

    override _.Cdf value =
        let z = (value - location) / scale
        let lower, upper = (z.clamp (high = 0.0)).exp() * 0.5, 1.0 - (-(z.clamp (low = 0.0))).exp() * 0.5
        dsharp.where (z.lt 0.0, lower, upper)

    override _.Icdf probability =
        let lower = (probability.clamp (high = 0.5) * 2.0).log()
        let upper = -((1.0 - probability.clamp (low = 0.5)) * 2.0).log()
        location + scale * dsharp.where (probability.lt 0.5, lower, upper)

    override _.With parameters = Laplace(parameters[0], parameters[1])
