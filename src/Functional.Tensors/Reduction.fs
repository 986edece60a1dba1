// What turns many elements into fewer: sums, means, extremes, log-sum-exp, softmax, cumulative sums.
// Used everywhere; without an axis the whole tensor is reduced.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Reduction =

    let private sumOp = Operators.atenOverload "sum" "dim_IntList"
    let private meanOp = Operators.atenOverload "mean" "dim"
    let private varOp = Operators.atenOverload "var" "correction"
    let private stdOp = Operators.atenOverload "std" "correction"
    let private logsumexpOp = Operators.aten "logsumexp"
    let private softmaxOp = Operators.atenOverload "softmax" "int"
    let private logSoftmaxOp = Operators.atenOverload "log_softmax" "int"
    let private maxOp = Operators.aten "max"
    let private minOp = Operators.aten "min"
    let private amaxOp = Operators.aten "amax"
    let private aminOp = Operators.aten "amin"
    let private argmaxOp = Operators.aten "argmax"
    let private argminOp = Operators.aten "argmin"
    let private cumsumOp = Operators.aten "cumsum"
    let private cumprodOp = Operators.aten "cumprod"
    let private logcumsumexpOp = Operators.aten "logcumsumexp"
    let private sumToSizeOp = Operators.aten "sum_to_size"
    let private allOp = Operators.aten "all"
    let private anyOp = Operators.aten "any"

    let private axis (operation: string) (t: Tensor) (axis: int) =
        if axis < -t.dim || axis >= max t.dim 1 then
            raise (Errors.Operation.axis operation axis t.dim t.shape)

        int64 axis

    // libtorch reads an empty list of axes as all of them.
    let private axes (operation: string) (t: Tensor) (dims: int seq) =
        dims |> Seq.map (axis operation t) |> Seq.toArray |> Arg.ints

    let sum (dims: int seq) (keepDim: bool) (dtype: Dtype option) (t: Tensor) =
        new Tensor(sumOp.Tensor [| Arg.tensor t.Handle; axes "sum" t dims; Arg.bool keepDim; Arg.optional Arg.dtype dtype |])

    // Integers have means and variances too: those of the same real numbers.
    let private real (t: Tensor) =
        if t.dtype.IsFloatingPoint then t else t.cast Dtype.Default

    let mean (dims: int seq) (keepDim: bool) (t: Tensor) =
        let t = real t
        new Tensor(meanOp.Tensor [| Arg.tensor t.Handle; axes "mean" t dims; Arg.bool keepDim; Arg.none |])

    let private spread (op: Operator) (name: string) (dims: int seq) (unbiased: bool) (keepDim: bool) (t: Tensor) =
        let t = real t
        let correction = Arg.int (if unbiased then 1L else 0L)
        // The derivative, unlike the value, reads an empty list as no axis at all.
        let axes = if Seq.isEmpty dims then Arg.none else axes name t dims
        new Tensor(op.Tensor [| Arg.tensor t.Handle; axes; correction; Arg.bool keepDim |])

    let var dims unbiased keepDim t =
        spread varOp "var" dims unbiased keepDim t

    let std dims unbiased keepDim t =
        spread stdOp "std" dims unbiased keepDim t

    let logsumexp (dim: int) (keepDim: bool) (t: Tensor) =
        new Tensor(logsumexpOp.Tensor [| Arg.tensor t.Handle; axes "logsumexp" t [ dim ]; Arg.bool keepDim |])

    let private along (op: Operator) (name: string) (dim: int) (t: Tensor) =
        new Tensor(op.Tensor [| Arg.tensor t.Handle; Arg.int (axis name t dim); Arg.none |])

    let softmax dim t = along softmaxOp "softmax" dim t
    let logsoftmax dim t = along logSoftmaxOp "logsoftmax" dim t
    let cumsum dim t = along cumsumOp "cumsum" dim t
    let cumprod dim t = along cumprodOp "cumprod" dim t

    let logcumsumexp (dim: int) (t: Tensor) =
        new Tensor(logcumsumexpOp.Tensor [| Arg.tensor t.Handle; Arg.int (axis "logcumsumexp" t dim) |])

    /// The sum over the axes by which `shape` broadcasts to the tensor's.
    let sumToSize (shape: int[]) (dtype: Dtype option) (t: Tensor) =
        let ending = if shape.Length > t.dim then t.shape else Array.skip (t.dim - shape.Length) t.shape

        if shape.Length > t.dim || not (Array.forall2 (fun wanted length -> wanted = length || wanted = 1) shape ending) then
            raise (Errors.Operation.mismatch "sumToSize" t.shape shape "The second must broadcast to the first.")

        let wide = t.cast (defaultArg dtype t.dtype.SummationType)
        new Tensor(sumToSizeOp.Tensor [| Arg.tensor wide.Handle; Arg.shape shape |])

    let private whole (op: Operator) (t: Tensor) = new Tensor(op.Tensor(t.Handle))

    let max t = whole maxOp t
    let min t = whole minOp t
    let all t = whole allOp t
    let any t = whole anyOp t

    let amax (dim: int) (keepDim: bool) (t: Tensor) =
        new Tensor(amaxOp.Tensor [| Arg.tensor t.Handle; axes "max" t [ dim ]; Arg.bool keepDim |])

    let amin (dim: int) (keepDim: bool) (t: Tensor) =
        new Tensor(aminOp.Tensor [| Arg.tensor t.Handle; axes "min" t [ dim ]; Arg.bool keepDim |])

    let private position (op: Operator) (name: string) (dim: int) (keepDim: bool) (t: Tensor) =
        let place = new Tensor(op.Tensor [| Arg.tensor t.Handle; Arg.int (axis name t dim); Arg.bool keepDim |])
        place.cast Dtype.Int32

    let argmax dim keepDim t =
        position argmaxOp "argmax" dim keepDim t

    let argmin dim keepDim t =
        position argminOp "argmin" dim keepDim t

    // The index on every axis of the element at a position in row-major order.
    let private unravel (shape: int[]) (position: int) =
        Array.scanBack (fun length position -> position / length) shape position
        |> Array.skip 1
        |> Array.mapi (fun i rest -> rest % shape[i])

    let private wholePosition (op: Operator) (t: Tensor) =
        let flat = new Tensor(op.Tensor [| Arg.tensor t.Handle; Arg.none; Arg.bool false |])
        unravel t.shape (flat.toInt32 ())

    let argmaxIndex t = wholePosition argmaxOp t
    let argminIndex t = wholePosition argminOp t

