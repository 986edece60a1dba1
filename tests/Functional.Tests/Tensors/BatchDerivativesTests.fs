// Tests of BatchDerivatives: against the derivatives of one example at a time, and Hutchinson's estimate against its moments.
// Run with the whole suite.
module Functional.Tests.BatchDerivativesTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private vectorOf (values: float[]) =
    { Shape = [| values.Length |]; Values = values }

/// A batch of vectors, and a square matrix for them.
let private batches =
    gen {
        let! batch = Gen.choose (1, 5)
        let! size = Gen.choose (1, 4)
        let! x = Generate.filled -1.5 1.5 [| batch; size |]
        let! a = Generate.filled -1.5 1.5 [| size; size |]
        return x, a
    }

/// A field with a full Jacobian that differs from example to example.
let private field (a: Tensor) (x: Tensor) = (x.matmul a).sin() * x.square () + x

/// From each example to a matrix, 2 × size.
let private stacked (a: Tensor) (x: Tensor) =
    Tensor.stack ([ field a x; (x.matmul a).exp() ], 1)

/// Many more outputs than inputs.
let private tall (a: Tensor) (x: Tensor) =
    Tensor.cat ([ for k in 1..5 -> (field a (x * float k)).sin() ], 1)

let private oneByOne (f: Tensor -> Tensor) (derivative: (Tensor -> Tensor) -> Tensor -> Tensor) (x: Tensor) =
    let alone (x: Tensor) = (f (x.unsqueeze 0)).squeeze 0
    x.unstack () |> Array.map (derivative alone) |> Tensor.stack

