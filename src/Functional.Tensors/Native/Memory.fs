// Moves numbers between .NET arrays and native tensors, and reads the facts of a handle.
// Used by Tensor and by the file formats.
namespace Functional.Tensors.Native

#nowarn "9"

open System
open System.Runtime.InteropServices
open Microsoft.FSharp.NativeInterop
open Functional.Tensors

module internal Memory =

    /// Runs `body` with the native pointer, which cannot be freed meanwhile.
    let inline using (operation: string) (handle: TensorHandle) ([<InlineIfLambda>] body: nativeint -> 'T) : 'T =
        if not (handle.TryBorrow()) then
            raise (Errors.Native.disposed operation)

        try
            body handle.Pointer
        finally
            handle.GiveBack()

    let shape (handle: TensorHandle) =
        using "shape" handle (fun pointer ->
            let wide = Array.zeroCreate<int64>(max (Exports.functional_tensor_rank pointer) 1)
            use pin = fixed wide
            Exports.functional_tensor_shape (pointer, NativePtr.toNativeInt pin)
            Array.init (Exports.functional_tensor_rank pointer) (fun i -> Checked.int wide[i]))

    /// The number of elements. Raises OverflowException where an int does not hold it, as of huge tensors that repeat one number.
    let elements (shape: int[]) : int =
        if Array.contains 0 shape then
            0
        else
            Array.fold (fun count axis -> Checked.(*) count axis) 1 shape

    let dtype (handle: TensorHandle) =
        using "dtype" handle (Exports.functional_tensor_scalar_type >> Dtype.ofCode)

    // As numbers, not as Dtype, and asked once: every arithmetic operator wants to know.
    let private code (operation: string) (handle: TensorHandle) =
        if handle.ScalarType < 0 then
            handle.ScalarType <- using operation handle Exports.functional_tensor_scalar_type

        handle.ScalarType

    /// Whether two tensors have elements of one type.
    let sameDtype (operation: string) (a: TensorHandle) (b: TensorHandle) = code operation a = code operation b

    /// Whether a tensor has real elements.
    let isReal (operation: string) (handle: TensorHandle) =
        Dtype.isRealCode (code operation handle)

    let device (handle: TensorHandle) =
        using "device" handle (Exports.functional_tensor_device >> Device.ofCode)

    let private kibibytes (shape: int[]) (dtype: Dtype) =
        int ((Array.fold (fun size axis -> size * int64 axis) (int64 dtype.ElementSize) shape) >>> 10)

    /// Copies bytes, laid out as `dtype` in row-major order, into a new tensor.
    let ofBytes (bytes: ReadOnlySpan<byte>) (shape: int[]) (dtype: Dtype) (device: Device) =
        Library.ensure ()
        let wide = Array.map int64 shape
        use axes = fixed wide
        use data = fixed &MemoryMarshal.GetReference bytes

        let pointer =
            Exports.functional_tensor_from_memory (
                NativePtr.toNativeInt data,
                NativePtr.toNativeInt axes,
                shape.Length,
                Dtype.code dtype,
                int device.DeviceType,
                device.DeviceIndex
            )

        if pointer = 0n then
            raise (Errors.Native.refused "from .NET memory" [ Errors.shape shape ] (Library.lastError ()))

        Ownership.adopt pointer (kibibytes shape dtype)

    /// Copies an array of any rank, laid out as `dtype`, into a new tensor.
    let ofArray (elements: Array) (shape: int[]) (dtype: Dtype) (device: Device) =
        let bytes = MemoryMarshal.CreateReadOnlySpan(&MemoryMarshal.GetArrayDataReference elements, Buffer.ByteLength elements)

        ofBytes bytes shape dtype device

    /// Copies a tensor's elements into the destination, in row-major order.
    let copyTo (handle: TensorHandle) (destination: Span<byte>) =
        use data = fixed &MemoryMarshal.GetReference destination
        let address = NativePtr.toNativeInt data
        let length = int64 destination.Length

        let result = using "reading" handle (fun pointer -> Exports.functional_tensor_to_memory (pointer, address, length))

        if result < 0 then
            raise (Errors.Native.refused "to .NET memory" [ Errors.shape (shape handle) ] (Library.lastError ()))

    /// A tensor's elements as a new array of the .NET type that matches its dtype.
    let toArray<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType> (handle: TensorHandle) : 'T[] =
        let values = Array.zeroCreate<'T>(elements (shape handle))
        copyTo handle (MemoryMarshal.AsBytes(values.AsSpan()))
        values
