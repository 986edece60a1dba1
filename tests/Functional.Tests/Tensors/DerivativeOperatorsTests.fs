// Tests of DerivativeOperators: against finite differences and closed forms, nested, and what each costs and leaves behind.
// Run with the whole suite.
module Functional.Tests.DerivativeOperatorsTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tensors.Numerical
open Functional.Tests.TensorTesting

let private scalarOf (value: float) = { Shape = [||]; Values = [| value |] }

let private vectorOf (values: float seq) =
    let values = Seq.toArray values
    { Shape = [| values.Length |]; Values = values }

let private points (length: int) = Generate.filled -1.5 1.5 [| length |]

/// A point and a direction.
let private pairs (length: int) = Gen.zip (points length) (points length)

/// The elements along the first axis, each one place earlier.
let private rolled (x: Tensor) =
    Tensor.cat (x.split [ 1; x.shape[0] - 1 ] |> Array.rev)

/// A function to a scalar with every kind of mixed derivative.
let private hill (x: Tensor) =
    (x * rolled x).sin().sum() + (x ** 3).mean() + (x.square().sum() * 0.3).exp()

/// A field of three coordinates with a full Jacobian.
let private field (x: Tensor) =
    Tensor.stack [ x[0] * x[1] + x[2].sin(); x[1].exp() * x[2]; x[0].square() - x[1] * x[2] ]

/// From three coordinates to four.
let private lifted (x: Tensor) =
    Tensor.cat [ field x; (x[0] * x[1] * x[2]).view 1 ]

/// From one coordinate to a curve in space.
let private curve (t: Tensor) =
    Tensor.stack [ t.sin (); t.exp () * t; t ** 3 ]

