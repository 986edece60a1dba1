// Where a tensor lives: the processor's memory or a graphics card's, with DiffSharp's names.
// Used by everything that makes or moves a tensor.
namespace Functional.Tensors

open Functional.Tensors.Native

/// A kind of device; the numbers are libtorch's.
type DeviceType =
    | CPU = 0
    | CUDA = 1

/// A device: its kind and its index, -1 for the current one of its kind.
[<Struct; RequireQualifiedAccess>]
type Device =
    | Device of DeviceType * int

    /// The kind of device.
    member this.DeviceType = let (Device(kind, _)) = this in kind

    /// Which of its kind.
    member this.DeviceIndex = let (Device(_, index)) = this in index

    /// The processor.
    static member CPU = Device(DeviceType.CPU, -1)

    /// The first graphics card.
    static member GPU = Device(DeviceType.CUDA, 0)

    override this.ToString() =
        match this with
        | Device(DeviceType.CPU, _) -> "cpu"
        | Device(kind, index) -> $"{kind.ToString().ToLowerInvariant()}:{index}"

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Device =

    /// Where tensors are made unless told otherwise; set by dsharp.config.
    let mutable Default = Device.CPU

    let internal ofCode (code: int64) =
        Device.Device(enum<DeviceType>(int (code >>> 32)), int (int32 code))

    /// How many graphics cards libtorch can use.
    let gpuCount () =
        Library.ensure ()
        Exports.functional_gpu_count ()

    /// Waits until the device has done everything asked of it; a processor always has.
    let synchronize (device: Device) =
        if device.DeviceType = DeviceType.CUDA && Exports.functional_gpu_synchronize device.DeviceIndex < 0 then
            raise (Errors.Native.unknownOperator (Library.lastError ()))

    /// How many processor threads an operation may use: all cores by default.
    let threads () =
        Library.ensure ()
        Exports.functional_threads ()

    /// Sets how many processor threads an operation may use.
    let setThreads (count: int) =
        if count < 1 then
            invalidArg (nameof count) $"An operation uses at least one thread, not {count}."

        Library.ensure ()
        Exports.functional_set_threads count |> ignore
