// Tests of ForwardReverse, RawTensor and Nesting: dual numbers, variables and reversals by hand, nested in both orders.
// Run with the whole suite.
module Functional.Tests.ForwardReverseTests

open System
open System.Threading.Tasks
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private scalarOf (value: float) = { Shape = [||]; Values = [| value |] }
let private points = Generate.filled -1.5 1.5 [| 3 |]
let private pairs = Gen.zip points points
let private number' = Generate.uniform -1.2 1.2

let private field (x: Tensor) =
    Tensor.stack [ x[0] * x[1] + x[2].sin(); x[1].exp() * x[2]; x[0].square() - x[1] * x[2] ]

let private hill (x: Tensor) = (field x * x.cos ()).sum()

/// One more derivative of a function of a scalar, by hand.
let private byHand: (string * ((Tensor -> Tensor) -> Tensor -> Tensor)) list =
    let level = dsharp.nestLevel

    [ "forward",
      (fun f x ->
          dsharp.nest ()
          (f (x.forwardDiff (x.noDiff().onesLike(), level ()))).derivative)
      "reverse",
      (fun f x ->
          dsharp.nest ()
          let x = x.reverseDiff (nestingTag = level ())
          (f x).reverse()
          x.derivative)
      "grad", dsharp.grad
      "jacobianv", (fun f x -> dsharp.jacobianv f x (x.noDiff().onesLike())) ]

/// Functions of a scalar and their third derivatives.
let private thirds: (string * (Tensor -> Tensor) * (float -> float)) list =
    [ "x⁴", (fun x -> x ** 4), (fun x -> 24.0 * x)
      "sin", sin, (fun x -> -cos x)
      "x exp x", (fun x -> x * exp x), (fun x -> (x + 3.0) * exp x) ]

/// Runs with nesting levels of its own.
let private fromLevelZero (body: unit -> unit) =
    dsharp.nestReset ()

    try
        body ()
    finally
        dsharp.nestReset ()

let private unnested name generator check =
    property name generator (fun input -> fromLevelZero (fun () -> check input))

let private case name check =
    testCase name (fun () -> fromLevelZero (fun () -> Scope.run check))