/// The exact operator, its numerical twin, and how near they come.
let private twins: (string * (Tensor -> Tensor -> Tensor list) * (Tensor -> Tensor -> Tensor list) * float) list =
    let step = 1e-5
    let second = 1e-4
    let two (a, b) = [ a; b ]
    let three (a, b, c) = [ a; b; c ]

    [ "grad", (fun x _ -> [ dsharp.grad hill x ]), (fun x _ -> [ dsharp.numgrad step hill x ]), 1e-8
      "fgrad", (fun x _ -> two (dsharp.fgrad hill x)), (fun x _ -> two (dsharp.numfgrad step hill x)), 1e-8
      "gradv", (fun x v -> [ dsharp.gradv hill x v ]), (fun x v -> [ dsharp.numgradv step hill x v ]), 1e-8
      "fgradv", (fun x v -> two (dsharp.fgradv hill x v)), (fun x v -> two (dsharp.numfgradv step hill x v)), 1e-8
      "hessian", (fun x _ -> [ dsharp.hessian hill x ]), (fun x _ -> [ dsharp.numhessian second hill x ]), 1e-5
      "fhessian", (fun x _ -> two (dsharp.fhessian hill x)), (fun x _ -> two (dsharp.numfhessian second hill x)), 1e-5
      "hessianv", (fun x v -> [ dsharp.hessianv hill x v ]), (fun x v -> [ dsharp.numhessianv second hill x v ]), 1e-5
      "fhessianv", (fun x v -> two (dsharp.fhessianv hill x v)), (fun x v -> two (dsharp.numfhessianv second hill x v)), 1e-5
      "gradhessian", (fun x _ -> two (dsharp.gradhessian hill x)), (fun x _ -> two (dsharp.numgradhessian second hill x)), 1e-5
      "fgradhessian",
      (fun x _ -> three (dsharp.fgradhessian hill x)),
      (fun x _ -> three (dsharp.numfgradhessian second hill x)),
      1e-5
      "gradhessianv",
      (fun x v -> two (dsharp.gradhessianv hill x v)),
      (fun x v -> [ dsharp.numgradv step hill x v; dsharp.numhessianv second hill x v ]),
      1e-5
      "fgradhessianv",
      (fun x v -> three (dsharp.fgradhessianv hill x v)),
      (fun x v -> [ hill x; dsharp.numgradv step hill x v; dsharp.numhessianv second hill x v ]),
      1e-5
      "laplacian", (fun x _ -> [ dsharp.laplacian hill x ]), (fun x _ -> [ dsharp.numlaplacian second hill x ]), 1e-5
      "flaplacian", (fun x _ -> two (dsharp.flaplacian hill x)), (fun x _ -> two (dsharp.numflaplacian second hill x)), 1e-5
      "jacobian", (fun x _ -> [ dsharp.jacobian lifted x ]), (fun x _ -> [ dsharp.numjacobian step lifted x ]), 1e-8
      "fjacobian", (fun x _ -> two (dsharp.fjacobian lifted x)), (fun x _ -> two (dsharp.numfjacobian step lifted x)), 1e-8
      "jacobianv", (fun x v -> [ dsharp.jacobianv lifted x v ]), (fun x v -> [ dsharp.numjacobianv step lifted x v ]), 1e-8
      "fjacobianv", (fun x v -> two (dsharp.fjacobianv lifted x v)), (fun x v -> two (dsharp.numfjacobianv step lifted x v)), 1e-8
      "evalForwardDiff",
      (fun x v -> two (dsharp.evalForwardDiff lifted x v)),
      (fun x v -> two (dsharp.numfjacobianv step lifted x v)),
      1e-8
      "jacobianTv",
      (fun x v -> [ dsharp.jacobianTv field x v ]),
      (fun x v -> [ (dsharp.numjacobian step field x).transpose().matmul v ]),
      1e-8
      "fjacobianTv",
      (fun x v -> two (dsharp.fjacobianTv field x v)),
      (fun x v -> [ field x; (dsharp.numjacobian step field x).transpose().matmul v ]),
      1e-8
      "curl", (fun x _ -> [ dsharp.curl field x ]), (fun x _ -> [ dsharp.numcurl step field x ]), 1e-8
      "fcurl", (fun x _ -> two (dsharp.fcurl field x)), (fun x _ -> two (dsharp.numfcurl step field x)), 1e-8
      "divergence", (fun x _ -> [ dsharp.divergence field x ]), (fun x _ -> [ dsharp.numdivergence step field x ]), 1e-8
      "fdivergence", (fun x _ -> two (dsharp.fdivergence field x)), (fun x _ -> two (dsharp.numfdivergence step field x)), 1e-8
      "curldivergence",
      (fun x _ -> two (dsharp.curldivergence field x)),
      (fun x _ -> two (dsharp.numcurldivergence step field x)),
      1e-8
      "fcurldivergence",
      (fun x _ -> three (dsharp.fcurldivergence field x)),
      (fun x _ -> three (dsharp.numfcurldivergence step field x)),
      1e-8
      "diff", (fun x _ -> [ dsharp.diff curve x[0] ]), (fun x _ -> [ dsharp.numdiff step curve x[0] ]), 1e-8
      "fdiff", (fun x _ -> two (dsharp.fdiff curve x[0])), (fun x _ -> two (dsharp.numfdiff step curve x[0])), 1e-8
      "diff2", (fun x _ -> [ dsharp.diff2 curve x[0] ]), (fun x _ -> [ dsharp.numdiff2 second curve x[0] ]), 1e-5
      "fdiff2", (fun x _ -> two (dsharp.fdiff2 curve x[0])), (fun x _ -> two (dsharp.numfdiff2 second curve x[0])), 1e-5 ]

/// How often each operator evaluates its function: once.
let private evaluations: (string * ((Tensor -> Tensor) -> Tensor -> unit)) list =
    [ "fgrad", (fun f x -> dsharp.fgrad (f >> hill) x |> ignore)
      "fgradv", (fun f x -> dsharp.fgradv (f >> hill) x x |> ignore)
      "fhessian", (fun f x -> dsharp.fhessian (f >> hill) x |> ignore)
      "fhessianv", (fun f x -> dsharp.fhessianv (f >> hill) x x |> ignore)
      "fgradhessian", (fun f x -> dsharp.fgradhessian (f >> hill) x |> ignore)
      "flaplacian", (fun f x -> dsharp.flaplacian (f >> hill) x |> ignore)
      "fjacobian", (fun f x -> dsharp.fjacobian (f >> lifted) x |> ignore)
      "fjacobianv", (fun f x -> dsharp.fjacobianv (f >> lifted) x x |> ignore)
      "fjacobianTv", (fun f x -> dsharp.fjacobianTv (f >> field) x x |> ignore)
      "fcurldivergence", (fun f x -> dsharp.fcurldivergence (f >> field) x |> ignore)
      "fdivergence", (fun f x -> dsharp.fdivergence (f >> field) x |> ignore)
      "fdiff2", (fun f x -> dsharp.fdiff2 (f >> curve) x[0] |> ignore)
      "evalForwardDiffs", (fun f x -> dsharp.evalForwardDiffs (f >> field) x [| x; x |] |> ignore)
      "evalReverseDiff", (fun f x -> let _, pull = dsharp.evalReverseDiff (f >> field) x in (pull x + pull x) |> ignore) ]

