// Student's t distribution of vectors.
// Robust likelihoods and heavy-tailed proposals.
namespace Functional

open System
open Functional.Tensors

/// p(x) = Γ((ν + d)/2) / (Γ(ν/2) √((νπ)ᵈ det Σ)) · (1 + (x - μ)ᵀ Σ⁻¹ (x - μ)/ν)^(-(ν + d)/2), Σ = L Lᵀ, over vectors of length d:
/// μ + L z √(ν/χ²_ν) with standard normal z. `degreesOfFreedom` ν > 0 of shape [batch], `location` μ of shape [batch; d], `scaleTril` L of shape
/// [batch; d; d], lower triangular with a positive diagonal. Raises ArgumentException otherwise. L Lᵀ is not the covariance, which is
/// ν/(ν - 2) times it for ν > 2. The mean does not exist for ν ≤ 1 (NaN), the variance is infinite for 1 < ν ≤ 2.
[<Sealed>]
type MultivariateStudentT(degreesOfFreedom: Tensor, location: Tensor, scaleTril: Tensor) =
    inherit
        Family(
            "MultivariateStudentT",
            (Vectors.check "MultivariateStudentT" location "scaleTril" scaleTril None

             [ "degreesOfFreedom", degreesOfFreedom, Support.Positive
               "location", location, Support.RealVector
               "scaleTril", scaleTril, Support.LowerCholesky ])
        )

    let length = location.shape[location.dim - 1]
    let size = float length
    let factor () : Tensor = scaleTril.tril ()

    // log of Γ(ν/2) (νπ)^(d/2) √det Σ / Γ((ν + d)/2)
    let logNormalizer () : Tensor =
        let half = degreesOfFreedom * 0.5
        let gammas = half.lgamma () - (half + 0.5 * size).lgamma()
        gammas + (degreesOfFreedom * Math.PI).log() * (0.5 * size) + Vectors.logDiagonal scaleTril

    let freedom () : Tensor = degreesOfFreedom.unsqueeze -1

    /// ν.
    member _.DegreesOfFreedom = degreesOfFreedom

    /// μ.
    member _.Location = location

    /// L.
    member _.ScaleTril = scaleTril

    /// The covariance ν/(ν - 2) L Lᵀ; infinite or NaN as Variance is.
    member this.Covariance: Tensor =
        let factor = factor ()
        let scale = degreesOfFreedom / (degreesOfFreedom - 2.0)
        factor.matmul (factor.transpose (-2, -1)) * scale.unsqueeze(-1).unsqueeze -1

    override _.EventShape = [| length |]
    override _.Support = Support.RealVector
    override _.HasRSample = true

    override this.RDraw sampleShape =
        let shape = Array.append sampleShape this.BatchShape
        let noise = location.randnLike (Array.append shape [| length |])
        let freedom = degreesOfFreedom.expand shape
        let stretch = (((freedom * 0.5).log() - ChiSquares.logHalves freedom) * 0.5).exp()
        location + Vectors.multiply (factor ()) noise * stretch.unsqueeze -1

    override _.LogDensity value =
        Density.insideEvents Support.Real 1 value (fun value ->
            let distance = (Vectors.solve scaleTril (value - location)).square().sum -1
            (distance / degreesOfFreedom).log1p() * (degreesOfFreedom + size) * -0.5 - logNormalizer ())

    override this.Entropy() =
        let half = degreesOfFreedom * 0.5
        let slope = (half + 0.5 * size).digamma() - half.digamma ()
        this.FillBatch(logNormalizer () + (half + 0.5 * size) * slope)

    override this.Mean = this.Fill(dsharp.where ((freedom ()).gt 1.0, location, location.scalarLike nan))

    override this.Variance =
        let freedom = freedom ()
        let squares = (factor ()).square().sum -1
        let finite = dsharp.where (freedom.gt 2.0, freedom, freedom.scalarLike 3.0)
        let beyond = dsharp.where (freedom.gt 1.0, freedom.scalarLike infinity, freedom.scalarLike nan)
        this.Fill(dsharp.where (freedom.gt 2.0, squares * (finite / (finite - 2.0)), beyond))

    override this.Mode = this.Fill location

    override _.With parameters =
        MultivariateStudentT(parameters[0], parameters[1], parameters[2])
