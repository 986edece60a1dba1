// Tests of Differentiation: against finite differences and closed forms, nested to third order, and what is recorded when.
// Run with the whole suite.
module Functional.Tests.DifferentiationTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private sumOf (f: Tensor -> Tensor) (x: Tensor) = (f x).sum()

/// Central differences; the error is about 1e-10 of the function's size for this step.
let private step = 1e-5

let private slope (f: float -> float) (x: float) =
    (f (x + step) - f (x - step)) / (2.0 * step)

/// The numeric gradient of a function of a tensor to a scalar.
let private numericGradient (f: Tensor -> Tensor) (x: Plain) : Plain =
    let value (values: float[]) =
        (f (tensor { x with Values = values })).toDouble()

    let partial i =
        slope (fun v -> value (Array.updateAt i v x.Values)) x.Values[i]

    { x with Values = Array.init x.Values.Length partial }

/// Functions of several kinds from a tensor to a scalar, with first derivatives everywhere in (0.1, 2).
let private composites: (string * (Tensor -> Tensor)) list =
    [ "a quotient", (fun x -> (x.sin () / (1.0 + x * x)).sum())
      "a product of sums", (fun x -> x.sum () * x.exp().mean())
      "a log-sum-exp", (fun x -> (x * 3.0).view([ -1 ]).logsumexp 0)
      "a softmax", (fun x -> let p = x.view([ -1 ]).softmax 0 in (p * p.log ()).sum())
      "a log-softmax", (fun x -> (x.view([ -1 ]).logsoftmax(0)[0]))
      "a standard deviation", (fun x -> (Tensor.cat [ x.view [ -1 ]; vector [ 5.0 ] ]).std())
      "a cumulative sum", (fun x -> (x.view([ -1 ]).cumsum 0).square().sum())
      "powers of tensors", (fun x -> (x ** x.cos ()).sum())
      "a choice", (fun x -> (dsharp.where (x.gt 1.0, x.log (), x.square ())).sum())
      "an outer product", (fun x -> let v = x.view [ -1 ] in (v.outer v).exp().mean())
      "an expansion", (fun x -> (x.view([ -1; 1 ]).expand [ x.nelement; 3 ]).square().sum())
      "slices joined", (fun x -> let v = x.view [ -1 ] in (Tensor.stack [ v[0]; v[0] * v[x.nelement - 1] ]).sum())
      "a gathering", (fun x -> let v = x.view [ -1 ] in (v.indexSelect (0, dsharp.tensor [ 0; 0; x.nelement - 1 ])).exp().sum())
      "a maximum of tensors", (fun x -> (x.max (2.05 - x)).square().sum())
      "a solution",
      (fun x -> let m = dsharp.eye (3, dtype = Dtype.Float64) * 4.0 + x.mean () in (m.solve (vector [ 1.0; 2.0; 3.0 ])).sum())
      "a cast", (fun x -> (x.clone().float64()).exp().sum()) ]

let private positive = Generate.shape 1 3 |> Gen.bind (Generate.filled 0.1 2.0)

let private vectors (length: int) = Generate.filled -2.0 2.0 [| length |]

/// A matrix and a vector of its size, and another vector.
let private quadratic =
    gen {
        let! n = Gen.choose (1, 4)
        let! a = Generate.filled -2.0 2.0 [| n; n |]
        let! x = vectors n
        let! v = vectors n
        return a, x, v
    }

let private form (a: Plain) (x: Tensor) = x.dot ((tensor a).matmul x)

let private symmetrized (a: Plain) = (tensor a) + (tensor a).transpose()

let private rosenbrock (x: Tensor) =
    let a, b = x[0], x[1]
    (1.0 - a) ** 2 + 100.0 * (b - a * a) ** 2

let private rosenbrockGradient (x: float) (y: float) =
    [| -2.0 * (1.0 - x) - 400.0 * x * (y - x * x); 200.0 * (y - x * x) |]

