// Tests of Elementwise: functions against System.Math and MathNet.Numerics, comparisons, choices, and behaviour at the extremes.
// Run with the whole suite.
module Functional.Tests.ElementwiseTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

/// The functions of `dsharp` and the members they stand for.
let private doors: (string * (Tensor -> Tensor) * (Tensor -> Tensor)) list =
    [ "abs", dsharp.abs, _.abs()
      "acos", dsharp.acos, _.acos()
      "asin", dsharp.asin, _.asin()
      "atan", dsharp.atan, _.atan()
      "ceil", dsharp.ceil, _.ceil()
      "clone", dsharp.clone, _.clone()
      "cos", dsharp.cos, _.cos()
      "cosh", dsharp.cosh, _.cosh()
      "digamma", dsharp.digamma, _.digamma()
      "erf", dsharp.erf, _.erf()
      "erfinv", dsharp.erfinv, _.erfinv()
      "exp", dsharp.exp, _.exp()
      "expm1", dsharp.expm1, _.expm1()
      "floor", dsharp.floor, _.floor()
      "gelu", dsharp.gelu, _.gelu()
      "isinf", dsharp.isinf, _.isinf()
      "isnan", dsharp.isnan, _.isnan()
      "leakyRelu", dsharp.leakyRelu, _.leakyRelu()
      "lgamma", dsharp.lgamma, _.lgamma()
      "log", dsharp.log, _.log()
      "log10", dsharp.log10, _.log10()
      "log1p", dsharp.log1p, _.log1p()
      "neg", dsharp.neg, _.neg()
      "noDiff", dsharp.noDiff, _.noDiff()
      "relu", dsharp.relu, _.relu()
      "round", dsharp.round, _.round()
      "sigmoid", dsharp.sigmoid, _.sigmoid()
      "sign", dsharp.sign, _.sign()
      "silu", dsharp.silu, _.silu()
      "sin", dsharp.sin, _.sin()
      "sinh", dsharp.sinh, _.sinh()
      "softplus", dsharp.softplus, _.softplus()
      "sqrt", dsharp.sqrt, _.sqrt()
      "tan", dsharp.tan, _.tan()
      "tanh", dsharp.tanh, _.tanh() ]

let private comparisons: (string * (Tensor -> Tensor -> Tensor) * (Tensor -> Tensor -> Tensor) * (float -> float -> bool)) list =
    [ "eq", (fun a b -> a.eq b), (fun a b -> dsharp.eq (a, b)), (=)
      "ne", (fun a b -> a.ne b), (fun a b -> dsharp.ne (a, b)), (<>)
      "lt", (fun a b -> a.lt b), (fun a b -> dsharp.lt (a, b)), (<)
      "le", (fun a b -> a.le b), (fun a b -> dsharp.le (a, b)), (<=)
      "gt", (fun a b -> a.gt b), (fun a b -> dsharp.gt (a, b)), (>)
      "ge", (fun a b -> a.ge b), (fun a b -> dsharp.ge (a, b)), (>=) ]

let private comparisonsWithNumber: (string * (Tensor -> float -> Tensor) * (float -> float -> bool)) list =
    [ "eq", (fun a b -> a.eq b), (=)
      "lt", (fun a b -> a.lt b), (<)
      "le", (fun a b -> a.le b), (<=)
      "gt", (fun a b -> a.gt b), (>)
      "ge", (fun a b -> a.ge b), (>=) ]

/// Whole numbers, so that ties are common.
let private coarse (a: Plain, b: Plain) = Plain.map round a, Plain.map round b

let private flags (condition: bool) = if condition then 1.0 else 0.0

let private logAddExp (x: float) (y: float) =
    let larger = max x y
    larger + log (exp (x - larger) + exp (y - larger))

