// F# slices on up to six axes: t[0], t[1..3], t[0, 1.., ..3]. Each axis is an index, which drops it, or a range, which keeps it.
// The compiler looks for one member per combination, so they stand here one per line; Slice.apply does the work.
namespace Functional.Tensors

module internal Slice =

    /// What is taken of an axis: one position, or a range with both ends included and open where they are None.
    [<Struct>]
    type Part =
        | At of position: int
        | Range of first: int option * last: int option

    // `axis` counts in the whole shape, `place` in what the indexes before have left of it.
    let private takePart (shape: int[]) (t: Tensor, place: int) (axis: int, part: Part) : Tensor * int =
        let length = shape[axis]

        match part with
        | At position when position < 0 || position >= length -> raise (Errors.Operation.index position axis shape)
        | At position -> View.select place position t, place
        | Range(first, last) ->
            let first, last = defaultArg first 0, defaultArg last (length - 1)

            if first < 0 || last >= length || first > last + 1 then
                raise (Errors.Operation.range first last axis shape)

            View.slice place first last t, place + 1

    let apply (t: Tensor) (parts: Part list) : Tensor =
        if parts.Length > t.dim then
            raise (Errors.Operation.axis "indexing" (parts.Length - 1) t.dim t.shape)

        parts |> List.indexed |> List.fold (takePart t.shape) (t, 0) |> fst

    /// Parts from rows of (first, last, 1 where the axis goes and 0 where it stays).
    let ofBounds (t: Tensor) (bounds: int[,]) : Part list =
        let rows, columns = bounds.GetLength 0, bounds.GetLength 1

        if columns <> 3 || rows > t.dim then
            raise (Errors.Operation.bounds t.shape rows columns)

        let part row =
            match bounds[row, 0], bounds[row, 1], bounds[row, 2] with
            | first, last, 1 when first = last -> At first
            | first, last, _ -> Range(Some first, Some last)

        List.init rows part

open Slice

