// Tests of Op and Native/Rule: a user's own exp, power and product differentiate as libtorch's do, to any order, in every mode.
// Run with the whole suite.
module internal Functional.Tests.OpTests

open System
open System.Threading.Tasks
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

/// A function of bare values.
let private raw (f: Tensor -> Tensor) (a: RawTensor) = (f (Tensor.ofRawTensor a)).primalRaw

let private raw2 (f: Tensor -> Tensor -> Tensor) (a: RawTensor, b: RawTensor) =
    (f (Tensor.ofRawTensor a) (Tensor.ofRawTensor b)).primalRaw

/// The derivative is made of the value, which is differentiated in its turn.
let private ownExp =
    Tensor.Op(
        { new UnaryOpElementwise("ownExp") with
            member _.fRaw a = raw exp a
            member _.dfda(_, f) = f }
    )

let private ownPow =
    Tensor.Op(
        { new BinaryOpElementwise("ownPow") with
            member _.fRaw(a, b) = raw2 (fun a b -> a ** b) (a, b)
            member _.dfda(a, b, f) = b * f / a
            member _.dfdb(a, _, f) = f * log a }
    )

let private ownMul =
    Tensor.Op(
        { new BinaryOp("ownMul") with
            member _.fRaw(a, b) = raw2 (*) (a, b)
            member _.ad_dfda(_, ad, b, _) = ad * b
            member _.bd_dfdb(a, _, bd, _) = a * bd
            member _.fd_dfda(_, b, _, fd) = fd * b
            member _.fd_dfdb(a, _, _, fd) = fd * a }
    )

let private ownTranspose =
    Tensor.Op(
        { new UnaryOp("ownTranspose") with
            member _.fRaw a = raw _.transpose() a
            member _.ad_dfda(_, ad, _) = ad.transpose ()
            member _.fd_dfda(_, _, fd) = fd.transpose () }
    )

let private raising (error: exn) =
    Tensor.Op(
        { new UnaryOpElementwise("raising") with
            member _.fRaw a = raw exp a
            member _.dfda(_, _) = raise error }
    )

/// Functions of vectors of positive numbers, with operations of one's own and with libtorch's.
let private fields: (string * (Tensor -> Tensor) * (Tensor -> Tensor)) list =
    [ "exp", ownExp, exp
      "exp of exp", (fun x -> ownExp (0.3 * ownExp x)), (fun x -> exp (0.3 * exp x))
      "a power", (fun x -> ownPow (x, x.flip [ 0 ])), (fun x -> x ** x.flip [ 0 ])
      "a product", (fun x -> ownMul (x, x.sin ())), (fun x -> x * x.sin ())
      "a product with itself", (fun x -> ownMul (x, x)), (fun x -> x * x)
      "a product that broadcasts", (fun x -> ownMul (x[0], x) + (ownMul (x.unsqueeze 0, x)).sum 0), (fun x -> (x[0] + x) * x)
      "all of them",
      (fun x -> (ownMul (ownExp (-x), ownPow (x, ownExp (x[0])))).cos()),
      (fun x -> (exp (-x) * x ** exp (x[0])).cos()) ]

let private points = Generate.filled 0.3 1.5 [| 3 |]
let private pairs = Gen.zip points points

/// Both fields under an operator that differentiates.
let private agree tolerance name (derive: (Tensor -> Tensor) -> Tensor -> Tensor) (x: Tensor) =
    for field, own, builtIn in fields do
        expectClose tolerance (derive own x) (plain (derive builtIn x)) $"{name} of {field}"

let private sum (f: Tensor -> Tensor) (x: Tensor) = (f x).sum()