[<Tests>]
let tests =
    testList
        "Elementwise"
        [ for f in Function.all do
              property $"{f.Name} is the function of that name" (Function.inputs f) (fun x ->
                  expectClose 1e-12 (f.Apply(tensor x)) (Plain.map f.Reference x) f.Name)

          for f in Function.all do
              property $"{f.Name} agrees in float32" (Function.inputs f) (fun x ->
                  let single = f.Apply((tensor x).float32())
                  Expect.equal single.dtype Dtype.Float32 "dtype"
                  expectClose 2e-5 single (Plain.map f.Reference x) f.Name)

          for name, function', memberOf in doors do
              property $"dsharp.{name} is the member of that name" Generate.plain (fun x ->
                  let t = tensor x
                  Expect.equal (function' t).dtype (memberOf t).dtype "dtype"
                  expectSame (function' t) (plain (memberOf t)) name)

          for name, apply, door, reference in comparisons do
              property $"{name} compares and broadcasts" (Generate.broadcastable |> Gen.map coarse) (fun (a, b) ->
                  let expected = Plain.map2 (fun x y -> flags (reference x y)) a b

                  for result in [ apply (tensor a) (tensor b); door (tensor a) (tensor b) ] do
                      Expect.equal result.dtype Dtype.Bool "dtype"
                      expectSame result expected name)

          for name, apply, reference in comparisonsWithNumber do
              property $"{name} compares with a number" (Gen.zip Generate.plain (Gen.choose (-3, 3))) (fun (x, number) ->
                  let x = Plain.map round x
                  expectSame (apply (tensor x) (float number)) (Plain.map (fun v -> flags (reference v (float number))) x) name)

          property "max and min of two tensors" Generate.broadcastable (fun (a, b) ->
              expectSame ((tensor a).max(tensor b)) (Plain.map2 max a b) "max"
              expectSame ((tensor a).min(tensor b)) (Plain.map2 min a b) "min"
              expectSame (dsharp.max (tensor a, tensor b)) (Plain.map2 max a b) "dsharp.max"
              expectSame (dsharp.min (tensor a, tensor b)) (Plain.map2 min a b) "dsharp.min")

          property "where chooses element by element" Generate.broadcastable (fun (a, b) ->
              let left, right = tensor a, tensor b
              expectSame (dsharp.where (left.gt right, left, right)) (Plain.map2 max a b) "the larger"

              expectSame
                  (dsharp.where (left.gt 0.0, number 1.0, number 2.0))
                  (Plain.map (fun v -> if v > 0.0 then 1.0 else 2.0) a)
                  "two numbers")

          property "logic of conditions" (Generate.broadcastable |> Gen.map coarse) (fun (a, b) ->
              let left, right = (tensor a).gt 0.0, (tensor b).gt 0.0
              expectSame (left.logicalAnd right) (Plain.map2 (fun x y -> flags (x > 0.0 && y > 0.0)) a b) "and"
              expectSame (left.logicalOr right) (Plain.map2 (fun x y -> flags (x > 0.0 || y > 0.0)) a b) "or"
              expectSame (left.logicalNot ()) (Plain.map (fun x -> flags (x <= 0.0)) a) "not")

          property
              "clamp keeps within bounds, either of which may be missing"
              (Gen.zip3 Generate.plain (Generate.uniform -2.0 0.0) (Generate.uniform 0.0 2.0))
              (fun (x, low, high) ->
                  let t = tensor x
                  expectSame (t.clamp (low, high)) (Plain.map (fun v -> min high (max low v)) x) "both"
                  expectSame (t.clamp (low = low)) (Plain.map (max low) x) "low"
                  expectSame (t.clamp (high = high)) (Plain.map (min high) x) "high"
                  expectSame (t.clamp ()) x "neither"
                  expectSame (dsharp.clamp (t, low = 0)) (Plain.map (max 0.0) x) "an integer bound")

          property "logaddexp and xlogy broadcast" Generate.broadcastable (fun (a, b) ->
              expectClose 1e-14 ((tensor a).logaddexp(tensor b)) (Plain.map2 logAddExp a b) "logaddexp"
              expectClose 1e-14 (dsharp.logaddexp (tensor a, tensor b)) (Plain.map2 logAddExp a b) "dsharp.logaddexp"
              let positive = Plain.map (fun v -> abs v + 0.1) b
              expectClose 1e-14 ((tensor a).xlogy(tensor positive)) (Plain.map2 (fun x y -> x * log y) a positive) "xlogy")

          testCase "functions of large arguments neither overflow nor lose everything" (fun () ->
              Scope.run (fun () ->
                  let large = [ -1e4; -1000.0; 1000.0; 1e4 ]

                  let expect (apply: Tensor -> Tensor) (values: float list) what =
                      expectClose 1e-14 (apply (vector large)) { Shape = [| 4 |]; Values = List.toArray values } what
                      expectClose 1e-6 (apply ((vector large).float32())) { Shape = [| 4 |]; Values = List.toArray values } what

                  expect _.logsigmoid() [ -1e4; -1000.0; 0.0; 0.0 ] "logsigmoid"
                  expect _.softplus() [ 0.0; 0.0; 1000.0; 1e4 ] "softplus"
                  expect _.sigmoid() [ 0.0; 0.0; 1.0; 1.0 ] "sigmoid"
                  expect _.tanh() [ -1.0; -1.0; 1.0; 1.0 ] "tanh"
                  expect (fun t -> t.logaddexp t) [ for x in large -> x + log 2.0 ] "logaddexp"
                  expect _.erf() [ -1.0; -1.0; 1.0; 1.0 ] "erf"))

          property
              "log1p and expm1 are exact for small arguments"
              (Generate.shape 0 3 |> Gen.bind (Generate.filled -1e-9 1e-9))
              (fun x ->
                  let relative (actual: Tensor) (expected: Plain) what =
                      expectClose 1e-15 (actual * 1e9) (Plain.map (fun v -> v * 1e9) expected) what

                  relative ((tensor x).log1p()) (Plain.map (fun v -> v - v * v / 2.0) x) "log1p"
                  relative ((tensor x).expm1()) (Plain.map (fun v -> v + v * v / 2.0) x) "expm1")

          testCase "softplus is log(1 + exp) beyond twenty too" (fun () ->
              Scope.run (fun () ->
                  let x = [| 19.0; 20.5; 25.0; 30.0 |]
                  let expected = x |> Array.map (fun x -> x + exp -x - exp (-2.0 * x) / 2.0)
                  let difference = (vector x).softplus() - vector x
                  let tail = Array.map2 (-) expected x
                  expectClose 1e-14 difference { Shape = [| 4 |]; Values = tail } "softplus less its argument"))

          testCase "0 log 0 is 0, and its gradient in the factor is log" (fun () ->
              Scope.run (fun () ->
                  Expect.equal (((number 0.0).xlogy(number 0.0)).toDouble()) 0.0 "the value"
                  let gradient = dsharp.grad (fun x -> x.xlogy (number 0.5)) (number 0.0)
                  Expect.floatClose Accuracy.veryHigh (gradient.toDouble ()) (log 0.5) "the gradient"))

          testCase "NaN and infinities are told apart" (fun () ->
              Scope.run (fun () ->
                  let t = vector [ 1.0; nan; infinity; -infinity ]
                  Expect.equal (t.isnan().toArray1D<bool>()) [| false; true; false; false |] "isnan"
                  Expect.equal (t.isinf().toArray1D<bool>()) [| false; false; true; true |] "isinf"
                  Expect.equal (t.isfinite().toArray1D<bool>()) [| true; false; false; false |] "isfinite"
                  Expect.isTrue (t.hasnan () && t.hasinf () && t.hasinfnan ()) "somewhere"
                  let finite = t[0..0]
                  Expect.isFalse (finite.hasnan () || finite.hasinf () || finite.hasinfnan ()) "nowhere"))

          testCase "outside its domain a function is NaN or infinite, not an error" (fun () ->
              Scope.run (fun () ->
                  Expect.isTrue ((vector [ -1.0 ]).log().hasnan()) "log of a negative number"
                  Expect.equal ((number 0.0).log().toDouble()) -infinity "log of zero"
                  Expect.isTrue ((vector [ -1.0 ]).sqrt().hasnan()) "sqrt of a negative number"
                  Expect.equal ((number 1.0).erfinv().toDouble()) infinity "erfinv of one"
                  Expect.equal ((number 1.0 / number 0.0).toDouble()) infinity "one over zero"
                  Expect.equal ((1.0 / number 0.0).toDouble()) infinity "a number over zero"))

          property "a clone has memory of its own" Generate.plain (fun x ->
              let t = tensor x
              let copy = t.clone ()
              t.Dispose()
              expectSame copy x "the clone")

          testCase "dropout refuses what is no probability" (fun () ->
              Scope.run (fun () ->
                  for p in [ -0.1; 1.1; nan ] do
                      expectError<ArgumentException> [ "dropout" ] (fun () -> (dsharp.ones [ 2 ]).dropout p |> ignore)))

          property "dropout with probability 0 changes nothing, with 1 leaves nothing" Generate.plain (fun x ->
              expectSame ((tensor x).dropout 0.0) x "0"
              expectSame ((tensor x).dropout 1.0) (Plain.map (fun _ -> 0.0) x) "1") ]
