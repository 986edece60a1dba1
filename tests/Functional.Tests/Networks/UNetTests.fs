// Tests of attention, time embeddings, residual blocks and the U-Net: symmetries, beginnings, conditions, and what they refuse.
// Run with the whole suite; gradients and files are in LayerLaws.fs.
module internal Functional.Tests.UNetTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private permutation (draw: Draw) (length: int) : Tensor =
    dsharp.tensor (Array.init length id |> Array.sortBy (fun _ -> draw.Float(0.0, 1.0)), dtype = Dtype.Int64)

/// Every parameter away from where it begins.
let private shaken (draw: Draw) (net: Net<'In, 'Out>) : Net<'In, 'Out> =
    for parameter in net.Parameters do
        Parameter.assign parameter.Value (parameter.Value + draw.Tensor(parameter.Value.shape, -0.3, 0.3))

    net

let private permutes (draw: Draw) =
    let heads = draw.Int(1, 3)
    let features = heads * draw.Int(1, 3)
    let order = permutation draw 6
    let attention = inFloat64 (fun () -> selfAttention heads features) |> shaken draw
    let x = draw.Tensor([| 2; 6; features |], -1.0, 1.0)
    let reorder (x: Tensor) = x.indexSelect (1, order)
    isClose 1e-12 "positions of a sequence" (Net.eval attention (reorder x)) (reorder (Net.eval attention x))
    let onImages = inFloat64 (fun () -> imageAttention heads 1 features) |> shaken draw
    let image = draw.Tensor([| 2; features; 2; 3 |], -1.0, 1.0)

    let reorder (image: Tensor) =
        image.flatten(2).indexSelect(2, order).view image.shape

    isClose 1e-12 "pixels of an image" (Net.eval onImages (reorder image)) (reorder (Net.eval onImages image))

/// One head, query by query.
let private gathers (draw: Draw) =
    let features = draw.Int(1, 4)
    let attention = inFloat64 (fun () -> selfAttention 1 features) |> shaken draw

    let value (name: string) =
        (attention.Parameters |> List.find _.Name.EndsWith(name)).Value

    let x = draw.Tensor([| 5; features |], -1.0, 1.0)
    let projected = x.matmul ((value "project.linear.weight").transpose()) + value "project.linear.bias"
    let queries, keys, values = projected.split ([ features; features; features ], 1) |> fun parts -> parts[0], parts[1], parts[2]

    let gathered =
        Tensor.stack
            [ for i in 0..4 ->
                  let scores = (keys * queries[i]).sum 1 / sqrt (float features)
                  (values * (scores.softmax 0).unsqueeze 1).sum 0 ]

    let expected = gathered.matmul ((value "mix.linear.weight").transpose()) + value "mix.linear.bias"
    isClose 1e-12 "softmax(q kᵀ/√d) v" (Net.eval attention (x.unsqueeze 0)) (expected.unsqueeze 0)

let private embedsTime (draw: Draw) =
    let size = 2 * draw.Int(1, 6)
    let t = draw.Tensor([| 4 |], 0.0, 1.0)
    let embedded = Net.eval (sinusoidal size) t
    let half = size / 2

    let angle i =
        Tensor.op_Multiply (t, 1000.0 * Math.Pow(1e4, -float i / float half))

    let expected = Tensor.stack ([ for i in 0 .. half - 1 -> (angle i).cos() ] @ [ for i in 0 .. half - 1 -> (angle i).sin() ], 1)
    isClose 1e-9 "cosines, then sines" embedded expected

let private blocksBeginAsShortcuts (draw: Draw) =
    let channels = 2 * draw.Int(1, 3)
    let x = draw.Tensor([| 2; channels; 3; 4 |], -1.0, 1.0)
    let plain, modulated = inFloat64 (fun () -> residualBlock 2 channels channels, modulatedBlock 2 0.5 channels channels 5)
    isClose 0.0 "the identity" (Net.train plain x) x
    isClose 0.0 "the identity, whatever the embedding" (Net.train modulated (x, draw.Tensor([| 2; 5 |], -1.0, 1.0))) x

