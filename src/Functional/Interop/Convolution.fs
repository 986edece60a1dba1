// What the C# facade calls of convolutions and pooling: one function for all numbers of axes.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Settings travel as arrays: of one number for all axes, of one an axis, or null for the usual.
module internal ConvolutionBridge =

    let private setting (values: int[]) : int option * seq<int> option =
        match values with
        | null -> None, None
        | [| value |] -> Some value, None
        | values -> None, Some values

    let convolve (rank: int) (t: Tensor) (filters: Tensor) (stride: int[]) (padding: int[]) (dilation: int[]) =
        Convolution.direct rank (setting stride) (setting padding) (setting dilation) filters t

    let transposed rank (t: Tensor) (filters: Tensor) (stride: int[]) (padding: int[]) (dilation: int[]) (outputPadding: int[]) =
        Convolution.transposed rank (setting stride) (setting padding) (setting dilation) (setting outputPadding) filters t

    let max (rank: int) (t: Tensor) (kernel: int[]) (stride: int[]) (padding: int[]) =
        let values, places = Pooling.maxi rank (setting kernel) (setting stride) (setting padding) t
        struct (values, places)

    let unpool (rank: int) (t: Tensor) (places: Tensor) (kernel: int[]) (stride: int[]) (padding: int[]) (size: int[]) =
        let size = size |> Option.ofObj |> Option.map Seq.ofArray
        Pooling.unpool rank (setting kernel) (setting stride) (setting padding) size places t

    let mean (rank: int) (t: Tensor) (kernel: int[]) (stride: int[]) (padding: int[]) =
        Pooling.mean rank (setting kernel) (setting stride) (setting padding) t
