// The layers of fully connected networks, fork, which applies two networks to one input, and join, which makes one input of two.
// Users compose them with -->; heads are in Heads.fs.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// Activations: networks without parameters that keep the number of features.
module Activation =

    /// An elementwise function as a network.
    let ofFunction (name: string) (f: Tensor -> Tensor) : Net<Tensor, Tensor> =
        Net(name, None, id, [], (fun _ input -> f input))

    /// max(x, 0).
    let relu = ofFunction "relu" _.relu()

    /// x where positive, 0.01 x elsewhere.
    let leakyRelu = ofFunction "leakyRelu" _.leakyRelu()

    /// tanh x.
    let tanh = ofFunction "tanh" _.tanh()

    /// 1 / (1 + exp(-x)).
    let sigmoid = ofFunction "sigmoid" _.sigmoid()

    /// log(1 + exp x).
    let softplus = ofFunction "softplus" _.softplus()

    /// x · sigmoid(x).
    let silu = ofFunction "silu" _.silu()

    /// x · Φ(x).
    let gelu = ofFunction "gelu" _.gelu()

    /// x where positive, exp(x) - 1 elsewhere.
    let elu = ofFunction "elu" _.elu()

/// Linear layers, whatever becomes of their weights.
module internal Dense =

    let parameters (inputs: int) (outputs: int) : Parameter * Parameter =
        if inputs < 1 || outputs < 1 then
            raise (Errors.Network.sizes "linear" [ inputs; outputs ])

        let start shape =
            Weight.uniform (1.0 / sqrt (float inputs)) shape

        Parameter.trained "linear.weight" (start [ outputs; inputs ]), Parameter.trained "linear.bias" (start [ outputs ])

    let check (layer: string) (features: int) (input: Tensor) =
        if input.dim = 0 || input.shape[input.dim - 1] <> features then
            raise (Errors.Network.input layer input.shape features)

    let layer
        (name: string)
        (apply: Tensor -> Tensor -> Tensor -> Tensor)
        (inputs: int)
        (outputs: int)
        (weight: Weight)
        (bias: Parameter)
        =
        let run mode (input: Tensor) =
            check name inputs input
            apply input (weight.At mode) bias.Value

        Net(name, Some inputs, (fun _ -> Some outputs), weight.Parameters @ [ bias ], run)

