// Tests of Native/Operator: every kind of argument arrives, every kind of result returns, every refusal names operator and shapes.
// Run with the whole suite.
module Functional.Tests.OperatorTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tensors.Native
open Functional.Tests.TensorTesting

let private call (name: string) (overload: string) (arguments: Arg list) =
    new Tensor((Operators.find ("aten::" + name) overload).Tensor(List.toArray arguments))

let private arg (tensor: Tensor) = Arg.tensor tensor.Handle

let private rows (values: float list) (count: int) = (vector values).view [ count; -1 ]

/// Matrices that are not square and broadcast with no larger one.
let private oblong = Gen.elements [ [| 2; 3 |]; [| 4; 2 |]; [| 3; 5 |] ] |> Gen.bind (Generate.filled -3.0 3.0)

[<Tests>]
let tests =
    testList
        "Operator"
        [ property
              "a string arrives: rounding modes of a division"
              (Gen.zip Generate.plain (Generate.uniform 0.5 2.0))
              (fun (x, by) ->
                  let divided (mode: string) =
                      call "div" "Scalar_mode" [ arg (tensor x); Arg.double by; Arg.string mode ]

                  expectSame (divided "floor") (x |> Plain.map (fun value -> floor (value / by))) "floor"
                  expectSame (divided "trunc") (x |> Plain.map (fun value -> truncate (value / by))) "trunc")

          testCase "a list of doubles arrives: scale factors" (fun () ->
              Scope.run (fun () ->
                  let t = (vector [ 1.0; 2.0 ]).view [ 1; 1; 2 ]
                  let doubled = call "upsample_nearest1d" "vec" [ arg t; Arg.none; Arg.doubles [| 2.0 |] ]
                  Expect.equal (doubled.toArray1D<float>()) [| 1.0; 1.0; 2.0; 2.0 |] "each twice"))

          testCase "a list of tensors with gaps arrives: indices on the second axis only" (fun () ->
              Scope.run (fun () ->
                  let t = rows [ 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 ] 2
                  let columns = dsharp.tensor [| 2L; 0L |]
                  let picked = call "index" "Tensor" [ arg t; Arg.optionalTensors [| null; columns.Handle |] ]
                  Expect.equal (picked.toArray1D<float>()) [| 3.0; 1.0; 6.0; 4.0 |] "columns 2 and 0"))

          testCase "a list of flags arrives: which gradients a layer wants" (fun () ->
              Scope.run (fun () ->
                  let gradient, input = rows [ 1.0; 2.0 ] 2, rows [ 3.0; 4.0 ] 2
                  let weight = rows [ 5.0 ] 1
                  let reshape (t: Tensor) = t.view [ t.shape[0]; t.shape[1]; 1 ]

                  let results =
                      (Operators.find "aten::convolution_backward" "")
                          .Tensors(
                              [| arg (reshape gradient)
                                 arg (reshape input)
                                 arg (reshape weight)
                                 Arg.none
                                 Arg.ints [| 1L |]
                                 Arg.ints [| 0L |]
                                 Arg.ints [| 1L |]
                                 Arg.bool false
                                 Arg.ints [| 0L |]
                                 Arg.int 1L
                                 Arg.bools [| false; true; false |] |],
                              3
                          )

                  Expect.isTrue (isNull results[0]) "the input's is not wanted"
                  Expect.equal (new Tensor(results[1])).nelement 1 "the weight's"
                  Expect.equal ((new Tensor(results[1])).toDouble()) 11.0 "1 · 3 + 2 · 4"
                  Expect.isTrue (isNull results[2]) "the bias's is not wanted"))

          property "a list longer than the stack holds arrives" (Gen.choose (200, 600)) (fun count ->
              let parts = [ for i in 1..count -> number (float i) ]
              expectSame (Tensor.stack parts) { Shape = [| count |]; Values = [| for i in 1..count -> float i |] } "the parts")

          testCase "two results come back in order" (fun () ->
              Scope.run (fun () ->
                  let struct (values, places) =
                      (Operators.find "aten::sort" "").TwoTensors
                          [| arg (vector [ 3.0; 1.0; 2.0 ]); Arg.int 0L; Arg.bool false |]

                  Expect.equal ((new Tensor(values)).toArray1D<float>()) [| 1.0; 2.0; 3.0 |] "values"
                  Expect.equal ((new Tensor(places)).toArray1D<int>()) [| 1; 2; 0 |] "places"))

          testCase "an operator in place changes its tensor and makes no second handle" (fun () ->
              let grown =
                  growth (fun () ->
                      use t = vector [ 1.0; 2.0 ]
                      (Operators.find "aten::add_" "Scalar").Run [| arg t; Arg.double 1.0 |]
                      Expect.equal (t.toArray1D<float>()) [| 2.0; 3.0 |] "changed")

              Expect.equal grown 0L "tensors left")

          testCase "an unknown operator is named with libtorch's version" (fun () ->
              expectError<TensorException> [ "aten::no_such_operator.overload"; Library.torchVersion () ] (fun () ->
                  call "no_such_operator" "overload" [] |> ignore))

          testCase "a missing argument is named" (fun () ->
              Scope.run (fun () ->
                  expectError<TensorException> [ "aten::transpose"; "'dim1'" ] (fun () ->
                      call "transpose" "int" [ arg (rows [ 1.0; 2.0 ] 2); Arg.int 0L ] |> ignore)))

          testCase "an argument of the wrong kind is refused" (fun () ->
              Scope.run (fun () ->
                  expectError<TensorException> [ "aten::transpose"; "[2; 1]" ] (fun () ->
                      call "transpose" "int" [ arg (rows [ 1.0; 2.0 ] 2); Arg.double 0.5; Arg.int 1L ] |> ignore)))

          testCase "more results than there is room for are refused and freed" (fun () ->
              let grown =
                  growth (fun () ->
                      use t = vector [ 1.0; 2.0; 3.0 ]

                      expectError<TensorException> [ "aten::unbind"; "[3]" ] (fun () ->
                          (Operators.find "aten::unbind" "int").Tensors([| arg t; Arg.int 0L |], 2) |> ignore))

              Expect.equal grown 0L "tensors left")

          propertyOf 20 "what libtorch refuses raises with operator and shapes" oblong (fun x ->
              let t = tensor x
              let shape = Shape.toString t.shape

              let refused operator (shapes: string list) (body: unit -> Tensor) =
                  expectError<TensorException> (operator :: shapes) (body >> ignore)

              refused "aten::matmul" [ shape ] (fun () -> call "matmul" "" [ arg t; arg (t.unsqueeze (0)) ])
              refused "aten::linalg_cholesky" [ "[3; 3]" ] (fun () -> (dsharp.zeros [ 3; 3 ]).cholesky()))

          testCase "a refused call lets go of its tensors" (fun () ->
              let grown =
                  growth (fun () ->
                      use live = vector [ 1.0; 2.0 ]
                      let freed = vector [ 1.0 ]
                      freed.Dispose()
                      Expect.throwsT<ObjectDisposedException> (fun () -> Tensor.cat [ live; freed; live ] |> ignore) "freed"
                      Expect.throwsT<ArgumentException> (fun () -> live.view [ 3 ] |> ignore) "refused")

              Expect.equal grown 0L "tensors left")

          testCase "a refusal carries libtorch's own words but not its stack" (fun () ->
              Scope.run (fun () ->
                  let message = messageOf<TensorException>(fun () -> (dsharp.ones [ 2; 2 ]).inv() |> ignore)
                  Expect.stringContains message "singular" "the reason"
                  Expect.isFalse (message.Contains "frame #") "no native stack")) ]