let private rosenbrockHessian (x: float) (y: float) =
    [| 2.0 - 400.0 * (y - 3.0 * x * x); -400.0 * x; -400.0 * x; 200.0 |]

/// (r, φ, z) to (r cos φ, r sin φ, z²), whose Jacobian is known.
let private polar (x: Tensor) =
    let r, angle, z = x[0], x[1], x[2]
    Tensor.stack [ r * cos angle; r * sin angle; z * z; r ]

let private polarJacobian (x: float[]) =
    let r, angle, z = x[0], x[1], x[2]

    { Shape = [| 4; 3 |]
      Values = [| cos angle; -r * sin angle; 0.0; sin angle; r * cos angle; 0.0; 0.0; 0.0; 2.0 * z; 1.0; 0.0; 0.0 |] }

let private scalarOf (value: float) = { Shape = [||]; Values = [| value |] }

let private vectorOf (values: float[]) =
    { Shape = [| values.Length |]; Values = values }

/// Third derivatives of scalar functions, by every nesting that reaches them.
let private thirdDerivatives: (string * (Tensor -> Tensor) * (float -> float)) list =
    [ "x⁴", (fun x -> x ** 4), (fun x -> 24.0 * x)
      "sin", sin, (fun x -> -cos x)
      "exp 2x", (fun x -> exp (2.0 * x)), (fun x -> 8.0 * exp (2.0 * x))
      "log", (fun x -> log (x + 3.0)), (fun x -> 2.0 / (x + 3.0) ** 3.0)
      "tanh", tanh, (fun x -> let t = tanh x in (1.0 - t * t) * (6.0 * t * t - 2.0)) ]

let private nestings: (string * ((Tensor -> Tensor) -> Tensor -> Tensor)) list =
    let one (f: Tensor -> Tensor) (x: Tensor) =
        f (x.view [ 1 ]) |> fun (y: Tensor) -> y.view [ 1 ]

    let scalar (t: Tensor) = t.view (Seq.empty<int>)

    [ "grad of grad of grad", (fun f -> dsharp.grad (dsharp.grad (dsharp.grad f)))
      "grad of hessian", (fun f -> dsharp.grad (fun x -> scalar (dsharp.hessian (fun x -> scalar (f x)) (x.view [ 1 ]))))
      "hessian of grad", (fun f -> fun x -> scalar (dsharp.hessian (fun y -> dsharp.grad f (scalar y)) (x.view [ 1 ])))
      "jacobian of hessian", (fun f -> fun x -> scalar (dsharp.jacobian (dsharp.hessian (fun y -> f (scalar y))) (x.view [ 1 ])))
      "jacobian of jacobian of jacobian",
      (fun f -> fun x -> scalar (dsharp.jacobian (dsharp.jacobian (dsharp.jacobian (one f))) (x.view [ 1 ])))
      "jacobianv of hessianv",
      (fun f ->
          fun x ->
              let ones = vector [ 1.0 ]
              scalar (dsharp.jacobianv (fun y -> dsharp.hessianv (fun y -> f (scalar y)) y ones) (x.view [ 1 ]) ones))
      "jacobianv of jacobianv of jacobianv",
      (fun f ->
          fun x ->
              let ones = vector [ 1.0 ]
              let along g y = dsharp.jacobianv g y ones
              scalar (along (along (along (one f))) (x.view [ 1 ])))
      "jacobianTv of grad of gradv",
      (fun f ->
          fun x ->
              let one = number 1.0
              dsharp.jacobianTv (dsharp.grad (fun y -> dsharp.gradv f y one)) x one) ]

