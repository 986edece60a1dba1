// The Wishart distribution of positive-definite matrices.
// Priors of precision matrices, and the scatter of normal samples.
namespace Functional

open System
open Functional.Tensors

/// p(X) = |X|^((ν - p - 1)/2) exp(-tr(V⁻¹ X)/2) / (2^(νp/2) |V|^(ν/2) Γ_p(ν/2)) over symmetric positive-definite p×p matrices, with respect to the
/// elements of one triangle: the sum of ν outer products of N(0, V) for integer ν. `degreesOfFreedom` ν > p - 1, of shape [batch].
/// Drawn through Bartlett's decomposition X = L A Aᵀ Lᵀ (A lower triangular, normal below a diagonal of √χ²), differentiable in both parameters.
/// For samples ask SampleAndLogProb: it takes the density from A, where X itself may have been rounded to a singular matrix.
[<Sealed>]
type Wishart private (degreesOfFreedom: Tensor, scatter: Scatter) =
    inherit
        Family(
            "Wishart",
            (let name, matrix, support = Scatters.given scatter

             if matrix.dim < 2 then
                 raise (Errors.Distribution.lacksAxes "Wishart" name matrix.shape 2)

             if matrix.shape[matrix.dim - 1] <> matrix.shape[matrix.dim - 2] then
                 raise (Errors.Distribution.notSquare "Wishart" name matrix.shape)

             [ "degreesOfFreedom", degreesOfFreedom, Support.Positive; name, matrix, support ])
        )

    let p = Array.last (Scatters.shape scatter)
    let size = float p

    do Validation.parameter "Wishart" "degreesOfFreedom - (p - 1)" Support.Positive (degreesOfFreedom - (size - 1.0))

    let overMatrix (perBatch: Tensor) : Tensor = perBatch.unsqueeze(-1).unsqueeze -1

    // log of 2^(νp/2) |V|^(ν/2) Γ_p(ν/2)
    let logNormalizer (halfLogDet: Tensor) : Tensor =
        degreesOfFreedom * (0.5 * size * log 2.0)
        + degreesOfFreedom * halfLogDet
        + ChiSquares.logGammaOfMatrix p (degreesOfFreedom * 0.5)

    // From ½ log|X| and tr(V⁻¹ X).
    let density (halfLogDet: Tensor) (halfLogDetOfValue: Tensor) (trace: Tensor) : Tensor =
        (degreesOfFreedom - (size + 1.0)) * halfLogDetOfValue - trace * 0.5 - logNormalizer halfLogDet

    // A: χ of ν, ν - 1, ... degrees of freedom on the diagonal, standard normal below; and log |A|, which is finite where A rounds to 0.
    let bartlett (shape: Shape) : Tensor * Tensor =
        let freedom = degreesOfFreedom.expand(shape).unsqueeze -1 - degreesOfFreedom.arangeLike (float p)
        let noise = degreesOfFreedom.randnLike (Array.append shape [| p; p |])
        let strictly = dsharp.ones([ p; p ], device = noise.device, dtype = noise.dtype).tril() - Vectors.identity p noise
        let logDiagonal = (ChiSquares.logHalves freedom + log 2.0) * 0.5
        noise * strictly + Vectors.toDiagonal (ChiSquares.positive logDiagonal), logDiagonal.sum -1

    // M Mᵀ for M = L A
    let coloured (factored: Scatters.Factored) (factor: Tensor) : Tensor =
        let root = factored.Colour factor
        root.matmul (root.transpose (-2, -1))

    /// From ν and L with V = L Lᵀ, lower triangular with a positive diagonal. Raises ArgumentException otherwise.
    static member FromScaleTril(degreesOfFreedom: Tensor, scaleTril: Tensor) =
        Wishart(degreesOfFreedom, Scatter.ScaleTril scaleTril)

    /// From ν and V, symmetric and positive definite. Raises ArgumentException otherwise.
    static member FromCovariance(degreesOfFreedom: Tensor, covariance: Tensor) =
        Wishart(degreesOfFreedom, Scatter.Covariance covariance)

    /// From ν and V⁻¹, symmetric and positive definite. Raises ArgumentException otherwise.
    static member FromPrecision(degreesOfFreedom: Tensor, precision: Tensor) =
        Wishart(degreesOfFreedom, Scatter.Precision precision)

    /// ν.
    member _.DegreesOfFreedom = degreesOfFreedom

    /// L, lower triangular with L Lᵀ = V.
    member _.ScaleTril: Tensor = Scatters.scaleTril scatter

    /// V.
    member _.Covariance: Tensor = Scatters.covariance scatter

    /// V⁻¹.
    member _.Precision: Tensor = Scatters.precision scatter

    /// ½ log det V.
    member _.HalfLogDeterminant: Tensor = (Scatters.factored scatter).HalfLogDet

    override _.EventShape = [| p; p |]
    override _.Support = Support.PositiveDefinite
    override _.HasRSample = true

    override this.RDraw sampleShape =
        coloured (Scatters.factored scatter) (fst (bartlett (Array.append sampleShape this.BatchShape)))

    // V⁻¹ X has the trace of A Aᵀ.
    override this.DrawAndLogDensity sampleShape =
        let factored = Scatters.factored scatter
        let factor, logDet = bartlett (Array.append sampleShape this.BatchShape)
        let trace = factor.square().sum [ -1; -2 ]
        coloured factored factor, density factored.HalfLogDet (logDet + factored.HalfLogDet) trace

    // tr(V⁻¹ X) = Σ (L⁻¹ C)² with X = C Cᵀ
    override _.LogDensity value =
        let factored = Scatters.factored scatter
        let factor, isDefinite = Vectors.tryFactor (Vectors.symmetric value)
        let density = density factored.HalfLogDet (Vectors.logDiagonal factor) ((factored.Whiten factor).square().sum [ -1; -2 ])
        dsharp.where (isDefinite, density, density.scalarLike -infinity)

    override this.Entropy() =
        let halfLogDet = this.HalfLogDeterminant
        let half = degreesOfFreedom * 0.5

        this.FillBatch(
            halfLogDet * (size + 1.0) + 0.5 * size * (size + 1.0) * log 2.0 + ChiSquares.logGammaOfMatrix p half
            - (degreesOfFreedom - (size + 1.0)) * 0.5 * ChiSquares.digammaOfMatrix p half
            + half * size
        )

    override this.Mean = this.Fill(overMatrix degreesOfFreedom * this.Covariance)

    override this.Variance =
        let covariance = this.Covariance
        let diagonal = Vectors.diagonal covariance
        this.Fill(overMatrix degreesOfFreedom * (covariance.square () + diagonal.unsqueeze -1 * diagonal.unsqueeze -2))

    /// (ν - p - 1) V; NaN for ν ≤ p + 1, where the density has no maximum inside.
    override this.Mode =
        let excess = degreesOfFreedom - (size + 1.0)
        let factor = dsharp.where (excess.gt 0.0, excess, excess.scalarLike nan)
        this.Fill(overMatrix factor * this.Covariance)

    override _.With parameters =
        Wishart(parameters[0], Scatters.replace scatter parameters[1])