[<AutoOpen>]
module Layers =

    let private embeddingOp = Operators.aten "embedding"

    let private affine (suffix: string) (apply: Tensor -> Tensor -> Tensor -> Tensor) (inputs: int) (outputs: int) =
        let weight, bias = Dense.parameters inputs outputs
        Dense.layer $"linear {inputs} {outputs}{suffix}" apply inputs outputs (Weight.plain weight) bias

    /// x Wᵀ + b on the last axis, W and b uniform in ±1/√inputs at first.
    let linear (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        affine "" LinearAlgebra.linear inputs outputs

    /// x Wᵀ + y Vᵀ + b of a pair (x, y): `linear (first + second) outputs` on both joined at their last axes, but without joining them, so that
    /// leading axes broadcast (one x for several y) and each is multiplied only as often as there are values of it.
    let linearPair (first: int) (second: int) (outputs: int) : Net<Tensor * Tensor, Tensor> =
        if first < 1 || second < 1 || outputs < 1 then
            raise (Errors.Network.sizes "linearPair" [ first; second; outputs ])

        let bound = 1.0 / sqrt (float (first + second))

        let part (name: string) (shape: int list) =
            Weight.uniform bound shape |> Parameter.trained $"linearPair.{name}"

        let weight, other, bias = part "first" [ outputs; first ], part "second" [ outputs; second ], part "bias" [ outputs ]
        let name = $"linearPair {first} {second} {outputs}"

        let run _ (x: Tensor, y: Tensor) =
            Dense.check name first x
            Dense.check name second y
            LinearAlgebra.linear x weight.Value bias.Value + y.matmul (other.Value.transpose ())

        Net(name, None, (fun _ -> Some outputs), [ weight; other; bias ], run)

    let private layered (layer: int -> int -> Net<Tensor, Tensor>) (sizes: int list) : Net<Tensor, Tensor> =
        match sizes |> List.pairwise |> List.map (fun (inputs, outputs) -> layer inputs outputs) with
        | [] -> raise (Errors.Network.sizes "mlp" sizes)
        | layers -> List.reduce (fun first second -> first --> second) layers

    /// A learned row for each of so many values: integers [...] from 0 to count - 1 to [...; features], rows from N(0, 1) at first.
    let embedding (count: int) (features: int) : Net<Tensor, Tensor> =
        if count < 1 || features < 1 then
            raise (Errors.Network.sizes "embedding" [ count; features ])

        let table = Parameter.trained "embedding.table" (dsharp.randn [ count; features ])

        let run _ (input: Tensor) =
            if input.dtype.IsFloatingPoint then
                raise (Errors.Network.notIntegers $"embedding {count} {features}" input.dtype)

            new Tensor(embeddingOp.Tensor(table.Value.Handle, input.int64().Handle))

        Net($"embedding {count} {features}", None, (fun _ -> Some features), [ table ], run)

    /// Linear layers of these sizes, the activation after each: `mlpWith Activation.tanh [784; 400; 400]`.
    let mlpWith (activation: Net<Tensor, Tensor>) (sizes: int list) : Net<Tensor, Tensor> =
        layered (fun inputs outputs -> linear inputs outputs --> activation) sizes

    /// Linear layers of these sizes, a ReLU after each, in one operator; a head or a linear layer goes on top.
    let mlp (sizes: int list) : Net<Tensor, Tensor> =
        layered (affine " --> relu" LinearAlgebra.linearRelu) sizes

    /// Zeroes each feature with probability p in training, scales the others by 1/(1 - p), and does nothing in use. Raises ArgumentException unless
    /// p is at least 0 and below 1.
    let dropout (p: float) : Net<Tensor, Tensor> =
        if not (p >= 0.0 && p < 1.0) then
            raise (Errors.Network.dropout p)

        Net(
            $"dropout {p}",
            None,
            id,
            [],
            fun mode input ->
                match mode with
                | Mode.Train -> input.dropout p
                | Mode.Eval -> input
        )

    /// Both networks on the same input.
    let fork (first: Net<'In, 'A>) (second: Net<'In, 'B>) : Net<'In, 'A * 'B> =
        let inputs =
            match first.InputFeatures, second.InputFeatures with
            | Some a, Some b when a <> b -> raise (Errors.Network.features first.Name a second.Name b)
            | Some features, _
            | None, Some features -> Some features
            | None, None -> None

        Net(
            $"fork ({first.Name}) ({second.Name})",
            inputs,
            (fun _ -> None),
            Naming.join first.Parameters second.Parameters,
            fun mode input -> first.Run(mode, input), second.Run(mode, input)
        )

    /// Two tensors side by side on the last axis, to begin a network of both with: `join --> mlp [784 + 10; 400] -->
    /// diagonalNormal 20`. The one with fewer leading axes is repeated along those of the other;
    /// `linearPair` spares that.
    let join: Net<Tensor * Tensor, Tensor> =
        let run _ (first: Tensor, second: Tensor) =
            let leading (tensor: Tensor) =
                Array.truncate (tensor.dim - 1) tensor.shape

            match Shapes.tryLineUp (leading first) (leading second) with
            | Some batch when first.dim > 0 && second.dim > 0 ->
                let wide (tensor: Tensor) =
                    tensor.expand (Array.append batch [| Array.last tensor.shape |])

                Tensor.cat ([ wide first; wide second ], -1)
            | _ -> raise (Errors.Network.join first.shape second.shape)

        Net("join", None, (fun _ -> None), [], run)
