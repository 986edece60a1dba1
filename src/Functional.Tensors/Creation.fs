// Making tensors: from .NET values, constants, ranges and random numbers; and `dsharp`, the door to all of it.
// The first file a user meets; the members of `dsharp` for other subjects are in the files of those subjects.
namespace Functional.Tensors

open System
open Functional.Tensors.Native

module internal Make =

    let private toBoth = Operators.atenOverload "to" "device"

    /// The tensor on that device with that dtype: itself if it is there already.
    let convert (tensor: Tensor) (device: Device) (dtype: Dtype) =
        if tensor.dtype = dtype && tensor.device = device then
            tensor
        else
            Check.device device

            new Tensor(
                toBoth.Tensor
                    [| Arg.tensor tensor.Handle; Arg.device device; Arg.dtype dtype; Arg.bool false; Arg.bool false; Arg.none |]
            )

    let private stack = Operators.aten "stack"

    // What tensors a value holds are stacked, so that gradients flow to them; numbers beside them take their dtype.
    let rec private ofTensors (path: string) (numbers: obj -> Tensor) (value: obj) : Tensor =
        match value with
        | :? Tensor as tensor -> tensor
        | :? (obj list) as items when (Nested.tryTensor value).IsSome ->
            let rows = items |> List.mapi (fun i item -> ofTensors $"{path}[{i}]" numbers item)

            rows
            |> List.iteri (fun i row ->
                if row.shape <> rows.Head.shape then
                    raise (Errors.Value.ragged $"{path}[{i}]" rows.Head.shape row.shape))

            let handles = rows |> List.map _.Handle |> List.toArray
            new Tensor(stack.Tensor [| Arg.tensors handles; Arg.int 0L |])
        | value -> numbers value

    let private ofNumbers (value: obj) (device: Device) (dtype: Dtype option) =
        Check.device device
        let flat = Nested.ofValue "value" value
        let layout = Nested.layout (flat.Elements.GetType().GetElementType())
        let dtype = defaultArg dtype (Nested.natural layout)
        let tensor = new Tensor(Memory.ofArray flat.Elements flat.Shape layout Device.CPU)
        convert tensor device dtype

    /// A tensor of .NET values, which may be or hold tensors.
    let ofValue (value: obj) (device: Device option) (dtype: Dtype option) =
        let value = Nested.settled value

        match Nested.tryTensor value with
        | None -> ofNumbers value (defaultArg device Device.Default) dtype
        | Some first ->
            let numbers value =
                ofNumbers value first.device (Some first.dtype)

            convert (ofTensors "value" numbers value) (defaultArg device first.device) (defaultArg dtype first.dtype)

    /// What every creating operator of libtorch ends with: dtype, layout, device.
    let options (device: Device option) (dtype: Dtype option) =
        let device = defaultArg device Device.Default
        Check.device device
        [| Arg.dtype (defaultArg dtype Dtype.Default); Arg.none; Arg.device device |]

    let full = Operators.aten "full"
    let zeros = Operators.aten "zeros"
    let ones = Operators.aten "ones"
    let empty = Operators.atenOverload "empty" "memory_format"
    let arange = Operators.atenOverload "arange" "start_step"
    let linspace = Operators.aten "linspace"
    let logspace = Operators.aten "logspace"
    let eye = Operators.atenOverload "eye" "m"
    let rand = Operators.find "functional::rand" ""
    let randn = Operators.find "functional::randn" ""
    let exponential = Operators.find "functional::exponential" ""
    let laplace = Operators.find "functional::laplace" ""
    let gumbel = Operators.find "functional::gumbel" ""
    let randint = Operators.atenOverload "randint" "low_generator"
    let randperm = Operators.atenOverload "randperm" "generator"

    let shaped (op: Operator) (shape: seq<int>) (device: Device option) (dtype: Dtype option) =
        new Tensor(op.Tensor(Array.append [| Arg.shape (Seq.toArray shape) |] (options device dtype)))

    let random (op: Operator) (leading: Arg[]) (shape: seq<int>) (device: Device option) (dtype: Dtype option) =
        let generator = Random.argument (defaultArg device Device.Default)
        let arguments = Array.append leading [| Arg.shape (Seq.toArray shape); generator |]
        new Tensor(op.Tensor(Array.append arguments (options device dtype)))

    let filled (shape: seq<int>) (value: scalar) device dtype =
        let arguments = [| Arg.shape (Seq.toArray shape); Arg.scalar value |]
        new Tensor(full.Tensor(Array.append arguments (options device dtype)))

    // Refused before libtorch divides by a step that is, or in the dtype becomes, zero.
    let private checkRange (start: float) (stop: float) (step: float) =
        let count = ceil ((stop - start) / step)

        if not (count >= 0.0 && count <= float Int32.MaxValue) then
            raise (Errors.Value.range start stop step)

    /// Integers are counted in 64 bits, whatever they become, so that a step never wraps round.
    let range (start: scalar) (stop: scalar) (step: scalar) (device: Device option) (dtype: Dtype option) =
        let dtype = defaultArg dtype Dtype.Default

        let whole (value: scalar) =
            if dtype.IsFloatingPoint then value else truncate (value.ToDouble null) :> scalar

        let start, stop, step = whole start, whole stop, whole step
        checkRange (start.ToDouble null) (stop.ToDouble null) (step.ToDouble null)
        let counted = if dtype.IsFloatingPoint then dtype else Dtype.Int64
        let arguments = [| Arg.scalar start; Arg.scalar stop; Arg.scalar step |]
        let counts = new Tensor(arange.Tensor(Array.append arguments (options device (Some counted))))
        convert counts counts.device dtype

    let spaced (op: Operator) (start: float) (stop: float) (steps: int) (extra: Arg[]) device dtype =
        let arguments = Array.append [| Arg.double start; Arg.double stop; Arg.int (int64 steps) |] extra

        new Tensor(op.Tensor(Array.append arguments (options device dtype)))

    let private onehotOp = Operators.aten "one_hot"

    let onehot (length: int) (hot: int) (device: Device option) (dtype: Dtype option) =
        if hot < 0 || hot >= length then
            invalidArg (nameof hot) $"onehot: position {hot} does not lie in a vector of length {length}."

        let position = filled [] hot device (Some Dtype.Int64)
        let whole = new Tensor(onehotOp.Tensor [| Arg.tensor position.Handle; Arg.int (int64 length) |])
        convert whole whole.device (defaultArg dtype Dtype.Default)

