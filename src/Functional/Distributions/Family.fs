// What families share: named parameters that line up, each in its own support; checks, shapes and expansion follow from them.
// A family of the library or of a user's own derives from it and writes support, sampling and log-density.
namespace Functional

open Functional.Tensors

/// A distribution given by tensors: the name, value and support of each. The axes of a parameter behind those of its support
/// are batch axes; they line up from the right, and BatchShape is the longest. Raises ArgumentException when a parameter lies outside its
/// support or the batch axes do not line up.
[<AbstractClass>]
type Family(name: string, parameters: (string * Tensor * Support) list) =
    inherit Distribution()

    do
        for parameter, value, support in parameters do
            if value.dim < support.EventRank then
                raise (Errors.Distribution.lacksAxes name parameter value.shape support.EventRank)

    let batchShape =
        Shapes.ofParameters name [ for parameter, value, support in parameters -> parameter, value, support.EventRank ]

    do
        if Validation.isOn () then
            for parameter, value, support in parameters do
                Validation.parameter name parameter support value

    /// The same family with other parameters, in the order in which it was given them; they are not checked again.
    abstract With: parameters: Tensor list -> Distribution

    /// Where each parameter has to lie, by name.
    member _.Constraints: (string * Support) list = [ for name, _, support in parameters -> name, support ]

    /// Repeats what was computed from some of the parameters over the whole batch, and over the event.
    member this.Fill(value: Tensor) : Tensor =
        value.expand (Array.append batchShape this.EventShape)

    /// Repeats what holds one number for each distribution over the whole batch.
    member _.FillBatch(value: Tensor) : Tensor = value.expand batchShape

    override _.Name = name
    override _.BatchShape = batchShape
    override _.EventShape = [||]
    override _.Parameters = [ for name, value, _ in parameters -> name, value ]

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand name batchShape shape)

        let widened =
            [ for _, value, support in parameters ->
                  value.expand (Array.append shape (Shapes.trailing support.EventRank value.shape)) ]

        Validation.off (fun () -> this.With widened)
