// Differentiation by hand, as DiffSharp has it: forwardDiff and reverseDiff mark tensors, derivative and primal read the results.
// For scripts written so and for algorithms between the operators; everyone else calls dsharp.grad and its siblings.
namespace Functional.Tensors

open System.Collections.Concurrent
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open Functional.Tensors.Native

/// The operation that a tensor of a reverse-mode computation came from: libtorch's name for its derivative, or NewT for a variable.
type TensorOp =
    { Name: string }

    override this.ToString() = this.Name

/// A result that was reversed, what it was weighed with, and whether it depends on anything besides its level's variables.
[<Sealed>]
type internal Reversal(root: Tensor, value: Tensor, outer: bool) =
    member _.Root = root
    member _.Value = value
    member _.Outer = outer

    /// Whether a scope has freed what the derivatives of intermediate tensors are computed from.
    member _.IsLost = root.isDisposed || value.isDisposed

/// What is known of a tensor that reverseDiff returned.
[<Sealed; AllowNullLiteral>]
type internal ReverseVariable(tag: uint32, leaf: Tensor, derivative: Tensor option) =
    let mutable reversals: Reversal list = []

    member _.Tag = tag
    member _.Leaf = leaf
    member val Derivative = derivative with get, set

    /// The reversals that have reached it since the last reset.
    member _.Reversals = reversals

    member _.Remember(reversal: Reversal) = reversals <- reversal :: reversals

    member this.Reset() =
        this.Derivative <- None
        reversals <- []

/// A leaf that derivatives are taken in, and the nesting level that it belongs to.
type internal Marker =
    | Forward of tag: uint32 * leaf: Tensor
    | Reverse of seen: Tensor * variable: ReverseVariable
    | Within of NestingFrame

    member this.Leaf =
        match this with
        | Forward(_, leaf) -> leaf
        | Reverse(_, variable) -> variable.Leaf
        | Within frame -> frame.Leaf

    /// An operator's level lies below those that its function enters by hand.
    member this.Level =
        match this with
        | Forward(tag, _) -> struct (tag, 1)
        | Reverse(_, variable) -> struct (variable.Tag, 1)
        | Within frame -> struct (frame.Tag, 0)

