// Triangular matrices applied to many vectors: the vectors of one matrix become the columns of one product or one solve.
// Multivariate families are written with it.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module internal Vectors =

    let private choleskyOp = Operators.aten "linalg_cholesky_ex"

    /// Applies what acts on the columns of matrices, a batch of so many axes, to the vectors along the last axis:
    /// axes in front of those of the batch become columns, [more; batch; d] -> [batch; d; more].
    let columnwise (batchRank: int) (apply: Tensor -> Tensor) (vectors: Tensor) : Tensor =
        let extra = vectors.dim - batchRank - 1

        if extra <= 0 then
            (apply (vectors.unsqueeze -1)).squeeze -1
        else
            let more, rest = Array.truncate extra vectors.shape, Array.skip extra vectors.shape
            let flat = vectors.view (Array.append [| Shape.nelement more |] rest)
            let columns = flat.permute ([ 1 .. rest.Length ] @ [ 0 ])
            let rows = (apply columns).permute(rest.Length :: [ 0 .. rest.Length - 1 ])
            rows.view (Array.append more (Array.skip 1 rows.shape))

    /// T⁻¹ B for triangular T, of which the other triangle is not read. (triangularSolve takes a matrix beside a batch of as many axes for vectors.)
    let solveColumns (upper: bool) (triangular: Tensor) (columns: Tensor) : Tensor =
        let missing = max 0 (triangular.dim - columns.dim)
        triangular.triangularSolve (columns.view (Array.append (Array.create missing 1) columns.shape), upper = upper)

    /// A x for the vectors x along the last axis.
    let multiply (matrix: Tensor) (vectors: Tensor) : Tensor =
        columnwise (matrix.dim - 2) matrix.matmul vectors

    /// L⁻¹ x, of which only the lower triangle is read.
    let solve (lower: Tensor) (vectors: Tensor) : Tensor =
        columnwise (lower.dim - 2) (solveColumns false lower) vectors

    /// The diagonals of matrices.
    let diagonal (matrix: Tensor) : Tensor = matrix.diagonal (0, -2, -1)

    /// log det L of triangular matrices with a positive diagonal.
    let logDiagonal (triangular: Tensor) : Tensor = (diagonal triangular).log().sum -1

    /// [n; n] with ones on the diagonal.
    let identity (n: int) (like: Tensor) : Tensor =
        dsharp.eye (n, device = like.device, dtype = like.dtype)

    /// [...; n] as [...; n; n] with those numbers on the diagonal.
    let toDiagonal (values: Tensor) : Tensor =
        values.unsqueeze -1 * identity values.shape[values.dim - 1] values

    /// (A + Aᵀ)/2: derivatives in symmetric matrices come out symmetric.
    let symmetric (matrix: Tensor) : Tensor =
        (matrix + matrix.transpose (-2, -1)) * 0.5

    /// Cholesky factors, and which matrices have one: rounding leaves some singular, and there the factor is the identity.
    let tryFactor (matrix: Tensor) : Tensor * Tensor =
        let struct (factor, failedAt) = choleskyOp.TwoTensors [| Arg.tensor matrix.Handle; Arg.bool false; Arg.bool false |]
        let factor, holds = new Tensor(factor), (new Tensor(failedAt)).eq 0

        if holds.all().toBool() then
            factor, holds
        else
            let identity = identity matrix.shape[matrix.dim - 1] matrix
            (dsharp.where (holds.unsqueeze(-1).unsqueeze -1, matrix, identity)).cholesky(), holds

    /// Vectors and matrices of one length.
    let check (family: string) (location: Tensor) (name: string) (matrix: Tensor) (columns: int option) : unit =
        if location.dim < 1 then
            raise (Errors.Distribution.lacksAxes family "location" location.shape 1)

        if matrix.dim < 2 then
            raise (Errors.Distribution.lacksAxes family name matrix.shape 2)

        let length = location.shape[location.dim - 1]

        if Shapes.trailing 2 matrix.shape <> [| length; defaultArg columns length |] then
            raise (Errors.Distribution.events family "location" location.shape name matrix.shape)
