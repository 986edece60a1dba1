// Tests of Numerical and Shorten: finite differences of polynomials are exact, and every short name is its long one.
// Run with the whole suite.
module Functional.Tests.NumericalTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tensors.Numerical
open Functional.Tensors.Shorten
open Functional.Tests.TensorTesting

let private points (length: int) = Generate.filled -1.5 1.5 [| length |]

/// The elements along the first axis, each one place earlier.
let private rolled (x: Tensor) =
    Tensor.cat (x.split [ 1; x.shape[0] - 1 ] |> Array.rev)

let private form (x: Tensor) = (x * rolled x).sum() + x.square().sum()

let private map (x: Tensor) = x * rolled x + x.square ()

/// Central differences of quadratic functions have no error but rounding, whatever the step.
let private step = 0.25

let private differences: (string * (Tensor -> Tensor -> Tensor) * (Tensor -> Tensor -> Tensor)) list =
    [ "numgrad", (fun x _ -> dsharp.numgrad step form x), (fun x _ -> dsharp.grad form x)
      "numgradv", (fun x v -> dsharp.numgradv step form x v), (fun x v -> dsharp.gradv form x v)
      "numhessian", (fun x _ -> dsharp.numhessian step form x), (fun x _ -> dsharp.hessian form x)
      "numhessianv", (fun x v -> dsharp.numhessianv step form x v), (fun x v -> dsharp.hessianv form x v)
      "numlaplacian", (fun x _ -> dsharp.numlaplacian step form x), (fun x _ -> dsharp.laplacian form x)
      "numjacobian", (fun x _ -> dsharp.numjacobian step map x), (fun x _ -> dsharp.jacobian map x)
      "numjacobianv", (fun x v -> dsharp.numjacobianv step map x v), (fun x v -> dsharp.jacobianv map x v)
      "numcurl", (fun x _ -> dsharp.numcurl step map x), (fun x _ -> dsharp.curl map x)
      "numdivergence", (fun x _ -> dsharp.numdivergence step map x), (fun x _ -> dsharp.divergence map x)
      "numdiff", (fun x v -> dsharp.numdiff step (fun t -> t * t * v) x[0]), (fun x v -> dsharp.diff (fun t -> t * t * v) x[0])
      "numdiff2", (fun x v -> dsharp.numdiff2 step (fun t -> t * t * v) x[0]), (fun x v -> dsharp.diff2 (fun t -> t * t * v) x[0])
      "numgrad of a scalar",
      (fun x _ -> dsharp.numgrad step (fun t -> t * t) x[0]),
      (fun x _ -> dsharp.grad (fun t -> t * t) x[0])
      "numgrad of a matrix",
      (fun x _ -> dsharp.numgrad step form (x.view [ 3; 1 ])),
      (fun x _ -> dsharp.grad form (x.view [ 3; 1 ])) ]

let private pair (a: Tensor, b: Tensor) = [ a; b ]
let private triple (a: Tensor, b: Tensor, c: Tensor) = [ a; b; c ]

let private short: (string * (Tensor -> Tensor -> Tensor list) * (Tensor -> Tensor -> Tensor list)) list =
    [ "g", (fun x _ -> [ dsharp.g form x ]), (fun x _ -> [ dsharp.grad form x ])
      "fg", (fun x _ -> pair (dsharp.fg form x)), (fun x _ -> pair (dsharp.fgrad form x))
      "gvp", (fun x v -> [ dsharp.gvp form x v ]), (fun x v -> [ dsharp.gradv form x v ])
      "fgvp", (fun x v -> pair (dsharp.fgvp form x v)), (fun x v -> pair (dsharp.fgradv form x v))
      "h", (fun x _ -> [ dsharp.h form x ]), (fun x _ -> [ dsharp.hessian form x ])
      "fh", (fun x _ -> pair (dsharp.fh form x)), (fun x _ -> pair (dsharp.fhessian form x))
      "hvp", (fun x v -> [ dsharp.hvp form x v ]), (fun x v -> [ dsharp.hessianv form x v ])
      "fhvp", (fun x v -> pair (dsharp.fhvp form x v)), (fun x v -> pair (dsharp.fhessianv form x v))
      "gh", (fun x _ -> pair (dsharp.gh form x)), (fun x _ -> pair (dsharp.gradhessian form x))
      "fgh", (fun x _ -> triple (dsharp.fgh form x)), (fun x _ -> triple (dsharp.fgradhessian form x))
      "ghvp", (fun x v -> pair (dsharp.ghvp form x v)), (fun x v -> pair (dsharp.gradhessianv form x v))
      "fghvp", (fun x v -> triple (dsharp.fghvp form x v)), (fun x v -> triple (dsharp.fgradhessianv form x v))
      "j", (fun x _ -> [ dsharp.j map x ]), (fun x _ -> [ dsharp.jacobian map x ])
      "fj", (fun x _ -> pair (dsharp.fj map x)), (fun x _ -> pair (dsharp.fjacobian map x))
      "jvp", (fun x v -> [ dsharp.jvp map x v ]), (fun x v -> [ dsharp.jacobianv map x v ])
      "fjvp", (fun x v -> pair (dsharp.fjvp map x v)), (fun x v -> pair (dsharp.fjacobianv map x v))
      "vjp", (fun x v -> [ dsharp.vjp map x v ]), (fun x v -> [ dsharp.jacobianTv map x v ])
      "fvjp", (fun x v -> pair (dsharp.fvjp map x v)), (fun x v -> pair (dsharp.fjacobianTv map x v)) ]

[<Tests>]
let tests =
    testList
        "Numerical"
        [ for name, numerical, exact in differences do
              propertyOf 30 $"{name} is exact for quadratic functions" (Gen.zip (points 3) (points 3)) (fun (x, v) ->
                  expectClose 1e-12 (numerical (tensor x) (tensor v)) (plain (exact (tensor x) (tensor v))) name)

          for name, short, long in short do
              propertyOf 5 $"{name} is short for its long name" (Gen.zip (points 3) (points 3)) (fun (x, v) ->
                  List.zip (short (tensor x) (tensor v)) (long (tensor x) (tensor v))
                  |> List.iter (fun (short, long) -> expectSame short (plain long) name))

          testCase "shapes that do not fit are refused" (fun () ->
              Scope.run (fun () ->
                  let x = vector [ 1.0; 2.0 ]

                  let refuse parts (body: unit -> obj) =
                      expectError<ArgumentException> parts (fun () -> body () |> ignore)

                  refuse [ "numdiff"; "scalar"; "[2]" ] (fun () -> dsharp.numdiff step exp x)
                  refuse [ "numdiff2"; "scalar"; "[2]" ] (fun () -> dsharp.numdiff2 step exp x)
                  refuse [ "numgrad"; "scalar"; "[2]" ] (fun () -> dsharp.numgrad step exp x)
                  refuse [ "[3]"; "[2]" ] (fun () -> dsharp.numjacobianv step exp x (vector [ 1.0; 2.0; 3.0 ]))
                  refuse [ "numcurldivergence"; "three"; "[2]" ] (fun () -> dsharp.numcurl step exp x)
                  refuse [ "numdivergence"; "[1]"; "[2]" ] (fun () -> dsharp.numdivergence step (fun x -> x[0..0]) x))) ]
