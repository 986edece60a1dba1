// Tests of Device: names, the processor's threads, and graphics cards where there are any.
// Run with the whole suite.
module Functional.Tests.DeviceTests

open System
open Expecto
open Functional.Tensors
open Functional.Tests.TensorTesting

let private withThreads (count: int) (body: unit -> 'T) =
    let before = Device.threads ()
    Device.setThreads count

    try
        body ()
    finally
        Device.setThreads before

[<Tests>]
let tests =
    testList
        "Device"
        [ testCase "devices print as libtorch names them" (fun () ->
              Expect.equal (string Device.CPU) "cpu" "the processor"
              Expect.equal (string Device.GPU) "cuda:0" "the first card"
              Expect.equal (string (Device.Device(DeviceType.CUDA, 3))) "cuda:3" "the fourth card")

          testCase "a tensor lives on the processor unless told otherwise" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.zeros [ 2 ]
                  Expect.equal t.device Device.CPU "device"
                  Expect.equal t.deviceType DeviceType.CPU "its kind"
                  Expect.isTrue (Object.ReferenceEquals(t.cpu (), t)) "moving it there is no copy"))

          testCase "the processor is available and needs no waiting" (fun () ->
              Expect.isTrue (dsharp.isDeviceAvailable Device.CPU) "available"
              Device.synchronize Device.CPU)

          testCase "cards are available as far as they are counted" (fun () ->
              let count = Device.gpuCount ()
              Expect.equal (dsharp.isCudaAvailable ()) (count > 0) "any card"

              for index in 0..count do
                  let card = Device.Device(DeviceType.CUDA, index)
                  Expect.equal (dsharp.isDeviceAvailable card) (index < count) $"card {index} of {count}")

          testCase "a tensor on a card that is not there is refused" (fun () ->
              let missing = Device.Device(DeviceType.CUDA, Device.gpuCount ())

              expectError<TensorException> [ string missing; "Device.CPU" ] (fun () ->
                  dsharp.zeros ([ 2 ], device = missing) |> ignore))

          testCase "the number of threads can be set and read" (fun () ->
              for count in [ 1; 2 ] do
                  withThreads count (fun () -> Expect.equal (Device.threads ()) count "threads"))

          testCase "an operation needs a thread" (fun () ->
              expectError<ArgumentException> [ "0" ] (fun () -> Device.setThreads 0))

          // Large enough for libtorch to divide the work.
          testCase "the number of threads does not change a result beyond rounding" (fun () ->
              Scope.run (fun () ->
                  let t = Random.withSeed 1 (fun () -> dsharp.randn ([ 300; 300 ], dtype = Dtype.Float64))
                  let compute () = (t.matmul t).sum(0).exp().sum()
                  let alone, together = withThreads 1 compute, withThreads 2 compute
                  expectClose 1e-12 together (plain alone) "two threads against one")) ]
