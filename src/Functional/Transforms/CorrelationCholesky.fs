// Real vectors onto Cholesky factors of correlation matrices.
// Correlations of random effects, with an LKJ prior.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// L_ij = z_ij Π_{k<j} √(1 - z_ik²) below the diagonal, L_ii = Π_{k<i} √(1 - z_ik²), with partial correlations z_ij = tanh(x_ij), from
/// R^{n(n-1)/2} onto the Cholesky factors of n × n correlation matrices. x holds the triangle row by row: x_21, x_31, x_32, ...
/// log |det| = Σ_{j<i} [log(1 - z_ij²) + ½ Σ_{k<j} log(1 - z_ik²)], to the elements of L below its diagonal.
/// The inverse takes what is left of a row's length from the elements that follow, not from one minus those before: it loses nothing to
/// cancellation. Source: Lewandowski, Kurowicka, Joe, Generating random correlation matrices based on vines and extended onion method,
/// Journal of Multivariate Analysis 100 (2009); Stan reference manual, section 10.12.
[<Sealed>]
type CorrelationCholeskyTransform() =
    inherit VectorTransform("CorrelationCholeskyTransform")

    static let asinhOp = Operators.aten "asinh"

    // The matrices of log(1 - z²), and of half its sums over the elements to the left.
    let logarithms (matrix: Tensor) =
        let squares = Triangle.below (Tanh.logSlope matrix)
        squares, (squares.cumsum -1 - squares) * 0.5

    override _.Codomain = Support.CorrelationCholesky

    override this.ForwardShape shape =
        this.Check 1 shape |> Triangle.matrices this.Name true

    override this.InverseShape shape = Triangle.vectors this.Name true shape

    override _.Map x =
        let matrix = Triangle.fill true x
        let _, left = logarithms matrix
        let diagonal = Triangle.ofDiagonal ((Triangle.diagonal matrix).onesLike())
        (matrix.tanh () + diagonal) * left.exp ()

    override _.Unmap y =
        let squares: Tensor = y.square ()
        let rest: Tensor = ((squares.flip [ -1 ]).cumsum -1).flip [ -1 ]
        // What lies below the diagonal has an element behind it, so that the column moved in from the left is never read.
        let following = Tensor.cat ([ View.slice -1 1 (y.shape[y.dim - 1] - 1) rest; View.slice -1 0 0 rest ], -1)
        let ratio = Triangle.take true y / (Triangle.take true following).sqrt()
        new Tensor(asinhOp.Tensor(ratio.Handle))

    override _.LogDet(x, _) =
        let squares, left = logarithms (Triangle.fill true x)
        (squares + Triangle.below left).sum [ -2; -1 ]
