// Tests of the adversarial models on small problems with known answers: distributions, labels, codes and translations are learned.
// Run with the whole suite; the losses themselves have laws, in AdversarialLaws.
module internal Functional.Tests.GanTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private quiet =
    { Training.defaults with
        Progress = Progress.silent
        StopOnCtrlC = false
        BatchSize = 64
        Epochs = 1 }

/// The non-saturating loss with the penalty that makes it converge, and larger steps than images need.
let private options =
    { AdversarialOptions.nonSaturating with
        Penalty = Some(CriticPenalty.r1 0.5)
        CriticOptimizer = Optimizer.adamWith 5e-3 0.5 0.99 1e-8 0.0
        GeneratorOptimizer = Optimizer.adamWith 3e-3 0.5 0.99 1e-8 0.0 }

let private hidden = mlpWith Activation.leakyRelu

let private values (parameters: Parameter list) =
    [ for parameter in parameters -> parameter.Name, numbers parameter.Value ]

let private normal (count: int) (mean: float list) (scale: float list) : Tensor =
    dsharp.randn [ count; mean.Length ] * dsharp.tensor scale + dsharp.tensor mean

/// Means and scales of the columns are as they should be.
let private looksLike (tolerance: float) (mean: float list) (scale: float list) (samples: Tensor) =
    for place in 0 .. mean.Length - 1 do
        let column = samples[*, place]
        let foundMean, foundScale = column.mean().toDouble(), column.std().toDouble()
        Expect.isLessThan (abs (foundMean - mean[place])) tolerance $"the mean of column {place}, {foundMean}, is {mean[place]}"

        Expect.isLessThan
            (abs (foundScale - scale[place]))
            tolerance
            $"the scale of column {place}, {foundScale}, is {scale[place]}"

// ---- Gan ----

let private gan (outputs: int) : Gan =
    { Generator = hidden [ 2; 16 ] --> output 2
      Critic = hidden [ 2; 16; 16 ] --> output outputs
      Prior = Normal.standard [ 2 ] }

let private learns (options: AdversarialOptions) (features: int) (rounds: int) (draw: Draw) =
    let mean, scale = [ draw.Float(-1.0, 1.0); draw.Float(-1.0, 1.0) ], [ draw.Float(0.5, 1.5); draw.Float(0.5, 1.5) ]
    let gan = gan features
    let data = Dataset.ofTensor (normal (64 * rounds * options.CriticSteps) mean scale)
    let epoch = (Training.play quiet (Gan.players options gan) data).Epochs.Head
    looksLike 0.35 mean scale (Gan.sample 4000 gan)
    let names = epoch.Terms |> List.map fst
    let named condition name = if condition then [ name ] else []

    Expect.equal
        names
        ([ "critic adversarial" ]
         @ named options.Loss.Saturates "critic accuracy"
         @ named options.Penalty.IsSome "critic penalty"
         @ [ "generator adversarial"; "generator variance ratio" ])
        "terms"

    Expect.all epoch.Terms (snd >> Double.IsFinite) "are finite"

let private wasserstein =
    { AdversarialOptions.wasserstein with
        Penalty = Some(CriticPenalty.gradient 1.0)
        CriticOptimizer = Optimizer.adamWith 5e-3 0.0 0.9 1e-8 0.0
        GeneratorOptimizer = Optimizer.adamWith 3e-3 0.0 0.9 1e-8 0.0
        CriticSteps = 3 }

let private ofMmd =
    { options with
        Loss = Adversarial.mmd (Kernel.OverScales(Kernel.Gaussian, [ 0.5; 1.0; 2.0; 4.0 ]))
        Penalty = Some(CriticPenalty.gradient 1.0) }

/// The critic's step changes the critic alone, and the generator's the generator.
let private ownWeights () =
    let gan = gan 1
    let data = Dataset.ofTensor (dsharp.randn [ 64; 2 ])

    for player, own, other in
        [ 0, gan.Critic.Parameters, gan.Generator.Parameters; 1, gan.Generator.Parameters, gan.Critic.Parameters ] do
        let before = values own, values other
        Training.play quiet [ (Gan.players options gan)[player] ] data |> ignore
        Expect.notEqual (values own) (fst before) "its own weights change"
        Expect.equal (values other) (snd before) "the other's do not"

