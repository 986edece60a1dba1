// Numbers in and out of tensors through spans, without a copy in between.
// For callers whose data is already in memory of their own: buffers, pooled arrays, mapped files.
namespace Functional.Tensors

open System
open System.Runtime.InteropServices
open Functional.Tensors.Native

[<AutoOpen>]
module InterchangeExtensions =

    type Tensor with

        /// A tensor of that shape from numbers in row-major order, copied once, with the dtype of their .NET type.
        /// Raises ArgumentException when their count does not fill the shape.
        static member ofSpan<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType>
            (values: ReadOnlySpan<'T>, shape: seq<int>, ?device: Device)
            : Tensor =
            let shape = Seq.toArray shape

            if values.Length <> Shape.nelement shape then
                raise (Errors.Value.size values.Length shape)

            let bytes = MemoryMarshal.AsBytes values
            new Tensor(Memory.ofBytes bytes shape (Nested.layout typeof<'T>) (defaultArg device Device.Default))

        /// Copies the elements, in row-major order, to where there is room for exactly so many. Waits for the device.
        /// Elements of another .NET type than the tensor's dtype are converted first. Raises ArgumentException for another length.
        member t.copyTo<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType>(destination: Span<'T>) : unit =
            if destination.Length <> t.nelement then
                raise (Errors.Value.size destination.Length t.shape)

            let layout = Nested.layout typeof<'T>
            let bytes = MemoryMarshal.AsBytes destination

            if layout = t.dtype then
                Memory.copyTo t.Handle bytes
            else
                use converted = t.cast layout
                Memory.copyTo converted.Handle bytes
