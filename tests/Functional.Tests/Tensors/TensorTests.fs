// Tests of Tensor: arithmetic with tensors and .NET numbers, broadcasting, conversions to numbers, equality.
// Run with the whole suite.
module Functional.Tests.TensorTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

/// The operators between two tensors, with their references.
let private binary: (string * (Tensor -> Tensor -> Tensor) * (float -> float -> float)) list =
    [ "+", (fun a b -> a + b), (fun x y -> x + y)
      "-", (fun a b -> a - b), (fun x y -> x - y)
      "*", (fun a b -> a * b), (fun x y -> x * y)
      "/", (fun a b -> a / b), (fun x y -> x / y)
      "add", (fun a b -> a.add b), (fun x y -> x + y)
      "sub", (fun a b -> a.sub b), (fun x y -> x - y)
      "mul", (fun a b -> a.mul b), (fun x y -> x * y)
      "div", (fun a b -> a.div b), (fun x y -> x / y)
      "dsharp.add", (fun a b -> dsharp.add (a, b)), (fun x y -> x + y)
      "dsharp.sub", (fun a b -> dsharp.sub (a, b)), (fun x y -> x - y)
      "dsharp.mul", (fun a b -> dsharp.mul (a, b)), (fun x y -> x * y)
      "dsharp.div", (fun a b -> dsharp.div (a, b)), (fun x y -> x / y) ]

/// The operators with a .NET number on either side.
let private withNumber: (string * (Tensor -> scalar -> Tensor) * (float -> float -> float)) list =
    [ "t + n", (fun t n -> t + n), (fun x y -> x + y)
      "n + t", (fun t n -> n + t), (fun x y -> y + x)
      "t - n", (fun t n -> t - n), (fun x y -> x - y)
      "n - t", (fun t n -> n - t), (fun x y -> y - x)
      "t * n", (fun t n -> t * n), (fun x y -> x * y)
      "n * t", (fun t n -> n * t), (fun x y -> y * x)
      "t / n", (fun t n -> t / n), (fun x y -> x / y)
      "n / t", (fun t n -> n / t), (fun x y -> y / x) ]

/// A whole number as every kind of .NET number.
let private asNumbers (value: int) : scalar list =
    [ value
      int64 value
      int16 value
      sbyte value
      byte value
      uint16 value
      uint32 value
      uint64 value
      float value
      float32 value
      decimal value ]

let private everyDtype =
    [ Dtype.Byte
      Dtype.Int8
      Dtype.Int16
      Dtype.Int32
      Dtype.Int64
      Dtype.Float16
      Dtype.BFloat16
      Dtype.Float32
      Dtype.Float64 ]

let private incompatible =
    Gen.zip (Generate.shape 1 4) (Generate.shape 1 4)
    |> Gen.filter (fun (a, b) -> (Plain.broadcastShape a b).IsNone)

