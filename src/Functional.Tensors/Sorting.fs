// Order along an axis: sorting, and the largest few.
// Used for quantiles, beams and resampling; the single largest element is in Reduction.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Sorting =

    let private sortOp = Operators.aten "sort"
    let private topkOp = Operators.aten "topk"

    let sort (dim: int) (descending: bool) (t: Tensor) : Tensor * Tensor =
        let axis = Check.axisOf "sort" (max t.dim 1) t dim
        let struct (values, places) = sortOp.TwoTensors [| Arg.tensor t.Handle; Arg.int (int64 axis); Arg.bool descending |]
        new Tensor(values), new Tensor(places)

    let topk (count: int) (dim: int) (largest: bool) (t: Tensor) : Tensor * Tensor =
        let axis = Check.axisOf "topk" (max t.dim 1) t dim
        Check.atLeast "topk" 0 "k" count
        let length = if t.dim = 0 then 1 else t.shape[axis]

        if count > length then
            raise (Errors.Operation.topk count axis length t.shape)

        let arguments = [| Arg.tensor t.Handle; Arg.int (int64 count); Arg.int (int64 axis); Arg.bool largest; Arg.bool true |]
        let struct (values, places) = topkOp.TwoTensors arguments
        new Tensor(values), new Tensor(places)

[<AutoOpen>]
module SortingExtensions =

    type Tensor with

        /// The elements in order along an axis (the last unless given), and where each of them was.
        member t.sort(?dim: int, ?descending: bool) : Tensor * Tensor =
            Sorting.sort (defaultArg dim -1) (defaultArg descending false) t

        /// Where along an axis (the last unless given) the elements in order are.
        member t.argsort(?dim: int, ?descending: bool) : Tensor =
            t.sort (?dim = dim, ?descending = descending) |> snd

        /// The k largest (or smallest) elements along an axis (the last unless given) in order, and where each of them was.
        member t.topk(k: int, ?dim: int, ?largest: bool) : Tensor * Tensor =
            Sorting.topk k (defaultArg dim -1) (defaultArg largest true) t

    type dsharp with

        static member sort(input: Tensor, ?dim: int, ?descending: bool) =
            input.sort (?dim = dim, ?descending = descending)

        static member argsort(input: Tensor, ?dim: int, ?descending: bool) =
            input.argsort (?dim = dim, ?descending = descending)

        static member topk(input: Tensor, k: int, ?dim: int, ?largest: bool) =
            input.topk (k, ?dim = dim, ?largest = largest)
