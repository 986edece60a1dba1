// Tests of Scope: what is freed, what stays, on one thread and on many, after a return and after an exception.
// Run with the whole suite.
module Functional.Tests.ScopeTests

open System
open System.Collections.Generic
open System.Runtime.CompilerServices
open System.Threading.Tasks
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

type Pair = { Mean: Tensor; Scale: Tensor }

type private Hidden = { Inside: Tensor }

type Nested = { Pair: Pair; Rest: Tensor list; Name: string; Step: int }

[<Struct>]
type StructPair = { First: Tensor; Second: Tensor }

type Choice =
    | Nothing
    | One of Tensor
    | Many of name: string * Tensor list

type private Holder(tensors: Tensor list) =
    interface IHoldsTensors with
        member _.Tensors = tensors

let private make (value: int) = number (float value)

/// Some tensors that nobody returns.
let private litter () =
    for i in 1..5 do
        make i |> ignore

/// A result's kind: how to make one from new tensors, and its tensors.
let private results: (string * (unit -> obj * Tensor list)) list =
    let of1 (wrap: Tensor -> obj) () =
        let t = make 1
        wrap t, [ t ]

    let of2 (wrap: Tensor -> Tensor -> obj) () =
        let a, b = make 1, make 2
        wrap a b, [ a; b ]

    [ "nothing", (fun () -> null, [])
      "a tensor", of1 box
      "a pair", of2 (fun a b -> (a, b))
      "a pair with something else", of1 (fun a -> (a, "name"))
      "a triple within a pair", of2 (fun a b -> (a, (3, b, "name")))
      "a tuple of nine", of2 (fun a b -> (a, 2, 3, 4, 5, 6, 7, 8, b))
      "a struct pair", of2 (fun a b -> struct (a, b))
      "a list", of2 (fun a b -> [ a; b ])
      "an array", of2 (fun a b -> [| a; b |])
      "an empty list", (fun () -> List.empty<Tensor>, [])
      "a list of lists", of2 (fun a b -> [ [ a ]; []; [ b ] ])
      "a resizable list", of2 (fun a b -> List [ a; b ])
      "a sequence",
      of2 (fun a b ->
          Seq.delay (fun () ->
              seq {
                  a
                  b
              }))
      "an option", of1 (fun a -> Some a)
      "no option", (fun () -> Option<Tensor>.None, [])
      "a value option", of1 (fun a -> ValueSome a)
      "a result", of1 (fun a -> Result<Tensor, string>.Ok a)
      "a record", of2 (fun a b -> { Mean = a; Scale = b })
      "a private record", of1 (fun a -> { Inside = a })
      "a struct record", of2 (fun a b -> { First = a; Second = b })
      "an anonymous record", of2 (fun a b -> {| Loss = a; Terms = [ "kl", b ] |})
      "a union's case", of1 (fun a -> One a)
      "a union's case with several fields", of2 (fun a b -> Many("name", [ a; b ]))
      "a union's empty case", (fun () -> Nothing, [])
      "a map", of2 (fun a b -> Map [ "mean", a; "scale", b ])
      "a dictionary", of2 (fun a b -> Dictionary(dict [ "mean", a; "scale", b ]))
      "a read-only dictionary", of2 (fun a b -> dict [ "mean", a; "scale", b ])
      "a set's image", of2 (fun a b -> HashSet [ a; b ])
      "a holder", of2 (fun a b -> Holder [ a; b ])
      "a lazily computed list of records", of2 (fun a b -> [ for t in [ a; b ] -> {| Tensor = t |} ])
      "everything nested", of2 (fun a b -> [ Some { Pair = { Mean = a; Scale = a }; Rest = [ b ]; Name = "name"; Step = 3 } ]) ]

let private checkResult (run: (unit -> obj * Tensor list) -> obj * Tensor list) (create: unit -> obj * Tensor list) =
    let left =
        growth (fun () ->
            let before = Scope.liveTensors ()

            let _, tensors =
                run (fun () ->
                    litter ()
                    create ())

            Expect.equal (Scope.liveTensors () - before) (int64 tensors.Length) "tensors that stayed"
            Expect.all tensors (fun t -> not t.isDisposed) "usable"
            Expect.all (List.indexed tensors) (fun (i, t) -> t.toInt32 () = i + 1) "with their values"

            for tensor in tensors do
                tensor.Dispose())

    Expect.equal left 0L "tensors left when the result's have been freed"

/// Hands out only what the scope's result names: the list of tensors leaves through a variable.
let private runFor (create: unit -> obj * Tensor list) =
    let mutable tensors = []

    let result =
        Scope.run (fun () ->
            let result, inside = create ()
            tensors <- inside
            result)

    result, tensors

