// Student's t distribution.
// Gaussian noise of unknown variance, and likelihoods that outliers do not ruin.
namespace Functional

open Functional.Tensors

/// Γ((ν+1)/2) / (Γ(ν/2) √(νπ) scale) · (1 + t²/ν)^(-(ν+1)/2) with t = (x - location)/scale, elementwise over the batch.
/// `degreesOfFreedom` (ν) and `scale` (σ) are positive, `location` (μ) finite; their shapes line up from the right.
/// Raises ArgumentException otherwise. The mean is NaN for ν ≤ 1; the variance is infinite for 1 < ν ≤ 2 and NaN below.
[<Sealed>]
type StudentT(degreesOfFreedom: Tensor, location: Tensor, scale: Tensor) =
    inherit
        Family(
            "StudentT",
            [ "degreesOfFreedom", degreesOfFreedom, Support.Positive
              "location", location, Support.Real
              "scale", scale, Support.Positive ]
        )

    let standardized = Location.standardize location scale

    new(degreesOfFreedom: float, location: float, scale: float) =
        StudentT(dsharp.scalar degreesOfFreedom, dsharp.scalar location, dsharp.scalar scale)

    /// ν.
    member _.DegreesOfFreedom = degreesOfFreedom

    /// μ.
    member _.Location = location

    /// σ.
    member _.Scale = scale

    override _.Support = Support.Real
    override _.HasRSample = true

    // A normal variable over the root of a gamma variable with mean 1.
    override this.RDraw sampleShape =
        let shape = Array.append sampleShape this.BatchShape
        let half = degreesOfFreedom / 2.0
        let spread = Special.boundedExp ((half.log () - Pathwise.logGamma (half.expand shape)) * 0.5)
        Location.place location scale (location.randnLike shape * spread)

    override _.LogDensity value =
        Special.studentLogDensity degreesOfFreedom (standardized value) - scale.log ()

    override this.Entropy() =
        let formula (p: Tensor list) =
            let nu, scale = p[0], p[1]
            let half, next = nu * 0.5, (nu + 1.0) * 0.5
            let tails = next * (next.digamma () - half.digamma ())
            tails + nu.log () * 0.5 + Special.logBeta half (nu.scalarLike 0.5) + scale.log ()

        this.Fill(Special.inDouble formula [ degreesOfFreedom; scale ])

    override this.Mean = this.Fill(dsharp.where (degreesOfFreedom.gt 1.0, location, location.scalarLike nan))

    override this.Variance =
        let isFinite = degreesOfFreedom.gt 2.0
        let nu = dsharp.where (isFinite, degreesOfFreedom, degreesOfFreedom.scalarLike 3.0)
        let heavy = dsharp.where (degreesOfFreedom.gt 1.0, nu.scalarLike infinity, nu.scalarLike nan)
        this.Fill(dsharp.where (isFinite, scale.square () * (nu / (nu - 2.0)), heavy))

    override this.Mode = this.Fill location

    override _.Cdf value =
        Special.studentCdf degreesOfFreedom (standardized value)

    override _.Icdf probability =
        location + scale * Special.studentIcdf degreesOfFreedom probability

    override _.With parameters =
        StudentT(parameters[0], parameters[1], parameters[2])
