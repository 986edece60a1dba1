// What holds for every layer: shapes, gradients of first and second order, weights in files, memory, dtypes.
// A layer added to the list has its tests; what a layer computes is tested beside it.
module internal Functional.Tests.LayerLaws

open System.IO
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.FileTesting

/// A layer with random sizes, and shapes that go in and should come out.
type Example = { Net: Net<Tensor, Tensor>; Input: Shape; Output: Shape }

type Entry = { Name: string; Example: Draw -> Example }

let private entry (name: string) (example: Draw -> Net<Tensor, Tensor> * int list * int list) : Entry =
    { Name = name
      Example =
        fun draw ->
            let net, input, output = example draw

            { Net = net; Input = List.toArray input; Output = List.toArray output } }

let private sameFilter (draw: Draw) = Filter.same (draw.Pick [ 1; 3; 5 ])

/// A network of a pair as one of its first, the second being given.
let private beside (second: Tensor) (net: Net<Tensor * Tensor, Tensor>) : Net<Tensor, Tensor> =
    Net(net.Name, None, (fun _ -> net.OutputFeatures), net.Parameters, (fun mode x -> net.Run(mode, (x, second))))

let private channels (draw: Draw) = 2 * draw.Int(1, 2)

let private smallUNet (draw: Draw) =
    { UNet.defaults with
        ImageChannels = draw.Int(1, 2)
        Channels = 2
        Multipliers = draw.Pick [ [ 1 ]; [ 1; 2 ] ]
        Blocks = draw.Int(1, 2)
        Attention = [ 1 ]
        Heads = 2
        Groups = 2 }

