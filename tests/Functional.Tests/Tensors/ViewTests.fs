// Tests of View: shapes, joining, splitting and gathering, against index arithmetic on plain arrays.
// Run with the whole suite.
module Functional.Tests.ViewTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

/// A plain tensor and an order of its axes.
let private withPermutation =
    gen {
        let! x = Generate.plain
        let! order = Gen.shuffle [ 0 .. x.Shape.Length - 1 ]
        return x, Seq.toArray order
    }

/// Two axes of a tensor, perhaps the same.
let private withTwoAxes =
    gen {
        let! x, first = Generate.withAxis
        let! second = Gen.choose (0, x.Shape.Length - 1)
        return x, first, second
    }

/// Several tensors that differ along one axis only.
let private joinable =
    gen {
        let! x, axis = Generate.withAxis
        let! lengths = Gen.choose (1, 4) |> Gen.listOfLength 3

        let! parts =
            lengths
            |> List.map (fun length -> Generate.filled -3.0 3.0 (Array.updateAt axis length x.Shape))
            |> Gen.sequenceToList

        return parts, axis
    }

/// A tensor, an axis, and positions on it.
let private withPositions (count: int) =
    gen {
        let! x, axis = Generate.withAxis
        let! positions = Gen.arrayOfLength count (Gen.choose (0, x.Shape[axis] - 1))
        return x, axis, positions
    }

let private permute (order: int[]) (x: Plain) =
    Plain.init (order |> Array.map (fun axis -> x.Shape[axis])) (fun index ->
        let source = Array.zeroCreate index.Length
        order |> Array.iteri (fun place axis -> source[axis] <- index[place])
        Plain.at x source)

let private cat (axis: int) (parts: Plain list) =
    let length = parts |> List.sumBy (fun part -> part.Shape[axis])

    let rec find (parts: Plain list) (index: int[]) =
        match parts with
        | part :: _ when index[axis] < part.Shape[axis] -> Plain.at part index
        | part :: rest -> find rest (Array.updateAt axis (index[axis] - part.Shape[axis]) index)
        | [] -> failwith "beyond the last part"

    Plain.init (Array.updateAt axis length parts.Head.Shape) (find parts)

/// The elements from one position on an axis, so many.
let private narrow (axis: int) (start: int) (length: int) (x: Plain) =
    Plain.init (Array.updateAt axis length x.Shape) (fun index -> Plain.at x (Array.updateAt axis (index[axis] + start) index))

let private select (axis: int) (positions: int[]) (x: Plain) =
    Plain.init (Array.updateAt axis positions.Length x.Shape) (fun index ->
        Plain.at x (Array.updateAt axis positions[index[axis]] index))

/// Lengths as a user might ask for them, most of them in vain.
let private wantedShapes =
    Gen.choose (0, 3)
    |> Gen.bind (fun rank -> Gen.arrayOfLength rank (Gen.elements [ -2; -1; -1; 0; 1; 1; 2; 3; 4; 6 ]))

let private misfits: (string * string list * (unit -> obj)) list =
    let t = dsharp.zeros [ 2; 3 ] |> Scope.keep

    [ "a view of too few elements", [ "view"; "[2; 3] has 6"; "[4] takes 4" ], (fun () -> t.view [ 4 ])
      "a view that does not come out", [ "view"; "[2; 3] has 6"; "[4; -1] takes a multiple of 4" ], (fun () -> t.view [ 4; -1 ])
      "a view with two open axes", [ "view"; "[-1; -1]"; "one of them may be -1" ], (fun () -> t.view [ -1; -1 ])
      "expanding another axis", [ "expand"; "[2; 3]"; "[4; 3]"; "length 1" ], (fun () -> t.expand [ 4; 3 ])
      "expanding to fewer axes", [ "expand"; "[2; 3]"; "[3]" ], (fun () -> t.expand [ 3 ])
      "joining other lengths", [ "cat"; "[2; 3], [2; 4]"; "axis 0" ], (fun () -> Tensor.cat [ t; dsharp.zeros [ 2; 4 ] ])
      "joining other ranks", [ "cat"; "[2; 3], [3]"; "axis 0" ], (fun () -> Tensor.cat [ t; dsharp.zeros [ 3 ] ])
      "stacking other shapes", [ "stack"; "[2; 3], [3; 2]"; "equal" ], (fun () -> Tensor.stack [ t; dsharp.zeros [ 3; 2 ] ])
      "splitting into too little", [ "split"; "[1; 1]"; "add up to 2"; "axis 1"; "has 3" ], (fun () -> t.split ([ 1; 1 ], 1))
      "splitting into less than nothing", [ "split"; "[3; -1]"; "0 or more" ], (fun () -> t.split [ 3; -1 ])
      "gathering with fewer axes", [ "gather"; "[2]"; "[2; 3]" ], (fun () -> t.gather (1, dsharp.zeros([ 2 ]).int64()))
      "gathering along longer axes", [ "gather"; "[4; 1]"; "axis 1" ], (fun () -> t.gather (1, dsharp.zeros([ 4; 1 ]).int64()))
      "selecting by a matrix",
      [ "indexSelect"; "a vector"; "[1; 1]" ],
      (fun () -> t.indexSelect (0, dsharp.zeros([ 1; 1 ]).int64()))
      "a sum",
      [ "add: shapes [2; 3] and [2; 4]"; "axis 1"; "3 and 4"; "last one back" ],
      (fun () -> box (t + dsharp.zeros [ 2; 4 ]))
      "a quotient",
      [ "div: shapes [2; 3] and [4; 1; 3; 3]"; "axis 2"; "2 and 3" ],
      (fun () -> box (t / dsharp.zeros [ 4; 1; 3; 3 ]))
      "a power", [ "pow: shapes [2; 3] and [2]" ], (fun () -> box (t ** dsharp.zeros [ 2 ]))
      "a comparison", [ "lt: shapes [2; 3] and [5]" ], (fun () -> t.lt (dsharp.zeros [ 5 ]))
      "a choice", [ "where: shapes"; "[2; 3]"; "[5]" ], (fun () -> dsharp.where (t.gt 0.0, t, dsharp.zeros [ 5 ])) ]

