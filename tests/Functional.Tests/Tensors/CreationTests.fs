// Tests of Creation: tensors of .NET values and back, constants, ranges, configuration, casts.
// Run with the whole suite.
module Functional.Tests.CreationTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

/// Nested lists of a plain tensor's elements.
let private nested (x: Plain) : obj =
    let rec from axis offset =
        if axis = x.Shape.Length then
            box x.Values[offset]
        else
            let step = Plain.size (Array.skip (axis + 1) x.Shape)
            box [ for position in 0 .. x.Shape[axis] - 1 -> from (axis + 1) (offset + position * step) ]

    from 0 0

/// A .NET array of as many dimensions as the plain tensor has axes.
let private array (x: Plain) : Array =
    let values = Array.CreateInstance(typeof<float>, x.Shape)

    for index in Plain.indexes x.Shape do
        values.SetValue(Plain.at x index, index)

    values

let private double (value: obj) =
    dsharp.tensor (value, dtype = Dtype.Float64)

/// An array's type, the dtype it becomes, and its largest and smallest values.
let private kinds: (Array * Dtype) list =
    [ [| true; false |], Dtype.Bool
      [| 0uy; 255uy |], Dtype.Byte
      [| SByte.MinValue; SByte.MaxValue |], Dtype.Int8
      [| Int16.MinValue; Int16.MaxValue |], Dtype.Int16
      [| Int32.MinValue; Int32.MaxValue |], Dtype.Int32
      [| Int64.MinValue; Int64.MaxValue |], Dtype.Int64
      [| -1.5f; 2.25f |], Dtype.Float32
      [| -1.5; 2.25 |], Dtype.Float32
      [| -1.5m; 2.25m |], Dtype.Float32 ]

let private withDefault (dtype: Dtype) (body: unit -> unit) =
    let before = Dtype.Default
    dsharp.config (dtype = dtype)

    try
        body ()
    finally
        dsharp.config (dtype = before)

