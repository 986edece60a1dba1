// Making tensors: from .NET values, constants, ranges and random numbers; and `dsharp`, the door to all of it.
// The first file a user meets; the members of `dsharp` for other subjects are in the files of those subjects.
namespace Functional.Tensors

open System
open System.Collections
open Functional.Tensors.Native

/// Reads .NET values (numbers, arrays of any rank, nested sequences) into flat arrays with a shape.
module internal Nested =

    /// A value's elements in row-major order, and their shape.
    type Flat = { Elements: Array; Shape: int[] }

    let private isNumber (kind: Type) = kind.IsPrimitive && kind <> typeof<char>

    let private kindOf (values: Array) = values.GetType().GetElementType()

    // Rows of one kind keep it; mixed ones become the widest integers, or floats where one is real.
    let private commonKind (rows: Array list) =
        match rows |> List.map kindOf |> List.distinct with
        | [ kind ] -> kind
        | kinds when kinds |> List.exists (fun kind -> kind = typeof<float> || kind = typeof<float32>) -> typeof<float>
        | _ -> typeof<int64>

    let private convert (kind: Type) (row: Array) : Array =
        if kindOf row = kind then
            row
        else
            let converted = Array.CreateInstance(kind, row.Length)

            row
            |> Seq.cast<obj>
            |> Seq.iteri (fun i value -> converted.SetValue(Convert.ChangeType(value, kind), i))

            converted

    let private concat (rows: Array list) : Array =
        let kind = commonKind rows
        let rows = rows |> List.map (convert kind)
        let whole = Array.CreateInstance(kind, rows |> List.sumBy _.Length)

        rows
        |> List.fold
            (fun position row ->
                Buffer.BlockCopy(row, 0, whole, position, Buffer.ByteLength row)
                position + Buffer.ByteLength row)
            0
        |> ignore

        whole

    let rec ofValue (path: string) (value: obj) : Flat =
        match value with
        | :? Tensor as tensor ->
            { Elements = tensor.Elements
              Shape = tensor.shape }
        | :? Array as values when isNumber (values.GetType().GetElementType()) ->
            { Elements = values
              Shape = Array.init values.Rank values.GetLength }
        | :? string -> raise (Errors.Value.notANumber value)
        | :? IEnumerable as items -> ofRows path (items |> Seq.cast<obj> |> Seq.toList)
        | :? decimal as value -> ofValue path (float value)
        | null -> raise (Errors.Value.notANumber value)
        | value when isNumber (value.GetType()) ->
            let one = Array.CreateInstance(value.GetType(), 1)
            one.SetValue(value, 0)
            { Elements = one; Shape = [||] }
        | _ -> raise (Errors.Value.notANumber value)

    and private ofRows (path: string) (items: obj list) : Flat =
        match items |> List.mapi (fun i item -> ofValue $"{path}[{i}]" item) with
        | [] ->
            { Elements = Array.empty<float>
              Shape = [| 0 |] }
        | first :: _ as rows ->
            rows
            |> List.iteri (fun i row ->
                if row.Shape <> first.Shape then
                    raise (Errors.Value.ragged $"{path}[{i}]" first.Shape row.Shape))

            { Elements = concat (rows |> List.map _.Elements)
              Shape = Array.append [| rows.Length |] first.Shape }

    let private layouts =
        dict
            [ typeof<bool>, Dtype.Bool
              typeof<byte>, Dtype.Byte
              typeof<sbyte>, Dtype.Int8
              typeof<int16>, Dtype.Int16
              typeof<int>, Dtype.Int32
              typeof<int64>, Dtype.Int64
              typeof<float32>, Dtype.Float32
              typeof<float>, Dtype.Float64 ]

    /// The dtype that .NET numbers of that type are laid out in.
    let layout (kind: Type) : Dtype =
        match layouts.TryGetValue kind with
        | true, dtype -> dtype
        | _ -> raise (Errors.Value.notATensorElement kind)

    /// The dtype a tensor takes from its values: real numbers the default one, integers and booleans their own.
    let natural (layout: Dtype) =
        if layout.IsFloatingPoint then Dtype.Default else layout

