// The multivariate normal distribution whose covariance is of low rank beside its diagonal.
// Factor analysis, and correlated posteriors over long vectors.
namespace Functional

open System
open Functional.Tensors

/// N(x; μ, W Wᵀ + diag D) over vectors of length d, with `factor` W of shape [batch; d; k], `diagonal` D of shape [batch; d], positive, and
/// `location` μ of shape [batch; d]. Densities take O(d k²) operations: with the capacitance C = I + Wᵀ D⁻¹ W,
/// Σ⁻¹ = D⁻¹ - D⁻¹ W C⁻¹ Wᵀ D⁻¹ and det Σ = det C · det D. Raises ArgumentException when the shapes do not fit.
[<Sealed>]
type LowRankMultivariateNormal(location: Tensor, factor: Tensor, diagonal: Tensor) =
    inherit
        Family(
            "LowRankMultivariateNormal",
            (if factor.dim > 0 then
                 let rank = factor.shape[factor.dim - 1]
                 Vectors.check "LowRankMultivariateNormal" location "factor" factor (Some rank)

             if Shapes.trailing 1 diagonal.shape <> Shapes.trailing 1 location.shape then
                 raise (
                     Errors.Distribution.events "LowRankMultivariateNormal" "location" location.shape "diagonal" diagonal.shape
                 )

             [ "location", location, Support.RealVector
               "factor", factor, Support.RealMatrix
               "diagonal", diagonal, Support.Elementwise(Support.Positive, 1) ])
        )

    static let log2Pi = log (2.0 * Math.PI)

    let length = location.shape[location.dim - 1]
    let rank = factor.shape[factor.dim - 1]

    // D^(-1/2) W, of which C = I + VᵀV is made.
    let scaled () : Tensor = factor / diagonal.sqrt().unsqueeze -1

    let capacitanceFactor (scaled: Tensor) : Tensor =
        (scaled.transpose(-2, -1).matmul scaled + Vectors.identity rank scaled).cholesky()

    let halfLogDet (capacitanceFactor: Tensor) : Tensor =
        diagonal.log().sum(-1) * 0.5 + Vectors.logDiagonal capacitanceFactor

    /// μ.
    member _.Location = location

    /// W.
    member _.Factor = factor

    /// D.
    member _.Diagonal = diagonal

    /// Σ = W Wᵀ + diag D.
    member _.Covariance: Tensor = factor.matmul (factor.transpose (-2, -1)) + Vectors.toDiagonal diagonal

    /// Σ⁻¹.
    member _.Precision: Tensor =
        let scaled = scaled ()
        let inner = Vectors.solveColumns false (capacitanceFactor scaled) (scaled.transpose (-2, -1))
        let root = diagonal.sqrt ()
        let between = Vectors.identity length root - inner.transpose(-2, -1).matmul inner
        between / (root.unsqueeze -1 * root.unsqueeze -2)

    /// L, lower triangular with L Lᵀ = Σ.
    member this.ScaleTril: Tensor = this.Covariance.cholesky ()

    /// ½ log det Σ.
    member _.HalfLogDeterminant: Tensor = halfLogDet (capacitanceFactor (scaled ()))

    // tr(Σ⁻¹ A Aᵀ) = ‖D^(-1/2) A‖² - ‖C^(-1/2) Vᵀ D^(-1/2) A‖²
    member internal _.TraceUnder(columns: Tensor) : Tensor =
        let scaled = scaled ()
        let whole = columns / diagonal.sqrt().unsqueeze -1
        let projected = scaled.transpose(-2, -1).matmul whole
        let capacitance = (capacitanceFactor scaled).expand(Array.append (Shapes.leading 2 projected.shape) [| rank; rank |])
        (whole.square ()).sum [ -1; -2 ] - (capacitance.triangularSolve projected).square().sum [ -1; -2 ]

    // The same of a diagonal matrix A Aᵀ, without writing it out.
    member internal _.TraceUnderDiagonal(variances: Tensor) : Tensor =
        let scaled, shares = scaled (), variances / diagonal
        let weighted = scaled.transpose (-2, -1) * shares.sqrt().unsqueeze -2
        let capacitance = (capacitanceFactor scaled).expand(Array.append (Shapes.leading 2 weighted.shape) [| rank; rank |])
        shares.sum -1 - (capacitance.triangularSolve weighted).square().sum [ -1; -2 ]

    override _.EventShape = [| length |]
    override _.Support = Support.RealVector
    override _.HasRSample = true

    override this.RDraw sampleShape =
        let noise (count: int) =
            location.randnLike (Array.concat [ sampleShape; this.BatchShape; [| count |] ])

        let common = noise rank
        location + Vectors.multiply factor common + diagonal.sqrt () * noise length

    override _.LogDensity value =
        Density.insideEvents Support.Real 1 value (fun value ->
            let scaled = scaled ()
            let capacitance = capacitanceFactor scaled
            let whole = (value - location) / diagonal.sqrt ()
            let explained = Vectors.solve capacitance (Vectors.multiply (scaled.transpose (-2, -1)) whole)
            let distance = whole.square().sum(-1) - explained.square().sum -1
            distance * -0.5 - halfLogDet capacitance - 0.5 * float length * log2Pi)

    override this.Entropy() =
        this.FillBatch(this.HalfLogDeterminant + 0.5 * float length * (1.0 + log2Pi))

    override this.Mean = this.Fill location
    override this.Variance = this.Fill(factor.square().sum -1 + diagonal)
    override this.Mode = this.Fill location

    override _.With parameters =
        LowRankMultivariateNormal(parameters[0], parameters[1], parameters[2])
