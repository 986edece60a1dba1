// Tensor operations over plain float arrays, with a reverse mode of their own: nothing here knows of libtorch.
// RandomProgramTests compares whole programs with it.
module internal Functional.Tests.PlainArrays

open System.Collections.Generic
open Functional.Tests.TensorTesting

/// A value, what it was computed from, and how a derivative by it becomes derivatives by those.
[<Sealed; AllowNullLiteral>]
type Node(value: Plain, inputs: Node list, back: float[] -> float[] list) =
    member _.Value = value
    member _.Shape = value.Shape
    member _.Inputs = inputs
    member _.Back = back

module Node =

    let leaf (value: Plain) = Node(value, [], (fun _ -> []))

    let private zeros (node: Node) : float[] =
        Array.zeroCreate node.Value.Values.Length

    // ---- the primitives: everything else is composed of these three ----

    /// Elements copied from the inputs: `source` says from which one and from which place in row-major order.
    let rearrange (shape: int[]) (inputs: Node list) (source: int[] -> int * int) =
        let places = Plain.indexes shape |> Seq.map source |> Seq.toArray
        let values = places |> Array.map (fun (which, place) -> inputs[which].Value.Values[place])

        let back (gradient: float[]) =
            let sums = inputs |> List.map zeros

            let add i (which, place) =
                sums[which][place] <- sums[which][place] + gradient[i]

            places |> Array.iteri add
            sums

        Node({ Shape = shape; Values = values }, inputs, back)

    /// A function of elements at one place, from inputs of one shape, with its partial derivatives.
    let private aligned (f: float[] -> float) (partials: float[] -> float[]) (inputs: Node list) =
        let at place =
            inputs |> List.map (fun input -> input.Value.Values[place]) |> List.toArray

        let values = Array.init inputs.Head.Value.Values.Length (at >> f)

        let back (gradient: float[]) =
            let slopes = gradient |> Array.mapi (fun place g -> partials (at place) |> Array.map ((*) g))
            inputs |> List.mapi (fun which _ -> slopes |> Array.map (fun slope -> slope[which]))

        Node({ Shape = inputs.Head.Shape; Values = values }, inputs, back)

    /// A function of each line of elements along an axis; `pull` turns a line and the derivative by its result into one by it.
    let along (axis: int) (f: float[] -> float[]) (pull: float[] -> float[] -> float[]) (input: Node) =
        let rest = Array.removeAt axis input.Shape

        let line (shape: int[]) index =
            Array.init shape[axis] (fun position -> Plain.offset shape (Array.insertAt axis position index))

        let sources = Plain.indexes rest |> Seq.map (line input.Shape) |> Seq.toArray

        let read (values: float[]) places =
            places |> Array.map (fun place -> values[place])

        let results = sources |> Array.map (read input.Value.Values >> f)
        let shape = Array.insertAt axis results[0].Length rest
        let targets = Plain.indexes rest |> Seq.map (line shape) |> Seq.toArray

        let write size (places: int[][]) (lines: float[][]) =
            let values = Array.zeroCreate size
            Array.iter2 (Array.iter2 (fun place x -> values[place] <- x)) places lines
            values

        let back gradient =
            Array.map2 (fun source target -> pull (read input.Value.Values source) (read gradient target)) sources targets
            |> write input.Value.Values.Length sources
            |> List.singleton

        Node({ Shape = shape; Values = write (Plain.size shape) targets results }, [ input ], back)

    // ---- shapes ----

    let reshape (shape: int[]) (input: Node) =
        rearrange shape [ input ] (fun index -> 0, Plain.offset shape index)

    let permute (permutation: int[]) (input: Node) =
        let shape = permutation |> Array.map (fun axis -> input.Shape[axis])

        rearrange shape [ input ] (fun index ->
            let source = Array.zeroCreate index.Length
            permutation |> Array.iteri (fun i axis -> source[axis] <- index[i])
            0, Plain.offset input.Shape source)

    let expand (shape: int[]) (input: Node) =
        rearrange shape [ input ] (fun index ->
            let ending = Array.skip (shape.Length - input.Shape.Length) index
            0, Plain.offset input.Shape (Array.map2 (fun length i -> if length = 1 then 0 else i) input.Shape ending))

    /// Elements from `first` on, `count` of them, along an axis.
    let slice (axis: int) (first: int) (count: int) (input: Node) =
        rearrange (Array.updateAt axis count input.Shape) [ input ] (fun index ->
            0, Plain.offset input.Shape (Array.updateAt axis (first + index[axis]) index))

    let flip (axis: int) (input: Node) =
        rearrange input.Shape [ input ] (fun index ->
            0, Plain.offset input.Shape (Array.updateAt axis (input.Shape[axis] - 1 - index[axis]) index))

    let cat (axis: int) (inputs: Node list) =
        let ends = inputs |> List.scan (fun sum input -> sum + input.Shape[axis]) 0

        rearrange (Array.updateAt axis (List.last ends) inputs.Head.Shape) inputs (fun index ->
            let which = ends |> List.findIndexBack (fun first -> first <= index[axis])
            which, Plain.offset inputs[which].Shape (Array.updateAt axis (index[axis] - ends[which]) index))

    let unsqueeze (axis: int) (input: Node) =
        reshape (Array.insertAt axis 1 input.Shape) input

    let squeeze (axis: int) (input: Node) =
        reshape (Array.removeAt axis input.Shape) input

    // ---- elements ----

    let pointwise f partials (inputs: Node list) =
        let shape = inputs |> List.map _.Shape |> List.reduce (fun a b -> Option.get (Plain.broadcastShape a b))
        inputs |> List.map (expand shape) |> aligned f partials

    let map (f: float -> float) (slope: float -> float) (input: Node) =
        aligned (fun x -> f x[0]) (fun x -> [| slope x[0] |]) [ input ]

    let map2 (f: float -> float -> float) (partials: float -> float -> float[]) (a: Node) (b: Node) =
        pointwise (fun x -> f x[0] x[1]) (fun x -> partials x[0] x[1]) [ a; b ]

    let add = map2 (+) (fun _ _ -> [| 1.0; 1.0 |])
    let multiply = map2 (*) (fun x y -> [| y; x |])

    // ---- lines ----

    let private toOne f pull axis keep input =
        let kept = along axis (fun line -> [| f line |]) (fun line gradient -> pull line |> Array.map ((*) gradient[0])) input
        if keep then kept else squeeze axis kept

    let sum axis keep input =
        toOne Array.sum (Array.map (fun _ -> 1.0)) axis keep input

    let mean axis keep input =
        toOne Array.average (fun line -> line |> Array.map (fun _ -> 1.0 / float line.Length)) axis keep input

    let private probabilities (line: float[]) =
        let weights = line |> Array.map (fun x -> exp (x - Array.max line))
        weights |> Array.map (fun weight -> weight / Array.sum weights)

    let private logTotal (line: float[]) =
        Array.max line + log (line |> Array.sumBy (fun x -> exp (x - Array.max line)))

    let logsumexp axis keep input =
        toOne logTotal probabilities axis keep input

    let largest axis keep input =
        let pull line =
            line |> Array.map (fun x -> if x = Array.max line then 1.0 else 0.0)

        toOne Array.max pull axis keep input

    let variance axis keep input =
        let spread (line: float[]) =
            let center = Array.average line
            (line |> Array.sumBy (fun x -> (x - center) ** 2.0)) / float (line.Length - 1)

        let pull (line: float[]) =
            line |> Array.map (fun x -> 2.0 * (x - Array.average line) / float (line.Length - 1))

        toOne spread pull axis keep input

    let softmax axis input =
        let pull line gradient =
            let p = probabilities line
            let inner = Array.map2 (*) p gradient |> Array.sum
            Array.map2 (fun p g -> p * (g - inner)) p gradient

        along axis probabilities pull input

    let logsoftmax axis input =
        let pull line gradient =
            Array.map2 (fun p g -> g - p * Array.sum gradient) (probabilities line) gradient

        along axis (fun line -> line |> Array.map (fun x -> x - logTotal line)) pull input

    let cumsum axis input =
        let running line =
            line |> Array.scan (+) 0.0 |> Array.skip 1

        along axis running (fun _ -> Array.rev >> running >> Array.rev) input

    let total (input: Node) =
        input |> reshape [| input.Value.Values.Length |] |> sum 0 false

    /// Matrices, or batches of them whose leading axes broadcast: products summed over a common last axis.
    let matmul (a: Node) (b: Node) =
        let rows = unsqueeze (a.Shape.Length - 1) a
        let swapped = [| yield! [| 0 .. b.Shape.Length - 3 |]; b.Shape.Length - 1; b.Shape.Length - 2 |]
        let columns = b |> permute swapped |> unsqueeze (b.Shape.Length - 2)
        let products = multiply rows columns
        sum (products.Shape.Length - 1) false products

    // ---- derivatives ----

    /// The derivatives of a number by nodes that it was computed from; zeros by the others.
    let gradients (result: Node) (nodes: Node list) : float[] list =
        let order = List<Node>()
        let seen = HashSet<Node>(HashIdentity.Reference)

        let rec visit (node: Node) =
            if seen.Add node then
                List.iter visit node.Inputs
                order.Add node

        visit result
        let sums = Dictionary<Node, float[]>(HashIdentity.Reference)
        sums[result] <- [| 1.0 |]

        let give (node: Node) gradient =
            sums[node] <-
                match sums.TryGetValue node with
                | true, sum -> Array.map2 (+) sum gradient
                | _ -> gradient

        for node in Seq.rev order do
            List.iter2 give node.Inputs (node.Back sums[node])

        nodes |> List.map (fun node -> if sums.ContainsKey node then sums[node] else zeros node)
