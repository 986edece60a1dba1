// The laws of adversarial losses (shared/laws.md, sections 5.4 and 5.6), over the registry: best critics, fixed points, derivatives, penalties.
// Run with the whole suite; an entry of Adversarial.all is tested because it is there, and needs its best critic named here.
module internal Functional.Tests.AdversarialLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- two categorical distributions, whose expectations are means over repeated outputs ----

/// p and q with whole numbers of equal sums for probabilities.
type private Pair =
    { P: int list
      Q: int list }

    member this.LogP = (float64 this.P).log() - log (float (List.sum this.P))
    member this.LogQ = (float64 this.Q).log() - log (float (List.sum this.Q))
    member this.LogRatio = this.LogP - this.LogQ

let private pair (draw: Draw) : Pair =
    let categories = draw.Int(2, 5)
    let total = 40

    // at least one of each
    let counts () =
        let free = List.init (total - categories) (fun _ -> draw.Int(0, categories - 1))
        [ for category in 0 .. categories - 1 -> 1 + (free |> List.filter ((=) category)).Length ]

    { P = counts (); Q = counts () }

let private repeated (counts: int list) (outputs: Tensor) : Tensor =
    let places =
        [ for place, count in List.indexed counts do
              yield! List.replicate count place ]

    outputs.indexSelect (0, dsharp.tensor (places, dtype = Dtype.Int64))

/// The critic's loss where each category has an output.
let private criticLoss (loss: AdversarialLoss) (pair: Pair) (outputs: Tensor) : Tensor =
    loss.Critic (repeated pair.P outputs) (repeated pair.Q outputs)

/// What the generator's loss is for each category: it is the mean of this under q.
let private generatorLosses (loss: AdversarialLoss) (outputs: Tensor) : Tensor =
    dsharp.stack [ for place in 0 .. outputs.shape[0] - 1 -> loss.Generator (fun () -> outputs) (outputs[place].view 1) ]

/// The f-divergences by the names of their games.
let private fDivergences =
    Map
        [ for divergence in FDivergence.all do
              (FGan.saturating divergence).Name, divergence
              (FGan.nonSaturating divergence).Name, divergence ]

/// Every loss: the table, and the games of f-divergences.
let private losses =
    Adversarial.all
    @ [ for game in [ FGan.saturating; FGan.nonSaturating ] do
            yield! List.map game FDivergence.all ]

/// The numbers at which an increasing function has these values, by bisection.
let private inverse (f: Tensor -> Tensor) (values: Tensor) : Tensor =
    let halve (low: Tensor, high: Tensor) _ =
        let middle = (low + high) * 0.5
        let isBelow = (f middle).lt values
        dsharp.where (isBelow, middle, low), dsharp.where (isBelow, high, middle)

    List.fold halve (values.fullLike -200.0, values.fullLike 200.0) [ 1..100 ] |> snd

/// log p/q to the output of the best of all critics, where there is one that does not depend on a class of functions.
let private bestCritic (loss: AdversarialLoss) : (Tensor -> Tensor) option =
    match loss.Name with
    | name when fDivergences.ContainsKey name ->
        Some(fun l -> inverse fDivergences[name].Activation (fDivergences[name].OptimalCritic l))
    | "saturating"
    | "non-saturating" -> Some id
    | "least squares" -> Some _.sigmoid()
    | "hinge" -> Some _.sign()
    | "Wasserstein"
    | "MMD" -> None
    | name -> failtest $"Name the best critic of '{name}' here."

let private withBestCritic (law: AdversarialLoss -> (Tensor -> Tensor) -> Draw -> unit) (loss: AdversarialLoss) (draw: Draw) =
    bestCritic loss |> Option.iter (fun best -> law loss best draw)

let private isBest (loss: AdversarialLoss) (best: Tensor -> Tensor) (draw: Draw) =
    let pair = pair draw
    let outputs = best pair.LogRatio
    let least = (criticLoss loss pair outputs).toDouble()

    for _ in 1..20 do
        let size = draw.Pick [ 1e-3; 0.1; 2.0 ]
        let other = outputs + draw.Tensor(outputs.shape, -size, size)
        Expect.isGreaterThanOrEqual ((criticLoss loss pair other).toDouble()) (least - 1e-12) "another critic's loss"