[<Tests>]
let tests =
    testList
        "View"
        [ property "a view has the same elements in another shape" Generate.plain (fun x ->
              let t = tensor x
              expectSame (t.view [ -1 ]) { x with Shape = [| x.Values.Length |] } "flat"
              expectSame (t.view -1) { x with Shape = [| x.Values.Length |] } "flat, by one number"
              expectSame (dsharp.view (t, [ 1; -1; 1 ])) { x with Shape = [| 1; x.Values.Length; 1 |] } "with axes of 1"
              expectSame ((t.view -1).view x.Shape) x "there and back"
              expectSame ((t.view -1).viewAs t) x "as another")

          property "permute and transpose move axes" withPermutation (fun (x, order) ->
              let t = tensor x
              expectSame (t.permute order) (permute order x) "permute"
              expectSame (dsharp.permute (t, order)) (permute order x) "dsharp.permute"
              expectSame ((t.permute order).view -1) { permute order x with Shape = [| x.Values.Length |] } "and flattened")

          property "transpose swaps two axes" withTwoAxes (fun (x, first, second) ->
              let order =
                  Array.init x.Shape.Length (fun axis ->
                      if axis = first then second
                      elif axis = second then first
                      else axis)

              let rank = x.Shape.Length
              expectSame ((tensor x).transpose(first, second)) (permute order x) "transpose"
              expectSame ((tensor x).transpose(first - rank, second - rank)) (permute order x) "from the end")

          property "a matrix has a transpose" (Generate.plainOfRank 2) (fun x ->
              expectSame ((tensor x).transpose()) (permute [| 1; 0 |] x) "transposed"
              expectSame (dsharp.transpose (tensor x)) (permute [| 1; 0 |] x) "dsharp.transpose")

          testCase "what is no matrix has no transpose without axes" (fun () ->
              Scope.run (fun () ->
                  expectError<ArgumentException> [ "transpose"; "a matrix"; "[2; 3; 4]" ] (fun () ->
                      (dsharp.zeros [ 2; 3; 4 ]).transpose() |> ignore)))

          property
              "unsqueeze adds an axis anywhere and squeeze takes it away"
              (Generate.plain |> Gen.zip (Gen.choose (0, 4)))
              (fun (place, x) ->
                  let axis = min place x.Shape.Length
                  let expected = { x with Shape = Array.insertAt axis 1 x.Shape }
                  let t = tensor x
                  expectSame (t.unsqueeze axis) expected "unsqueeze"
                  expectSame (t.unsqueeze (axis - x.Shape.Length - 1)) expected "from the end"
                  expectSame ((t.unsqueeze axis).squeeze axis) x "and back"
                  expectSame (t.squeeze ()) { x with Shape = Array.filter ((<>) 1) x.Shape } "squeeze of all"
                  expectSame (dsharp.squeeze (dsharp.unsqueeze (t, axis), axis)) x "dsharp")

          property "squeeze leaves a longer axis alone" Generate.withAxis (fun (x, axis) ->
              let shape = if x.Shape[axis] = 1 then Array.removeAt axis x.Shape else x.Shape
              expectSame ((tensor x).squeeze axis) { x with Shape = shape } "that axis")

          property "flatten joins neighbouring axes" withTwoAxes (fun (x, a, b) ->
              let first, last = min a b, max a b
              let middle = Plain.size x.Shape[first..last]
              let shape = Array.concat [ x.Shape[.. first - 1]; [| middle |]; x.Shape[last + 1 ..] ]
              expectSame ((tensor x).flatten(first, last)) { x with Shape = shape } "some"
              expectSame ((tensor x).flatten()) { x with Shape = [| x.Values.Length |] } "all"
              expectSame (dsharp.flatten (tensor x, first, last)) { x with Shape = shape } "dsharp.flatten")

          property "expand repeats axes of length 1" Generate.broadcastable (fun (a, b) ->
              let shape = Plain.broadcastShape a.Shape b.Shape |> Option.get
              let expected = Plain.broadcast shape a
              let target = dsharp.zeros shape
              expectSame ((tensor a).expand shape) expected "expand"
              expectSame ((tensor a).expandAs target) expected "expandAs"
              expectSame (dsharp.expand (tensor a, shape)) expected "dsharp.expand"
              expectSame ((tensor a).expand(shape).clone()) expected "and copied")

          property "cat joins along an axis" joinable (fun (parts, axis) ->
              let tensors = parts |> List.map tensor
              let expected = cat axis parts
              expectSame (Tensor.cat (tensors, axis)) expected "Tensor.cat"
              expectSame (dsharp.cat (tensors, axis)) expected "dsharp.cat"
              expectSame (Tensor.cat (tensors, axis - expected.Shape.Length)) expected "from the end")

          property "stack joins along a new axis" (Gen.zip Generate.plain (Gen.choose (0, 4))) (fun (x, place) ->
              let axis = min place x.Shape.Length
              let doubled = Plain.map (fun v -> 2.0 * v) x

              let withAxis (x: Plain) =
                  { x with Shape = Array.insertAt axis 1 x.Shape }

              let expected = cat axis [ withAxis x; withAxis doubled ]
              expectSame (Tensor.stack ([ tensor x; tensor doubled ], axis)) expected "Tensor.stack"
              expectSame (dsharp.stack ([ tensor x; tensor doubled ], axis)) expected "dsharp.stack"
              expectSame (Tensor.stack ([ tensor x; tensor doubled ], axis - x.Shape.Length - 1)) expected "from the end")

          property "split takes apart what cat joins" joinable (fun (parts, axis) ->
              let whole = tensor (cat axis parts)
              let sizes = parts |> List.map (fun part -> part.Shape[axis])

              for pieces in [ whole.split (sizes, axis); dsharp.split (whole, sizes, axis) ] do
                  Expect.hasLength pieces parts.Length "parts"
                  List.iter2 (fun piece part -> expectSame piece part "a part") (List.ofArray pieces) parts)

          property "unstack takes apart what stack joins" Generate.withAxis (fun (x, axis) ->
              for pieces in [ (tensor x).unstack axis; dsharp.unstack (tensor x, axis) ] do
                  Expect.hasLength pieces x.Shape[axis] "parts"

                  pieces
                  |> Array.iteri (fun i piece ->
                      expectSame piece { narrow axis i 1 x with Shape = Array.removeAt axis x.Shape } $"part {i}"))

          for name, parts, body in misfits do
              testCase $"{name} is refused, naming both shapes and what would fit" (fun () ->
                  Scope.run (fun () -> expectError<ArgumentException> parts (body >> ignore)))

          property
              "every shape that libtorch refuses is explained"
              (Gen.zip (Generate.shape 0 3) wantedShapes)
              (fun (shape, wanted) ->
                  let t = dsharp.zeros shape

                  let explained (body: unit -> Tensor) =
                      try
                          body () |> ignore
                      with error ->
                          Expect.equal (error.GetType()) typeof<ArgumentException> error.Message

                  explained (fun () -> t.view wanted)
                  explained (fun () -> t.expand wanted)
                  let other = dsharp.zeros (wanted |> Array.map abs)
                  explained (fun () -> t + other)
                  explained (fun () -> Tensor.stack [ t; other ])

                  if t.dim > 0 && other.dim > 0 then
                      explained (fun () -> Tensor.cat [ t; other ])
                      explained (fun () -> (t.split (wanted |> Seq.toArray))[0])
                      explained (fun () -> t.gather (0, other.int64 ())))

          property "indexSelect picks whole slices" (Gen.choose (1, 5) |> Gen.bind withPositions) (fun (x, axis, positions) ->
              let expected = select axis positions x
              expectSame ((tensor x).indexSelect(axis, dsharp.tensor positions)) expected "of int32 positions"
              expectSame ((tensor x).indexSelect(axis, dsharp.tensor (Array.map int64 positions))) expected "of int64 positions")

          property "gather picks element by element" Generate.withAxis (fun (x, axis) ->
              let positions = Plain.init x.Shape (fun index -> float ((Array.sum index * 7 + 3) % x.Shape[axis]))

              let expected =
                  Plain.init x.Shape (fun index -> Plain.at x (Array.updateAt axis (int (Plain.at positions index)) index))

              let indices = (tensor positions).int32()
              expectSame ((tensor x).gather(axis, indices)) expected "gather"
              expectSame (dsharp.gather (tensor x, axis, indices)) expected "dsharp.gather")

          testCase "positions beyond the axis are refused" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.zeros [ 2; 3 ]

                  expectError<IndexOutOfRangeException> [ "position 3"; "axis 1"; "[2; 3]" ] (fun () ->
                      t.indexSelect (1, dsharp.tensor [ 0; 3 ]) |> ignore)

                  expectError<IndexOutOfRangeException> [ "position 5"; "axis 1"; "[2; 3]" ] (fun () ->
                      t.gather (1, dsharp.tensor [ [ 5 ] ]) |> ignore)))

          property "flip turns axes round" withTwoAxes (fun (x, first, second) ->
              let axes = List.distinct [ first; second ]

              let expected =
                  Plain.init x.Shape (fun index ->
                      index
                      |> Array.mapi (fun axis position ->
                          if List.contains axis axes then x.Shape[axis] - 1 - position else position)
                      |> Plain.at x)

              expectSame ((tensor x).flip axes) expected "flip"
              expectSame (dsharp.flip (tensor x, axes)) expected "dsharp.flip")

          property
              "repeat repeats each slice, tile the whole"
              (Gen.zip Generate.withAxis (Gen.choose (1, 3)))
              (fun ((x, axis), times) ->
                  let length = x.Shape[axis]

                  let repeated =
                      select
                          axis
                          [| for position in 0 .. length - 1 do
                                 for _ in 1..times -> position |]
                          x

                  let tiled =
                      select
                          axis
                          [| for _ in 1..times do
                                 for position in 0 .. length - 1 -> position |]
                          x

                  expectSame ((tensor x).repeat(axis, times)) repeated "repeat"
                  expectSame (dsharp.repeat (tensor x, axis, times)) repeated "dsharp.repeat"
                  expectSame ((tensor x).tile(Array.init x.Shape.Length (fun i -> if i = axis then times else 1))) tiled "tile")

          property "views carry gradients back to where the elements came from" withPermutation (fun (x, order) ->
              let weights = Plain.map sin (permute order x)
              let gradient = dsharp.grad (fun t -> (t.permute order * tensor weights).sum()) (tensor x)
              let inverse = Array.init order.Length (fun axis -> Array.findIndex ((=) axis) order)
              expectSame gradient (permute inverse weights) "the weights, moved back")

          property "shape arithmetic" (Generate.shape 0 4) (fun shape ->
              Expect.equal (Shape.nelement shape) (Plain.size shape) "elements"

              for length in 0 .. shape.Length do
                  Expect.isTrue (Shape.endsWith (Array.skip length shape) shape) "its own endings"

              Expect.isFalse (Shape.endsWith (Array.append [| 2 |] shape) shape) "a longer one"
              Expect.isFalse (Shape.endsWith [| 9 |] shape) "another one")

          for name, apply in
              [ "transpose", (fun (t: Tensor) axis -> t.transpose (axis, 0) |> ignore)
                "squeeze", (fun t axis -> t.squeeze axis |> ignore)
                "split", (fun t axis -> t.split ([ 1; 1 ], axis) |> ignore)
                "unstack", (fun t axis -> t.unstack axis |> ignore)
                "repeat", (fun t axis -> t.repeat (axis, 2) |> ignore)
                "gather", (fun t axis -> t.gather (axis, dsharp.tensor [ [ 0 ] ]) |> ignore)
                "indexSelect", (fun t axis -> t.indexSelect (axis, dsharp.tensor [ 0 ]) |> ignore)
                "cat", (fun t axis -> Tensor.cat ([ t; t ], axis) |> ignore)
                "stack", (fun t axis -> Tensor.stack ([ t; t ], axis + sign axis) |> ignore)
                "unsqueeze", (fun t axis -> t.unsqueeze (axis + sign axis) |> ignore)
                "flatten", (fun t axis -> t.flatten axis |> ignore)
                "flip", (fun t axis -> t.flip [ axis ] |> ignore)
                "permute", (fun t axis -> t.permute [ axis; 0 ] |> ignore) ] do
              testCase $"{name} names the axis that is not there, and the shape" (fun () ->
                  Scope.run (fun () ->
                      let t = dsharp.zeros [ 2; 3 ]

                      for axis in [ 2; -3 ] do
                          expectError<ArgumentException> [ name; "no axis"; "[2; 3]" ] (fun () -> apply t axis)))

          testCase "nothing cannot be joined" (fun () ->
              expectError<ArgumentException> [ "cat"; "empty" ] (fun () -> Tensor.cat [] |> ignore)
              expectError<ArgumentException> [ "stack"; "empty" ] (fun () -> Tensor.stack [] |> ignore)) ]
