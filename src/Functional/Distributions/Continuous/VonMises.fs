// The von Mises distribution: the normal distribution's counterpart on the circle.
// Directions, phases and times of day.
namespace Functional

open System
open Functional.Tensors

/// exp(concentration · cos(x - location)) / (2π I₀(concentration)) for angles -π ≤ x ≤ π, elementwise over the batch.
/// `location` (μ) is finite, any angle; `concentration` (κ) is positive; their shapes line up from the right. Raises ArgumentException
/// otherwise. Mean and variance are those of directions: the angle of E[exp(ix)], and 1 - |E[exp(ix)]|. Wrap angles outside -π to π
/// before you ask for their density: it is zero there.
/// The sampler is Best and Fisher's (1979); the pathwise gradient is exact for every function of the direction, such as cos x,
/// and not for those that jump at ±π.
[<Sealed>]
type VonMises(location: Tensor, concentration: Tensor) =
    inherit Family("VonMises", [ "location", location, Support.Real; "concentration", concentration, Support.Positive ])

    let wrap (angle: Tensor) : Tensor =
        let turns = (angle / (2.0 * Math.PI)).round()
        (angle - turns * (2.0 * Math.PI)).clamp(low = -Math.PI, high = Math.PI)

    /// 1 - I₁(κ)/I₀(κ).
    let variance (kappa: Tensor) : Tensor = 1.0 - kappa.i1e () / kappa.i0e ()

    /// The mass between -π and angles, counted over several turns when the location is taken off.
    let below (angle: Tensor) : Tensor =
        Special.vonMisesCdf concentration (angle - location)

    let start () : Tensor = below (location.scalarLike -Math.PI)

    new(location: float, concentration: float) = VonMises(dsharp.scalar location, dsharp.scalar concentration)

    /// μ.
    member _.Location = location

    /// κ.
    member _.Concentration = concentration

    override _.Support = Support.Interval(location.scalarLike -Math.PI, location.scalarLike Math.PI)
    override _.HasRSample = true

    override this.RDraw sampleShape =
        wrap (location + Pathwise.vonMises (concentration.expand (Array.append sampleShape this.BatchShape)))

    override this.LogDensity value =
        Density.inside this.Support value (fun angle -> Special.vonMisesLogDensity concentration (angle - location))

    override this.Entropy() =
        let formula (p: Tensor list) =
            let kappa = p[0]
            kappa * variance kappa + kappa.i0e().log() + log (2.0 * Math.PI)

        this.Fill(Special.inDouble formula [ concentration ])

    /// The direction μ, as an angle from -π to π.
    override this.Mean = this.Fill(wrap location)

    /// The circular variance 1 - I₁(κ)/I₀(κ), between 0 and 1.
    override this.Variance = this.Fill(Special.inDouble (List.head >> variance) [ concentration ])

    override this.Mode = this.Fill(wrap location)

    override _.Cdf value =
        below (value.clamp (low = -Math.PI, high = Math.PI)) - start ()

    override _.Icdf probability =
        let share = probability + start ()
        let turns = share.floor ()
        location + Special.vonMisesIcdf concentration (share - turns) + turns * (2.0 * Math.PI)

    override _.With parameters = VonMises(parameters[0], parameters[1])
