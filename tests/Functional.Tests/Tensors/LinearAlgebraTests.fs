// Tests of LinearAlgebra: products against loops, factorizations against MathNet.Numerics and against what defines them.
// Run with the whole suite.
module Functional.Tests.LinearAlgebraTests

open System
open Expecto
open FsCheck.FSharp
open MathNet.Numerics.LinearAlgebra
open Functional.Tensors
open Functional.Tests.TensorTesting

let private size = Gen.choose (1, 5)

/// The product of the last two axes, the leading ones broadcast.
let private matmul (a: Plain) (b: Plain) : Plain =
    let split (x: Plain) =
        x.Shape[.. x.Shape.Length - 3], x.Shape[x.Shape.Length - 2], x.Shape[x.Shape.Length - 1]

    let batchA, rows, inner = split a
    let batchB, _, columns = split b
    let batch = Plain.broadcastShape batchA batchB |> Option.get

    let a, b =
        Plain.broadcast (Array.append batch [| rows; inner |]) a, Plain.broadcast (Array.append batch [| inner; columns |]) b

    Plain.init (Array.append batch [| rows; columns |]) (fun index ->
        let place row column =
            Array.append index[.. batch.Length - 1] [| row; column |]

        let row, column = index[batch.Length], index[batch.Length + 1]
        Seq.init inner (fun k -> Plain.at a (place row k) * Plain.at b (place k column)) |> Seq.sum)

/// Two batches of matrices that multiply.
let private factors =
    gen {
        let! batchA, batchB = Generate.broadcastable |> Gen.map (fun (a, b) -> Array.truncate 2 a.Shape, Array.truncate 2 b.Shape)
        let! rows = size
        let! inner = size
        let! columns = size
        let fits = (Plain.broadcastShape batchA batchB).IsSome
        let batchB = if fits then batchB else batchA
        let! a = Generate.filled -3.0 3.0 (Array.append batchA [| rows; inner |])
        let! b = Generate.filled -3.0 3.0 (Array.append batchB [| inner; columns |])
        return a, b
    }

let private matrix (x: Plain) =
    Matrix<float>.Build.DenseOfRowMajor(x.Shape[0], x.Shape[1], x.Values)

let private ofMatrix (m: Matrix<float>) =
    { Shape = [| m.RowCount; m.ColumnCount |]; Values = m.ToRowMajorArray() }

/// A square matrix away from singular ones.
let private square =
    size
    |> Gen.bind (fun n -> Generate.filled -1.0 1.0 [| n; n |])
    |> Gen.map (fun x -> Plain.init x.Shape (fun i -> Plain.at x i + if i[0] = i[1] then 6.0 else 0.0))

let private positiveDefinite = square |> Gen.map (fun x -> let m = matrix x in ofMatrix (m * m.Transpose()))

let private withRightSide =
    gen {
        let! a = square
        let! columns = size
        let! b = Generate.filled -3.0 3.0 [| a.Shape[0]; columns |]
        return a, b
    }

/// Applies a function to each matrix of a pair and to both stacked, which must give the same.
let private expectBatched (apply: Tensor -> Tensor) (a: Plain) (b: Plain) =
    let left, right = tensor a, tensor b
    let batched = apply (Tensor.stack [ left; right ])
    expectClose 1e-12 batched (plain (Tensor.stack [ apply left; apply right ])) "each of a batch"

let private twoOfOneSize =
    gen {
        let! a = positiveDefinite
        return a, Plain.init a.Shape (fun i -> Plain.at a i + if i[0] = i[1] then 1.0 else 0.0)
    }

