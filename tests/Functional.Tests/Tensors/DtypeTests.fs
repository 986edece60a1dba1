// Tests of Dtype: the codes shared with libtorch, sizes, widening, which types can be differentiated.
// Run with the whole suite.
module Functional.Tests.DtypeTests

open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private all =
    [ Dtype.Bool
      Dtype.Byte
      Dtype.Int8
      Dtype.Int16
      Dtype.Int32
      Dtype.Int64
      Dtype.Float16
      Dtype.BFloat16
      Dtype.Float32
      Dtype.Float64 ]

[<Tests>]
let tests =
    testList
        "Dtype"
        [ for dtype in all do
              testCase $"a tensor of {dtype} says so and knows its size" (fun () ->
                  Scope.run (fun () ->
                      let t = dsharp.zeros ([ 3; 5 ], dtype = dtype)
                      Expect.equal t.dtype dtype "dtype"
                      Expect.equal t.elementSize dtype.ElementSize "bytes of an element"
                      Expect.equal t.memorySize (15L * int64 dtype.ElementSize) "bytes of all"))

              testCase $"a sum of {dtype} has its summation type" (fun () ->
                  Scope.run (fun () ->
                      let total = dsharp.ones([ 3 ], dtype = dtype).sum()
                      Expect.equal total.dtype dtype.SummationType "dtype of the sum"
                      Expect.equal (total.toDouble ()) 3.0 "the sum"))

              // Whole numbers up to 100 are exact in every type but Bool.
              property
                  $"small whole numbers survive a cast to {dtype} and back"
                  (Gen.arrayOf (Gen.choose (0, (if dtype = Dtype.Bool then 1 else 100))))
                  (fun values ->
                      let there = (dsharp.tensor values).cast dtype
                      Expect.equal there.dtype dtype "dtype"
                      Expect.equal (there.int32().toArray1D<int>()) values "elements"
                      Expect.equal (there.toArray1D<int>()) values "elements read directly")

          testCase "only floating types can be recorded for differentiation" (fun () ->
              for dtype in all do
                  Scope.run (fun () ->
                      let t = dsharp.ones ([ 2 ], dtype = dtype)

                      if dtype.IsFloatingPoint then
                          Expect.isTrue (Gradient.isRecorded (Gradient.record t)) $"{dtype} can be recorded"
                      else
                          expectError<System.ArgumentException> [ "record"; string dtype ] (fun () ->
                              Gradient.record t |> ignore)

                          expectError<System.ArgumentException> [ "grad"; string dtype ] (fun () ->
                              dsharp.grad (fun x -> x.sum ()) t |> ignore)))

          testCase "every type has a name of its own" (fun () ->
              Expect.equal (all |> List.distinctBy string |> List.length) all.Length "distinct names") ]