let private clips () =
    let gan = gan 1
    let bound = 0.02

    let options =
        { AdversarialOptions.clippedWasserstein with
            Clip = Some bound
            CriticOptimizer = Optimizer.sgd 1.0 }

    Training.play quiet (Gan.players options gan) (Dataset.ofTensor (dsharp.randn [ 640; 2 ])) |> ignore

    let largest (parameters: Parameter list) =
        parameters |> List.map (fun parameter -> Array.max (Array.map abs (numbers parameter.Value))) |> List.max

    Expect.floatClose Accuracy.low (largest gan.Critic.Parameters) bound "the critic's weights reach the bound and stay there"
    Expect.isGreaterThan (largest gan.Generator.Parameters) bound "the generator's are left alone"

let private onImages () =
    let gan: Gan =
        { Generator = mlp [ 4; 8 ] --> output 12 |> Net.map (fun x -> x.view [ -1; 1; 3; 4 ])
          Critic = Net.ofFunction (fun (x: Tensor) -> x.flatten 1) --> mlp [ 12; 8 ] --> output 1
          Prior = Normal.standard [ 4 ] }

    for options in [ options; wasserstein; AdversarialOptions.clippedWasserstein ] do
        Training.play quiet (Gan.players options gan) (Dataset.ofTensor (dsharp.rand [ 100; 1; 3; 4 ])) |> ignore
        Expect.equal (Gan.sample 5 gan).shape [| 5; 1; 3; 4 |] "images"

// ---- ConditionalGan ----

let private followsLabels () =
    let gan: ConditionalGan =
        { Generator = linearPair 2 2 16 --> Activation.leakyRelu --> linear 16 2
          Critic = linearPair 2 2 16 --> Activation.leakyRelu --> linear 16 16 --> Activation.leakyRelu --> linear 16 1
          Prior = Normal.standard [ 2 ] }

    let count = 64 * 500
    let labels = dsharp.randint (0, 2, [ count ])
    let oneHot (labels: Tensor) = (dsharp.eye 2).indexSelect(0, labels)
    let means = dsharp.tensor [ [ 2.0; 0.0 ]; [ -1.0; 1.5 ] ]
    let x = dsharp.randn [ count; 2 ] * 0.5 + means.indexSelect (0, labels)
    let data = Dataset.zip (Dataset.ofTensor x) (Dataset.ofTensor (oneHot labels))
    Training.play quiet (ConditionalGan.players options gan) data |> ignore

    for label, mean in [ 0, [ 2.0; 0.0 ]; 1, [ -1.0; 1.5 ] ] do
        let c = oneHot (dsharp.full ([ 2000 ], label, dtype = Dtype.Int64))
        looksLike 0.35 mean [ 0.5; 0.5 ] (ConditionalGan.sample gan c)

// ---- Bigan ----

let private inverts () =
    let bigan: Bigan =
        { Generator = linear 2 2
          Encoder = linear 2 2
          Critic = join --> hidden [ 4; 32; 32 ] --> output 1
          Prior = Normal.standard [ 2 ] }

    let mean, scale = [ 1.0; -1.0 ], [ 1.5; 0.7 ]
    let x = normal (64 * 800) mean scale

    let error () =
        (Bigan.reconstruct bigan x[..999] - x[..999]).square().mean().toDouble()

    let before = error ()

    let options =
        { options with
            Loss = Adversarial.nonSaturating
            Penalty = Some(CriticPenalty.r1 0.1) }

    Training.play quiet (Bigan.players options bigan) (Dataset.ofTensor x) |> ignore
    looksLike 0.35 mean scale (Bigan.sample 4000 bigan)
    looksLike 0.35 [ 0.0; 0.0 ] [ 1.0; 1.0 ] (Bigan.encode bigan x[..3999])
    Expect.isLessThan (error ()) (0.3 * before) "the encoder inverts the generator"

// ---- CycleGan ----

