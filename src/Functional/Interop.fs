// What the C# facade calls: the library with delegates, arrays and struct tuples in place of functions, lists and options.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open Functional
open Functional.Tensors

/// Tensors: what C# cannot reach itself, which is extension members and optional arguments. A dtype travels as libtorch's number.
module internal TensorBridge =

    type private Dtypes = Nullable<int>
    type private Devices = Nullable<Device>

    let private some (code: Dtypes) =
        code |> Option.ofNullable |> Option.map Dtype.ofCode

    let dtype (t: Tensor) = Dtype.code t.dtype
    let defaultDtype () = Dtype.code Dtype.Default
    let setDefaultDtype (code: int) = Dtype.Default <- Dtype.ofCode code
    let isAvailable (device: Device) = dsharp.isDeviceAvailable device

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

    let bernoulli (probabilities: Tensor) = probabilities.bernoulli ()
    let multinomial (probabilities: Tensor) (samples: int) = probabilities.multinomial samples
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
    let neScalar (a: Tensor) (b: IConvertible) = (a.eq b).logicalNot()
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
    let where (condition: Tensor) (a: Tensor) (b: Tensor) = dsharp.where (condition, a, b)

    // Null means that there is no bound.
    let clamp (t: Tensor) (low: IConvertible) (high: IConvertible) =
        let bound (value: IConvertible) =
            if isNull (box value) then None else Some value

        t.clamp (?low = bound low, ?high = bound high)

    // ---- reductions ----

    let sum (t: Tensor) = t.sum ()
    let sumOver (t: Tensor) (dims: int[]) (keepDim: bool) = t.sum (dims, keepDim)
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
    let all (t: Tensor) = t.all ()
    let any (t: Tensor) = t.any ()
    let hasnan (t: Tensor) = t.hasnan ()
    let hasinf (t: Tensor) = t.hasinf ()

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
    let repeat (t: Tensor) (dim: int) (times: int) = t.repeat (dim, times)
    let tile (t: Tensor) (times: int[]) = t.tile times
    let cat (tensors: Tensor[]) (dim: int) = Tensor.cat (tensors, dim)
    let stack (tensors: Tensor[]) (dim: int) = Tensor.stack (tensors, dim)
    let toArray<'T> (t: Tensor) : 'T[] = t.toArray1D<'T>()

    /// The position `first` of each axis whose `drop` is set, positions `first` to `last` of the others.
    let slice (t: Tensor) (parts: struct (int * int * bool)[]) =
        Slice.apply
            t
            [ for struct (first, last, drop) in parts -> if drop then Slice.At first else Slice.Range(Some first, Some last) ]

    // ---- matrices and pictures ----

    let matmul (a: Tensor) (b: Tensor) = a.matmul b
    let dot (a: Tensor) (b: Tensor) = a.dot b
    let outer (a: Tensor) (b: Tensor) = a.outer b
    let trace (t: Tensor) = t.trace ()
    let diagonal (t: Tensor) (offset: int) (dim1: int) (dim2: int) = t.diagonal (offset, dim1, dim2)
    let det (t: Tensor) = t.det ()
    let inv (t: Tensor) = t.inv ()
    let solve (a: Tensor) (b: Tensor) = a.solve b
    let cholesky (t: Tensor) = t.cholesky ()
    let tril (t: Tensor) = t.tril ()

    let saveImage (t: Tensor) (path: string) (pixelMin: float) (pixelMax: float) (normalize: bool) (gridCols: Nullable<int>) =
        t.saveImage (path, pixelMin, pixelMax, normalize, ?gridCols = Option.ofNullable gridCols)