/// A dual number x + εv is x plus v times a recorded zero, one for each nesting level: its derivative is that in ε.
module internal Dual =

    let private epsilons = ConcurrentDictionary<uint32, Tensor>()
    let private variables = ConditionalWeakTable<Tensor, ReverseVariable>()

    let private epsilon (tag: uint32) =
        epsilons.GetOrAdd(tag, fun _ -> dsharp.zero (Device.CPU, Dtype.Float64) |> Gradient.record |> Scope.keep)

    let private markers () : Marker[] =
        [| for entry in epsilons do
               Forward(entry.Key, entry.Value)
           for entry in variables do
               Reverse(entry.Key, entry.Value)
           for frame in Nesting.frames () do
               Within frame |]

    /// The markers that a tensor depends on, and whether it depends on anything else that is recorded.
    let private reached (t: Tensor) : Marker[] * bool =
        if not (Gradient.isRecorded t) then
            [||], false
        else
            let markers = markers ()
            let reached, beyond = Gradient.reaches t (markers |> Array.map _.Leaf)

            Array.zip markers reached |> Array.choose (fun (marker, reached) -> if reached then Some marker else None), beyond

    let levels (t: Tensor) : struct (uint32 * int)[] =
        reached t |> fst |> Array.map _.Level |> Array.distinct

    /// The markers of the innermost level that a tensor depends on, and whether it depends on anything else.
    let innermost (t: Tensor) : Marker[] * bool =
        match reached t with
        | [||], beyond -> [||], beyond
        | markers, beyond ->
            let level = markers |> Array.map _.Level |> Array.max
            let inner, outer = markers |> Array.partition (fun marker -> marker.Level = level)
            inner, beyond || outer.Length > 0

    let private leaves (markers: Marker[]) = markers |> Array.map _.Leaf

    let private tryForward (markers: Marker[]) =
        markers
        |> Array.tryPick (function
            | Forward(_, leaf) -> Some leaf
            | _ -> None)

    let isForward (t: Tensor) =
        innermost t |> fst |> tryForward |> Option.isSome

    let isReverse (t: Tensor) =
        Gradient.isRecorded t && not (isForward t)

    let private checkShape (operation: string) (t: Tensor) (derivative: Tensor) =
        if derivative.shape <> t.shape then
            raise (Errors.Operation.mismatch operation derivative.shape t.shape "A derivative has the shape of its tensor.")

    let forward (tag: uint32) (derivative: Tensor) (x: Tensor) : Tensor =
        Derivative.checkDifferentiable "forwardDiff" x
        checkShape "forwardDiff" x derivative
        x + (epsilon tag).move(x.device, x.dtype) * derivative.cast x.dtype

    let reverse (tag: uint32) (derivative: Tensor option) (x: Tensor) : Tensor =
        derivative |> Option.iter (checkShape "reverseDiff" x)
        let seen, leaf = Derivative.variable "reverseDiff" x
        variables.Add(seen, ReverseVariable(tag, leaf, derivative))
        seen

    let primal (t: Tensor) : Tensor =
        match innermost t with
        | [||], _ -> t.noDiff ()
        | markers, _ -> Gradient.without (leaves markers) t

    let private forwardDerivative (t: Tensor) (epsilon: Tensor) (outer: bool) : Tensor =
        Gradient.on (fun recording ->
            let record = recording && outer
            let derivative = (Derivative.push t epsilon None record).move(t.device, t.dtype)
            if record then Gradient.without [| epsilon |] derivative else derivative)

    let private variablesAmong (markers: Marker[]) =
        markers
        |> Array.choose (function
            | Reverse(seen, variable) -> Some(seen, variable)
            | _ -> None)

    // libtorch keeps no gradients of intermediate tensors, so the reversals that passed here are run again, as far as here.
    let private intermediateDerivative (t: Tensor) (variables: (Tensor * ReverseVariable)[]) : Tensor =
        let reversals = variables |> Array.collect (fun (_, variable) -> List.toArray variable.Reversals) |> Array.distinct

        if reversals |> Array.exists _.IsLost then
            raise (Errors.Differentiation.lost "derivative")

        let leaves = variables |> Array.map (fun (_, variable) -> variable.Leaf)

        let contribution (reversal: Reversal) =
            Gradient.on (fun recording ->
                let record = recording && (reversal.Outer || Gradient.isRecorded reversal.Value)

                (Gradient.compute [| reversal.Root |] [| Some reversal.Value |] [| t |] true record)[0]
                |> Option.map (fun gradient -> if record then Gradient.without leaves gradient else gradient))

        match reversals |> Array.choose contribution with
        | [||] -> t.noDiff().zerosLike()
        | gradients -> Array.reduce (+) gradients

    let private tryVariable (t: Tensor) =
        match variables.TryGetValue t with
        | true, variable -> Some variable
        | _ -> None

    let derivative (t: Tensor) : Tensor =
        match tryVariable t with
        | Some variable -> variable.Derivative |> Option.defaultWith (fun () -> t.zerosLike ())
        | None ->
            let markers, outer = innermost t

            match tryForward markers with
            | Some epsilon -> forwardDerivative t epsilon outer
            | None when (variablesAmong markers).Length > 0 -> intermediateDerivative t (variablesAmong markers)
            | None when Gradient.isRecorded t -> raise (Errors.Differentiation.unmarked "derivative")
            | None -> raise (Errors.Differentiation.constant "derivative")

    let setDerivative (t: Tensor) (derivative: Tensor) =
        match tryVariable t with
        | Some variable ->
            checkShape "derivative" t derivative
            variable.Derivative <- Some derivative
        | None when isForward t -> raise (Errors.Differentiation.notReverse "derivative")
        | None when Gradient.isRecorded t -> raise (Errors.Differentiation.intermediate "derivative")
        | None -> raise (Errors.Differentiation.constant "derivative")

    let rec derivativeDeep (t: Tensor) : Tensor =
        let result = derivative t
        if isForward result then derivativeDeep result else result

    // The variables of the innermost level, which a reversal reaches.
    let private reversed (operation: string) (y: Tensor) =
        let markers, outer = innermost y

        if (tryForward markers).IsSome && (variablesAmong markers).Length = 0 then
            raise (Errors.Differentiation.notReverse operation)

        variablesAmong markers, outer

    let private reset (variables: (Tensor * ReverseVariable)[]) =
        for _, variable in variables do
            variable.Reset()

    // A derivative lives as long as its variable, which may be longer than the scope that it was computed in.
    let private accumulate (seen: Tensor) (variable: ReverseVariable) (gradient: Tensor) =
        let total =
            match variable.Derivative with
            | Some before -> before + gradient
            | None -> gradient

        Ownership.accompany seen.Handle total.Handle
        variable.Derivative <- Some total

    let private push (value: Tensor) (y: Tensor) (variables: (Tensor * ReverseVariable)[]) (outer: bool) =
        checkShape "reverse" y value

        if variables.Length > 0 then
            let leaves = variables |> Array.map (fun (_, variable) -> variable.Leaf)
            let reversal = Reversal(y, value, outer)

            for _, variable in variables do
                variable.Remember reversal

            Gradient.on (fun recording ->
                let record = recording && (outer || Gradient.isRecorded value)

                let settle gradient =
                    if record then Gradient.without leaves gradient else gradient

                Gradient.compute [| y |] [| Some value |] leaves true record
                |> Array.iter2
                    (fun (seen, variable) gradient -> gradient |> Option.iter (settle >> accumulate seen variable))
                    variables)

    let reverseReset (zeroDerivatives: bool) (y: Tensor) =
        if zeroDerivatives then
            reversed "reverseReset" y |> fst |> reset

    let reversePush (value: Tensor) (y: Tensor) =
        reversed "reversePush" y ||> push value y

    let reverseAll (value: Tensor) (zeroDerivatives: bool) (y: Tensor) =
        let variables, outer = reversed "reverse" y

        if zeroDerivatives then
            reset variables

        push value y variables outer

    let history (t: Tensor) : string =
        Memory.using "ancestors" t.Handle (Exports.functional_history >> Marshal.PtrToStringUTF8)

    /// The tensors that reverseDiff returned and this one depends on.
    let variablesOf (t: Tensor) : Tensor list =
        reached t |> fst |> variablesAmong |> Array.map fst |> Array.toList

