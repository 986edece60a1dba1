// Derivatives: gradients of recorded computations, and dsharp's operators that turn a function into its derivative.
// Training steps call Gradient.ofLoss; everyone else calls dsharp.grad and its siblings, which nest to any depth.
namespace Functional.Tensors

#nowarn "9"

open Microsoft.FSharp.NativeInterop
open Functional.Tensors.Native

/// Reverse-mode differentiation of what was computed from recorded tensors.
module Gradient =

    let private pointers (handles: TensorHandle[]) =
        handles |> Array.map (fun handle -> if isNull handle then 0n else handle.Pointer)

    // Every handle counts as in use while the native call runs.
    let private holding (handles: TensorHandle[]) (body: unit -> 'T) : 'T =
        let handles = handles |> Array.filter (isNull >> not)
        let mutable held = 0

        try
            for handle in handles do
                if not (handle.TryBorrow()) then
                    raise (Errors.Native.disposed "gradient")

                held <- held + 1

            body ()
        finally
            for i in 0 .. held - 1 do
                handles[i].GiveBack()

    /// Gradients of Σ_i ⟨weights_i, outputs_i⟩ in the inputs; None where nothing depends on an input.
    let internal compute (outputs: Tensor[]) (weights: Tensor option[]) (inputs: Tensor[]) (retain: bool) (record: bool) =
        let outputs = outputs |> Array.map _.Handle
        let weights = weights |> Array.map (Option.map _.Handle >> Option.toObj)
        let inputs = inputs |> Array.map _.Handle
        let results = Array.zeroCreate<nativeint> inputs.Length

        holding (Array.concat [ outputs; weights; inputs ]) (fun () ->
            use outputsPin = fixed (pointers outputs)
            use weightsPin = fixed (pointers weights)
            use inputsPin = fixed (pointers inputs)
            use resultsPin = fixed results

            let code =
                Exports.functional_grad (
                    NativePtr.toNativeInt outputsPin,
                    NativePtr.toNativeInt weightsPin,
                    outputs.Length,
                    NativePtr.toNativeInt inputsPin,
                    inputs.Length,
                    (if retain then 1 else 0),
                    (if record then 1 else 0),
                    NativePtr.toNativeInt resultsPin
                )

            if code < 0 then
                let reason = Library.lastError ()
                Rule.raiseAgain reason
                raise (Errors.Native.refused "gradient" (outputs |> Seq.map (Memory.shape >> Errors.shape)) reason))

        results
        |> Array.map (fun pointer ->
            if pointer = 0n then
                None
            else
                Some(new Tensor(Ownership.adopt pointer (Exports.functional_tensor_kibibytes pointer))))

    let private setMode (enabled: bool) =
        Exports.functional_set_grad_mode (if enabled then 1 else 0) <> 0

    /// Runs `body` without recording anything for differentiation: evaluation, sampling, updates of weights.
    let off (body: unit -> 'T) : 'T =
        Library.ensure ()
        let before = setMode false

        try
            body ()
        finally
            setMode before |> ignore

    /// Runs `body` recording what it computes, and tells it whether the code around it records too.
    let internal on (body: bool -> 'T) : 'T =
        Library.ensure ()
        let before = setMode true

        try
            body before
        finally
            setMode before |> ignore

    /// Whether a tensor is recorded: a parameter, or computed from one.
    let isRecorded (tensor: Tensor) =
        Memory.using "isRecorded" tensor.Handle (fun pointer -> Exports.functional_tensor_requires_grad pointer <> 0)

    /// Starts recording what is computed from this tensor, in place; gradients in it can be asked for from then on.
    let record (tensor: Tensor) : Tensor =
        if not tensor.dtype.IsFloatingPoint then
            raise (Errors.Operation.notDifferentiable "record" (string tensor.dtype))

        Memory.using "record" tensor.Handle (fun pointer -> Exports.functional_tensor_set_requires_grad (pointer, 1))
        |> ignore

        tensor

    /// Ends the recording of a leaf whose derivatives have all been taken: results no longer count as depending on it.
    let internal retire (leaf: Tensor) =
        Memory.using "retire" leaf.Handle (fun pointer -> Exports.functional_tensor_set_requires_grad (pointer, 0))
        |> ignore

    /// The gradient of a scalar loss in every parameter; zeros where the loss does not depend on one.
    /// Frees the computation's record: it can be asked for once.
    let ofLoss (loss: Tensor) (parameters: Tensor[]) : Tensor[] =
        if loss.nelement <> 1 then
            raise (Errors.Operation.expected "A gradient" "a scalar loss" loss.shape)

        compute [| loss |] [| None |] parameters false false
        |> Array.map2
            (fun (parameter: Tensor) gradient -> gradient |> Option.defaultWith (fun () -> parameter.zerosLike ()))
            parameters

    // Without flags to write, the walk through the graph ends at the first leaf besides these.
    let private walk (output: Tensor) (leaves: Tensor[]) (flags: int[]) : bool =
        let held = leaves |> Array.map (fun leaf -> if leaf.Handle.TryBorrow() then leaf.Handle else null)

        try
            use pin = fixed (pointers held)
            use flagsPin = fixed flags
            let leaves, flags = NativePtr.toNativeInt pin, NativePtr.toNativeInt flagsPin

            Memory.using "gradient" output.Handle (fun pointer ->
                Exports.functional_reaches (pointer, leaves, held.Length, flags) <> 0)
        finally
            for handle in held do
                if not (isNull handle) then
                    handle.GiveBack()

    /// Which of these leaves a result depends on, and whether it depends on anything recorded besides them.
    /// A leaf that has been freed counts as one that it does not depend on.
    let internal reaches (output: Tensor) (leaves: Tensor[]) : bool[] * bool =
        let flags = Array.zeroCreate<int>(max 1 leaves.Length)
        let beyond = walk output leaves flags
        flags |> Array.truncate leaves.Length |> Array.map ((<>) 0), beyond

    /// Whether a result depends on anything recorded besides this leaf, so that its derivative has to be recorded too.
    let internal reachesBeyond (output: Tensor) (leaf: Tensor) = walk output [| leaf |] null

    /// The same value, independent of these leaves and with every other derivative, to any order.
    let internal without (leaves: Tensor[]) (output: Tensor) : Tensor =
        let handles = leaves |> Array.map _.Handle

        let pointer =
            holding (Array.append [| output.Handle |] handles) (fun () ->
                use pin = fixed (pointers handles)
                Exports.functional_without (output.Handle.Pointer, NativePtr.toNativeInt pin, handles.Length))

        if pointer = 0n then
            raise (Errors.Native.refused "primal" [ Errors.shape output.shape ] (Library.lastError ()))

        new Tensor(Ownership.adopt pointer 0)

/// A function's value at a point, with what its derivatives there are taken in.
type internal Evaluation =
    {
        /// The leaf that the function's argument was made from.
        Input: Tensor
        /// The value, recorded where it depends on anything.
        Value: Tensor
        /// Whether the code around records what is computed.
        Recording: bool
        /// Whether it does, and the value depends on something of its own besides the input.
        Outer: bool
    }

    /// The value as the caller may keep it: without a record unless something outside asks for derivatives through it.
    member this.Settled = if this.Outer then this.Value else this.Value.noDiff ()

    /// Whether derivatives along `weights` have to be recorded.
    member this.Records(weights: Tensor) =
        this.Outer || (this.Recording && Gradient.isRecorded weights)

/// The two products with a Jacobian that every operator is made of.
module internal Derivative =

    let private expandOp = Operators.aten "expand"

    let checkDifferentiable (operation: string) (x: Tensor) =
        if not x.dtype.IsFloatingPoint then
            raise (Errors.Operation.notDifferentiable operation (string x.dtype))

    /// A recorded leaf of zeros that takes no memory.
    let zeros (shape: int[]) (device: Device) (dtype: Dtype) : Tensor =
        let zero = dsharp.zero (device, dtype)

        new Tensor(expandOp.Tensor [| Arg.tensor zero.Handle; Arg.shape shape |]) |> Gradient.record

    /// What f sees in place of x, and the leaf to differentiate in. A recorded x is kept, so that an outer derivative
    /// passes through, and a leaf of its own is added, so that two derivatives never mistake each other's variables.
    let variable (operation: string) (x: Tensor) : Tensor * Tensor =
        checkDifferentiable operation x

        if Gradient.isRecorded x then
            let change = zeros x.shape x.device x.dtype
            x + change, change
        else
            let leaf = Gradient.record (x.noDiff ())
            leaf, leaf

    /// Evaluates f at x, and computes with the result while everything is being recorded; the input stays open.
    let from (operation: string) (f: Tensor -> Tensor) (x: Tensor) (body: Evaluation -> 'T) : 'T =
        Gradient.on (fun recording ->
            let seen, input = variable operation x
            let value = Nesting.within input (fun () -> f seen)

            body
                { Input = input
                  Value = value
                  Recording = recording
                  Outer = recording && Gradient.reachesBeyond value input })

    /// The same, for a body that takes all the derivatives that will be asked for.
    let at (operation: string) (f: Tensor -> Tensor) (x: Tensor) (body: Evaluation -> 'T) : 'T =
        from operation f x (fun evaluation ->
            let result = body evaluation
            Gradient.retire evaluation.Input
            result)

    /// The product of a row vector (None: of ones) with the Jacobian of y by the input; None where it is zero.
    let tryPull (y: Tensor) (input: Tensor) (row: Tensor option) (record: bool) : Tensor option =
        if Gradient.isRecorded y then
            (Gradient.compute [| y |] [| row |] [| input |] true record)[0]
        else
            None

    /// The same, with zeros written out.
    let pull (y: Tensor) (input: Tensor) (row: Tensor option) (record: bool) : Tensor =
        tryPull y input row record |> Option.defaultWith (fun () -> input.zerosLike ())

    // The body is given the map from a column vector (None: of ones) and whether to record to the product.
    let private pushingFrom (y: Tensor) (input: Tensor) (body: (Tensor option -> bool -> Tensor) -> 'T) : 'T =
        let zero () = y.noDiff().zerosLike()
        let dummy = zeros y.shape y.device y.dtype

        // A step function's row is zero whatever the dummy is.
        match tryPull y input (Some dummy) true with
        | Some row when Gradient.isRecorded row ->
            let result = body (fun column record -> tryPull row dummy column record |> Option.defaultWith zero)
            Gradient.retire dummy
            result
        | _ -> body (fun _ _ -> zero ())

    /// Lets the body multiply the Jacobian of y by the input with many column vectors: a vector-Jacobian product is linear
    /// in its row vector, and its derivative in that is the product with a column.
    let pushing (y: Tensor) (input: Tensor) (body: (Tensor option -> bool -> Tensor) -> 'T) : 'T =
        if Gradient.isRecorded y then
            pushingFrom y input body
        else
            body (fun _ _ -> y.noDiff().zerosLike())

    /// The product of the Jacobian of y by the input with a column vector (None: of ones).
    let push (y: Tensor) (input: Tensor) (column: Tensor option) (record: bool) : Tensor =
        if y.dim > 0 then
            pushing y input (fun push -> push column record)
        else
            let gradient = pull y input None (record || column |> Option.exists Gradient.isRecorded)

            let product =
                match column with
                | Some column -> (gradient * column).sum()
                | None -> gradient.sum ()

            if record then product else product.noDiff ()

    /// A tensor of zeros with a single one, at a place counted in row-major order.
    let unit (like: Tensor) (place: int) : Tensor =
        dsharp.onehot(like.nelement, place, device = like.device, dtype = like.dtype).view like.shape

    /// The derivatives of one element of y after another by the input.
    let rows (y: Tensor) (input: Tensor) (record: bool) : seq<Tensor> =
        seq { for i in 0 .. y.nelement - 1 -> pull y input (Some(unit y i)) record }

    /// Whether rows are the cheaper way to a Jacobian: a column costs about three of them.
    let prefersRows (outputs: int) (inputs: int) = outputs <= 3 * inputs

    /// The Jacobian of y by the input, of shape output × input: by rows, or by columns where those are many fewer.
    let jacobian (y: Tensor) (input: Tensor) (record: bool) : Tensor =
        let shape = Array.append y.shape input.shape

        if y.nelement = 0 || input.nelement = 0 then
            input.zerosLike shape
        elif prefersRows y.nelement input.nelement then
            (Tensor.stack (rows y input record)).view shape
        else
            let column push j = push (Some(unit input j)) record
            let columns = pushing y input (column >> Array.init input.nelement)
            (Tensor.stack (columns, y.dim)).view shape