/// The derivative of the generator's loss at a fixed critic, as q moves towards p.
let private towardsData (loss: AdversarialLoss) (pair: Pair) (outputs: Tensor) : float =
    ((pair.LogP.exp () - pair.LogQ.exp ()) * generatorLosses loss outputs).sum().toDouble()

let private fixedPoint (loss: AdversarialLoss) (best: Tensor -> Tensor) (draw: Draw) =
    let pair = pair draw
    let moving = towardsData loss pair (best pair.LogRatio)

    if pair.P <> pair.Q then
        Expect.isLessThan moving -1e-6 "away from the data, towards it is downhill"

    let there = { pair with Q = pair.P }
    let losses = generatorLosses loss (best there.LogRatio)
    let spread = (losses.max () - losses.min ()).toDouble()
    Expect.isLessThan spread 1e-12 "at the data, no direction is"

// ---- the original game ----

let private jensenShannon (pair: Pair) (logQ: Tensor) : Tensor =
    let middle = ((pair.LogP.exp () + logQ.exp ()) * 0.5).log()
    ((pair.LogP.exp () * (pair.LogP - middle)).sum() + (logQ.exp () * (logQ - middle)).sum()) * 0.5

let private valueOfCategoricals (draw: Draw) =
    let pair = pair draw
    let value = -(criticLoss Adversarial.saturating pair pair.LogRatio)
    isClose 1e-12 "V(G, D*)" value (jensenShannon pair pair.LogQ * 2.0 - log 4.0)

let private valueOfGaussians (draw: Draw) =
    let normal () =
        draw.Float(-1.0, 1.0), draw.Float(0.7, 1.5)

    let (pMean, pScale), (qMean, qScale) = normal (), normal ()
    let points = 200_000

    // as many points of equal probability
    let quantiles (mean: float) (scale: float) =
        float64
            [| for i in 0 .. points - 1 ->
                   MathNet.Numerics.Distributions.Normal.InvCDF(mean, scale, (float i + 0.5) / float points) |]

    let logDensity (mean: float) (scale: float) (x: Tensor) =
        ((x - mean) / scale).square() * -0.5 - log scale - 0.5 * log (2.0 * Math.PI)

    let logP, logQ = logDensity pMean pScale, logDensity qMean qScale
    let critic x = logP x - logQ x
    let value = -(Adversarial.saturating.Critic (critic (quantiles pMean pScale)) (critic (quantiles qMean qScale)))
    let grid = dsharp.linspace (-14.0, 14.0, 20_001, dtype = Dtype.Float64)
    let p, q = (logP grid).exp(), (logQ grid).exp()

    let expected = (p * (critic grid).logsigmoid() + q * (-(critic grid)).logsigmoid()).sum() * (28.0 / 20_000.0)

    isClose 2e-4 "V(G, D*)" value expected

/// With the critic at its best, the gradients are those of 2 JSD, and of KL(q ‖ p) - 2 JSD (Arjovsky & Bottou, arXiv:1701.04862,
/// theorem 2.5); both are 0 only where q = p.
let private gradients (draw: Draw) =
    let pair = pair draw
    let critic = pair.LogRatio
    let losses loss = (generatorLosses loss critic).noDiff()

    let inLogits (f: Tensor -> Tensor) =
        dsharp.grad (fun (logits: Tensor) -> f (logits.logsoftmax 0)) pair.LogQ

    let ofLoss loss =
        inLogits (fun logQ -> (logQ.exp () * losses loss).sum())

    let twice = inLogits (fun logQ -> jensenShannon pair logQ * 2.0)
    let kl = inLogits (fun logQ -> (logQ.exp () * (logQ - pair.LogP)).sum())
    isClose 1e-10 "the saturating gradient" (ofLoss Adversarial.saturating) twice
    isClose 1e-10 "the non-saturating gradient" (ofLoss Adversarial.nonSaturating) (kl - twice)

// ---- what every entry keeps ----

let private outputsBetween (low: float) (high: float) (draw: Draw) (loss: AdversarialLoss) : Tensor * Tensor =
    let shape = if loss.Name = "MMD" then [| 6; 3 |] else draw.Pick [ [| 6 |]; [| 6; 1 |] ]
    draw.Tensor(shape, low, high), draw.Tensor(shape, low, high)

let private outputs = outputsBetween -2.0 2.0

