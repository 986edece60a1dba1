// Tests of Interchange: numbers through spans, in and out, of the tensor's own type and of others.
// Run with the whole suite.
module Functional.Tests.InterchangeTests

open System
open Expecto
open Functional.Tensors

let private throughSpan (values: float32[]) (shape: int list) : Tensor =
    Tensor.ofSpan (ReadOnlySpan values, shape)

let private outOf (tensor: Tensor) (length: int) : float[] =
    let destination = Array.zeroCreate<float> length
    tensor.copyTo (destination.AsSpan())
    destination

[<Tests>]
let tests =
    testList
        "Interchange"
        [ testProperty "numbers go in with their own dtype and come out unchanged" (fun (values: float32[]) ->
              let tensor = throughSpan values [ values.Length ]
              let back = Array.zeroCreate<float32> values.Length
              tensor.copyTo (back.AsSpan())
              tensor.dtype = Dtype.Float32 && Array.forall2 (fun a b -> a.Equals b) values back)

          testProperty "elements come out as another type where that is asked for" (fun (values: int16[]) ->
              let tensor = dsharp.tensor (values, dtype = Dtype.Int16)
              outOf tensor values.Length = Array.map float values)

          testCase "a part of a buffer is enough" (fun () ->
              let buffer = [| 9; 1; 2; 3; 4; 9 |]
              let tensor = Tensor.ofSpan (ReadOnlySpan(buffer, 1, 4), [ 2; 2 ])
              Expect.equal tensor (dsharp.tensor [ [ 1; 2 ]; [ 3; 4 ] ]) "the middle of it")

          testCase "a strided view comes out row by row" (fun () ->
              let tensor = dsharp.tensor([ [ 1.0; 2.0; 3.0 ]; [ 4.0; 5.0; 6.0 ] ]).transpose()
              Expect.equal (outOf tensor 6) [| 1.0; 4.0; 2.0; 5.0; 3.0; 6.0 |] "the transposed order")

          testCase "a count that does not fit is refused with both sizes" (fun () ->
              Expect.throwsC (fun () -> throughSpan [| 1.0f; 2.0f; 3.0f |] [ 2; 2 ] |> ignore) (fun error ->
                  Expect.stringContains error.Message "3 values do not fill shape [2; 2]" "going in")

              Expect.throwsC (fun () -> outOf (dsharp.zeros [ 2; 2 ]) 5 |> ignore) (fun error ->
                  Expect.stringContains error.Message "5 values do not fill shape [2; 2]" "coming out")) ]