module internal Make =

    let private toBoth = Operators.atenOverload "to" "device"

    /// The tensor on that device with that dtype: itself if it is there already.
    let convert (tensor: Tensor) (device: Device) (dtype: Dtype) =
        if tensor.dtype = dtype && tensor.device = device then
            tensor
        else
            new Tensor(
                toBoth.Tensor
                    [| Arg.tensor tensor.Handle
                       Arg.device device
                       Arg.dtype dtype
                       Arg.bool false
                       Arg.bool false
                       Arg.none |]
            )

    /// A tensor of .NET values.
    let ofValue (value: obj) (device: Device option) (dtype: Dtype option) =
        let device = defaultArg device Device.Default
        let flat = Nested.ofValue "value" value
        let layout = Nested.layout (flat.Elements.GetType().GetElementType())
        let dtype = defaultArg dtype (Nested.natural layout)
        let tensor = new Tensor(Memory.ofArray flat.Elements flat.Shape layout Device.CPU)
        convert tensor device dtype

    /// What every creating operator of libtorch ends with: dtype, layout, device.
    let options (device: Device option) (dtype: Dtype option) =
        [| Arg.dtype (defaultArg dtype Dtype.Default)
           Arg.none
           Arg.device (defaultArg device Device.Default) |]

    let full = Operators.aten "full"
    let zeros = Operators.aten "zeros"
    let ones = Operators.aten "ones"
    let empty = Operators.atenOverload "empty" "memory_format"
    let arange = Operators.atenOverload "arange" "start_step"
    let linspace = Operators.aten "linspace"
    let logspace = Operators.aten "logspace"
    let eye = Operators.atenOverload "eye" "m"
    let rand = Operators.atenOverload "rand" "generator"
    let randn = Operators.atenOverload "randn" "generator"
    let randint = Operators.atenOverload "randint" "low_generator"
    let randperm = Operators.atenOverload "randperm" "generator"
    let bernoulli = Operators.find "functional::bernoulli" ""
    let multinomial = Operators.aten "multinomial"

    let shaped (op: Operator) (shape: seq<int>) (device: Device option) (dtype: Dtype option) =
        new Tensor(op.Tensor(Array.append [| Arg.shape (Seq.toArray shape) |] (options device dtype)))

    let random (op: Operator) (leading: Arg[]) (shape: seq<int>) (device: Device option) (dtype: Dtype option) =
        let generator = Random.argument (defaultArg device Device.Default)
        let arguments = Array.append leading [| Arg.shape (Seq.toArray shape); generator |]
        new Tensor(op.Tensor(Array.append arguments (options device dtype)))

    let filled (shape: seq<int>) (value: scalar) device dtype =
        let arguments = [| Arg.shape (Seq.toArray shape); Arg.scalar value |]
        new Tensor(full.Tensor(Array.append arguments (options device dtype)))

    let range (start: scalar) (stop: scalar) (step: scalar) device dtype =
        let arguments = [| Arg.scalar start; Arg.scalar stop; Arg.scalar step |]
        new Tensor(arange.Tensor(Array.append arguments (options device dtype)))

    let spaced (op: Operator) (start: float) (stop: float) (steps: int) (extra: Arg[]) device dtype =
        let arguments =
            Array.append [| Arg.double start; Arg.double stop; Arg.int (int64 steps) |] extra

        new Tensor(op.Tensor(Array.append arguments (options device dtype)))

    let onehot (length: int) (hot: int) device dtype =
        if hot < 0 || hot >= length then
            invalidArg (nameof hot) $"onehot: position {hot} does not lie in a vector of length {length}."

        let values = Array.zeroCreate<float> length
        values[hot] <- 1.0
        ofValue values device (Some(defaultArg dtype Dtype.Default))

/// The door to tensors: creation, operations as functions, differentiation, configuration. The names are DiffSharp's.
[<AbstractClass; Sealed>]
type dsharp private () = class end