let private translates () =
    let net () = hidden [ 2; 32 ] --> output 2
    let critic () = hidden [ 2; 32; 32 ] --> output 1

    let gan: CycleGan =
        { GeneratorOfY = net ()
          GeneratorOfX = net ()
          CriticOfX = critic ()
          CriticOfY = critic () }

    let count = 64 * 400
    let x, y = normal count [ 1.0; 0.0 ] [ 0.6; 0.3 ], normal count [ 0.0; 1.0 ] [ 0.3; 0.6 ]

    let cycleError () =
        (CycleGan.toX gan (CycleGan.toY gan x[..999]) - x[..999]).abs().mean().toDouble()

    let before = cycleError ()
    let players = CycleGan.players { options with Loss = Adversarial.leastSquares } 10.0 0.0 gan
    Expect.equal (players |> List.map _.Name) [ "critic of x"; "critic of y"; "generators" ] "three players"
    Training.play quiet players (Dataset.zip (Dataset.ofTensor x) (Dataset.ofTensor y)) |> ignore
    looksLike 0.35 [ 0.0; 1.0 ] [ 0.3; 0.6 ] (CycleGan.toY gan x[..3999])
    looksLike 0.35 [ 1.0; 0.0 ] [ 0.6; 0.3 ] (CycleGan.toX gan y[..3999])
    Expect.isLessThan (cycleError ()) 0.15 $"there and back is the identity; at first the error was {before}"

/// Generators that are the identity pay nothing for cycle and identity, and each term has its weight.
let private cycleTerms (draw: Draw) =
    let shift (by: float) =
        Net.ofFunction (fun (x: Tensor) -> x + by)

    let toY, toX, cycle, identity = draw.Float(-1.0, 1.0), draw.Float(-1.0, 1.0), draw.Float(0.1, 10.0), draw.Float(0.1, 10.0)
    let critic = Net.ofFunction (fun (x: Tensor) -> x.sum 1)

    let gan: CycleGan =
        { GeneratorOfY = shift toY
          GeneratorOfX = shift toX
          CriticOfX = critic
          CriticOfY = critic }

    let batch = draw.Tensor([| 5; 2 |], -1.0, 1.0), draw.Tensor([| 5; 2 |], -1.0, 1.0)
    let loss = CycleGan.generatorLoss options cycle identity gan batch
    isClose 1e-12 "cycle" loss["cycle"] (float64 (2.0 * abs (toY + toX)))
    isClose 1e-12 "identity" loss["identity"] (float64 (abs toY + abs toX))
    let adversarial = loss["to y adversarial"] + loss["to x adversarial"]
    isClose 1e-12 "the sum" loss.Value (adversarial + loss["cycle"] * cycle + loss["identity"] * identity)
    let without = CycleGan.generatorLoss options cycle 0.0 gan batch
    Expect.isFalse (without.Terms |> List.exists (fun term -> term.Name = "identity")) "no term without a weight"

// ---- AdversarialAutoencoder ----

let private holdsCodes () =
    let model: AdversarialAutoencoder =
        { Encoder = linear 3 2 |> Net.map (fun z -> Delta(z, 1) :> Distribution)
          Decoder = linear 2 3 |> Net.map (fun mean -> Normal.diagonal mean (mean.fullLike 0.5))
          Critic = hidden [ 2; 16; 16 ] --> output 1
          Prior = Normal.standard [ 2 ] }

    let directions = dsharp.tensor [ [ 1.0; 0.5; -1.0 ]; [ 0.0; 1.0; 1.0 ] ]
    let x = normal (64 * 800) [ 0.5; -0.5 ] [ 1.5; 0.8 ] |> _.matmul(directions)
    let players = AdversarialAutoencoder.players (Optimizer.adam 2e-3) options model
    Expect.equal (players |> List.map _.Name) [ "autoencoder"; "critic"; "encoder" ] "three players"
    Training.play quiet players (Dataset.ofTensor x) |> ignore
    let x = x[..3999]
    looksLike 0.35 [ 0.0; 0.0 ] [ 1.0; 1.0 ] (AdversarialAutoencoder.encode model x)
    let error = (AdversarialAutoencoder.reconstruct model x - x).square().mean().toDouble()
    Expect.isLessThan error 0.3 "codes keep what the data are, whose variance is 2"
    let generated = AdversarialAutoencoder.generate 4000 model

    let columns (x: Tensor) =
        [ for place in 0..2 -> x[*, place].mean().toDouble() ], [ for place in 0..2 -> x[*, place].std().toDouble() ]

    let mean, scale = columns x
    looksLike 0.5 mean scale generated