/// Operators made into a function of a parameter to a scalar, to be differentiated in it.
let private inParameter: (string * (Tensor -> Tensor -> Tensor -> Tensor)) list =
    let bent (a: Tensor) (x: Tensor) = hill (x * a)
    let turned (a: Tensor) (x: Tensor) = field (x * a) * a

    [ "grad", (fun a x v -> (dsharp.grad (bent a) x).dot v)
      "gradv", (fun a x v -> dsharp.gradv (bent a) x v)
      "hessian", (fun a x v -> (dsharp.hessian (bent a) x).matmul(v).dot v)
      "hessianv", (fun a x v -> (dsharp.hessianv (bent a) x v).dot x)
      "gradhessianv", (fun a x v -> let slope, product = dsharp.gradhessianv (bent a) x v in slope * product.sum ())
      "laplacian", (fun a x _ -> dsharp.laplacian (bent a) x)
      "jacobian", (fun a x v -> (dsharp.jacobian (turned a) x).matmul(v).square().sum())
      "jacobianv", (fun a x v -> (dsharp.jacobianv (turned a) x v).square().sum())
      "jacobianTv", (fun a x v -> (dsharp.jacobianTv (turned a) x v).square().sum())
      "curl", (fun a x v -> (dsharp.curl (turned a) x).dot v)
      "divergence", (fun a x _ -> dsharp.divergence (turned a) x)
      "diff", (fun a x v -> (dsharp.diff (fun t -> curve t * a) x[0]).dot v)
      "diff2", (fun a x v -> (dsharp.diff2 (fun t -> curve (t * a[0]) * a) x[0]).dot v)
      "evalForwardDiffs", (fun a x v -> (Array.last (dsharp.evalForwardDiffs (turned a) x [| v; x; v |])).sum())
      "evalReverseDiff", (fun a x v -> let value, pull = dsharp.evalReverseDiff (turned a) x in (value * pull v).sum())
      "the direction of jacobianv", (fun a x v -> (dsharp.jacobianv field x (a * v)).square().sum())
      "the direction of gradv", (fun a x v -> (dsharp.gradv hill x (a * v)) ** 2)
      "the direction of hessianv", (fun a x v -> (dsharp.hessianv hill x (a * v)).square().sum())
      "the direction of evalForwardDiffs", (fun a x v -> (Array.last (dsharp.evalForwardDiffs field x [| v; a * v |])).sum()) ]

/// Third derivatives of f = Σ x⁵ by nestings of forward and reverse operators: Σ_i 60 x_i² v_i, or its gradient 120 x_i v_i.
let private quintic (x: Tensor) = (x ** 5).sum()

