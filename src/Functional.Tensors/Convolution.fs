// Convolutions and transposed convolutions over one, two and three axes: signals, images, volumes.
// Used by convolutional networks; shapes are [batch; channels; ...] and [outputs; inputs; ...], as everywhere in the field.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Convolution =

    let private convolutionOp = Operators.aten "convolution"

    /// How a kernel moves, one number for each axis.
    type Geometry = { Strides: int[]; Paddings: int[]; Dilations: int[]; OutputPaddings: int[] }

    let private input rank =
        [| ""
           "[batch; channels; length]"
           "[batch; channels; height; width]"
           "[batch; channels; depth; height; width]" |][rank]

    let private check operation (geometry: Geometry) =
        geometry.Strides |> Array.iter (Check.atLeast operation 1 "stride")
        geometry.Paddings |> Array.iter (Check.atLeast operation 0 "padding")
        geometry.Dilations |> Array.iter (Check.atLeast operation 1 "dilation")
        geometry.OutputPaddings |> Array.iter (Check.atLeast operation 0 "outputPadding")

    let private extent (geometry: Geometry) (filters: Tensor) (axis: int) =
        geometry.Dilations[axis] * (filters.shape[axis + 2] - 1) + 1

    let private resultLength (geometry: Geometry) (t: Tensor) (filters: Tensor) (axis: int) =
        let room = t.shape[axis + 2] + 2 * geometry.Paddings[axis] - extent geometry filters axis
        if room < 0 then 0 else room / geometry.Strides[axis] + 1

    let private transposedLength (geometry: Geometry) (t: Tensor) (filters: Tensor) (axis: int) =
        (t.shape[axis + 2] - 1) * geometry.Strides[axis] - 2 * geometry.Paddings[axis]
        + extent geometry filters axis
        + geometry.OutputPaddings[axis]

    let private convolve (operation: string) (rank: int) (transposed: bool) geometry (filters: Tensor) (t: Tensor) =
        check operation geometry
        Check.rank operation (rank + 2) (input rank) t
        let remedy = "The filters have as many axes as the input, and their " + (if transposed then "first" else "second")
        let channels = if filters.dim = rank + 2 then filters.shape[if transposed then 0 else 1] else -1
        Check.fits operation (remedy + " axis is as long as its channels.") (channels = t.shape[1]) t filters
        Check.alike operation t filters
        let length = if transposed then transposedLength else resultLength
        let result = Array.init rank (length geometry t filters)

        if Array.exists (fun length -> length < 1) result then
            raise (Errors.Operation.doesNotReach operation t.shape result)

        new Tensor(
            convolutionOp.Tensor
                [| Arg.tensor t.Handle
                   Arg.tensor filters.Handle
                   Arg.none
                   Arg.shape geometry.Strides
                   Arg.shape geometry.Paddings
                   Arg.shape geometry.Dilations
                   Arg.bool transposed
                   Arg.shape geometry.OutputPaddings
                   Arg.int 1L |]
        )

    let private geometry operation rank (stride, strides) (padding, paddings) (dilation, dilations) (extra, extras) =
        { Strides = Check.perAxis operation rank "stride" stride strides (fun () -> Array.create rank 1)
          Paddings = Check.perAxis operation rank "padding" padding paddings (fun () -> Array.create rank 0)
          Dilations = Check.perAxis operation rank "dilation" dilation dilations (fun () -> Array.create rank 1)
          OutputPaddings = Check.perAxis operation rank "outputPadding" extra extras (fun () -> Array.create rank 0) }

    let direct (rank: int) stride padding dilation (filters: Tensor) (t: Tensor) =
        let operation = $"conv{rank}d"
        convolve operation rank false (geometry operation rank stride padding dilation (None, None)) filters t

    let transposed (rank: int) stride padding dilation outputPadding (filters: Tensor) (t: Tensor) =
        let operation = $"convTranspose{rank}d"
        convolve operation rank true (geometry operation rank stride padding dilation outputPadding) filters t

