// How a tensor prints: nested rows, long axes cut in the middle, six digits.
// Used by Tensor.ToString and by F# Interactive's printer.
namespace Functional.Tensors

open System
open System.Globalization
open System.Text

module internal Format =

    let private opening = "tensor("

    let private digits (count: int) = "0." + String('#', max count 0)

    // A float64 has more digits to show, unless the printer was asked for fewer.
    let private number (printer: Printer) (value: obj) =
        match value with
        | :? float32 as value -> value.ToString(digits printer.precision, CultureInfo.InvariantCulture)
        | :? float as value ->
            let extra = if printer.IsDefault || printer.IsFull then 4 else 0
            value.ToString(digits (printer.precision + extra), CultureInfo.InvariantCulture)
        | :? bool as value -> if value then "true" else "false"
        | value -> Convert.ToString(value, CultureInfo.InvariantCulture)

    // Numbers too large or too small for plain digits fall back to exponents.
    let private element (printer: Printer) (value: obj) =
        let magnitude =
            match value with
            | :? float32 as value -> abs (float value)
            | :? float as value -> abs value
            | _ -> 1.0

        if magnitude <> 0.0 && Double.IsFinite magnitude && (magnitude < 1e-4 || magnitude >= 1e7) then
            (value :?> IFormattable).ToString(digits (printer.precision - 1) + "e+0", CultureInfo.InvariantCulture)
        else
            number printer value

    let private shown (printer: Printer) (length: int) =
        let edge = printer.edgeItems

        if length <= printer.threshold || length <= 2 * edge then
            [ for i in 0 .. length - 1 -> Some i ]
        else
            [ for i in 0 .. edge - 1 -> Some i ] @ [ None ] @ [ for i in length - edge .. length - 1 -> Some i ]

    let rec private write
        printer
        (text: StringBuilder)
        (values: Array)
        (shape: int[])
        (axis: int)
        (offset: int)
        (stride: int)
        : unit =
        if axis = shape.Length then
            text.Append(element printer (values.GetValue offset)) |> ignore
        else
            let step = if shape[axis] = 0 then 0 else stride / shape[axis]
            let separator = if axis = shape.Length - 1 then ", " else ",\n" + String(' ', opening.Length + axis + 1)
            text.Append '[' |> ignore

            shown printer shape[axis]
            |> List.iteri (fun i position ->
                if i > 0 then
                    text.Append separator |> ignore

                match position with
                | Some position -> write printer text values shape (axis + 1) (offset + position * step) step
                | None -> text.Append "..." |> ignore)

            text.Append ']' |> ignore

    /// The elements as nested brackets, each row below the one before it.
    let tensor (printer: Printer) (values: Array) (shape: int[]) : string =
        let text = StringBuilder opening
        write printer text values shape 0 0 values.Length
        text.Append(')').ToString()
