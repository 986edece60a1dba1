// Tests of Reduction: along any axis and over all of them, against loops over plain arrays.
// Run with the whole suite.
module Functional.Tests.ReductionTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private variance (correction: float) (values: float[]) =
    let mean = Array.average values
    (values |> Array.sumBy (fun value -> (value - mean) ** 2.0)) / (float values.Length - correction)

let private logSumExp (values: float[]) =
    let largest = Array.max values

    if Double.IsInfinity largest then
        largest
    else
        largest + log (values |> Array.sumBy (fun value -> exp (value - largest)))

let private indexOf (best: float[] -> float) (values: float[]) =
    float (Array.findIndex ((=) (best values)) values)

/// Reductions along an axis, which stays or goes.
let private alongAxis: (string * (Tensor -> int -> bool -> Tensor) * (float[] -> float)) list =
    [ "sum", (fun t axis keep -> t.sum (axis, keep)), Array.sum
      "mean", (fun t axis keep -> t.mean (axis, keep)), Array.average
      "var", (fun t axis keep -> t.var (axis, keep)), variance 1.0
      "var, biased", (fun t axis keep -> t.var (axis, keep, false)), variance 0.0
      "std", (fun t axis keep -> t.std (axis, keep)), (variance 1.0 >> sqrt)
      "std, biased", (fun t axis keep -> t.std (axis, keep, false)), (variance 0.0 >> sqrt)
      "logsumexp", (fun t axis keep -> t.logsumexp (axis, keep)), logSumExp
      "max", (fun t axis keep -> t.max (axis, keep)), Array.max
      "min", (fun t axis keep -> t.min (axis, keep)), Array.min
      "argmax", (fun t axis keep -> t.argmax (axis, keep)), indexOf Array.max
      "argmin", (fun t axis keep -> t.argmin (axis, keep)), indexOf Array.min
      "dsharp.sum", (fun t axis keep -> dsharp.sum (t, axis, keep)), Array.sum
      "dsharp.mean", (fun t axis keep -> dsharp.mean (t, axis, keep)), Array.average
      "dsharp.var", (fun t axis keep -> dsharp.var (t, axis, keep)), variance 1.0
      "dsharp.std", (fun t axis keep -> dsharp.std (t, axis, keep)), (variance 1.0 >> sqrt)
      "dsharp.logsumexp", (fun t axis keep -> dsharp.logsumexp (t, axis, keep)), logSumExp
      "dsharp.max", (fun t axis keep -> dsharp.max (t, axis, keep)), Array.max
      "dsharp.min", (fun t axis keep -> dsharp.min (t, axis, keep)), Array.min
      "dsharp.argmax", (fun t axis keep -> dsharp.argmax (t, axis, keep)), indexOf Array.max
      "dsharp.argmin", (fun t axis keep -> dsharp.argmin (t, axis, keep)), indexOf Array.min ]

let private ofAll: (string * (Tensor -> Tensor) * (float[] -> float)) list =
    [ "sum", _.sum(), Array.sum
      "mean", _.mean(), Array.average
      "var", _.var(), variance 1.0
      "var, biased", _.var(false), variance 0.0
      "std", _.std(), (variance 1.0 >> sqrt)
      "max", _.max(), Array.max
      "min", _.min(), Array.min
      "dsharp.sum", dsharp.sum, Array.sum
      "dsharp.mean", dsharp.mean, Array.average
      "dsharp.var", dsharp.var, variance 1.0
      "dsharp.std", dsharp.std, (variance 1.0 >> sqrt)
      "dsharp.max", dsharp.max, Array.max
      "dsharp.min", dsharp.min, Array.min ]

/// Replaces each lane along an axis by another of the same length.
let private mapLanes (axis: int) (f: float[] -> float[]) (x: Plain) =
    let rest, lanes = Plain.lanes axis x
    let results = lanes |> Array.map f
    Plain.init x.Shape (fun index -> results[Plain.offset rest.Shape (Array.removeAt axis index)][index[axis]])

let private softmax (values: float[]) =
    let total = logSumExp values
    values |> Array.map (fun value -> exp (value - total))

let private lanewise: (string * (Tensor -> int -> Tensor) * (float[] -> float[])) list =
    [ "softmax", (fun t axis -> t.softmax axis), softmax
      "logsoftmax", (fun t axis -> t.logsoftmax axis), (softmax >> Array.map log)
      "cumsum", (fun t axis -> t.cumsum axis), (Array.scan (+) 0.0 >> Array.tail)
      "dsharp.softmax", (fun t axis -> dsharp.softmax (t, axis)), softmax
      "dsharp.logsoftmax", (fun t axis -> dsharp.logsoftmax (t, axis)), (softmax >> Array.map log)
      "dsharp.cumsum", (fun t axis -> dsharp.cumsum (t, axis)), (Array.scan (+) 0.0 >> Array.tail) ]

