// Programs of 1 to 20 random operations over random shapes: values and derivatives agree with those of plain arrays.
// Run with the whole suite; a failure prints the shortest failing program and its seed.
module Functional.Tests.RandomProgramTests

open System
open Expecto
open Functional.Tensors
open Functional.Tests.PlainArrays
open Functional.Tests.TensorTesting
open Functional.Tests.Testing

/// One operation on earlier values, in both worlds.
type private Instruction =
    { Text: string
      Arguments: int list
      Apply: Tensor list -> Tensor
      Reference: Node list -> Node }

type private Program = { Inputs: Plain list; Instructions: Instruction list }

/// An operation that fits some of the values so far, or None.
type private Proposal = Draw -> Node[] -> Instruction option

// ---- proposals: what an operation asks of its arguments is what keeps it smooth and well-conditioned there ----

let private pickWhere (draw: Draw) (values: Node[]) (fits: Node -> bool) : int option =
    match
        [ for i in 0 .. values.Length - 1 do
              if fits values[i] then
                  i ]
    with
    | [] -> None
    // Later values are likelier, so that programs grow long and not only wide.
    | choices -> Some(max (draw.Pick choices) (draw.Pick choices))

let private everywhere (condition: float -> bool) (node: Node) =
    Array.forall condition node.Value.Values

let private one text (fits: Node -> bool) (apply: Tensor -> Tensor) (reference: Node -> Node) : Proposal =
    fun draw values ->
        pickWhere draw values fits
        |> Option.map (fun i ->
            { Text = $"{text} v{i}"
              Arguments = [ i ]
              Apply = (fun arguments -> apply arguments[0])
              Reference = (fun arguments -> reference arguments[0]) })

let private two
    text
    (fits: Node -> Node -> bool)
    (apply: Tensor -> Tensor -> Tensor)
    (reference: Node -> Node -> Node)
    : Proposal =
    fun draw values ->
        pickWhere draw values (fun _ -> true)
        |> Option.bind (fun i -> pickWhere draw values (fits values[i]) |> Option.map (fun j -> i, j))
        |> Option.map (fun (i, j) ->
            { Text = $"{text} v{i} v{j}"
              Arguments = [ i; j ]
              Apply = (fun arguments -> apply arguments[0] arguments[1])
              Reference = (fun arguments -> reference arguments[0] arguments[1]) })

let private unary name low high apply f slope =
    one name (everywhere (fun x -> x > low && x < high)) apply (Node.map f slope)

let private awayFrom kink x = abs (x - kink) > 1e-4

let private broadcasts (a: Node) (b: Node) =
    (Plain.broadcastShape a.Shape b.Shape).IsSome

let private binary name (holds: float -> float -> bool) apply f partials =
    let fits (a: Node) (b: Node) =
        broadcasts a b
        && (Plain.map2 (fun x y -> if holds x y then 1.0 else 0.0) a.Value b.Value).Values |> Array.forall ((=) 1.0)

    two name fits apply (Node.map2 f partials)

/// A proposal whose settings are drawn first.
let private drawn (make: Draw -> Proposal) : Proposal =
    fun draw values -> make draw draw values

/// A proposal about an axis of one value: its number, counted from either end, is drawn once the value is.
let private onAxis
    name
    (fits: Node -> int -> bool)
    (make: Draw -> Node -> int -> string * (int -> Tensor -> Tensor) * (Node -> Node))
    =
    fun (draw: Draw) (values: Node[]) ->
        pickWhere draw values (fun value -> value.Shape.Length > 0)
        |> Option.bind (fun i ->
            let value = values[i]
            let axis = draw.Int(0, value.Shape.Length - 1)

            if fits value axis then
                let given = if draw.Int(0, 1) = 0 then axis else axis - value.Shape.Length
                let settings, apply, reference = make draw value axis

                Some
                    { Text = $"{name} v{i} (axis {given}){settings}"
                      Arguments = [ i ]
                      Apply = (fun arguments -> apply given arguments[0])
                      Reference = (fun arguments -> reference arguments[0]) }
            else
                None)

let private reduction name fits (apply: Tensor -> int -> bool -> Tensor) (reference: int -> bool -> Node -> Node) : Proposal =
    onAxis name fits (fun draw _ axis ->
        let keep = draw.Int(0, 1) = 1
        (if keep then ", kept" else ""), (fun given t -> apply t given keep), reference axis keep)

