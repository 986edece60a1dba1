// A positive-definite matrix Σ given by its Cholesky factor, itself or its inverse: what each of the three makes cheap.
// MultivariateNormal and Wishart are parameterized by it.
namespace Functional

open Functional.Tensors

[<RequireQualifiedAccess>]
type internal Scatter =
    /// L with Σ = L Lᵀ.
    | ScaleTril of Tensor
    /// Σ.
    | Covariance of Tensor
    /// Σ⁻¹.
    | Precision of Tensor

module internal Scatters =

    let given (scatter: Scatter) : string * Tensor * Support =
        match scatter with
        | Scatter.ScaleTril factor -> "scaleTril", factor, Support.LowerCholesky
        | Scatter.Covariance covariance -> "covariance", covariance, Support.PositiveDefinite
        | Scatter.Precision precision -> "precision", precision, Support.PositiveDefinite

    let replace (scatter: Scatter) (matrix: Tensor) : Scatter =
        match scatter with
        | Scatter.ScaleTril _ -> Scatter.ScaleTril matrix
        | Scatter.Covariance _ -> Scatter.Covariance matrix
        | Scatter.Precision _ -> Scatter.Precision matrix

    /// The shape of Σ.
    let shape (scatter: Scatter) : Shape =
        let _, matrix, _ = given scatter
        matrix.shape

    let private factorOf (matrix: Tensor) = (Vectors.symmetric matrix).cholesky()

    let private gram (factor: Tensor) =
        factor.matmul (factor.transpose (-2, -1))

    // L⁻¹
    let private inverse (factor: Tensor) =
        Vectors.solveColumns false factor (Vectors.identity factor.shape[factor.dim - 1] factor)

    // L⁻ᵀ L⁻¹
    let private gramOfInverse (factor: Tensor) =
        gram ((inverse factor).transpose(-2, -1))

    // Σ = U Uᵀ with the upper triangular U = M⁻ᵀ of Σ⁻¹ = M Mᵀ; both factors turned by half give the lower one.
    let private lowerOfPrecision (precision: Tensor) =
        let turned = factorOf (precision.flip [ -2; -1 ])
        (inverse (turned.flip([ -2; -1 ]).transpose(-2, -1)))

    /// L.
    let scaleTril (scatter: Scatter) : Tensor =
        match scatter with
        | Scatter.ScaleTril factor -> factor.tril ()
        | Scatter.Covariance covariance -> factorOf covariance
        | Scatter.Precision precision -> lowerOfPrecision precision

    /// Σ.
    let covariance (scatter: Scatter) : Tensor =
        match scatter with
        | Scatter.ScaleTril factor -> gram (factor.tril ())
        | Scatter.Covariance covariance -> covariance
        | Scatter.Precision precision -> gramOfInverse (factorOf precision)

    /// Σ⁻¹.
    let precision (scatter: Scatter) : Tensor =
        match scatter with
        | Scatter.ScaleTril factor -> gramOfInverse factor
        | Scatter.Covariance covariance -> gramOfInverse (factorOf covariance)
        | Scatter.Precision precision -> precision

    /// The diagonal of Σ.
    let variances (scatter: Scatter) : Tensor =
        match scatter with
        | Scatter.ScaleTril factor -> factor.tril().square().sum -1
        | Scatter.Covariance covariance -> Vectors.diagonal covariance
        | Scatter.Precision precision -> (inverse (factorOf precision)).square().sum -2

    /// What densities and draws need, from one factorization at most.
    type Factored =
        {
            /// ½ log det Σ.
            HalfLogDet: Tensor
            /// Columns of covariance Σ as columns of covariance I.
            Whiten: Tensor -> Tensor
            /// Columns of covariance I as columns of covariance Σ.
            Colour: Tensor -> Tensor
        }

    let factored (scatter: Scatter) : Factored =
        let ofLower (factor: Tensor) =
            { HalfLogDet = Vectors.logDiagonal factor
              Whiten = Vectors.solveColumns false factor
              Colour = factor.matmul }

        match scatter with
        | Scatter.ScaleTril factor -> ofLower (factor.tril ())
        | Scatter.Covariance covariance -> ofLower (factorOf covariance)
        | Scatter.Precision precision ->
            let upper = (factorOf precision).transpose(-2, -1)

            { HalfLogDet = -(Vectors.logDiagonal upper)
              Whiten = upper.matmul
              Colour = Vectors.solveColumns true upper }