[<Tests>]
let tests =
    testList
        "BatchDerivatives"
        [ for name, f in [ "a field", field; "a matrix", stacked; "many outputs", tall ] do
              property $"batchJacobian of {name} is the Jacobian of every example" batches (fun (x, a) ->
                  let x, f = tensor x, f (tensor a)
                  let value, jacobian = dsharp.fbatchJacobian f x
                  expectClose 1e-11 value (plain (f x)) "the value"
                  expectClose 1e-11 jacobian (plain (oneByOne f dsharp.jacobian x)) "∂f_bi/∂x_bj"
                  expectSame (dsharp.batchJacobian f x) (plain jacobian) "alone"
                  Expect.isFalse (Gradient.isRecorded jacobian || Gradient.isRecorded value) "not recorded")

          property "batchDivergence is the divergence of every example, and the trace of its Jacobian" batches (fun (x, a) ->
              let x, f = tensor x, field (tensor a)
              let value, divergence = dsharp.fbatchDivergence f x
              expectClose 1e-11 value (plain (f x)) "the value"
              expectClose 1e-11 divergence (plain (oneByOne f dsharp.divergence x)) "Σ ∂f_bi/∂x_bi"
              expectSame (dsharp.batchDivergence f x) (plain divergence) "alone"
              let traces = (dsharp.batchJacobian f x).diagonal(0, 1, 2)
              expectClose 1e-11 (traces.sum 1) (plain divergence) "tr J_b")

          property "batchDivergenceAlong is probeᵀ J probe of every example" batches (fun (x, a) ->
              let x, f = tensor x, field (tensor a)
              let probe = x.cos ()
              let jacobian = dsharp.batchJacobian f x
              let expected = (jacobian.matmul (probe.unsqueeze 2)).squeeze 2 * probe
              let value, along = dsharp.fbatchDivergenceAlong f x probe
              expectClose 1e-11 value (plain (f x)) "the value"
              expectClose 1e-11 along (plain (expected.sum 1)) "Σ probe_i J_ij probe_j"
              expectSame (dsharp.batchDivergenceAlong f x probe) (plain along) "alone")

          property "Hutchinson's estimate is exact where the Jacobian is diagonal" batches (fun (x, _) ->
              let f (x: Tensor) = x.sin () * 2.0
              let expected = plain (dsharp.batchDivergence f (tensor x))
              expectClose 1e-11 (dsharp.batchDivergenceEstimate 1 f (tensor x)) expected "one sample"
              let value, estimate = dsharp.fbatchDivergenceEstimate 3 f (tensor x)
              expectClose 1e-11 estimate expected "three samples"
              expectClose 1e-11 value (plain (f (tensor x))) "the value")

          propertyOf 5 "Hutchinson's estimate has the divergence as mean, and the variance of its formula" batches (fun (x, a) ->
              let x, f, samples = tensor x, field (tensor a), 4000
              let jacobian = (dsharp.batchJacobian f x).unstack()
              let estimate = Random.withSeed 7 (fun () -> (dsharp.batchDivergenceEstimate samples f x).toArray1D<float>())

              for j, estimate in Seq.zip jacobian estimate do
                  let j = j.toArray2D<float>()
                  let n = Array2D.length1 j

                  let off =
                      [ for i in 0 .. n - 1 do
                            for k in 0 .. n - 1 do
                                if i <> k then
                                    j[i, k] * j[i, k] + j[i, k] * j[k, i] ]

                  let error = sqrt (max 0.0 (List.sum off) / float samples)
                  let trace = List.sum [ for i in 0 .. n - 1 -> j[i, i] ]
                  Expect.isLessThan (abs (estimate - trace)) (5.0 * error + 1e-10) "within five standard errors")

          property "an estimate repeats with its seed" batches (fun (x, a) ->
              let estimate () =
                  Random.withSeed 11 (fun () -> dsharp.batchDivergenceEstimate 2 (field (tensor a)) (tensor x))

              expectSame (estimate ()) (plain (estimate ())) "the same")

          property "batched derivatives are differentiable in parameters, and nest" batches (fun (x, a) ->
              let x = tensor x

              let total (divergence: (Tensor -> Tensor) -> Tensor -> Tensor) (a: Tensor) =
                  (divergence (field a) x).square().sum()

              for divergence in
                  [ dsharp.batchDivergence
                    dsharp.batchJacobian
                    (fun f x -> dsharp.batchDivergenceAlong f x (x.cos ()))
                    (fun f x -> Random.withSeed 3 (fun () -> dsharp.batchDivergenceEstimate 2 f x)) ] do
                  let expected = Numerical.Difference.jacobian 1e-5 (total divergence) (tensor a)
                  expectClose 1e-6 (dsharp.grad (total divergence) (tensor a)) (plain expected) "in a parameter"

              let second = dsharp.batchJacobian (dsharp.batchJacobian (field (tensor a))) x

              expectClose
                  1e-11
                  second
                  (plain (oneByOne (field (tensor a)) (fun f -> dsharp.jacobian (dsharp.jacobian f)) x))
                  "twice")

          property "what does not depend on its input has derivative zero" batches (fun (x, _) ->
              let x = tensor x
              let zero = Plain.init [| x.shape[0] |] (fun _ -> 0.0)
              expectSame (dsharp.batchDivergence (fun x -> x.sign ()) x) zero "steps"
              expectSame (dsharp.batchDivergence (fun _ -> x) x) zero "a constant"
              expectSame (dsharp.batchDivergenceEstimate 2 (fun _ -> x) x) zero "estimated")

          testCase "images keep their axes" (fun () ->
              Scope.run (fun () ->
                  let x = dsharp.randn ([ 3; 2; 4 ], dtype = Dtype.Float64)
                  let pool (x: Tensor) = x.mean 2
                  Expect.equal (dsharp.batchJacobian pool x).shape [| 3; 2; 2; 4 |] "batch, output, input"
                  expectClose 1e-11 (dsharp.batchDivergence (fun x -> x * x) x) (plain ((2.0 * x).sum [ 1; 2 ])) "Σ 2 x"
                  let none = dsharp.zeros ([ 0; 3 ], dtype = Dtype.Float64)
                  Expect.equal (dsharp.batchJacobian (fun x -> x * x) none).shape [| 0; 3; 3 |] "an empty batch"
                  Expect.equal (dsharp.batchDivergence (fun x -> x * x) none).shape [| 0 |] "and its divergence"))

          testCase "nothing is left behind" (fun () ->
              let run () =
                  let x = dsharp.ones ([ 3; 2 ], dtype = Dtype.Float64)
                  let a = dsharp.eye (2, dtype = Dtype.Float64)
                  dsharp.batchJacobian (tall a) x |> ignore
                  dsharp.batchDivergence (field a) x |> ignore
                  dsharp.batchDivergenceEstimate 2 (field a) x |> ignore

              Expect.equal (growth (fun () -> Scope.run run)) 0L "in a scope"
              Expect.equal (settledGrowth run) 0L "outside")

          testCase "shapes that do not fit are refused" (fun () ->
              Scope.run (fun () ->
                  let x = dsharp.ones ([ 3; 2 ], dtype = Dtype.Float64)

                  let refuse parts (body: unit -> obj) =
                      expectError<ArgumentException> parts (fun () -> body () |> ignore)

                  refuse [ "batchJacobian"; "[]"; "[3; 2]"; "batch" ] (fun () -> dsharp.batchJacobian (fun x -> x.sum ()) x)
                  refuse [ "batchDivergence"; "[3; 1]"; "[3; 2]" ] (fun () -> dsharp.batchDivergence (fun x -> x[*, 0..0]) x)

                  refuse [ "batchDivergenceAlong"; "[2]"; "[3; 2]" ] (fun () ->
                      dsharp.batchDivergenceAlong id x (vector [ 1.0; 2.0 ]))

                  refuse [ "batchDivergenceEstimate"; "0" ] (fun () -> dsharp.batchDivergenceEstimate 0 id x))) ]
