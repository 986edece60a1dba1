// Millions of small tensors made and freed under four threads: neither resident memory nor the count of live tensors grows.
// Run with the whole suite; FUNCTIONAL_STRESS_TENSORS sets their number, ten million in all unless it is set.
module Functional.Tests.StressTests

open System
open System.Diagnostics
open System.Threading
open Expecto
open Functional.Tensors
open Functional.Tests.TensorTesting

let private threads = 4

let private total =
    match Int64.TryParse(Environment.GetEnvironmentVariable "FUNCTIONAL_STRESS_TENSORS") with
    | true, count -> count
    | _ -> 10_000_000L

let private residentMegabytes () =
    use self = Process.GetCurrentProcess()
    float self.WorkingSet64 / 1048576.0

/// So many small tensors of several sizes: most freed by a scope, some by Dispose, some by nobody but the collector.
let private churn (count: int64) =
    let seed = dsharp.ones [ 4; 4 ]
    let mutable left = count

    while left > 0L do
        let batch = int (min left 100L)

        Scope.run (fun () ->
            for i in 1..batch do
                match i % 10 with
                | 1 -> (seed + 1.0).Dispose()
                | 2 -> seed.clone () |> Scope.keep |> _.Dispose()
                | 3 -> seed.sum () |> ignore
                | _ -> seed.view -1 |> ignore)

        left <- left - int64 batch

    // Beside the scopes: these wait for the collector.
    for _ in 1L .. count / 1000L do
        seed.exp () |> ignore

    seed.Dispose()

let private inThreads (count: int64) =
    let workers = List.init threads (fun _ -> Thread(fun () -> churn (count / int64 threads)))
    workers |> List.iter _.Start()
    workers |> List.iter _.Join()

[<Tests>]
let tests =
    testList
        "Stress"
        [ testCase "millions of small tensors under four threads leave memory as it was" (fun () ->
              // What the allocators keep for each thread is there after the first tenth.
              inThreads (total / 10L)
              let live, resident = settledCount (), residentMegabytes ()
              let mutable peak = resident

              for _ in 1..9 do
                  inThreads (total / 10L)
                  peak <- max peak (residentMegabytes ())

              Expect.equal (settledCount ()) live "live tensors"
              Expect.isTrue (peak < resident + 64.0) $"resident memory, which went from {resident:F0} MB to {peak:F0} MB") ]