[<AutoOpen>]
module ConvolutionExtensions =

    type Tensor with

        /// Signals [batch; channels; length] seen through filters [outputs; channels; kernel].
        member t.conv1d(filters: Tensor, ?stride: int, ?padding: int, ?dilation: int) =
            Convolution.direct 1 (stride, None) (padding, None) (dilation, None) filters t

        /// Images [batch; channels; height; width] seen through filters [outputs; channels; height; width].
        member t.conv2d
            (
                filters: Tensor,
                ?stride: int,
                ?padding: int,
                ?dilation: int,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?dilations: seq<int>
            ) =
            Convolution.direct 2 (stride, strides) (padding, paddings) (dilation, dilations) filters t

        /// Volumes [batch; channels; depth; height; width] seen through filters [outputs; channels; depth; height; width].
        member t.conv3d
            (
                filters: Tensor,
                ?stride: int,
                ?padding: int,
                ?dilation: int,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?dilations: seq<int>
            ) =
            Convolution.direct 3 (stride, strides) (padding, paddings) (dilation, dilations) filters t

        /// The transpose of conv1d: signals [batch; channels; length] spread through filters [channels; outputs; kernel].
        member t.convTranspose1d(filters: Tensor, ?stride: int, ?padding: int, ?dilation: int, ?outputPadding: int) =
            Convolution.transposed 1 (stride, None) (padding, None) (dilation, None) (outputPadding, None) filters t

        /// The transpose of conv2d: images spread through filters [channels; outputs; height; width].
        member t.convTranspose2d
            (
                filters: Tensor,
                ?stride: int,
                ?padding: int,
                ?dilation: int,
                ?outputPadding: int,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?dilations: seq<int>,
                ?outputPaddings: seq<int>
            ) =
            let stride, padding, dilation = (stride, strides), (padding, paddings), (dilation, dilations)
            Convolution.transposed 2 stride padding dilation (outputPadding, outputPaddings) filters t

        /// The transpose of conv3d: volumes spread through filters [channels; outputs; depth; height; width].
        member t.convTranspose3d
            (
                filters: Tensor,
                ?stride: int,
                ?padding: int,
                ?dilation: int,
                ?outputPadding: int,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?dilations: seq<int>,
                ?outputPaddings: seq<int>
            ) =
            let stride, padding, dilation = (stride, strides), (padding, paddings), (dilation, dilations)
            Convolution.transposed 3 stride padding dilation (outputPadding, outputPaddings) filters t

    type dsharp with

        static member conv1d(input: Tensor, filters: Tensor, ?stride: int, ?padding: int, ?dilation: int) =
            Convolution.direct 1 (stride, None) (padding, None) (dilation, None) filters input

        static member conv2d
            (
                input: Tensor,
                filters: Tensor,
                ?stride: int,
                ?strides: seq<int>,
                ?padding: int,
                ?paddings: seq<int>,
                ?dilation: int,
                ?dilations: seq<int>
            ) =
            Convolution.direct 2 (stride, strides) (padding, paddings) (dilation, dilations) filters input

        static member conv3d
            (
                input: Tensor,
                filters: Tensor,
                ?stride: int,
                ?strides: seq<int>,
                ?padding: int,
                ?paddings: seq<int>,
                ?dilation: int,
                ?dilations: seq<int>
            ) =
            Convolution.direct 3 (stride, strides) (padding, paddings) (dilation, dilations) filters input

        static member convTranspose1d
            (input: Tensor, filters: Tensor, ?stride: int, ?padding: int, ?dilation: int, ?outputPadding: int)
            =
            Convolution.transposed 1 (stride, None) (padding, None) (dilation, None) (outputPadding, None) filters input

        static member convTranspose2d
            (
                input: Tensor,
                filters: Tensor,
                ?stride: int,
                ?padding: int,
                ?dilation: int,
                ?outputPadding: int,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?dilations: seq<int>,
                ?outputPaddings: seq<int>
            ) =
            let stride, padding, dilation = (stride, strides), (padding, paddings), (dilation, dilations)
            Convolution.transposed 2 stride padding dilation (outputPadding, outputPaddings) filters input

        static member convTranspose3d
            (
                input: Tensor,
                filters: Tensor,
                ?stride: int,
                ?padding: int,
                ?dilation: int,
                ?outputPadding: int,
                ?strides: seq<int>,
                ?paddings: seq<int>,
                ?dilations: seq<int>,
                ?outputPaddings: seq<int>
            ) =
            let stride, padding, dilation = (stride, strides), (padding, paddings), (dilation, dilations)
            Convolution.transposed 3 stride padding dilation (outputPadding, outputPaddings) filters input