/// Every operation that takes an axis, for its complaint about one that is not there.
let private takingAxis: (string * (Tensor -> int -> unit)) list =
    [ "sum", (fun t axis -> t.sum axis |> ignore)
      "mean", (fun t axis -> t.mean axis |> ignore)
      "var", (fun t axis -> t.var (dim = axis) |> ignore)
      "std", (fun t axis -> t.std (dim = axis) |> ignore)
      "logsumexp", (fun t axis -> t.logsumexp axis |> ignore)
      "softmax", (fun t axis -> t.softmax axis |> ignore)
      "logsoftmax", (fun t axis -> t.logsoftmax axis |> ignore)
      "cumsum", (fun t axis -> t.cumsum axis |> ignore)
      "max", (fun t axis -> t.max axis |> ignore)
      "min", (fun t axis -> t.min axis |> ignore)
      "argmax", (fun t axis -> t.argmax axis |> ignore)
      "argmin", (fun t axis -> t.argmin axis |> ignore) ]

/// Several axes of a shape, at least one.
let private withAxes =
    gen {
        let! x = Generate.shape 1 4 |> Gen.bind (Generate.filled -3.0 3.0)
        let! chosen = Gen.subListOf [ 0 .. x.Shape.Length - 1 ] |> Gen.filter (Seq.isEmpty >> not)
        return x, Seq.toList chosen
    }

