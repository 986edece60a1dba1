// Pooling over one, two and three axes: the largest element of every window, its place, the way back, and the mean.
// Used by convolutional networks; shapes are [batch; channels; ...].
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Pooling =

    let private maxOps = [| for rank in 1..3 -> Operators.aten $"max_pool{rank}d_with_indices" |]
    let private meanOps = [| for rank in 1..3 -> Operators.aten $"avg_pool{rank}d" |]
    let private scatterOp = Operators.atenOverload "scatter" "src"

    let private input =
        [| "[batch; channels; length]"
           "[batch; channels; height; width]"
           "[batch; channels; depth; height; width]" |]

    /// The windows, one number for each axis.
    type Windows = { Kernels: int[]; Strides: int[]; Paddings: int[] }

    let private windows operation rank (kernel, kernels) (stride, strides) (padding, paddings) =
        let none () =
            raise (Errors.Operation.missing operation "kernelSize" "kernelSizes")

        let kernels = Check.perAxis operation rank "kernelSize" kernel kernels none

        let windows =
            { Kernels = kernels
              Strides = Check.perAxis operation rank "stride" stride strides (fun () -> kernels)
              Paddings = Check.perAxis operation rank "padding" padding paddings (fun () -> Array.create rank 0) }

        windows.Kernels |> Array.iter (Check.atLeast operation 1 "kernelSize")
        windows.Strides |> Array.iter (Check.atLeast operation 1 "stride")
        windows.Paddings |> Array.iter (Check.atLeast operation 0 "padding")
        Array.iter2 (fun kernel padding -> Check.atLeast operation (2 * padding) "kernelSize" kernel) kernels windows.Paddings
        windows

    // A dtype or shape that no window fits is refused here.
    let private checkInput operation rank (windows: Windows) (t: Tensor) =
        Check.real operation t
        Check.rank operation (rank + 2) input[rank - 1] t

        let length axis =
            let room = t.shape[axis + 2] + 2 * windows.Paddings[axis] - windows.Kernels[axis]
            if room < 0 then 0 else room / windows.Strides[axis] + 1

        let result = Array.init rank length

        if Array.contains 0 result then
            raise (Errors.Operation.doesNotReach operation t.shape result)

    let private arguments (windows: Windows) (t: Tensor) =
        [| Arg.tensor t.Handle; Arg.shape windows.Kernels; Arg.shape windows.Strides; Arg.shape windows.Paddings |]

    let maxi (rank: int) kernel stride padding (t: Tensor) : Tensor * Tensor =
        let operation = $"maxpool{rank}d"
        let windows = windows operation rank kernel stride padding
        checkInput operation rank windows t
        let struct (values, places) = maxOps[rank - 1].TwoTensors(arguments windows t)
        new Tensor(values), (new Tensor(places)).cast Dtype.Int32

    let max rank kernel stride padding t =
        maxi rank kernel stride padding t |> fst

    let mean (rank: int) kernel stride padding (t: Tensor) =
        let operation = $"avgpool{rank}d"
        let windows = windows operation rank kernel stride padding
        checkInput operation rank windows t
        new Tensor(meanOps[rank - 1].Tensor(arguments windows t))

    // The length whose pooling has this one, where windows do not overlap; a given size must keep batch and channels.
    let private unpooledShape operation rank (windows: Windows) (size: seq<int> option) (t: Tensor) =
        let length axis =
            (t.shape[axis + 2] - 1) * windows.Strides[axis] - 2 * windows.Paddings[axis] + windows.Kernels[axis]

        match size with
        | None -> Array.append t.shape[..1] (Array.init rank length)
        | Some size ->
            let size = Seq.toArray size

            if size.Length <> t.dim || size[..1] <> t.shape[..1] then
                raise (Errors.Operation.mismatch operation t.shape size "outputSize keeps the first two axes.")

            size

    /// The elements back at the places they were taken from, zeros elsewhere.
    let unpool (rank: int) kernel stride padding (size: seq<int> option) (places: Tensor) (t: Tensor) =
        let operation = $"maxunpool{rank}d"
        let windows = windows operation rank kernel stride padding
        Check.rank operation (rank + 2) input[rank - 1] t
        Check.sameShape operation t places
        let shape = unpooledShape operation rank windows size t
        let zeros = (t.zerosLike shape).flatten 2
        let places = (places.flatten 2).cast Dtype.Int64
        let values = t.flatten 2
        let arguments = [| Arg.tensor zeros.Handle; Arg.int 2L; Arg.tensor places.Handle; Arg.tensor values.Handle |]
        (new Tensor(scatterOp.Tensor arguments)).view shape