[<AutoOpen>]
module ForwardReverseExtensions =

    let private accumulation = "torch::autograd::AccumulateGrad"

    type Tensor with

        /// The tensor as a dual number with this derivative: what is computed from it carries derivatives along.
        /// Raises ArgumentException where the shapes differ or the elements are not floating-point numbers.
        member t.forwardDiff(derivative: Tensor, ?nestingTag: uint32) : Tensor =
            Dual.forward (defaultArg nestingTag (Nesting.level ())) derivative t

        /// The tensor as a variable: after `reverse` on a result, its `derivative` is the gradient of the result in it.
        member t.reverseDiff(?derivative: Tensor, ?nestingTag: uint32) : Tensor =
            Dual.reverse (defaultArg nestingTag (Nesting.level ())) derivative t

        /// The value without the innermost derivative; those of outer levels stay.
        member t.primal: Tensor = Dual.primal t

        /// The value without any derivative.
        member t.primalDeep: Tensor = t.noDiff ()

        /// The value without any derivative, as DiffSharp's raw tensor.
        member t.primalRaw: RawTensor = RawTensor(t.noDiff ())

        static member ofRawTensor(rawTensor: RawTensor) : Tensor = rawTensor.Value

        /// The innermost derivative, of the tensor's shape. Forward: computed when asked for, so ask once. Reverse: of a tensor that
        /// reverseDiff returned, what reversals have added up since the last reset, zeros at first; it can be assigned. Of a tensor
        /// computed from these: the same, computed when asked for by running those reversals again, for which their results are
        /// kept until the next reset. Raises InvalidOperationException for any other tensor, or where a scope has freed such a result.
        member t.derivative
            with get (): Tensor = Dual.derivative t
            and set (value: Tensor) = Dual.setDerivative t value

        /// The derivative of the derivative, and so on through all forward levels: the mixed derivative of the highest order.
        member t.derivativeDeep: Tensor = Dual.derivativeDeep t

        /// Adds the gradients of ⟨value, t⟩ to the derivatives of the variables of the innermost level that t depends on;
        /// does nothing where there are none. It can be called again.
        member t.reversePush(value: Tensor) : unit = Dual.reversePush value t

        /// Sets the derivatives of the variables of the innermost level that t depends on back to zero.
        member t.reverseReset(zeroDerivatives: bool) : unit = Dual.reverseReset zeroDerivatives t

        /// Computes the gradients of ⟨value, t⟩ (value: ones) in the variables of the innermost level that t depends on,
        /// to be read from their `derivative`; with zeroDerivatives = false they are added to what is there.
        member t.reverse(?value: Tensor, ?zeroDerivatives: bool) : unit =
            let value = value |> Option.defaultWith (fun () -> t.noDiff().onesLike())
            Dual.reverseAll value (defaultArg zeroDerivatives true) t

        /// `reverse`.
        member t.backward(value: Tensor) : unit = t.reverse value

        /// Whether its innermost derivative is a forward one.
        member t.isForwardDiff: bool = Dual.isForward t

        /// Whether its innermost derivative is a reverse one.
        member t.isReverseDiff: bool = Dual.isReverse t

        /// Whether it depends on nothing that is being differentiated.
        member t.isNoDiff: bool = not (Gradient.isRecorded t)

        /// Whether both are forward, both reverse, or both neither.
        member t1.isSameDiffType(t2: Tensor) : bool =
            t1.isNoDiff = t2.isNoDiff && t1.isForwardDiff = t2.isForwardDiff

        /// How many derivatives it takes part in.
        member t.depth: int = if t.isNoDiff then 0 else max 1 (Dual.levels t).Length

        /// The innermost nesting level that it depends on.
        member t.nestingTag: uint32 =
            match Dual.levels t with
            | [||] when t.isNoDiff -> raise (Errors.Differentiation.constant "nestingTag")
            | [||] -> Nesting.level ()
            | levels -> let struct (tag, _) = Array.max levels in tag

        /// How many uses of this tensor a reversal under way still waits for: none, since libtorch counts for itself.
        member t.fanout: uint32 =
            if not t.isReverseDiff then
                raise (Errors.Differentiation.constant "fanout")

            0u

        /// The operation that it came from.
        member t.parentOp: TensorOp =
            if not t.isReverseDiff then
                raise (Errors.Differentiation.constant "parentOp")

            let name = (Dual.history t).Split('\n')[0]
            { Name = if name = accumulation then "NewT" else name }

        /// For debugging: the tensor and the variables that it depends on, and the operations it came from, indented.
        member t.ancestors() : Tensor list * string = t :: Dual.variablesOf t, Dual.history t

    type dsharp with

        /// One nesting level further in, for what is marked by hand from now on.
        static member nest() : unit =
            Nesting.setLevel (Nesting.level () + 1u)

        /// Sets the nesting level.
        static member nest(level: uint32) : unit = Nesting.setLevel level

        /// The nesting level.
        static member nestLevel() : uint32 = Nesting.level ()

        /// Back to nesting level 0.
        static member nestReset() : unit = Nesting.setLevel 0u

        /// The value without the innermost derivative.
        static member primal(tensor: Tensor) : Tensor = tensor.primal

        /// The innermost derivative.
        static member derivative(tensor: Tensor) : Tensor = tensor.derivative

        /// The value without the innermost derivative, and that derivative.
        static member primalDerivative(tensor: Tensor) : Tensor * Tensor = tensor.primal, tensor.derivative

        static member forwardDiff (nestingTag: uint32) (derivative: Tensor) (tensor: Tensor) : Tensor =
            tensor.forwardDiff (derivative, nestingTag)

        static member reverseDiff (nestingTag: uint32) (tensor: Tensor) : Tensor =
            tensor.reverseDiff (nestingTag = nestingTag)

        static member reverseReset(tensor: Tensor) : unit = tensor.reverseReset true

        static member reversePush (value: Tensor) (tensor: Tensor) : unit = tensor.reversePush value

        static member reverse (value: Tensor) (tensor: Tensor) : unit = tensor.reverse value
