// Vectors laid out in the lower triangle of a matrix, row by row, and taken out again.
// Used by the transforms onto Cholesky factors.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// The lower triangle of square matrices, with its diagonal or without (`strict`).
module internal Triangle =

    let private trilOp = Operators.aten "tril"
    let private diagonalOp = Operators.aten "diag_embed"

    let private tril (offset: int) (matrix: Tensor) =
        new Tensor(trilOp.Tensor [| Arg.tensor matrix.Handle; Arg.int (int64 offset) |])

    /// What lies below the diagonal.
    let below (matrix: Tensor) = tril -1 matrix

    /// A matrix with that diagonal.
    let ofDiagonal (diagonal: Tensor) =
        new Tensor(diagonalOp.Tensor [| Arg.tensor diagonal.Handle; Arg.int 0L; Arg.int -2L; Arg.int -1L |])

    let diagonal (matrix: Tensor) : Tensor = matrix.diagonal (0, -2, -1)

    /// How many elements the triangle of n rows has.
    let count (strict: bool) (n: int) =
        if strict then n * (n - 1) / 2 else n * (n + 1) / 2

    let private rowsOf (strict: bool) (length: int) : int option =
        Seq.initInfinite (fun i -> i + 1)
        |> Seq.takeWhile (fun n -> count strict n <= length)
        |> Seq.tryLast
        |> Option.filter (fun n -> count strict n = length)

    /// The shape of the matrices from that of the vectors.
    let matrices (transform: string) (strict: bool) (vectors: Shape) : Shape =
        match rowsOf strict (Array.last vectors) with
        | Some n -> Array.append (Shapes.leading 1 vectors) [| n; n |]
        | None when strict -> raise (Errors.Transform.triangle transform vectors "0, 1, 3, 6" "1, 2, 3, 4")
        | None -> raise (Errors.Transform.triangle transform vectors "1, 3, 6, 10" "1, 2, 3, 4")

    /// The shape unless it does not end in a square.
    let square (transform: string) (matrices: Shape) : Shape =
        match Shapes.trailing 2 matrices with
        | [| rows; columns |] when rows = columns && rows > 0 -> matrices
        | _ -> raise (Errors.Transform.square transform matrices)

    /// The shape of the vectors from that of the matrices.
    let vectors (transform: string) (strict: bool) (matrices: Shape) : Shape =
        let matrices = square transform matrices
        Array.append (Shapes.leading 2 matrices) [| count strict (Array.last matrices) |]

    let private indices (like: Tensor) (positions: int64[]) =
        like.like (positions, dtype = Dtype.Int64)

    /// The matrix, zero elsewhere.
    let fill (strict: bool) (vector: Tensor) : Tensor =
        let shape = matrices "Triangle" strict vector.shape
        let n = Array.last shape

        if vector.shape[vector.dim - 1] = 0 then
            vector.zerosLike shape
        else
            // Above the diagonal any element will do: it is cut off.
            let from =
                [| for i in 0 .. n - 1 do
                       for j in 0 .. n - 1 -> if count strict i + j < count strict n then count strict i + j else 0 |]

            let spread = vector.indexSelect (-1, indices vector (Array.map int64 from))
            tril (if strict then -1 else 0) (spread.view shape)

    /// The elements of the triangle.
    let take (strict: bool) (matrix: Tensor) : Tensor =
        let n = matrix.shape[matrix.dim - 1]
        let flat = matrix.view (Array.append (Shapes.leading 2 matrix.shape) [| n * n |])

        let positions =
            [| for i in 0 .. n - 1 do
                   for j in 0 .. (if strict then i - 1 else i) -> int64 (i * n + j) |]

        if positions.Length = 0 then
            View.slice -1 0 -1 flat
        else
            flat.indexSelect (-1, indices matrix positions)