/// Code that runs under a scope, a seed, without gradients or without checks.
module internal ScopeBridge =

    // What leaves a scope, together with the tensors inside it.
    type private Kept<'T>(value: 'T, unwrap: Func<obj, obj>) =
        member _.Value = value

        interface IHoldsTensors with
            member _.Tensors = Held.tensorsThrough unwrap.Invoke (box value)

    let run (body: Func<'T>) (unwrap: Func<obj, obj>) : 'T =
        (Scope.run (fun () -> Kept(body.Invoke(), unwrap))).Value

    let runAsync (body: Func<Task<'T>>) (unwrap: Func<obj, obj>) : Task<'T> =
        task {
            let! kept =
                Scope.runTask (fun () ->
                    task {
                        let! value = body.Invoke()
                        return Kept(value, unwrap)
                    })

            return kept.Value
        }

    let keep (value: 'T) (unwrap: Func<obj, obj>) : unit =
        Scope.keep (Kept(value, unwrap)) |> ignore

    let withSeed (seed: int) (body: Func<'T>) : 'T = Random.withSeed seed body.Invoke
    let gradientOff (body: Func<'T>) : 'T = Gradient.off body.Invoke
    let validationOff (body: Func<'T>) : 'T = Validation.off body.Invoke

/// Distributions: lists as arrays, tuples as struct tuples.
module internal DistributionBridge =

    let parameters (distribution: Distribution) =
        [| for name, value in distribution.Parameters -> KeyValuePair(name, value) |]

    let sampleAndLogProb (distribution: Distribution) (sampleShape: int[]) : struct (Tensor * Tensor) =
        let value, logProb = distribution.SampleAndLogProb sampleShape
        struct (value, logProb)

/// Networks. `adapt` changes the types that a network speaks at its two ends, and nothing else about it.
module internal NetworkBridge =

    let adapt (before: Func<'OuterIn, 'In>) (after: Func<'Out, 'OuterOut>) (net: Net<'In, 'Out>) : Net<'OuterIn, 'OuterOut> =
        Net(
            net.Name,
            net.InputFeatures,
            net.FeaturesFrom,
            net.Parameters,
            fun mode input -> after.Invoke(net.Run(mode, before.Invoke input))
        )

    let adaptHead
        (before: Func<'OuterIn, 'In>)
        (after: Func<'Out, 'OuterOut>)
        (head: Head<'In, 'Out>)
        : Head<'OuterIn, 'OuterOut> =
        Head(head.Name, head.Attach >> adapt before after)

    let ofFunction (f: Func<'In, 'Out>) : Net<'In, 'Out> = Net.ofFunction f.Invoke
    let map (f: Func<'Out, 'Next>) (net: Net<'In, 'Out>) : Net<'In, 'Next> = Net.map f.Invoke net
    let activation (name: string) (f: Func<Tensor, Tensor>) = Activation.ofFunction name f.Invoke
    let mlp (activation: Net<Tensor, Tensor>) (sizes: int[]) = mlpWith activation (Array.toList sizes)

    let fork (first: Net<'In, 'A>) (second: Net<'In, 'B>) : Net<'In, struct ('A * 'B)> =
        fork first second |> Net.map (fun (a, b) -> struct (a, b))

    let parameters (net: Net<'In, 'Out>) = List.toArray net.Parameters
    let outputFeatures (net: Net<'In, 'Out>) = Option.toNullable net.OutputFeatures

    let saveWeights (path: string) (parameters: Parameter[]) =
        Weights.save path (Array.toList parameters)

    let loadWeights (path: string) (parameters: Parameter[]) =
        Weights.load path (Array.toList parameters)

/// Losses and the models that they are losses of.
module internal ObjectiveBridge =

    let terms (loss: Loss) = List.toArray loss.Terms
    let map (f: Func<Tensor, Tensor>) (loss: Loss) = Loss.map f.Invoke loss

    let model (prior: Distribution) (likelihood: Func<Tensor, Distribution>) : LatentModel =
        { Prior = prior; Likelihood = likelihood.Invoke }

    let likelihood (model: LatentModel) (z: Tensor) = model.Likelihood z
    let vaeLoss (vae: Vae) (x: Tensor) = Vae.loss vae x
    let vaeIwaeLoss (particles: int) (vae: Vae) (x: Tensor) = Vae.iwaeLoss particles vae x
    let vaeParameters (vae: Vae) = List.toArray vae.Parameters
    let gradients (loss: Tensor) (parameters: Tensor[]) = Gradient.ofLoss loss parameters

/// Data sets of whatever type the facade's batches have.
module internal DataBridge =

    let create (length: int) (read: Func<Tensor, 'Batch>) : Dataset<'Batch> = { Length = length; Read = read.Invoke }
    let read (data: Dataset<'Batch>) (positions: Tensor) : 'Batch = data.Read positions
    let map (f: Func<'A, 'B>) (data: Dataset<'A>) : Dataset<'B> = Dataset.map f.Invoke data

    let zip (first: Dataset<'A>) (second: Dataset<'B>) : Dataset<struct ('A * 'B)> =
        Dataset.zip first second |> Dataset.map (fun (a, b) -> struct (a, b))

    let mean (batchSize: int) (perExample: Func<'Batch, Tensor>) (data: Dataset<'Batch>) : float =
        Dataset.mean batchSize perExample.Invoke data

/// Optimizers and training.
module internal TrainingBridge =

    let start (optimizer: Optimizer) (parameters: Parameter[]) =
        optimizer.Start(Array.toList parameters)

    let memory (state: OptimizerState) =
        [| for name, value in state.Memory -> KeyValuePair(name, value) |]

    let terms (terms: (string * float) list) : struct (string * float)[] =
        [| for name, value in terms -> struct (name, value) |]

    let epochs (result: TrainingResult) = List.toArray result.Epochs

    /// Shows nothing by itself, and leaves Ctrl+C to the application.
    let fit
        (epochs: int)
        (batchSize: int)
        (optimizer: Optimizer)
        (checkpoint: string)
        (report: Action<TrainingProgress>)
        (onEpoch: Action<EpochSummary>)
        (cancellation: CancellationToken)
        (parameters: Parameter[])
        (objective: Func<'Batch, Loss>)
        (data: Dataset<'Batch>)
        : TrainingResult =
        let receiver =
            { new IProgress<TrainingProgress> with
                member _.Report progress = report.Invoke progress }

        let options =
            { Training.defaults with
                Epochs = epochs
                BatchSize = batchSize
                Optimizer = optimizer
                Progress = Progress.report receiver
                OnEpoch = onEpoch.Invoke
                Checkpoint = Option.ofObj checkpoint
                Cancellation = cancellation
                StopOnCtrlC = false }

        Training.fit options (Array.toList parameters) objective.Invoke data
