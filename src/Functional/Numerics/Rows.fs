// One number for each example of a batch, and the examples, or rows: how the two are put together.
// Scores, Langevin dynamics and diffusion, which work on rows of any shape, are written with it.
namespace Functional

open Functional.Tensors

module internal Rows =

    /// Numbers of shape [batch] with as many axes as the examples, to be multiplied with them.
    let lift (examples: Tensor) (numbers: Tensor) : Tensor =
        numbers.view [| yield! numbers.shape; for _ in 2 .. examples.dim -> 1 |]

    /// Each example's sum, of shape [batch].
    let sum (examples: Tensor) : Tensor =
        if examples.dim = 1 then examples else examples.sum [ 1 .. examples.dim - 1 ]

    /// Each example's ‖x‖², of shape [batch].
    let squaredNorm (examples: Tensor) : Tensor = sum (examples.square ())

    /// The same number for each example, in their dtype and on their device.
    let constant (examples: Tensor) (number: float) : Tensor =
        examples.noDiff().fullLike(number, [ examples.shape[0] ])

    /// Standard normal noise in the shape of the examples.
    let noise (examples: Tensor) : Tensor = examples.noDiff().randnLike()

    /// How many numbers an example has.
    let size (examples: Tensor) : int =
        examples.shape |> Array.skip 1 |> Array.fold (*) 1