let entries: Entry list =
    [ entry "conv2d" (fun draw ->
          let inputs, outputs = draw.Int(1, 3), draw.Int(1, 3)
          conv2d (sameFilter draw) inputs outputs, [ 2; inputs; 4; 3 ], [ 2; outputs; 4; 3 ])

      entry "conv2d with a stride" (fun draw ->
          let inputs, outputs = draw.Int(1, 3), draw.Int(1, 3)
          conv2d Filter.half inputs outputs, [ 2; inputs; 6; 4 ], [ 2; outputs; 3; 2 ])

      entry "convTranspose2d" (fun draw ->
          let inputs, outputs = draw.Int(1, 3), draw.Int(1, 3)
          convTranspose2d Filter.half inputs outputs, [ 2; inputs; 3; 2 ], [ 2; outputs; 6; 4 ])

      entry "SpectralNorm.linear" (fun draw ->
          let inputs, outputs = draw.Int(1, 4), draw.Int(1, 4)
          SpectralNorm.linear inputs outputs, [ 3; inputs ], [ 3; outputs ])

      entry "SpectralNorm.conv2d" (fun draw ->
          let inputs, outputs = draw.Int(1, 3), draw.Int(1, 3)
          SpectralNorm.conv2d (sameFilter draw) inputs outputs, [ 2; inputs; 3; 4 ], [ 2; outputs; 3; 4 ])

      entry "SpectralNorm.convTranspose2d" (fun draw ->
          let inputs, outputs = draw.Int(1, 3), draw.Int(1, 3)
          SpectralNorm.convTranspose2d Filter.half inputs outputs, [ 2; inputs; 3; 2 ], [ 2; outputs; 6; 4 ])

      entry "groupNorm" (fun draw ->
          let groups, each = draw.Int(1, 2), draw.Int(1, 2)
          groupNorm groups (groups * each), [ 2; groups * each; 3; 2 ], [ 2; groups * each; 3; 2 ])

      entry "layerNorm" (fun draw ->
          let features = draw.Int(2, 5)
          layerNorm features, [ 3; 2; features ], [ 3; 2; features ])

      entry "batchNorm" (fun draw ->
          let channels = draw.Int(1, 3)
          batchNorm channels, [ 3; channels; 2; 2 ], [ 3; channels; 2; 2 ])

      entry "batchNorm of rows" (fun draw ->
          let channels = draw.Int(1, 3)
          batchNorm channels, [ 5; channels ], [ 5; channels ])

      entry "upsample" (fun draw ->
          let factor = draw.Int(1, 3)
          upsample factor, [ 2; 2; 2; 3 ], [ 2; 2; 2 * factor; 3 * factor ])

      entry "averagePool" (fun draw ->
          let factor = draw.Int(1, 3)
          averagePool factor, [ 2; 2; 2 * factor; factor ], [ 2; 2; 2; 1 ])

      entry "globalAveragePool" (fun _ -> globalAveragePool, [ 2; 3; 2; 4 ], [ 2; 3 ])
      entry "flatten" (fun _ -> flatten, [ 2; 3; 2; 2 ], [ 2; 12 ])
      entry "reshape" (fun _ -> reshape [ 3; 2; 2 ], [ 2; 12 ], [ 2; 3; 2; 2 ])
      entry "sinusoidal" (fun _ -> sinusoidal 4, [ 3 ], [ 3; 4 ])
      entry "timeEmbedding" (fun _ -> timeEmbedding 4 5, [ 3 ], [ 3; 5 ])

      entry "selfAttention" (fun draw ->
          let heads, each = draw.Int(1, 2), draw.Int(1, 2)
          selfAttention heads (heads * each), [ 2; 3; heads * each ], [ 2; 3; heads * each ])

      entry "imageAttention" (fun draw ->
          let channels = channels draw
          imageAttention 2 2 channels, [ 2; channels; 2; 3 ], [ 2; channels; 2; 3 ])

      entry "residual" (fun draw ->
          let channels = draw.Int(1, 3)
          residual (conv2d (Filter.same 3) channels channels --> Activation.tanh), [ 2; channels; 2; 3 ], [ 2; channels; 2; 3 ])

      entry "modulate" (fun draw ->
          let channels = draw.Int(1, 3)
          modulate channels 3 |> beside (draw.Tensor([| 2; 3 |], -1.0, 1.0)), [ 2; channels; 2; 2 ], [ 2; channels; 2; 2 ])

      entry "residualBlock" (fun draw ->
          let inputs, outputs = channels draw, channels draw
          residualBlock 2 inputs outputs, [ 2; inputs; 3; 2 ], [ 2; outputs; 3; 2 ])

      entry "modulatedBlock" (fun draw ->
          let inputs, outputs = channels draw, channels draw
          let embedded = draw.Tensor([| 2; 3 |], -1.0, 1.0)
          modulatedBlock 2 0.0 inputs outputs 3 |> beside embedded, [ 2; inputs; 3; 2 ], [ 2; outputs; 3; 2 ])

      entry "UNet" (fun draw ->
          let options = smallUNet draw
          let shape = [ 2; options.ImageChannels; 2; 4 ]
          UNet.create options |> beside (draw.Tensor([| 2 |], 0.0, 1.0)), shape, shape)

      entry "UNet on labels" (fun draw ->
          let options = smallUNet draw
          let shape = [ 2; options.ImageChannels; 4; 2 ]
          let t, labels = draw.Tensor([| 2 |], 0.0, 1.0), dsharp.tensor ([ 0; 3 ], dtype = Dtype.Int64)
          let net = UNet.conditional 3 options
          let run mode x = net.Run(mode, ((x, t), labels))
          Net(net.Name, None, (fun _ -> net.OutputFeatures), net.Parameters, run), shape, shape) ]

/// In float64, with no parameter at zero or one.
let private instance (entry: Entry) (draw: Draw) : Example * Tensor =
    let example = inFloat64 (fun () -> entry.Example draw)

    for parameter in example.Net.Parameters do
        if parameter.Trained then
            Parameter.assign parameter.Value (parameter.Value + draw.Tensor(parameter.Value.shape, -0.3, 0.3))

    example, draw.Tensor(example.Input, 0.1, 1.0)

let private shapes (entry: Entry) (draw: Draw) =
    let example, x = instance entry draw

    for mode in [ Mode.Train; Mode.Eval ] do
        let y = example.Net.Run(mode, x)
        Expect.equal y.shape example.Output "the shape of the output"
        Expect.equal y.dtype Dtype.Float64 "the dtype of the input"

    let mapped = x.expand (Array.append [| 1 |] x.shape)
    Expect.equal mapped.[0].shape x.shape "the input was not changed"

/// The value weighed at random, so that no direction is missed; batch statistics differ in training, so the mode is one.
let private weighed (example: Example) (draw: Draw) (mode: Mode) : Tensor -> Tensor =
    let weights = draw.Tensor(example.Output, -1.0, 1.0)
    fun x -> (example.Net.Run(mode, x) * weights).sum()

// Runs in training move the running statistics, which do not count in it; spectral norms improve their vectors, so they are looked at in use.
let private mode (entry: Entry) =
    if entry.Name.StartsWith "batchNorm" then Mode.Train else Mode.Eval

