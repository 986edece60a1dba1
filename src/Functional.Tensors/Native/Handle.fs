// Who owns a native tensor and when it is freed: by its scope, by Dispose, or by the garbage collector, whichever comes first.
// Operators register what they make here; Scope (Scope.fs) is the public face.
namespace Functional.Tensors.Native

open System
open System.Collections.Generic
open System.Runtime.InteropServices
open System.Threading

/// Owns one native tensor. Counted use: a tensor freed on one thread lives on until a call on another has returned.
[<Sealed; AllowNullLiteral>]
type internal TensorHandle(pointer: nativeint, kibibytes: int) =
    inherit SafeHandle(0n, true)

    do base.SetHandle pointer

    /// The collector sees a small object; where it alone decides, it is told of the memory behind it.
    member val UnderPressure = false with get, set

    member this.AddPressure() =
        if kibibytes > 0 && not this.UnderPressure then
            this.UnderPressure <- true
            GC.AddMemoryPressure(int64 kibibytes <<< 10)

    override this.IsInvalid = this.handle = 0n

    override this.ReleaseHandle() =
        Exports.functional_tensor_release this.handle

        if this.UnderPressure then
            GC.RemoveMemoryPressure(int64 kibibytes <<< 10)

        true

/// The tensors made since a scope was opened. Threads that the scope's code starts share it, so it locks.
[<Sealed; AllowNullLiteral>]
type internal ScopeFrame(parent: ScopeFrame) =
    let handles = List<TensorHandle>()
    let mutable closed = false

    member _.Parent = parent

    /// A frame that has closed passes late arrivals (a task that outlived it) to the one around it.
    member this.Register(handle: TensorHandle) =
        let accepted =
            lock handles (fun () ->
                if not closed then
                    handles.Add handle

                not closed)

        if not accepted then
            ScopeFrame.RegisterWith(parent, handle)

    /// Frees everything but the handles of the result, which move to the frame around this one.
    member _.Close(result: HashSet<TensorHandle>) =
        lock handles (fun () ->
            closed <- true

            for handle in handles do
                if result.Contains handle then
                    ScopeFrame.RegisterWith(parent, handle)
                else
                    handle.Dispose()

            handles.Clear())

    /// Takes a handle out, to be freed by the collector or by whoever disposes it.
    member _.Release(handle: TensorHandle) =
        lock handles (fun () ->
            let position = handles.LastIndexOf handle

            if position >= 0 then
                handles.RemoveAt position

            position >= 0)

    static member RegisterWith(frame: ScopeFrame, handle: TensorHandle) =
        if isNull frame then
            handle.AddPressure()
        else
            frame.Register handle

module internal Ownership =

    let private current = AsyncLocal<ScopeFrame>()

    let frame () = current.Value

    let enter (frame: ScopeFrame) = current.Value <- frame

    /// Wraps a native tensor and gives it to the current scope.
    let adopt (pointer: nativeint) (kibibytes: int) =
        let handle = new TensorHandle(pointer, kibibytes)
        ScopeFrame.RegisterWith(current.Value, handle)
        handle

    /// Frees the handle's tensor with no scope: it lives until it is disposed or unreachable.
    let rec detach (frame: ScopeFrame) (handle: TensorHandle) =
        if not (isNull frame) then
            if frame.Release handle then
                handle.AddPressure()
            else
                detach frame.Parent handle
