// Tests of normalisation: means and variances, what does not change the result, training and use, spectral norms.
// Run with the whole suite; gradients and files are in LayerLaws.fs.
module internal Functional.Tests.NormalizationTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private channels (draw: Draw) =
    let groups = draw.Int(1, 3)
    groups, groups * draw.Int(1, 3)

/// Mean 0 and variance 1 (within 1e-5 over the variance) over the axis.
let private isStandard (message: string) (rows: Tensor) =
    isClose 1e-9 $"{message}: the mean" (rows.mean -1) (rows.sum(-1).zerosLike())
    isClose 1e-3 $"{message}: the variance" (rows.square().mean -1) (rows.sum(-1).onesLike())

let private groupsAreStandard (draw: Draw) =
    let groups, channels = channels draw
    let layer = inFloat64 (fun () -> groupNorm groups channels)
    let x = draw.Tensor([| 3; channels; 5; 4 |], -2.0, 5.0)
    isStandard "each group of each example" ((Net.eval layer x).view [ 3; groups; -1 ])
    let moved = x * draw.Tensor([| 3; 1; 1; 1 |], 1.0, 4.0) + draw.Tensor([| 3; 1; 1; 1 |], -2.0, 2.0)
    isClose 1e-4 "brightness and contrast of an example do not count" (Net.eval layer moved) (Net.eval layer x)
    isClose 0.0 "the same in training" (Net.train layer x) (Net.eval layer x)

let private vectorsAreStandard (draw: Draw) =
    let features = draw.Int(8, 20)
    let layer = inFloat64 (fun () -> layerNorm features)
    let x = draw.Tensor([| 3; 2; features |], -2.0, 5.0)
    isStandard "each vector" (Net.eval layer x)
    isClose 1e-12 "vectors do not see each other" (Net.eval layer x[1]) ((Net.eval layer x)[1])

let private byChannel (x: Tensor) = x.transpose(0, 1).flatten 1

let private batchesAreStandard (draw: Draw) =
    let channels = draw.Int(1, 3)
    let layer = inFloat64 (fun () -> batchNorm channels)
    let x = draw.Tensor(draw.Pick [ [| 6; channels; 5; 4 |]; [| 40; channels |] ], -2.0, 5.0)
    isStandard "each channel" (byChannel (Net.train layer x))

let private statistics (layer: Net<Tensor, Tensor>) =
    layer.Parameters |> List.filter (fun parameter -> not parameter.Trained) |> List.map _.Value

/// m ← 0.9 m + 0.1 mean, v ← 0.9 v + 0.1 variance, the unbiased one, at each step of training; in use the result is an affine function of each.
let private runningStatistics (draw: Draw) =
    let channels = draw.Int(1, 3)
    let layer = inFloat64 (fun () -> batchNorm channels)
    let batches = [ for _ in 1..4 -> draw.Tensor([| 5; channels; 2; 3 |], -2.0, 5.0) ]

    let mean, variance =
        batches
        |> List.fold
            (fun (mean: Tensor, variance: Tensor) batch ->
                Net.train layer batch |> ignore
                let rows = byChannel batch
                mean * 0.9 + rows.mean 1 * 0.1, variance * 0.9 + rows.std(1).square() * 0.1)
            (dsharp.zeros (channels, dtype = Dtype.Float64), dsharp.ones (channels, dtype = Dtype.Float64))

    match statistics layer with
    | [ runningMean; runningVariance ] ->
        isClose 1e-12 "the running mean" runningMean mean
        isClose 1e-12 "the running variance" runningVariance variance
    | found -> failtest $"expected two statistics, found {found.Length}"

    let x = draw.Tensor([| 4; channels; 2; 3 |], -2.0, 5.0)
    let lift (numbers: Tensor) = numbers.view [ 1; channels; 1; 1 ]
    let y = Net.eval layer x
    isClose 1e-12 "in use the running statistics count" y ((x - lift mean) / (lift variance + 1e-5).sqrt())
    isClose 1e-12 "and each example by itself" (Net.eval layer x[1..2]) y[1..2]
    isClose 1e-12 "which use does not change" (List.head (statistics layer)) mean

