// Who owns a native tensor and when it is freed: by its scope, by Dispose, or by the garbage collector, whichever comes first.
// Operators register what they make here; Scope (Scope.fs) is the public face.
namespace Functional.Tensors.Native

open System
open System.Collections.Generic
open System.Threading

/// Owns one native tensor. Uses are counted: a tensor freed on one thread lives on until a call on another has returned.
/// It has no finalizer of its own, which would double the price of every operation; one that no scope will free gets a guard.
[<Sealed; AllowNullLiteral>]
type internal TensorHandle(pointer: nativeint, newKibibytes: int) =
    // One for the owner until it is disposed, and one for each native call under way.
    let mutable uses = 1
    let mutable disposed = 0
    let mutable guard: Guard = null
    let mutable kibibytes = newKibibytes
    let mutable pressure = 0L

    let free () =
        Exports.functional_tensor_release pointer

        if pressure > 0L then
            GC.RemoveMemoryPressure pressure

    /// The native tensor; to be read only between TryBorrow and GiveBack.
    member _.Pointer = pointer

    /// The element type as libtorch numbers it, which never changes; below zero until somebody has asked.
    member val ScalarType = -1 with get, set

    /// Whether its owner has let go of it.
    member _.IsClosed = Volatile.Read &disposed <> 0

    /// Holds the native tensor for a call; false when it has been freed.
    member this.TryBorrow() =
        let current = Volatile.Read &uses

        if current = 0 || this.IsClosed then
            false
        else
            Interlocked.CompareExchange(&uses, current + 1, current) = current || this.TryBorrow()

    /// Ends a successful TryBorrow.
    member _.GiveBack() =
        if Interlocked.Decrement &uses = 0 then
            free ()

    /// Frees it as soon as no call uses it; a second time does nothing.
    member this.Dispose() =
        if Interlocked.Exchange(&disposed, 1) = 0 then
            if not (isNull guard) then
                GC.SuppressFinalize guard

            this.GiveBack()

    /// Leaves it to the garbage collector, which sees a small object and so is told of the memory behind it.
    member this.LeaveToCollector() =
        if isNull guard && this.TryBorrow() then
            pressure <- int64 kibibytes <<< 10

            if pressure > 0L then
                GC.AddMemoryPressure pressure

            guard <- Guard this
            this.GiveBack()

    /// The same for one that a scope hands out: a view may by then be the last to hold the memory that it looks at.
    member this.HandOutToCollector() =
        if kibibytes = 0 && this.TryBorrow() then
            kibibytes <- Exports.functional_tensor_kibibytes pointer
            this.GiveBack()

        this.LeaveToCollector()

/// Frees a handle when the collector finds the two unreachable.
and [<Sealed; AllowNullLiteral>] internal Guard(handle: TensorHandle) =
    override _.Finalize() = handle.Dispose()

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
    member this.Close(result: HashSet<TensorHandle>) =
        lock handles (fun () ->
            closed <- true

            for handle in handles do
                if not (result.Contains handle) then
                    handle.Dispose()

            for handle in handles do
                if result.Contains handle then
                    if isNull parent then
                        handle.HandOutToCollector()
                    else
                        ScopeFrame.RegisterWith(parent, handle)

            handles.Clear())

        GC.SuppressFinalize this

    /// A scope that never ends, because its task was abandoned, leaves its tensors to the collector.
    override _.Finalize() =
        for handle in handles do
            handle.LeaveToCollector()

    /// Takes a handle out, to be freed by the collector or by whoever disposes it.
    member _.Release(handle: TensorHandle) =
        lock handles (fun () ->
            let position = handles.LastIndexOf handle

            if position >= 0 then
                handles.RemoveAt position

            position >= 0)

    /// Whether it is the one to free this handle.
    member _.Holds(handle: TensorHandle) =
        lock handles (fun () -> handles.LastIndexOf handle >= 0)

    static member RegisterWith(frame: ScopeFrame, handle: TensorHandle) =
        if isNull frame then handle.LeaveToCollector() else frame.Register handle

module internal Ownership =

    let private current = AsyncLocal<ScopeFrame>()

    let frame () = current.Value

    let enter (frame: ScopeFrame) = current.Value <- frame

    /// Wraps a native tensor and gives it to the current scope.
    let adopt (pointer: nativeint) (kibibytes: int) =
        let handle = TensorHandle(pointer, kibibytes)
        ScopeFrame.RegisterWith(current.Value, handle)
        handle

    /// Frees the handle's tensor with no scope: it lives until it is disposed or unreachable.
    let rec detach (frame: ScopeFrame) (handle: TensorHandle) =
        if not (isNull frame) then
            if frame.Release handle then handle.HandOutToCollector() else detach frame.Parent handle

    /// Hands a new handle to the scope that will free `companion`, if any, so that the two live equally long.
    let accompany (companion: TensorHandle) (handle: TensorHandle) =
        let rec holder (frame: ScopeFrame) =
            if isNull frame || frame.Holds companion then frame else holder frame.Parent

        let inner = current.Value
        let outer = holder inner

        if isNull outer then
            detach inner handle
        elif not (obj.ReferenceEquals(inner, outer)) && inner.Release handle then
            outer.Register handle
