// Triangular matrices applied to many vectors: the vectors of one matrix become the columns of one product or one solve.
// Multivariate families are written with it.
namespace Functional

open Functional.Tensors

module internal Vectors =

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
            let rows = (apply columns).permute (rest.Length :: [ 0 .. rest.Length - 1 ])
            rows.view (Array.append more (Array.skip 1 rows.shape))

    /// A x for the vectors x along the last axis.
    let multiply (matrix: Tensor) (vectors: Tensor) : Tensor =
        columnwise (matrix.dim - 2) matrix.matmul vectors

    /// L⁻¹ x, of which only the lower triangle is read.
    let solve (lower: Tensor) (vectors: Tensor) : Tensor =
        columnwise (lower.dim - 2) (fun columns -> lower.triangularSolve columns) vectors

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

    /// Vectors and matrices of one length.
    let check (family: string) (location: Tensor) (name: string) (matrix: Tensor) (columns: int option) : unit =
        if location.dim < 1 then
            raise (Errors.Distribution.lacksAxes family "location" location.shape 1)

        if matrix.dim < 2 then
            raise (Errors.Distribution.lacksAxes family name matrix.shape 2)

        let length = location.shape[location.dim - 1]

        if Shapes.trailing 2 matrix.shape <> [| length; defaultArg columns length |] then
            raise (Errors.Distribution.events family "location" location.shape name matrix.shape)
