// Derivatives that .NET computes: libtorch calls back when its way through a computation comes to one.
// Tensor.Op records operations with these; Gradient raises again what a rule has raised.
namespace Functional.Tensors.Native

#nowarn "9"

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Runtime.ExceptionServices
open System.Runtime.InteropServices
open System.Threading
open Microsoft.FSharp.NativeInterop
open Functional.Tensors

/// From the gradient that arrives, the operation's value, its inputs, and which of these matter: their gradients, null where none.
type internal Rule =
    delegate of upstream: TensorHandle * value: TensorHandle * inputs: TensorHandle[] * wanted: bool[] -> TensorHandle[]

module internal Rule =

    // Exceptions do not pass through native code: they wait here, under the number that libtorch's error carries.
    let private failures = ConcurrentDictionary<int64, ExceptionDispatchInfo>()
    let mutable private failureCount = 0L
    let private failureMark = "functional_rule "

    let private put (error: exn) =
        let number = Interlocked.Increment &failureCount
        failures[number] <- ExceptionDispatchInfo.Capture error
        number

    let private (|Failure|_|) (reason: string) =
        match reason.IndexOf(failureMark, StringComparison.Ordinal) with
        | -1 -> None
        | place ->
            let digits = reason.Substring(place + failureMark.Length) |> Seq.takeWhile Char.IsAsciiDigit |> Seq.toArray

            match failures.TryRemove(Int64.Parse(String digits)) with
            | true, failure -> Some failure
            | _ -> None

    /// Raises what a rule raised, where that is the reason libtorch gives.
    let raiseAgain (reason: string) =
        match reason with
        | Failure failure -> failure.Throw()
        | _ -> ()

    let private share (handle: TensorHandle) =
        if isNull handle then
            0n
        else
            Memory.using "gradient" handle Exports.functional_tensor_share

    let private run (rule: Rule) (tensors: nativeint) (count: int) (wanted: nativeint) (gradients: nativeint) =
        let tensors = Span<nativeint>(tensors.ToPointer(), count + 2).ToArray()
        let handles = tensors |> Array.map (fun pointer -> Ownership.adopt pointer 0)
        let wanted = Span<int>(wanted.ToPointer(), count).ToArray() |> Array.map ((<>) 0)
        let results = rule.Invoke(handles[0], handles[1], handles[2..], wanted)

        for i in 0 .. count - 1 do
            NativePtr.set (NativePtr.ofNativeInt<nativeint> gradients) i (share results[i])

    // libtorch keeps what its graph needs, so everything the rule has made is freed behind it.
    let private apply (context: nativeint) tensors count wanted gradients : int64 =
        let outer, frame = Ownership.frame (), ScopeFrame null
        Ownership.enter frame

        try
            try
                run (GCHandle.FromIntPtr(context).Target :?> Rule) tensors count wanted gradients
                0L
            with error ->
                put error
        finally
            Ownership.enter outer
            frame.Close(HashSet())

    type private Apply = delegate of nativeint * nativeint * int * nativeint * nativeint -> int64
    type private Forget = delegate of nativeint -> unit

    // Held for good, because native code may call them at any time.
    let private applying = Apply apply
    let private forgetting = Forget(fun context -> GCHandle.FromIntPtr(context).Free())
    let private applyPointer = Marshal.GetFunctionPointerForDelegate applying
    let private forgetPointer = Marshal.GetFunctionPointerForDelegate forgetting

    let private holding (handles: TensorHandle[]) (name: string) (body: unit -> 'T) : 'T =
        let rec hold i =
            if i = handles.Length then
                body ()
            else
                Memory.using name handles[i] (fun _ -> hold (i + 1))

        hold 0

    /// The value as it comes from these inputs by an operation with that derivative.
    let record (name: string) (value: TensorHandle) (inputs: TensorHandle[]) (rule: Rule) : TensorHandle =
        holding (Array.append [| value |] inputs) name (fun () ->
            use pin = fixed (inputs |> Array.map _.Pointer)
            let context = GCHandle.ToIntPtr(GCHandle.Alloc rule)

            let pointer =
                Exports.functional_operation (
                    name,
                    value.Pointer,
                    NativePtr.toNativeInt pin,
                    inputs.Length,
                    applyPointer,
                    forgetPointer,
                    context
                )

            if pointer = 0n then
                raise (Errors.Native.refused name (inputs |> Seq.map (Memory.shape >> Errors.shape)) (Library.lastError ()))

            Ownership.adopt pointer (Exports.functional_tensor_kibibytes pointer))