let private refusesCodes () =
    let x = dsharp.randn [ 10; 3 ]

    let message (loss: Objective<Tensor>) =
        messageOf<ArgumentException, _>(fun () -> loss x)

    let autoencoder: AdversarialAutoencoder =
        { Encoder = linear 3 1 |> Net.map (fun z -> Delta(z, 1) :> Distribution)
          Decoder = linear 1 3 |> Net.map (fun mean -> Normal.diagonal mean (mean.fullLike 0.5))
          Critic = linear 2 1
          Prior = Normal.standard [ 2 ] }

    let bigan: Bigan =
        { Generator = linear 2 3
          Encoder = linear 3 1
          Critic = Net.ofFunction (fun (x: Tensor, z: Tensor) -> x.sum 1 + z.sum 1)
          Prior = Normal.standard [ 2 ] }

    for loss in
        [ AdversarialAutoencoder.criticLoss options autoencoder
          AdversarialAutoencoder.encoderLoss options autoencoder ] do
        says (message loss) [ "AdversarialAutoencoder"; "Encoder"; "[10; 1]"; "Prior"; "[10; 2]" ]

    for loss in [ Bigan.criticLoss options bigan; Bigan.generatorLoss options bigan ] do
        says (message loss) [ "Bigan"; "Encoder"; "[10; 1]"; "Prior"; "[10; 2]" ]

/// What a critic gives is one number for each example that it is shown.
let private refusesCritics () =
    let x = dsharp.randn [ 10; 3 ]

    let critics: (Net<Tensor, Tensor> * string) list =
        [ linear 3 10, "[10; 10]"
          linear 3 1 |> Net.map (fun outputs -> outputs.mean 0), "[1]"
          linear 3 1 |> Net.map _.mean(), "[]" ]

    for critic, shape in critics do
        let gan: Gan = { Generator = linear 2 3; Critic = critic; Prior = Normal.standard [ 2 ] }

        let bigan: Bigan =
            { Generator = linear 2 3
              Encoder = linear 3 2
              Critic = Net.ofFunction (fun (x: Tensor, _: Tensor) -> x) --> critic
              Prior = Normal.standard [ 2 ] }

        for loss in
            [ Gan.criticLoss options gan
              Gan.generatorLoss options gan
              Bigan.criticLoss options bigan
              Bigan.generatorLoss options bigan ] do
            says (messageOf<ArgumentException, _>(fun () -> loss x)) [ "critic"; $"shape {shape}"; "[10; 1]" ]

[<Tests>]
let tests =
    testList
        "Adversarial models"
        [ holds "a GAN learns a Gaussian: non-saturating with R1" 1 (learns options 1 500)
          holds "a GAN learns a Gaussian: Wasserstein with a gradient penalty" 1 (learns wasserstein 1 400)
          holds "a GAN learns a Gaussian: MMD of features" 1 (learns ofMmd 4 400)
          testCase "a player's step changes its own weights alone" ownWeights
          testCase "weights are clipped after each step of the critic" clips
          testCase "images go through losses and penalties" onImages
          holds "a conditional GAN follows its labels" 1 (fun _ -> followsLabels ())
          holds "a BiGAN's encoder inverts its generator" 1 (fun _ -> inverts ())
          holds "a CycleGAN carries each distribution to the other, and back" 1 (fun _ -> translates ())
          holds "its terms have their weights" 10 cycleTerms
          holds "an adversarial autoencoder's codes have the prior's distribution" 1 (fun _ -> holdsCodes ())

          testCase "critics that do not give a number for each example are refused" refusesCritics

          testCase "codes that are not like the prior's draws are refused" refusesCodes

          testCase "samples that are not like the data are refused with both shapes" (fun () ->
              let data = Dataset.ofTensor (dsharp.randn [ 10; 3 ])
              let message = messageOf<ArgumentException, _>(fun () -> Training.play quiet (Gan.players options (gan 1)) data)
              says message [ "Gan"; "[10; 3]"; "[10; 2]" ]) ]