/// The slope of f along a direction, by central differences with Richardson's extrapolation.
let private slopeAlong (f: Tensor -> Tensor) (x: Tensor) (direction: Tensor) : Tensor =
    let slope step =
        (f (x + direction * step) - f (x - direction * step)) / (2.0 * step)

    (slope 5e-5 * 4.0 - slope 1e-4) / 3.0

/// Along random directions of the input, and of all trained parameters at once.
let private gradients (entry: Entry) (draw: Draw) =
    let example, x = instance entry draw
    let value = weighed example draw (mode entry)
    let direction (tensor: Tensor) = draw.Tensor(tensor.shape, -1.0, 1.0)
    let along = direction x
    isClose 1e-6 "the gradient in the input" ((dsharp.grad value x * along).sum()) (slopeAlong value x along)

    match
        [ for parameter in example.Net.Parameters do
              if parameter.Trained then
                  parameter.Value ]
    with
    | [] -> ()
    | trained ->
        let gradients = Gradient.ofLoss (value x) (List.toArray trained)
        let starts = [ for tensor in trained -> tensor.noDiff().clone() ]
        let along = List.map direction starts

        let at (distance: Tensor) =
            List.iter2
                (fun target moved -> Parameter.assign target moved)
                trained
                (List.map2 (fun start along -> start + distance * along) starts along)

            value x

        let found = Seq.map2 (fun (gradient: Tensor) along -> (gradient * along).sum()) gradients along |> Seq.reduce (+)
        isClose 1e-6 "the gradient in the parameters" found (Gradient.off (fun () -> slopeAlong at (float64 0.0) (float64 1.0)))

/// The derivative of a slope, as gradient penalties and score matching need it.
let private secondOrder (entry: Entry) (draw: Draw) =
    let example, x = instance entry draw
    let value = weighed example draw (mode entry)
    let first, second = draw.Tensor(example.Input, -1.0, 1.0), draw.Tensor(example.Input, -1.0, 1.0)

    let slope (x: Tensor) =
        (dsharp.grad (fun x -> (value x).tanh()) x * first).sum()

    isClose 1e-5 "the gradient of a slope" ((dsharp.grad slope x * second).sum()) (slopeAlong slope x second)

let private storesItself (entry: Entry) (draw: Draw) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "layer.safetensors")
        let example, x = instance entry draw
        example.Net.Run(Mode.Train, x) |> ignore
        let before = Net.eval example.Net x
        let other = (inFloat64 (fun () -> entry.Example(Draw draw.Seed))).Net
        Weights.save path example.Net.Parameters
        Weights.load path other.Parameters
        let names = other.Parameters |> List.map _.Name
        Expect.equal (List.distinct names) names "no name twice"
        Expect.equal (numbers (Net.eval other x)) (numbers before) "the same function, bit for bit")

let private leavesMemory (entry: Entry) =
    let draw = Draw 3
    let example, x = Random.withSeed 3 (fun () -> instance entry draw)

    let tensors =
        [| for parameter in example.Net.Parameters do
               if parameter.Trained then
                   parameter.Value |]

    let value = weighed example draw Mode.Train

    let step () =
        Scope.run (fun () ->
            if tensors.Length > 0 then
                Gradient.ofLoss (value x) tensors |> ignore
            else
                value x |> ignore)

    // constants are made in the first step, and stay
    step ()

    leavesNothing (fun () ->
        for _ in 1..10 do
            step ())

    System.GC.KeepAlive((example, x, tensors, value))

let private followsTheDtype (entry: Entry) (draw: Draw) =
    let example = entry.Example draw

    if not (example.Net.Name.Contains "modulat" || example.Net.Name = "UNet") then
        let y = Net.train example.Net (draw.Tensor(example.Input, 0.1, 1.0).float32())
        Expect.equal y.dtype Dtype.Float32 "single precision stays"

[<Tests>]
let tests =
    testList
        "Layers of all kinds"
        [ for entry in entries ->
              testList
                  entry.Name
                  [ holds "shapes" 4 (shapes entry)
                    holds
                        "gradients agree with finite differences in the input and in every trained parameter"
                        3
                        (gradients entry)
                    holds "gradients of gradients agree with finite differences" 2 (secondOrder entry)
                    holds "weights in a file make the same function of another instance" 2 (storesItself entry)
                    holds "the dtype of the input is that of the output" 1 (followsTheDtype entry)
                    testCase "training steps leave no tensors behind" (fun () -> leavesMemory entry) ] ]