let private runTaskFor (create: unit -> obj * Tensor list) =
    let mutable tensors = []

    let work =
        Scope.runTask (fun () ->
            task {
                do! Task.Yield()
                let result, inside = create ()
                tensors <- inside
                do! Task.Delay 1
                return result
            })

    work.Result, tensors

let private leavesNothing (name: string) (action: unit -> unit) =
    testCase name (fun () -> Expect.equal (growth action) 0L "tensors left")

/// Operations of every kind, each leaving the count of live tensors where it was when a scope surrounds it.
let private operations: (string * (Tensor -> unit)) list =
    [ "arithmetic", (fun x -> 2.0 / (x + x * 3.0) - x |> ignore)
      "functions", (fun x -> x.exp().sigmoid().clamp(low = 0.6) |> ignore)
      "reductions", (fun x -> x.logsumexp(0).sum() + x.std(1).mean() + x.max () |> ignore)
      "places", (fun x -> x.argmax () |> ignore)
      "reading", (fun x -> x.toArray2D<float>() |> ignore)
      "reading half floats", (fun x -> x.cast(Dtype.Float16).toArray1D<float>() |> ignore)
      "printing", (fun x -> string x |> ignore)
      "comparing", (fun x -> (x.allclose (x + 1.0), x = x.clone ()) |> ignore)
      "indexing", (fun x -> x[0, 1..].view [ -1 ] |> ignore)
      "joining and splitting", (fun x -> Tensor.cat [ x; x ] |> _.split([ 3; 3 ], 0) |> Tensor.stack |> ignore)
      "linear algebra", (fun x -> (x.matmul (x.transpose ()) + dsharp.eye (3, dtype = Dtype.Float64)).cholesky().inv() |> ignore)
      "random numbers", (fun x -> x.dropout (0.3) + x.randnLike () |> ignore)
      "a generator's state", (fun _ -> Random.state Device.CPU |> Random.restore Device.CPU)
      "a generator of its own", (fun _ -> Random.withSeed 3 (fun () -> dsharp.rand [ 5 ] |> ignore))
      "a gradient", (fun x -> dsharp.grad (fun x -> (x * x).sum()) x |> ignore)
      "a Jacobian", (fun x -> dsharp.jacobian (fun x -> x.exp ()) x |> ignore)
      "a Jacobian's product", (fun x -> dsharp.jacobianv (fun x -> x.exp ()) x x |> ignore)
      "a Hessian", (fun x -> dsharp.hessian (fun x -> (x ** 3).sum()) x |> ignore)
      "nested derivatives", (fun x -> dsharp.grad (fun x -> (dsharp.grad (fun x -> (x ** 4).sum()) x).sum()) x |> ignore)
      "a step of training",
      (fun x ->
          let weight = Gradient.record (x.clone ())
          let loss = (x * weight).sigmoid().sum()
          Gradient.ofLoss loss [| weight |] |> ignore)
      "an error", (fun x -> Expect.throws (fun () -> x.matmul x |> ignore) "3 × 4 by 3 × 4") ]

[<MethodImpl(MethodImplOptions.NoInlining)>]
let private abandonTask () =
    Scope.runTask (fun () ->
        task {
            litter ()
            do! (TaskCompletionSource()).Task
            return 0
        })
    |> ignore

let private trainingStep (weight: Tensor) =
    let loss = (dsharp.randn([ 16; 64 ]).matmul weight).tanh().sum()
    Gradient.ofLoss loss [| weight |] |> ignore

