// Calls any of libtorch's operators by name: arguments are tagged values, results are handles.
// Everything a tensor does goes through here, so this path is kept short.
namespace Functional.Tensors.Native

#nowarn "9"
#nowarn "51"

open System
open System.Collections.Concurrent
open System.Runtime.InteropServices
open System.Text
open System.Text.RegularExpressions
open Microsoft.FSharp.NativeInterop
open Functional.Tensors

type internal Kind =
    | None = 0
    | Tensor = 1
    | Int = 2
    | Double = 3
    | Bool = 4
    | Ints = 5
    | Doubles = 6
    | Bools = 7
    | Tensors = 8
    | OptionalTensors = 9
    | ScalarType = 10
    | Device = 11
    | String = 12
    | Generator = 13

/// An argument of an operator: its tag, its bits, and the object behind it where bits are not enough.
[<Struct; NoEquality; NoComparison>]
type internal Arg = { Kind: Kind; Extent: int; Bits: int64; Payload: obj }

module internal Arg =

    let private plain kind bits =
        { Kind = kind; Extent = 0; Bits = bits; Payload = null }

    let private listed kind extent payload =
        { Kind = kind; Extent = extent; Bits = 0L; Payload = payload }

    let none = plain Kind.None 0L

    let tensor (handle: TensorHandle) = listed Kind.Tensor 0 handle

    let int (value: int64) = plain Kind.Int value

    let double (value: float) =
        plain Kind.Double (BitConverter.DoubleToInt64Bits value)

    let bool (value: bool) =
        plain Kind.Bool (if value then 1L else 0L)

    let ints (values: int64[]) = listed Kind.Ints values.Length values

    let shape (values: int[]) =
        let wide = Array.zeroCreate<int64> values.Length

        for i in 0 .. values.Length - 1 do
            wide[i] <- int64 values[i]

        ints wide

    let doubles (values: float[]) =
        listed Kind.Doubles values.Length (Array.map BitConverter.DoubleToInt64Bits values)

    let bools (values: bool[]) =
        listed Kind.Bools values.Length (values |> Array.map (fun value -> if value then 1L else 0L))

    let tensors (handles: TensorHandle[]) =
        listed Kind.Tensors handles.Length handles

    /// A list with gaps: null where there is no tensor.
    let optionalTensors (handles: TensorHandle[]) =
        listed Kind.OptionalTensors handles.Length handles

    let dtype (dtype: Dtype) =
        plain Kind.ScalarType (int64 (Dtype.code dtype))

    let device (device: Device) =
        { Kind = Kind.Device
          Extent = device.DeviceIndex
          Bits = int64 device.DeviceType
          Payload = null }

    let string (text: string) =
        let bytes = Encoding.UTF8.GetBytes text
        listed Kind.String bytes.Length bytes

    /// Kept alive by being an argument; nobody frees a generator earlier than the collector does.
    let generator (handle: SafeHandle) =
        { Kind = Kind.Generator
          Extent = 0
          Bits = int64 (handle.DangerousGetHandle())
          Payload = handle }

    let optional (make: 'T -> Arg) (value: 'T option) =
        match value with
        | Some value -> make value
        | None -> none

    /// A .NET number as libtorch's Scalar.
    let scalar (value: IConvertible) =
        match value with
        | :? float as value -> double value
        | :? float32 as value -> double (float value)
        | :? bool as value -> bool value
        | :? int as value -> int (int64 value)
        | value ->
            match value.GetTypeCode() with
            | TypeCode.Double
            | TypeCode.Single
            | TypeCode.Decimal -> double (value.ToDouble null)
            | TypeCode.Boolean -> bool (value.ToBoolean null)
            | TypeCode.Object
            | TypeCode.DBNull
            | TypeCode.Char
            | TypeCode.String
            | TypeCode.DateTime as kind -> raise (Errors.Value.notAScalar kind)
            | _ -> int (value.ToInt64 null)