let private isNotTrained (draw: Draw) =
    let net = inFloat64 (fun () -> linear 2 3 --> batchNorm 3 --> linear 3 1)
    Expect.equal net.ParameterCount (2 * 3 + 3 + 3 + 3 + 3 + 1) "statistics are not counted"
    let x = draw.Tensor([| 40; 2 |], -1.0, 1.0)
    let before = numbers (List.head (statistics net))

    let options =
        { Training.defaults with
            Epochs = 2
            BatchSize = 10
            Progress = Progress.silent
            StopOnCtrlC = false }

    let objective (x: Tensor) =
        Net.train net x - x.sum (1, keepDim = true) |> _.square().flatten() |> Loss.term "squares" |> Loss.mean

    Training.fit options net.Parameters objective (Dataset.ofTensor x) |> ignore
    Expect.notEqual (numbers (List.head (statistics net))) before "training gathers them"

/// In one pass, and step by step in ordinary operators; values and all gradients, in either precision, whatever the memory's order.
let private fusedIsComposed (draw: Draw) =
    let groups, channels = channels draw
    let positions = draw.Pick [ []; [ 7 ]; [ 5; 4 ]; [ 17; 3 ] ]
    let shape = [| yield 3; yield channels; yield! positions |]
    let dtype = draw.Pick [ Dtype.Float64; Dtype.Float32 ]

    if Shape.nelement shape / (3 * groups) > 1 then
        let x = draw.Tensor(shape, -2.0, 3.0)

        let x =
            if shape.Length = 4 && draw.Pick [ true; false ] then
                x.permute([ 0; 2; 3; 1 ]).clone().permute [ 0; 3; 1; 2 ]
            else
                x

        let upstream = draw.Tensor(shape, -1.0, 1.0).cast dtype
        let modulation = draw.Tensor([| 3; 2 * channels |], -1.0, 1.0)
        let isModulated = draw.Pick [ true; false ]

        let inputs =
            [| for tensor in [ x; draw.Tensor([| channels |], -1.0, 1.0); draw.Tensor([| channels |], -1.0, 1.0); modulation ] ->
                   Gradient.record (tensor.cast(dtype).clone()) |]

        let results (apply: Tensor -> Tensor) =
            let y = apply inputs[0]
            let used = if isModulated then inputs else inputs[..2]
            y :: List.ofArray (Gradient.ofLoss ((y * upstream).sum()) used)

        let fused = results (Normalized.groupSilu groups inputs[1] inputs[2] (if isModulated then Some inputs[3] else None))

        let composed =
            results (fun x ->
                let normalized = Normalized.group groups inputs[1] inputs[2] x
                (if isModulated then Normalized.modulate inputs[3] normalized else normalized).silu())

        for name, fused, composed in List.zip3 ("value" :: [ for i in 0 .. fused.Length - 2 -> $"gradient {i}" ]) fused composed do
            isClose (if dtype = Dtype.Float64 then 1e-11 else 2e-4) name fused composed

// ---- spectral norms ----

let private largestSingularValue (matrix: Tensor) : float =
    let values = (matrix.noDiff ()).toArray2D<float>()
    let matrix = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfArray values
    matrix.Svd(false).S[0]

/// What a layer without bias does to vectors is the matrix that it multiplies with.
let private becomesOne (draw: Draw) =
    let inputs, outputs = draw.Int(1, 6), draw.Int(1, 6)
    let layer = inFloat64 (fun () -> SpectralNorm.linear inputs outputs)
    Parameter.assign layer.Parameters[0].Value (draw.Tensor([| outputs; inputs |], -4.0, 4.0))

    for _ in 1..500 do
        Net.train layer (draw.Tensor([| 1; inputs |], -1.0, 1.0)) |> ignore

    let bias = Net.eval layer (dsharp.zeros ([ 1; inputs ], dtype = Dtype.Float64))
    let matrix = (Net.eval layer (dsharp.eye (inputs, dtype = Dtype.Float64)) - bias).transpose()
    isClose 1e-4 "the largest singular value" (float64 (largestSingularValue matrix)) (float64 1.0)

