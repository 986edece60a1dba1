// Tests of Native/Handle: freed tensors raise and never crash, and memory that only the collector watches stays bounded.
// Run with the whole suite.
module Functional.Tests.HandleTests

open System
open System.Diagnostics
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open Expecto
open Functional.Tensors
open Functional.Tests.TensorTesting

/// Everything that can be done with a tensor, by kind; each gets one that has been freed and one that has not.
let private uses: (string * (Tensor -> Tensor -> obj)) list =
    [ "its shape", (fun freed _ -> freed.shape)
      "its number of axes", (fun freed _ -> box (freed.dim))
      "its dtype", (fun freed _ -> box (freed.dtype))
      "its device", (fun freed _ -> box (freed.device))
      "a summary", (fun freed _ -> box (freed.summary ()))
      "its hash code", (fun freed _ -> box (freed.GetHashCode()))
      "comparing it", (fun freed live -> box (freed.Equals live))
      "comparing with it", (fun freed live -> box (live.Equals freed))
      "reading it into an array", (fun freed _ -> box (freed.toArray ()))
      "reading it into a flat array", (fun freed _ -> box (freed.toArray1D<float>()))
      "reading it into a matrix", (fun freed _ -> box (freed.toArray2D<float>()))
      "reading it as a number", (fun freed _ -> box (freed.toDouble ()))
      "a function", (fun freed _ -> box (exp freed))
      "an operator's left side", (fun freed live -> box (freed + live))
      "an operator's right side", (fun freed live -> box (live + freed))
      "both sides of an operator", (fun freed _ -> box (freed * freed))
      "an operator with a number", (fun freed _ -> box (2.0 - freed))
      "a number divided by it", (fun freed _ -> box (2.0 / freed))
      "a power", (fun freed live -> box (live ** freed))
      "the first of a list", (fun freed live -> box (Tensor.cat [ freed; live ]))
      "the last of a list", (fun freed live -> box (Tensor.stack [ live; live; freed ]))
      "a condition", (fun freed live -> box (dsharp.where (freed, live, live)))
      "a choice", (fun freed live -> box (dsharp.where (live.gt 0.0, live, freed)))
      "a bound", (fun freed live -> box (live.max freed))
      "a reduction", (fun freed _ -> box (freed.sum ()))
      "a reduction along an axis", (fun freed _ -> box (freed.logsumexp 0))
      "the place of its maximum", (fun freed _ -> box (freed.argmax ()))
      "a product", (fun freed live -> box (live.matmul freed))
      "a determinant", (fun freed _ -> box (freed.det ()))
      "an index", (fun freed _ -> box (freed[0]))
      "a slice", (fun freed _ -> box (freed[0..0, 1..]))
      "another shape", (fun freed _ -> box (freed.view [ -1 ]))
      "another tensor's shape", (fun freed live -> box (live.viewAs freed))
      "an index tensor", (fun freed live -> box (live.gather (0, freed)))
      "a cast", (fun freed _ -> box (freed.cast Dtype.Float32))
      "a cast to what it is", (fun freed _ -> box (freed.cast Dtype.Float64))
      "a move", (fun freed _ -> box (freed.cpu ()))
      "a tensor made of it", (fun freed _ -> box (dsharp.tensor [ freed; freed ]))
      "a tensor like it", (fun freed _ -> box (freed.zerosLike ()))
      "probabilities", (fun freed _ -> box (freed.bernoulli ()))
      "weights", (fun freed _ -> box (freed.multinomial 3))
      "closeness", (fun freed live -> box (live.allclose freed))
      "the input of a derivative", (fun freed _ -> box (dsharp.grad (fun x -> x.sum ()) freed))
      "a function's constant in a derivative", (fun freed live -> box (dsharp.grad (fun x -> (x * freed).sum()) live))
      "a direction", (fun freed live -> box (dsharp.jacobianv exp live freed))
      "a row vector", (fun freed live -> box (dsharp.jacobianTv exp live freed))
      "recording it", (fun freed _ -> box (Gradient.record freed))
      "asking whether it is recorded", (fun freed _ -> box (Gradient.isRecorded freed))
      "a loss", (fun freed live -> box (Gradient.ofLoss freed [| live |]))
      "a parameter", (fun freed live -> box (Gradient.ofLoss ((Gradient.record live).sum()) [| freed |])) ]