[<AutoOpen>]
module CreationExtensions =

    type dsharp with

        /// A tensor of a number, an array of any rank, or nested sequences of numbers.
        /// Real numbers take the default dtype unless one is given; integers and booleans keep their own.
        static member tensor(value: obj, ?device: Device, ?dtype: Dtype) : Tensor = Make.ofValue value device dtype

        /// A tensor with no axes.
        static member scalar(value: scalar, ?device: Device, ?dtype: Dtype) : Tensor = Make.ofValue value device dtype

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

        static member zero(?device: Device, ?dtype: Dtype) : Tensor = Make.shaped Make.zeros [] device dtype

        static member one(?device: Device, ?dtype: Dtype) : Tensor = Make.shaped Make.ones [] device dtype

        /// start, start + step, ... up to but not including the end.
        static member arange(endVal: float, ?startVal: float, ?step: float, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.range (defaultArg startVal 0.0) endVal (defaultArg step 1.0) device dtype

        static member arange(endVal: int, ?startVal: int, ?step: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.range
                (defaultArg startVal 0)
                endVal
                (defaultArg step 1)
                device
                (Some(defaultArg dtype Dtype.Int32))

        /// `steps` equally spaced numbers, both ends included.
        static member linspace(startVal: float, endVal: float, steps: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.spaced Make.linspace startVal endVal steps [||] device dtype

        /// Powers of a base whose exponents are equally spaced.
        static member logspace
            (startVal: float, endVal: float, steps: int, ?baseVal: float, ?device: Device, ?dtype: Dtype)
            : Tensor =
            Make.spaced Make.logspace startVal endVal steps [| Arg.double (defaultArg baseVal 10.0) |] device dtype

        /// The identity matrix, or its upper left part when rows and columns differ.
        static member eye(rows: int, ?cols: int, ?device: Device, ?dtype: Dtype) : Tensor =
            let arguments = [| Arg.int (int64 rows); Arg.int (int64 (defaultArg cols rows)) |]
            new Tensor(Make.eye.Tensor(Array.append arguments (Make.options device dtype)))

        /// A vector of zeros with a single one.
        static member onehot(length: int, hot: int, ?device: Device, ?dtype: Dtype) : Tensor =
            Make.onehot length hot device dtype

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

        /// Zeros and ones, each one with its probability.
        static member bernoulli(probs: Tensor, ?device: Device, ?dtype: Dtype) : Tensor =
            let drawn =
                new Tensor(Make.bernoulli.Tensor [| Arg.tensor probs.Handle; Random.argument probs.device |])

            Make.convert drawn (defaultArg device probs.device) (defaultArg dtype probs.dtype)

        /// Indices drawn with replacement from probabilities along the last axis.
        static member multinomial
            (probs: Tensor, numSamples: int, ?normalize: bool, ?device: Device, ?dtype: Dtype)
            : Tensor =
            let weights =
                if defaultArg normalize false then
                    probs / new Tensor((Operators.find "aten::sum" "dim_IntList").Tensor [| Arg.tensor probs.Handle; Arg.ints [| -1L |]; Arg.bool true |])
                else
                    probs

            let drawn =
                new Tensor(
                    Make.multinomial.Tensor
                        [| Arg.tensor weights.Handle
                           Arg.int (int64 numSamples)
                           Arg.bool true
                           Random.argument probs.device |]
                )

            Make.convert drawn (defaultArg device probs.device) (defaultArg dtype Dtype.Int32)

        /// Seeds the random numbers of every device: the same seed, the same numbers.
        static member seed(?seed: int) : unit =
            Random.seed (defaultArg seed (int DateTime.UtcNow.Ticks))

        /// Sets where and of what type tensors are made unless told otherwise.
        static member config(?device: Device, ?dtype: Dtype) : unit =
            Option.iter (fun device -> Device.Default <- device) device
            Option.iter (fun dtype -> Dtype.Default <- dtype) dtype

        /// Whether a device can be used.
        static member isDeviceAvailable(device: Device) : bool =
            device.DeviceType = DeviceType.CPU || device.DeviceIndex < Device.gpuCount ()

        /// Whether there is a graphics card that libtorch can use.
        static member isCudaAvailable() : bool = Device.gpuCount () > 0

    type Tensor with

        /// The same elements on that device, with that dtype.
        member t.move(?device: Device, ?dtype: Dtype) : Tensor =
            Make.convert t (defaultArg device t.device) (defaultArg dtype t.dtype)

        /// The same elements with that dtype.
        member t.cast(dtype: Dtype) : Tensor = Make.convert t t.device dtype

        member t.cpu() : Tensor = t.move (device = Device.CPU)
        member t.gpu() : Tensor = t.move (device = Device.GPU)
        member t.bool() : Tensor = t.cast Dtype.Bool
        member t.byte() : Tensor = t.cast Dtype.Byte
        member t.int8() : Tensor = t.cast Dtype.Int8
        member t.int16() : Tensor = t.cast Dtype.Int16
        member t.int32() : Tensor = t.cast Dtype.Int32
        member t.int() : Tensor = t.cast Dtype.Int32
        member t.int64() : Tensor = t.cast Dtype.Int64
        member t.float16() : Tensor = t.cast Dtype.Float16
        member t.bfloat16() : Tensor = t.cast Dtype.BFloat16
        member t.float32() : Tensor = t.cast Dtype.Float32
        member t.float64() : Tensor = t.cast Dtype.Float64
        member t.float() : Tensor = t.cast Dtype.Float64
        member t.double() : Tensor = t.cast Dtype.Float64

        /// A tensor of .NET values with this one's device and dtype.
        member t.like(value: obj, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.tensor (value, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.scalarLike(value: scalar, ?device: Device, ?dtype: Dtype) : Tensor =
            t.like (value, ?device = device, ?dtype = dtype)

        member t.zerosLike(?shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.zeros (defaultArg shape t.shape, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.onesLike(?shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.ones (defaultArg shape t.shape, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.fullLike(value: scalar, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.full (defaultArg shape t.shape, value, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.randLike(?shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.rand (defaultArg shape t.shape, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.randnLike(?shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.randn (defaultArg shape t.shape, defaultArg device t.device, defaultArg dtype t.dtype)

        /// Zeros and ones, each one with the probability that this tensor holds.
        member t.bernoulli(?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.bernoulli (t, ?device = device, ?dtype = dtype)

        /// Indices drawn with replacement from the probabilities along the last axis.
        member t.multinomial(numSamples: int, ?normalize: bool, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.multinomial (t, numSamples, ?normalize = normalize, ?device = device, ?dtype = dtype)
