// Closed forms of KL(p ‖ q) between families of vectors and matrices.
// Full Gaussians: ½ [tr(Σq⁻¹Σp) + (μq - μp)ᵀΣq⁻¹(μq - μp) - d + log(|Σq|/|Σp|)].
namespace Functional

open Functional.Tensors
open Functional.ClosedForm

module internal MultivariatePairs =

    // With s the sum of concentrations: log Γ(sp) - log Γ(sq) - Σ [log Γ(αp) - log Γ(αq)] + Σ (αp - αq)(ψ(αp) - ψ(sp))
    let private dirichlets (p: Dirichlet) (q: Dirichlet) =
        let ofP, ofQ = p.Concentration, q.Concentration
        let totalP, totalQ = ofP.sum -1, ofQ.sum -1
        let slopes = (ofP - ofQ) * (ofP.digamma () - (totalP.digamma ()).unsqueeze -1)
        totalP.lgamma () - totalQ.lgamma () + (ofQ.lgamma () - ofP.lgamma () + slopes).sum -1

    // ½ (trace + distance - d) + ½ log|Σq| - ½ log|Σp|
    let private gaussian (dimension: int) (traceAndDistance: Tensor) (halfLogDetP: Tensor) (halfLogDetQ: Tensor) =
        (traceAndDistance - float dimension) * 0.5 + halfLogDetQ - halfLogDetP

    let private column (vector: Tensor) = vector.unsqueeze -1

    // ‖L⁻¹ A‖² summed over the columns of each A: tr(Σq⁻¹ A Aᵀ)
    let private traceUnder (factor: Tensor) (columns: Tensor) =
        let batch = Shapes.leading 2 (if columns.dim > factor.dim then columns.shape else factor.shape)

        let wide (matrix: Tensor) =
            matrix.expand (Array.append batch (Shapes.trailing 2 matrix.shape))

        Shapes.sumLast 2 ((wide factor).triangularSolve(wide columns).square())

    let private normals (p: MultivariateNormal) (q: MultivariateNormal) =
        let factor = q.ScaleTril
        let spread = traceUnder factor p.ScaleTril + traceUnder factor (column (q.Location - p.Location))
        gaussian (Array.last p.EventShape) spread p.HalfLogDeterminant q.HalfLogDeterminant

    let private lowRankNormal (p: LowRankMultivariateNormal) (q: MultivariateNormal) =
        let factor = q.ScaleTril
        let own = traceUnder factor p.Factor + traceUnder factor (Vectors.toDiagonal (p.Diagonal.sqrt ()))
        let spread = own + traceUnder factor (column (q.Location - p.Location))
        gaussian (Array.last p.EventShape) spread p.HalfLogDeterminant q.HalfLogDeterminant

    let private normalLowRank (p: MultivariateNormal) (q: LowRankMultivariateNormal) =
        let spread = q.TraceUnder p.ScaleTril + q.TraceUnder(column (q.Location - p.Location))
        gaussian (Array.last p.EventShape) spread p.HalfLogDeterminant q.HalfLogDeterminant

    let private lowRanks (p: LowRankMultivariateNormal) (q: LowRankMultivariateNormal) =
        let own = q.TraceUnder p.Factor + q.TraceUnderDiagonal p.Diagonal
        let spread = own + q.TraceUnder(column (q.Location - p.Location))
        gaussian (Array.last p.EventShape) spread p.HalfLogDeterminant q.HalfLogDeterminant

    // (νp - νq)/2 ψ_d(νp/2) + log Γ_d(νq/2) - log Γ_d(νp/2) + νp/2 [tr(Vq⁻¹Vp) - d] + νq/2 log(|Vq|/|Vp|)
    let private wisharts (p: Wishart) (q: Wishart) =
        let size = Array.last p.EventShape
        let halfP, halfQ = p.DegreesOfFreedom * 0.5, q.DegreesOfFreedom * 0.5
        let shapes = (halfP - halfQ) * ChiSquares.digammaOfMatrix size halfP
        let normalizers = ChiSquares.logGammaOfMatrix size halfQ - ChiSquares.logGammaOfMatrix size halfP
        let trace = traceUnder q.ScaleTril p.ScaleTril
        let scales = q.DegreesOfFreedom * (q.HalfLogDeterminant - p.HalfLogDeterminant)
        shapes + normalizers + halfP * (trace - float size) + scales

    let all: ClosedForm list =
        [ pair dirichlets; pair wisharts; pair normals; pair lowRankNormal; pair normalLowRank; pair lowRanks ]
