// Tests of convolutions, resampling and the way between images and rows: what they compute, and what they refuse.
// Run with the whole suite; gradients and files are in LayerLaws.fs.
module internal Functional.Tests.ConvolutionTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private filter (draw: Draw) : Filter =
    { Kernel = draw.Int(1, 4); Stride = draw.Int(1, 3); Padding = draw.Int(0, 2) }

/// y[o, i, j] = bias[o] + Σ weight[o, c, a, b] x[c, i·stride + a - padding, j·stride + b - padding], loop by loop.
let private byLoops (filter: Filter) (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
    let w, b, image = weight.noDiff().toArray4D<float>(), numbers bias, x.toArray4D<float>()
    let count, channels, height, width = x.shape[0], x.shape[1], x.shape[2], x.shape[3]

    let after length =
        (length + 2 * filter.Padding - filter.Kernel) / filter.Stride + 1

    let pixel n c i j =
        if i < 0 || j < 0 || i >= height || j >= width then 0.0 else image[n, c, i, j]

    let value n o i j =
        let mutable sum = b[o]

        for c in 0 .. channels - 1 do
            for p in 0 .. filter.Kernel - 1 do
                for q in 0 .. filter.Kernel - 1 do
                    sum <-
                        sum
                        + w[o, c, p, q]
                          * pixel n c (i * filter.Stride + p - filter.Padding) (j * filter.Stride + q - filter.Padding)

        sum

    float64 (Array4D.init count b.Length (after height) (after width) value)

let private convolves (draw: Draw) =
    let filter = filter draw
    let layer = inFloat64 (fun () -> conv2d filter (draw.Int(1, 3)) (draw.Int(1, 3)))
    let weight, bias = layer.Parameters[0].Value, layer.Parameters[1].Value
    let x = draw.Tensor([| draw.Int(1, 2); weight.shape[1]; draw.Int(4, 7); draw.Int(4, 7) |], -1.0, 1.0)
    isClose 1e-12 "the sum over the window" (Net.eval layer x) (byLoops filter weight bias x)

/// ⟨conv x, y⟩ = ⟨x, convTranspose y⟩ with the same weight and no bias, where the stride divides.
let private isAdjoint (draw: Draw) =
    let filter = { filter draw with Padding = 0 }
    let inputs, outputs = draw.Int(1, 3), draw.Int(1, 3)
    let layer, transposed = inFloat64 (fun () -> conv2d filter inputs outputs, convTranspose2d filter outputs inputs)
    let weight = layer.Parameters[0].Value
    Parameter.assign layer.Parameters[1].Value (dsharp.zerosLike layer.Parameters[1].Value)
    Parameter.assign transposed.Parameters[0].Value weight
    Parameter.assign transposed.Parameters[1].Value (dsharp.zerosLike transposed.Parameters[1].Value)
    let y = draw.Tensor([| 2; outputs; draw.Int(1, 3); draw.Int(1, 3) |], -1.0, 1.0)
    let back = Net.eval transposed y
    let x = draw.Tensor(back.shape, -1.0, 1.0)
    isClose 1e-12 "the adjoint" ((Net.eval layer x * y).sum()) ((x * back).sum())

let private startsSmall (draw: Draw) =
    let filter, inputs, outputs = filter draw, draw.Int(1, 9), draw.Int(1, 9)

    for layer, channels in [ conv2d filter inputs outputs, inputs; convTranspose2d filter inputs outputs, outputs ] do
        let bound = 1.0 / sqrt (float (channels * filter.Kernel * filter.Kernel))

        for parameter in layer.Parameters do
            Expect.all
                (numbers parameter.Value)
                (fun value -> abs value <= bound)
                $"{parameter.Name} lies within ±1/√(what goes into it)"

let private poolingUndoes (draw: Draw) =
    let factor = draw.Int(1, 4)
    let x = draw.Tensor([| 2; 3; draw.Int(1, 4); draw.Int(1, 4) |], -1.0, 1.0)
    isClose 1e-12 "the mean of equal pixels" (Net.eval (upsample factor --> averagePool factor) x) x
    isClose 1e-12 "repeated pixels have the same mean" (Net.eval (upsample factor --> globalAveragePool) x) (x.mean(3).mean 2)
    let wide = Net.eval (upsample 2) x

    isClose
        0.0
        "every pixel is repeated"
        (wide.repeat (0, 1))
        (Tensor.stack([ x; x ], 4).view([ 2; 3; x.shape[2]; 2 * x.shape[3] ])
         |> fun rows -> Tensor.stack([ rows; rows ], 3).view wide.shape)

let private reshapes (draw: Draw) =
    let x = draw.Tensor([| 2; 3; 2; 4 |], -1.0, 1.0)
    isClose 0.0 "there and back" (Net.eval (flatten --> reshape [ 3; 2; 4 ]) x) x
    Expect.equal (reshape [ 3; 2; 4 ] --> conv2d (Filter.same 3) 3 7).OutputFeatures (Some 7) "channels are known behind reshape"
    Expect.equal (conv2d (Filter.same 3) 3 7 --> flatten).OutputFeatures None "features are not behind flatten"

let private refused (action: unit -> 'T) (parts: string list) =
    says (messageOf<ArgumentException, _> action) parts

[<Tests>]
let tests =
    testList
        "Convolutions"
        [ holds "conv2d sums over its window" 8 convolves
          holds "convTranspose2d is the adjoint of conv2d" 8 isAdjoint
          holds "initial weights are as small as libtorch's" 3 startsSmall
          holds "means undo repetition" 3 poolingUndoes
          holds "rows become images and images rows" 2 reshapes

          testCase "channels that do not fit are refused when networks are composed" (fun () ->
              refused
                  (fun () -> conv2d (Filter.same 3) 1 8 --> conv2d (Filter.same 3) 4 8)
                  [ "conv2d 1 8 (kernel 3, stride 1, padding 1)"; "produces 8"; "takes 4" ])

          testCase "inputs that do not fit are refused by layer, shape and remedy" (fun () ->
              let at (net: Net<Tensor, Tensor>) (shape: int list) =
                  fun () -> Net.eval net (dsharp.zeros shape)

              refused
                  (at (conv2d (Filter.same 3) 1 8) [ 5; 784 ])
                  [ "conv2d 1 8"; "[5; 784]"; "[batch; 1; height; width]"; "reshape" ]

              refused (at (conv2d (Filter.same 3) 1 8) [ 5; 3; 4; 4 ]) [ "[5; 3; 4; 4]"; "[batch; 1; height; width]" ]

              refused
                  (at (conv2d { Kernel = 5; Stride = 1; Padding = 0 } 1 8) [ 2; 1; 8; 4 ])
                  [ "[2; 1; 8; 4]"; "window of 5"; "padding" ]

              refused (at (averagePool 2) [ 2; 1; 7; 4 ]) [ "averagePool 2"; "[2; 1; 7; 4]"; "multiples of 2" ]
              refused (at (upsample 2) [ 7; 4 ]) [ "upsample 2"; "[7; 4]"; "images" ]
              refused (at (reshape [ 1; 28; 28 ]) [ 3; 100 ]) [ "reshape [1; 28; 28]"; "[3; 100]"; "784" ])

          testCase "settings that make no window are refused" (fun () ->
              refused (fun () -> Filter.same 4) [ "Filter.same 4"; "odd" ]
              refused (fun () -> conv2d (Filter.same 3) 0 8) [ "conv2d"; "positive" ]
              refused (fun () -> conv2d { Kernel = 3; Stride = 0; Padding = 1 } 1 8) [ "stride 0"; "at least 1" ]

              refused
                  (fun () -> convTranspose2d { Kernel = 3; Stride = 1; Padding = -1 } 1 8)
                  [ "convTranspose2d"; "padding -1" ]) ]
