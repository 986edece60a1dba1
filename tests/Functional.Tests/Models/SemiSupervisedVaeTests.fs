// Tests of SemiSupervisedVae: the sum over labels against labelled bounds one by one (shared/laws.md, 4.8), exact evidence, shapes.
// Run with the whole suite.
module internal Functional.Tests.SemiSupervisedVaeTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private sizeX, sizeZ = 4, 2

let private elbos = [ "closed KL", Elbo.bound 1; "entropy", Elbo.withEntropy 1; "Monte Carlo", Elbo.monteCarlo 1 ]

/// Random networks in float64; `posterior` makes q(z|x, y) of 2 · sizeZ features.
let private random (draw: Draw) (posterior: Tensor -> Distribution) : SemiSupervisedVae =
    let classes = draw.Int(2, 4)

    inFloat64 (fun () ->
        { Classifier = mlp [ sizeX; 6 ] --> oneHotCategorical classes
          Encoder = linearPair sizeX classes 6 --> Activation.tanh --> linear 6 (2 * sizeZ) |> Net.map posterior
          Decoder = linearPair classes sizeZ 6 --> Activation.tanh --> bernoulli sizeX
          Labels = OneHotCategorical.FromLogits(draw.Tensor([| classes |], -1.0, 1.0))
          Prior = TestBeds.standard sizeZ })

let private point (features: Tensor) : Distribution =
    Delta(View.slice -1 0 (sizeZ - 1) features, 1)

let private normal (features: Tensor) : Distribution =
    Normal.diagonal (View.slice -1 0 (sizeZ - 1) features) ((View.slice -1 sizeZ (2 * sizeZ - 1) features).exp())

let private images (draw: Draw) (batch: int) =
    (draw.Tensor([| batch; sizeX |], 0.0, 1.0)).round()

let private classesOf (vae: SemiSupervisedVae) = vae.Labels.EventShape[0]

let private label (vae: SemiSupervisedVae) (k: int) (batch: int) : Tensor =
    (dsharp.eye(classesOf vae, dtype = Dtype.Float64)[k]).expand [ batch; classesOf vae ]

let private posteriorOf (vae: SemiSupervisedVae) (x: Tensor) =
    vae.Classifier.Run(Mode.Eval, x) :?> OneHotCategorical

/// Σ_y q(y|x) [L(x, y) - log q(y|x)], one labelled bound for each y.
let private byHand (bound: Bound) (vae: SemiSupervisedVae) (x: Tensor) : Tensor =
    let q = posteriorOf vae x

    [ for k in 0 .. classesOf vae - 1 ->
          let labelled = (SemiSupervisedVae.estimateLabelled Mode.Eval bound vae (x, label vae k x.shape[0])).Value
          q.Probabilities[*, k] * (labelled - q.LogProbabilities[*, k]) ]
    |> List.reduce (+)

/// Without noise in z, both are the same number, and have the same gradients.
let private sumOverLabels (draw: Draw) =
    let vae = random draw point
    let x = images draw (draw.Int(1, 5))
    let tensors = [| for parameter in vae.Parameters -> parameter.Value |]

    for name, bound in elbos do
        let enumerated = (SemiSupervisedVae.estimate Mode.Eval bound vae x).Value
        let written = byHand bound vae x
        isClose 1e-10 name enumerated written

        let gradients (value: Tensor) = Gradient.ofLoss (value.sum ()) tensors

        for parameter, found, wanted in Seq.zip3 vae.Parameters (gradients enumerated) (gradients written) do
            isClose 1e-9 $"{name}: the gradient in {parameter.Name}" found wanted

/// With noise in z, in expectation.
let private sumInExpectation (draw: Draw) =
    let vae = random draw normal
    let x = (images draw 1).expand [ 4_000; sizeX ]

    for name, bound in elbos do
        let found, error = meanAndError (SemiSupervisedVae.estimate Mode.Eval bound vae x).Value
        let wanted, wantedError = meanAndError (byHand bound vae x)
        isWithin name found ((error.square () + wantedError.square ()).sqrt()) wanted