[<Tests>]
let tests =
    testList
        "Tensor"
        [ for name, apply, reference in binary do
              property $"{name} broadcasts as plain loops do" Generate.broadcastable (fun (a, b) ->
                  expectClose 1e-15 (apply (tensor a) (tensor b)) (Plain.map2 reference a b) name)

          for name, apply, reference in withNumber do
              property
                  $"{name} is the arithmetic of floats for every kind of number"
                  (Gen.zip Generate.plain (Gen.choose (1, 100)))
                  (fun (x, n) ->
                      for number in asNumbers n do
                          let expected = Plain.map (fun value -> reference value (float n)) x
                          expectClose 1e-14 (apply (tensor x) number) expected $"{name} for {number.GetType().Name}")

              property $"{name} keeps the fraction of a float" (Gen.zip Generate.plain (Generate.uniform -2.0 2.0)) (fun (x, n) ->
                  expectClose 1e-14 (apply (tensor x) n) (Plain.map (fun value -> reference value n) x) name
                  let half = float32 (n * 0.5)
                  let expected = Plain.map (fun value -> reference value (float half)) x
                  expectClose 1e-14 (apply (tensor x) half) expected name)

          property "the operators work with literals of F#" (Generate.plain) (fun x ->
              let t = tensor x
              expectClose 1e-14 (2 * t + 1.5 - t / 4 - 0.5f) (Plain.map (fun v -> 2.0 * v + 1.5 - v / 4.0 - 0.5) x) "mixed"
              expectSame -t (Plain.map (~-) x) "minus")

          property "add, sub, mul and div take numbers too" (Gen.zip Generate.plain (Generate.uniform 0.5 2.0)) (fun (x, n) ->
              let t = tensor x
              expectSame (t.add n) (Plain.map (fun v -> v + n) x) "add"
              expectSame (t.sub n) (Plain.map (fun v -> v - n) x) "sub"
              expectSame (t.mul n) (Plain.map (fun v -> v * n) x) "mul"
              expectClose 1e-15 (t.div n) (Plain.map (fun v -> v / n) x) "div")

          property
              "powers of tensors broadcast"
              (Generate.broadcastable |> Gen.map (fun (a, b) -> Plain.map (fun v -> abs v + 0.1) a, b))
              (fun (a, b) ->
                  expectClose 1e-13 (tensor a ** tensor b) (Plain.map2 ( ** ) a b) "**"
                  expectClose 1e-13 ((tensor a).pow(tensor b)) (Plain.map2 ( ** ) a b) "pow"
                  expectClose 1e-13 (dsharp.pow (tensor a, tensor b)) (Plain.map2 ( ** ) a b) "dsharp.pow")

          property "powers take numbers on either side" (Gen.zip Generate.plain (Gen.choose (-3, 4))) (fun (x, n) ->
              let positive = Plain.map (fun v -> abs v + 0.1) x
              let t = tensor positive
              expectClose 1e-13 (t ** n) (Plain.map (fun v -> v ** float n) positive) "integer exponent"
              expectClose 1e-13 (t ** (float n + 0.5)) (Plain.map (fun v -> v ** (float n + 0.5)) positive) "float exponent"
              expectClose 1e-13 (t.pow n) (Plain.map (fun v -> v ** float n) positive) "pow"
              expectClose 1e-13 (Tensor.Pow(3, t)) (Plain.map (fun v -> 3.0 ** v) positive) "integer base"
              expectClose 1e-13 (Tensor.Pow(2.5, t)) (Plain.map (fun v -> 2.5 ** v) positive) "float base")

          propertyOf 10 "shapes that do not broadcast are named" incompatible (fun (a, b) ->
              let a, b = dsharp.zeros a, dsharp.zeros b
              let parts = [ Shape.toString a.shape; Shape.toString b.shape ]

              for name, apply, _ in binary do
                  expectError<ArgumentException> ("last one back" :: parts) (fun () -> apply a b |> ignore))

          testCase "a freed operand is reported under the operator's name" (fun () ->
              Scope.run (fun () ->
                  let freed, live = vector [ 1.0 ], vector [ 2.0 ]
                  freed.Dispose()

                  let cases: (string * (unit -> Tensor)) list =
                      [ "add", (fun () -> freed + live)
                        "add", (fun () -> live + freed)
                        "sub", (fun () -> freed - 1.0)
                        "mul", (fun () -> 2 * freed)
                        "div", (fun () -> freed / live)
                        "div", (fun () -> live / freed)
                        "div", (fun () -> freed / 2)
                        "pow", (fun () -> freed ** live)
                        "pow", (fun () -> Tensor.Pow(2.0, freed)) ]

                  for name, body in cases do
                      expectError<ObjectDisposedException> [ $"aten::{name}:"; "Scope.keep" ] (body >> ignore)))

          testCase "integers stay integers with integers and become real with real numbers" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.tensor [ 3; 4 ]
                  Expect.equal (t + 1).dtype Dtype.Int32 "plus an integer"
                  Expect.equal ((t * t).toArray1D<int>()) [| 9; 16 |] "times itself"
                  Expect.equal (t + 0.5).dtype Dtype.Float32 "plus a real number"
                  Expect.equal ((t / 2).toArray1D<float>()) [| 1.5; 2.0 |] "a division is not truncated"
                  Expect.equal ((12 / t).toArray1D<float32>()) [| 4.0f; 3.0f |] "nor is this one"))

          testCase "the wider dtype wins between tensors, and numbers never widen" (fun () ->
              Scope.run (fun () ->
                  let single, double = dsharp.ones [ 2 ], dsharp.ones ([ 2 ], dtype = Dtype.Float64)
                  Expect.equal (single + double).dtype Dtype.Float64 "float32 and float64"
                  Expect.equal (single + dsharp.tensor [ 1; 2 ]).dtype Dtype.Float32 "float32 and int32"
                  Expect.equal (single * 1.0).dtype Dtype.Float32 "float32 and a .NET double"))

          property "F#'s own functions work on tensors" (Generate.shape 0 3 |> Gen.bind (Generate.filled 0.1 0.9)) (fun x ->
              let check name (apply: Tensor -> Tensor) reference =
                  expectClose 1e-13 (apply (tensor x)) (Plain.map reference x) name

              check "abs" abs abs
              check "acos" acos acos
              check "asin" asin asin
              check "atan" atan atan
              check "ceil" ceil ceil
              check "cos" cos cos
              check "cosh" cosh cosh
              check "exp" exp exp
              check "floor" floor floor
              check "log" log log
              check "log10" log10 log10
              check "round" round round
              check "sin" sin sin
              check "sinh" sinh sinh
              check "sqrt" sqrt sqrt
              check "tan" tan tan
              check "tanh" tanh tanh)

          property "--> passes a tensor through functions" Generate.plain (fun x ->
              let piped = tensor x --> exp --> (fun t -> t.sum ()) --> float
              Expect.floatClose Accuracy.veryHigh piped (Array.sumBy exp x.Values) "exp, then sum")

          property
              "one element converts to every .NET number"
              (Gen.zip (Gen.choose (0, 100)) (Gen.choose (0, 3)))
              (fun (value, rank) ->
                  for dtype in everyDtype do
                      let t = dsharp.full (Array.create rank 1, value, dtype = dtype)
                      Expect.equal (t.toDouble ()) (float value) $"toDouble of {dtype}"
                      Expect.equal (t.toSingle ()) (float32 value) $"toSingle of {dtype}"
                      Expect.equal (t.toInt32 ()) value $"toInt32 of {dtype}"
                      Expect.equal (t.toInt64 ()) (int64 value) $"toInt64 of {dtype}"
                      Expect.equal (t.toBool ()) (value <> 0) $"toBool of {dtype}"

                      Expect.equal
                          (float t, float32 t, int t, int64 t)
                          (float value, float32 value, value, int64 value)
                          $"{dtype}")

          testCase "numbers convert without loss" (fun () ->
              Scope.run (fun () ->
                  Expect.equal ((number Math.PI).toDouble()) Math.PI "a double"
                  Expect.equal ((dsharp.tensor Int64.MaxValue).toInt64()) Int64.MaxValue "the largest int64"
                  Expect.isTrue ((dsharp.tensor true).toBool()) "a boolean"
                  Expect.equal ((dsharp.tensor true).toDouble()) 1.0 "a boolean as a number"
                  Expect.isTrue (Double.IsNaN((number nan).toDouble())) "NaN"))

          property
              "several elements do not convert to a number"
              (Generate.shape 1 3 |> Gen.filter (fun shape -> Plain.size shape > 1))
              (fun shape ->
                  let t = dsharp.zeros shape
                  let parts = [ Shape.toString shape ]
                  expectError<InvalidOperationException> parts (fun () -> t.toDouble () |> ignore)
                  expectError<InvalidOperationException> parts (fun () -> t.toBool () |> ignore)
                  expectError<InvalidOperationException> parts (fun () -> int t |> ignore))

          property "equality is that of shapes, dtypes and elements" Generate.plain (fun x ->
              let t = tensor x
              Expect.isTrue (t.Equals t) "itself"
              Expect.isTrue ((t = tensor x)) "the same elements"
              Expect.equal (t.GetHashCode()) ((tensor x).GetHashCode()) "their hash codes"
              Expect.isFalse (t = t + 1e-9) "other elements"
              Expect.isFalse (t = t.float32 ()) "another dtype"
              Expect.isFalse (t = t.unsqueeze 0) "another shape"
              Expect.isFalse (t.Equals "tensor") "something else"
              Expect.isFalse (t.Equals null) "null")

          property "shape, axes and elements are counted" Generate.plain (fun x ->
              let t = tensor x
              Expect.equal t.shape x.Shape "shape"
              Expect.equal t.dim x.Shape.Length "axes"
              Expect.equal t.nelement x.Values.Length "elements")

          testCase "the summary is in DiffSharp's words" (fun () ->
              Scope.run (fun () -> Expect.equal ((dsharp.zeros [ 2; 3 ]).summary()) "Tensor [2,3], Float32, cpu" "a matrix"))

          testCase "an operation leaves no tensors but its result" (fun () ->
              let left =
                  growth (fun () ->
                      use a = vector [ 1.0; 2.0 ]
                      use b = vector [ 3.0; 4.0 ]

                      for _, apply, _ in binary do
                          (apply a b).Dispose()

                      for _, apply, _ in withNumber |> List.filter (fun (name, _, _) -> name <> "n / t") do
                          (apply a 2.0).Dispose())

              Expect.equal left 0L "tensors left") ]