let private sameRank name fits (apply: Tensor -> int -> Tensor) (reference: int -> Node -> Node) : Proposal =
    onAxis name fits (fun _ _ axis -> "", (fun given t -> apply t given), reference axis)

let private always _ _ = true

let private separated (node: Node) (axis: int) =
    Plain.lanes axis node.Value
    |> snd
    |> Array.forall (fun line -> line |> Array.sort |> Array.pairwise |> Array.forall (fun (a, b) -> b - a > 1e-4))

let private number (draw: Draw) : scalar =
    draw.Pick [ box 2; box -3; box 0.5f; box -1.5f; box 0.7; box -2.3; box 2L ] :?> scalar

let private withNumber name (apply: Tensor -> scalar -> Tensor) (f: float -> float -> float) slope : Proposal =
    drawn (fun draw ->
        let n = number draw
        let c = n.toDouble ()
        one $"{name} {n}:" (fun _ -> true) (fun t -> apply t n) (Node.map (fun x -> f x c) (fun x -> slope x c)))

let private logistic x = 1.0 / (1.0 + exp -x)

let private elementwise: Proposal list =
    let inf = infinity

    [ unary "exp" -inf 5.0 exp exp exp
      unary "log" 0.1 inf log log (fun x -> 1.0 / x)
      unary "log1p" -0.9 inf _.log1p() (fun x -> log (1.0 + x)) (fun x -> 1.0 / (1.0 + x))
      unary "expm1" -inf 5.0 _.expm1() (fun x -> exp x - 1.0) exp
      unary "sqrt" 0.1 inf sqrt sqrt (fun x -> 0.5 / sqrt x)
      unary "sin" -20.0 20.0 sin sin cos
      unary "cos" -20.0 20.0 cos cos (fun x -> -(sin x))
      unary "tanh" -inf inf tanh tanh (fun x -> 1.0 - tanh x ** 2.0)
      unary "atan" -inf inf atan atan (fun x -> 1.0 / (1.0 + x * x))
      unary "asin" -0.9 0.9 asin asin (fun x -> 1.0 / sqrt (1.0 - x * x))
      unary "square" -inf inf _.square() (fun x -> x * x) (fun x -> 2.0 * x)
      unary "neg" -inf inf (~-) (~-) (fun _ -> -1.0)
      unary "sigmoid" -inf inf _.sigmoid() logistic (fun x -> logistic x * logistic -x)
      unary "softplus" -30.0 30.0 _.softplus() (fun x -> log (1.0 + exp x)) logistic
      unary "logsigmoid" -30.0 30.0 _.logsigmoid() (fun x -> -(log (1.0 + exp -x))) (fun x -> logistic -x)
      unary "silu" -inf inf _.silu() (fun x -> x * logistic x) (fun x -> logistic x * (1.0 + x * logistic -x))
      unary "power 2.5 of" 0.1 20.0 (fun t -> t ** 2.5) (fun x -> x ** 2.5) (fun x -> 2.5 * x ** 1.5)
      unary "one divided by" 0.2 inf (fun t -> 1 / t) (fun x -> 1.0 / x) (fun x -> -1.0 / (x * x))
      unary "2 to the" -10.0 6.0 (fun t -> Tensor.Pow(2.0, t)) (fun x -> 2.0 ** x) (fun x -> log 2.0 * 2.0 ** x)
      one "abs" (everywhere (awayFrom 0.0)) abs (Node.map abs (fun x -> float (sign x)))
      one "relu" (everywhere (awayFrom 0.0)) _.relu() (Node.map (max 0.0) (fun x -> if x > 0.0 then 1.0 else 0.0))
      one
          "clamp -0.5 1"
          (everywhere (fun x -> awayFrom -0.5 x && awayFrom 1.0 x))
          (fun t -> t.clamp (-0.5, 1))
          (Node.map (fun x -> min 1.0 (max -0.5 x)) (fun x -> if x > -0.5 && x < 1.0 then 1.0 else 0.0))
      withNumber "add" (fun t n -> t + n) (+) (fun _ _ -> 1.0)
      withNumber "subtract" (fun t n -> t - n) (-) (fun _ _ -> 1.0)
      withNumber "subtract from" (fun t n -> n - t) (fun x c -> c - x) (fun _ _ -> -1.0)
      withNumber "multiply by" (fun t n -> n * t) (*) (fun _ c -> c)
      withNumber "divide by" (fun t n -> t / n) (/) (fun _ c -> 1.0 / c)
      binary "add" (fun _ _ -> true) (+) (+) (fun _ _ -> [| 1.0; 1.0 |])
      binary "subtract" (fun _ _ -> true) (-) (-) (fun _ _ -> [| 1.0; -1.0 |])
      binary "multiply" (fun _ _ -> true) (*) (*) (fun x y -> [| y; x |])
      binary "divide" (fun _ y -> abs y > 0.2) (/) (/) (fun x y -> [| 1.0 / y; -x / (y * y) |])
      binary "power" (fun x y -> x > 0.2 && abs y < 3.0) (fun a b -> a ** b) ( ** ) (fun x y ->
          [| y * x ** (y - 1.0); log x * x ** y |])
      binary "max" (fun x y -> awayFrom x y) (fun a b -> a.max b) max (fun x y ->
          if x > y then [| 1.0; 0.0 |] else [| 0.0; 1.0 |])
      binary "min" (fun x y -> awayFrom x y) (fun a b -> a.min b) min (fun x y ->
          if x < y then [| 1.0; 0.0 |] else [| 0.0; 1.0 |])
      binary "logaddexp" (fun x y -> max x y < 30.0) (fun a b -> a.logaddexp b) (fun x y -> log (exp x + exp y)) (fun x y ->
          [| logistic (x - y); logistic (y - x) |])
      binary
          "where the first is above 0.3"
          (fun x _ -> awayFrom 0.3 x)
          (fun a b -> dsharp.where (a.gt 0.3, a * b, b))
          (fun x y -> if x > 0.3 then x * y else y)
          (fun x y -> if x > 0.3 then [| y; x |] else [| 0.0; 1.0 |]) ]

