// Operations with derivatives of the user's own, as DiffSharp has them: subclass UnaryOp or BinaryOp and pass it to Tensor.Op.
// For functions that libtorch lacks, or whose derivative is better written down than recorded; they nest like all others.
namespace Functional.Tensors

open Functional.Tensors.Native

/// f(a) with a derivative of its own. The rules are written in tensors, so that they are differentiated in their turn.
[<AbstractClass>]
type UnaryOp(name: string) =

    member _.name = name

    /// f(a), without any derivative: `Tensor.ofRawTensor a` computes with it, and `primalRaw` returns.
    abstract fRaw: a: RawTensor -> RawTensor

    /// Forward: f's derivative where a's is `ad`. DiffSharp's interface asks for it; here `fd_dfda`, which is linear in `fd`, says
    /// the same and is what forward differentiation uses, too.
    abstract ad_dfda: a: Tensor * ad: Tensor * f: Tensor -> Tensor

    /// Reverse: the gradient in a where that in f = f(a) is `fd`.
    abstract fd_dfda: a: Tensor * f: Tensor * fd: Tensor -> Tensor

/// f(a, b) with derivatives of its own. The rules are written in tensors, so that they are differentiated in their turn.
[<AbstractClass>]
type BinaryOp(name: string) =

    member _.name = name

    /// f(a, b), without any derivative: `Tensor.ofRawTensor a` computes with it, and `primalRaw` returns.
    abstract fRaw: a: RawTensor * b: RawTensor -> RawTensor

    /// Forward in a; not called, as in UnaryOp.
    abstract ad_dfda: a: Tensor * ad: Tensor * b: Tensor * f: Tensor -> Tensor

    /// Forward in b; not called, as in UnaryOp.
    abstract bd_dfdb: a: Tensor * b: Tensor * bd: Tensor * f: Tensor -> Tensor

    /// Reverse: the gradient in a where that in f = f(a, b) is `fd`. Axes that a was broadcast along are summed.
    abstract fd_dfda: a: Tensor * b: Tensor * f: Tensor * fd: Tensor -> Tensor

    /// Reverse: the gradient in b. Asked for only where something depends on it.
    abstract fd_dfdb: a: Tensor * b: Tensor * f: Tensor * fd: Tensor -> Tensor

/// A function of each element: df/da says it all.
[<AbstractClass>]
type UnaryOpElementwise(name: string) =
    inherit UnaryOp(name)

    /// df/da, element by element.
    abstract dfda: a: Tensor * f: Tensor -> Tensor

    override this.ad_dfda(a, ad, f) = ad * this.dfda (a, f)
    override this.fd_dfda(a, f, fd) = fd * this.dfda (a, f)

/// A function of each pair of elements: df/da and df/db say it all.
[<AbstractClass>]
type BinaryOpElementwise(name: string) =
    inherit BinaryOp(name)

    /// df/da, element by element.
    abstract dfda: a: Tensor * b: Tensor * f: Tensor -> Tensor

    /// df/db, element by element.
    abstract dfdb: a: Tensor * b: Tensor * f: Tensor -> Tensor

    override this.ad_dfda(a, ad, b, f) = ad * this.dfda (a, b, f)
    override this.bd_dfdb(a, b, bd, f) = bd * this.dfdb (a, b, f)
    override this.fd_dfda(a, b, f, fd) = fd * this.dfda (a, b, f)
    override this.fd_dfdb(a, b, f, fd) = fd * this.dfdb (a, b, f)

module internal CustomOperation =

    /// The function's value at the inputs, with that derivative: a gradient an input from (inputs, value, upstream).
    let apply
        (name: string)
        (f: Tensor[] -> Tensor)
        (gradients: (Tensor[] -> Tensor -> Tensor -> Tensor)[])
        (inputs: Tensor[])
        : Tensor =
        let value = Gradient.off (fun () -> f (inputs |> Array.map _.noDiff()))

        let rule (upstream: TensorHandle) (value: TensorHandle) (inputs: TensorHandle[]) (wanted: bool[]) =
            let inputs, value, upstream =
                inputs |> Array.map (fun handle -> new Tensor(handle)), new Tensor(value), new Tensor(upstream)

            Array.map2
                (fun gradient wanted -> if wanted then (gradient inputs value upstream: Tensor).Handle else null)
                gradients
                wanted

        new Tensor(Rule.record name value.Handle (inputs |> Array.map _.Handle) (Rule(fun u v i w -> rule u v i w)))

[<AutoOpen>]
module OpExtensions =

    type Tensor with

        /// The operation as a function, which differentiates by the operation's rules to any order, in every mode.
        /// What a rule raises is raised by whoever asked for the derivative.
        static member Op(ext: UnaryOp) : (Tensor -> Tensor) =
            fun a ->
                CustomOperation.apply
                    ext.name
                    (fun inputs -> Tensor.ofRawTensor (ext.fRaw inputs[0].primalRaw))
                    [| fun inputs f fd -> ext.fd_dfda (inputs[0], f, fd) |]
                    [| a |]

        /// The operation as a function of a pair.
        static member Op(ext: BinaryOp) : ((Tensor * Tensor) -> Tensor) =
            fun (a, b) ->
                CustomOperation.apply
                    ext.name
                    (fun inputs -> Tensor.ofRawTensor (ext.fRaw (inputs[0].primalRaw, inputs[1].primalRaw)))
                    [| fun inputs f fd -> ext.fd_dfda (inputs[0], inputs[1], f, fd)
                       fun inputs f fd -> ext.fd_dfdb (inputs[0], inputs[1], f, fd) |]
                    [| a; b |]