/// What libtorch refuses, as an exception that says what would fit.
module private Refusal =

    // libtorch compares shapes anyway; asking before it does would cost every sum what only a refusal needs.
    let private unequal =
        Regex @"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)"

    // In products of matrices the last two axes do not broadcast.
    let private broadcasts (name: string) =
        not (name.Contains "matmul" || name.Contains "linalg")

    let private shape (tensor: nativeint) =
        let rank = Exports.functional_tensor_rank tensor
        let shape = Array.zeroCreate<int64>(max rank 1)
        use pin = fixed shape
        Exports.functional_tensor_shape (tensor, NativePtr.toNativeInt pin)
        Errors.shape (shape |> Seq.truncate rank |> Seq.map int |> Seq.toArray)

    let private tensors (value: Value) : nativeint[] =
        match enum<Kind> value.Kind with
        | Kind.Tensor -> [| nativeint value.Bits |]
        | Kind.Tensors
        | Kind.OptionalTensors -> Span<nativeint>(nativeint(value.Bits).ToPointer(), value.Extent).ToArray()
        | _ -> [||]

    /// What the last call on this thread was refused for; its arguments are still held.
    let last (name: string) (arguments: ReadOnlySpan<Value>) : exn =
        let reason = Library.lastError ()
        let shapes = arguments.ToArray() |> Seq.collect tensors |> Seq.filter ((<>) 0n) |> Seq.map shape

        match unequal.Match reason with
        | found when found.Success && broadcasts name ->
            Errors.Operation.broadcast name shapes found.Groups[3].Value found.Groups[1].Value found.Groups[2].Value
        | _ -> Errors.Native.refused name shapes reason