[<AutoOpen>]
module ReductionExtensions =

    type Tensor with

        member t.sum(?dtype: Dtype) = Reduction.sum [] false dtype t

        member t.sum(dim: int, ?keepDim: bool, ?dtype: Dtype) =
            Reduction.sum [ dim ] (defaultArg keepDim false) dtype t

        /// The sum over several axes.
        member t.sum(dims: seq<int>, ?keepDim: bool, ?dtype: Dtype) =
            Reduction.sum dims (defaultArg keepDim false) dtype t

        member t.mean() = Reduction.mean [] false t

        member t.mean(dim: int, ?keepDim: bool) =
            Reduction.mean [ dim ] (defaultArg keepDim false) t

        /// The mean over several axes.
        member t.mean(dims: seq<int>, ?keepDim: bool) =
            Reduction.mean dims (defaultArg keepDim false) t

        /// The variance; divided by n - 1 unless `unbiased` is false.
        member t.var(?unbiased: bool) =
            Reduction.var [] (defaultArg unbiased true) false t

        member t.var(dim: int, ?keepDim: bool, ?unbiased: bool) =
            Reduction.var [ dim ] (defaultArg unbiased true) (defaultArg keepDim false) t

        /// The standard deviation; of the variance divided by n - 1 unless `unbiased` is false.
        member t.std(?unbiased: bool) =
            Reduction.std [] (defaultArg unbiased true) false t

        member t.std(dim: int, ?keepDim: bool, ?unbiased: bool) =
            Reduction.std [ dim ] (defaultArg unbiased true) (defaultArg keepDim false) t

        /// log Σ exp(t) along an axis.
        member t.logsumexp(dim: int, ?keepDim: bool) =
            Reduction.logsumexp dim (defaultArg keepDim false) t

        member t.softmax(dim: int) = Reduction.softmax dim t
        member t.logsoftmax(dim: int) = Reduction.logsoftmax dim t

        /// Running sums along an axis.
        member t.cumsum(dim: int) = Reduction.cumsum dim t

        /// Running products along an axis.
        member t.cumprod(dim: int) = Reduction.cumprod dim t

        /// log of the running sums of exp(t) along an axis.
        member t.logcumsumexp(dim: int) = Reduction.logcumsumexp dim t

        /// The sum over the axes by which the new shape broadcasts to this one's: what a broadcast's gradient needs.
        member t.sumToSize(newShape: int[], ?dtype: Dtype) = Reduction.sumToSize newShape dtype t

        member t.max() = Reduction.max t

        member t.max(dim: int, ?keepDim: bool) =
            Reduction.amax dim (defaultArg keepDim false) t

        member t.min() = Reduction.min t

        member t.min(dim: int, ?keepDim: bool) =
            Reduction.amin dim (defaultArg keepDim false) t

        /// The index of the largest element. Waits for the device.
        member t.argmax() : int[] = Reduction.argmaxIndex t

        member t.argmax(dim: int, ?keepDim: bool) : Tensor =
            Reduction.argmax dim (defaultArg keepDim false) t

        /// The index of the smallest element. Waits for the device.
        member t.argmin() : int[] = Reduction.argminIndex t

        member t.argmin(dim: int, ?keepDim: bool) : Tensor =
            Reduction.argmin dim (defaultArg keepDim false) t

        /// Whether every element is true (or not zero), as a tensor.
        member t.all() = Reduction.all t

        /// Whether some element is true (or not zero), as a tensor.
        member t.any() = Reduction.any t

        /// Whether some element is NaN. Waits for the device.
        member t.hasnan() : bool = t.isnan().any().toBool()

        /// Whether some element is infinite. Waits for the device.
        member t.hasinf() : bool = t.isinf().any().toBool()

        /// Whether some element is NaN or infinite. Waits for the device.
        member t.hasinfnan() : bool = not (t.isfinite().all().toBool())

        /// Whether |t - other| ≤ absolute + relative · |other| everywhere. Waits for the device.
        member t.allclose(tensor: Tensor, ?relativeTolerance: float, ?absoluteTolerance: float) : bool =
            // An infinity would be within any multiple of itself; it is close to its equal only.
            let bound = tensor.abs () * defaultArg relativeTolerance 1e-5 + defaultArg absoluteTolerance 1e-8
            let within = ((t - tensor).abs().le bound).logicalAnd(tensor.isfinite ())
            (within.logicalOr (t.eq tensor)).all().toBool()

    type dsharp with

        static member sum(input: Tensor) = input.sum ()
        static member sum(input: Tensor, dim: int, ?keepDim: bool) = input.sum (dim, ?keepDim = keepDim)
        static member mean(input: Tensor) = input.mean ()
        static member mean(input: Tensor, dim: int, ?keepDim: bool) = input.mean (dim, ?keepDim = keepDim)
        static member var(input: Tensor, ?unbiased: bool) = input.var (?unbiased = unbiased)

        static member var(input: Tensor, dim: int, ?keepDim: bool, ?unbiased: bool) =
            input.var (dim, ?keepDim = keepDim, ?unbiased = unbiased)

        static member std(input: Tensor, ?unbiased: bool) = input.std (?unbiased = unbiased)

        static member std(input: Tensor, dim: int, ?keepDim: bool, ?unbiased: bool) =
            input.std (dim, ?keepDim = keepDim, ?unbiased = unbiased)

        static member logsumexp(input: Tensor, dim: int, ?keepDim: bool) =
            input.logsumexp (dim, ?keepDim = keepDim)

        static member softmax(input: Tensor, dim: int) = input.softmax dim
        static member logsoftmax(input: Tensor, dim: int) = input.logsoftmax dim
        static member cumsum(input: Tensor, dim: int) = input.cumsum dim
        static member cumprod(input: Tensor, dim: int) = input.cumprod dim
        static member logcumsumexp(input: Tensor, dim: int) = input.logcumsumexp dim
        static member max(input: Tensor) = input.max ()
        static member max(a: Tensor, dim: int, ?keepDim: bool) = a.max (dim, ?keepDim = keepDim)
        static member min(input: Tensor) = input.min ()
        static member min(a: Tensor, dim: int, ?keepDim: bool) = a.min (dim, ?keepDim = keepDim)
        static member argmax(input: Tensor) = input.argmax ()
        static member argmax(input: Tensor, dim: int, ?keepDim: bool) = input.argmax (dim, ?keepDim = keepDim)
        static member argmin(input: Tensor) = input.argmin ()
        static member argmin(input: Tensor, dim: int, ?keepDim: bool) = input.argmin (dim, ?keepDim = keepDim)
        static member hasnan(input: Tensor) = input.hasnan ()
        static member hasinf(input: Tensor) = input.hasinf ()
        static member hasinfnan(input: Tensor) = input.hasinfnan ()