/// Where the classifier is certain of y, the unlabelled bound is the labelled one.
let private knownLabels (draw: Draw) =
    let vae = random draw point
    let batch = draw.Int(1, 4)
    let x = images draw batch

    for k in 0 .. classesOf vae - 1 do
        let y = label vae k batch

        let certain =
            { vae with
                Classifier = Net.ofFunction (fun _ -> OneHotCategorical.FromLogits(y.log ())) }

        for name, bound in elbos do
            let labelled = (SemiSupervisedVae.estimateLabelled Mode.Eval bound vae (x, y)).Value
            isClose 1e-10 $"{name}, class {k}" (SemiSupervisedVae.estimate Mode.Eval bound certain x).Value labelled

// ---- exact evidence ----

/// z ~ N(0, 1), x | y, z ~ N(w_y z + b_y, noise²), with exact posteriors; some x; log p(x, y), [batch; classes].
let private gaussian (draw: Draw) : SemiSupervisedVae * Tensor * Tensor =
    let classes, batch = draw.Int(2, 4), draw.Int(1, 3)
    let weights, shifts = draw.Tensor([| classes; 1 |], 0.5, 1.5), draw.Tensor([| classes; 1 |], -2.0, 2.0)
    let noise = draw.Float(0.5, 1.5)
    let variance = noise * noise
    let labels = OneHotCategorical.FromLogits(draw.Tensor([| classes |], -1.0, 1.0))
    let x = draw.Tensor([| batch; 1 |], -3.0, 3.0)

    // one column for each class
    let joint (x: Tensor) =
        let row (column: Tensor) = column.squeeze -1
        let marginal = Normal(row shifts, (row weights).square().add(variance).sqrt())
        labels.LogProbabilities + marginal.LogProb(x.expand [ x.shape[0]; classes ])

    let encode (x: Tensor, y: Tensor) : Distribution =
        let w, b = y.matmul weights, y.matmul shifts
        let total = w.square () + variance
        Normal.diagonal (w * (x - b) / total) ((variance / total).sqrt())

    let decode (y: Tensor, z: Tensor) : Distribution =
        let mean = y.matmul weights * z + y.matmul shifts
        Normal.diagonal mean (mean.fullLike noise)

    { Classifier = Net.ofFunction (fun x -> OneHotCategorical.FromLogits(joint x))
      Encoder = Net.ofFunction encode
      Decoder = Net.ofFunction decode
      Labels = labels
      Prior = TestBeds.standard 1 },
    x,
    joint x

let private exactPosterior (draw: Draw) =
    let vae, x, joint = gaussian draw
    let evidence = joint.logsumexp -1

    // The ELBO of one particle sums over y, the others draw it: either way every draw is the evidence.
    for bound in [ Elbo.monteCarlo 1; Elbo.monteCarlo 3; Iwae.bound 1; Iwae.bound 4; Renyi.bound 0.5 2; Cubo.bound 2.0 2 ] do
        isClose 1e-9 $"{bound}, unlabelled" (SemiSupervisedVae.estimate Mode.Eval bound vae x).Value evidence

        for k in 0 .. classesOf vae - 1 do
            let labelled = SemiSupervisedVae.estimateLabelled Mode.Eval bound vae (x, label vae k x.shape[0])
            isClose 1e-9 $"{bound}, labelled" labelled.Value joint[*, k]

    isClose 1e-9 "log p(x)" (SemiSupervisedVae.logEvidence 7 vae x) evidence
    isClose 1e-9 "log p(x, y)" (SemiSupervisedVae.labelledLogEvidence 7 vae (x, label vae 0 x.shape[0])) joint[*, 0]