let private derivatives (loss: AdversarialLoss) (draw: Draw) =
    let real, fake = outputs draw loss
    differentiates "the critic's loss" (fun inputs -> loss.Critic inputs[0] inputs[1]) [ real; fake ]
    differentiates "the generator's loss" (fun inputs -> loss.Generator (fun () -> real) inputs[0]) [ fake ]

let private isScalar (loss: AdversarialLoss) (draw: Draw) =
    let real, fake = outputs draw loss
    Expect.equal ((loss.Critic real fake).nelement, (loss.Generator (fun () -> real) fake).nelement) (1, 1) "scalars"

    if loss.Name <> "MMD" then
        let flat = loss.Critic (real.view -1) (fake.view -1)
        isClose 1e-14 "[batch] and [batch; 1] are the same" (loss.Critic (real.view [ -1; 1 ]) (fake.view [ -1; 1 ])) flat

let private zeroSum (loss: AdversarialLoss) (draw: Draw) =
    let real, fake = outputs draw loss
    let ofCritic = dsharp.grad (loss.Critic real) fake
    let ofGenerator = dsharp.grad (loss.Generator(fun () -> real)) fake
    let sum = (ofCritic + ofGenerator).abs().max().toDouble()
    // Total variation's f* is the identity, so that both of its games are one.
    let isBoth = loss.Name = (FGan.nonSaturating FDivergence.totalVariation).Name
    let message = $"the gradients in the samples' outputs add up to 0, but for {sum}"
    Expect.equal (sum < 1e-12) (loss.IsZeroSum || isBoth) message