let private matrix () =
    dsharp.tensor ([ [ 0.5; 0.25 ]; [ 0.25; 0.5 ] ], dtype = Dtype.Float64)

[<MethodImpl(MethodImplOptions.NoInlining)>]
let private abandon (count: int) =
    for _ in 1..count do
        matrix () |> ignore

let private disposed () =
    let t = matrix ()
    t.Dispose()
    t

/// Freed after its shape has been looked at, which must not be answered from memory.
let private disposedAfterUse () =
    let t = matrix ()
    t.shape |> ignore
    t.Dispose()
    t

let private leftBehind () =
    let mutable t = null

    Scope.run (fun () ->
        t <- matrix ()
        t.shape |> ignore)

    t

let private refuses (make: unit -> Tensor) (action: Tensor -> Tensor -> obj) =
    Scope.run (fun () ->
        let freed = make ()
        expectError<ObjectDisposedException> [ "has been freed"; "Scope.keep" ] (fun () -> action freed (matrix ()) |> ignore))

/// One thread replaces and frees tensors while others compute with whatever they find.
let private stress (milliseconds: int) =
    let slots = Array.init 8 (fun _ -> matrix ())
    let deadline = Stopwatch.StartNew()
    let computed = ref 0L
    let refused = ref 0L

    let replace () =
        let random = System.Random 1

        while deadline.ElapsedMilliseconds < int64 milliseconds do
            let position = random.Next slots.Length
            Interlocked.Exchange(&slots[position], matrix ()).Dispose()

    let read (seed: int) () =
        let random = System.Random seed

        while deadline.ElapsedMilliseconds < int64 milliseconds do
            try
                let a, b = slots[random.Next slots.Length], slots[random.Next slots.Length]

                let values =
                    match random.Next 4 with
                    | 0 -> (a + b).toArray1D<float>()
                    | 1 -> a.toArray1D<float>()
                    | 2 -> (Tensor.cat [ a; b ]).toArray1D<float>()
                    | _ -> (dsharp.grad (fun x -> (x * b).sum()) a).toArray1D<float>()

                if Array.exists (fun value -> value <> 0.25 && value <> 0.5 && value <> 0.75 && value <> 1.0) values then
                    failwith "A tensor was read after it had been freed."

                Interlocked.Increment computed |> ignore
            with :? ObjectDisposedException ->
                Interlocked.Increment refused |> ignore

    let work = [| Task.Run replace; Task.Run(read 2); Task.Run(read 3) |]
    Task.WaitAll work

    for tensor in slots do
        tensor.Dispose()

    computed.Value, refused.Value

/// The most by which the process grew while the action ran so many times, in bytes.
let private footprint (times: int) (action: unit -> unit) : int64 =
    collect ()
    let before = Environment.WorkingSet
    let mutable peak = before

    for _ in 1..times do
        action ()
        peak <- max peak Environment.WorkingSet

    peak - before

let private gigabyte = 1L <<< 30
let private megafloats = 1 <<< 20

