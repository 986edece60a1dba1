// The distribution of a number whose logarithm is normal.
// Priors of scales, and data of positive numbers over several orders of magnitude.
namespace Functional

open Functional.Tensors

/// exp(-((log x - location)/scale)²/2) / (x scale √(2π)) for x > 0, elementwise over the batch: exp of a Normal.
/// `location` (μ) is finite, `scale` (σ) positive: mean and standard deviation of log x. Raises ArgumentException otherwise.
[<Sealed>]
type LogNormal(location: Tensor, scale: Tensor) =
    inherit Family("LogNormal", [ "location", location, Support.Real; "scale", scale, Support.Positive ])

    let standardized (value: Tensor) =
        Location.standardize location scale (value.log ())

    new(location: float, scale: float) = LogNormal(dsharp.scalar location, dsharp.scalar scale)

    /// μ.
    member _.Location = location

    /// σ.
    member _.Scale = scale

    override _.Support = Support.Positive
    override _.HasRSample = true

    override this.RDraw sampleShape =
        (Location.place location scale (location.randnLike (Array.append sampleShape this.BatchShape))).exp()

    override this.LogDensity value =
        Density.inside this.Support value (fun x ->
            let logarithm = x.log ()
            Location.normalLogDensity location scale logarithm - (logarithm + scale.log ()))

    override this.Entropy() =
        this.Fill(location + scale.log () + (0.5 + Gaussian.logRoot2Pi))

    override this.Mean = this.Fill((location + scale.square () * 0.5).exp())
    override this.Variance = this.Fill(scale.square().expm1() * (location * 2.0 + scale.square ()).exp())
    override this.Mode = this.Fill((location - scale.square ()).exp())

    override this.Cdf value =
        Density.below this.Support value (standardized >> Gaussian.cdf)

    override _.Icdf probability =
        (location + scale * Gaussian.quantile probability).exp()

    override _.With parameters = LogNormal(parameters[0], parameters[1])

    interface IExponentialFamily with

        // t(x) = log x, log² x.
        member _.NaturalForm =
            { Parameters = [ location / scale.square (), 0; -0.5 / scale.square (), 0 ]
              LogNormalizer = fun natural -> natural[0].square() / natural[1] * -0.25 - (natural[1] * -2.0).log() * 0.5 }

        member _.BaseMeasure = []