let private convolutionBecomesOne (draw: Draw) =
    let inputs, outputs = draw.Int(1, 3), draw.Int(1, 3)

    for layer, transposed in
        inFloat64 (fun () ->
            [ SpectralNorm.conv2d (Filter.same 3) inputs outputs, false
              SpectralNorm.convTranspose2d Filter.half inputs outputs, true ]) do
        let x = draw.Tensor([| 1; inputs; 4; 4 |], -1.0, 1.0)

        for _ in 1..500 do
            Net.train layer x |> ignore

        let weight = layer.Parameters[0].Value
        let matrix = (if transposed then weight.transpose (0, 1) else weight).flatten 1

        let scaled =
            inFloat64 (fun () ->
                if transposed then
                    convTranspose2d Filter.half inputs outputs
                else
                    conv2d (Filter.same 3) inputs outputs)

        Parameter.assign scaled.Parameters[0].Value (weight / largestSingularValue matrix)
        Parameter.assign scaled.Parameters[1].Value (List.last layer.Parameters).Value
        isClose 1e-4 "the layer of W/σ(W)" (Net.eval layer x) (Net.eval scaled x)

let private useChangesNothing (draw: Draw) =
    let layer = inFloat64 (fun () -> SpectralNorm.linear 4 3)
    let x = draw.Tensor([| 2; 4 |], -1.0, 1.0)
    let first = Net.eval layer x
    isClose 0.0 "use twice" (Net.eval layer x) first
    Expect.equal layer.ParameterCount (4 * 3 + 3) "the vectors are not trained"

/// The gradient may be taken after the vectors have been improved by other runs, as a critic's is that sees real and false data.
let private runsMayOverlap (draw: Draw) =
    let layer = inFloat64 (fun () -> SpectralNorm.linear 4 1)

    let tensors =
        [| for parameter in layer.Parameters do
               if parameter.Trained then
                   parameter.Value |]

    let real, fake = draw.Tensor([| 3; 4 |], -1.0, 1.0), draw.Tensor([| 3; 4 |], -1.0, 1.0)
    let loss = (Net.train layer real).mean() - (Net.train layer fake).mean()
    Expect.all (Gradient.ofLoss loss tensors) (fun gradient -> not (gradient.hasinfnan ())) "a gradient"

[<Tests>]
let tests =
    let refused (action: unit -> 'T) (parts: string list) =
        says (messageOf<ArgumentException, _> action) parts

    testList
        "Normalisation"
        [ holds "groupNorm makes each group standard" 4 groupsAreStandard
          holds "layerNorm makes each vector standard" 4 vectorsAreStandard
          holds "batchNorm makes each channel of a batch standard" 4 batchesAreStandard
          holds "batchNorm in use is what its running statistics say" 4 runningStatistics
          holds "running statistics are gathered but not trained" 2 isNotTrained
          holds "normalisation, modulation and SiLU in one pass are those in three" 12 fusedIsComposed
          holds "a spectrally normalised linear layer has norm 1" 4 becomesOne
          holds "a spectrally normalised convolution is that of W/σ(W)" 3 convolutionBecomesOne
          holds "use of a spectrally normalised layer does not change it" 2 useChangesNothing
          holds "runs of a spectrally normalised layer may overlap" 2 runsMayOverlap

          testCase "what does not fit is refused with the remedy" (fun () ->
              refused (fun () -> groupNorm 3 8) [ "groupNorm 3 8"; "divide" ]

              refused
                  (fun () -> Net.eval (groupNorm 2 8) (dsharp.zeros [ 3; 4; 2; 2 ]))
                  [ "groupNorm 2 8"; "[3; 4; 2; 2]"; "[batch; 8; ...]" ]

              refused (fun () -> Net.eval (layerNorm 4) (dsharp.zeros [ 3; 5 ])) [ "layerNorm 4"; "[3; 5]"; "length 4" ]

              refused
                  (fun () -> Net.train (batchNorm 4) (dsharp.zeros [ 1; 4 ]))
                  [ "batchNorm 4"; "[1; 4]"; "variance is 0"; "groupNorm" ]

              Net.eval (batchNorm 4) (dsharp.zeros [ 1; 4 ]) |> ignore) ]
