// Tests of Format: what a tensor prints as.
// Run with the whole suite.
module Functional.Tests.FormatTests

open System
open System.Globalization
open System.Text.RegularExpressions
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private text (value: obj) =
    Scope.run (fun () -> string (dsharp.tensor value))

let private numbers (text: string) =
    Regex.Matches(text, @"-?\d+(\.\d+)?(e[+-]\d+)?") |> Seq.map (fun found -> float found.Value) |> Seq.toArray

/// Runs `body` where a comma separates decimals.
let private withDecimalComma (body: unit -> 'T) =
    let before = CultureInfo.CurrentCulture
    let culture = CultureInfo.InvariantCulture.Clone() :?> CultureInfo
    culture.NumberFormat.NumberDecimalSeparator <- ","
    CultureInfo.CurrentCulture <- culture

    try
        body ()
    finally
        CultureInfo.CurrentCulture <- before

[<Tests>]
let tests =
    testList
        "Format"
        [ property "the printed numbers are the elements in order" Generate.plain (fun x ->
              let printed = numbers (string (tensor x))
              Expect.equal printed.Length x.Values.Length "how many"
              Expect.all (Array.zip printed x.Values) (fun (p, v) -> abs (p - v) < 1e-9) "each of them")

          property "brackets open and close once a row" Generate.plain (fun x ->
              let printed = string (tensor x)
              let rows = Seq.init x.Shape.Length (fun axis -> Plain.size (Array.truncate axis x.Shape)) |> Seq.sum

              let count (bracket: char) =
                  printed |> Seq.filter ((=) bracket) |> Seq.length

              Expect.equal (count '[', count ']') (rows, rows) "brackets")

          property "the rows of a matrix stand below each other" (Generate.plainOfRank 2) (fun x ->
              let starts = (string (tensor x)).Split '\n' |> Array.map (fun line -> line.TrimEnd(',').LastIndexOf '[')

              Expect.hasLength starts x.Shape[0] "lines"
              Expect.all starts ((=) starts[0]) "where the rows begin")

          testCase "numbers print as short as they are" (fun () ->
              Expect.equal (text 1.5) "tensor(1.5)" "a number"
              Expect.equal (text [ 1.0; 2.0 ]) "tensor([1, 2])" "whole numbers"
              Expect.equal (text [ 1; -2 ]) "tensor([1, -2])" "integers"
              Expect.equal (text [ true; false ]) "tensor([true, false])" "booleans"
              Expect.equal (text [ 0.1 ]) "tensor([0.1])" "a float32 that is not exact")

          testCase "very large and very small numbers take an exponent" (fun () ->
              Expect.equal (text [ 1.5e10; 2.5e-7; 0.0 ]) "tensor([1.5e+10, 2.5e-7, 0])" "float32"
              Expect.equal (Scope.run (fun () -> string (vector [ -1e300 ]))) "tensor([-1e+300])" "float64")

          testCase "what is no number prints as such" (fun () ->
              let printed = text [ nan; infinity; -infinity ]
              Expect.equal printed "tensor([NaN, Infinity, -Infinity])" "all three")

          property "an axis longer than seven is cut in the middle" (Gen.choose (8, 100)) (fun length ->
              let printed = string (dsharp.arange length)
              let expected = $"tensor([0, 1, 2, ..., {length - 3}, {length - 2}, {length - 1}])"
              Expect.equal printed expected "both ends")

          testCase "an axis of seven is shown whole" (fun () ->
              Expect.equal (text [ 1..7 ]) "tensor([1, 2, 3, 4, 5, 6, 7])" "all of it")

          testCase "an empty tensor prints its empty axes" (fun () ->
              Scope.run (fun () -> Expect.equal (string (dsharp.zeros [ 0 ])) "tensor([])" "a vector")
              Expect.equal (numbers (Scope.run (fun () -> string (dsharp.zeros [ 2; 0 ])))) [||] "a matrix")

          testCase "half floats print as numbers" (fun () ->
              for dtype in [ Dtype.Float16; Dtype.BFloat16 ] do
                  Scope.run (fun () ->
                      let printed = string (dsharp.tensor ([ 1.5; -2.0 ], dtype = dtype))
                      Expect.equal printed "tensor([1.5, -2])" $"{dtype}"))

          testCase "a culture's decimal comma changes nothing" (fun () ->
              withDecimalComma (fun () -> Expect.equal (text [ 1.5; 1.5e10 ]) "tensor([1.5, 1.5e+10])" "decimal points"))

          testCase "a recorded tensor prints like any other" (fun () ->
              Scope.run (fun () ->
                  let t = Gradient.record (vector [ 1.0 ])
                  Expect.equal (string (t * 2.0)) "tensor([2])" "its elements")) ]
