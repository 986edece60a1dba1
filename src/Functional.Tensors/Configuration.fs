// What tensors are made of and how they print unless told otherwise; which devices there are.
// Scripts call dsharp.config first and dsharp.seed second.
namespace Functional.Tensors

open System

/// What computes. There is one engine, libtorch; scripts that name another run on it all the same.
[<RequireQualifiedAccess>]
type Backend =
    | Reference
    | Torch

    override this.ToString() =
        match this with
        | Reference -> "Reference"
        | Torch -> "Torch"

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Backend =

    /// The backend that dsharp.config was last given.
    let mutable Default = Backend.Torch

[<AutoOpen>]
module ConfigurationExtensions =

    let private devices () =
        Device.CPU :: [ for index in 0 .. Device.gpuCount () - 1 -> Device.Device(DeviceType.CUDA, index) ]

    type dsharp with

        /// Seeds the random numbers of every device: the same seed, the same numbers.
        static member seed(?seed: int) : unit =
            Random.seed (defaultArg seed (int DateTime.UtcNow.Ticks))

        /// Sets where and of what type tensors are made, and how they print, unless told otherwise.
        static member config(?device: Device, ?dtype: Dtype, ?backend: Backend, ?printer: Printer) : unit =
            Option.iter Check.device device
            Option.iter (fun dtype -> Dtype.Default <- Check.defaultDtype dtype) dtype
            Option.iter (fun device -> Device.Default <- device) device
            Option.iter (fun backend -> Backend.Default <- backend) backend
            Option.iter (fun printer -> Printer.Default <- printer) printer

        /// The defaults: device, dtype, backend and printer.
        static member config() : Device * Dtype * Backend * Printer =
            Device.Default, Dtype.Default, Backend.Default, Printer.Default

        /// Sets all defaults to what `dsharp.config ()` returned.
        static member config(configuration: (Device * Dtype * Backend * Printer)) : unit =
            let device, dtype, backend, printer = configuration
            dsharp.config (device = device, dtype = dtype, backend = backend, printer = printer)

        /// The backends that compute: libtorch.
        static member backends() : Backend list = [ Backend.Torch ]

        /// The devices of this machine, or those of one kind.
        static member devices(?deviceType: DeviceType, ?backend: Backend) : Device list =
            devices () |> List.filter (fun device -> deviceType |> Option.forall ((=) device.DeviceType))

        static member backendsAndDevices() : (Backend * Device list) list = [ Backend.Torch, devices () ]

        static member isBackendAvailable(backend: Backend) : bool =
            List.contains backend (dsharp.backends ())

        /// Whether a device can be used.
        static member isDeviceAvailable(device: Device, ?backend: Backend) : bool =
            device.DeviceType = DeviceType.CPU
            || (device.DeviceType = DeviceType.CUDA && device.DeviceIndex < Device.gpuCount ())

        static member isDeviceTypeAvailable(deviceType: DeviceType, ?backend: Backend) : bool =
            dsharp.isDeviceAvailable (Device.Device(deviceType, 0))

        /// Whether there is a graphics card that libtorch can use.
        static member isCudaAvailable(?backend: Backend) : bool = Device.gpuCount () > 0

        /// The version of this library.
        static member version: string = typeof<Tensor>.Assembly.GetName().Version |> string

    type Tensor with

        /// What computes: libtorch.
        member _.backend = Backend.Torch

        /// The tensor itself: there is one engine.
        member t.move(backend: Backend) : Tensor =
            ignore backend
            t