let private modulates (draw: Draw) =
    let layer = inFloat64 (fun () -> modulate 3 2) |> shaken draw
    let x, e = draw.Tensor([| 2; 3; 4 |], -1.0, 1.0), draw.Tensor([| 2; 2 |], -1.0, 1.0)
    let numbers = e.matmul (layer.Parameters[0].Value.transpose()) + layer.Parameters[1].Value
    let parts = numbers.split ([ 3; 3 ], 1)
    let scale, shift = parts[0], parts[1]
    isClose 1e-12 "(1 + scale) x + shift" (Net.eval layer (x, e)) ((scale.unsqueeze -1 + 1.0) * x + shift.unsqueeze -1)

// ---- the U-Net ----

let private small =
    { UNet.defaults with
        Channels = 4
        Multipliers = [ 1; 2; 2 ]
        Attention = [ 3 ]
        Heads = 2
        Groups = 2 }

let private examplesAreApart (draw: Draw) =
    let net = inFloat64 (fun () -> UNet.create small) |> shaken draw
    let x, t = draw.Tensor([| 3; 1; 8; 12 |], -1.0, 1.0), draw.Tensor([| 3 |], 0.0, 1.0)
    let y = Net.eval net (x, t)
    let one = Net.eval net (x[1..1], t[1..1])
    isClose 1e-10 "an example by itself" one y[1..1]
    let later = Net.eval net (x, t * 0.5)
    Expect.isGreaterThan ((later - y).abs().max().toDouble()) 1e-6 "time counts"

let private beginsAtZero (draw: Draw) =
    let net = inFloat64 (fun () -> UNet.create small)
    let x, t = draw.Tensor([| 2; 1; 4; 4 |], -1.0, 1.0), draw.Tensor([| 2 |], 0.0, 1.0)
    isClose 0.0 "nothing is predicted at first" (Net.train net (x, t)) (x.zerosLike ())

let private labelsCount (draw: Draw) =
    let net = inFloat64 (fun () -> UNet.conditional 3 small) |> shaken draw
    let x, t = draw.Tensor([| 2; 1; 4; 4 |], -1.0, 1.0), draw.Tensor([| 2 |], 0.0, 1.0)

    let under (labels: int list) =
        Net.eval net ((x, t), dsharp.tensor (labels, dtype = Dtype.Int64))

    let told, untold = under [ 0; 2 ], under [ 3; 3 ]
    Expect.isGreaterThan ((told - untold).abs().max().toDouble()) 1e-6 "the label counts"
    isClose 0.0 "an example's own" ((under [ 0; 1 ])[0..0]) told[0..0]

/// Whatever the options, an error is the U-Net's own.
let private fits (draw: Draw) =
    let levels = draw.Int(1, 2)

    let options =
        { UNet.defaults with
            Channels = draw.Int(0, 6)
            Multipliers = List.init levels (fun _ -> draw.Int(1, 3))
            Attention =
                [ for level in 1..levels do
                      if draw.Int(0, 1) = 1 then
                          level ]
            Heads = draw.Int(0, 3)
            Groups = draw.Int(0, 3)
            Dropout = draw.Pick [ 0.0; 0.5; -0.1; 1.0 ] }

    let run () =
        Net.train (UNet.create options) (dsharp.zeros [ 2; 1; 4; 4 ], dsharp.rand [ 2 ])

    try
        Expect.equal (run ()).shape [| 2; 1; 4; 4 |] "the shape"
    with :? ArgumentException as refused ->
        says refused.Message [ "UNet: " ]

/// A U-Net learns to give back the noise that it sees.
let private learns (_: Draw) =
    let net = UNet.create { small with Multipliers = [ 1; 1 ]; Attention = [] }
    let x, t = dsharp.randn [ 8; 1; 4; 4 ], dsharp.rand [ 8 ]
    let state = (Optimizer.adam 1e-2).Start net.Parameters
    let tensors = [| for parameter in state.Parameters -> parameter.Value |]

    let loss () =
        (Net.train net (x, t) - x).square().mean()

    let before = (loss ()).toDouble()

    for _ in 1..150 do
        Scope.run (fun () -> state.Step(Gradient.ofLoss (loss ()) tensors))

    Expect.isLessThan ((loss ()).toDouble()) (0.1 * before) "the error after training"