[<Tests>]
let tests =
    testList
        "ForwardReverse"
        [ unnested "a dual number carries the derivative along its direction" pairs (fun (x, v) ->
              let x, v = tensor x, tensor v
              let y = field (x.forwardDiff v)
              expectClose 1e-13 y (plain (field x)) "the value"
              expectClose 1e-13 y.derivative (plain (dsharp.jacobianv field x v)) "J v"
              let primal, derivative = dsharp.primalDerivative y
              expectClose 1e-13 primal (plain (field x)) "the primal"
              expectSame derivative (plain y.derivative) "both at once"
              Expect.isTrue (primal.isNoDiff && derivative.isNoDiff) "free of derivatives"
              let z = hill (x |> dsharp.forwardDiff 0u v)
              expectClose 1e-12 z.derivative (plain (dsharp.gradv hill x v)) "to a scalar")

          unnested "two dual numbers of one level add their contributions" pairs (fun (x, y) ->
              let x, y = tensor x, tensor y
              let z = x.forwardDiff (x.cos().square()) * y.forwardDiff y
              let expected = x.cos().square() * y + x * y
              expectClose 1e-14 z.derivative (plain expected) "x' y + x y'")

          unnested "what a dual number's derivative is multiplied with is free of it" pairs (fun (x, v) ->
              let dual = (tensor x).forwardDiff(tensor v)
              let y = dual.square ()
              let mixed = y.primal * dual + y.derivative * dual
              let expected = (tensor x).square() * tensor v + 2.0 * tensor x * tensor v * tensor v
              expectClose 1e-14 mixed.derivative (plain expected) "c x' with c = x² + 2 x v")

          unnested "a reversal leaves the gradient at the variable" points (fun x ->
              let variable = (tensor x).reverseDiff()
              expectSame variable x "its value"
              expectSame variable.derivative (Plain.map (fun _ -> 0.0) x) "zeros before"
              (hill variable).reverse()
              expectClose 1e-13 variable.derivative (plain (dsharp.grad hill (tensor x))) "∇f"
              Expect.isTrue variable.derivative.isNoDiff "free of derivatives")

          unnested "a reversal of several outputs weighs them" pairs (fun (x, v) ->
              let expected = plain (dsharp.jacobianTv field (tensor x) (tensor v))
              let variable = (tensor x).reverseDiff()
              let y = field variable
              y.reverse (tensor v)
              expectClose 1e-13 variable.derivative expected "Jᵀ v"
              y.backward (tensor v)
              expectClose 1e-13 variable.derivative expected "again, from zero"
              y |> dsharp.reverse (tensor v)
              expectClose 1e-13 variable.derivative expected "as a function"
              y.reverse (tensor v, zeroDerivatives = false)
              expectClose 1e-13 variable.derivative (Plain.map (fun d -> 2.0 * d) expected) "added up"
              y |> dsharp.reversePush (tensor v)
              expectClose 1e-13 variable.derivative (Plain.map (fun d -> 3.0 * d) expected) "pushed"
              y |> dsharp.reverseReset
              expectSame variable.derivative (Plain.map (fun _ -> 0.0) x) "reset"
              y.reverse ()

              expectClose
                  1e-13
                  variable.derivative
                  (plain (dsharp.jacobianTv field (tensor x) (vector [ 1.0; 1.0; 1.0 ])))
                  "ones")

          unnested "a reversal reaches every variable that the output depends on, and no other" pairs (fun (x, y) ->
              let a, b, c =
                  (tensor x).reverseDiff(), (tensor y).reverseDiff(tensor x), (tensor x).reverseDiff(derivative = tensor y)

              (a * a * b).sum().reverse()
              expectClose 1e-14 a.derivative (Plain.map2 (fun x y -> 2.0 * x * y) x y) "2 a b"
              expectClose 1e-14 b.derivative (Plain.map (fun x -> x * x) x) "a², for what it held before was reset"
              expectSame c.derivative y "what it was given"
              c.derivative <- tensor x
              expectSame c.derivative x "what was assigned")

          for outermost, first in byHand do
              for middle, second in byHand do
                  for innermost, third in byHand do
                      for name, f, expected in thirds do
                          let nested = $"{outermost} of {middle} of {innermost}"

                          propertyOf 5 $"{nested} of {name} is its third derivative" number' (fun x ->
                              fromLevelZero (fun () ->
                                  let result = first (second (third f)) (number x)
                                  expectClose 1e-11 result (scalarOf (expected x)) nested
                                  Expect.isTrue result.isNoDiff "free of derivatives"))

          for outer, first in byHand do
              for inner, second in byHand do
                  propertyOf 20 $"{outer} and {inner} do not confuse their variables" number' (fun x ->
                      fromLevelZero (fun () ->
                          let ofSum = first (fun x -> x * second (fun y -> x + y) (number 3.0)) (number x)
                          expectClose 1e-14 ofSum (scalarOf 1.0) "d/dx x · d/dy (x + y) = 1"
                          let ofProduct = first (fun x -> x * second (fun y -> x * y) x) (number x)
                          expectClose 1e-14 ofProduct (scalarOf (2.0 * x)) "d/dx x · d/dy (x y) = 2x"
                          let atItself = first (fun x -> second (fun y -> x * y * y) x) (number x)
                          expectClose 1e-14 atItself (scalarOf (4.0 * x)) "d/dx (d/dy x y² at y = x) = 4x"))

                  propertyOf 20 $"primal inside {inner} inside {outer} is constant for the inner only" number' (fun x ->
                      fromLevelZero (fun () ->
                          // The inner derivative of (x y)̄ y, with (x y)̄ held fixed, is x y.
                          let f (x: Tensor) =
                              second (fun y -> (x * y).primal * y) (number 2.0)

                          expectClose 1e-14 (f (number x)) (scalarOf (2.0 * x)) "d/dy c y = c"
                          expectClose 1e-14 (first f (number x)) (scalarOf 2.0) "d/dx 2 x"

                          let squared (x: Tensor) =
                              second (fun y -> (x * x * y).primal * y * y) (number 2.0)

                          expectClose 1e-14 (first squared (number x)) (scalarOf (16.0 * x)) "d/dx 2 · 2 x² · 2"
                          let twice x = first (first squared) x
                          expectClose 1e-13 (twice (number x)) (scalarOf 16.0) "and again"

                          let dropped (x: Tensor) =
                              second (fun y -> (x * y).noDiff() * y) (number 2.0) + 0.0 * x

                          expectClose 1e-14 (first dropped (number x)) (scalarOf 0.0) "noDiff is constant for both"))

          unnested "an intermediate tensor has a derivative, too" pairs (fun (x, v) ->
              let variable = (tensor x).reverseDiff()
              let inner = field variable
              let beside = variable.sin ()
              let y = (inner.cos () * inner).sum()
              let ofInner = dsharp.grad (fun (z: Tensor) -> (z.cos () * z).sum()) (inner.noDiff ())
              expectSame inner.derivative (Plain.map (fun _ -> 0.0) x) "zeros before"
              y.reverse ()
              expectClose 1e-12 inner.derivative (plain ofInner) "∂y/∂ inner"
              expectSame y.derivative (scalarOf 1.0) "∂y/∂y"
              expectSame beside.derivative (Plain.map (fun _ -> 0.0) x) "of what y does not depend on"
              Expect.isTrue inner.derivative.isNoDiff "free of derivatives"
              inner.reverse (tensor v, zeroDerivatives = false)
              expectClose 1e-12 inner.derivative (plain (ofInner + tensor v)) "reversals add up"

              expectClose
                  1e-12
                  variable.derivative
                  (plain (dsharp.jacobianTv field (tensor x) (ofInner + tensor v)))
                  "as the variable's do"

              y |> dsharp.reverseReset
              expectSame inner.derivative (Plain.map (fun _ -> 0.0) x) "reset")

          unnested "an intermediate tensor's derivative is differentiated by outer levels" pairs (fun (x, v) ->
              let dual = (tensor x).forwardDiff(tensor v, 1u)
              let variable = dual.reverseDiff (nestingTag = 2u)
              let inner = variable.square ()
              (inner * inner).sum().reverse()
              let slope = inner.derivative
              Expect.isTrue (slope.isForwardDiff && not slope.isReverseDiff) "only the outer level is left"
              expectClose 1e-12 slope.primal (Plain.map (fun x -> 2.0 * x * x) x) "2 x²"
              expectClose 1e-12 slope.derivative (Plain.map2 (fun x v -> 4.0 * x * v) x v) "4 x v")

          case "the derivative of an intermediate tensor goes with the result that was reversed" (fun () ->
              let variable = (vector [ 1.0; 2.0 ]).reverseDiff()
              let inner = variable * 2.0
              Scope.run (fun () -> inner.square().sum().reverse())
              expectSame variable.derivative { Shape = [| 2 |]; Values = [| 8.0; 16.0 |] } "the variable's stays"

              expectError<InvalidOperationException> [ "freed"; "Scope.keep" ] (fun () -> inner.derivative |> ignore)
              inner.sum().reverse()
              expectSame inner.derivative { Shape = [| 2 |]; Values = [| 1.0; 1.0 |] } "after the next reversal")

          unnested "derivatives and primals of two forward levels" (Gen.zip points pairs) (fun (x, (v, w)) ->
              let x, v, w = tensor x, tensor v, tensor w
              let y = field ((x.forwardDiff (v, 1u)).forwardDiff(w, 2u))
              let mixed = plain (Array.last (dsharp.evalForwardDiffs field x [| v; w |]))
              expectClose 1e-13 y.derivative (plain (dsharp.jacobianv field x w)) "the innermost"
              expectClose 1e-13 y.primal.derivative (plain (dsharp.jacobianv field x v)) "the other"
              expectClose 1e-13 y.derivative.derivative mixed "both"
              expectClose 1e-13 y.derivativeDeep mixed "the deepest"
              expectClose 1e-13 y.primal.primal (plain (field x)) "neither"
              Expect.equal (y.depth, y.primal.depth, y.primal.primal.depth) (2, 1, 0) "depths"
              Expect.equal (y.nestingTag, y.primal.nestingTag, y.derivative.nestingTag) (2u, 1u, 1u) "levels"
              let product = y.primal * y.derivative
              let slope = dsharp.jacobianv (fun x -> field x * dsharp.jacobianv field x w) x v
              expectClose 1e-12 product.derivative (plain slope) "of a product of the two")

          unnested "a reversal over a forward derivative gives a Hessian's product" pairs (fun (x, v) ->
              let variable = (tensor x).reverseDiff(nestingTag = 1u)
              let y = hill (variable.forwardDiff (tensor v, 2u))
              let slope = y.derivative
              Expect.isTrue (y.isForwardDiff && slope.isReverseDiff) "forward inside reverse"
              slope.reverse ()
              expectClose 1e-12 variable.derivative (plain (dsharp.hessianv hill (tensor x) (tensor v))) "H v"
              y.primal.reverse ()
              expectClose 1e-12 variable.derivative (plain (dsharp.grad hill (tensor x))) "∇f")

          unnested "a forward derivative of a reversal gives a Hessian's product" pairs (fun (x, v) ->
              let variable = ((tensor x).forwardDiff(tensor v, 1u)).reverseDiff(nestingTag = 2u)
              (hill variable).reverse()
              let gradient = variable.derivative
              Expect.isTrue (variable.isReverseDiff && gradient.isForwardDiff) "reverse inside forward"
              expectClose 1e-12 gradient.primal (plain (dsharp.grad hill (tensor x))) "∇f"
              expectClose 1e-12 gradient.derivative (plain (dsharp.hessianv hill (tensor x) (tensor v))) "H v")

          unnested "by hand inside an operator" pairs (fun (x, v) ->
              let slope x =
                  (hill (x |> dsharp.forwardDiff (dsharp.nestLevel ()) (tensor v))).derivative

              expectClose
                  1e-12
                  (dsharp.grad slope (tensor x))
                  (plain (dsharp.hessianv hill (tensor x) (tensor v)))
                  "∇ vᵀ∇f = H v"

              let gradient (x: Tensor) =
                  let x = x.reverseDiff ()
                  (hill x).reverse()
                  x.derivative

              expectClose 1e-12 (dsharp.jacobian gradient (tensor x)) (plain (dsharp.hessian hill (tensor x))) "J ∇f = H"
              Expect.equal (dsharp.nestLevel ()) 0u "the level is as before")

          unnested "an operator inside what is done by hand" pairs (fun (x, v) ->
              let dual = (tensor x).forwardDiff(tensor v)
              let gradient = dsharp.grad hill dual
              expectClose 1e-12 gradient.derivative (plain (dsharp.hessianv hill (tensor x) (tensor v))) "forward over grad"
              let variable = (tensor x).reverseDiff()
              (dsharp.gradv hill variable (tensor v)).reverse()
              expectClose 1e-12 variable.derivative (plain (dsharp.hessianv hill (tensor x) (tensor v))) "reverse over gradv")

          unnested "derivatives depend on the parameters of the computation" points (fun x ->
              let weight = Gradient.record (vector [ 2.0; -1.0; 0.5 ])
              let variable = (tensor x).reverseDiff()
              (weight * variable.square ()).sum().reverse()
              let gradient = (Gradient.ofLoss (variable.derivative.sum ()) [| weight |])[0]
              expectClose 1e-14 gradient (Plain.map (fun x -> 2.0 * x) x) "∂ Σ 2 w x / ∂ w = 2 x"
              let y = weight * ((tensor x).forwardDiff(tensor x)).square()
              let gradient = (Gradient.ofLoss (y.derivative.sum ()) [| weight |])[0]
              expectClose 1e-14 gradient (Plain.map (fun x -> 2.0 * x * x) x) "∂ Σ 2 w x² / ∂ w = 2 x²"
              let gradient = (Gradient.ofLoss (y.primal.sum ()) [| weight |])[0]
              expectClose 1e-14 gradient (Plain.map (fun x -> x * x) x) "∂ Σ w x² / ∂ w = x²")

          case "what a tensor takes part in" (fun () ->
              let x = vector [ 1.0; 2.0 ]
              let dual, variable = x.forwardDiff (x, 3u), x.reverseDiff (nestingTag = 4u)

              let facts (t: Tensor) =
                  t.isForwardDiff, t.isReverseDiff, t.isNoDiff, t.depth

              Expect.equal (facts x) (false, false, true, 0) "a constant"
              Expect.equal (facts (dual * 2.0)) (true, false, false, 1) "a dual number"
              Expect.equal (facts (variable * 2.0)) (false, true, false, 1) "of a variable"
              Expect.equal (facts (variable * dual)) (false, true, false, 2) "of both"
              Expect.equal ((dual * 2.0).nestingTag, (variable * dual).nestingTag) (3u, 4u) "levels"
              Expect.isTrue (x.isSameDiffType (x * 2.0) && dual.isSameDiffType (dual * x)) "the same"
              Expect.isFalse (x.isSameDiffType dual || dual.isSameDiffType variable || variable.isSameDiffType x) "different"
              Expect.equal variable.fanout 0u "no reversal is under way"
              Expect.equal (string variable.parentOp) "NewT" "a variable comes from nothing"
              Expect.stringContains (variable * 2.0).parentOp.Name "Mul" "a product"
              let tensors, tree = ((variable * 2.0).sin() + variable).ancestors()
              Expect.equal tensors.Length 2 "itself and the variable"
              Expect.isTrue (obj.ReferenceEquals(tensors[1], variable)) "the variable"
              Expect.stringContains tree "Add" "the last operation"
              Expect.stringContains tree "    Mul" "the first, indented"
              Expect.equal (x.ancestors () |> snd) "" "of a constant")

          case "bare values" (fun () ->
              let x = vector [ 1.0; 2.0 ]
              let raw = (x.forwardDiff x * 2.0).primalRaw

              Expect.equal
                  (raw.Shape, raw.Dim, raw.Nelement, raw.Dtype, raw.Device)
                  ([| 2 |], 1, 2, Dtype.Float64, Device.CPU)
                  "facts"

              Expect.equal (raw.ToValues() :?> float[]) [| 2.0; 4.0 |] "elements"
              Expect.equal (string raw) (string (x * 2.0)) "printed"
              Expect.isTrue (Tensor.ofRawTensor(raw).isNoDiff) "no derivative"
              Expect.equal ((number 3.0).primalRaw.ToValues() :?> float) 3.0 "a number"
              Expect.equal ((number 3.0).primalRaw.ToScalar().ToDouble null) 3.0 "as a number"
              Expect.isTrue ((x.forwardDiff x).primalDeep.isNoDiff) "primalDeep"
              Expect.equal (Scope.run (fun () -> (x * 2.0).primalRaw)).Shape [| 2 |] "leaves a scope")

          case "nesting levels" (fun () ->
              Expect.equal (dsharp.nestLevel ()) 0u "at first"
              dsharp.nest ()
              dsharp.nest ()
              Expect.equal (dsharp.nestLevel ()) 2u "two further in"
              dsharp.nest 7u
              Expect.equal (dsharp.nestLevel ()) 7u "set"
              let x = vector [ 1.0 ]

              Expect.equal
                  ((x.forwardDiff x).nestingTag, (x.reverseDiff ()).nestingTag)
                  (7u, 7u)
                  "what is marked is of this level"

              dsharp.grad
                  (fun x ->
                      Expect.equal (dsharp.nestLevel (), x.nestingTag, x.isReverseDiff) (8u, 8u, true) "inside an operator"
                      dsharp.nest ()
                      Expect.equal (dsharp.nestLevel ()) 9u "further in"
                      x.sum ())
                  x
              |> ignore

              Expect.equal (dsharp.nestLevel ()) 7u "after it"
              dsharp.nestReset ()
              Expect.equal (dsharp.nestLevel ()) 0u "reset")

          case "derivatives by hand on many threads do not disturb each other" (fun () ->
              Parallel.For(
                  0,
                  100,
                  fun i ->
                      let x = float i / 50.0

                      let second =
                          dsharp.grad
                              (fun x ->
                                  dsharp.nest ()
                                  ((x.forwardDiff (x.noDiff().onesLike())) ** 3).derivative)
                              (number x)

                      let variable = (number x).reverseDiff()
                      (variable ** 3).reverse()

                      if abs (second.toDouble () - 6.0 * x) > 1e-12 then
                          failwith $"6 · {x} was {second}"

                      if abs (variable.derivative.toDouble () - 3.0 * x * x) > 1e-12 then
                          failwith $"3 · {x}² was {variable.derivative}"
              )
              |> ignore)

          case "a derivative lives as long as its variable" (fun () ->
              let x = vector [ 1.0; 2.0 ]
              let variable = x.reverseDiff ()

              for i in 1..3 do
                  Scope.run (fun () -> variable.square().sum().reverse(zeroDerivatives = false))
                  expectSame variable.derivative (plain (x * (2.0 * float i))) $"after {i} scopes")

          testCase "nothing is left behind" (fun () ->
              let run () =
                  let x = vector [ 0.3; -0.5; 0.9 ]
                  let variable = ((x.forwardDiff (x, 1u)).reverseDiff(nestingTag = 2u))
                  let y = hill (variable.forwardDiff (x, 3u))
                  y.derivative.reverse ()
                  y.primal.reverse (zeroDerivatives = false)
                  variable.derivative.derivative |> ignore
                  variable.derivative.primal |> ignore

                  for _, derivative in byHand do
                      derivative (derivative (derivative sin)) (number 0.5) |> ignore

                  dsharp.nestReset ()

              Expect.equal (growth (fun () -> Scope.run run)) 0L "in a scope"
              Expect.equal (settledGrowth run) 0L "outside")

          case "a long chain of primals is released" (fun () ->
              let weight = Gradient.record (number 1.0)
              let mutable y = weight * 1.0

              for _ in 1..500 do
                  y <- (y * (number 0.5).forwardDiff(number 1.0)).primal + 0.499 * y

              expectClose 1e-9 (Array.exactlyOne (Gradient.ofLoss y [| weight |])) (plain (y.noDiff ())) "y = w · c")

          case "float32 and numbers" (fun () ->
              let x = (vector [ 0.5; 1.0; -0.5 ]).float32()
              let y = hill (x.forwardDiff x)

              Expect.equal
                  (y.derivative.dtype, y.primal.dtype, (field (x.forwardDiff x)).derivative.dtype)
                  (Dtype.Float32, Dtype.Float32, Dtype.Float32)
                  "forward"

              let variable = x.reverseDiff ()
              (hill variable).reverse()
              Expect.equal variable.derivative.dtype Dtype.Float32 "reverse"
              expectSame ((number 3.0).forwardDiff(number 2.0).square()).derivative (scalarOf 12.0) "a number")

          case "what depends on nothing is reversed without effect" (fun () ->
              let variable = (vector [ 1.0 ]).reverseDiff()
              (number 1.0).reverse()
              (variable.noDiff ()).reverse()
              expectSame variable.derivative { Shape = [| 1 |]; Values = [| 0.0 |] } "zero")

          case "what cannot be told is refused" (fun () ->
              let x = vector [ 1.0; 2.0 ]
              let dual, variable = x.forwardDiff x, x.reverseDiff ()

              let fails parts (body: unit -> obj) =
                  expectError<InvalidOperationException> parts (fun () -> body () |> ignore)

              let refuse parts (body: unit -> obj) =
                  expectError<ArgumentException> parts (fun () -> body () |> ignore)

              fails [ "derivative"; "forwardDiff or reverseDiff" ] (fun () -> x.derivative)
              fails [ "nestingTag" ] (fun () -> box x.nestingTag)
              fails [ "fanout" ] (fun () -> box dual.fanout)
              fails [ "parentOp" ] (fun () -> box x.parentOp)
              fails [ "derivative"; "dsharp.grad" ] (fun () -> (Gradient.record (vector [ 1.0 ]) * 2.0).derivative)

              fails [ "derivative"; "forwardDiff or reverseDiff" ] (fun () ->
                  x.derivative <- x
                  null)

              fails [ "derivative"; "reverseDiff returned" ] (fun () ->
                  (variable * 2.0).derivative <- x
                  null)

              fails [ "reverse"; "forward" ] (fun () -> box (dual.reverse ()))
              refuse [ "forwardDiff"; "[1]"; "[2]" ] (fun () -> x.forwardDiff (vector [ 1.0 ]))
              refuse [ "forwardDiff"; "Int32" ] (fun () -> let t = dsharp.tensor [ 1; 2 ] in t.forwardDiff t)
              refuse [ "reverseDiff"; "[1]"; "[2]" ] (fun () -> x.reverseDiff (vector [ 1.0 ]))
              refuse [ "reverseDiff"; "Int32" ] (fun () -> (dsharp.tensor [ 1; 2 ]).reverseDiff())
              refuse [ "reverse"; "[1]"; "[2]" ] (fun () -> box (variable.square().reverse(vector [ 1.0 ])))

              refuse [ "derivative"; "[1]"; "[2]" ] (fun () ->
                  variable.derivative <- vector [ 1.0 ]
                  null)) ]