let private reductions: Proposal list =
    let whole name (apply: Tensor -> Tensor) reference =
        one name (fun _ -> true) apply reference

    let several (node: Node) axis = node.Shape[axis] > 1

    [ reduction "sum" always (fun t axis keep -> t.sum (axis, keepDim = keep)) Node.sum
      reduction "mean" always (fun t axis keep -> t.mean (axis, keepDim = keep)) Node.mean
      reduction "logsumexp" always (fun t axis keep -> t.logsumexp (axis, keepDim = keep)) Node.logsumexp
      reduction "max" separated (fun t axis keep -> t.max (axis, keepDim = keep)) Node.largest
      reduction "var" several (fun t axis keep -> t.var (axis, keepDim = keep)) Node.variance
      sameRank "softmax" always (fun t axis -> t.softmax axis) Node.softmax
      sameRank "logsoftmax" always (fun t axis -> t.logsoftmax axis) Node.logsoftmax
      sameRank "cumsum" always (fun t axis -> t.cumsum axis) Node.cumsum
      whole "sum" _.sum() Node.total
      whole "mean" _.mean() (fun node ->
          Node.total node
          |> Node.map (fun x -> x / float node.Value.Values.Length) (fun _ -> 1.0 / float node.Value.Values.Length)) ]

let private shapes: Proposal list =
    let length (node: Node) = node.Value.Values.Length

    let transposed (draw: Draw) =
        let rank = draw.Int(2, 4)
        let a, b = draw.Int(0, rank - 1), draw.Int(0, rank - 1)
        let permutation = [| 0 .. rank - 1 |] |> Array.updateAt a b |> Array.updateAt b a
        let fits (node: Node) = node.Shape.Length = rank
        one $"transpose {a} {b}" fits (fun t -> t.transpose (a, b)) (Node.permute permutation)

    let permuted (draw: Draw) =
        let permutation = [| 0 .. draw.Int(1, 4) - 1 |] |> Array.sortBy (fun _ -> draw.Float(0.0, 1.0))
        let fits (node: Node) = node.Shape.Length = permutation.Length
        one $"permute %A{permutation}" fits (fun t -> t.permute permutation) (Node.permute permutation)

    let viewed (draw: Draw) =
        let rows = draw.Int(1, 4)
        let shape (node: Node) = [| rows; length node / rows |]

        one $"view {rows} -1" (fun node -> length node % rows = 0) _.view([ rows; -1 ]) (fun node ->
            Node.reshape (shape node) node)

    let taken (draw: Draw) (node: Node) axis =
        let first = draw.Int(0, node.Shape[axis] - 1)
        let count = draw.Int(1, node.Shape[axis] - first)

        let parts =
            Array2D.init (axis + 1) 3 (fun row column ->
                match row = axis, column with
                | true, 0 -> first
                | true, 1 -> first + count - 1
                | false, 1 -> node.Shape[row] - 1
                | _ -> 0)

        $" {first}..{first + count - 1}", (fun _ (t: Tensor) -> t.GetSlice parts), Node.slice axis first count

    let repeated (_: Draw) (node: Node) axis =
        let selected = [| node.Shape[axis] - 1; 0; 0 |]

        let reference node =
            Node.cat axis [ for position in selected -> Node.slice axis position 1 node ]

        $" %A{selected}", (fun given (t: Tensor) -> t.indexSelect (given, dsharp.tensor selected)), reference

    let joined name (apply: seq<Tensor> * int -> Tensor) reference =
        fun (draw: Draw) (values: Node[]) ->
            pickWhere draw values (fun node -> node.Shape.Length > 0)
            |> Option.bind (fun i ->
                let axis = draw.Int(0, values[i].Shape.Length - 1)
                pickWhere draw values (fun other -> other.Shape = values[i].Shape) |> Option.map (fun j -> i, j, axis))
            |> Option.map (fun (i, j, axis) ->
                { Text = $"{name} v{i} v{j} (axis {axis})"
                  Arguments = [ i; j ]
                  Apply = (fun arguments -> apply (arguments, axis))
                  Reference = reference axis })

    let numbered (draw: Draw) = draw.Int(0, 4)

    [ drawn transposed
      drawn permuted
      drawn viewed
      onAxis "slice" always taken
      onAxis "indexSelect" always repeated
      sameRank "flip" always (fun t axis -> t.flip [ axis ]) Node.flip
      joined "cat" (fun (tensors, axis) -> Tensor.cat (tensors, axis)) Node.cat
      joined "stack" (fun (tensors, axis) -> Tensor.stack (tensors, axis)) (fun axis nodes ->
          nodes |> List.map (Node.unsqueeze axis) |> Node.cat axis)
      sameRank "squeeze" (fun node axis -> node.Shape[axis] = 1) (fun t axis -> t.squeeze axis) Node.squeeze
      sameRank "first of" always (fun t axis -> t.unstack(axis)[0]) (fun axis node ->
          node |> Node.slice axis 0 1 |> Node.squeeze axis)
      drawn (fun draw ->
          let axis = numbered draw
          one $"unsqueeze {axis}" (fun node -> axis <= node.Shape.Length) _.unsqueeze(axis) (Node.unsqueeze axis))
      drawn (fun draw ->
          let copies = draw.Int(2, 3)
          let wide (node: Node) = Array.append [| copies |] node.Shape

          one $"expand {copies} times" (fun _ -> true) (fun t -> t.expand (Array.append [| copies |] t.shape)) (fun node ->
              Node.expand (wide node) node)) ]

