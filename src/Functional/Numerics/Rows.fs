// One number for each example of a batch, and the examples, or rows: how the two are put together.
// Scores, Langevin dynamics and diffusion, which work on rows of any shape, are written with it.
namespace Functional

open Functional.Tensors

module internal Rows =

    /// Raises ArgumentException unless there is one number for each example, on a single axis.
    let check (examples: Tensor) (numbers: Tensor) : unit =
        if examples.dim = 0 || numbers.dim <> 1 || numbers.shape[0] <> examples.shape[0] then
            raise (Errors.Rows.numbers numbers.shape examples.shape)

    /// Numbers of shape [batch] with as many axes as the examples, to be multiplied with them.
    let lift (examples: Tensor) (numbers: Tensor) : Tensor =
        check examples numbers
        numbers.view [| yield numbers.shape[0]; for _ in 2 .. examples.dim -> 1 |]

    /// What a network made of the examples, which has their shape: anything else would be repeated until it fits.
    let unchanged (who: string) (examples: Tensor) (output: Tensor) : Tensor =
        if output.shape <> examples.shape then
            raise (Errors.Rows.output who output.shape examples.shape)

        output

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
