// Densities and distribution functions of values on a part of the real line: constant outside, and no NaN in value or gradient there.
// Families write their formula for the inside and pass it through here.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module internal Density =

    /// `density`, one number for each event of so many axes, where `holds` is true of all elements of the value; -inf elsewhere.
    /// The formula sees a number inside the support in place of those outside: a NaN there would reach the gradients of the parameters
    /// even though it is not chosen.
    let where (holds: Tensor) (support: Support) (axes: int) (value: Tensor) (density: Tensor -> Tensor) : Tensor =
        // A look at the result costs a wait on a GPU, and next to nothing on a CPU, where it saves two passes over memory.
        if value.device = Device.CPU && holds.all().toBool() then
            density value
        else
            let densities = density (dsharp.where (holds, value, support.InnerPoint value))
            let holds = if axes = 0 then holds else (Shapes.sumLast axes (holds.logicalNot ())).eq 0
            dsharp.where (holds, densities, densities.scalarLike -infinity)

    let private allBetweenOp = Operators.find "functional::all_between" ""

    let private allBetween (value: Tensor) (low: float, isLowIn: bool) (high: float, isHighIn: bool) : bool =
        let arguments = [| Arg.tensor value.Handle; Arg.double low; Arg.double high; Arg.bool isLowIn; Arg.bool isHighIn |]
        use holds = new Tensor(allBetweenOp.Tensor arguments)
        holds.toBool ()

    /// Whether one pass over the value shows that all of it lies in the support, as it mostly does.
    let private isSeenInside (support: Support) (value: Tensor) : bool =
        value.device = Device.CPU
        && (match support with
            | Support.Real -> allBetween value (-infinity, false) (infinity, false)
            | Support.Positive -> allBetween value (0.0, false) (infinity, false)
            | Support.NonNegative -> allBetween value (0.0, true) (infinity, false)
            | Support.UnitInterval -> allBetween value (0.0, true) (1.0, true)
            | Support.OpenUnitInterval -> allBetween value (0.0, false) (1.0, false)
            | _ -> false)

    /// The same, where all elements of the value lie in the support.
    let insideEvents (support: Support) (axes: int) (value: Tensor) (density: Tensor -> Tensor) : Tensor =
        if isSeenInside support value then
            density value
        else
            where (support.Contains value) support axes value density

    /// The same, element by element.
    let inside (support: Support) (value: Tensor) (density: Tensor -> Tensor) : Tensor = insideEvents support 0 value density

    /// A distribution function: `share` inside the support, 0 below it and 1 above.
    let below (support: Support) (value: Tensor) (share: Tensor -> Tensor) : Tensor =
        let inner = support.InnerPoint value
        let holds = support.Contains value
        let shares = share (dsharp.where (holds, value, inner))
        dsharp.where (holds, shares, (value.gt inner).cast shares.dtype)
