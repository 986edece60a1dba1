// The tensor: a handle with a shape, a dtype, a device and operators. What it can do besides is in the files that follow.
// Everything above this layer computes with these.
namespace Functional.Tensors

open System
open System.Collections.Generic
open Functional.Tensors.Native

/// Any .NET number.
type scalar = IConvertible

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

/// A multi-dimensional array of numbers on a device, recorded for differentiation where it has to be.
/// Freed by the scope it was made in, by Dispose, or by the collector; using it after that raises ObjectDisposedException.
[<Sealed; AllowNullLiteral>]
type Tensor internal (handle: TensorHandle) =
    let mutable axes: int[] = null

    static member inline private Of(handle: TensorHandle) = new Tensor(handle)

    static member inline private Unary(op: Operator, a: Tensor) =
        new Tensor(op.Tensor [| Arg.tensor a.Handle |])

    static member inline private Binary(op: Operator, a: Tensor, b: Tensor) =
        new Tensor(op.Tensor [| Arg.tensor a.Handle; Arg.tensor b.Handle |])

    static member inline private WithScalar(op: Operator, a: Tensor, b: scalar) =
        new Tensor(op.Tensor [| Arg.tensor a.Handle; Arg.scalar b |])

    member internal _.Handle = handle

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
    member this.nelement = Array.fold (fun count axis -> count * axis) 1 this.shape

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
        | Dtype.BFloat16 ->
            let wide =
                Core.toDtype.Tensor [| Arg.tensor handle; Arg.dtype Dtype.Float32; Arg.bool false; Arg.bool false; Arg.none |]

            Memory.toArray<float32> wide

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

    /// Its one element as a bool. Waits for the device.
    member this.toBool() : bool = this.toScalar().ToBoolean null

    static member op_Explicit(tensor: Tensor) : float = tensor.toDouble ()
    static member op_Explicit(tensor: Tensor) : float32 = tensor.toSingle ()
    static member op_Explicit(tensor: Tensor) : int = tensor.toInt32 ()
    static member op_Explicit(tensor: Tensor) : int64 = tensor.toInt64 ()
    static member op_Explicit(tensor: Tensor) : bool = tensor.toBool ()

    static member (+)(a: Tensor, b: Tensor) = Tensor.Binary(Core.add, a, b)
    static member (+)(a: Tensor, b: scalar) = Tensor.WithScalar(Core.addScalar, a, b)
    static member (+)(a: scalar, b: Tensor) = Tensor.WithScalar(Core.addScalar, b, a)
    static member (-)(a: Tensor, b: Tensor) = Tensor.Binary(Core.sub, a, b)
    static member (-)(a: Tensor, b: scalar) = Tensor.WithScalar(Core.subScalar, a, b)
    static member (-)(a: scalar, b: Tensor) = Tensor.WithScalar(Core.reverseSub, b, a)
    static member (*)(a: Tensor, b: Tensor) = Tensor.Binary(Core.mul, a, b)
    static member (*)(a: Tensor, b: scalar) = Tensor.WithScalar(Core.mulScalar, a, b)
    static member (*)(a: scalar, b: Tensor) = Tensor.WithScalar(Core.mulScalar, b, a)
    static member (/)(a: Tensor, b: Tensor) = Tensor.Binary(Core.div, a, b)
    static member (/)(a: Tensor, b: scalar) = Tensor.WithScalar(Core.divScalar, a, b)

    static member (/)(a: scalar, b: Tensor) =
        Tensor.WithScalar(Core.mulScalar, Tensor.Unary(Core.reciprocal, b), a)

    static member (~-)(a: Tensor) = Tensor.Unary(Core.neg, a)

    /// Passes a tensor through a function.
    static member (-->)(t: Tensor, f: Tensor -> 'T) : 'T = f t

    static member Pow(a: Tensor, b: Tensor) = Tensor.Binary(Core.pow, a, b)
    static member Pow(a: Tensor, b: scalar) = Tensor.WithScalar(Core.powScalar, a, b)

    static member Pow(a: scalar, b: Tensor) =
        Tensor.Of(Core.scalarPow.Tensor [| Arg.scalar a; Arg.tensor b.Handle |])

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

    /// What it is without its elements: `Tensor [2,3], Float32, cpu`.
    member this.summary() =
        let axes = String.Join(",", this.shape)
        $"Tensor [{axes}], {this.dtype}, {this.device}"

    override this.ToString() =
        if this.isDisposed then
            "Tensor (freed)"
        else
            Format.tensor this.Elements this.shape

/// Whatever holds tensors and may leave a scope: Scope.run keeps the tensors it names.
type IHoldsTensors =

    /// The tensors that stay alive when this is handed out of a scope.
    abstract Tensors: seq<Tensor>
