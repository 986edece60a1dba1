// The tensor: a handle with a shape, a dtype, a device and operators. What it can do besides is in the files that follow.
// Everything above this layer computes with these.
namespace Functional.Tensors

open System
open System.Collections.Generic
open Functional.Tensors.Native

/// libtorch's operators that the tensor type itself needs.
module private Core =
    let add = Operators.atenOverload "add" "Tensor"
    let addScalar = Operators.atenOverload "add" "Scalar"
    let sub = Operators.atenOverload "sub" "Tensor"
    let subScalar = Operators.atenOverload "sub" "Scalar"
    let reverseSub = Operators.atenOverload "rsub" "Scalar"
    let mul = Operators.atenOverload "mul" "Tensor"
    let mulScalar = Operators.atenOverload "mul" "Scalar"
    let div = Operators.atenOverload "div" "Tensor"
    let divScalar = Operators.atenOverload "div" "Scalar"
    let reciprocal = Operators.aten "reciprocal"
    let pow = Operators.atenOverload "pow" "Tensor_Tensor"
    let powScalar = Operators.atenOverload "pow" "Tensor_Scalar"
    let scalarPow = Operators.atenOverload "pow" "Scalar"
    let neg = Operators.aten "neg"
    let abs = Operators.aten "abs"
    let acos = Operators.aten "acos"
    let asin = Operators.aten "asin"
    let atan = Operators.aten "atan"
    let ceil = Operators.aten "ceil"
    let cos = Operators.aten "cos"
    let cosh = Operators.aten "cosh"
    let exp = Operators.aten "exp"
    let floor = Operators.aten "floor"
    let log = Operators.aten "log"
    let log10 = Operators.aten "log10"
    let round = Operators.aten "round"
    let sin = Operators.aten "sin"
    let sinh = Operators.aten "sinh"
    let sqrt = Operators.aten "sqrt"
    let tan = Operators.aten "tan"
    let tanh = Operators.aten "tanh"
    let item = Operators.aten "item"
    let equal = Operators.aten "equal"
    let toDtype = Operators.atenOverload "to" "dtype"
    let full = Operators.aten "full"

    let cast (handle: TensorHandle) (dtype: Dtype) =
        toDtype.Tensor [| Arg.tensor handle; Arg.dtype dtype; Arg.bool false; Arg.bool false; Arg.none |]

    /// Two tensors with the dtype that holds both: libtorch's own rules make exceptions for tensors without axes.
    let widened (a: TensorHandle) (b: TensorHandle) =
        let left, right = Memory.dtype a, Memory.dtype b

        match Dtype.widen left right with
        | None -> raise (Errors.Operation.widening (string left) (string right))
        | Some dtype -> struct ((if left = dtype then a else cast a dtype), (if right = dtype then b else cast b dtype))

    let isReal (value: scalar) =
        match value with
        | :? float
        | :? float32 -> true
        | :? int -> false
        | value ->
            match value.GetTypeCode() with
            | TypeCode.Double
            | TypeCode.Single
            | TypeCode.Decimal -> true
            | _ -> false

    /// A tensor with the dtype that it takes beside a scalar.
    let besideScalar (operation: string) (a: TensorHandle) (b: scalar) =
        if isReal b && not (Memory.isReal operation a) then cast a Dtype.Default else a

    /// A tensor of real numbers: itself, or one of the default dtype.
    let real (a: TensorHandle) =
        if Memory.isReal div.Name a then a else cast a Dtype.Default