[<AutoOpen>]
module SlicingExtensions =

    type Tensor with

        member t.Item
            with get ([<System.ParamArray>] index: int[]) = apply t [ for position in index -> At position ]

        /// A slice given as rows of (first, last, 1 where the axis goes and 0 where it stays), one for each of the first axes.
        member t.GetSlice(bounds: int[,]) = apply t (ofBounds t bounds)

        member t.GetSlice(a: int option, a': int option) = apply t [ Range(a, a') ]
        member t.GetSlice(a: int, b: int option, b': int option) = apply t [ At a; Range(b, b') ]
        member t.GetSlice(a: int option, a': int option, b: int) = apply t [ Range(a, a'); At b ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option) = apply t [ Range(a, a'); Range(b, b') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option) = apply t [ At a; At b; Range(c, c') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int) = apply t [ At a; Range(b, b'); At c ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option) =
            apply t [ At a; Range(b, b'); Range(c, c') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int) = apply t [ Range(a, a'); At b; At c ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option) =
            apply t [ Range(a, a'); At b; Range(c, c') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int) =
            apply t [ Range(a, a'); Range(b, b'); At c ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c') ]
        member t.GetSlice(a: int, b: int, c: int, d: int option, d': int option) = apply t [ At a; At b; At c; Range(d, d') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int) = apply t [ At a; At b; Range(c, c'); At d ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int option, d': int option) =
            apply t [ At a; At b; Range(c, c'); Range(d, d') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int) = apply t [ At a; Range(b, b'); At c; At d ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int option, d': int option) =
            apply t [ At a; Range(b, b'); At c; Range(d, d') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int) =
            apply t [ At a; Range(b, b'); Range(c, c'); At d ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option) =
            apply t [ At a; Range(b, b'); Range(c, c'); Range(d, d') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int) = apply t [ Range(a, a'); At b; At c; At d ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int option, d': int option) =
            apply t [ Range(a, a'); At b; At c; Range(d, d') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int) =
            apply t [ Range(a, a'); At b; Range(c, c'); At d ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int option, d': int option) =
            apply t [ Range(a, a'); At b; Range(c, c'); Range(d, d') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int) =
            apply t [ Range(a, a'); Range(b, b'); At c; At d ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int option, d': int option) =
            apply t [ Range(a, a'); Range(b, b'); At c; Range(d, d') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); At d ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); Range(d, d') ]
        member t.GetSlice(a: int, b: int, c: int, d: int, e: int option, e': int option) =
            apply t [ At a; At b; At c; At d; Range(e, e') ]
        member t.GetSlice(a: int, b: int, c: int, d: int option, d': int option, e: int) =
            apply t [ At a; At b; At c; Range(d, d'); At e ]
        member t.GetSlice(a: int, b: int, c: int, d: int option, d': int option, e: int option, e': int option) =
            apply t [ At a; At b; At c; Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int, e: int) =
            apply t [ At a; At b; Range(c, c'); At d; At e ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int, e: int option, e': int option) =
            apply t [ At a; At b; Range(c, c'); At d; Range(e, e') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int option, d': int option, e: int) =
            apply t [ At a; At b; Range(c, c'); Range(d, d'); At e ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option) =
            apply t [ At a; At b; Range(c, c'); Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int, e: int) =
            apply t [ At a; Range(b, b'); At c; At d; At e ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int, e: int option, e': int option) =
            apply t [ At a; Range(b, b'); At c; At d; Range(e, e') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int option, d': int option, e: int) =
            apply t [ At a; Range(b, b'); At c; Range(d, d'); At e ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int option, d': int option, e: int option, e': int option) =
            apply t [ At a; Range(b, b'); At c; Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int, e: int) =
            apply t [ At a; Range(b, b'); Range(c, c'); At d; At e ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int, e: int option, e': int option) =
            apply t [ At a; Range(b, b'); Range(c, c'); At d; Range(e, e') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int) =
            apply t [ At a; Range(b, b'); Range(c, c'); Range(d, d'); At e ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option) =
            apply t [ At a; Range(b, b'); Range(c, c'); Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int, e: int) =
            apply t [ Range(a, a'); At b; At c; At d; At e ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int, e: int option, e': int option) =
            apply t [ Range(a, a'); At b; At c; At d; Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int option, d': int option, e: int) =
            apply t [ Range(a, a'); At b; At c; Range(d, d'); At e ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int option, d': int option, e: int option, e': int option) =
            apply t [ Range(a, a'); At b; At c; Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int, e: int) =
            apply t [ Range(a, a'); At b; Range(c, c'); At d; At e ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int, e: int option, e': int option) =
            apply t [ Range(a, a'); At b; Range(c, c'); At d; Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int option, d': int option, e: int) =
            apply t [ Range(a, a'); At b; Range(c, c'); Range(d, d'); At e ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option) =
            apply t [ Range(a, a'); At b; Range(c, c'); Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int, e: int) =
            apply t [ Range(a, a'); Range(b, b'); At c; At d; At e ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int, e: int option, e': int option) =
            apply t [ Range(a, a'); Range(b, b'); At c; At d; Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int option, d': int option, e: int) =
            apply t [ Range(a, a'); Range(b, b'); At c; Range(d, d'); At e ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int option, d': int option, e: int option, e': int option) =
            apply t [ Range(a, a'); Range(b, b'); At c; Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int, e: int) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); At d; At e ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int, e: int option, e': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); At d; Range(e, e') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); Range(d, d'); At e ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); Range(d, d'); Range(e, e') ]
        member t.GetSlice(a: int, b: int, c: int, d: int, e: int, f: int option, f': int option) =
            apply t [ At a; At b; At c; At d; At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int, c: int, d: int, e: int option, e': int option, f: int) =
            apply t [ At a; At b; At c; At d; Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int, c: int, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; At b; At c; At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int, b: int, c: int, d: int option, d': int option, e: int, f: int) =
            apply t [ At a; At b; At c; Range(d, d'); At e; At f ]
        member t.GetSlice(a: int, b: int, c: int, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ At a; At b; At c; Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int, c: int, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ At a; At b; At c; Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int, c: int, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; At b; At c; Range(d, d'); Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int, e: int, f: int) =
            apply t [ At a; At b; Range(c, c'); At d; At e; At f ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int, e: int, f: int option, f': int option) =
            apply t [ At a; At b; Range(c, c'); At d; At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int, e: int option, e': int option, f: int) =
            apply t [ At a; At b; Range(c, c'); At d; Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; At b; Range(c, c'); At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int option, d': int option, e: int, f: int) =
            apply t [ At a; At b; Range(c, c'); Range(d, d'); At e; At f ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ At a; At b; Range(c, c'); Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ At a; At b; Range(c, c'); Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; At b; Range(c, c'); Range(d, d'); Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int, e: int, f: int) =
            apply t [ At a; Range(b, b'); At c; At d; At e; At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int, e: int, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); At c; At d; At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int, e: int option, e': int option, f: int) =
            apply t [ At a; Range(b, b'); At c; At d; Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); At c; At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int option, d': int option, e: int, f: int) =
            apply t [ At a; Range(b, b'); At c; Range(d, d'); At e; At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); At c; Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ At a; Range(b, b'); At c; Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); At c; Range(d, d'); Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int, e: int, f: int) =
            apply t [ At a; Range(b, b'); Range(c, c'); At d; At e; At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int, e: int, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); Range(c, c'); At d; At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int, e: int option, e': int option, f: int) =
            apply t [ At a; Range(b, b'); Range(c, c'); At d; Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); Range(c, c'); At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int, f: int) =
            apply t [ At a; Range(b, b'); Range(c, c'); Range(d, d'); At e; At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); Range(c, c'); Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ At a; Range(b, b'); Range(c, c'); Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ At a; Range(b, b'); Range(c, c'); Range(d, d'); Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int, e: int, f: int) =
            apply t [ Range(a, a'); At b; At c; At d; At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; At c; At d; At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); At b; At c; At d; Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; At c; At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int option, d': int option, e: int, f: int) =
            apply t [ Range(a, a'); At b; At c; Range(d, d'); At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; At c; Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); At b; At c; Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; At c; Range(d, d'); Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int, e: int, f: int) =
            apply t [ Range(a, a'); At b; Range(c, c'); At d; At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; Range(c, c'); At d; At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); At b; Range(c, c'); At d; Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; Range(c, c'); At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int option, d': int option, e: int, f: int) =
            apply t [ Range(a, a'); At b; Range(c, c'); Range(d, d'); At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; Range(c, c'); Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); At b; Range(c, c'); Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); At b; Range(c, c'); Range(d, d'); Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int, e: int, f: int) =
            apply t [ Range(a, a'); Range(b, b'); At c; At d; At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); At c; At d; At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); Range(b, b'); At c; At d; Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); At c; At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int option, d': int option, e: int, f: int) =
            apply t [ Range(a, a'); Range(b, b'); At c; Range(d, d'); At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); At c; Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); Range(b, b'); At c; Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); At c; Range(d, d'); Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int, e: int, f: int) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); At d; At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); At d; At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); At d; Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); At d; Range(e, e'); Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int, f: int) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); Range(d, d'); At e; At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); Range(d, d'); At e; Range(f, f') ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); Range(d, d'); Range(e, e'); At f ]
        member t.GetSlice(a: int option, a': int option, b: int option, b': int option, c: int option, c': int option, d: int option, d': int option, e: int option, e': int option, f: int option, f': int option) =
            apply t [ Range(a, a'); Range(b, b'); Range(c, c'); Range(d, d'); Range(e, e'); Range(f, f') ]

    type dsharp with

        /// The element at an index, or the slice where it has fewer numbers than there are axes.
        static member slice(input: Tensor, index: seq<int>) = apply input [ for position in index -> At position ]