/// Both sides of a joint critic move the outputs against the critic, where neither has what it wants (0 or 1 in least squares).
let private bothSides (loss: AdversarialLoss) (draw: Draw) =
    let real, fake = outputsBetween 0.1 0.9 draw loss

    let sides (f: Tensor -> Tensor -> Tensor) =
        dsharp.grad (fun r -> f r fake) real, dsharp.grad (f real) fake

    let criticReal, criticFake = sides loss.Critic
    let real', fake' = sides (fun r f -> (Adversarial.ofBothSides loss r f).Value)
    let along (a: Tensor) (b: Tensor) = (a * b).sum().toDouble()
    Expect.isLessThan (along criticReal real') 0.0 "on data"
    Expect.isLessThan (along criticFake fake') 0.0 "on samples"

let private survives (loss: AdversarialLoss) (draw: Draw) =
    if loss.Name <> "MMD" then
        // some divergences' values are exponentials of the outputs
        let size = if fDivergences.ContainsKey loss.Name then 20.0 else 1e4

        let far () =
            draw.Tensor([| 4 |], -size, size).cast Dtype.Float32

        let real, fake = far (), far ()

        for value in
            [ loss.Critic real fake
              loss.Generator (fun () -> real) fake
              dsharp.grad (fun real -> loss.Critic real fake) real
              dsharp.grad (loss.Generator(fun () -> real)) fake ] do
            Expect.isFalse (value.hasinfnan ()) $"finite in float32 for outputs like {real} and {fake}"

/// Numbers in a batch, or one for each patch of images; without a batch, or with several features for a loss of numbers, it is refused.
let private takesNumbers (loss: AdversarialLoss) (draw: Draw) =
    let count = draw.Int(2, 5)

    let outputs (shape: int list) =
        draw.Tensor(Array.ofList shape, 0.1, 0.9)

    let games: (Tensor -> Tensor -> Loss) list =
        [ Adversarial.ofCritic loss
          (fun real fake -> Adversarial.ofGenerator loss (fun () -> real) fake)
          Adversarial.ofBothSides loss ]

    let features = [ [ count; 10 ]; [ count; 2; 3; 3 ] ]
    let numbers = [ [ count ]; [ count; 1 ]; [ count; 1; 2; 3 ] ]

    for game in games do
        for shape in (if loss.OfFeatures then features @ numbers else numbers) do
            let real, fake = outputs shape, outputs shape
            let value = (game real fake).Value
            Expect.equal value.nelement 1 "a number"

            if not loss.OfFeatures then
                isClose 1e-12 "a mean over all numbers" value (game (real.view -1) (fake.view -1)).Value

        for shape in (if loss.OfFeatures then [ [] ] else [] :: features) do
            let refused = messageOf<ArgumentException, _>(fun () -> game (outputs [ count ]) (outputs shape))
            let lengths = String.Join("; ", shape)
            says refused [ "critic"; $"shape [{lengths}]" ]

let private lawsOf (loss: AdversarialLoss) =
    testList
        loss.Name
        [ holds "no critic is better than the best" 10 (withBestCritic isBest loss)
          holds "the generator rests at the data, and only there" 10 (withBestCritic fixedPoint loss)
          holds "the derivatives are those of differences" 4 (derivatives loss)
          holds "losses are scalars" 4 (isScalar loss)
          holds "it is zero-sum if, and only if, it says so" 4 (zeroSum loss)
          holds "both sides of a joint critic go against it" 4 (bothSides loss)
          holds "outputs are numbers of a batch" 2 (takesNumbers loss)
          holds "large outputs have finite losses" 4 (survives loss) ]

// ---- Wasserstein and MMD, whose critics come from a class ----

/// W₁ on the line is ∫|F - G|; E_p V - E_q V reaches it where V falls and rises with slope 1 as G is below or above F.
let private wasserstein (draw: Draw) =
    let pair = pair draw
    let count = pair.P.Length
    let gaps = draw.Tensor([| count - 1 |], 0.1, 2.0)
    let difference = ((pair.LogP.exp () - pair.LogQ.exp ()).cumsum 0)[.. count - 2]
    let distance = (difference.abs () * gaps).sum()

    let critic (slopes: Tensor) =
        dsharp.cat [ float64 [ 0.0 ]; (slopes * gaps).cumsum 0 ]

    let value slopes =
        -(criticLoss Adversarial.wasserstein pair (critic slopes))

    isClose 1e-12 "the best critic" (value -(difference.sign ())) distance

    for _ in 1..10 do
        let other = (value (draw.Tensor([| count - 1 |], -1.0, 1.0))).toDouble()
        Expect.isLessThanOrEqual other (distance.toDouble () + 1e-12) "another one with slopes of at most 1"

let private mmd (draw: Draw) =
    let kernel = Kernel.Gaussian(draw.Float(0.5, 2.0))
    let real, fake = draw.Tensor([| 7; 2 |], -1.0, 1.0), draw.Tensor([| 5; 2 |], -1.0, 2.0)
    let loss = Adversarial.mmd kernel
    let expected = Mmd.unbiased kernel real fake
    isClose 1e-14 "the critic maximises it" (loss.Critic real fake) -expected
    isClose 1e-14 "the generator minimises it" (loss.Generator (fun () -> real) fake) expected

// ---- penalties ----

let private images (draw: Draw) =
    draw.Pick [ [| 5; 3 |]; [| 4; 2; 3 |]; [| 3; 1; 2; 2 |] ]

/// V(x) = slope · u·x with a unit vector u.
let private linearCritic (draw: Draw) (shape: Shape) (slope: float) : Tensor -> Tensor =
    let direction = draw.Tensor(Array.append [| 1 |] shape[1..], -1.0, 1.0)
    let direction = direction / direction.square().sum().sqrt()
    fun x -> (x * direction).flatten(1).sum(1, keepDim = true) * slope

let private ofLinearCritics (draw: Draw) =
    let shape, weight, slope = images draw, draw.Float(0.5, 20.0), draw.Float(0.0, 3.0)
    let real, fake = draw.Tensor(shape, -1.0, 1.0), draw.Tensor(shape, -1.0, 1.0)

    let value (penalty: CriticPenalty) slope =
        penalty.Value (linearCritic draw shape slope) real fake

    isClose 1e-12 "slope 1 costs nothing" (value (CriticPenalty.gradient weight) 1.0) (float64 0.0)
    isClose 1e-12 "another slope" (value (CriticPenalty.gradient weight) slope) (float64 (weight * (slope - 1.0) ** 2.0))
    isClose 1e-12 "R1" (value (CriticPenalty.r1 weight) slope) (float64 (0.5 * weight * slope * slope))
    isClose 1e-12 "a flat critic" (value (CriticPenalty.gradient weight) 0.0) (float64 weight)

/// The gradient of a penalty in the critic's parameters is a derivative of a derivative.
let private twiceDifferentiable (penalty: CriticPenalty) (draw: Draw) =
    let real, fake = draw.Tensor([| 4; 3 |], -1.0, 1.0), draw.Tensor([| 4; 3 |], -1.0, 1.0)

    let value (parameters: Tensor list) =
        let critic (x: Tensor) =
            ((x.matmul parameters[0]).tanh().matmul parameters[1]).sigmoid()

        Random.withSeed draw.Seed (fun () -> penalty.Value critic real fake)

    differentiates penalty.Name value [ draw.Tensor([| 3; 5 |], -1.0, 1.0); draw.Tensor([| 5; 1 |], -1.0, 1.0) ]

/// The layers of networks, fused with their activations, can be differentiated twice too.
let private throughNetworks (penalty: CriticPenalty) (draw: Draw) =
    let net = inFloat64 (fun () -> mlp [ 3; 6; 5 ] --> output 1)
    let real, fake = draw.Tensor([| 4; 3 |], -1.0, 1.0), draw.Tensor([| 4; 3 |], -1.0, 1.0)
    let parameters = [| for parameter in net.Parameters -> parameter.Value |]

    let plain (x: Tensor) =
        let layer (place: int) (x: Tensor) =
            x.matmul (parameters[place].transpose()) + parameters[place + 1]

        x |> layer 0 |> dsharp.relu |> layer 2 |> dsharp.relu |> layer 4

    let gradients critic =
        Gradient.ofLoss (Random.withSeed draw.Seed (fun () -> penalty.Value critic real fake)) parameters

    for found, expected in Array.zip (gradients (Net.train net)) (gradients plain) do
        isClose 1e-12 "the gradient" found expected

let private flatCritic (draw: Draw) =
    let slope = Gradient.record (float64 0.0)
    let real, fake = draw.Tensor([| 4; 3 |], -1.0, 1.0), draw.Tensor([| 4; 3 |], -1.0, 1.0)
    let loss = (CriticPenalty.gradient 10.0).Value (fun x -> (x * slope).sum 1) real fake
    Expect.isFalse ((Gradient.ofLoss loss [| slope |]).[0].hasinfnan()) "a flat critic's gradient is finite"

// ---- what is observed ----

let private accuracies (draw: Draw) =
    // few values, so that some are equal
    let some count =
        [ for _ in 1..count -> float (draw.Int(0, 4)) ]

    let real, fake = some 6, some 5

    let wins =
        [ for r, f in List.allPairs real fake ->
              if r > f then 1.0
              elif r = f then 0.5
              else 0.0 ]

    isClose 1e-12 "accuracy" (Adversarial.accuracy (float64 real) ((float64 fake).view [ 5; 1 ])) (float64 (List.average wins))

let private variances (draw: Draw) =
    let shape = images draw
    let real, fake = draw.Tensor(shape, -1.0, 1.0), draw.Tensor(shape, -3.0, 1.0)
    let total (x: Tensor) = x.var(0, unbiased = false).sum()
    isClose 1e-10 "variance ratio" (Adversarial.varianceRatio real fake) (total fake / total real)
    isClose 0.0 "one example" (Adversarial.varianceRatio real[0..0] fake[0..0]) (float64 1.0)

[<Tests>]
let tests =
    testList
        "Adversarial laws"
        [ testList "losses" (List.map lawsOf losses)
          holds "the original game's value is 2 JSD - log 4 on categoricals" 20 valueOfCategoricals
          holds "the original game's value is 2 JSD - log 4 on Gaussians" 3 valueOfGaussians
          holds "the generators' gradients are those of 2 JSD and of KL - 2 JSD" 10 gradients
          holds "critics of slope 1 bound the Wasserstein distance, and one reaches it" 10 wasserstein
          holds "the MMD's loss is the unbiased discrepancy" 5 mmd
          holds "penalties of linear critics are those of their slope" 10 ofLinearCritics
          testList
              "penalties"
              [ for penalty in CriticPenalty.all do
                    holds $"{penalty.Name} is differentiated twice" 3 (twiceDifferentiable penalty)
                    holds $"{penalty.Name} is, through fused layers" 3 (throughNetworks penalty) ]
          holds "a flat critic has a finite gradient" 1 flatCritic
          holds "accuracy is the share of pairs that are ranked rightly" 10 accuracies
          holds "the variance ratio is that of total variances" 10 variances ]