[<Tests>]
let tests =
    testList
        "Op"
        [ property "values and first derivatives are libtorch's" pairs (fun (x, v) ->
              let x, v = tensor x, tensor v
              agree 1e-13 "the value" id x
              agree 1e-12 "grad" (sum >> dsharp.grad) x
              agree 1e-12 "gradv" (fun f x -> dsharp.gradv (sum f) x v) x
              agree 1e-12 "jacobian" dsharp.jacobian x
              agree 1e-12 "jacobianv" (fun f x -> dsharp.jacobianv f x v) x
              agree 1e-12 "jacobianTv" (fun f x -> dsharp.jacobianTv f x v) x)

          propertyOf 15 "so are second and third derivatives, whichever way they are taken" pairs (fun (x, v) ->
              let x, v = tensor x, tensor v
              agree 1e-11 "hessian" (sum >> dsharp.hessian) x
              agree 1e-11 "hessianv" (fun f x -> dsharp.hessianv (sum f) x v) x
              agree 1e-11 "laplacian" (sum >> dsharp.laplacian) x
              agree 1e-11 "jacobianv of jacobianv" (fun f x -> dsharp.jacobianv (fun x -> dsharp.jacobianv f x v) x v) x
              agree 1e-11 "jacobian of grad" (fun f -> dsharp.jacobian (dsharp.grad (sum f))) x
              agree 1e-10 "the third along one direction" (fun f x -> Array.last (dsharp.evalForwardDiffs f x [| v; v; v |])) x
              agree 1e-10 "grad of the laplacian" (fun f -> dsharp.grad (dsharp.laplacian (sum f))) x
              agree 1e-10 "jacobian of hessian" (fun f -> dsharp.jacobian (dsharp.hessian (sum f))) x)

          propertyOf 30 "so are derivatives by hand, and primals inside them" pairs (fun (x, v) ->
              let x, v = tensor x, tensor v
              agree 1e-12 "forward" (fun f x -> (f (x.forwardDiff (v, 1u))).derivative) x
              agree 1e-11 "forward twice" (fun f x -> (f ((x.forwardDiff (v, 1u)).forwardDiff(v, 2u))).derivativeDeep) x

              agree
                  1e-12
                  "reverse"
                  (fun f x ->
                      let x = x.reverseDiff (nestingTag = 1u)
                      (f x).reverse v
                      x.derivative)
                  x

              agree
                  1e-11
                  "reverse over forward"
                  (fun f x ->
                      let x = x.reverseDiff (nestingTag = 1u)
                      (f (x.forwardDiff (v, 2u))).derivative.reverse v
                      x.derivative)
                  x

              agree 1e-11 "of a primal" (fun f -> dsharp.jacobian (fun y -> (f (y.forwardDiff (v, 2u))).primal * y)) x)

          property "a matrix's" (Generate.filled -1.0 1.0 [| 2; 3 |]) (fun x ->
              let own (x: Tensor) = (ownTranspose x).matmul(x).sin().sum()
              let builtIn (x: Tensor) = (x.transpose ()).matmul(x).sin().sum()
              expectClose 1e-12 (dsharp.grad own (tensor x)) (plain (dsharp.grad builtIn (tensor x))) "grad"
              expectClose 1e-11 (dsharp.hessian own (tensor x)) (plain (dsharp.hessian builtIn (tensor x))) "hessian")

          testCase "an operation without derivatives is recorded nowhere" (fun () ->
              Scope.run (fun () ->
                  let x = vector [ 1.0; 2.0 ]
                  Expect.isTrue (ownExp x).isNoDiff "of a constant"
                  let weight = Gradient.record (vector [ 1.0 ])
                  Expect.isTrue (Gradient.off (fun () -> ownExp weight)).isNoDiff "where nothing is recorded"
                  Expect.equal (string (ownExp weight).parentOp) "ownExp" "it has its own name in the record"))

          testCase "a rule is asked only for what is wanted" (fun () ->
              Scope.run (fun () ->
                  let halfRule =
                      Tensor.Op(
                          { new BinaryOpElementwise("halfRule") with
                              member _.fRaw(a, b) = raw2 (*) (a, b)
                              member _.dfda(_, b, _) = b

                              member _.dfdb(_, _, _) =
                                  failtest "the constant's gradient was asked for" }
                      )

                  let constant = vector [ 2.0; 3.0 ]
                  let gradient = dsharp.grad (fun x -> halfRule(x, constant).sum()) (vector [ 1.0; 1.0 ])
                  expectSame gradient (plain constant) "the other's"))

          testCase "what a rule raises is raised by whoever asked for the derivative, as itself" (fun () ->
              Scope.run (fun () ->
                  let error = InvalidTimeZoneException "mine"
                  let f x = (raising error x).sum()
                  let x = vector [ 1.0; 2.0 ]

                  let caught (body: unit -> obj) =
                      let mutable found = null
                      Expect.throwsC (fun () -> body () |> ignore) (fun error -> found <- error)
                      Expect.isTrue (obj.ReferenceEquals(found, error)) $"{found}"

                  caught (fun () -> dsharp.grad f x)
                  caught (fun () -> dsharp.hessian f x)
                  caught (fun () -> dsharp.jacobianv f x x)
                  caught (fun () -> dsharp.grad (dsharp.grad f >> _.sum()) x)
                  caught (fun () -> (f (x.reverseDiff ())).reverse())

                  expectSame
                      (dsharp.grad (ownExp >> _.sum()) (vector [ 0.0 ]))
                      { Shape = [| 1 |]; Values = [| 1.0 |] }
                      "afterwards"))

          testCase "a gradient of another shape is refused, naming the operation and both shapes" (fun () ->
              Scope.run (fun () ->
                  let wrong =
                      Tensor.Op(
                          { new UnaryOp("wrongShape") with
                              member _.fRaw a = raw exp a
                              member _.ad_dfda(_, ad, _) = ad
                              member _.fd_dfda(_, _, _) = vector [ 1.0; 2.0; 3.0; 4.0 ] }
                      )

                  expectError<TensorException> [ "wrongShape"; "[4]"; "[3]" ] (fun () ->
                      dsharp.grad (wrong >> _.sum()) (vector [ 1.0; 2.0; 3.0 ]) |> ignore)))

          testCase "a rule may differentiate by itself" (fun () ->
              Scope.run (fun () ->
                  let byItself =
                      Tensor.Op(
                          { new UnaryOp("byItself") with
                              member _.fRaw a = raw (fun a -> a.sin().sum()) a

                              member _.ad_dfda(a, ad, _) =
                                  dsharp.gradv (fun a -> a.sin().sum()) a ad

                              member _.fd_dfda(a, _, fd) =
                                  fd * dsharp.grad (fun a -> a.sin().sum()) a }
                      )

                  let x = vector [ 0.5; 1.5 ]
                  expectClose 1e-14 (dsharp.grad byItself x) (plain (x.cos ())) "grad"

                  expectClose
                      1e-14
                      (dsharp.hessian byItself x)
                      (plain (dsharp.eye (2, dtype = Dtype.Float64) * -x.sin()))
                      "hessian"

                  expectClose 1e-14 (dsharp.grad (dsharp.laplacian byItself) x) (plain (-x.cos())) "third"))

          testCase "a derivative can be taken after the scope of the computation" (fun () ->
              Scope.run (fun () ->
                  let weight = Gradient.record (vector [ 0.5; 1.0 ])
                  let loss = Scope.run (fun () -> ownMul(ownExp (weight * 2.0), weight).sum())
                  let expected = dsharp.grad (fun (w: Tensor) -> (exp (2.0 * w) * w).sum()) (weight.noDiff ())
                  expectClose 1e-13 (Array.exactlyOne (Gradient.ofLoss loss [| weight |])) (plain expected) "the gradient"

                  expectError<TensorException> [ "gradient" ] (fun () -> Gradient.ofLoss loss [| weight |] |> ignore)))

          testCase "nothing is left behind" (fun () ->
              let run () =
                  let x = vector [ 0.5; 1.0; 1.5 ]

                  for _, own, _ in fields do
                      dsharp.jacobian own x |> ignore
                      dsharp.hessian (sum own) x |> ignore
                      dsharp.jacobianv (fun x -> dsharp.jacobianv own x x) x x |> ignore

                  try
                      dsharp.hessian (sum (raising (InvalidTimeZoneException()))) x |> ignore
                  with :? InvalidTimeZoneException ->
                      ()

              Expect.equal (growth (fun () -> Scope.run run)) 0L "in a scope"
              Expect.equal (settledGrowth run) 0L "outside")

          testCase "an operation is forgotten with the last computation that needs it" (fun () ->
              let use' () =
                  let op =
                      { new UnaryOpElementwise("forgotten") with
                          member _.fRaw a = raw exp a
                          member _.dfda(_, f) = f }

                  Scope.run (fun () -> dsharp.hessian (fun x -> (Tensor.Op op x).sum()) (vector [ 1.0; 2.0 ]) |> ignore)
                  WeakReference op

              let left = [ for _ in 1..5 -> use' () ]
              collect ()
              Expect.isLessThanOrEqual (left |> List.filter _.IsAlive |> List.length) 1 "those still alive")

          testCase "a chain of thirty thousand operations is differentiated and freed" (fun () ->
              Scope.run (fun () ->
                  let weight = Gradient.record (number 1.0)
                  let one = number 1.0
                  let loss = Seq.fold (fun y _ -> Scope.run (fun () -> ownMul (y, one))) weight (seq { 1..30_000 })

                  expectSame
                      (Array.exactlyOne (Gradient.ofLoss loss [| weight |]))
                      { Shape = [||]; Values = [| 1.0 |] }
                      "the gradient"

                  Seq.fold (fun y _ -> Scope.run (fun () -> ownMul (y, one))) weight (seq { 1..30_000 }) |> ignore))

          testCase "threads do not disturb each other" (fun () ->
              Parallel.For(
                  0,
                  200,
                  fun i ->
                      Scope.run (fun () ->
                          let x = 0.5 + float i / 100.0
                          let third = dsharp.diffn 3 ownExp (number x)

                          if abs (third.toDouble () - exp x) > 1e-12 * exp x then
                              failwith $"exp {x} was {third}"

                          let error = InvalidTimeZoneException(string i)

                          try
                              dsharp.grad (raising error) (number x) |> ignore
                              failwith "no error"
                          with :? InvalidTimeZoneException as found when obj.ReferenceEquals(found, error) ->
                              ())
              )
              |> ignore) ]