let private third: (string * (Tensor -> Tensor -> Tensor)) list =
    [ "reverse, forward, forward",
      (fun x v -> (dsharp.grad (fun x -> (dsharp.evalForwardDiffs quintic x [| v.onesLike (); v |])[2]) x).sum())
      "forward, reverse, reverse", (fun x v -> (dsharp.jacobianv (dsharp.hessian quintic) x v).sum())
      "reverse, forward, reverse",
      (fun x v -> (dsharp.grad (fun x -> (dsharp.jacobianv (dsharp.grad quintic) x v).sum()) x).sum())
      "forward, forward, reverse",
      (fun x v -> (dsharp.jacobianv (fun x -> dsharp.jacobianv (dsharp.grad quintic) x v) x (v.onesLike ())).sum())
      "forward, reverse, forward",
      (fun x v -> (dsharp.jacobianv (dsharp.grad (fun x -> dsharp.jacobianv quintic x v)) x (v.onesLike ())).sum())
      "reverse, reverse, reverse", (fun x v -> (dsharp.jacobianTv (fun x -> dsharp.hessianv quintic x v) x (v.onesLike ())).sum())
      "forward, forward, forward", (fun x v -> (dsharp.evalForwardDiffs quintic x [| v; v.onesLike (); v.onesLike () |])[3])
      "divergence of hessianv", (fun x v -> dsharp.divergence (fun x -> dsharp.hessianv quintic x v) x)
      "gradv of laplacian", (fun x v -> dsharp.gradv (dsharp.laplacian quintic) x v)
      "divergence of a gradient, then along", (fun x v -> dsharp.gradv (fun x -> dsharp.divergence (dsharp.grad quintic) x) x v) ]

let private cross (w: float[]) (x: Tensor) =
    Tensor.stack [ w[1] * x[2] - w[2] * x[1]; w[2] * x[0] - w[0] * x[2]; w[0] * x[1] - w[1] * x[0] ]

/// Inside a scope nothing is left, and outside it nothing after a collection.
let private operators: (string * (unit -> obj)) list =
    let x () = vector [ 0.3; -0.5; 0.9 ]

    [ for name, exact, _, _ in twins -> name, (fun () -> box (exact (x ()) (x ())))
      for name, apply in inParameter -> $"grad of {name}", (fun () -> box (dsharp.grad (fun a -> apply a (x ()) (x ())) (x ()))) ]

