// Tests of Slicing: F#'s slice syntax and every one of its overloads, on random shapes, against index arithmetic.
// Run with the whole suite.
module Functional.Tests.SlicingTests

open System
open System.Reflection
open Expecto
open FsCheck
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tensors.Slice
open Functional.Tests.TensorTesting

/// What the parts take, without libtorch.
let private reference (parts: Part list) (x: Plain) : Plain =
    let parts = parts @ List.replicate (x.Shape.Length - parts.Length) (Range(None, None)) |> List.toArray

    // For each axis of the source: the positions taken, and whether the axis stays.
    let taken =
        parts
        |> Array.mapi (fun axis part ->
            match part with
            | At position -> [| position |], false
            | Range(first, last) -> [| defaultArg first 0 .. defaultArg last (x.Shape[axis] - 1) |], true)

    let shape = taken |> Array.filter snd |> Array.map (fst >> Array.length)

    Plain.init shape (fun index ->
        let mutable next = 0

        taken
        |> Array.map (fun (positions, stays) ->
            if stays then
                next <- next + 1
                positions[index[next - 1]]
            else
                positions[0])
        |> Plain.at x)

/// A part of an axis of that length: an index, or a range with either end open, some of them empty.
let private partOf (isRange: bool) (length: int) : Gen<Part> =
    gen {
        let! first = Gen.choose (0, length - 1)
        let! last = Gen.choose (first - 1, length - 1)
        let! openFirst = Gen.elements [ true; false ]
        let! openLast = Gen.elements [ true; false ]

        return
            if isRange then
                Range((if openFirst then None else Some first), (if openLast then None else Some last))
            else
                At first
    }

/// A plain tensor with a part for each of its first axes; `kinds` says which are ranges.
let private sliced (kinds: bool list) =
    gen {
        let! extra = Gen.choose (0, max 0 (4 - kinds.Length))
        let! shape = Gen.arrayOfLength (kinds.Length + extra) (Gen.choose (1, 3))
        let! x = Generate.filled -3.0 3.0 shape
        let! parts = kinds |> List.mapi (fun axis isRange -> partOf isRange shape[axis]) |> Gen.sequenceToList
        return x, parts
    }

/// The overloads of t[...] with at least one range, and which of their axes are ranges.
let private overloads: (bool list * MethodInfo) list =
    let rec kinds (parameters: ParameterInfo list) =
        match parameters with
        | first :: _ :: rest when first.ParameterType = typeof<int option> -> true :: kinds rest
        | _ :: rest -> false :: kinds rest
        | [] -> []

    let container = typeof<Tensor>.Assembly.GetTypes() |> Array.find (fun kind -> kind.Name.StartsWith "SlicingExtensions")

    [ for method in container.GetMethods(BindingFlags.Static ||| BindingFlags.Public) do
          // The one that takes bounds as an array is no combination of indexes and ranges.
          if method.Name.Contains "GetSlice" && not (Array.last (method.GetParameters())).ParameterType.IsArray then
              kinds (List.tail (List.ofArray (method.GetParameters()))), method ]

let private argumentsOf (part: Part) : obj list =
    match part with
    | At position -> [ position ]
    | Range(first, last) -> [ first; last ]

let private invoke (method: MethodInfo) (t: Tensor) (parts: Part list) =
    method.Invoke(null, List.toArray (box t :: List.collect argumentsOf parts)) :?> Tensor

let private name (kinds: bool list) =
    kinds |> List.map (fun isRange -> if isRange then ".." else "i") |> String.concat ", "

/// A cube of four to six positions an axis, which slices with constants fit.
let private cube (rank: int) =
    Gen.arrayOfLength rank (Gen.choose (4, 6)) |> Gen.bind (Generate.filled -3.0 3.0)

/// F# syntax, each beside the parts it means.
let private syntax: (int * string * (Tensor -> Tensor) * Part list) list =
    let range first last = Range(Some first, Some last)
    let from first = Range(Some first, None)
    let upTo last = Range(None, Some last)
    let all = Range(None, None)

    [ 1, "t[2]", (fun t -> t[2]), [ At 2 ]
      1, "t[1..2]", (fun t -> t[1..2]), [ range 1 2 ]
      1, "t[1..]", (fun t -> t[1..]), [ from 1 ]
      1, "t[..2]", (fun t -> t[..2]), [ upTo 2 ]
      1, "t[*]", (fun t -> t[*]), [ all ]
      1, "t[2..1]", (fun t -> t[2..1]), [ range 2 1 ]
      2, "t[1, 2]", (fun t -> t[1, 2]), [ At 1; At 2 ]
      2, "t[1]", (fun t -> t[1]), [ At 1 ]
      2, "t[1, *]", (fun t -> t[1, *]), [ At 1; all ]
      2, "t[*, 1]", (fun t -> t[*, 1]), [ all; At 1 ]
      2, "t[1..2, ..1]", (fun t -> t[1..2, ..1]), [ range 1 2; upTo 1 ]
      2, "t[0..0, 1..]", (fun t -> t[0..0, 1..]), [ range 0 0; from 1 ]
      3, "t[0, 1.., ..2]", (fun t -> t[0, 1.., ..2]), [ At 0; from 1; upTo 2 ]
      3, "t[0, 1, 2]", (fun t -> t[0, 1, 2]), [ At 0; At 1; At 2 ]
      3, "t[0, 1]", (fun t -> t[0, 1]), [ At 0; At 1 ]
      3, "t[1..2]", (fun t -> t[1..2]), [ range 1 2 ]
      3, "t[*, 3, *]", (fun t -> t[*, 3, *]), [ all; At 3; all ]
      3, "t[1.., 2, 3]", (fun t -> t[1.., 2, 3]), [ from 1; At 2; At 3 ]
      4, "t[1, 2, 3, 0]", (fun t -> t[1, 2, 3, 0]), [ At 1; At 2; At 3; At 0 ]
      4, "t[0, 1.., ..2, 3]", (fun t -> t[0, 1.., ..2, 3]), [ At 0; from 1; upTo 2; At 3 ]
      4, "t[*, 1..2, *, 2..3]", (fun t -> t[*, 1..2, *, 2..3]), [ all; range 1 2; all; range 2 3 ]
      4, "t[1..2, 0, 1, *]", (fun t -> t[1..2, 0, 1, *]), [ range 1 2; At 0; At 1; all ]
      4, "t[*, *, *, 1]", (fun t -> t[*, *, *, 1]), [ all; all; all; At 1 ] ]