let private products: Proposal list =
    let chain (a: Node) (b: Node) =
        let n, m = a.Shape.Length, b.Shape.Length

        n >= 2
        && m >= 2
        && a.Shape[n - 1] = b.Shape[m - 2]
        && (Plain.broadcastShape a.Shape[.. n - 3] b.Shape[.. m - 3]).IsSome

    // Any value times its own transpose, so that there is always something to multiply.
    let gram (node: Node) =
        let rank = node.Shape.Length
        let swapped = [| yield! [| 0 .. rank - 3 |]; rank - 1; rank - 2 |]
        Node.matmul node (Node.permute swapped node)

    [ two "matmul" chain (fun a b -> a.matmul b) Node.matmul
      two "matmul" chain (fun a b -> a.matmul b) Node.matmul
      one "matmul with its transpose" (fun node -> node.Shape.Length >= 2) (fun t -> t.matmul (t.transpose (-1, -2))) gram ]

let private kinds = [ elementwise; elementwise; reductions; shapes; products ]

// ---- programs ----

let private append (value: Node) (values: Node[]) = Array.append values [| value |]

let private evaluate (program: Program) : Node[] =
    let step values instruction =
        append (instruction.Reference(instruction.Arguments |> List.map (Array.get values))) values

    program.Instructions |> List.fold step (program.Inputs |> List.map Node.leaf |> List.toArray)