[<Tests>]
let tests =
    testList
        "Reduction"
        [ for name, apply, reference in alongAxis do
              property $"{name} along an axis is that of the lanes" Generate.withAxis (fun (x, axis) ->
                  let t = tensor x

                  for keep in [ false; true ] do
                      let expected = Plain.reduce axis keep reference x
                      expectClose 1e-13 (apply t axis keep) expected $"axis {axis}"
                      expectClose 1e-13 (apply t (axis - x.Shape.Length) keep) expected "the same axis from the end")

          for name, apply, reference in ofAll do
              property $"{name} of all elements" Generate.plain (fun x ->
                  expectClose 1e-13 (apply (tensor x)) { Shape = [||]; Values = [| reference x.Values |] } name)

          for name, apply, reference in lanewise do
              property $"{name} along an axis keeps the shape" Generate.withAxis (fun (x, axis) ->
                  expectClose 1e-13 (apply (tensor x) axis) (mapLanes axis reference x) name
                  expectClose 1e-13 (apply (tensor x) (axis - x.Shape.Length)) (mapLanes axis reference x) "from the end")

          for name, apply in takingAxis do
              testCase $"{name} names the axis that is not there, and the shape" (fun () ->
                  Scope.run (fun () ->
                      let t = dsharp.zeros [ 2; 3 ]

                      for axis in [ 2; -3; 7 ] do
                          expectError<ArgumentException> [ name; $"no axis {axis}"; "[2; 3]"; "from -2 to 1" ] (fun () ->
                              apply t axis)))

          property "sum and mean over several axes" withAxes (fun (x, axes) ->
              let keptOnes = axes |> List.fold (fun x axis -> Plain.reduce axis true Array.sum x) x

              let dropped =
                  { keptOnes with
                      Shape =
                          x.Shape |> Array.indexed |> Array.filter (fun (i, _) -> not (List.contains i axes)) |> Array.map snd }

              let count = axes |> List.fold (fun count axis -> count * x.Shape[axis]) 1 |> float
              let t = tensor x
              expectClose 1e-13 (t.sum axes) dropped "sum"
              expectClose 1e-13 (t.sum (axes, keepDim = true)) keptOnes "sum, kept"
              expectClose 1e-13 (t.mean axes) (Plain.map (fun v -> v / count) dropped) "mean"
              expectClose 1e-13 (t.mean (axes, keepDim = true)) (Plain.map (fun v -> v / count) keptOnes) "mean, kept")

          property "the index of the extreme element is its place on every axis" Generate.plain (fun x ->
              let t = tensor x

              let find best =
                  Plain.indexes x.Shape |> Seq.find (fun index -> Plain.at x index = best x.Values)

              Expect.equal (t.argmax ()) (find Array.max) "argmax"
              Expect.equal (t.argmin ()) (find Array.min) "argmin"
              Expect.equal (dsharp.argmax t) (find Array.max) "dsharp.argmax"
              Expect.equal (dsharp.argmin t) (find Array.min) "dsharp.argmin")

          property
              "logsumexp and softmax survive shifts of a thousand"
              (Gen.zip Generate.withAxis (Gen.elements [ -1000.0; 1000.0 ]))
              (fun ((x, axis), shift) ->
                  let t = tensor x
                  let shifted = t + shift
                  expectClose 1e-11 (shifted.logsumexp axis - shift) (plain (t.logsumexp axis)) "logsumexp"
                  expectClose 1e-11 (shifted.softmax axis) (plain (t.softmax axis)) "softmax"
                  expectClose 1e-11 (shifted.logsoftmax axis) (plain (t.logsoftmax axis)) "logsoftmax"

                  expectClose
                      1e-3
                      ((shifted.float32 ()).logsumexp axis - shift)
                      (plain (t.logsumexp axis))
                      "logsumexp in float32")

          testCase "logsumexp of far apart and of infinite elements" (fun () ->
              Scope.run (fun () ->
                  let of' values = (vector values).logsumexp(0).toDouble()
                  Expect.equal (of' [ -1000.0; 1000.0 ]) 1000.0 "far apart"
                  Expect.equal (of' [ -infinity; 2.0 ]) 2.0 "a zero beside"
                  Expect.equal (of' [ -infinity; -infinity ]) -infinity "nothing but zeros"
                  Expect.equal (of' [ infinity; 2.0 ]) infinity "an infinity"
                  let gradient = dsharp.grad (fun x -> x.logsumexp 0) (vector [ -infinity; 2.0 ])
                  expectSame gradient { Shape = [| 2 |]; Values = [| 0.0; 1.0 |] } "the gradient with a zero beside"))

          property "all and any are those of the elements" (Generate.shape 0 2 |> Gen.bind (Generate.filled -1.0 3.0)) (fun x ->
              let positive = (tensor x).gt 0.0
              Expect.equal (positive.all().toBool()) (Array.forall (fun v -> v > 0.0) x.Values) "all"
              Expect.equal (positive.any().toBool()) (Array.exists (fun v -> v > 0.0) x.Values) "any")

          property
              "allclose holds up to its tolerances and no further"
              (Gen.zip Generate.plain (Generate.uniform 0.01 1.0))
              (fun (x, size) ->
                  let t = tensor x
                  Expect.isTrue (t.allclose t) "itself"
                  Expect.isTrue ((t + size * 0.99).allclose(t, 0.0, size)) "within the absolute tolerance"
                  Expect.isFalse ((t + size * 1.01).allclose(t, 0.0, size)) "beyond it"
                  let away = t.abs () + 0.1
                  Expect.isTrue ((away * (1.0 + size * 0.99)).allclose(away, size, 0.0)) "within the relative tolerance"
                  Expect.isFalse ((away * (1.0 + size * 1.01)).allclose(away, size, 0.0)) "beyond it"
                  let one = dsharp.onehot (t.nelement, 0, dtype = Dtype.Float64) |> _.view(t.shape)
                  Expect.isFalse ((t + one).allclose t) "one element apart")

          testCase "allclose takes equal infinities for close and NaN for close to nothing" (fun () ->
              Scope.run (fun () ->
                  let t = vector [ 1.0; infinity; -infinity ]
                  Expect.isTrue (t.allclose t) "infinities"
                  Expect.isFalse (t.allclose -t) "opposite infinities"
                  Expect.isFalse (t.allclose (vector [ 1.0; infinity; 5.0 ])) "an infinity and a number"
                  Expect.isFalse ((vector [ nan ]).allclose(vector [ nan ])) "NaN"))

          testCase "a sum may be of another dtype" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.full ([ 3 ], 200, dtype = Dtype.Byte)
                  Expect.equal ((t.sum ()).toInt32()) 600 "bytes do not overflow"
                  Expect.equal (t.sum (dtype = Dtype.Float64)).dtype Dtype.Float64 "dtype"
                  Expect.equal (t.sum (0, dtype = Dtype.Int32)).dtype Dtype.Int32 "dtype along an axis"))

          testCase "a mean of integers is that of the same real numbers" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.tensor [ 1; 2; 6 ]
                  Expect.equal (t.mean (), t.mean 0) (dsharp.tensor 3.0, dsharp.tensor 3.0) "mean"
                  Expect.equal (t.var (), t.std 0) (dsharp.tensor 7.0, (dsharp.tensor 7.0).sqrt()) "variance"))

          testCase "what has no elements has a sum of zero and no maximum" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.zeros [ 0; 3 ]
                  Expect.equal ((t.sum ()).toDouble()) 0.0 "the sum"
                  expectSame (t.sum 0) { Shape = [| 3 |]; Values = [| 0.0; 0.0; 0.0 |] } "the sums of no rows"
                  expectError<TensorException> [ "aten::max"; "[0; 3]" ] (fun () -> t.max () |> ignore))) ]
