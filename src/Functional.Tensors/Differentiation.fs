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

    /// The gradient of a scalar loss in every parameter; zeros where the loss does not depend on one.
    /// Frees the computation's record: it can be asked for once.
    let ofLoss (loss: Tensor) (parameters: Tensor[]) : Tensor[] =
        if loss.nelement <> 1 then
            raise (Errors.Operation.expected "A gradient" "a scalar loss" loss.shape)

        compute [| loss |] [| None |] parameters false false
        |> Array.map2 (fun (parameter: Tensor) gradient -> gradient |> Option.defaultWith (fun () -> parameter.zerosLike ())) parameters

    /// Whether a result depends on anything differentiable besides these inputs, so that its gradient has to be recorded too.
    let internal reachesBeyond (output: Tensor) (inputs: Tensor[]) =
        let handles = inputs |> Array.map _.Handle

        holding (Array.append [| output.Handle |] handles) (fun () ->
            use pin = fixed (pointers handles)

            Exports.functional_reaches_beyond (output.Handle.Pointer, NativePtr.toNativeInt pin, handles.Length) <> 0)

module internal Derivative =

    let private aliasOp = Operators.aten "alias"

    // The variable that f sees: the input itself under a new name, still attached to whatever it was computed from,
    // so that an outer derivative passes through and two derivatives never mistake each other's variables.
    let variable (operation: string) (x: Tensor) : Tensor =
        if not x.dtype.IsFloatingPoint then
            raise (Errors.Operation.notDifferentiable operation (string x.dtype))

        if Gradient.isRecorded x then
            new Tensor(aliasOp.Tensor [| Arg.tensor x.Handle |])
        else
            Gradient.record (x.noDiff ())

    let private scalarOutput (operation: string) (y: Tensor) =
        if y.dim <> 0 then
            raise (Errors.Operation.expected operation "a function to a scalar (sum the result, or use jacobian)" y.shape)

    // The value as the caller may keep it: without a record unless something outside asks for derivatives through it.
    let private settle (y: Tensor) (record: bool) =
        if record then y else y.noDiff ()

    /// f(x), and the product of a row vector (None: 1) with the Jacobian of f at x.
    let pullback (operation: string) (f: Tensor -> Tensor) (x: Tensor) (v: (Tensor -> Tensor option)) : Tensor * Tensor =
        Gradient.on (fun recording ->
            let input = variable operation x
            let y = f input
            let weight = v y

            let outer =
                recording
                && (Gradient.reachesBeyond y [| input |] || weight |> Option.exists Gradient.isRecorded)

            let gradient =
                if Gradient.isRecorded y then
                    (Gradient.compute [| y |] [| weight |] [| input |] true outer)[0]
                else
                    None

            settle y outer, gradient |> Option.defaultWith (fun () -> x.zerosLike ()))

    let fgrad f x =
        pullback "grad" f x (fun y ->
            scalarOutput "grad" y
            None)

    /// f(x), and the Jacobian of f at x times a column vector: the double-backward form, linear in a dummy row vector.
    let fjacobianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
        Gradient.on (fun recording ->
            let input = variable "jacobianv" x
            let y = f input

            if not (Gradient.isRecorded y) then
                y, y.zerosLike ()
            else
                let outer = recording && (Gradient.reachesBeyond y [| input |] || Gradient.isRecorded v)
                let dummy = Gradient.record (y.zerosLike ())

                // A step function's row is zero whatever the dummy is.
                match (Gradient.compute [| y |] [| Some dummy |] [| input |] true true)[0] with
                | Some row when Gradient.isRecorded row ->
                    let product = (Gradient.compute [| row |] [| Some v |] [| dummy |] true outer)[0]
                    settle y outer, product |> Option.defaultWith (fun () -> y.zerosLike ())
                | _ -> settle y outer, y.zerosLike ())

    /// f(x), and its Jacobian, of shape output × input.
    let fjacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        Gradient.on (fun recording ->
            let input = variable "jacobian" x
            let y = f input
            let outer = recording && Gradient.reachesBeyond y [| input |]

            let row (output: Tensor) =
                let gradient =
                    if Gradient.isRecorded output then
                        (Gradient.compute [| output |] [| None |] [| input |] true outer)[0]
                    else
                        None

                gradient |> Option.defaultWith (fun () -> x.zerosLike ())

            let rows = y.view(-1).unstack () |> Array.map row
            let shape = Array.append y.shape x.shape

            let jacobian =
                if rows.Length = 0 then x.zerosLike shape else (Tensor.stack rows).view shape

            settle y outer, jacobian)

[<AutoOpen>]
module DifferentiationExtensions =

    type dsharp with

        /// f(x) and ∇f(x), for f to a scalar.
        static member fgrad (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = Derivative.fgrad f x

        /// ∇f(x), for f to a scalar.
        static member grad (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fgrad f x |> snd

        /// f(x) and vᵀ∇f(x), the derivative along v, for f to a scalar.
        static member fgradv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            let value, gradient = dsharp.fgrad f x
            value, (gradient * v).sum ()

        /// vᵀ∇f(x), the derivative along v, for f to a scalar.
        static member gradv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = dsharp.fgradv f x v |> snd

        /// f(x) and J v.
        static member fjacobianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor = Derivative.fjacobianv f x v

        /// J v.
        static member jacobianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = dsharp.fjacobianv f x v |> snd

        /// f(x) and Jᵀ v.
        static member fjacobianTv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            Derivative.pullback "jacobianTv" f x (fun _ -> Some v)

        /// Jᵀ v.
        static member jacobianTv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = dsharp.fjacobianTv f x v |> snd

        /// f(x) and the Jacobian J_ij = ∂f_i/∂x_j, of shape output × input.
        static member fjacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = Derivative.fjacobian f x

        /// The Jacobian J_ij = ∂f_i/∂x_j, of shape output × input.
        static member jacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fjacobian f x |> snd

        /// f(x) and the Hessian H_ij = ∂²f/∂x_i∂x_j, for f to a scalar.
        static member fhessian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            f x, dsharp.jacobian (dsharp.grad f) x

        /// The Hessian H_ij = ∂²f/∂x_i∂x_j, for f to a scalar.
        static member hessian (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.jacobian (dsharp.grad f) x

        /// H v, without forming H, for f to a scalar.
        static member hessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
            dsharp.grad (fun x -> dsharp.gradv f x v) x
