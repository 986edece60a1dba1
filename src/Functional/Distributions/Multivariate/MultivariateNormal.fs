// The multivariate normal distribution, from a Cholesky factor, a covariance or a precision.
// Priors, posteriors and likelihoods of correlated vectors.
namespace Functional

open System
open Functional.Tensors

/// N(x; μ, Σ) = exp(-(x - μ)ᵀ Σ⁻¹ (x - μ)/2) / √((2π)ᵈ det Σ) over vectors of length d. Only what it was made from is kept, and no matrix
/// is inverted for densities and draws: a covariance or a precision is factorized once in each call, so FromScaleTril is the
/// fastest. Use Normal.diagonal when Σ is diagonal, LowRankMultivariateNormal when it is nearly so.
[<Sealed>]
type MultivariateNormal private (location: Tensor, scatter: Scatter) =
    inherit
        Family(
            "MultivariateNormal",
            (let name, matrix, support = Scatters.given scatter
             Vectors.check "MultivariateNormal" location name matrix None
             [ "location", location, Support.RealVector; name, matrix, support ])
        )

    static let log2Pi = log (2.0 * Math.PI)

    let length = location.shape[location.dim - 1]
    let columnwise = Vectors.columnwise ((Scatters.shape scatter).Length - 2)

    let square (matrix: Tensor) (batch: Shape) =
        matrix.expand (Array.append batch [| length; length |])

    /// From μ of shape [batch; d] and L of shape [batch; d; d] with Σ = L Lᵀ, lower triangular with a positive diagonal.
    /// Raises ArgumentException otherwise, and when the shapes do not fit.
    static member FromScaleTril(location: Tensor, scaleTril: Tensor) =
        MultivariateNormal(location, Scatter.ScaleTril scaleTril)

    /// From μ of shape [batch; d] and Σ of shape [batch; d; d], symmetric and positive definite.
    /// Raises ArgumentException otherwise, and when the shapes do not fit.
    static member FromCovariance(location: Tensor, covariance: Tensor) =
        MultivariateNormal(location, Scatter.Covariance covariance)

    /// From μ of shape [batch; d] and Σ⁻¹ of shape [batch; d; d], symmetric and positive definite.
    /// Raises ArgumentException otherwise, and when the shapes do not fit.
    static member FromPrecision(location: Tensor, precision: Tensor) =
        MultivariateNormal(location, Scatter.Precision precision)

    /// μ.
    member _.Location = location

    /// L, lower triangular with L Lᵀ = Σ.
    member _.ScaleTril: Tensor = Scatters.scaleTril scatter

    /// Σ.
    member _.Covariance: Tensor = Scatters.covariance scatter

    /// Σ⁻¹.
    member _.Precision: Tensor = Scatters.precision scatter

    /// ½ log det Σ.
    member _.HalfLogDeterminant: Tensor = (Scatters.factored scatter).HalfLogDet

    override _.EventShape = [| length |]
    override _.Support = Support.RealVector
    override _.HasRSample = true

    override this.RDraw sampleShape =
        let noise = location.randnLike (Array.concat [ sampleShape; this.BatchShape; [| length |] ])
        location + columnwise (Scatters.factored scatter).Colour noise

    override _.LogDensity value =
        Density.insideEvents Support.Real 1 value (fun value ->
            let factored = Scatters.factored scatter
            let distance = (columnwise factored.Whiten (value - location)).square().sum -1
            distance * -0.5 - factored.HalfLogDet - 0.5 * float length * log2Pi)

    override this.Entropy() =
        this.FillBatch(this.HalfLogDeterminant + 0.5 * float length * (1.0 + log2Pi))

    override this.Mean = this.Fill location
    override this.Variance = this.Fill(Scatters.variances scatter)
    override this.Mode = this.Fill location

    override _.With parameters =
        MultivariateNormal(parameters[0], Scatters.replace scatter parameters[1])

    interface IExponentialFamily with
        // η = (Σ⁻¹ μ, -Σ⁻¹/2), A = ½ μᵀ Σ⁻¹ μ + ½ log det Σ
        member this.NaturalForm =
            let logNormalizer (natural: Tensor list) =
                let factor = (Vectors.symmetric (natural[1] * -2.0)).cholesky()
                (Vectors.solve factor natural[0]).square().sum(-1) * 0.5 - Vectors.logDiagonal factor

            let precision = square this.Precision this.BatchShape

            { Parameters = [ Vectors.multiply precision (this.Fill location), 1; precision * -0.5, 2 ]
              LogNormalizer = logNormalizer }

        member _.BaseMeasure = []