[<Tests>]
let tests =
    testList
        "Slicing"
        [ testCase "there is an overload for every combination on up to six axes" (fun () ->
              let expected = [ for axes in 1..6 -> pown 2 axes - 1 ]
              let found = [ for axes in 1..6 -> overloads |> List.filter (fun (kinds, _) -> kinds.Length = axes) |> List.length ]
              Expect.equal found expected "overloads by the number of axes"
              Expect.equal (overloads |> List.distinctBy fst |> List.length) overloads.Length "no two alike")

          for kinds, method in overloads do
              propertyOf 10 $"t[{name kinds}] takes what an array's loops take" (sliced kinds) (fun (x, parts) ->
                  expectSame (invoke method (tensor x) parts) (reference parts x) "the slice")

          for rank, text, slice, parts in syntax do
              property $"{text} of {rank} axes" (cube rank) (fun x -> expectSame (slice (tensor x)) (reference parts x) text)

          property "any number of indexes picks from the first axes" (Generate.plain) (fun x ->
              let index = x.Shape |> Array.map (fun length -> length / 2)

              for count in 0 .. index.Length do
                  let parts = [ for axis in 0 .. count - 1 -> At index[axis] ]
                  expectSame ((tensor x).Item(Array.truncate count index)) (reference parts x) $"{count} indexes")

          property "a slice carries the gradient back to its elements only" (cube 2) (fun x ->
              let gradient = dsharp.grad (fun t -> (t[1..2, 1..]).sum() * 2.0) (tensor x)

              let expected =
                  Plain.init x.Shape (fun index -> if index[0] >= 1 && index[0] <= 2 && index[1] >= 1 then 2.0 else 0.0)

              expectSame gradient expected "zero elsewhere")

          testCase "an index outside the axis names position, axis and shape" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.zeros [ 2; 3 ]
                  expectError<IndexOutOfRangeException> [ "position 2"; "axis 0"; "[2; 3]" ] (fun () -> t[2] |> ignore)
                  expectError<IndexOutOfRangeException> [ "position -1"; "axis 0"; "[2; 3]" ] (fun () -> t[-1] |> ignore)
                  expectError<IndexOutOfRangeException> [ "position 3"; "axis 1"; "[2; 3]" ] (fun () -> t[0, 3] |> ignore)
                  expectError<IndexOutOfRangeException> [ "position 5"; "axis 1"; "[2; 3]" ] (fun () -> t[*, 5] |> ignore)))

          testCase "a range outside the axis names its ends, axis and shape" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.zeros [ 2; 3 ]
                  expectError<IndexOutOfRangeException> [ "0..2"; "axis 0"; "[2; 3]" ] (fun () -> t[0..2] |> ignore)
                  expectError<IndexOutOfRangeException> [ "-1..1"; "axis 0"; "[2; 3]" ] (fun () -> t[-1 .. 1] |> ignore)
                  expectError<IndexOutOfRangeException> [ "1..7"; "axis 1"; "[2; 3]" ] (fun () -> t[0, 1..7] |> ignore)
                  expectError<IndexOutOfRangeException> [ "5..2"; "axis 1"; "[2; 3]" ] (fun () -> t[*, 5..] |> ignore)))

          testCase "errors count axes of the tensor, not of what the indexes before left" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.zeros [ 2; 3; 4 ]
                  expectError<IndexOutOfRangeException> [ "position 9"; "axis 2"; "[2; 3; 4]" ] (fun () -> t[0, 0, 9] |> ignore)
                  expectError<IndexOutOfRangeException> [ "1..9"; "axis 1"; "[2; 3; 4]" ] (fun () -> t[0, 1..9] |> ignore)))

          testCase "more parts than axes are refused" (fun () ->
              Scope.run (fun () ->
                  expectError<ArgumentException> [ "axis 2"; "[2; 3]" ] (fun () -> (dsharp.zeros [ 2; 3 ])[0, 0, 0] |> ignore)
                  expectError<ArgumentException> [ "axis 0"; "[]" ] (fun () -> (dsharp.zero ())[0] |> ignore))) ]
