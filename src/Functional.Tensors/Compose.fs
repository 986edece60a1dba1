// dsharp's functions without their first tensor, which they return a function of: `x |> dsharp.sum 0 |> dsharp.relu`.
// Opened by scripts that write models as pipelines: `open Functional.Tensors.Compose`.
module Functional.Tensors.Compose

type dsharp with

    static member add(b: Tensor) = fun (a: Tensor) -> a.add b

    static member arangeLike(endVal: float, ?startVal: float, ?step: float, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.arangeLike (endVal, ?startVal = startVal, ?step = step, ?device = device, ?dtype = dtype)

    static member arangeLike(endVal: int, ?startVal: int, ?step: int, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.arangeLike (endVal, ?startVal = startVal, ?step = step, ?device = device, ?dtype = dtype)

    static member bceLoss(target: Tensor) = fun (a: Tensor) -> a.bceLoss target

    static member bernoulli(?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.bernoulli (?device = device, ?dtype = dtype)

    static member cast(dtype: Dtype) = fun (a: Tensor) -> a.cast dtype

    static member cat(dim: int) =
        fun (tensors: seq<Tensor>) -> dsharp.cat (tensors, dim)

    static member clamp(?low: scalar, ?high: scalar) =
        fun (a: Tensor) -> a.clamp (?low = low, ?high = high)

    static member conv1d(b: Tensor, ?stride: int, ?padding: int, ?dilation: int) =
        fun (a: Tensor) -> a.conv1d (b, ?stride = stride, ?padding = padding, ?dilation = dilation)

    static member conv2d
        (b: Tensor, ?stride: int, ?strides: seq<int>, ?padding: int, ?paddings: seq<int>, ?dilation: int, ?dilations: seq<int>)
        =
        fun (a: Tensor) ->
            a.conv2d (
                b,
                ?stride = stride,
                ?strides = strides,
                ?padding = padding,
                ?paddings = paddings,
                ?dilation = dilation,
                ?dilations = dilations
            )

    static member conv3d
        (b: Tensor, ?stride: int, ?strides: seq<int>, ?padding: int, ?paddings: seq<int>, ?dilation: int, ?dilations: seq<int>)
        =
        fun (a: Tensor) ->
            a.conv3d (
                b,
                ?stride = stride,
                ?strides = strides,
                ?padding = padding,
                ?paddings = paddings,
                ?dilation = dilation,
                ?dilations = dilations
            )

    static member convTranspose1d(b: Tensor, ?stride: int, ?padding: int, ?dilation: int, ?outputPadding: int) =
        fun (a: Tensor) ->
            a.convTranspose1d (b, ?stride = stride, ?padding = padding, ?dilation = dilation, ?outputPadding = outputPadding)

    static member convTranspose2d
        (
            b: Tensor,
            ?stride: int,
            ?padding: int,
            ?dilation: int,
            ?outputPadding: int,
            ?strides: seq<int>,
            ?paddings: seq<int>,
            ?dilations: seq<int>,
            ?outputPaddings: seq<int>
        ) =
        fun (a: Tensor) ->
            a.convTranspose2d (
                b,
                ?stride = stride,
                ?padding = padding,
                ?dilation = dilation,
                ?outputPadding = outputPadding,
                ?strides = strides,
                ?paddings = paddings,
                ?dilations = dilations,
                ?outputPaddings = outputPaddings
            )

    static member convTranspose3d
        (
            b: Tensor,
            ?stride: int,
            ?padding: int,
            ?dilation: int,
            ?outputPadding: int,
            ?strides: seq<int>,
            ?paddings: seq<int>,
            ?dilations: seq<int>,
            ?outputPaddings: seq<int>
        ) =
        fun (a: Tensor) ->
            a.convTranspose3d (
                b,
                ?stride = stride,
                ?padding = padding,
                ?dilation = dilation,
                ?outputPadding = outputPadding,
                ?strides = strides,
                ?paddings = paddings,
                ?dilations = dilations,
                ?outputPaddings = outputPaddings
            )

    static member corrcoef() = fun (a: Tensor) -> a.corrcoef ()

    static member cov(?correction: int64, ?fweights: Tensor, ?aweights: Tensor) =
        fun (a: Tensor) -> a.cov (?correction = correction, ?fweights = fweights, ?aweights = aweights)

    static member crossEntropyLoss(target: Tensor) =
        fun (a: Tensor) -> a.crossEntropyLoss target

    static member diagonal(offset: int, ?dim1: int, ?dim2: int) =
        fun (a: Tensor) -> a.diagonal (offset, ?dim1 = dim1, ?dim2 = dim2)

    static member dilate(dilations: seq<int>) = fun (a: Tensor) -> a.dilate dilations

    static member div(b: Tensor) = fun (a: Tensor) -> a.div b

    static member dot(b: Tensor) = fun (a: Tensor) -> a.dot b

    static member dropout(?p: float) = fun (a: Tensor) -> a.dropout (?p = p)

    static member dropout2d(?p: float) = fun (a: Tensor) -> a.dropout2d (?p = p)

    static member dropout3d(?p: float) = fun (a: Tensor) -> a.dropout3d (?p = p)

    static member eq(b: Tensor) = fun (a: Tensor) -> a.eq b

    static member expand(shape: seq<int>) = fun (a: Tensor) -> a.expand shape

    static member expandAs(b: Tensor) = fun (a: Tensor) -> a.expandAs b

    static member flatten(startDim: int, ?endDim: int) =
        fun (a: Tensor) -> a.flatten (startDim, ?endDim = endDim)

    static member flip(dims: seq<int>) = fun (a: Tensor) -> a.flip dims

    static member fullLike(value: scalar, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.fullLike (value, ?shape = shape, ?device = device, ?dtype = dtype)

    static member gather(dim: int, indices: Tensor) =
        fun (a: Tensor) -> a.gather (dim, indices)

    static member ge(b: Tensor) = fun (a: Tensor) -> a.ge b

    static member gt(b: Tensor) = fun (a: Tensor) -> a.gt b

    static member le(b: Tensor) = fun (a: Tensor) -> a.le b

    static member leakyRelu(?negativeSlope: float) =
        fun (a: Tensor) -> a.leakyRelu (?negativeSlope = negativeSlope)

    static member like(value: obj, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.like (value, ?device = device, ?dtype = dtype)

    static member linspaceLike(startVal: float, endVal: float, steps: int, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.linspaceLike (startVal, endVal, steps, ?device = device, ?dtype = dtype)

    static member linspaceLike(startVal: int, endVal: int, steps: int, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.linspaceLike (startVal, endVal, steps, ?device = device, ?dtype = dtype)

    static member logsoftmax(dim: int) = fun (a: Tensor) -> a.logsoftmax dim

    static member logspaceLike(startVal: float, endVal: float, steps: int, ?baseVal: float, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.logspaceLike (startVal, endVal, steps, ?baseVal = baseVal, ?device = device, ?dtype = dtype)

    static member logspaceLike(startVal: int, endVal: int, steps: int, ?baseVal: int, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.logspaceLike (startVal, endVal, steps, ?baseVal = baseVal, ?device = device, ?dtype = dtype)

    static member logsumexp(dim: int, ?keepDim: bool) =
        fun (a: Tensor) -> a.logsumexp (dim, ?keepDim = keepDim)

    static member lt(b: Tensor) = fun (a: Tensor) -> a.lt b

    static member matmul(b: Tensor) = fun (a: Tensor) -> a.matmul b

    static member maxpool1d(kernelSize: int, ?stride: int, ?padding: int) =
        fun (a: Tensor) -> a.maxpool1d (kernelSize, ?stride = stride, ?padding = padding)

    static member maxpool2d
        (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
        =
        fun (a: Tensor) ->
            a.maxpool2d (
                ?kernelSize = kernelSize,
                ?stride = stride,
                ?padding = padding,
                ?kernelSizes = kernelSizes,
                ?strides = strides,
                ?paddings = paddings
            )

    static member maxpool3d
        (?kernelSize: int, ?stride: int, ?padding: int, ?kernelSizes: seq<int>, ?strides: seq<int>, ?paddings: seq<int>)
        =
        fun (a: Tensor) ->
            a.maxpool3d (
                ?kernelSize = kernelSize,
                ?stride = stride,
                ?padding = padding,
                ?kernelSizes = kernelSizes,
                ?strides = strides,
                ?paddings = paddings
            )

    static member maxunpool1d(indices: Tensor, kernelSize: int, ?stride: int, ?padding: int, ?outputSize: seq<int>) =
        fun (a: Tensor) -> a.maxunpool1d (indices, kernelSize, ?stride = stride, ?padding = padding, ?outputSize = outputSize)

    static member maxunpool2d
        (
            indices: Tensor,
            ?kernelSize: int,
            ?stride: int,
            ?padding: int,
            ?kernelSizes: seq<int>,
            ?strides: seq<int>,
            ?paddings: seq<int>,
            ?outputSize: seq<int>
        ) =
        fun (a: Tensor) ->
            a.maxunpool2d (
                indices,
                ?kernelSize = kernelSize,
                ?stride = stride,
                ?padding = padding,
                ?kernelSizes = kernelSizes,
                ?strides = strides,
                ?paddings = paddings,
                ?outputSize = outputSize
            )

    static member maxunpool3d
        (
            indices: Tensor,
            ?kernelSize: int,
            ?stride: int,
            ?padding: int,
            ?kernelSizes: seq<int>,
            ?strides: seq<int>,
            ?paddings: seq<int>,
            ?outputSize: seq<int>
        ) =
        fun (a: Tensor) ->
            a.maxunpool3d (
                indices,
                ?kernelSize = kernelSize,
                ?stride = stride,
                ?padding = padding,
                ?kernelSizes = kernelSizes,
                ?strides = strides,
                ?paddings = paddings,
                ?outputSize = outputSize
            )

    static member mean(dim: int, ?keepDim: bool) =
        fun (a: Tensor) -> a.mean (dim, ?keepDim = keepDim)

    static member move(?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.move (?device = device, ?dtype = dtype)

    static member mseLoss(target: Tensor) = fun (a: Tensor) -> a.mseLoss target

    static member mul(b: Tensor) = fun (a: Tensor) -> a.mul b

    static member multinomial(numSamples: int, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.multinomial (numSamples, ?device = device, ?dtype = dtype)

    static member nllLoss(target: Tensor) = fun (a: Tensor) -> a.nllLoss target

    static member onehotLike(length: int, hot: int, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.onehotLike (length, hot, ?device = device, ?dtype = dtype)

    static member onesLike(shape: seq<int>, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.onesLike (shape, ?device = device, ?dtype = dtype)

    static member pad(paddings: seq<int>) = fun (a: Tensor) -> a.pad paddings

    static member pow(b: Tensor) = fun (a: Tensor) -> a.pow b

    static member randLike(shape: seq<int>, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.randLike (shape, ?device = device, ?dtype = dtype)

    static member randintLike(low: int, high: int, ?shape: seq<int>, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.randintLike (low, high, ?shape = shape, ?device = device, ?dtype = dtype)

    static member randnLike(shape: seq<int>, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.randnLike (shape, ?device = device, ?dtype = dtype)

    static member repeat(dim: int, times: int) =
        fun (a: Tensor) -> a.repeat (dim, times)

    static member scatter(dim: int, indices: Tensor, destinationShape: seq<int>) =
        fun (a: Tensor) -> a.scatter (dim, indices, destinationShape)

    static member slice(index: seq<int>) =
        fun (a: Tensor) -> dsharp.slice (a, index)

    static member softmax(dim: int) = fun (a: Tensor) -> a.softmax dim

    static member split(sizes: seq<int>, ?dim: int) =
        fun (a: Tensor) -> a.split (sizes, ?dim = dim)

    static member squeeze(?dim: int) =
        fun (a: Tensor) -> a.squeeze (?dim = dim)

    static member stack(dim: int) =
        fun (tensors: seq<Tensor>) -> dsharp.stack (tensors, dim)

    static member std(dim: int, ?keepDim: bool, ?unbiased: bool) =
        fun (a: Tensor) -> a.std (dim, ?keepDim = keepDim, ?unbiased = unbiased)

    static member sub(b: Tensor) = fun (a: Tensor) -> a.sub b

    static member sum(dim: int, ?keepDim: bool) =
        fun (a: Tensor) -> a.sum (dim, ?keepDim = keepDim)

    static member tensor(?device: Device, ?dtype: Dtype) =
        fun (value: 'T) -> dsharp.tensor (box value, ?device = device, ?dtype = dtype)

    static member toImage(?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int) =
        fun (a: Tensor) -> a.toImage (?pixelMin = pixelMin, ?pixelMax = pixelMax, ?normalize = normalize, ?gridCols = gridCols)

    static member toImageString(?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int, ?asciiPalette: string) =
        fun (a: Tensor) ->
            a.toImageString (
                ?pixelMin = pixelMin,
                ?pixelMax = pixelMax,
                ?normalize = normalize,
                ?gridCols = gridCols,
                ?asciiPalette = asciiPalette
            )

    static member transpose(dim0: int, dim1: int) =
        fun (a: Tensor) -> a.transpose (dim0, dim1)

    static member undilate(dilations: seq<int>) = fun (a: Tensor) -> a.undilate dilations

    static member unflatten(dim: int, unflattenedShape: seq<int>) =
        fun (a: Tensor) -> a.unflatten (dim, unflattenedShape)

    static member unsqueeze(dim: int) = fun (a: Tensor) -> a.unsqueeze dim

    static member unsqueezeAs(other: Tensor) = fun (a: Tensor) -> a.unsqueezeAs other

    static member unstack(dim: int) = fun (a: Tensor) -> a.unstack dim

    static member var(dim: int, ?keepDim: bool, ?unbiased: bool) =
        fun (a: Tensor) -> a.var (dim, ?keepDim = keepDim, ?unbiased = unbiased)

    static member view(shape: int) = fun (a: Tensor) -> a.view shape

    static member view(shape: seq<int>) = fun (a: Tensor) -> a.view shape

    static member viewAs(b: Tensor) = fun (a: Tensor) -> a.viewAs b

    static member zerosLike(shape: seq<int>, ?device: Device, ?dtype: Dtype) =
        fun (a: Tensor) -> a.zerosLike (shape, ?device = device, ?dtype = dtype)
