// How a tensor prints: nested rows, long axes cut in the middle, six digits.
// Used by Tensor.ToString and by F# Interactive's printer.
namespace Functional.Tensors

open System
open System.Globalization
open System.Text

module internal Format =

    /// Rows shown at each end of an axis longer than twice this.
    let private edge = 3

    let private opening = "tensor("

    let private number (value: obj) =
        match value with
        | :? float32 as value -> value.ToString("0.######", CultureInfo.InvariantCulture)
        | :? float as value -> value.ToString("0.##########", CultureInfo.InvariantCulture)
        | :? bool as value -> if value then "true" else "false"
        | value -> Convert.ToString(value, CultureInfo.InvariantCulture)

    // Numbers too large or too small for plain digits fall back to exponents.
    let private element (value: obj) =
        let magnitude =
            match value with
            | :? float32 as value -> abs (float value)
            | :? float as value -> abs value
            | _ -> 1.0

        if magnitude <> 0.0 && Double.IsFinite magnitude && (magnitude < 1e-4 || magnitude >= 1e7) then
            (value :?> IFormattable).ToString("0.#####e+0", CultureInfo.InvariantCulture)
        else
            number value

    let private shown (length: int) =
        if length <= 2 * edge + 1 then
            [ for i in 0 .. length - 1 -> Some i ]
        else
            [ for i in 0 .. edge - 1 -> Some i ]
            @ [ None ]
            @ [ for i in length - edge .. length - 1 -> Some i ]

    let rec private write (text: StringBuilder) (values: Array) (shape: int[]) (axis: int) (offset: int) (stride: int) : unit =
        if axis = shape.Length then
            text.Append(element (values.GetValue offset)) |> ignore
        else
            let step = if shape[axis] = 0 then 0 else stride / shape[axis]
            let separator = if axis = shape.Length - 1 then ", " else ",\n" + String(' ', opening.Length + axis + 1)
            text.Append '[' |> ignore

            shown shape[axis]
            |> List.iteri (fun i position ->
                if i > 0 then
                    text.Append separator |> ignore

                match position with
                | Some position -> write text values shape (axis + 1) (offset + position * step) step
                | None -> text.Append "..." |> ignore)

            text.Append ']' |> ignore

    /// The elements as nested brackets, each row below the one before it.
    let tensor (values: Array) (shape: int[]) : string =
        let text = StringBuilder opening
        write text values shape 0 0 values.Length
        text.Append(')').ToString()
