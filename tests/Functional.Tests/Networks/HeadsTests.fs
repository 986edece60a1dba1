// Tests of the heads: a network with one on top is a conditional distribution of the right family and shape.
// Run with the whole suite.
module internal Functional.Tests.HeadsTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private heads: (string * (int -> Head<Tensor, Distribution>) * (int -> Shape)) list =
    [ "diagonalNormal", diagonalNormal, (fun size -> [| size |])
      "isotropicNormal", isotropicNormal 0.5, (fun size -> [| size |])
      "sharedScaleNormal", sharedScaleNormal, (fun size -> [| size |])
      "bernoulli", bernoulli, (fun size -> [| size |])
      "continuousBernoulli", continuousBernoulli, (fun size -> [| size |])
      "discretizedLogistic", discretizedLogistic, (fun size -> [| size |])
      "categorical", categorical, (fun _ -> [||])
      "oneHotCategorical", oneHotCategorical, (fun size -> [| size |]) ]

let private conditional (head: int -> Head<Tensor, Distribution>) (event: int -> Shape) (draw: Draw) =
    let size, features = draw.Int(2, 4), draw.Int(1, 5)
    let net = mlp [ 3; features ] --> head size
    let leading = draw.Pick [ [||]; [| 4 |]; [| 2; 3 |]; [| 0 |] ]
    let distribution = Net.eval net (dsharp.randn (Array.append leading [| 3 |]))
    Expect.equal distribution.BatchShape leading "one distribution for each input"
    Expect.equal distribution.EventShape (event size) "over vectors of the size asked for"
    let density = distribution.LogProb(distribution.Sample())
    Expect.equal density.shape leading "one log-density for each input"
    let tensors = [| for parameter in net.Parameters -> parameter.Value |]

    if Shape.nelement leading > 0 then
        for gradient in Gradient.ofLoss (density.sum ()) tensors |> Array.rev |> Array.take 2 do
            Expect.isTrue (gradient.abs().sum().toDouble() > 0.0) "gradients reach the head's weights"

[<Tests>]
let tests =
    testList
        "Heads"
        [ for name, head, event in heads do
              holds $"{name} makes a network a conditional distribution" 8 (conditional head event)

          holds "diagonalNormal gives the mean and the logarithm of the squared scale" 5 (fun draw ->
              let size = draw.Int(1, 4)
              let net = inFloat64 (fun () -> linear 3 3 --> diagonalNormal size)
              let x = draw.Tensor([| 5; 3 |], -3.0, 3.0)
              let features = Net.eval (Net.ofFunction id) x
              let layers = net.Parameters |> List.map _.Value
              let hidden = features.matmul (layers[0].transpose()) + layers[1]
              let raw = hidden.matmul (layers[2].transpose()) + layers[3]
              let distribution = Net.eval net x
              isClose 1e-12 "the mean" distribution.Mean raw[*, .. size - 1]
              isClose 1e-12 "the variance" distribution.Variance (raw[*, size..].exp()))

          testCase "a scale that underflows in the network stays positive in the log-density" (fun () ->
              let head = (diagonalNormal 1).Attach 1
              Parameter.assign head.Parameters[0].Value (dsharp.tensor [ [ 0.0 ]; [ 1.0 ] ])
              Parameter.assign head.Parameters[1].Value (dsharp.zeros 2)
              let distribution = Net.eval head (dsharp.tensor [ [ -60.0 ] ])
              Expect.isFalse ((distribution.LogProb(dsharp.zeros [ 1; 1 ])).hasinfnan()) "exp(-30) is small and not zero")

          holds "sharedScaleNormal learns one scale for all elements" 3 (fun draw ->
              let head = (sharedScaleNormal 3).Attach 2
              let logScale = List.last head.Parameters
              Expect.equal logScale.Name "sharedScaleNormal.logScale" "its name"
              let x = dsharp.randn [ 4; 2 ]
              isClose 1e-6 "1 at first" (Net.eval head x).Variance (dsharp.ones [ 4; 3 ])
              let value = draw.Float(-1.0, 1.0)
              Parameter.assign logScale.Value (dsharp.tensor [ value ])
              isClose 1e-6 "then what was learned" (Net.eval head x).Variance (dsharp.full ([ 4; 3 ], exp (2.0 * value))))

          testCase "isotropicNormal has the scale that it was given, which is positive" (fun () ->
              let head = (isotropicNormal 0.3 3).Attach 2
              isClose 1e-6 "the variance" (Net.eval head (dsharp.randn [ 4; 2 ])).Variance (dsharp.full ([ 4; 3 ], 0.09))

              for scale in [ 0.0; -1.0; nan; infinity ] do
                  says (messageOf<ArgumentException, _>(fun () -> isotropicNormal scale 3)) [ "scale"; "positive" ])

          testCase "discretizedLogistic stays finite however sure the network is" (fun () ->
              let head = (discretizedLogistic 1).Attach 1
              Parameter.assign head.Parameters[0].Value (dsharp.tensor [ [ 0.0 ]; [ 1.0 ] ])
              Parameter.assign head.Parameters[1].Value (dsharp.zeros 2)
              let distribution = Net.eval head (dsharp.tensor [ [ -200.0 ]; [ 20.0 ] ])
              let density = distribution.LogProb(dsharp.tensor [ [ 1.0 ]; [ 1.0 ] ])
              Expect.isFalse (density.hasinfnan ()) "the log-probability of a value far away")

          testCase "output is a linear layer sized to what comes before" (fun () ->
              let net = mlp [ 4; 7 ] --> output 2
              Expect.equal (Net.eval net (dsharp.zeros [ 3; 4 ])).shape [| 3; 2 |] "the shape"
              Expect.equal net.OutputFeatures (Some 2) "it knows its features"
              Expect.equal (net.Parameters |> List.map _.Name |> List.last) "output.linear.bias" "under its own name")

          testCase "a distribution is the end of a network" (fun () ->
              Expect.equal (mlp [ 4; 3 ] --> bernoulli 2).OutputFeatures None "there are no features to go on from") ]