/// Drawing y and summing over it have the same expectation.
let private drawnLabels (draw: Draw) =
    let vae = random draw normal
    let x = (images draw 1).expand [ 6_000; sizeX ]
    let summed, error = meanAndError (SemiSupervisedVae.estimate Mode.Eval (Elbo.bound 1) vae x).Value
    let drawn, drawnError = meanAndError (SemiSupervisedVae.estimate Mode.Eval (Elbo.bound 2) vae x).Value
    isWithin "the ELBO" drawn ((error.square () + drawnError.square ()).sqrt()) summed
    // drawn from the prior, weights are bounded
    let fromPrior = { vae with Encoder = Net.ofFunction (fun _ -> vae.Prior.Expand [| 1 |]) }
    let one = x[0..0]
    let many = SemiSupervisedVae.logEvidence 20_000 fromPrior one

    let byLabel =
        [ for k in 0 .. classesOf vae - 1 -> SemiSupervisedVae.labelledLogEvidence 20_000 fromPrior (one, label vae k 1) ]

    isClose 0.05 "log p(x) = log Σ_y p(x, y)" many (Tensor.stack(byLabel).logsumexp 0)

// ---- the rest ----

let private small () : SemiSupervisedVae =
    { Classifier = mlp [ 6; 5 ] --> oneHotCategorical 3
      Encoder = linearPair 6 3 5 --> Activation.relu --> diagonalNormal 2
      Decoder = linearPair 3 2 5 --> Activation.relu --> bernoulli 6
      Labels = OneHotCategorical.FromLogits(dsharp.zeros 3)
      Prior = Normal.standard [ 2 ] }

let private bounds =
    [ Elbo.bound 1
      Elbo.bound 3
      Elbo.withEntropy 1
      Elbo.monteCarlo 1
      Iwae.bound 4
      Renyi.bound 0.5 3
      Cubo.bound 2.0 3 ]

let private data (draw: Draw) =
    let known, unknown = draw.Int(1, 5), draw.Int(1, 5)
    let pixels count = (dsharp.rand [ count; 6 ]).round()
    (pixels known, (OneHotCategorical.FromLogits(dsharp.zeros 3)).Sample [ known ]), pixels unknown

let private shapes (draw: Draw) =
    let vae = small ()
    let (x, y), unlabelled = data draw

    for bound in bounds do
        Expect.equal (SemiSupervisedVae.estimate Mode.Eval bound vae unlabelled).Value.shape [| unlabelled.shape[0] |] $"{bound}"

        Expect.equal
            (SemiSupervisedVae.estimateLabelled Mode.Eval bound vae (x, y)).Value.shape
            [| x.shape[0] |]
            $"{bound}, labelled"

        let loss = (SemiSupervisedVae.objective 0.5 bound vae ((x, y), unlabelled)).Value
        Expect.equal loss.shape [||] $"objective of {bound}"
        let alone = (SemiSupervisedVae.unlabelledObjective bound vae unlabelled).Value

        for parameter, gradient in Seq.zip vae.Parameters (Gradient.ofLoss alone [| for p in vae.Parameters -> p.Value |]) do
            Expect.isTrue (gradient.abs().sum().toDouble() > 0.0) $"{bound} trains {parameter.Name} without labels"

    Expect.equal (SemiSupervisedVae.logEvidence 5 vae x).shape [| x.shape[0] |] "logEvidence"
    Expect.equal (SemiSupervisedVae.labelledLogEvidence 5 vae (x, y)).shape [| x.shape[0] |] "labelledLogEvidence"
    let found = SemiSupervisedVae.classify vae x
    Expect.equal found.shape y.shape "classify"
    isClose 0.0 "one class each" (found.sum -1) (dsharp.ones x.shape[0])
    Expect.equal (SemiSupervisedVae.reconstruct vae x).shape x.shape "reconstruct"
    Expect.equal (SemiSupervisedVae.generateOf y[0] 4 vae).shape [| 4; 6 |] "generateOf"
    Expect.equal (SemiSupervisedVae.generate 4 vae).shape [| 4; 6 |] "generate"
    Expect.equal (SemiSupervisedVae.sample 4 vae).shape [| 4; 6 |] "sample"