/// The operators that return a function's value beside its derivative.
let private withValue: (string * (Tensor -> Tensor * Tensor) * (Tensor -> Tensor)) list =
    let v = vector [ 0.5; -1.0 ]

    [ "fgrad", dsharp.fgrad rosenbrock, dsharp.grad rosenbrock
      "fgradv", (fun x -> dsharp.fgradv rosenbrock x v), (fun x -> dsharp.gradv rosenbrock x v)
      "fjacobian", dsharp.fjacobian rosenbrock, dsharp.jacobian rosenbrock
      "fjacobianv", (fun x -> dsharp.fjacobianv rosenbrock x v), (fun x -> dsharp.jacobianv rosenbrock x v)
      "fjacobianTv",
      (fun x -> dsharp.fjacobianTv rosenbrock x (number 2.0)),
      (fun x -> dsharp.jacobianTv rosenbrock x (number 2.0))
      "fhessian", dsharp.fhessian rosenbrock, dsharp.hessian rosenbrock ]

let private zeros (shape: int[]) = Plain.init shape (fun _ -> 0.0)

[<Tests>]
let tests =
    testList
        "Differentiation"
        [ for f in Function.smooth do
              propertyOf 50 $"the gradient of {f.Name} is the finite difference" (Function.inputs f) (fun x ->
                  expectClose 1e-7 (dsharp.grad (sumOf f.Apply) (tensor x)) (Plain.map (slope f.Reference) x) f.Name)

          for f in Function.steps do
              propertyOf 20 $"the gradient of {f.Name} is zero" (Function.inputs f) (fun x ->
                  expectSame (dsharp.grad (sumOf f.Apply) (tensor x)) (zeros x.Shape) f.Name
                  expectSame (dsharp.jacobianv f.Apply (tensor x) (tensor x)) (zeros x.Shape) "forwards"
                  expectSame (dsharp.hessianv (sumOf f.Apply) (tensor x) (tensor x)) (zeros x.Shape) "twice")

          for name, f in composites do
              propertyOf 30 $"the gradient of {name} is the finite difference" positive (fun x ->
                  expectClose 1e-6 (dsharp.grad f (tensor x)) (numericGradient f x) name)

          for name, f in composites do
              propertyOf 20 $"the Hessian of {name} times a vector is the finite difference of gradients" positive (fun x ->
                  let direction = Plain.map (fun v -> cos (3.0 * v)) x
                  let along = numericGradient (fun x -> dsharp.gradv f x (tensor direction)) x
                  expectClose 1e-5 (dsharp.hessianv f (tensor x) (tensor direction)) along name)

          property "the gradient of a quadratic form, and its directional derivative" quadratic (fun (a, x, v) ->
              let gradient = (symmetrized a).matmul(tensor x)
              expectClose 1e-13 (dsharp.grad (form a) (tensor x)) (plain gradient) "(A + Aᵀ) x"
              expectClose 1e-12 (dsharp.gradv (form a) (tensor x) (tensor v)) (plain (gradient.dot (tensor v))) "vᵀ (A + Aᵀ) x")

          property "the Hessian of a quadratic form, and its product" quadratic (fun (a, x, v) ->
              expectClose 1e-13 (dsharp.hessian (form a) (tensor x)) (plain (symmetrized a)) "A + Aᵀ"

              expectClose
                  1e-13
                  (dsharp.hessianv (form a) (tensor x) (tensor v))
                  (plain ((symmetrized a).matmul(tensor v)))
                  "(A + Aᵀ) v")

          property "the Jacobian of a linear map, and its products from both sides" (Generate.plainOfRank 2) (fun a ->
              let rows, columns = a.Shape[0], a.Shape[1]

              let x, v, w =
                  vector (Array.init columns (float >> cos)),
                  vector (Array.init columns (float >> sin)),
                  vector (Array.init rows (float >> sin))

              let map (x: Tensor) = (tensor a).matmul x
              expectClose 1e-13 (dsharp.jacobian map x) a "A"
              expectClose 1e-13 (dsharp.jacobianv map x v) (plain ((tensor a).matmul v)) "A v"
              expectClose 1e-13 (dsharp.jacobianTv map x w) (plain (w.matmul (tensor a))) "Aᵀ w")

          property "the derivatives of Rosenbrock's function" (vectors 2) (fun p ->
              let x, y = p.Values[0], p.Values[1]
              let hessian = { Shape = [| 2; 2 |]; Values = rosenbrockHessian x y }
              let v = vector [ 1.0; -0.5 ]
              expectClose 1e-12 (dsharp.grad rosenbrock (tensor p)) (vectorOf (rosenbrockGradient x y)) "gradient"
              expectClose 1e-12 (dsharp.hessian rosenbrock (tensor p)) hessian "Hessian"

              expectClose
                  1e-12
                  (dsharp.hessianv rosenbrock (tensor p) v)
                  (plain ((tensor hessian).matmul v))
                  "Hessian times a vector"

              expectClose 1e-12 (dsharp.jacobian (dsharp.grad rosenbrock) (tensor p)) hessian "Jacobian of the gradient")

          property "the Jacobian of polar coordinates, and its products from both sides" (vectors 3) (fun p ->
              let expected = polarJacobian p.Values
              let v, w = vector [ 1.0; -0.5; 2.0 ], vector [ 0.3; 1.0; -1.0; 0.7 ]
              expectClose 1e-13 (dsharp.jacobian polar (tensor p)) expected "J"
              expectClose 1e-13 (dsharp.jacobianv polar (tensor p) v) (plain ((tensor expected).matmul v)) "J v"
              expectClose 1e-13 (dsharp.jacobianTv polar (tensor p) w) (plain (w.matmul (tensor expected))) "Jᵀ w")

          property
              "a Jacobian has the output's axes, then the input's"
              (Gen.zip (Generate.shape 0 2) (Generate.shape 0 2))
              (fun (output, input) ->
                  let x = tensor (Plain.init input (fun index -> float (Array.sum index)))
                  let factor = tensor (Plain.init output (fun index -> 1.0 + float (Array.sum index)))
                  let jacobian = dsharp.jacobian (fun x -> factor * x.sum ()) x

                  let expected =
                      Plain.init (Array.append output input) (fun index ->
                          1.0 + float (Array.sum (Array.truncate output.Length index)))

                  expectSame jacobian expected "∂ factor_i · Σ x / ∂ x_j = factor_i")

          for name, withValue, alone in withValue do
              property $"{name} returns the value, and the derivative that goes alone elsewhere" (vectors 2) (fun p ->
                  let value, derivative = withValue (tensor p)
                  expectSame value (plain (rosenbrock (tensor p))) "the value"
                  expectSame derivative (plain (alone (tensor p))) "the derivative"
                  Expect.isFalse (Gradient.isRecorded value || Gradient.isRecorded derivative) "not recorded")

          for what, nest in nestings do
              for name, f, third in thirdDerivatives do
                  propertyOf 10 $"{what} of {name} is its third derivative" (Generate.uniform -1.5 1.5) (fun x ->
                      let result = nest f (number x)
                      expectClose 1e-11 result (scalarOf (third x)) name
                      Expect.isFalse (Gradient.isRecorded result) "not recorded")

          property "nested derivatives do not confuse their variables" (Generate.uniform -2.0 2.0) (fun x ->
              let ofSum = dsharp.grad (fun x -> x * dsharp.grad (fun y -> x + y) x) (number x)
              expectSame ofSum (scalarOf 1.0) "d/dx x · d/dy (x + y) = 1"
              let ofProduct = dsharp.grad (fun x -> x * dsharp.grad (fun y -> x * y) (number 1.0)) (number x)
              expectClose 1e-14 ofProduct (scalarOf (2.0 * x)) "d/dx x · d/dy (x y) = 2x"
              let atItself = dsharp.grad (fun x -> dsharp.grad (fun y -> x * y * y) x) (number x)
              expectClose 1e-14 atItself (scalarOf (4.0 * x)) "d/dx (d/dy x y² at y = x) = d/dx 2x² = 4x"

              let forwards =
                  dsharp.jacobianv
                      (fun x -> x * dsharp.jacobianv (fun y -> x + y) x (vector [ 1.0 ]))
                      (vector [ x ])
                      (vector [ 1.0 ])

              expectSame forwards (vectorOf [| 1.0 |]) "the same forwards")

          property "mixed partial derivatives" (Gen.zip (Generate.uniform -1.5 1.5) (Generate.uniform -1.5 1.5)) (fun (x, y) ->
              // f = x³ y² + sin(x y): ∂²f/∂x∂y = 6 x² y + cos(x y) - x y sin(x y)
              let f (x: Tensor) (y: Tensor) = x ** 3 * y ** 2 + sin (x * y)
              let expected = scalarOf (6.0 * x * x * y + cos (x * y) - x * y * sin (x * y))
              let xThenY = dsharp.grad (fun y -> dsharp.grad (fun x -> f x y) (number x)) (number y)
              let yThenX = dsharp.grad (fun x -> dsharp.grad (fun y -> f x y) (number y)) (number x)
              expectClose 1e-12 xThenY expected "x, then y"
              expectClose 1e-12 yThenX expected "y, then x")

          property "a derivative is linear in the direction, also for an outer derivative" (vectors 2) (fun p ->
              let x = tensor p
              let outer = dsharp.jacobian (fun v -> dsharp.jacobianv (fun x -> x.exp ()) x v) (vector [ 3.0; 4.0 ])
              let expected = Plain.init [| 2; 2 |] (fun i -> if i[0] = i[1] then exp p.Values[i[0]] else 0.0)
              expectClose 1e-13 outer expected "∂ (J v) / ∂ v = J"
              let transposed = dsharp.jacobian (fun v -> dsharp.jacobianTv (fun x -> x.exp ()) x v) (vector [ 3.0; 4.0 ])
              expectClose 1e-13 transposed expected "∂ (Jᵀ v) / ∂ v = Jᵀ")

          property "what does not depend on its input has derivative zero" positive (fun x ->
              let t = tensor x
              let zero = zeros x.Shape
              let constant (_: Tensor) = number 3.0
              expectSame (dsharp.grad constant t) zero "a constant"
              expectSame (dsharp.grad (fun x -> x.noDiff().sum()) t) zero "without differentiation"
              expectSame (dsharp.grad (fun x -> (x.gt 0.5).float64().sum()) t) zero "through a comparison"
              expectSame (dsharp.jacobian (fun _ -> vector [ 1.0; 2.0 ]) t) (zeros (Array.append [| 2 |] x.Shape)) "jacobian"
              expectSame (dsharp.jacobianv (fun _ -> vector [ 1.0; 2.0 ]) t t) (zeros [| 2 |]) "jacobianv"
              expectSame (dsharp.jacobianTv (fun _ -> vector [ 1.0; 2.0 ]) t (vector [ 1.0; 1.0 ])) zero "jacobianTv"
              expectSame (dsharp.hessianv constant t t) zero "hessianv"

              expectSame
                  (dsharp.hessian (fun x -> x.sum ()) t)
                  (zeros (Array.append x.Shape x.Shape))
                  "the Hessian of a linear function"

              expectSame (dsharp.hessianv (fun x -> x.sum ()) t t) zero "and its product"
              let other = Gradient.record (number 2.0)
              expectSame (dsharp.grad (fun _ -> other * other) t) zero "of something else that is recorded"
              expectSame (dsharp.jacobianv (fun _ -> other * other) t t) (scalarOf 0.0) "forwards"

              expectSame
                  (dsharp.jacobian (fun _ -> Tensor.stack [ other; other ]) t)
                  (zeros (Array.append [| 2 |] x.Shape))
                  "by rows")

          property "the identity's derivatives" (vectors 3) (fun p ->
              let x, v = tensor p, vector [ 1.0; 2.0; 3.0 ]
              expectSame (dsharp.jacobian id x) (plain (dsharp.eye (3, dtype = Dtype.Float64))) "J = I"
              expectSame (dsharp.jacobianv id x v) (plain v) "I v"
              expectSame (dsharp.jacobianTv id x v) (plain v) "Iᵀ v"
              expectSame (dsharp.grad id (number 2.0)) (scalarOf 1.0) "of a number")

          property "an outermost derivative leaves its input and results unrecorded" positive (fun x ->
              let t = tensor x
              let gradient = dsharp.grad (fun x -> (x ** 3).sum()) t
              Expect.isFalse (Gradient.isRecorded gradient) "the gradient"
              Expect.isFalse (Gradient.isRecorded t) "the input"
              Expect.isFalse (Gradient.isRecorded (dsharp.jacobian exp t)) "the Jacobian"
              Expect.isFalse (Gradient.isRecorded (dsharp.jacobianv exp t t)) "its product"
              Expect.isFalse (Gradient.isRecorded (dsharp.hessian (fun x -> (x ** 3).sum()) t)) "the Hessian")

          property "a gradient depends on the parameters of the function it was taken of" (vectors 2) (fun p ->
              let weight = Gradient.record (vector [ 2.0; -1.0 ])
              let slope = dsharp.grad (fun x -> (weight * x * x).sum()) (tensor p)
              Expect.isTrue (Gradient.isRecorded slope) "recorded"
              let penalty = (slope * slope).sum()
              let expected = p.Values |> Array.map2 (fun w x -> 8.0 * w * x * x) [| 2.0; -1.0 |]
              expectClose 1e-13 (Gradient.ofLoss penalty [| weight |]).[0] (vectorOf expected) "∂ Σ (2 w x)² / ∂ w = 8 w x²")

          property "a gradient at a parameter passes through it" (vectors 2) (fun p ->
              let weight = Gradient.record (tensor p)
              let slope = dsharp.grad (fun x -> (x ** 3).sum()) weight
              let second = (Gradient.ofLoss (slope.sum ()) [| weight |])[0]
              expectClose 1e-13 second (Plain.map (fun w -> 6.0 * w) p) "∂ Σ 3 w² / ∂ w = 6 w")

          property
              "gradients of a loss in every parameter, zeros where it does not depend on one"
              (Gen.zip (vectors 3) positive)
              (fun (p, q) ->
                  let used, unused, other = Gradient.record (tensor p), Gradient.record (tensor q), Gradient.record (number 2.0)
                  let loss = (used * used).sum() * other
                  let gradients = Gradient.ofLoss loss [| unused; used; other |]
                  expectSame gradients[0] (zeros q.Shape) "unused"
                  expectClose 1e-13 gradients[1] (Plain.map (fun w -> 4.0 * w) p) "used"
                  expectClose 1e-13 gradients[2] (scalarOf (p.Values |> Array.sumBy (fun w -> w * w))) "another"
                  Expect.all gradients (Gradient.isRecorded >> not) "not recorded")

          testCase "a loss can be differentiated once" (fun () ->
              Scope.run (fun () ->
                  let w = Gradient.record (vector [ 1.0; 2.0 ])
                  let loss = (w * w).exp().sum()
                  Gradient.ofLoss loss [| w |] |> ignore
                  expectError<TensorException> [ "gradient"; "[]" ] (fun () -> Gradient.ofLoss loss [| w |] |> ignore)))

          testCase "a loss that nothing recorded is refused" (fun () ->
              Scope.run (fun () ->
                  let w = Gradient.record (vector [ 1.0; 2.0 ])

                  expectError<TensorException> [ "gradient"; "does not require grad" ] (fun () ->
                      Gradient.ofLoss (number 1.0) [| w |] |> ignore)

                  expectError<TensorException> [ "gradient" ] (fun () ->
                      Gradient.ofLoss (w.sum ()) [| vector [ 1.0 ] |] |> ignore)))

          testCase "a loss is a scalar, and so is what grad differentiates" (fun () ->
              Scope.run (fun () ->
                  let w = Gradient.record (vector [ 1.0; 2.0 ])
                  expectError<ArgumentException> [ "scalar"; "[2]" ] (fun () -> Gradient.ofLoss (w * w) [| w |] |> ignore)

                  expectError<ArgumentException> [ "grad"; "scalar"; "[2]" ] (fun () ->
                      dsharp.grad exp (vector [ 1.0; 2.0 ]) |> ignore)))

          testCase "a row vector of another shape than the output is refused" (fun () ->
              Scope.run (fun () ->
                  let x = vector [ 1.0; 2.0 ]

                  expectError<ArgumentException> [ "jacobian"; "[3]"; "[2]" ] (fun () ->
                      dsharp.jacobianTv exp x (vector [ 1.0; 2.0; 3.0 ]) |> ignore)

                  expectError<ArgumentException> [ "jacobian"; "[3]"; "[2]" ] (fun () ->
                      dsharp.jacobianv exp x (vector [ 1.0; 2.0; 3.0 ]) |> ignore)))

          testCase "inside Gradient.off nothing is recorded" (fun () ->
              Scope.run (fun () ->
                  let w = Gradient.record (vector [ 1.0; 2.0 ])
                  Expect.isFalse (Gradient.off (fun () -> Gradient.isRecorded (w * w))) "inside"
                  Expect.isTrue (Gradient.isRecorded (w * w)) "after"
                  Expect.throws (fun () -> Gradient.off (fun () -> failwith "inside")) "passes through"
                  Expect.isTrue (Gradient.isRecorded (w * w)) "after an exception"

                  Expect.isFalse
                      (Gradient.off (fun () ->
                          Gradient.off ignore
                          Gradient.isRecorded (w * w)))
                      "after a nested one"))

          property "derivatives inside Gradient.off are right and not recorded" (vectors 2) (fun p ->
              let w = Gradient.record (vector [ 2.0; -1.0 ])

              Gradient.off (fun () ->
                  let derivatives =
                      [ dsharp.grad (fun x -> (w * x * x).sum()) (tensor p)
                        dsharp.jacobianv (fun x -> w * x * x) (tensor p) (vector [ 1.0; 1.0 ])
                        dsharp.jacobianTv (fun x -> w * x * x) (tensor p) (vector [ 1.0; 1.0 ])
                        dsharp.jacobian (fun x -> w * x * x) (tensor p) |> _.sum(1)
                        dsharp.grad (fun x -> (dsharp.grad (fun x -> (w * x ** 3).sum()) x).sum()) (tensor p) / 3.0 ]

                  let expected = vectorOf [| 4.0 * p.Values[0]; -2.0 * p.Values[1] |]

                  for derivative in derivatives do
                      expectClose 1e-13 derivative expected "2 w x"
                      Expect.isFalse (Gradient.isRecorded derivative) "not recorded"))

          property "Gradient.off within a function makes its part a constant" (vectors 2) (fun p ->
              let gradient = dsharp.grad (fun x -> (x * Gradient.off (fun () -> x * 1.0)).sum()) (tensor p)
              expectSame gradient p "d/dx x · c = c"

              let nested =
                  dsharp.grad (fun x -> (x * Gradient.off (fun () -> dsharp.grad (fun y -> (y * y).sum()) x)).sum()) (tensor p)

              expectClose 1e-14 nested (Plain.map (fun x -> 2.0 * x) p) "d/dx x · c = c, for a gradient too")

          testCase "record marks the tensor itself and returns it" (fun () ->
              Scope.run (fun () ->
                  let t = vector [ 1.0 ]
                  Expect.isFalse (Gradient.isRecorded t) "before"
                  Expect.isTrue (Object.ReferenceEquals(Gradient.record t, t)) "the same"
                  Expect.isTrue (Gradient.isRecorded t) "after"
                  Expect.isFalse (Gradient.isRecorded (t.noDiff ())) "without differentiation"))

          testCase "derivatives on many threads do not disturb each other" (fun () ->
              Scope.run (fun () ->
                  Threading.Tasks.Parallel.For(
                      0,
                      200,
                      fun i ->
                          let x = float i / 50.0
                          let result = dsharp.grad (dsharp.grad (fun x -> x ** 3)) (number x)

                          if abs (result.toDouble () - 6.0 * x) > 1e-12 then
                              failwith $"6 · {x} was {result}"
                  )
                  |> ignore)) ]