/// A multi-dimensional array of numbers on a device, recorded for differentiation where it has to be.
/// Freed by the scope it was made in, by Dispose, or by the collector; using it after that raises ObjectDisposedException.
[<Sealed; AllowNullLiteral>]
type Tensor internal (handle: TensorHandle) =
    let mutable axes: int[] = null

    static member inline private Of(handle: TensorHandle) = new Tensor(handle)

    static member inline private Unary(op: Operator, a: Tensor) = new Tensor(op.Tensor(a.Handle))

    static member private Binary(op: Operator, a: Tensor, b: Tensor) =
        if Memory.sameDtype op.Name a.Handle b.Handle then
            new Tensor(op.Tensor(a.Handle, b.Handle))
        else
            let struct (a, b) = Core.widened a.Handle b.Handle
            new Tensor(op.Tensor(a, b))

    static member private WithScalar(op: Operator, a: Tensor, b: scalar) =
        new Tensor(op.Tensor(Core.besideScalar op.Name a.Handle b, b))

    static member private Constant(value: int) =
        let shape, device = Arg.shape [||], Arg.device Device.Default
        new Tensor(Core.full.Tensor [| shape; Arg.scalar value; Arg.dtype Dtype.Default; Arg.none; device |])

    member internal _.Handle: TensorHandle = handle

    /// The length of every axis.
    member _.shape: int[] =
        if handle.IsClosed then
            raise (Errors.Native.disposed "shape")

        if isNull axes then
            axes <- Memory.shape handle

        axes

    /// The number of axes.
    member this.dim = this.shape.Length

    /// The number of elements.
    member this.nelement = Memory.elements this.shape

    /// The type of its elements.
    member _.dtype = Memory.dtype handle

    /// Where it lives.
    member _.device = Memory.device handle

    /// The kind of device it lives on.
    member this.deviceType = this.device.DeviceType

    /// Bytes of one element.
    member this.elementSize = this.dtype.ElementSize

    /// Bytes of all elements.
    member this.memorySize = int64 this.nelement * int64 this.elementSize

    /// Whether it has been freed.
    member _.isDisposed = handle.IsClosed

    /// Frees it now; a second call does nothing.
    member _.Dispose() = handle.Dispose()

    interface IDisposable with
        member this.Dispose() = this.Dispose()

    /// Its elements in row-major order, as a one-dimensional array of the .NET type of its dtype (half floats as float32).
    member internal this.Elements: Array =
        match this.dtype with
        | Dtype.Bool -> Memory.toArray<bool> handle
        | Dtype.Byte -> Memory.toArray<byte> handle
        | Dtype.Int8 -> Memory.toArray<sbyte> handle
        | Dtype.Int16 -> Memory.toArray<int16> handle
        | Dtype.Int32 -> Memory.toArray<int> handle
        | Dtype.Int64 -> Memory.toArray<int64> handle
        | Dtype.Float32 -> Memory.toArray<float32> handle
        | Dtype.Float64 -> Memory.toArray<float> handle
        | Dtype.Float16
        | Dtype.BFloat16 -> Memory.toArray<float32>(Core.cast handle Dtype.Float32)

    /// Its one element as a .NET number. Waits for the device.
    member this.toScalar() : scalar =
        if this.nelement <> 1 then
            raise (Errors.Value.notScalar this.shape)

        match Core.item.Scalar [| Arg.tensor handle |] with
        | Kind.Double, bits -> BitConverter.Int64BitsToDouble bits :> scalar
        | Kind.Bool, bits -> (bits <> 0L) :> scalar
        | _, bits -> bits :> scalar

    /// Its one element as a float. Waits for the device.
    member this.toDouble() : float = this.toScalar().ToDouble null

    /// Its one element as a float32. Waits for the device.
    member this.toSingle() : float32 = this.toScalar().ToSingle null

    /// Its one element as an int. Waits for the device.
    member this.toInt32() : int = this.toScalar().ToInt32 null

    /// Its one element as an int64. Waits for the device.
    member this.toInt64() : int64 = this.toScalar().ToInt64 null

    /// Its one element as an int16. Waits for the device.
    member this.toInt16() : int16 = this.toScalar().ToInt16 null

    /// Its one element as a byte. Waits for the device.
    member this.toByte() : byte = this.toScalar().ToByte null

    /// Its one element as an sbyte. Waits for the device.
    member this.toSByte() : sbyte = this.toScalar().ToSByte null

    /// Its one element as a bool. Waits for the device.
    member this.toBool() : bool = this.toScalar().ToBoolean null

    static member op_Explicit(tensor: Tensor) : float = tensor.toDouble ()
    static member op_Explicit(tensor: Tensor) : float32 = tensor.toSingle ()
    static member op_Explicit(tensor: Tensor) : int = tensor.toInt32 ()
    static member op_Explicit(tensor: Tensor) : int64 = tensor.toInt64 ()
    static member op_Explicit(tensor: Tensor) : int16 = tensor.toInt16 ()
    static member op_Explicit(tensor: Tensor) : byte = tensor.toByte ()
    static member op_Explicit(tensor: Tensor) : sbyte = tensor.toSByte ()
    static member op_Explicit(tensor: Tensor) : bool = tensor.toBool ()

    /// The number 0 of the default dtype on the default device; `List.sum` of tensors starts from it.
    static member Zero = Tensor.Constant 0

    /// The number 1 of the default dtype on the default device.
    static member One = Tensor.Constant 1

    static member (+)(a: Tensor, b: Tensor) = Tensor.Binary(Core.add, a, b)
    static member (+)(a: Tensor, b: scalar) = Tensor.WithScalar(Core.addScalar, a, b)
    static member (+)(a: scalar, b: Tensor) = Tensor.WithScalar(Core.addScalar, b, a)
    static member (-)(a: Tensor, b: Tensor) = Tensor.Binary(Core.sub, a, b)
    static member (-)(a: Tensor, b: scalar) = Tensor.WithScalar(Core.subScalar, a, b)

    static member (-)(a: scalar, b: Tensor) =
        Tensor.WithScalar(Core.reverseSub, b, a)

    static member (*)(a: Tensor, b: Tensor) = Tensor.Binary(Core.mul, a, b)
    static member (*)(a: Tensor, b: scalar) = Tensor.WithScalar(Core.mulScalar, a, b)
    static member (*)(a: scalar, b: Tensor) = Tensor.WithScalar(Core.mulScalar, b, a)

    /// The quotient, real even of integers.
    static member (/)(a: Tensor, b: Tensor) =
        if not (Memory.isReal Core.div.Name a.Handle || Memory.isReal Core.div.Name b.Handle) then
            Tensor.Binary(Core.div, Tensor.Of(Core.real a.Handle), Tensor.Of(Core.real b.Handle))
        else
            Tensor.Binary(Core.div, a, b)

    static member (/)(a: Tensor, b: scalar) =
        new Tensor(Core.divScalar.Tensor(Core.real a.Handle, b))

    static member (/)(a: scalar, b: Tensor) =
        let reciprocal = new Tensor(Core.reciprocal.Tensor(Core.real b.Handle))
        Tensor.WithScalar(Core.mulScalar, reciprocal, a)

    static member (~-)(a: Tensor) = Tensor.Unary(Core.neg, a)

    /// Passes a tensor through a function.
    static member (-->)(t: Tensor, f: Tensor -> 'T) : 'T = f t

    static member Pow(a: Tensor, b: Tensor) = Tensor.Binary(Core.pow, a, b)
    static member Pow(a: Tensor, b: scalar) = Tensor.WithScalar(Core.powScalar, a, b)

    static member Pow(a: scalar, b: Tensor) =
        Tensor.Of(Core.scalarPow.Tensor [| Arg.scalar a; Arg.tensor (Core.besideScalar Core.scalarPow.Name b.Handle a) |])

    static member Pow(a: Tensor, b: float) = Tensor.Pow(a, b :> scalar)
    static member Pow(a: Tensor, b: int) = Tensor.Pow(a, b :> scalar)
    static member Pow(a: float, b: Tensor) = Tensor.Pow(a :> scalar, b)
    static member Pow(a: int, b: Tensor) = Tensor.Pow(a :> scalar, b)

    static member Abs(a: Tensor) = Tensor.Unary(Core.abs, a)
    static member Acos(a: Tensor) = Tensor.Unary(Core.acos, a)
    static member Asin(a: Tensor) = Tensor.Unary(Core.asin, a)
    static member Atan(a: Tensor) = Tensor.Unary(Core.atan, a)
    static member Ceiling(a: Tensor) = Tensor.Unary(Core.ceil, a)
    static member Cos(a: Tensor) = Tensor.Unary(Core.cos, a)
    static member Cosh(a: Tensor) = Tensor.Unary(Core.cosh, a)
    static member Exp(a: Tensor) = Tensor.Unary(Core.exp, a)
    static member Floor(a: Tensor) = Tensor.Unary(Core.floor, a)
    static member Log(a: Tensor) = Tensor.Unary(Core.log, a)
    static member Log10(a: Tensor) = Tensor.Unary(Core.log10, a)
    static member Round(a: Tensor) = Tensor.Unary(Core.round, a)
    static member Sin(a: Tensor) = Tensor.Unary(Core.sin, a)
    static member Sinh(a: Tensor) = Tensor.Unary(Core.sinh, a)
    static member Sqrt(a: Tensor) = Tensor.Unary(Core.sqrt, a)
    static member Tan(a: Tensor) = Tensor.Unary(Core.tan, a)
    static member Tanh(a: Tensor) = Tensor.Unary(Core.tanh, a)

    /// Two tensors are equal when shape, dtype, device and every element are. Waits for the device.
    override this.Equals(other: obj) =
        match other with
        | :? Tensor as other when obj.ReferenceEquals(this, other) -> true
        | :? Tensor as other when this.dtype = other.dtype && this.device = other.device && this.shape = other.shape ->
            match Core.equal.Scalar [| Arg.tensor handle; Arg.tensor other.Handle |] with
            | _, bits -> bits <> 0L
        | _ -> false

    override this.GetHashCode() =
        HashCode.Combine(hash this.dtype, hash this.shape)

    interface IComparable with

        /// Tensors of one element compare as their numbers do. Waits for the device.
        member this.CompareTo(other: obj) =
            match other with
            | :? Tensor as other -> compare (this.toDouble ()) (other.toDouble ())
            | _ -> raise (Errors.Value.notComparable other)

    /// A tensor of one element stands for its number wherever .NET takes one. Waits for the device.
    interface IConvertible with

        member this.GetTypeCode() =
            match this.dtype with
            | Dtype.Bool -> TypeCode.Boolean
            | Dtype.Byte -> TypeCode.Byte
            | Dtype.Int8 -> TypeCode.SByte
            | Dtype.Int16 -> TypeCode.Int16
            | Dtype.Int32 -> TypeCode.Int32
            | Dtype.Int64 -> TypeCode.Int64
            | Dtype.Float64 -> TypeCode.Double
            | Dtype.Float16
            | Dtype.BFloat16
            | Dtype.Float32 -> TypeCode.Single

        member this.ToBoolean _ = this.toBool ()
        member this.ToByte _ = this.toByte ()
        member this.ToSByte _ = this.toSByte ()
        member this.ToInt16 _ = this.toInt16 ()
        member this.ToInt32 _ = this.toInt32 ()
        member this.ToInt64 _ = this.toInt64 ()
        member this.ToSingle _ = this.toSingle ()
        member this.ToDouble _ = this.toDouble ()
        member this.ToChar provider = this.toScalar().ToChar provider
        member this.ToDateTime provider = this.toScalar().ToDateTime provider
        member this.ToDecimal provider = this.toScalar().ToDecimal provider
        member this.ToString(provider: IFormatProvider) = this.toScalar().ToString provider
        member this.ToType(kind, provider) = this.toScalar().ToType(kind, provider)
        member this.ToUInt16 provider = this.toScalar().ToUInt16 provider
        member this.ToUInt32 provider = this.toScalar().ToUInt32 provider
        member this.ToUInt64 provider = this.toScalar().ToUInt64 provider

    /// What it is without its elements: `Tensor [2,3], Float32, cpu`.
    member this.summary() =
        let axes = String.Join(",", this.shape)
        $"Tensor [{axes}], {this.dtype}, {this.device}"

    override this.ToString() =
        if this.isDisposed then
            "Tensor (freed)"
        else
            Format.tensor Printer.Default this.Elements this.shape

/// Whatever holds tensors and may leave a scope: Scope.run keeps the tensors it names.
type IHoldsTensors =

    /// The tensors that stay alive when this is handed out of a scope.
    abstract Tensors: seq<Tensor>
