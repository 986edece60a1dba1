// Casting and moving tensors, and making new ones with the device and dtype of one that is there.
// Used everywhere; the constructors behind these are in Creation.
namespace Functional.Tensors

[<AutoOpen>]
module LikeExtensions =

    type Tensor with

        /// The same elements on that device, with that dtype.
        member t.move(?device: Device, ?dtype: Dtype) : Tensor =
            Make.convert t (defaultArg device t.device) (defaultArg dtype t.dtype)

        /// The same elements with that dtype.
        member t.cast(dtype: Dtype) : Tensor = Make.convert t t.device dtype

        /// The same elements with the dtype of a .NET type: `t.cast<int>()`.
        member t.cast<'T>() : Tensor = t.cast (Nested.layout typeof<'T>)

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

        member t.scalarLike(scalar: scalar, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.full ([], scalar, defaultArg device t.device, defaultArg dtype t.dtype)

        /// The number 0.
        member t.zeroLike(?device: Device, ?dtype: Dtype) : Tensor =
            t.zerosLike ([], ?device = device, ?dtype = dtype)

        /// The number 1.
        member t.oneLike(?device: Device, ?dtype: Dtype) : Tensor =
            t.onesLike ([], ?device = device, ?dtype = dtype)

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

        member t.randintLike(low: int, high: int, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.randint (low, high, defaultArg shape t.shape, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.onehotLike(length: int, hot: int, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.onehot (length, hot, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.arangeLike(endVal: float, ?startVal: float, ?step: float, ?device: Device, ?dtype: Dtype) : Tensor =
            let device, dtype = defaultArg device t.device, defaultArg dtype t.dtype
            dsharp.arange (endVal, ?startVal = startVal, ?step = step, device = device, dtype = dtype)

        /// Of Int32 unless a dtype is given, as dsharp.arange of integers is.
        member t.arangeLike(endVal: int, ?startVal: int, ?step: int, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.arange (endVal, ?startVal = startVal, ?step = step, device = defaultArg device t.device, ?dtype = dtype)

        member t.linspaceLike(startVal: float, endVal: float, steps: int, ?device: Device, ?dtype: Dtype) : Tensor =
            dsharp.linspace (startVal, endVal, steps, defaultArg device t.device, defaultArg dtype t.dtype)

        member t.linspaceLike(startVal: int, endVal: int, steps: int, ?device: Device, ?dtype: Dtype) : Tensor =
            t.linspaceLike (float startVal, float endVal, steps, ?device = device, ?dtype = dtype)

        member t.logspaceLike
            (startVal: float, endVal: float, steps: int, ?baseVal: float, ?device: Device, ?dtype: Dtype)
            : Tensor =
            let device, dtype = defaultArg device t.device, defaultArg dtype t.dtype
            dsharp.logspace (startVal, endVal, steps, ?baseVal = baseVal, device = device, dtype = dtype)

        member t.logspaceLike(startVal: int, endVal: int, steps: int, ?baseVal: int, ?device: Device, ?dtype: Dtype) : Tensor =
            let baseVal = Option.map float baseVal
            t.logspaceLike (float startVal, float endVal, steps, ?baseVal = baseVal, ?device = device, ?dtype = dtype)

    type dsharp with

        static member move(input: Tensor, ?device: Device, ?dtype: Dtype) =
            input.move (?device = device, ?dtype = dtype)

        static member cast(input: Tensor, dtype: Dtype) = input.cast dtype

        static member like(input: Tensor, value: obj, ?device: Device, ?dtype: Dtype) =
            input.like (value, ?device = device, ?dtype = dtype)

        static member zeroLike(input: Tensor, ?device: Device, ?dtype: Dtype) =
            input.zeroLike (?device = device, ?dtype = dtype)

        static member oneLike(input: Tensor, ?device: Device, ?dtype: Dtype) =
            input.oneLike (?device = device, ?dtype = dtype)

        static member zerosLike(input: Tensor, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
            input.zerosLike (?shape = shape, ?device = device, ?dtype = dtype)

        static member onesLike(input: Tensor, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
            input.onesLike (?shape = shape, ?device = device, ?dtype = dtype)

        static member fullLike(input: Tensor, value: scalar, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
            input.fullLike (value, ?shape = shape, ?device = device, ?dtype = dtype)

        static member randLike(input: Tensor, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
            input.randLike (?shape = shape, ?device = device, ?dtype = dtype)

        static member randnLike(input: Tensor, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
            input.randnLike (?shape = shape, ?device = device, ?dtype = dtype)

        static member randintLike(input: Tensor, low: int, high: int, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
            input.randintLike (low, high, ?shape = shape, ?device = device, ?dtype = dtype)

        static member onehotLike(input: Tensor, length: int, hot: int, ?device: Device, ?dtype: Dtype) =
            input.onehotLike (length, hot, ?device = device, ?dtype = dtype)

        static member arangeLike(input: Tensor, endVal: float, ?startVal: float, ?step: float, ?device: Device, ?dtype: Dtype) =
            input.arangeLike (endVal, ?startVal = startVal, ?step = step, ?device = device, ?dtype = dtype)

        static member arangeLike(input: Tensor, endVal: int, ?startVal: int, ?step: int, ?device: Device, ?dtype: Dtype) =
            input.arangeLike (endVal, ?startVal = startVal, ?step = step, ?device = device, ?dtype = dtype)

        static member linspaceLike(input: Tensor, startVal: float, endVal: float, steps: int, ?device: Device, ?dtype: Dtype) =
            input.linspaceLike (startVal, endVal, steps, ?device = device, ?dtype = dtype)

        static member linspaceLike(input: Tensor, startVal: int, endVal: int, steps: int, ?device: Device, ?dtype: Dtype) =
            input.linspaceLike (startVal, endVal, steps, ?device = device, ?dtype = dtype)

        static member logspaceLike
            (input: Tensor, startVal: float, endVal: float, steps: int, ?baseVal: float, ?device: Device, ?dtype: Dtype)
            =
            input.logspaceLike (startVal, endVal, steps, ?baseVal = baseVal, ?device = device, ?dtype = dtype)

        static member logspaceLike
            (input: Tensor, startVal: int, endVal: int, steps: int, ?baseVal: int, ?device: Device, ?dtype: Dtype)
            =
            input.logspaceLike (startVal, endVal, steps, ?baseVal = baseVal, ?device = device, ?dtype = dtype)
