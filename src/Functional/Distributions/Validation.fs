// Checks of parameters and values. They read tensors back to the host, so hot loops turn them off.
// Distributions call `check` in their constructors and in LogProb; Training.fit leaves it on for each epoch's first batch only.
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

    // The first element for which `valid` does not hold, if any.
    let private firstInvalid (valid: Tensor -> Tensor) (value: Tensor) : float option =
        Scope.run (fun () ->
            Gradient.off (fun () ->
                let holds = (valid value).expandAs value

                if holds.all().toBool() then
                    None
                else
                    let position = holds.view(-1).cast(Dtype.Int32).argmin()
                    Some(value.view(-1).[position[0]].toDouble())))

    /// Raises what `error` makes of the first element for which `valid` does not hold.
    let internal check (valid: Tensor -> Tensor) (error: float -> #exn) (value: Tensor) : unit =
        if isOn () then
            firstInvalid valid value |> Option.iter (fun found -> raise (error found))

    let internal positive (family: string) (parameter: string) (value: Tensor) =
        check (fun value -> value.gt 0.0) (fun found -> Errors.Distribution.invalid family parameter "positive" found) value

    let internal real (family: string) (parameter: string) (value: Tensor) =
        check _.isfinite() (fun found -> Errors.Distribution.invalid family parameter "finite" found) value