[<Tests>]
let tests =
    testList
        "Handle"
        [ for name, action in uses do
              testCase $"a freed tensor raises when it is used: {name}" (fun () ->
                  for make in [ disposed; disposedAfterUse; leftBehind ] do
                      refuses make action)

          testCase "a freed tensor prints as freed" (fun () -> Expect.equal (string (disposed ())) "Tensor (freed)" "the text")

          testCase "a tensor knows whether it has been freed" (fun () ->
              let t = matrix ()
              Expect.isFalse t.isDisposed "before"
              t.Dispose()
              Expect.isTrue t.isDisposed "after")

          testCase "disposing twice frees once" (fun () ->
              collect ()
              let before = Scope.liveTensors ()
              let t, other = matrix (), matrix ()
              Expect.equal (Scope.liveTensors ()) (before + 2L) "two more"
              t.Dispose()
              t.Dispose()
              (t :> IDisposable).Dispose()
              Expect.equal (Scope.liveTensors ()) (before + 1L) "one more"
              other.Dispose())

          testCase "many threads that dispose one tensor free it once" (fun () ->
              let left =
                  growth (fun () ->
                      for _ in 1..200 do
                          let t = matrix ()
                          Parallel.For(0, 8, (fun _ -> t.Dispose())) |> ignore)

              Expect.equal left 0L "tensors left")

          testCase "use frees at the end of its block" (fun () ->
              let length =
                  growth (fun () ->
                      use t = matrix ()
                      Expect.equal t.shape [| 2; 2 |] "usable inside")

              Expect.equal length 0L "tensors left")

          testCase "a view outlives the tensor it looks at" (fun () ->
              Scope.run (fun () ->
                  let t = matrix ()
                  let row = t[1]
                  t.Dispose()
                  expectSame row { Shape = [| 2 |]; Values = [| 0.25; 0.5 |] } "the second row"))

          testCase "a recorded computation outlives the tensors it was computed from" (fun () ->
              Scope.run (fun () ->
                  let x = Gradient.record (matrix ())
                  let squares = x * x
                  let loss = squares.sum ()
                  squares.Dispose()
                  expectClose 1e-15 (Gradient.ofLoss loss [| x |]).[0] (plain (matrix () * 2.0)) "the gradient"))

          testCase "freeing on one thread while others compute never crashes" (fun () ->
              let mutable outcome = 0L, 0L
              let left = growth (fun () -> Scope.run (fun () -> outcome <- stress 700))
              Expect.isGreaterThan (fst outcome) 100L "computations that came through"
              Expect.equal left 0L "tensors left")

          testCase "the collector frees what became unreachable" (fun () ->
              let before = settledCount ()
              abandon 100
              Expect.equal (settledCount ()) before "live tensors")

          testCase "2,000 tensors of 4 MB outside any scope stay below 1.5 GB" (fun () ->
              let grown = footprint 2000 (fun () -> dsharp.ones [ megafloats ] |> ignore)
              Expect.isLessThan grown (gigabyte * 3L / 2L) "bytes")

          testCase "tensors of .NET arrays outside any scope stay below 1.5 GB" (fun () ->
              let values = Array.zeroCreate<float32> megafloats
              let grown = footprint 700 (fun () -> dsharp.tensor values |> ignore)
              Expect.isLessThan grown (gigabyte * 3L / 2L) "bytes")

          testCase "gradients outside any scope stay below 1.5 GB" (fun () ->
              let x = dsharp.ones [ megafloats ]
              let grown = footprint 400 (fun () -> dsharp.grad (fun x -> (x.exp ()).sum()) x |> ignore)
              x.Dispose()
              Expect.isLessThan grown (gigabyte * 3L / 2L) "bytes")

          // exp keeps its own result for the way back, so that the result is not the only owner of its memory.
          testCase "results that the record keeps stay below 1.5 GB outside any scope" (fun () ->
              let x = Gradient.record (dsharp.ones [ megafloats ])
              let grown = footprint 700 (fun () -> x.exp () |> ignore)
              x.Dispose()
              Expect.isLessThan grown (gigabyte * 3L / 2L) "bytes")

          testCase "results of scopes that are views stay below 1.5 GB" (fun () ->
              let grown = footprint 700 (fun () -> Scope.run (fun () -> dsharp.ones([ megafloats ]).view [ 1024; -1 ]) |> ignore)
              Expect.isLessThan grown (gigabyte * 3L / 2L) "bytes") ]