/// The door to tensors: creation, operations as functions, differentiation, configuration. The names are DiffSharp's.
[<AbstractClass; Sealed>]
type dsharp private () = class end

[<AutoOpen>]
module CreationExtensions =

    type dsharp with

        /// A tensor of a number, an array of any rank, or nested sequences and tuples of numbers or of tensors, through which
        /// gradients flow.
        /// Real numbers take the default dtype unless one is given; integers and booleans keep their own.
        static member tensor(value: obj, ?device: Device, ?dtype: Dtype) : Tensor = Make.ofValue value device dtype

        /// A tensor with no axes, of the default dtype unless one is given.
        static member scalar(value: scalar, ?device: Device, ?dtype: Dtype) : Tensor = Make.filled [] value device dtype

        /// Whether a value is a tensor.
        static member isTensor(value: obj) : bool = value :? Tensor

        static member zeros(shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.shaped Make.zeros shape device dtype

        static member zeros(length: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.shaped Make.zeros [ length ] device dtype

        static member ones(shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.shaped Make.ones shape device dtype

        static member ones(length: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.shaped Make.ones [ length ] device dtype

        static member full(shape: seq<int>, value: scalar, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.filled shape value device dtype

        static member full(length: int, value: scalar, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.filled [ length ] value device dtype

        /// A tensor whose elements are whatever the memory held.
        static member empty(shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.shaped Make.empty shape device dtype

        static member empty(length: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.shaped Make.empty [ length ] device dtype

        /// A vector without elements.
        static member empty(?device: Device, ?dtype: Dtype) : Tensor =
            Make.shaped Make.empty [ 0 ] device dtype

        static member zero(?device: Device, ?dtype: Dtype) : Tensor = Make.shaped Make.zeros [] device dtype

        static member one(?device: Device, ?dtype: Dtype) : Tensor = Make.shaped Make.ones [] device dtype

        /// start, start + step, ... up to but not including the end.
        static member arange(endVal: float, ?startVal: float, ?step: float, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.range (defaultArg startVal 0.0) endVal (defaultArg step 1.0) device dtype

        static member arange(endVal: int, ?startVal: int, ?step: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.range (defaultArg startVal 0) endVal (defaultArg step 1) device (Some(defaultArg dtype Dtype.Int32))

        /// `steps` equally spaced numbers, both ends included.
        static member linspace(startVal: float, endVal: float, steps: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.spaced Make.linspace startVal endVal steps [||] device dtype

        static member linspace(startVal: int, endVal: int, steps: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.spaced Make.linspace startVal endVal steps [||] device dtype

        /// Powers of a base whose exponents are equally spaced.
        static member logspace
            (startVal: float, endVal: float, steps: int, ?baseVal: float, ?device: Device, ?dtype: Dtype)
            : Tensor =
            Make.spaced Make.logspace startVal endVal steps [| Arg.double (defaultArg baseVal 10.0) |] device dtype

        static member logspace(startVal: int, endVal: int, steps: int, ?baseVal: int, ?device: Device, ?dtype: Dtype) : Tensor =
            let baseVal = float (defaultArg baseVal 10)
            Make.spaced Make.logspace startVal endVal steps [| Arg.double baseVal |] device dtype

        /// The identity matrix, or its upper left part when rows and columns differ.
        static member eye(rows: int, ?cols: int, ?device: Device, ?dtype: Dtype) : Tensor =
            let arguments = [| Arg.int (int64 rows); Arg.int (int64 (defaultArg cols rows)) |]
            new Tensor(Make.eye.Tensor(Array.append arguments (Make.options device dtype)))

        /// A vector of zeros with a single one.
        static member onehot(length: int, hot: int, ?device: Device, ?dtype: Dtype) : Tensor = Make.onehot length hot device dtype

        /// Uniform random numbers in [0, 1).
        static member rand(shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.random Make.rand [||] shape device dtype

        static member rand(length: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.random Make.rand [||] [ length ] device dtype

        /// Standard normal random numbers.
        static member randn(shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.random Make.randn [||] shape device dtype

        static member randn(length: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.random Make.randn [||] [ length ] device dtype

        /// Uniform random integers, low included and high excluded.
        static member randint(low: int, high: int, shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            let bounds = [| Arg.int (int64 low); Arg.int (int64 high) |]
            Make.random Make.randint bounds shape device (Some(defaultArg dtype Dtype.Int32))

        static member randint(low: int, high: int, length: int, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.randint (low, high, [ length ], ?device = device, ?dtype = dtype)

        /// The integers from 0 to length - 1 in random order.
        static member randperm(length: int, ?device: Device, ?dtype: Dtype) : Tensor =
            let generator = Random.argument (defaultArg device Device.Default)

            new Tensor(
                Make.randperm.Tensor(
                    Array.append
                        [| Arg.int (int64 length); generator |]
                        (Make.options device (Some(defaultArg dtype Dtype.Int64)))
                )
            )

        /// A vector of `count` equal elements.
        static member create (count: int) (value: 'T) : Tensor =
            Make.ofValue (Array.create count value) None None

        /// A vector of zeros; of the default dtype unless the type of its elements is known, as in `zeroCreate<int> 3`.
        static member zeroCreate<'T>(count: int) : Tensor =
            let dtype =
                if typeof<'T> = typeof<obj> then
                    Dtype.Default
                else
                    Nested.natural (Nested.layout typeof<'T>)

            dsharp.zeros (count, dtype = dtype)

        /// A vector whose elements are the function's values.
        static member init (count: int) (initializer: int -> 'T) : Tensor =
            Make.ofValue (Array.init count initializer) None None

        static member init2d (length1: int) (length2: int) (initializer: int -> int -> 'T) : Tensor =
            Make.ofValue (Array2D.init length1 length2 initializer) None None

        static member init3d (length1: int) (length2: int) (length3: int) (initializer: int -> int -> int -> 'T) : Tensor =
            Make.ofValue (Array3D.init length1 length2 length3 initializer) None None

        static member init4d
            (length1: int)
            (length2: int)
            (length3: int)
            (length4: int)
            (initializer: int -> int -> int -> int -> 'T)
            : Tensor =
            Make.ofValue (Array4D.init length1 length2 length3 length4 initializer) None None

    type Tensor with

        /// A tensor of .NET values, as dsharp.tensor makes it.
        static member create(value: obj, ?device: Device, ?dtype: Dtype) : Tensor = Make.ofValue value device dtype

        /// The identity matrix, or its upper left part when rows and columns differ.
        static member eye(rows: int, ?cols: int, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.eye (rows, ?cols = cols, ?device = device, ?dtype = dtype)
