// Checks of parameters and values. They read tensors back to the host, so hot loops turn them off.
// Families call them when they are made, LogProb for its value; Training.fit leaves them on for each epoch's first batch only.
namespace Functional

open System.Threading
open Functional.Tensors

/// Whether parameters and values of distributions are checked: on, unless code runs inside `off`.
module Validation =

    let private suspended = AsyncLocal<bool>()

    /// Whether checks run here.
    let isOn () = not suspended.Value

    let private within (state: bool) (body: unit -> 'T) : 'T =
        let before = suspended.Value
        suspended.Value <- state

        try
            body ()
        finally
            suspended.Value <- before

    /// Runs `body` without checks: no reads from the device, and no errors for invalid parameters or values.
    let off (body: unit -> 'T) : 'T = within true body

    /// The first value outside the support, as text, if there is one.
    let private firstOutside (support: Support) (value: Tensor) : string option =
        Scope.run (fun () ->
            Gradient.off (fun () ->
                let holds = support.Contains value

                if holds.all().toBool() then
                    None
                else
                    let event = Shapes.trailing support.EventRank value.shape
                    let position = holds.view(-1).cast(Dtype.Int32).argmin()
                    let values = value.expand(Array.append holds.shape event).view(Array.append [| -1 |] event)
                    let found: Tensor = values[position[0]]
                    Some(if event.Length = 0 then string (found.toDouble ()) else found.ToString())))

    /// Raises what `error` makes of the first value outside the support.
    let internal inside (support: Support) (error: string -> #exn) (value: Tensor) : unit =
        if isOn () then
            firstOutside support value |> Option.iter (fun found -> raise (error found))

    /// A parameter of a family lies where it has to.
    let internal parameter (family: string) (name: string) (support: Support) (value: Tensor) : unit =
        inside support (Errors.Distribution.invalid family name support.Requirement) value
