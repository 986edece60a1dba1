// The logistic distribution, whose distribution function is the sigmoid.
// Latent noise of binary choices, flows, and the discretized likelihoods of images.
namespace Functional

open System
open Functional.Tensors

/// e⁻ᶻ / (scale (1 + e⁻ᶻ)²) with z = (x - location)/scale, elementwise over the batch.
/// `location` (μ) is finite, `scale` (s) positive; the standard deviation is π s/√3. Raises ArgumentException otherwise.
[<Sealed>]
type Logistic(location: Tensor, scale: Tensor) =
    inherit Family("Logistic", [ "location", location, Support.Real; "scale", scale, Support.Positive ])

    let standardized (value: Tensor) = (value - location) / scale

    let quantile (probability: Tensor) =
        location + scale * Logarithms.odds probability

    new(location: float, scale: float) = Logistic(dsharp.scalar location, dsharp.scalar scale)

    /// μ.
    member _.Location = location

    /// s.
    member _.Scale = scale

    override _.Support = Support.Real
    override _.HasRSample = true

    override this.RDraw sampleShape =
        quantile (Noise.unit location (Array.append sampleShape this.BatchShape))

    override _.LogDensity value =
        let z = standardized value
        z.logsigmoid () + (-z).logsigmoid() - scale.log ()

    override this.Entropy() = this.Fill(scale.log () + 2.0)
    override this.Mean = this.Fill location
    override this.Variance = this.Fill(scale.square () * (Math.PI * Math.PI / 3.0))
    override this.Mode = this.Fill location
    override _.Cdf value = (standardized value).sigmoid()
    override _.Icdf probability = quantile probability
    override _.With parameters = Logistic(parameters[0], parameters[1])