/// One operator of libtorch, looked up on first use.
[<Sealed>]
type internal Operator(name: string, overload: string) =

    let mutable pointer = 0n

    let resolve () =
        if pointer = 0n then
            Library.ensure ()
            pointer <- Exports.functional_op (name, overload)

            if pointer = 0n then
                raise (Errors.Native.unknownOperator (Library.lastError ()))

        pointer

    // Words of scratch memory that hold the elements of the lists among the arguments.
    let scratchWords (arguments: Arg[]) =
        let mutable words = 0

        for argument in arguments do
            match argument.Kind with
            | Kind.String -> words <- words + (argument.Extent + 7) / 8
            | Kind.Device -> ()
            | _ -> words <- words + argument.Extent

        words

    static let borrow (name: string) (handle: TensorHandle) =
        if not (handle.TryBorrow()) then
            raise (Errors.Native.disposed name)

        int64 handle.Pointer

    static let giveBack (arguments: Arg[]) (count: int) =
        let mutable left = count

        for argument in arguments do
            match argument.Payload with
            | :? TensorHandle as handle when left > 0 ->
                handle.GiveBack()
                left <- left - 1
            | :? (TensorHandle[]) as handles ->
                for handle in handles do
                    if left > 0 && not (isNull handle) then
                        handle.GiveBack()
                        left <- left - 1
            | _ -> ()

    static let write
        (name: string)
        (arguments: Arg[])
        (values: nativeptr<Value>)
        (scratch: nativeptr<int64>)
        (borrowed: byref<int>)
        =
        let mutable next = scratch

        for i in 0 .. arguments.Length - 1 do
            let argument = arguments[i]
            let mutable value = Value(Kind = int argument.Kind, Extent = argument.Extent, Bits = argument.Bits)

            match argument.Kind with
            | Kind.Tensor ->
                value.Bits <- borrow name (argument.Payload :?> TensorHandle)
                borrowed <- borrowed + 1
            | Kind.Ints
            | Kind.Doubles
            | Kind.Bools ->
                let words = argument.Payload :?> int64[]
                words.AsSpan().CopyTo(Span<int64>(NativePtr.toVoidPtr next, words.Length))
                value.Bits <- int64 (NativePtr.toNativeInt next)
                next <- NativePtr.add next words.Length
            | Kind.Tensors
            | Kind.OptionalTensors ->
                let handles = argument.Payload :?> TensorHandle[]
                value.Bits <- int64 (NativePtr.toNativeInt next)

                for handle in handles do
                    NativePtr.write next (if isNull handle then 0L else borrow name handle)
                    borrowed <- borrowed + (if isNull handle then 0 else 1)
                    next <- NativePtr.add next 1
            | Kind.String ->
                let bytes = argument.Payload :?> byte[]
                bytes.AsSpan().CopyTo(Span<byte>(NativePtr.toVoidPtr next, bytes.Length))
                value.Bits <- int64 (NativePtr.toNativeInt next)
                next <- NativePtr.add next ((bytes.Length + 7) / 8)
            | _ -> ()

            NativePtr.set values i value

    static let onHeapAbove = 256

    /// `aten::add`.
    member _.Name = name

    // Calls it with room for `capacity` results, written to `results`; returns how many there were.
    member private _.Call(arguments: nativeptr<Value>, count: int, results: nativeptr<Value>, capacity: int) =
        let found =
            Exports.functional_call (resolve (), NativePtr.toNativeInt arguments, count, NativePtr.toNativeInt results, capacity)

        if found < 0 then
            raise (Refusal.last name (ReadOnlySpan(NativePtr.toVoidPtr arguments, count)))

        found

    member private this.Invoke(arguments: Arg[], results: nativeptr<Value>, capacity: int) =
        let words = scratchWords arguments
        let values = NativePtr.stackalloc<Value>(max arguments.Length 1)
        let onHeap = words > onHeapAbove

        let scratch =
            if onHeap then
                NativePtr.ofVoidPtr<int64>(NativeMemory.Alloc(unativeint (words * 8)))
            else
                NativePtr.stackalloc<int64>(max words 1)

        let mutable borrowed = 0

        try
            write name arguments values scratch &borrowed

            this.Call(values, arguments.Length, results, capacity)
        finally
            giveBack arguments borrowed
            GC.KeepAlive arguments

            if onHeap then
                NativeMemory.Free(NativePtr.toVoidPtr scratch)

    static member private Adopt(value: Value) =
        if value.Bits = 0L then null else Ownership.adopt (nativeint value.Bits) value.Extent

    /// Calls an operator that returns one tensor.
    member this.Tensor(arguments: Arg[]) : TensorHandle =
        let mutable result = Value()
        this.Invoke(arguments, &&result, 1) |> ignore
        Operator.Adopt result

    // What is called most: a tensor, and perhaps one thing beside it, straight to the stack.
    member private this.Brief(a: TensorHandle, second: Value, count: int) : TensorHandle =
        let mutable result = Value()
        let arguments = NativePtr.stackalloc<Value> 2
        NativePtr.set arguments 0 (Value(Kind = int Kind.Tensor, Bits = borrow name a))
        NativePtr.set arguments 1 second

        try
            this.Call(arguments, count, &&result, 1) |> ignore
        finally
            a.GiveBack()

        Operator.Adopt result

    /// Calls an operator of one tensor.
    member this.Tensor(a: TensorHandle) : TensorHandle = this.Brief(a, Value(), 1)

    /// Calls an operator of a tensor and a number.
    member this.Tensor(a: TensorHandle, number: IConvertible) : TensorHandle =
        let number = Arg.scalar number
        this.Brief(a, Value(Kind = int number.Kind, Bits = number.Bits), 2)

    /// Calls an operator of two tensors.
    member this.Tensor(a: TensorHandle, b: TensorHandle) : TensorHandle =
        let second = Value(Kind = int Kind.Tensor, Bits = borrow name b)

        try
            this.Brief(a, second, 2)
        finally
            b.GiveBack()

    /// Calls an operator that returns two tensors.
    member this.TwoTensors([<ParamArray>] arguments: Arg[]) : struct (TensorHandle * TensorHandle) =
        let results = this.Tensors(arguments, 2)
        struct (results[0], results[1])

    /// Calls an operator that returns several tensors, or a list of at most `capacity`.
    member this.Tensors(arguments: Arg[], capacity: int) : TensorHandle[] =
        let results = Array.zeroCreate<Value>(max capacity 1)
        use pin = fixed results
        let count = this.Invoke(arguments, pin, capacity)
        Array.init count (fun i -> Operator.Adopt results[i])

    /// Calls an operator that returns a number, as its bits and their kind.
    member this.Scalar([<ParamArray>] arguments: Arg[]) : struct (Kind * int64) =
        let mutable result = Value()
        this.Invoke(arguments, &&result, 1) |> ignore
        struct (enum<Kind> result.Kind, result.Bits)

    /// Calls an operator for its effect.
    member this.Run([<ParamArray>] arguments: Arg[]) : unit =
        let results = Array.zeroCreate<Value> 1
        use pin = fixed results
        let count = this.Invoke(arguments, pin, 1)

        // An in-place operator hands its own object back: a second handle to it is not wanted.
        if count = 1 && results[0].Kind = int Kind.Tensor && results[0].Bits <> 0L then
            Exports.functional_tensor_release (nativeint results[0].Bits)

module internal Operators =

    let private found = ConcurrentDictionary<struct (string * string), Operator>()

    /// libtorch's operator of that name and overload, looked up once a process.
    let find (name: string) (overload: string) =
        found.GetOrAdd(struct (name, overload), (fun (struct (name, overload)) -> Operator(name, overload)))

    let aten (name: string) = Operator("aten::" + name, "")

    let atenOverload (name: string) (overload: string) = Operator("aten::" + name, overload)
