// What the C# facade calls to make tensors and to compute with them: extension members and optional arguments, which C# lacks.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Creation, functions of elements, reductions, shapes and pictures. A dtype travels as libtorch's number.
module internal TensorBridge =

    type private Dtypes = Nullable<int>
    type private Devices = Nullable<Device>

    let private some (code: Dtypes) =
        code |> Option.ofNullable |> Option.map Dtype.ofCode

    let dtype (t: Tensor) = Dtype.code t.dtype
    let defaultDtype () = Dtype.code Dtype.Default

    let setDefaultDtype (code: int) =
        dsharp.config (dtype = Dtype.ofCode code)

    let setDefaultDevice (device: Device) = dsharp.config (device = device)
    let isAvailable (device: Device) = dsharp.isDeviceAvailable device
    let devices () = dsharp.devices () |> List.toArray

    // ---- creation ----

    let ofArray (values: Array) (dtype: Dtypes) (device: Devices) =
        dsharp.tensor (values, ?device = Option.ofNullable device, ?dtype = some dtype)

    let scalar (value: IConvertible) (dtype: Dtypes) (device: Devices) =
        dsharp.scalar (value, ?device = Option.ofNullable device, ?dtype = some dtype)

    let zeros (shape: int[]) (dtype: Dtypes) (device: Devices) =
        dsharp.zeros (shape, ?device = Option.ofNullable device, ?dtype = some dtype)

    let ones (shape: int[]) (dtype: Dtypes) (device: Devices) =
        dsharp.ones (shape, ?device = Option.ofNullable device, ?dtype = some dtype)

    let full (shape: int[]) (value: IConvertible) (dtype: Dtypes) (device: Devices) =
        dsharp.full (shape, value, ?device = Option.ofNullable device, ?dtype = some dtype)

    let rand (shape: int[]) (dtype: Dtypes) (device: Devices) =
        dsharp.rand (shape, ?device = Option.ofNullable device, ?dtype = some dtype)

    let randn (shape: int[]) (dtype: Dtypes) (device: Devices) =
        dsharp.randn (shape, ?device = Option.ofNullable device, ?dtype = some dtype)

    let randint (low: int) (high: int) (shape: int[]) (dtype: Dtypes) (device: Devices) =
        dsharp.randint (low, high, shape, ?device = Option.ofNullable device, ?dtype = some dtype)

    let randperm (length: int) (dtype: Dtypes) (device: Devices) =
        dsharp.randperm (length, ?device = Option.ofNullable device, ?dtype = some dtype)

    let arange (stop: int) (start: int) (step: int) (dtype: Dtypes) (device: Devices) =
        dsharp.arange (stop, start, step, ?device = Option.ofNullable device, ?dtype = some dtype)

    let arangeReal (stop: float) (start: float) (step: float) (dtype: Dtypes) (device: Devices) =
        dsharp.arange (stop, start, step, ?device = Option.ofNullable device, ?dtype = some dtype)

    let linspace (start: float) (stop: float) (steps: int) (dtype: Dtypes) (device: Devices) =
        dsharp.linspace (start, stop, steps, ?device = Option.ofNullable device, ?dtype = some dtype)

    let eye (rows: int) (cols: int) (dtype: Dtypes) (device: Devices) =
        dsharp.eye (rows, cols, ?device = Option.ofNullable device, ?dtype = some dtype)

    let onehot (length: int) (hot: int) (dtype: Dtypes) (device: Devices) =
        dsharp.onehot (length, hot, ?device = Option.ofNullable device, ?dtype = some dtype)

    let empty (shape: int[]) (dtype: Dtypes) (device: Devices) =
        dsharp.empty (shape, ?device = Option.ofNullable device, ?dtype = some dtype)

    let logspace (start: float) (stop: float) (steps: int) (powersOf: float) (dtype: Dtypes) (device: Devices) =
        dsharp.logspace (start, stop, steps, powersOf, ?device = Option.ofNullable device, ?dtype = some dtype)

    let init (length: int) (element: Func<int, 'T>) = dsharp.init length element.Invoke

    let init2d (length1: int) (length2: int) (element: Func<int, int, 'T>) =
        dsharp.init2d length1 length2 (fun i j -> element.Invoke(i, j))

    let init3d (length1: int) (length2: int) (length3: int) (element: Func<int, int, int, 'T>) =
        dsharp.init3d length1 length2 length3 (fun i j k -> element.Invoke(i, j, k))

    let init4d (length1: int) (length2: int) (length3: int) (length4: int) (element: Func<int, int, int, int, 'T>) =
        dsharp.init4d length1 length2 length3 length4 (fun i j k l -> element.Invoke(i, j, k, l))

    let bernoulli (probabilities: Tensor) (dtype: Dtypes) (device: Devices) =
        probabilities.bernoulli (?device = Option.ofNullable device, ?dtype = some dtype)

    let multinomial (probabilities: Tensor) (samples: int) (normalize: bool) (dtype: Dtypes) (device: Devices) =
        probabilities.multinomial (samples, normalize, ?device = Option.ofNullable device, ?dtype = some dtype)

    let castTo<'T> (t: Tensor) = t.cast<'T>()
    let cast (t: Tensor) (code: int) = t.cast (Dtype.ofCode code)
    let move (t: Tensor) (device: Device) = t.move (device = device)

    // ---- element by element ----

    let sign (t: Tensor) = t.sign ()
    let square (t: Tensor) = t.square ()
    let log1p (t: Tensor) = t.log1p ()
    let expm1 (t: Tensor) = t.expm1 ()
    let sigmoid (t: Tensor) = t.sigmoid ()
    let logsigmoid (t: Tensor) = t.logsigmoid ()
    let relu (t: Tensor) = t.relu ()
    let leakyRelu (t: Tensor) (negativeSlope: float) = t.leakyRelu negativeSlope
    let silu (t: Tensor) = t.silu ()
    let gelu (t: Tensor) = t.gelu ()
    let elu (t: Tensor) = t.elu ()
    let softplus (t: Tensor) = t.softplus ()
    let lgamma (t: Tensor) = t.lgamma ()
    let digamma (t: Tensor) = t.digamma ()
    let erf (t: Tensor) = t.erf ()
    let erfc (t: Tensor) = t.erfc ()
    let i0e (t: Tensor) = t.i0e ()
    let i1e (t: Tensor) = t.i1e ()
    let polygamma (n: int) (t: Tensor) = t.polygamma n
    let safelog (t: Tensor) (epsilon: float) = t.safelog epsilon
    let erfinv (t: Tensor) = t.erfinv ()
    let isnan (t: Tensor) = t.isnan ()
    let isinf (t: Tensor) = t.isinf ()
    let isfinite (t: Tensor) = t.isfinite ()
    let logicalNot (t: Tensor) = t.logicalNot ()
    let logicalAnd (a: Tensor) (b: Tensor) = a.logicalAnd b
    let logicalOr (a: Tensor) (b: Tensor) = a.logicalOr b
    let clone (t: Tensor) = t.clone ()
    let noDiff (t: Tensor) = t.noDiff ()
    let eq (a: Tensor) (b: Tensor) = a.eq b
    let ne (a: Tensor) (b: Tensor) = a.ne b
    let lt (a: Tensor) (b: Tensor) = a.lt b
    let le (a: Tensor) (b: Tensor) = a.le b
    let gt (a: Tensor) (b: Tensor) = a.gt b
    let ge (a: Tensor) (b: Tensor) = a.ge b
    let eqScalar (a: Tensor) (b: IConvertible) = a.eq b
    let neScalar (a: Tensor) (b: IConvertible) = a.ne b
    let ltScalar (a: Tensor) (b: IConvertible) = a.lt b
    let leScalar (a: Tensor) (b: IConvertible) = a.le b
    let gtScalar (a: Tensor) (b: IConvertible) = a.gt b
    let geScalar (a: Tensor) (b: IConvertible) = a.ge b
    let maximum (a: Tensor) (b: Tensor) = a.max b
    let minimum (a: Tensor) (b: Tensor) = a.min b
    let xlogy (a: Tensor) (b: Tensor) = a.xlogy b
    let xlog1py (a: Tensor) (b: Tensor) = a.xlog1py b
    let logaddexp (a: Tensor) (b: Tensor) = a.logaddexp b
    let dropout (t: Tensor) (p: float) = t.dropout p
    let dropout2d (t: Tensor) (p: float) = t.dropout2d p
    let dropout3d (t: Tensor) (p: float) = t.dropout3d p
    let map (f: Func<Tensor, Tensor>) (t: Tensor) = dsharp.map f.Invoke t

    let map2 (f: Func<Tensor, Tensor, Tensor>) (a: Tensor) (b: Tensor) =
        dsharp.map2 (fun a b -> f.Invoke(a, b)) a b

    let mapi (f: Func<int[], Tensor, Tensor>) (t: Tensor) =
        dsharp.mapi (fun index element -> f.Invoke(index, element)) t

    let map3 (f: Func<Tensor, Tensor, Tensor, Tensor>) (a: Tensor) (b: Tensor) (c: Tensor) =
        dsharp.map3 (fun a b c -> f.Invoke(a, b, c)) a b c

    let mapi2 (f: Func<int[], Tensor, Tensor, Tensor>) (a: Tensor) (b: Tensor) =
        dsharp.mapi2 (fun index a b -> f.Invoke(index, a, b)) a b

    let mapi3 (f: Func<int[], Tensor, Tensor, Tensor, Tensor>) (a: Tensor) (b: Tensor) (c: Tensor) =
        dsharp.mapi3 (fun index a b c -> f.Invoke(index, a, b, c)) a b c

    let where (condition: Tensor) (a: Tensor) (b: Tensor) = dsharp.where (condition, a, b)

    // Null means that there is no bound.
    let clamp (t: Tensor) (low: IConvertible) (high: IConvertible) =
        let bound (value: IConvertible) =
            if isNull (box value) then None else Some value

        t.clamp (?low = bound low, ?high = bound high)

    // ---- reductions ----

    let sum (t: Tensor) (dtype: Dtypes) = t.sum (?dtype = some dtype)

    let sumOver (t: Tensor) (dims: int[]) (keepDim: bool) (dtype: Dtypes) =
        t.sum (dims, keepDim, ?dtype = some dtype)

    let sumToSize (t: Tensor) (shape: int[]) (dtype: Dtypes) =
        t.sumToSize (shape, ?dtype = some dtype)

    let mean (t: Tensor) = t.mean ()
    let meanOver (t: Tensor) (dims: int[]) (keepDim: bool) = t.mean (dims, keepDim)
    let var (t: Tensor) (unbiased: bool) = t.var unbiased
    let varOver (t: Tensor) (dim: int) (keepDim: bool) (unbiased: bool) = t.var (dim, keepDim, unbiased)
    let std (t: Tensor) (unbiased: bool) = t.std unbiased
    let stdOver (t: Tensor) (dim: int) (keepDim: bool) (unbiased: bool) = t.std (dim, keepDim, unbiased)
    let max (t: Tensor) = t.max ()
    let maxOver (t: Tensor) (dim: int) (keepDim: bool) = t.max (dim, keepDim)
    let min (t: Tensor) = t.min ()
    let minOver (t: Tensor) (dim: int) (keepDim: bool) = t.min (dim, keepDim)
    let argmax (t: Tensor) = t.argmax ()
    let argmaxOver (t: Tensor) (dim: int) (keepDim: bool) = t.argmax (dim, keepDim)
    let argmin (t: Tensor) = t.argmin ()
    let argminOver (t: Tensor) (dim: int) (keepDim: bool) = t.argmin (dim, keepDim)
    let logsumexp (t: Tensor) (dim: int) (keepDim: bool) = t.logsumexp (dim, keepDim)
    let softmax (t: Tensor) (dim: int) = t.softmax dim
    let logsoftmax (t: Tensor) (dim: int) = t.logsoftmax dim
    let cumsum (t: Tensor) (dim: int) = t.cumsum dim
    let cumprod (t: Tensor) (dim: int) = t.cumprod dim
    let logcumsumexp (t: Tensor) (dim: int) = t.logcumsumexp dim
    let all (t: Tensor) = t.all ()
    let any (t: Tensor) = t.any ()
    let hasnan (t: Tensor) = t.hasnan ()
    let hasinf (t: Tensor) = t.hasinf ()
    let hasinfnan (t: Tensor) = t.hasinfnan ()

    let allclose (a: Tensor) (b: Tensor) (relative: float) (absolute: float) =
        a.allclose (b, relativeTolerance = relative, absoluteTolerance = absolute)

    // ---- shapes ----

    let view (t: Tensor) (shape: int[]) = t.view shape
    let expand (t: Tensor) (shape: int[]) = t.expand shape
    let transpose (t: Tensor) = t.transpose ()
    let transposeAxes (t: Tensor) (dim0: int) (dim1: int) = t.transpose (dim0, dim1)
    let permute (t: Tensor) (permutation: int[]) = t.permute permutation
    let unsqueeze (t: Tensor) (dim: int) = t.unsqueeze dim

    let squeeze (t: Tensor) (dim: Nullable<int>) =
        t.squeeze (?dim = Option.ofNullable dim)

    let flatten (t: Tensor) (startDim: int) (endDim: int) = t.flatten (startDim, endDim)
    let split (t: Tensor) (sizes: int[]) (dim: int) = t.split (sizes, dim)
    let unstack (t: Tensor) (dim: int) = t.unstack dim
    let gather (t: Tensor) (dim: int) (indices: Tensor) = t.gather (dim, indices)
    let indexSelect (t: Tensor) (dim: int) (indices: Tensor) = t.indexSelect (dim, indices)
    let flip (t: Tensor) (dims: int[]) = t.flip dims
    let unflatten (t: Tensor) (dim: int) (shape: int[]) = t.unflatten (dim, shape)
    let unsqueezeAs (t: Tensor) (other: Tensor) = t.unsqueezeAs other
    let pad (t: Tensor) (paddings: int[]) = t.pad paddings
    let dilate (t: Tensor) (dilations: int[]) = t.dilate dilations
    let undilate (t: Tensor) (dilations: int[]) = t.undilate dilations
    let addSlice (t: Tensor) (location: int[]) (part: Tensor) = t.addSlice (location, part)
    let scatter (t: Tensor) (dim: int) (indices: Tensor) (shape: int[]) = t.scatter (dim, indices, shape)
    let repeat (t: Tensor) (dim: int) (times: int) = t.repeat (dim, times)
    let tile (t: Tensor) (times: int[]) = t.tile times
    let cat (tensors: Tensor[]) (dim: int) = Tensor.cat (tensors, dim)
    let stack (tensors: Tensor[]) (dim: int) = Tensor.stack (tensors, dim)
    let toArray<'T> (t: Tensor) : 'T[] = t.toArray1D<'T>()
    let toArray2D<'T> (t: Tensor) : 'T[,] = t.toArray2D<'T>()
    let toArray3D<'T> (t: Tensor) : 'T[,,] = t.toArray3D<'T>()
    let toArray4D<'T> (t: Tensor) : 'T[,,,] = t.toArray4D<'T>()

    /// The position `first` of each axis whose `drop` is set, positions `first` to `last` of the others.
    let slice (t: Tensor) (parts: struct (int * int * bool)[]) =
        Slice.apply
            t
            [ for struct (first, last, drop) in parts -> if drop then Slice.At first else Slice.Range(Some first, Some last) ]

    // ---- pictures ----

    let saveImage (t: Tensor) (path: string) (pixelMin: float) (pixelMax: float) (normalize: bool) (gridCols: Nullable<int>) =
        t.saveImage (path, pixelMin, pixelMax, normalize, ?gridCols = Option.ofNullable gridCols)

    let toImage (t: Tensor) (pixelMin: float) (pixelMax: float) (normalize: bool) (gridCols: Nullable<int>) =
        t.toImage (pixelMin, pixelMax, normalize, ?gridCols = Option.ofNullable gridCols)

    let toImageString (t: Tensor) pixelMin pixelMax normalize (gridCols: Nullable<int>) (palette: string) =
        t.toImageString (
            pixelMin,
            pixelMax,
            normalize,
            ?gridCols = Option.ofNullable gridCols,
            ?asciiPalette = Option.ofObj palette
        )
