// Tests of Configuration: defaults set and read back, devices, backends; and of printing as configured.
// Run with the whole suite.
module internal Functional.Tests.ConfigurationTests

open System
open Expecto
open Functional.Tensors
open Functional.Tests.TensorTesting

/// Runs `body` and puts every default back.
let private restoring (body: unit -> unit) =
    let before = dsharp.config ()

    try
        Scope.run body
    finally
        dsharp.config before

[<Tests>]
let tests =
    testList
        "Configuration"
        [ testCase "config returns what config set" (fun () ->
              restoring (fun () ->
                  dsharp.config (dtype = Dtype.Float64, backend = Backend.Reference, printer = Printer.Short)
                  Expect.equal (dsharp.config ()) (Device.CPU, Dtype.Float64, Backend.Reference, Printer.Short) "all four"
                  Expect.equal (dsharp.zeros 2).dtype Dtype.Float64 "new tensors"
                  Expect.equal Tensor.One.dtype Dtype.Float64 "the number one"
                  Expect.equal (dsharp.tensor [ 1; 2 ] / 2).dtype Dtype.Float64 "a quotient of integers"
                  Expect.equal (dsharp.tensor [ 1; 2 ] + 0.5).dtype Dtype.Float64 "integers and a real number"
                  dsharp.config (dtype = Dtype.Float32)

                  Expect.equal
                      (dsharp.config ())
                      (Device.CPU, Dtype.Float32, Backend.Reference, Printer.Short)
                      "the others stay"))

          testCase "config takes the tuple that it returned" (fun () ->
              restoring (fun () ->
                  let before = dsharp.config ()
                  dsharp.config (dtype = Dtype.Float64, printer = Printer.Full)
                  dsharp.config before
                  Expect.equal (dsharp.config ()) before "as before"))

          testCase "a default dtype without real numbers is refused" (fun () ->
              restoring (fun () ->
                  expectError<ArgumentException> [ "Int32"; "Float32" ] (fun () -> dsharp.config (dtype = Dtype.Int32))
                  Expect.equal Dtype.Default Dtype.Float32 "as before"))

          testCase "a device that is not there is refused, saying how many are" (fun () ->
              let missing = Device.Device(DeviceType.CUDA, Device.gpuCount ())

              for make in
                  [ fun () -> dsharp.config (device = missing)
                    fun () -> dsharp.zeros ([ 2 ], device = missing) |> ignore
                    fun () -> dsharp.tensor ([ 1.0 ], device = missing) |> ignore
                    fun () -> (dsharp.zeros 2).move missing |> ignore ] do
                  expectError<TensorException> [ string missing; "Device.CPU" ] make)

          testCase "the processor is among the devices, and libtorch the backend" (fun () ->
              Expect.contains (dsharp.devices ()) Device.CPU "devices"
              Expect.equal (dsharp.devices DeviceType.CPU) [ Device.CPU ] "of one kind"
              Expect.equal (dsharp.backends ()) [ Backend.Torch ] "backends"
              Expect.equal (dsharp.backendsAndDevices ()) [ Backend.Torch, dsharp.devices () ] "both"
              Expect.isTrue (dsharp.isBackendAvailable Backend.Torch) "libtorch"
              Expect.isTrue (dsharp.isDeviceTypeAvailable DeviceType.CPU) "the processor"
              Expect.equal (dsharp.isDeviceTypeAvailable DeviceType.CUDA) (dsharp.isCudaAvailable ()) "graphics cards"
              Expect.equal (dsharp.zero ()).backend Backend.Torch "a tensor's"
              Expect.isNonEmpty dsharp.version "the version")

          testCase "a printer says how much of a tensor is shown, and with how many digits" (fun () ->
              restoring (fun () ->
                  let long = dsharp.arange 12
                  let third = dsharp.tensor [ 1.0 / 3.0 ]
                  dsharp.config (printer = Printer.Short)
                  Expect.equal (string long) "tensor([0, 1, ..., 10, 11])" "Short"
                  Expect.equal (string third) "tensor([0.33])" "Short digits"
                  dsharp.config (printer = Printer.Full)
                  Expect.equal (string long) "tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])" "Full"
                  dsharp.config (printer = Printer.Custom(threshold = 5, edgeItems = 1, precision = 3))
                  Expect.equal (string long) "tensor([0, ..., 11])" "Custom"
                  Expect.equal (string third) "tensor([0.333])" "Custom digits")) ]