[<Tests>]
let tests =
    testList
        "Scope"
        [ for name, create in results do
              testCase $"a scope frees everything but its result: {name}" (fun () -> checkResult runFor create)
              testCase $"a scope of a task frees everything but its result: {name}" (fun () -> checkResult runTaskFor create)

          for name, operation in operations do
              leavesNothing $"the count of live tensors returns after {name}" (fun () ->
                  Scope.run (fun () -> operation (dsharp.randn ([ 3; 4 ], dtype = Dtype.Float64))))

          leavesNothing "a function of one argument returns unit and leaves nothing" (fun () -> Scope.run litter)

          testCase "a result that was made outside belongs to the outside" (fun () ->
              use outside = make 7

              let same =
                  Scope.run (fun () ->
                      litter ()
                      outside)

              Expect.isTrue (Object.ReferenceEquals(same, outside)) "the same object"
              Expect.equal (same.toInt32 ()) 7 "alive")

          leavesNothing "a result that has been disposed stays so" (fun () ->
              let t =
                  Scope.run (fun () ->
                      let t = make 1 in
                      t.Dispose()
                      t)

              Expect.isTrue t.isDisposed "freed")

          leavesNothing "keeping what has been disposed changes nothing" (fun () ->
              Scope.run (fun () ->
                  let t = make 1
                  t.Dispose()
                  Expect.isTrue (Scope.keep t).isDisposed "freed"))

          testCase "a scope leaves what was made before it alone" (fun () ->
              use outside = make 7
              Scope.run (fun () -> outside + 1 |> ignore)
              Expect.equal (outside.toInt32 ()) 7 "alive")

          testCase "a result that looks at a tensor of the scope stays readable" (fun () ->
              use row = Scope.run (fun () -> (vector [ 1.0; 2.0; 3.0 ]).view([ 3; 1 ])[1])
              Expect.equal (row.toDouble ()) 2.0 "the second row")

          testCase "a result keeps the record that its gradient needs" (fun () ->
              Scope.run (fun () ->
                  let x = Gradient.record (vector [ 1.0; 2.0 ])
                  let loss = Scope.run (fun () -> (x * x).exp().sum())
                  let expected = { Shape = [| 2 |]; Values = [| 2.0 * exp 1.0; 4.0 * exp 4.0 |] }
                  expectClose 1e-14 (Gradient.ofLoss loss [| x |]).[0] expected "the gradient"))

          property "scopes nest: each level hands out its results only" (Gen.nonEmptyListOf (Gen.choose (0, 4))) (fun levels ->
              let rec descend levels : Tensor list =
                  Scope.run (fun () ->
                      litter ()

                      match levels with
                      | [] -> []
                      | count :: deeper ->
                          let inner = descend deeper
                          litter ()
                          let own = [ for i in 1..count -> make i ]
                          own @ inner)

              let before = Scope.liveTensors ()
              let all = descend levels
              Expect.hasLength all (List.sum levels) "results of all levels"
              Expect.equal (Scope.liveTensors () - before) (int64 all.Length) "live tensors"
              Expect.all all (fun t -> not t.isDisposed) "usable")

          testCase "what an inner scope hands out is freed by the outer one" (fun () ->
              let mutable inner = null

              Scope.run (fun () ->
                  inner <- Scope.run (fun () -> make 1)
                  Expect.isFalse inner.isDisposed "within the outer scope")

              Expect.isTrue inner.isDisposed "after it")

          testCase "keep takes tensors out of every scope" (fun () ->
              let kept =
                  Scope.run (fun () ->
                      Scope.run (fun () ->
                          let outer = make 1
                          let pair = Scope.run (fun () -> Scope.keep { Mean = make 2; Scale = outer })
                          litter ()
                          [ pair ])
                      |> List.map (fun pair -> pair.Mean.toInt32 (), pair))
                  |> List.map snd
                  |> List.exactlyOne

              Expect.equal (kept.Mean.toInt32 (), kept.Scale.toInt32 ()) (2, 1) "alive"
              kept.Mean.Dispose()
              kept.Scale.Dispose())

          testCase "keep without a result outlives the scope" (fun () ->
              let mutable kept = null
              Scope.run (fun () -> kept <- Scope.keep (make 3))
              Expect.equal (kept.toInt32 ()) 3 "alive"
              kept.Dispose())

          testCase "keep returns its argument and needs no scope" (fun () ->
              use t = make 1
              Expect.isTrue (Object.ReferenceEquals(Scope.keep t, t)) "the same"
              Expect.equal (t.toInt32 ()) 1 "alive")

          leavesNothing "a tensor disposed inside its scope is freed once" (fun () ->
              Scope.run (fun () ->
                  let t = make 1
                  t.Dispose()
                  litter ()))

          leavesNothing "an exception frees everything and passes through" (fun () ->
              expectError<InvalidOperationException> [ "inside" ] (fun () ->
                  Scope.run (fun () ->
                      litter ()
                      Scope.run litter
                      invalidOp "inside")))

          leavesNothing "after an exception the scope around continues" (fun () ->
              Scope.run (fun () ->
                  let before = make 1

                  Expect.throws
                      (fun () ->
                          Scope.run (fun () ->
                              litter ()
                              failwith "inside"))
                      "passes through"

                  Expect.equal ((before + 1).toInt32()) 2 "usable"))

          leavesNothing "an exception in a task's scope frees everything" (fun () ->
              let work =
                  Scope.runTask (fun () ->
                      task {
                          litter ()
                          do! Task.Yield()
                          litter ()
                          return failwith "inside"
                      })

              Expect.throws (fun () -> work.Wait()) "passes through")

          leavesNothing "an exception before the first await of a task's scope frees everything" (fun () ->
              Expect.throws
                  (fun () ->
                      (Scope.runTask (fun () ->
                          litter ()
                          failwith "inside"))
                          .Wait())
                  "passes through")

          leavesNothing "a task's scope follows it across awaits" (fun () ->
              let work =
                  Scope.runTask (fun () ->
                      task {
                          let mutable total = make 0

                          for i in 1..5 do
                              do! Task.Delay 1
                              litter ()
                              total <- total + i

                          return total
                      })

              use total = work.Result
              Expect.equal (total.toInt32 ()) 15 "the sum")

          leavesNothing "tasks side by side have scopes of their own" (fun () ->
              let work (value: int) =
                  Scope.runTask (fun () ->
                      task {
                          litter ()
                          do! Task.Delay(value % 3)
                          let t = make value
                          do! Task.Yield()
                          litter ()
                          return t
                      })

              let all = [| for value in 1..20 -> work value |]
              let values = (Task.WhenAll all).Result
              Expect.equal (values |> Array.map _.toInt32()) [| 1..20 |] "the values"

              for tensor in values do
                  tensor.Dispose())

          testCase "starting a task's scope leaves the caller's scope in place" (fun () ->
              Scope.run (fun () ->
                  let gate = TaskCompletionSource()

                  let work =
                      Scope.runTask (fun () ->
                          task {
                              litter ()
                              do! gate.Task
                              return 1
                          })

                  let mine = make 1
                  gate.SetResult()
                  Expect.equal work.Result 1 "completed"
                  Expect.isFalse mine.isDisposed "made by the caller while the task waited"))

          leavesNothing "work that the scope starts on other threads is freed with it" (fun () ->
              Scope.run (fun () ->
                  Parallel.For(0, 64, (fun i -> make i * 2 |> ignore)) |> ignore
                  Task.Run(litter).Wait()
                  Async.RunSynchronously(async { litter () })
                  let thread = System.Threading.Thread(litter)
                  thread.Start()
                  thread.Join()))

          leavesNothing "results made on other threads leave the scope" (fun () ->
              let tensors =
                  Scope.run (fun () ->
                      let results = Array.zeroCreate 64
                      Parallel.For(0, 64, (fun i -> results[i] <- make i * 2)) |> ignore
                      results)

              Expect.equal (tensors |> Array.map _.toInt32()) [| for i in 0..63 -> 2 * i |] "the values"

              for tensor in tensors do
                  tensor.Dispose())

          leavesNothing "scopes opened on many threads at once stay apart" (fun () ->
              Parallel.For(
                  0,
                  200,
                  fun i ->
                      use t =
                          Scope.run (fun () ->
                              litter ()
                              make i)

                      if t.toInt32 () <> i then
                          failwith "the value of another thread"
              )
              |> ignore)

          testCase "a task that outlives its scope passes its tensors to the scope around" (fun () ->
              let mutable late = null
              let gate = new System.Threading.ManualResetEventSlim()

              Scope.run (fun () ->
                  let work =
                      Scope.run (fun () ->
                          Task.Run(fun () ->
                              gate.Wait()
                              late <- make 9))

                  gate.Set()
                  work.Wait()
                  Expect.equal (late.toInt32 ()) 9 "alive in the outer scope")

              Expect.isTrue late.isDisposed "freed at the outer scope's end")

          testCase "the tensors of a task that is never completed are left to the collector" (fun () ->
              let before = settledCount ()
              abandonTask ()
              Expect.equal (settledCount ()) before "live tensors")

          testCase "resident memory after 10,000 steps is that after 1,000" (fun () ->
              let weight = Gradient.record (dsharp.randn [ 64; 64 ])

              let steps count =
                  for _ in 1..count do
                      Scope.run (fun () -> trainingStep weight)

              // Aggressive: what the collector keeps for later is given back too.
              let resident () =
                  GC.Collect(2, GCCollectionMode.Aggressive, true, true)
                  float Environment.WorkingSet

              steps 1000
              let early = resident ()
              steps 9000
              let late = resident ()
              weight.Dispose()
              Expect.isLessThan late (early * 1.05) "bytes")

          testCase "a scope returns a list of 20,000 tensors" (fun () ->
              let left =
                  growth (fun () ->
                      let all = Scope.run (fun () -> [ for i in 1..20_000 -> make i ])
                      Expect.isFalse (List.last all).isDisposed "the last"

                      for tensor in all do
                          tensor.Dispose())

              Expect.equal left 0L "tensors left") ]
