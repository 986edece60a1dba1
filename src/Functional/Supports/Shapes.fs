// Lining shapes up from the right: only whole missing leading axes broadcast, an axis of length 1 is never stretched.
// Used wherever parameters, values and distributions meet.
namespace Functional

open Functional.Tensors

module internal Shapes =

    /// The longer of two shapes that line up.
    let tryLineUp (a: Shape) (b: Shape) : Shape option =
        if Shape.endsWith b a then Some a
        elif Shape.endsWith a b then Some b
        else None

    /// The first axes, without the last `rank`.
    let leading (rank: int) (shape: Shape) : Shape =
        Array.truncate (max 0 (shape.Length - rank)) shape

    /// The last `rank` axes.
    let trailing (rank: int) (shape: Shape) : Shape =
        Array.skip (max 0 (shape.Length - rank)) shape

    /// The batch shape of a family whose parameters each end in so many event axes.
    let ofParameters (family: string) (parameters: (string * Tensor * int) list) : Shape =
        let join (firstName, first: Tensor, firstBatch) (name, value: Tensor, rank) =
            let batch = leading rank value.shape

            match tryLineUp firstBatch batch with
            | Some longer when longer.Length > firstBatch.Length -> name, value, longer
            | Some _ -> firstName, first, firstBatch
            | None -> raise (Errors.Distribution.parameters family firstName first.shape name value.shape)

        match parameters with
        | [] -> [||]
        | (name, value, rank) :: rest ->
            let _, _, batch = List.fold join (name, value, leading rank value.shape) rest
            batch

    /// The value repeated over a longer shape that ends in its own, or itself.
    let repeat (shape: Shape) (value: Tensor) : Tensor =
        if value.shape = shape then value else value.expand shape

    /// The axes -1, -2, ... -count.
    let lastAxes (count: int) : int list = [ for axis in 1..count -> -axis ]

    /// The sum over the last `count` axes.
    let sumLast (count: int) (value: Tensor) : Tensor =
        if count = 0 then value else value.sum (lastAxes count)