[<Tests>]
let tests =
    testList
        "DerivativeOperators"
        [ for name, exact, numerical, tolerance in twins do
              propertyOf 20 $"{name} is its numerical twin" (pairs 3) (fun (x, v) ->
                  List.zip (exact (tensor x) (tensor v)) (numerical (tensor x) (tensor v))
                  |> List.iteri (fun i (exact, numerical) ->
                      expectClose tolerance exact (plain numerical) $"result {i}"
                      Expect.isFalse (Gradient.isRecorded exact) "not recorded"))

          for name, apply in inParameter do
              propertyOf 10 $"{name} is differentiable in a parameter" (Gen.zip (points 3) (pairs 3)) (fun (a, (x, v)) ->
                  let f a = apply a (tensor x) (tensor v)
                  expectClose 1e-6 (dsharp.grad f (tensor a)) (plain (dsharp.numgrad 1e-5 f (tensor a))) name)

          for name, nest in third do
              property $"{name} of Σ x⁵ is its third derivative" (pairs 3) (fun (x, v) ->
                  let expected = Array.map2 (fun x v -> 60.0 * x * x * v) x.Values v.Values |> Array.sum
                  expectClose 1e-11 (nest (tensor x) (tensor v)) (scalarOf expected) "Σ 60 x² v"
                  let fourth = dsharp.grad (fun x -> nest x (tensor v)) (tensor x)
                  expectClose 1e-11 fourth (vectorOf (Array.map2 (fun x v -> 120.0 * x * v) x.Values v.Values)) "120 x v")

          for name, run in evaluations do
              testCase $"{name} evaluates its function once" (fun () ->
                  Scope.run (fun () ->
                      let mutable count = 0

                      let counted (x: Tensor) =
                          count <- count + 1
                          x

                      run counted (vector [ 0.3; -0.5; 0.9 ])
                      Expect.equal count 1 "evaluations"))

          for name, run in operators do
              testCase $"{name} leaves nothing behind" (fun () ->
                  Expect.equal (growth (fun () -> Scope.run (fun () -> run () |> ignore))) 0L "in a scope"
                  Expect.equal (settledGrowth (fun () -> run () |> ignore)) 0L "outside")

          property "a gradient of a Jacobian-vector product of a Hessian" (pairs 3) (fun (x, v) ->
              let alongHessian x =
                  dsharp.jacobianv (dsharp.hessian quintic) x (tensor v)

              let expected =
                  Plain.init [| 3; 3 |] (fun i -> if i[0] = i[1] then 60.0 * x.Values[i[0]] ** 2.0 * v.Values[i[0]] else 0.0)

              expectClose 1e-12 (alongHessian (tensor x)) expected "diag 60 x² v"
              let gradient = dsharp.grad (fun x -> (alongHessian x).sum()) (tensor x)
              expectClose 1e-12 gradient (vectorOf (Array.map2 (fun x v -> 120.0 * x * v) x.Values v.Values)) "120 x v")

          property "a rotation field has twice its axis as curl, and no divergence" (pairs 3) (fun (w, x) ->
              let curl, divergence = dsharp.curldivergence (cross w.Values) (tensor x)
              expectClose 1e-14 curl (Plain.map (fun w -> 2.0 * w) w) "curl ω × x = 2 ω"
              expectSame divergence (scalarOf 0.0) "div ω × x = 0"
              expectSame (dsharp.curl (cross w.Values) (tensor x)) (plain curl) "alone"
              expectSame (dsharp.divergence (cross w.Values) (tensor x)) (plain divergence) "alone")

          property "a radial field has no curl, and its divergence is known" (points 3) (fun x ->
              let squared = x.Values |> Array.sumBy (fun x -> x * x)
              let curl, divergence = dsharp.curldivergence (fun x -> x * x.square().sum()) (tensor x)
              expectClose 1e-14 curl (vectorOf [ 0.0; 0.0; 0.0 ]) "curl x |x|² = 0"
              expectClose 1e-13 divergence (scalarOf (5.0 * squared)) "div x |x|² = 5 |x|²")

          property "a curl has no divergence, and a gradient no curl" (points 3) (fun x ->
              expectClose 1e-12 (dsharp.divergence (dsharp.curl field) (tensor x)) (scalarOf 0.0) "div curl"
              expectClose 1e-12 (dsharp.curl (dsharp.grad hill) (tensor x)) (vectorOf [ 0.0; 0.0; 0.0 ]) "curl grad")

          property "the Laplacian is the trace of the Hessian and the divergence of the gradient" (points 4) (fun x ->
              let laplacian = plain (dsharp.laplacian hill (tensor x))
              expectClose 1e-12 ((dsharp.hessian hill (tensor x)).trace()) laplacian "tr H"
              expectClose 1e-12 (dsharp.divergence (dsharp.grad hill) (tensor x)) laplacian "div grad")

          property "a quadratic form" (Gen.zip (Generate.filled -2.0 2.0 [| 3; 3 |]) (pairs 3)) (fun (a, (x, v)) ->
              let a, x, v = tensor a, tensor x, tensor v
              let f (x: Tensor) = x.dot (a.matmul x)
              let symmetric = a + a.transpose ()
              let value, gradient, hessian = dsharp.fgradhessian f x
              expectClose 1e-13 value (plain (f x)) "xᵀ A x"
              expectClose 1e-13 gradient (plain (symmetric.matmul x)) "(A + Aᵀ) x"
              expectClose 1e-13 hessian (plain symmetric) "A + Aᵀ"
              expectClose 1e-13 (dsharp.laplacian f x) (plain (2.0 * a.trace ())) "2 tr A"
              let slope, product = dsharp.gradhessianv f x v
              expectClose 1e-12 slope (plain ((symmetric.matmul x).dot v)) "vᵀ (A + Aᵀ) x"
              expectClose 1e-12 product (plain (symmetric.matmul v)) "(A + Aᵀ) v")

          property "Rosenbrock's function" (points 2) (fun p ->
              let x, y = p.Values[0], p.Values[1]

              let f (x: Tensor) =
                  (1.0 - x[0]) ** 2 + 100.0 * (x[1] - x[0] * x[0]) ** 2

              let value, gradient, hessian = dsharp.fgradhessian f (tensor p)
              let slopes = [ -2.0 * (1.0 - x) - 400.0 * x * (y - x * x); 200.0 * (y - x * x) ]
              let curvature = 2.0 - 400.0 * (y - 3.0 * x * x)
              expectClose 1e-12 value (scalarOf ((1.0 - x) ** 2.0 + 100.0 * (y - x * x) ** 2.0)) "value"
              expectClose 1e-12 gradient (vectorOf slopes) "gradient"
              let expected = { Shape = [| 2; 2 |]; Values = [| curvature; -400.0 * x; -400.0 * x; 200.0 |] }
              expectClose 1e-12 hessian expected "Hessian"
              expectClose 1e-12 (dsharp.laplacian f (tensor p)) (scalarOf (curvature + 200.0)) "Laplacian")

          property "derivatives of every order of exp 2t" (Gen.zip (Gen.choose (0, 5)) (Generate.uniform -1.0 1.0)) (fun (n, t) ->
              let f (t: Tensor) = (2.0 * t).exp()

              let expected k =
                  scalarOf (2.0 ** float k * exp (2.0 * t))

              dsharp.ffdiffn n f (number t)
              |> Array.iteri (fun k derivative -> expectClose 1e-12 derivative (expected k) $"order {k}")

              Expect.equal (dsharp.ffdiffn n f (number t)).Length (n + 1) "orders 0 to n"
              let value, last = dsharp.fdiffn n f (number t)
              expectClose 1e-13 value (expected 0) "the value"
              expectClose 1e-12 last (expected n) "the last"
              expectClose 1e-12 (dsharp.diffn n f (number t)) (expected n) "alone")

          property "derivatives of a curve have its shape" (Generate.uniform -1.5 1.5) (fun t ->
              let first = vectorOf [ cos t; exp t * (t + 1.0); 3.0 * t * t ]
              let second = vectorOf [ -sin t; exp t * (t + 2.0); 6.0 * t ]
              expectClose 1e-13 (dsharp.diff curve (number t)) first "first"
              expectClose 1e-13 (dsharp.grad curve (number t)) first "which is also the gradient at a scalar"
              expectClose 1e-13 (dsharp.diff2 curve (number t)) second "second"
              expectClose 1e-13 (dsharp.diff (dsharp.diff curve) (number t)) second "nested"
              expectClose 1e-12 (dsharp.diffn 3 curve (number t)) (vectorOf [ -cos t; exp t * (t + 3.0); 6.0 ]) "third")

          property "mixed derivatives along several directions" (Gen.zip (points 3) (pairs 3)) (fun (a, (x, v)) ->
              let f (x: Tensor) = (x.dot (tensor a)) ** 3

              let along (v: Plain) =
                  Array.map2 (*) a.Values v.Values |> Array.sum

              let s, t, u = along x, along v, along x
              let derivatives = dsharp.evalForwardDiffs f (tensor x) [| tensor v; tensor x |]
              let expected = [ s ** 3.0; 3.0 * s * s * t; 6.0 * s * t * u ]
              Expect.equal derivatives.Length 3 "one more than there are directions"
              Seq.zip derivatives expected |> Seq.iter (fun (d, e) -> expectClose 1e-12 d (scalarOf e) "(a·x)³")

              expectSame
                  (Array.exactlyOne (dsharp.evalForwardDiffs f (tensor x) [||]))
                  (plain (f (tensor x)))
                  "without directions")

          property "evalReverseDiff pulls many vectors back" (Gen.zip (points 3) (pairs 3)) (fun (x, (v, w)) ->
              let value, pull = dsharp.evalReverseDiff field (tensor x)
              expectClose 1e-13 value (plain (field (tensor x))) "the value"

              for v in [ v; w; v ] do
                  expectClose 1e-14 (pull (tensor v)) (plain (dsharp.jacobianTv field (tensor x) (tensor v))) "Jᵀ v")

          property "a tall Jacobian is taken by columns, a wide one by rows" (points 2) (fun x ->
              let tall (x: Tensor) =
                  ((x.unsqueeze 0) * (dsharp.arange (12.0, dtype = Dtype.Float64)).view [ 12; 1 ]).sin().view [ 4; 6 ]

              expectClose 1e-7 (dsharp.jacobian tall (tensor x)) (plain (dsharp.numjacobian 1e-5 tall (tensor x))) "tall"
              let ofColumns x = (dsharp.jacobian tall x).square().sum()

              expectClose
                  1e-5
                  (dsharp.grad ofColumns (tensor x))
                  (plain (dsharp.numgrad 1e-5 ofColumns (tensor x)))
                  "and differentiable"

              let step (x: Tensor) = (x.repeat (0, 5)).sign()
              expectSame (dsharp.jacobian step (tensor x)) (Plain.init [| 10; 2 |] (fun _ -> 0.0)) "of a step function")

          testCase "a Jacobian of or by nothing is empty" (fun () ->
              Scope.run (fun () ->
                  let nothing = dsharp.zeros ([ 0 ], dtype = Dtype.Float64)
                  Expect.equal (dsharp.jacobian (fun (x: Tensor) -> x * 2.0) nothing).shape [| 0; 0 |] "by nothing"
                  Expect.equal (dsharp.jacobian (fun _ -> nothing) (vector [ 1.0; 2.0 ])).shape [| 0; 2 |] "of nothing"))

          property "higher derivatives of what is not differentiated are zero" (points 3) (fun x ->
              let x = tensor x
              let linear (x: Tensor) = x.sum ()
              let zero = scalarOf 0.0
              expectSame (dsharp.laplacian linear x) zero "of a linear function"
              expectSame (dsharp.laplacian (fun _ -> number 1.0) x) zero "of a constant"
              expectSame (dsharp.divergence (fun x -> x.sign ()) x) zero "of steps"
              expectSame (dsharp.curl (fun _ -> vector [ 1.0; 2.0; 3.0 ]) x) (vectorOf [ 0.0; 0.0; 0.0 ]) "of a constant field"
              expectSame (dsharp.diffn 3 (fun t -> t * t) x[0]) zero "the third of a square"
              expectSame (dsharp.diff (fun _ -> vector [ 1.0; 2.0 ]) x[0]) (vectorOf [ 0.0; 0.0 ]) "of a constant curve")

          property "derivatives inside Gradient.off are right and not recorded" (pairs 3) (fun (x, v) ->
              let weight = Gradient.record (vector [ 2.0; -1.0; 0.5 ])
              let x, v = tensor x, tensor v

              for name, apply in inParameter do
                  let inside = Gradient.off (fun () -> apply weight x v)
                  Expect.isFalse (Gradient.isRecorded inside) $"{name}: recorded"
                  expectClose 1e-12 inside (plain (apply weight x v)) name)

          testCase "float32 stays float32" (fun () ->
              Scope.run (fun () ->
                  let x = (vector [ 0.5; 1.0; -0.5 ]).float32()
                  Expect.equal (dsharp.laplacian hill x).dtype Dtype.Float32 "laplacian"
                  Expect.equal (dsharp.curl field x).dtype Dtype.Float32 "curl"
                  Expect.equal (dsharp.diffn 3 curve x[0]).dtype Dtype.Float32 "diffn"))

          testCase "shapes that do not fit are refused" (fun () ->
              Scope.run (fun () ->
                  let x = vector [ 1.0; 2.0 ]

                  let refuse parts (body: unit -> obj) =
                      expectError<ArgumentException> parts (fun () -> body () |> ignore)

                  refuse [ "diff"; "scalar"; "[2]" ] (fun () -> dsharp.diff exp x)
                  refuse [ "diffn"; "scalar"; "[2]" ] (fun () -> dsharp.diffn 2 exp x)
                  refuse [ "diffn"; "-1" ] (fun () -> dsharp.diffn -1 exp x[0])
                  refuse [ "gradv"; "[3]"; "[2]" ] (fun () -> dsharp.gradv hill x (vector [ 1.0; 2.0; 3.0 ]))
                  refuse [ "gradhessian"; "scalar"; "[2]" ] (fun () -> box (dsharp.gradhessian exp x))
                  refuse [ "laplacian"; "scalar"; "[2]" ] (fun () -> dsharp.laplacian exp x)
                  refuse [ "curldivergence"; "three"; "[2]" ] (fun () -> dsharp.curl id x)
                  refuse [ "curldivergence"; "[2]"; "[3]" ] (fun () -> dsharp.curl (fun _ -> x) (vector [ 1.0; 2.0; 3.0 ]))
                  refuse [ "divergence"; "[1]"; "[2]" ] (fun () -> dsharp.divergence (fun x -> x[0..0]) x)
                  refuse [ "laplacian"; "Int32" ] (fun () -> dsharp.laplacian hill (dsharp.tensor [ 1; 2 ])))) ]
