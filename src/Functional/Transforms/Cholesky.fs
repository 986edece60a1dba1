// Real vectors onto Cholesky factors, and Cholesky factors onto positive-definite matrices.
// Scales and covariances of multivariate Gaussians.
namespace Functional

open Functional.Tensors

/// L_ij = x_ij below the diagonal, L_ii = exp(x_ii) on it, from R^{n(n+1)/2} onto the lower-triangular n × n matrices with a positive
/// diagonal. x holds the triangle row by row: x_11, x_21, x_22, x_31, ... log |det| = Σ_i x_ii, to the elements of the triangle.
[<Sealed>]
type LowerCholeskyTransform() =
    inherit VectorTransform("LowerCholeskyTransform")

    override _.Codomain = Support.LowerCholesky

    override this.ForwardShape shape =
        this.Check 1 shape |> Triangle.matrices this.Name false

    override this.InverseShape shape = Triangle.vectors this.Name false shape

    override _.Map x =
        let matrix = Triangle.fill false x
        Triangle.below matrix + Triangle.ofDiagonal ((Triangle.diagonal matrix).exp())

    override _.Unmap y =
        Triangle.take false (Triangle.below y + Triangle.ofDiagonal ((Triangle.diagonal y).log()))

    override _.LogDet(x, _) =
        (Triangle.diagonal (Triangle.fill false x)).sum -1

/// y = L Lᵀ, from Cholesky factors L onto symmetric positive-definite matrices; the inverse is the Cholesky decomposition.
/// log |det| = n log 2 + Σ_i (n + 1 - i) log L_ii, from the triangle of L to the lower triangle of y.
/// After LowerCholeskyTransform it leads from R^{n(n+1)/2} to the positive-definite matrices.
[<Sealed>]
type CholeskyProductTransform() =
    inherit ExplicitTransform()

    override _.Name = "CholeskyProductTransform"
    override _.Domain = Support.LowerCholesky
    override _.Codomain = Support.PositiveDefinite
    override this.ForwardShape shape = Triangle.square this.Name shape
    override this.InverseShape shape = Triangle.square this.Name shape
    override _.Map x = x.matmul (x.transpose (-2, -1))
    override _.Unmap y = y.cholesky ()

    override _.LogDet(x, _) =
        let n = x.shape[x.dim - 1]
        let times: Tensor = x.like [| for i in 0 .. n - 1 -> float (n - i) |]
        ((Triangle.diagonal x).log() * times).sum(-1) + float n * log 2.0