/// Small, and of numbers whose last digits mean something.
let private isTame (node: Node) =
    node.Shape.Length <= 5 && node.Value.Values.Length <= 128 && everywhere (fun x -> abs x < 300.0) node

/// The values that no instruction takes.
let private loose (program: Program) =
    let used = program.Instructions |> List.collect _.Arguments |> Set.ofList
    [ 0 .. program.Inputs.Length + program.Instructions.Length - 1 ] |> List.filter (used.Contains >> not)

let private weights (shape: int[]) : Plain =
    { Shape = shape
      Values = Array.init (Plain.size shape) (fun i -> cos (float i)) }

/// A number that every element of every loose value counts in, each with another weight.
let private referenceLoss (program: Program) (values: Node[]) =
    loose program
    |> List.map (fun i -> Node.multiply values[i] (Node.leaf (weights values[i].Shape)) |> Node.total)
    |> List.reduce Node.add

let private referenceGradients program (values: Node[]) =
    Node.gradients (referenceLoss program values) (List.init program.Inputs.Length (Array.get values))

let private run (program: Program) (inputs: Tensor list) : Tensor[] =
    let step (values: Tensor[]) instruction =
        Array.append values [| instruction.Apply(instruction.Arguments |> List.map (Array.get values)) |]

    program.Instructions |> List.fold step (List.toArray inputs)

let private loss program (values: Tensor[]) =
    loose program |> List.map (fun i -> (values[i] * tensor (weights values[i].shape)).sum()) |> List.reduce (+)

let private print (program: Program) =
    let inputs = program.Inputs |> List.mapi (fun i input -> $"  v{i} = input %A{input.Shape}, %A{input.Values}")

    let values = evaluate program
    let first = inputs.Length

    let instructions =
        program.Instructions
        |> List.mapi (fun i instruction -> $"  v{first + i} = {instruction.Text}    of shape %A{values[first + i].Shape}")

    String.concat "\n" (inputs @ instructions)

// ---- generation ----

let private shapeFrom (draw: Draw) =
    Array.init (draw.Int(0, 3)) (fun _ -> draw.Int(1, 4))

let private draw (draw: Draw) : Program =
    let first = shapeFrom draw

    // The others fit the first: the same axes, some of length 1, some in front left out; or a matrix that follows it.
    let other () =
        match draw.Int(0, 3) with
        | 0 -> shapeFrom draw
        | 1 -> Array.append (Array.truncate 1 (Array.rev first)) [| draw.Int(1, 4) |]
        | _ ->
            first
            |> Array.map (fun length -> if draw.Int(0, 2) = 0 then 1 else length)
            |> Array.skip (draw.Int(0, first.Length))

    let shapes = first :: List.init (draw.Int(0, 2)) (fun _ -> other ())

    let inputs = shapes |> List.map (fun shape -> { Shape = shape; Values = draw.Floats(Plain.size shape, -2.0, 2.0) })

    let rec extend (program: Program) (values: Node[]) left attempts =
        if left = 0 || attempts = 0 then
            program
        else
            match (draw.Pick(draw.Pick kinds)) draw values with
            | None -> extend program values left (attempts - 1)
            | Some instruction ->
                let value = instruction.Reference(instruction.Arguments |> List.map (Array.get values))

                if isTame value then
                    let program = { program with Instructions = program.Instructions @ [ instruction ] }
                    extend program (append value values) (left - 1) attempts
                else
                    extend program values left (attempts - 1)

    // Long chains may amplify: cut them where the derivative would have lost the digits that are compared.
    let rec temper (program: Program) =
        let steep = referenceGradients program (evaluate program) |> List.exists (Array.exists (fun g -> not (abs g < 1e4)))

        if steep then
            temper
                { program with
                    Instructions = List.truncate (program.Instructions.Length - 1) program.Instructions }
        else
            program

    extend { Inputs = inputs; Instructions = [] } (inputs |> List.map Node.leaf |> List.toArray) (draw.Int(1, 20)) 200
    |> temper

// ---- comparison ----

let private near what (actual: Tensor) (expected: Plain) =
    Expect.equal actual.shape expected.Shape $"{what}: shape"
    let scale = 1.0 + (Array.append [| 0.0 |] expected.Values |> Array.map abs |> Array.max)

    Array.zip (actual.toArray1D<float>()) expected.Values
    |> Array.iteri (fun i (actual, expected) ->
        if not (abs (actual - expected) <= 1e-9 * scale) then
            failtest $"{what}: element {i} is {actual}, not {expected}.")

