// Which derivatives are being taken around the running code, and how deep they are nested: DiffSharp's nesting levels.
// The derivative operators enter a level of their own; users who differentiate by hand number theirs with dsharp.nest.
namespace Functional.Tensors

open System.Threading

/// A derivative operator whose function is running.
[<Sealed; AllowNullLiteral>]
type internal NestingFrame(parent: NestingFrame, tag: uint32, leaf: Tensor) =
    member _.Parent = parent

    /// The operator's own level.
    member _.Tag = tag

    /// What the operator differentiates in.
    member _.Leaf = leaf

    /// The level of what the function differentiates by hand.
    member val Level = tag with get, set

module internal Nesting =

    // An operator's level ends with it, on its own flow of control; the outermost level is a user's to set, from anywhere.
    let private frame = AsyncLocal<NestingFrame>()
    let mutable private outermost = 0u

    let level () =
        if isNull frame.Value then Volatile.Read &outermost else frame.Value.Level

    let setLevel (level: uint32) =
        if isNull frame.Value then
            Volatile.Write(&outermost, level)
        else
            frame.Value.Level <- level

    /// The operators whose functions are running, the innermost first.
    let frames () : NestingFrame list =
        let rec from (frame: NestingFrame) =
            if isNull frame then [] else frame :: from frame.Parent

        from frame.Value

    /// Runs a function that an operator differentiates in `leaf`, one level deeper.
    let within (leaf: Tensor) (body: unit -> 'T) : 'T =
        let outer = frame.Value
        frame.Value <- NestingFrame(outer, level () + 1u, leaf)

        try
            body ()
        finally
            frame.Value <- outer