[<Tests>]
let tests =
    testList
        "LinearAlgebra"
        [ property "matmul multiplies matrices, batched and broadcast over leading axes" factors (fun (a, b) ->
              expectClose 1e-13 ((tensor a).matmul(tensor b)) (matmul a b) "matmul"
              expectClose 1e-13 (dsharp.matmul (tensor a, tensor b)) (matmul a b) "dsharp.matmul")

          property "matmul takes vectors on either side" (Generate.plainOfRank 2) (fun x ->
              let rows, columns = x.Shape[0], x.Shape[1]
              let left, right = Array.init rows (float >> cos), Array.init columns (float >> sin)
              let column = Array.init rows (fun i -> Seq.sum (Seq.init columns (fun j -> Plain.at x [| i; j |] * right[j])))
              let row = Array.init columns (fun j -> Seq.sum (Seq.init rows (fun i -> left[i] * Plain.at x [| i; j |])))
              expectClose 1e-13 ((tensor x).matmul(vector right)) { Shape = [| rows |]; Values = column } "on the right"
              expectClose 1e-13 ((vector left).matmul(tensor x)) { Shape = [| columns |]; Values = row } "on the left")

          testCase "a matrix by a vector has the derivatives of its formula, for every size of rows" (fun () ->
              for rows, columns in [ 1, 1; 3, 2; 8, 10; 11, 16; 21, 17; 40, 40; 0, 3; 3, 0 ] do
                  let x, y =
                      dsharp.randn ([ rows; columns ], dtype = Dtype.Float64), dsharp.randn (columns, dtype = Dtype.Float64)

                  let slopes (product: Tensor -> Tensor -> Tensor) =
                      let loss x y = (product x y).pow(3.0).sum()
                      let inX y = dsharp.grad (fun x -> loss x y) x
                      [ inX y; dsharp.grad (loss x) y; dsharp.grad (fun y -> (inX y).square().sum()) y ]

                  let formula (x: Tensor) (y: Tensor) = (x * y).sum 1

                  for ours, wanted in List.zip (slopes (fun x y -> x.matmul y)) (slopes formula) do
                      expectClose 1e-11 ours (plain wanted) $"{rows} by {columns}")

          property
              "dot and outer are the products of vectors"
              (Gen.zip (Generate.plainOfRank 1) (Generate.plainOfRank 1))
              (fun (a, b) ->
                  let squares = a.Values |> Array.sumBy (fun v -> v * v)
                  expectClose 1e-13 ((tensor a).dot(tensor a)) { Shape = [||]; Values = [| squares |] } "dot"
                  expectClose 1e-13 (dsharp.dot (tensor a, tensor a)) { Shape = [||]; Values = [| squares |] } "dsharp.dot"
                  let products = Plain.init [| a.Values.Length; b.Values.Length |] (fun i -> a.Values[i[0]] * b.Values[i[1]])
                  expectSame ((tensor a).outer(tensor b)) products "outer"
                  expectSame (dsharp.outer (tensor a, tensor b)) products "dsharp.outer")

          property "trace sums the diagonal" (Generate.plainOfRank 2) (fun x ->
              let total = Seq.init (Array.min x.Shape) (fun i -> Plain.at x [| i; i |]) |> Seq.sum
              expectClose 1e-13 ((tensor x).trace()) { Shape = [||]; Values = [| total |] } "trace"
              expectClose 1e-13 (dsharp.trace (tensor x)) { Shape = [||]; Values = [| total |] } "dsharp.trace")

          property
              "diagonal walks down from any offset"
              (Gen.zip (Generate.plainOfRank 2) (Gen.choose (-3, 3)))
              (fun (x, offset) ->
                  let values =
                      [| for i in 0 .. x.Shape[0] - 1 do
                             let j = i + offset

                             if j >= 0 && j < x.Shape[1] then
                                 Plain.at x [| i; j |] |]

                  if offset > -x.Shape[0] && offset < x.Shape[1] then
                      expectSame ((tensor x).diagonal offset) { Shape = [| values.Length |]; Values = values } "diagonal"

                      expectSame
                          (dsharp.diagonal (tensor x, offset))
                          { Shape = [| values.Length |]; Values = values }
                          "dsharp.diagonal")

          property
              "diagonal takes any two axes"
              (Gen.choose (1, 4) |> Gen.bind (fun n -> Generate.filled -3.0 3.0 [| n; 2; n |]))
              (fun x ->
                  let expected = Plain.init [| 2; x.Shape[0] |] (fun i -> Plain.at x [| i[1]; i[0]; i[1] |])
                  expectSame ((tensor x).diagonal(0, 0, 2)) expected "the first and the last")

          property "tril zeroes what lies above the diagonal" (Generate.plainOfRank 2) (fun x ->
              expectSame ((tensor x).tril()) (Plain.init x.Shape (fun i -> if i[1] > i[0] then 0.0 else Plain.at x i)) "tril")

          property "det is MathNet's" square (fun a ->
              let expected = { Shape = [||]; Values = [| (matrix a).Determinant() |] }
              expectClose 1e-11 ((tensor a).det()) expected "det"
              expectClose 1e-11 (dsharp.det (tensor a)) expected "dsharp.det")

          property "inv is MathNet's, and an inverse" square (fun a ->
              let t = tensor a
              expectClose 1e-11 (t.inv ()) (ofMatrix ((matrix a).Inverse())) "inv"

              expectClose
                  1e-11
                  (t.matmul (dsharp.inv t))
                  (plain (dsharp.eye (a.Shape[0], dtype = Dtype.Float64)))
                  "times its inverse")

          property "solve is MathNet's, for matrices and vectors" withRightSide (fun (a, b) ->
              expectClose 1e-11 ((tensor a).solve(tensor b)) (ofMatrix ((matrix a).Solve(matrix b))) "solve"
              expectClose 1e-11 (dsharp.solve (tensor a, tensor b)) (ofMatrix ((matrix a).Solve(matrix b))) "dsharp.solve"
              let column = (matrix b).Column 0
              let expected = { Shape = [| column.Count |]; Values = (matrix a).Solve(column).ToArray() }
              expectClose 1e-11 ((tensor a).solve(vector (column.ToArray()))) expected "a vector")

          property "cholesky is MathNet's" positiveDefinite (fun a ->
              expectClose 1e-11 ((tensor a).cholesky()) (ofMatrix ((matrix a).Cholesky().Factor)) "cholesky"
              expectClose 1e-11 (dsharp.cholesky (tensor a)) (ofMatrix ((matrix a).Cholesky().Factor)) "dsharp.cholesky")

          property "factorizations of a batch are those of its matrices" twoOfOneSize (fun (a, b) ->
              expectBatched _.det() a b
              expectBatched _.inv() a b
              expectBatched _.cholesky() a b
              expectBatched (fun t -> t.solve (t * 2.0)) a b)

          property "the gradient of log det is the transposed inverse" positiveDefinite (fun a ->
              let gradient = dsharp.grad (fun t -> t.det().log()) (tensor a)
              expectClose 1e-10 gradient (ofMatrix ((matrix a).Inverse().Transpose())) "A⁻ᵀ")

          property "the gradient of a cholesky log determinant is half the inverse's" positiveDefinite (fun a ->
              let gradient = dsharp.grad (fun t -> t.cholesky().diagonal().log().sum()) (tensor a)
              let symmetric = (gradient + gradient.transpose ()) / 2.0
              expectClose 1e-10 symmetric (ofMatrix ((matrix a).Inverse() / 2.0)) "A⁻¹/2")

          property "matrices that do not multiply are refused, naming both shapes" (Generate.plainOfRank 2) (fun x ->
              let other = [| x.Shape[1] + 1; 2 |]

              expectError<ArgumentException> [ "matmul"; Shape.toString x.Shape; Shape.toString other ] (fun () ->
                  (tensor x).matmul(dsharp.zeros (other, dtype = Dtype.Float64)) |> ignore))

          testCase "a number has no matrix product" (fun () ->
              Scope.run (fun () ->
                  expectError<ArgumentException> [ "matmul"; "[]"; "[2]" ] (fun () ->
                      (number 1.0).matmul(vector [ 1.0; 2.0 ]) |> ignore)))

          testCase "batches that do not broadcast are refused" (fun () ->
              Scope.run (fun () ->
                  expectError<TensorException> [ "aten::matmul"; "[2; 3; 4]"; "[5; 4; 3]" ] (fun () ->
                      (dsharp.zeros [ 2; 3; 4 ]).matmul(dsharp.zeros [ 5; 4; 3 ]) |> ignore)))

          testCase "singular and indefinite matrices are refused, naming the operator and the shape" (fun () ->
              Scope.run (fun () ->
                  let singular = (vector [ 1.0; 2.0; 2.0; 4.0 ]).view [ 2; 2 ]

                  expectError<TensorException> [ "aten::linalg_inv"; "[2; 2]"; "singular" ] (fun () ->
                      singular.inv () |> ignore)

                  expectError<TensorException> [ "aten::linalg_solve"; "[2; 2], [2]"; "singular" ] (fun () ->
                      singular.solve (vector [ 1.0; 1.0 ]) |> ignore)

                  Expect.floatClose Accuracy.high ((singular.det ()).toDouble()) 0.0 "its determinant"
                  let indefinite = (vector [ 1.0; 2.0; 2.0; 1.0 ]).view [ 2; 2 ]

                  expectError<TensorException> [ "aten::linalg_cholesky"; "[2; 2]"; "positive-definite" ] (fun () ->
                      indefinite.cholesky () |> ignore))) ]