let private compareValues (program: Program) =
    let values = run program (program.Inputs |> List.map tensor)
    evaluate program |> Array.iteri (fun i node -> near $"v{i}" values[i] node.Value)

let private compareGradients (program: Program) =
    let expected = referenceGradients program (evaluate program)
    let inputs = program.Inputs |> List.map (tensor >> Gradient.record)
    let actual = Gradient.ofLoss (loss program (run program inputs)) (List.toArray inputs)

    expected
    |> List.iteri (fun i gradient ->
        near $"the derivative by v{i}" actual[i] { Shape = program.Inputs[i].Shape; Values = gradient })

/// Forward mode: along a direction, the derivative is the gradient's product with it.
let private compareDirections (program: Program) =
    let expected = (referenceGradients program (evaluate program)).Head
    let first, rest = tensor program.Inputs.Head, program.Inputs.Tail |> List.map tensor
    let direction = weights program.Inputs.Head.Shape
    let along = dsharp.jacobianv (fun x -> loss program (run program (x :: rest))) first (tensor direction)
    let slope = Array.map2 (*) expected direction.Values |> Array.sum
    near "the derivative along a direction" along { Shape = [||]; Values = [| slope |] }

let private fails compare (program: Program) =
    try
        Scope.run (fun () -> compare program)
        None
    with error ->
        Some error

/// The program without what its last value does not need.
let private needed (program: Program) =
    let first = program.Inputs.Length

    let rec needs i =
        Set.add
            i
            (if i < first then
                 Set.empty
             else
                 program.Instructions[i - first].Arguments |> List.map needs |> Set.unionMany)

    let kept = needs (first + program.Instructions.Length - 1) |> Set.union (Set [ 0 .. first - 1 ]) |> Set.toList
    let renamed = kept |> List.mapi (fun place i -> i, place) |> Map

    let rename instruction =
        let arguments = instruction.Arguments |> List.map (fun i -> renamed[i])
        let name = instruction.Text.Split(" v")[0]
        let text = arguments |> List.map (sprintf "v%d") |> String.concat " "

        let settings =
            instruction.Text.Substring(instruction.Text.LastIndexOf " v").Split(' ', 3)
            |> Array.skip 2
            |> String.concat " "

        { instruction with Arguments = arguments; Text = $"{name} {text} {settings}" }

    { program with
        Instructions =
            [ for i in kept do
                  if i >= first then
                      rename program.Instructions[i - first] ] }

/// The shortest beginning that fails, without what its last value does not need if it fails then too.
let private shrink compare (program: Program) =
    let beginnings =
        [ for count in 1 .. program.Instructions.Length ->
              { program with Instructions = List.truncate count program.Instructions } ]

    let shortest = beginnings |> List.tryFind (fails compare >> Option.isSome) |> Option.defaultValue program
    let small = needed shortest
    if (fails compare small).IsSome then small else shortest

let private agrees name count compare =
    holds name count (fun seed ->
        let program = draw seed

        match fails compare program with
        | None -> ()
        | Some _ ->
            let short = shrink compare program
            let reason = fails compare short |> Option.map _.Message |> Option.defaultValue "(it passes when repeated)"
            failtest $"{reason}\nThe program, shortened from {program.Instructions.Length} operations:\n{print short}")

[<Tests>]
let tests =
    testList
        "Random programs"
        [ agrees "have the values of plain arrays" 400 compareValues
          agrees "have the derivatives of plain arrays" 400 compareGradients
          agrees "have the directional derivatives of plain arrays" 150 compareDirections

          testCase "use every operation, and most are long" (fun () ->
              let programs = List.init 300 (fun seed -> draw (Draw seed))
              let lengths = programs |> List.map _.Instructions.Length
              let used = programs |> List.collect _.Instructions |> List.map (fun i -> i.Text.Split(' ')[0]) |> Set.ofList
              Expect.isTrue (List.averageBy float lengths > 6.0) $"the average length, {List.averageBy float lengths}"
              Expect.isTrue (used.Count >= 48) $"the operations, %A{used}"

              let words =
                  "exp log sqrt divide power where logaddexp var max logsumexp cumsum matmul cat stack slice squeeze clamp"

              for name in words.Split ' ' do
                  Expect.isTrue (used.Contains name) $"{name} occurs") ]