[<AutoOpen>]
module PoolingExtensions =

    type Tensor with

        /// The largest element of every window.
        member t.maxpool1d(kernelSize: int, ?stride: int, ?padding: int) =
            Pooling.max 1 (Some kernelSize, None) (stride, None) (padding, None) t

        /// The largest element of every window.
        member t.maxpool2d
            (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
            =
            Pooling.max 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) t

        /// The largest element of every window.
        member t.maxpool3d
            (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
            =
            Pooling.max 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) t

        /// The largest element of every window, and its place within its channel in row-major order.
        member t.maxpool1di(kernelSize: int, ?stride: int, ?padding: int) =
            Pooling.maxi 1 (Some kernelSize, None) (stride, None) (padding, None) t

        /// The largest element of every window, and its place within its channel in row-major order.
        member t.maxpool2di
            (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
            =
            Pooling.maxi 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) t

        /// The largest element of every window, and its place within its channel in row-major order.
        member t.maxpool3di
            (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
            =
            Pooling.maxi 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) t

        /// The way back from maxpool: every element at its place, zeros elsewhere.
        member t.maxunpool1d(indices: Tensor, kernelSize: int, ?stride: int, ?padding: int, ?outputSize: seq<int>) =
            Pooling.unpool 1 (Some kernelSize, None) (stride, None) (padding, None) outputSize indices t

        /// The way back from maxpool: every element at its place, zeros elsewhere.
        member t.maxunpool2d
            (
                indices: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?outputSize: seq<int>
            ) =
            Pooling.unpool 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) outputSize indices t

        /// The way back from maxpool: every element at its place, zeros elsewhere.
        member t.maxunpool3d
            (
                indices: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?outputSize: seq<int>
            ) =
            Pooling.unpool 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) outputSize indices t

        /// The mean of every window, padding zeros included.
        member t.avgpool1d(kernelSize: int, ?stride: int, ?padding: int) =
            Pooling.mean 1 (Some kernelSize, None) (stride, None) (padding, None) t

        /// The mean of every window, padding zeros included.
        member t.avgpool2d
            (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
            =
            Pooling.mean 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) t

        /// The mean of every window, padding zeros included.
        member t.avgpool3d
            (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
            =
            Pooling.mean 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) t

    type dsharp with

        static member maxpool1d(input: Tensor, kernelSize: int, ?stride: int, ?padding: int) =
            Pooling.max 1 (Some kernelSize, None) (stride, None) (padding, None) input

        static member maxpool2d
            (
                input: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>
            ) =
            Pooling.max 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) input

        static member maxpool3d
            (
                input: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>
            ) =
            Pooling.max 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) input

        static member maxpool1di(input: Tensor, kernelSize: int, ?stride: int, ?padding: int) =
            Pooling.maxi 1 (Some kernelSize, None) (stride, None) (padding, None) input

        static member maxpool2di
            (
                input: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>
            ) =
            Pooling.maxi 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) input

        static member maxpool3di
            (
                input: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>
            ) =
            Pooling.maxi 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) input

        static member maxunpool1d
            (input: Tensor, indices: Tensor, kernelSize: int, ?stride: int, ?padding: int, ?outputSize: seq<int>)
            =
            Pooling.unpool 1 (Some kernelSize, None) (stride, None) (padding, None) outputSize indices input

        static member maxunpool2d
            (
                input: Tensor,
                indices: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?outputSize: seq<int>
            ) =
            Pooling.unpool 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) outputSize indices input

        static member maxunpool3d
            (
                input: Tensor,
                indices: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?outputSize: seq<int>
            ) =
            Pooling.unpool 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) outputSize indices input

        static member avgpool1d(input: Tensor, kernelSize: int, ?stride: int, ?padding: int) =
            Pooling.mean 1 (Some kernelSize, None) (stride, None) (padding, None) input

        static member avgpool2d
            (
                input: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>
            ) =
            Pooling.mean 2 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) input

        static member avgpool3d
            (
                input: Tensor,
                ?kernelSize: int,
                ?stride: int,
                ?padding: int,
                ?kernelSizes: seq<int>,
                ?strides: seq<int>,
                ?paddings: seq<int>
            ) =
            Pooling.mean 3 (kernelSize, kernelSizes) (stride, strides) (padding, paddings) input
