// Tensors as rows: the first axis counts examples (or chains), the others belong to one of them.
// Score objectives and samplers, which work on rows of any shape, are written with it.
namespace Functional

open Functional.Tensors

module internal Rows =

    /// The sum over each row: [n; d...] to [n].
    let sum (rows: Tensor) : Tensor = (Batch.flat rows).sum 1

    /// ‖row‖² of each: [n; d...] to [n].
    let squaredNorm (rows: Tensor) : Tensor = sum (rows.square ())

    /// One number for each row, with axes of length 1 so that it multiplies rows like these.
    let alongside (rows: Tensor) (numbers: Tensor) : Tensor =
        numbers.view [| rows.shape[0]; yield! Array.create (rows.dim - 1) 1 |]

    /// The same number for each row, of shape [n].
    let repeated (rows: Tensor) (number: float) : Tensor = rows.fullLike (number, [ rows.shape[0] ])