[<Tests>]
let tests =
    testList
        "Creation"
        [ property "nested lists become a tensor of their shape" Generate.plain (fun x ->
              expectSame (double (nested x)) x "the tensor")

          property
              "arrays of any rank become a tensor of their shape"
              (Generate.shape 1 4 |> Gen.bind (Generate.filled -3.0 3.0))
              (fun x ->
                  expectSame (double (array x)) x "the tensor"

                  expectSame
                      (double [ array x; array x ])
                      { Shape = Array.append [| 2 |] x.Shape
                        Values = Array.append x.Values x.Values }
                      "a list of two")

          property
              "toArray gives the array that the tensor was made of"
              (Generate.shape 1 4 |> Gen.bind (Generate.filled -3.0 3.0))
              (fun x ->
                  let back = (double (array x)).toArray()
                  Expect.equal back.Rank x.Shape.Length "rank"
                  Expect.equal (Array.init back.Rank back.GetLength) x.Shape "lengths"
                  Expect.all (Plain.indexes x.Shape) (fun index -> unbox (back.GetValue index) = Plain.at x index) "elements")

          property "a view's array has the elements in the view's order" (Generate.plainOfRank 2) (fun x ->
              let back = ((tensor x).transpose()).toArray() :?> float[,]
              Expect.equal back (Array2D.init x.Shape[1] x.Shape[0] (fun i j -> Plain.at x [| j; i |])) "transposed")

          property "elements are read as any .NET number" Generate.plain (fun x ->
              let t = (tensor x) * 10.0
              let expected = x.Values |> Array.map (fun value -> value * 10.0)
              Expect.equal (t.toArray1D<float>()) expected "float"
              Expect.equal (t.toArray1D<float32>()) (Array.map float32 expected) "float32"
              Expect.equal (t.round().toArray1D<int>()) (expected |> Array.map (round >> int)) "int"
              Expect.equal (t.gt(0.0).toArray1D<bool>()) (expected |> Array.map (fun value -> value > 0.0)) "bool")

          property "a matrix is read as one" (Generate.plainOfRank 2) (fun x ->
              let expected = Array2D.init x.Shape[0] x.Shape[1] (fun i j -> Plain.at x [| i; j |])
              Expect.equal ((tensor x).toArray2D<float>()) expected "rows and columns")

          property
              "what is no matrix is not read as one"
              (Generate.shape 0 4 |> Gen.filter (fun shape -> shape.Length <> 2))
              (fun shape ->
                  expectError<InvalidOperationException> [ Shape.toString shape; "2-dimensional" ] (fun () ->
                      (dsharp.zeros shape).toArray2D<float>() |> ignore))

          for values, dtype in kinds do
              testCase $"{values.GetType().Name} becomes {dtype} without loss" (fun () ->
                  Scope.run (fun () ->
                      let expected = [| for value in values -> Convert.ToDouble value |]

                      for t in [ dsharp.tensor values; dsharp.tensor [ values ] |> _.squeeze(0) ] do
                          Expect.equal t.dtype dtype "dtype"
                          Expect.equal (t.toArray1D<float>()) expected "elements"

                      let one = values.GetValue 1
                      Expect.equal (dsharp.tensor one).dtype dtype "dtype of a number"
                      Expect.equal (dsharp.tensor [ one; one ]).dtype dtype "dtype of a list"
                      Expect.equal ((dsharp.tensor one).toDouble()) expected[1] "a number"))

          property "sequences of sequences, arrays of lists and lists of arrays are alike" (Generate.plainOfRank 2) (fun x ->
              let rows = x.Values |> Array.chunkBySize x.Shape[1]
              expectSame (double rows) x "an array of arrays"
              expectSame (double (Array.toList rows)) x "a list of arrays"
              expectSame (double (rows |> Array.map Array.toList)) x "an array of lists"
              expectSame (double (rows |> Seq.map Seq.ofArray)) x "a sequence of sequences"
              expectSame (double (rows |> Seq.map (fun row -> vector row))) x "a sequence of tensors")

          testCase "mixed numbers take the type that holds them all" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.tensor [ box 1; box 2.5; box 3L ]
                  Expect.equal t.dtype Dtype.Float32 "dtype"
                  Expect.equal (t.toArray1D<float>()) [| 1.0; 2.5; 3.0 |] "elements"
                  let whole = dsharp.tensor [ box 1; box Int64.MaxValue; box true ]
                  Expect.equal whole.dtype Dtype.Int64 "dtype of whole numbers"
                  Expect.equal (whole.toArray1D<int64>()) [| 1L; Int64.MaxValue; 1L |] "whole numbers"))

          testCase "rows of different lengths are refused, naming the row" (fun () ->
              expectError<ArgumentException> [ "value[2]"; "[2]"; "[3]" ] (fun () ->
                  dsharp.tensor [ [ 1; 2; 3 ]; [ 4; 5; 6 ]; [ 7; 8 ] ] |> ignore)

              expectError<ArgumentException> [ "value[1][1]"; "[1]"; "[]" ] (fun () ->
                  dsharp.tensor [ [ box 1; box 2 ]; [ box 1; box [ 2 ] ] ] |> ignore))

          testCase "what is no number is refused, naming its type" (fun () ->
              expectError<ArgumentException> [ "String" ] (fun () -> dsharp.tensor [ "1"; "2" ] |> ignore)
              expectError<ArgumentException> [ "null" ] (fun () -> dsharp.tensor null |> ignore)
              expectError<ArgumentException> [ "Char" ] (fun () -> dsharp.tensor [ 'a' ] |> ignore)
              expectError<ArgumentException> [ "UInt32" ] (fun () -> dsharp.tensor [| 1u |] |> ignore)
              expectError<ArgumentException> [ "UInt16" ] (fun () -> dsharp.tensor 1us |> ignore)
              expectError<ArgumentException> [ "Object" ] (fun () -> dsharp.tensor (obj ()) |> ignore)
              expectError<ArgumentException> [ "null" ] (fun () -> dsharp.tensor [ [| 1.0 |]; null ] |> ignore))

          testCase "empty sequences make tensors without elements" (fun () ->
              Scope.run (fun () ->
                  Expect.equal (dsharp.tensor List.empty<float>).shape [| 0 |] "a list"
                  Expect.equal (dsharp.tensor Array.empty<int>).dtype Dtype.Int32 "an array has a type"
                  Expect.equal (dsharp.tensor [ List.empty<float>; [] ]).shape [| 2; 0 |] "two lists"
                  Expect.equal ((dsharp.zeros [ 0; 3 ]).toArray1D<float>()) [||] "no elements"
                  Expect.equal ((dsharp.zeros [ 0; 3 ]).sum().toDouble()) 0.0 "their sum"))

          property "a tensor does not change when the array does" (Generate.plainOfRank 1) (fun x ->
              let values = Array.copy x.Values
              let t = double values
              Array.Fill(values, 99.0)
              expectSame t x "the tensor")

          property "constants fill a shape" (Gen.zip (Generate.shape 0 4) (Generate.uniform -3.0 3.0)) (fun (shape, value) ->
              let filled value = Plain.init shape (fun _ -> value)
              expectSame (dsharp.zeros shape) (filled 0.0) "zeros"
              expectSame (dsharp.ones shape) (filled 1.0) "ones"
              expectSame (dsharp.full (shape, value, dtype = Dtype.Float64)) (filled value) "full"
              Expect.equal (dsharp.empty shape).shape shape "empty"
              Expect.equal (dsharp.rand shape).shape shape "rand"
              Expect.equal (dsharp.randn shape).shape shape "randn"
              Expect.equal (dsharp.randint (0, 5, shape)).shape shape "randint")

          testCase "arange refuses what is no range, and a step never wraps round" (fun () ->
              for start, stop, step in [ 0.0, 1.0, 0.0; 0.0, 1.0, -1.0; nan, 1.0, 1.0; 0.0, infinity, 1.0; 0.0, 1e300, 1.0 ] do
                  expectError<ArgumentException> [ "arange"; $"{step}" ] (fun () ->
                      dsharp.arange (stop, startVal = start, step = step) |> ignore)

              expectError<ArgumentException> [ "arange" ] (fun () ->
                  dsharp.arange (3.0, step = 0.5, dtype = Dtype.Byte) |> ignore)

              let bytes = dsharp.arange (600, step = 256, dtype = Dtype.Byte)
              Expect.equal bytes.shape [| 3 |] "0, 256 and 512, each in eight bits")

          testCase "a length makes a vector" (fun () ->
              Scope.run (fun () ->
                  for t in
                      [ dsharp.zeros 3
                        dsharp.ones 3
                        dsharp.full (3, 2.0)
                        dsharp.rand 3
                        dsharp.randn 3
                        dsharp.randint (0, 5, 3) ] do
                      Expect.equal t.shape [| 3 |] "shape"

                  Expect.equal ((dsharp.zero ()).toDouble(), (dsharp.one ()).toDouble()) (0.0, 1.0) "zero and one"))

          property
              "arange counts up to but not including its end"
              (Gen.zip3 (Gen.choose (-20, 20)) (Gen.choose (0, 40)) (Gen.choose (1, 7)))
              (fun (start, length, step) ->
                  let stop = start + length
                  let expected = [| start..step .. stop - 1 |]
                  let whole = dsharp.arange (stop, startVal = start, step = step)
                  Expect.equal whole.dtype Dtype.Int32 "dtype of whole numbers"
                  Expect.equal (whole.toArray1D<int>()) expected "whole numbers"
                  let real = dsharp.arange (float stop, startVal = float start, step = float step)
                  Expect.equal real.dtype Dtype.Float32 "dtype of real numbers"
                  Expect.equal (real.toArray1D<int>()) expected "real numbers")

          property
              "linspace and logspace are evenly spaced, ends included"
              (Gen.zip (Generate.plainOfRank 1) (Gen.choose (2, 20)))
              (fun (x, steps) ->
                  let first, last = x.Values[0], x.Values[0] + 2.5
                  let exponents = Array.init steps (fun i -> first + (last - first) * float i / float (steps - 1))

                  let expect t values what =
                      expectClose 1e-13 t { Shape = [| steps |]; Values = values } what

                  expect (dsharp.linspace (first, last, steps, dtype = Dtype.Float64)) exponents "linspace"

                  expect
                      (dsharp.logspace (first, last, steps, dtype = Dtype.Float64))
                      (exponents |> Array.map (fun e -> 10.0 ** e))
                      "base 10"

                  expect
                      (dsharp.logspace (first, last, steps, 2.0, dtype = Dtype.Float64))
                      (exponents |> Array.map (fun e -> 2.0 ** e))
                      "base 2")

          property
              "eye and onehot have their ones where they should"
              (Gen.zip (Gen.choose (1, 6)) (Gen.choose (1, 6)))
              (fun (rows, columns) ->
                  let identity = Plain.init [| rows; columns |] (fun index -> if index[0] = index[1] then 1.0 else 0.0)
                  expectSame (dsharp.eye (rows, columns)) identity "eye"
                  Expect.equal (dsharp.eye rows).shape [| rows; rows |] "a square one"

                  for hot in 0 .. rows - 1 do
                      expectSame
                          (dsharp.onehot (rows, hot))
                          (Plain.init [| rows |] (fun index -> if index[0] = hot then 1.0 else 0.0))
                          "onehot")

          testCase "onehot refuses a position outside the vector" (fun () ->
              for hot in [ -1; 3 ] do
                  expectError<ArgumentException> [ string hot; "3" ] (fun () -> dsharp.onehot (3, hot) |> ignore))

          property
              "a tensor like another takes its dtype, and its shape unless told"
              (Gen.zip (Generate.shape 0 3) (Generate.shape 0 3))
              (fun (own, other) ->
                  let t = dsharp.zeros (own, dtype = Dtype.Float64)
                  let made = [ t.zerosLike (); t.onesLike (); t.fullLike 3.0; t.randLike (); t.randnLike () ]

                  let reshaped =
                      [ t.zerosLike other; t.onesLike other; t.fullLike (3.0, other); t.randLike other; t.randnLike other ]

                  Expect.all made (fun like -> like.shape = own && like.dtype = Dtype.Float64) "like it"
                  Expect.all reshaped (fun like -> like.shape = other && like.dtype = Dtype.Float64) "of another shape"
                  Expect.equal (t.like [ 1; 2 ]) (vector [ 1.0; 2.0 ]) "like, of values"
                  Expect.equal (t.scalarLike 3) (number 3.0) "like, of a number"
                  Expect.equal (t.zerosLike (dtype = Dtype.Int32)).dtype Dtype.Int32 "of another dtype")

          testCase "config sets the dtype of real numbers and leaves integers alone" (fun () ->
              withDefault Dtype.Float64 (fun () ->
                  Scope.run (fun () ->
                      for t in
                          [ dsharp.tensor 1.5
                            dsharp.tensor [ 1.5f ]
                            dsharp.zeros [ 2 ]
                            dsharp.randn [ 2 ]
                            dsharp.eye 2
                            dsharp.onehot (3, 1) ] do
                          Expect.equal t.dtype Dtype.Float64 "real numbers"

                      Expect.equal (dsharp.tensor [ 1; 2 ]).dtype Dtype.Int32 "integers"
                      Expect.equal (dsharp.zeros ([ 2 ], dtype = Dtype.Float32)).dtype Dtype.Float32 "told otherwise"))

              Expect.equal Dtype.Default Dtype.Float32 "as before")

          property "casts truncate towards zero, as .NET's do" Generate.plain (fun x ->
              let t = (tensor x) * 20.0
              let expected = x.Values |> Array.map (fun value -> int (value * 20.0))

              for cast in [ t.int32 (); t.int (); t.int64 (); t.int16 (); t.int8 (); t.move (dtype = Dtype.Int64) ] do
                  Expect.equal (cast.toArray1D<int>()) expected $"{cast.dtype}"

              Expect.equal ((t.abs ()).byte().toArray1D<int>()) (expected |> Array.map abs) "Byte"
              Expect.equal ((t.bool ()).toArray1D<bool>()) (x.Values |> Array.map (fun value -> value <> 0.0)) "Bool"

              let casts = [ t.float16 (); t.bfloat16 (); t.float32 (); t.float64 (); t.float (); t.double () ]
              let dtypes = [ Dtype.Float16; Dtype.BFloat16; Dtype.Float32; Dtype.Float64; Dtype.Float64; Dtype.Float64 ]
              Expect.equal (casts |> List.map _.dtype) dtypes "real dtypes")

          property "a cast carries the gradient back" Generate.plain (fun x ->
              let gradient = dsharp.grad (fun x -> (x.float32().float64() * 3.0).sum()) (tensor x)
              expectSame gradient (Plain.map (fun _ -> 3.0) x) "of 3x")

          testCase "isTensor tells tensors from the rest" (fun () ->
              Scope.run (fun () ->
                  Expect.isTrue (dsharp.isTensor (dsharp.zero ())) "a tensor"
                  Expect.isFalse (dsharp.isTensor 1.0) "a number")) ]