let private terms (draw: Draw) =
    let vae = small ()
    let (x, y), unlabelled = data draw
    let seeded f = Random.withSeed draw.Seed f
    let loss = seeded (fun () -> SemiSupervisedVae.objective 0.25 (Elbo.bound 1) vae ((x, y), unlabelled))

    Expect.equal
        [ for term in loss.Terms -> term.Name, term.Weight ]
        [ "unlabelled reconstruction", -1.0
          "unlabelled kl", 1.0
          "labelled reconstruction", -1.0
          "labelled kl", 1.0
          "classification", 0.25 ]
        "terms"

    let parts =
        seeded (fun () ->
            SemiSupervisedVae.unlabelledObjective (Elbo.bound 1) vae unlabelled
            + SemiSupervisedVae.labelledObjective (Elbo.bound 1) vae (x, y)
            + 0.25 * SemiSupervisedVae.classification vae (x, y))

    isClose 1e-6 "the sum of the three" loss.Value parts.Value
    let byHand = -((vae.Classifier.Run(Mode.Train, x)).LogProb y).mean()
    isClose 1e-6 "classification" loss["classification"] byHand

let private refuses (_: Draw) =
    let vae = small ()
    let x = dsharp.zeros [ 4; 6 ]

    let labelled y () =
        SemiSupervisedVae.estimateLabelled Mode.Eval (Elbo.bound 1) vae (x, y)

    says (messageOf<ArgumentException, _>(labelled (dsharp.ones [ 2; 3 ]))) [ "[4; 6]"; "[2; 3]"; "equally many" ]
    says (messageOf<ArgumentException, _>(labelled (dsharp.ones [ 4; 3 ]))) [ "'y'"; "OneHotCategorical" ]
    says (messageOf<ArgumentException, _>(labelled (dsharp.ones 4))) [ "[4]" ]

    says
        (messageOf<ArgumentException, _>(fun () -> SemiSupervisedVae.objective -1.0 (Elbo.bound 1) vae))
        [ "alpha"; "at least 0" ]

[<Tests>]
let tests =
    testList
        "SemiSupervisedVae"
        [ holds "the bound without labels is the sum over labels of bounds with them, and so is its gradient" 6 sumOverLabels
          holds "with noise it is so in expectation" 3 sumInExpectation
          holds "with y known it is the labelled bound" 4 knownLabels
          holds "with exact posteriors every draw of every bound is the evidence" 6 exactPosterior
          holds "labels that are drawn have the expectation of labels summed out" 3 drawnLabels
          holds "every function has the shape it says, and every bound trains everything" 3 shapes
          holds "the objective is a sum of three" 2 terms
          holds "what does not fit is refused" 1 refuses

          testCase "parameters lie under classifier, encoder and decoder" (fun () ->
              let names = (small ()).Parameters |> List.map _.Name

              for name in
                  [ "classifier.linear.weight"
                    "encoder.linearPair.first"
                    "encoder.linearPair.second"
                    "encoder.linearPair.bias"
                    "decoder.linearPair.first" ] do
                  Expect.contains names name "their names"

              Expect.equal (List.distinct names).Length names.Length "each its own")

          testCase "a step leaves no tensors behind" (fun () ->
              let vae = small ()
              let tensors = [| for parameter in vae.Parameters -> parameter.Value |]
              let objective = SemiSupervisedVae.objective 1.0 (Elbo.bound 1) vae
              let batch = data (Draw 1)

              let step () =
                  Scope.run (fun () -> Gradient.ofLoss (objective batch).Value tensors |> ignore)

              step ()

              leavesNothing (fun () ->
                  for _ in 1..3 do
                      step ())) ]