[<Tests>]
let tests =
    let refused (action: unit -> 'T) (parts: string list) =
        says (messageOf<ArgumentException, _> action) parts

    let on (options: UNetOptions) (shape: int list) (times: int list) =
        fun () -> Net.eval (UNet.create options) (dsharp.zeros shape, dsharp.zeros times)

    testList
        "U-Net"
        [ holds "attention follows a permutation of the positions" 4 permutes
          holds "attention gathers values by the softmax of products" 3 gathers
          holds "times become cosines and sines" 3 embedsTime
          holds "residual blocks begin as their shortcuts" 2 blocksBeginAsShortcuts
          holds "an embedding scales and shifts" 2 modulates
          holds "examples do not see each other, and the time counts" 2 examplesAreApart
          holds "a U-Net begins at zero" 2 beginsAtZero
          holds "a label counts, for its own example" 2 labelsCount
          holds "a U-Net learns" 1 learns

          holds "options are refused by their own name, or fit" 40 fits

          testCase "28 has room for three levels" (fun () ->
              Expect.equal (on small [ 1; 1; 28; 28 ] [ 1 ] ()).shape [| 1; 1; 28; 28 |] "the shape"

              refused
                  (on { small with Multipliers = [ 1; 1; 1; 1 ] } [ 1; 1; 28; 28 ] [ 1 ])
                  [ "UNet of 4 levels"; "[1; 1; 28; 28]"; "multiples of 8" ])

          testCase "what does not fit is refused with the remedy" (fun () ->
              refused (on small [ 2; 3; 8; 8 ] [ 2 ]) [ "UNet"; "[2; 3; 8; 8]"; "[batch; 1; height; width]" ]
              refused (on small [ 2; 1; 8; 8 ] [ 1 ]) [ "UNet"; "[1]"; "[2]"; "expand" ]
              refused (on small [ 2; 1; 8; 8 ] []) [ "times have shape []" ]
              refused (fun () -> UNet.create { small with Attention = [ 4 ] }) [ "Attention"; "from 1 to 3"; "4" ]
              refused (fun () -> UNet.create { small with Multipliers = [] }) [ "Multipliers" ]
              refused (fun () -> UNet.create { small with Groups = 3 }) [ "UNet: Groups"; "Channels"; "1, 2, 4"; "is 3" ]
              refused (fun () -> UNet.create { small with Groups = 0 }) [ "UNet: Groups"; "is 0" ]
              // level 1 has the channels of its input, which the groups have to divide too
              refused
                  (fun () -> UNet.create { small with Groups = 8; Multipliers = [ 2; 4 ]; Attention = [] })
                  [ "UNet: Groups"; "is 8" ]

              refused (fun () -> UNet.create { small with Heads = 3 }) [ "UNet: Heads"; "level 3"; "1, 2, 4, 8"; "is 3" ]
              refused (fun () -> UNet.create { small with Heads = 0; Attention = [ 1 ] }) [ "UNet: Heads"; "level 1"; "is 0" ]
              refused (fun () -> UNet.create { small with Channels = 5; Groups = 1 }) [ "UNet: Channels"; "even"; "is 5" ]
              refused (fun () -> UNet.conditional 3 { small with Dropout = 1.5 }) [ "UNet: Dropout"; "below 1"; "is 1.5" ]
              refused (fun () -> UNet.create { small with Dropout = nan }) [ "UNet: Dropout" ]
              refused (fun () -> selfAttention 3 8) [ "selfAttention 3 8"; "divide" ]
              refused (fun () -> sinusoidal 3) [ "sinusoidal 3"; "even" ]

              refused
                  (fun () -> Net.eval (selfAttention 2 8) (dsharp.zeros [ 3; 8 ]))
                  [ "selfAttention 2 8"; "[3; 8]"; "[batch; positions; 8]" ]

              refused (fun () -> Net.eval (residual (linear 3 2)) (dsharp.zeros [ 2; 3 ])) [ "linear 3 2"; "[2; 3]"; "[2; 2]" ]

              refused
                  (fun () -> Net.eval (modulate 3 4) (dsharp.zeros [ 2; 3; 1 ], dsharp.zeros [ 1; 4 ]))
                  [ "modulate 3 4"; "[2; 3; 1]"; "[1; 4]"; "[2; 4]" ]

              let labels (dtype: Dtype) =
                  fun () ->
                      Net.eval
                          (UNet.conditional 3 small)
                          ((dsharp.zeros [ 2; 1; 4; 4 ], dsharp.zeros 2), dsharp.zeros (2, dtype = dtype))

              refused (labels Dtype.Float32) [ "embedding 4 16"; "integers" ]) ]
