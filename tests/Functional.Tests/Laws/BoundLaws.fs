// The laws of every bound and every estimator of its gradient in the catalogue (shared/laws.md, sections 4.2 to 4.6 and 4.8).
// Values and gradients are compared with exact expectations: sums over all pairs of draws, closed forms of Gaussians, one estimator with another.
module internal Functional.Tests.BoundLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.TestBeds

let private repetitions = 2_000

/// So many independent copies of a parameter along a new leading axis, each with a gradient of its own.
let private copies (tensor: Tensor) =
    tensor.expand(Array.append [| repetitions |] tensor.shape).clone()

let private gradients (f: Tensor list -> Tensor) (inputs: Tensor list) : Tensor list =
    [ for place in 0 .. inputs.Length - 1 -> gradientIn place f inputs ]

// ---- a discrete model: z one of three, x|z ~ N(m_z, 1) ----

let private batch, classes = 2, 3

/// The model's parameters (prior logits, means), the guide's (logits), and x.
let private discreteInputs (draw: Draw) =
    [ draw.Tensor([| classes |], -1.0, 1.0)
      draw.Tensor([| classes |], -1.5, 1.5)
      draw.Tensor([| batch; classes |], -1.0, 1.0) ],
    draw.Tensor([| batch |], -1.5, 1.5)

/// Model and guide for parameters with a leading axis of copies.
let private discretePrograms (x: Tensor) (inputs: Tensor list) =
    let spread (tensor: Tensor) =
        (tensor.unsqueeze 1).expand [ repetitions; batch; classes ]

    let prior = OneHotCategorical.FromLogits(spread inputs[0])

    let likelihood (z: Tensor) : Distribution =
        let mean = (z * spread inputs[1]).sum -1
        Normal(mean, mean.onesLike ())

    latent prior likelihood x, guideOf (OneHotCategorical.FromLogits inputs[2])

/// What an exact value is made of: two draws along the first axis, every pair of classes along the next two.
type private Pairs =
    { Reconstruction: Tensor
      LogPrior: Tensor
      LogGuide: Tensor
      Kl: Tensor }

    member this.LogModel = this.Reconstruction + this.LogPrior
    member this.LogWeights = this.LogModel - this.LogGuide

let private pairsOf (x: Tensor) (inputs: Tensor list) : Pairs =
    let logPrior = (inputs[0].logsoftmax -1).unsqueeze(-1).expand [ classes; batch ]
    let logGuide = (inputs[2].logsoftmax -1).transpose(0, 1)
    let difference = x - inputs[1].unsqueeze -1
    let reconstruction = difference.square () * -0.5 - 0.5 * log (2.0 * Math.PI)

    // [classes; batch] -> [2; classes; classes; batch]
    let pair (values: Tensor) =
        let shape = [ classes; classes; batch ]
        dsharp.stack ([ (values.unsqueeze 1).expand shape; (values.unsqueeze 0).expand shape ], 0)

    { Reconstruction = pair reconstruction
      LogPrior = pair logPrior
      LogGuide = pair logGuide
      Kl = (logGuide.exp () * (logGuide - logPrior)).sum 0 }

/// What every bound in the catalogue is for two draws, one number for each pair and example.
let private formulas: (string * (Pairs -> Tensor)) list =
    let elbo (pairs: Pairs) = pairs.LogWeights.mean 0
    let logMean (values: Tensor) = values.logsumexp 0 - log 2.0

    [ "Elbo.bound", elbo
      "Elbo.withEntropy", elbo
      "Elbo.monteCarlo", elbo
      "Elbo.weighed β", (fun pairs -> pairs.Reconstruction.mean 0 - pairs.Kl * 4.0)
      "Elbo.capacity β C", (fun pairs -> pairs.Reconstruction.mean 0 - (pairs.Kl - 0.5).abs() * 4.0)
      "Iwae.bound", (fun pairs -> logMean pairs.LogWeights)
      "Renyi.bound α", (fun pairs -> logMean (pairs.LogWeights * 0.5) * 2.0)
      "Cubo.bound n", (fun pairs -> logMean (pairs.LogWeights * 2.0) * 0.5)
      "ForwardKl.bound", (fun pairs -> (pairs.LogWeights.softmax 0 * pairs.LogWeights).sum 0)
      "WakeSleep.wake", (fun pairs -> logMean pairs.LogWeights) ]

/// Of bounds with a gradient of their own, what is differentiated with all else held.
let private ownGradients: (string * (Pairs -> Tensor)) list =
    [ "ForwardKl.bound", (fun pairs -> -pairs.LogGuide)
      "WakeSleep.wake", (fun pairs -> pairs.LogModel + pairs.LogGuide) ]

let private find (name: string) (entries: (string * 'T) list) : 'T option =
    entries |> List.tryFind (fst >> (=) name) |> Option.map snd

let private expected (formula: Pairs -> Tensor) (x: Tensor) (inputs: Tensor list) : Tensor =
    let pairs = pairsOf x inputs
    ((pairs.LogGuide.sum 0).exp() * formula pairs).sum [ 0; 1 ]

let private expectedOwn (surrogate: Pairs -> Tensor) (x: Tensor) (inputs: Tensor list) : Tensor =
    let pairs = pairsOf x inputs
    let held (tensor: Tensor) = tensor.noDiff ()
    let shares = held (pairs.LogWeights.softmax 0)
    (held ((pairs.LogGuide.sum 0).exp()) * (shares * surrogate pairs).sum 0).sum [ 0; 1 ]

/// Bounds that compare the codes of a batch have laws of their own (Objectives/BatchObjectivesTests).
let private ofDraws = Catalogue.bounds |> List.filter (fun bound -> not bound.SeesBatch)

let private everyFormula _ =
    Expect.equal (formulas |> List.map fst) [ for bound in ofDraws -> bound.Name ] "a formula for every bound"

let private estimatorsOf (bound: Bound) (isDiscrete: bool) : Estimator list =
    [ for entry in Catalogue.estimators do
          let estimator = entry.Make()

          if bound.Accepts estimator && entry.Bias = "" && (entry.Draws <> "pathwise" || not isDiscrete) then
              estimator ]

/// Values and gradients on average, of every bound with every estimator that it takes.
let private discreteExact (draw: Draw) =
    let inputs, x = discreteInputs draw
    let many = inputs |> List.map copies

    for entry in ofDraws do
        let bound = entry.Make 2
        let formula = (find entry.Name formulas).Value

        let exactGradients =
            match find entry.Name ownGradients with
            | Some surrogate -> gradients (fun inputs -> (expectedOwn surrogate x inputs).sum()) inputs
            | None -> gradients (fun inputs -> (expected formula x inputs).sum()) inputs

        let candidates =
            if (find entry.Name ownGradients).IsSome then
                [ bound ]
            else
                [ for e in estimatorsOf bound true -> bound.With e ]

        Expect.isNonEmpty candidates entry.Name

        for bound in candidates do
            let estimate (inputs: Tensor list) =
                let model, guide = discretePrograms x inputs
                (Bound.estimateWithin 2 bound model guide).Value

            let mean, error = meanAndError (estimate many)
            isWithin $"{bound}: the value" mean error (expected formula x inputs)

            for what, found, exact in
                List.zip3 [ "prior"; "means"; "guide" ] (gradients (fun i -> (estimate i).sum()) many) exactGradients do
                let mean, error = meanAndError found
                isWithin $"{bound}: the gradient in the {what}" mean error exact

// ---- estimators with one another, on the linear-Gaussian model ----

let private gaussianPrograms (bed: Gaussian) (inputs: Tensor list) =
    let weights: Tensor = inputs[0].transpose(1, 2)
    let shift = float64 (bed.Shift.ToArray())

    let likelihood (z: Tensor) : Distribution =
        Normal.diagonal (z.matmul weights + shift) (shift.fullLike bed.Noise)

    latent bed.Prior likelihood bed.X, guideOf (Normal.diagonal inputs[1] (inputs[2].exp()))

let private continuousAgree (draw: Draw) =
    let bed = gaussian false draw
    let mean, scale = nearby bed draw
    let inputs = [ matrix bed.Weights; mean; scale.log () ] |> List.map copies

    for entry in ofDraws do
        let bound = entry.Make 3

        if bound.Accepts Estimator.pathwise then
            let gradientsBy (bound: Bound) =
                let estimate (inputs: Tensor list) =
                    let model, guide = gaussianPrograms bed inputs
                    (Bound.estimateWithin 2 bound model guide).Value.sum()

                [ for gradient in gradients estimate inputs -> meanAndError gradient ]

            let reference = gradientsBy (bound.With Estimator.pathwise)

            for estimator in estimatorsOf bound false do
                let found = gradientsBy (bound.With estimator)

                for what, (mean, error), (exact, exactError) in List.zip3 [ "weights"; "mean"; "log-scale" ] found reference do
                    let both = (error.square () + exactError.square ()).sqrt()
                    isWithin $"{bound.With estimator}: the gradient in the {what}" mean both exact

// ---- sticking the landing and double reparameterization ----

let private guideGradients (bed: Gaussian) (bound: Bound) (mean: Tensor, scale: Tensor) : Tensor list =
    let inputs = [ mean; scale.log () ] |> List.map copies

    let estimate (inputs: Tensor list) =
        let q = Normal.diagonal inputs[0] (inputs[1].exp())
        (Bound.estimateWithin 2 bound bed.Model (guideOf q)).Value.sum()

    gradients estimate inputs

let private landing (draw: Draw) =
    let bed = gaussian true draw
    let q = (posterior bed :?> Independent).Base :?> Normal
    let exact = q.Mean.expand q.BatchShape, q.Scale.expand q.BatchShape

    for bound in
        [ (Elbo.monteCarlo 1).With Estimator.stickingTheLanding
          (Elbo.monteCarlo 3).With Estimator.stickingTheLanding
          (Iwae.bound 3).With Estimator.doublyReparameterized
          (Renyi.bound 0.5 3).With Estimator.doublyReparameterized ] do
        for gradient in guideGradients bed bound exact do
            isClose 1e-9 $"{bound}: every gradient is 0 at the posterior" gradient (gradient.zerosLike ())

    for gradient in guideGradients bed ((Elbo.monteCarlo 1).With Estimator.pathwise) exact do
        Expect.isTrue ((gradient.std 0).gt(1e-3).all().toBool()) "the ordinary gradient varies"

let private signalToNoise (draw: Draw) =
    let bed = gaussian false draw
    let q = nearby bed draw


    let variance (bound: Bound) =
        (dsharp.cat [ for gradient in guideGradients bed bound q -> (gradient.var 0).view -1 ]).sum().toDouble()

    let ordinary, doubly = variance (Iwae.bound 64), variance ((Iwae.bound 64).With Estimator.doublyReparameterized)
    Expect.isTrue (doubly < 0.5 * ordinary) $"with 64 particles the variance is less than half: {doubly} of {ordinary}"

/// Without a baseline too, K particles divide the variance of a mean's gradient by K: one draw's score does not weigh another's value.
let private scoresPerDraw (draw: Draw) =
    let bed = gaussian false draw
    let q = nearby bed draw

    for name, baseline in
        [ "no baseline", (fun () -> Baseline.Zero); "a running one", (fun () -> Baseline.Running(RunningMean 0.9)) ] do
        let variance (particles: int) =
            let bound = (Elbo.monteCarlo particles).With(Estimator.scoreFunction (baseline ()))
            // the first use is what a running mean knows at the second
            guideGradients bed bound q |> ignore
            dsharp.cat [ for gradient in guideGradients bed bound q -> (gradient.var 0).view -1 ]

        let ratio = ((variance 1).sum() / (variance 16).sum()).toDouble()
        Expect.isTrue (ratio > 8.0 && ratio < 32.0) $"{name}: the variance falls as one over the particles, here to 1/{ratio}"

// ---- orders of bounds ----

/// One seed for all: the same draws, so that power means compare draw by draw.
let private estimated (draw: Draw) (bed: Gaussian) (q: Distribution) (bound: Bound) : Tensor =
    Random.withSeed draw.Seed (fun () -> (Bound.estimate bound bed.Model (guideOf q)).Value)

let private powers (draw: Draw) =
    let bed = gaussian false draw
    let mean, scale = nearby bed draw
    let q = (Normal.diagonal mean scale).Expand [| 50; mean.shape[0] |]
    let estimated = estimated draw bed q

    let falling =
        [ Cubo.bound 3.0
          Cubo.bound 1.5
          Renyi.bound 0.0
          Renyi.bound 0.3
          Renyi.bound 0.9
          Renyi.bound 1.0
          Renyi.bound 1.5
          Renyi.bound 4.0 ]
        |> List.map (fun bound -> estimated (bound 5))

    for higher, lower in List.pairwise falling do
        Expect.isTrue ((lower.le (higher + 1e-10)).all().toBool()) "a larger α, a lower bound"

    isClose 1e-10 "α = 0 is IWAE" (estimated (Renyi.bound 0.0 5)) (estimated (Iwae.bound 5))
    isClose 1e-10 "n = 1 is IWAE" (estimated (Cubo.bound 1.0 5)) (estimated (Iwae.bound 5))
    isClose 1e-10 "α = 1 is the ELBO" (estimated (Renyi.bound 1.0 5)) (estimated (Elbo.monteCarlo 5))
    isClose 1e-5 "and its limit" (estimated (Renyi.bound (1.0 + 1e-7) 5)) (estimated (Elbo.monteCarlo 5))
    isClose 1e-10 "one particle is the ELBO whatever α" (estimated (Renyi.bound 0.3 1)) (estimated (Elbo.monteCarlo 1))

/// With one latent variable: E_q[w²] = p(x)² E_q[(p(z|x)/q)²], where for normals with precisions 1/σ² everything is known.
let private upper (draw: Draw) =
    let weights = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Dense(2, 1, fun _ _ -> draw.Float(0.5, 1.5))
    let shift = MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(2, fun _ -> draw.Float(-1.0, 1.0))
    let bed = gaussianOf weights shift (draw.Float(0.5, 1.5)) (draw.Tensor([| 1; 2 |], -2.0, 2.0))
    let exactScale = sqrt bed.PosteriorCovariance[0, 0]
    let scale, distance = exactScale * draw.Float(1.2, 1.6), exactScale * draw.Float(-0.4, 0.4)
    let q = Normal.diagonal (float64 [ [ bed.PosteriorMeans[0][0] + distance ] ]) (float64 [ [ scale ] ])
    let difference = 2.0 * scale * scale - exactScale * exactScale
    let secondMoment = scale * scale / (exactScale * sqrt difference) * exp (distance * distance / difference)
    let exact = bed.LogEvidence[0] + 0.5 * log secondMoment

    let mean, error =
        meanAndError (dsharp.stack [ for _ in 1..20 -> (Bound.estimate (Cubo.bound 2.0 20_000) bed.Model (guideOf q)).Value ])

    isWithin "the χ bound" mean (error + 2e-4) (float64 [ exact ])
    Expect.isTrue (exact >= bed.LogEvidence[0]) "bounds from above"

    // KL(p ‖ q) of two normals
    let forward = log (scale / exactScale) + (exactScale ** 2.0 + distance ** 2.0) / (2.0 * scale ** 2.0) - 0.5

    let mean, error =
        meanAndError (dsharp.stack [ for _ in 1..20 -> (Bound.estimate (ForwardKl.bound 20_000) bed.Model (guideOf q)).Value ])

    isWithin "the forward divergence" mean (error + 2e-4) (float64 [ bed.LogEvidence[0] + forward ])

// ---- weighed divergences ----

let private weighing (draw: Draw) =
    let bed = gaussian false draw
    let q = let mean, scale = nearby bed draw in Normal.diagonal mean scale
    let estimated = estimated draw bed q
    let elbo = Random.withSeed draw.Seed (fun () -> Bound.estimate (Elbo.bound 3) bed.Model (guideOf q))
    let kl = elbo["kl"]
    isClose 1e-12 "β = 1 is the ELBO" (estimated (Elbo.weighed 1.0 3)) elbo.Value
    isClose 1e-12 "β = 0 is the reconstruction" (estimated (Elbo.weighed 0.0 3)) elbo["reconstruction"]
    isClose 1e-12 "any other" (estimated (Elbo.weighed 2.5 3)) (elbo["reconstruction"] - kl * 2.5)

    let at capacity =
        estimated (Elbo.capacity 2.5 (fun () -> capacity) 3)

    isClose 1e-12 "no capacity is β" (at 0.0) (elbo["reconstruction"] - kl * 2.5)
    let middle = (kl.mean ()).toDouble()
    isClose 1e-12 "capacity in the midst" (at middle) (elbo["reconstruction"] - (kl - middle).abs() * 2.5)

// ---- what a guide enumerates ----

/// y1, y2|y1, z|y2, x|y1,z in a plate; the guide enumerates y1 and y2.
let private enumeratedGuide (draw: Draw) =
    let count, first, second = 3, 2, 3
    let x = draw.Tensor([| count |], -2.0, 2.0)
    let prior1 = draw.Tensor([| first |], -1.0, 1.0)
    let prior2 = draw.Tensor([| first; second |], -1.0, 1.0)
    let means = draw.Tensor([| first |], -1.0, 1.0)
    let guide1 = draw.Tensor([| count; first |], -1.0, 1.0)
    let guide2 = draw.Tensor([| first; second |], -1.0, 1.0)
    let locations = draw.Tensor([| second |], -1.0, 1.0)
    let one = locations.onesLike().sum() / float second

    let at (table: Tensor) (index: Tensor) =
        (table.indexSelect (0, index.view -1)).view [| yield! index.shape; yield! table.shape[1..] |]

    let model =
        plate "data" count (fun _ ->
            program {
                let! y1 = sample "y1" (Categorical.FromLogits prior1)
                let! y2 = sample "y2" (Categorical.FromLogits(at prior2 y1))
                let! z = sample "z" (Normal(at locations y2 * 0.5, one))
                do! observe "x" (Normal(z + at means y1, one)) x
            })

    let guide (guide1: Tensor) =
        plate "data" count (fun _ ->
            program {
                let! y1 = sample "y1" (Categorical.FromLogits guide1)
                let! y2 = sample "y2" (Categorical.FromLogits(at guide2 y1))
                let! _ = sample "z" (Normal(at locations y2, one))
                return ()
            })

    // E over z of log N(x; z + m, 1) is that at the mean less 1/2, of KL(N(l, 1) ‖ N(l/2, 1)) (l/2)²/2
    let exact (guide1: Tensor) : Tensor =
        let logQ1 = guide1.logsoftmax -1
        let logQ2 = guide2.logsoftmax -1
        let logP1 = prior1.logsoftmax -1
        let logP2 = prior2.logsoftmax -1
        let error = x.view [| count; 1; 1 |] - locations.view [| 1; 1; second |] - means.view [| 1; first; 1 |]
        let reconstruction = error.square () * -0.5 - 0.5 - 0.5 * log (2.0 * Math.PI)
        let kl = (locations * 0.5).square() * 0.5
        let inner = reconstruction - kl + (logP2 - logQ2) + (logP1 - logQ1).unsqueeze -1
        ((logQ1.unsqueeze -1 + logQ2).exp() * inner).sum()

    let repetitions = 1_000

    let estimates bound =
        dsharp.stack
            [ for _ in 1..repetitions ->
                  Scope.run (fun () -> (Bound.estimate (bound: Bound) model (Program.enumerate (guide guide1))).Value) ]

    for bound in [ Elbo.bound 1; Elbo.withEntropy 1; Elbo.monteCarlo 1 ] do
        let mean, error = Gradient.off (fun () -> meanAndError (estimates bound))
        isWithin $"{bound} with both enumerated" mean error (exact guide1)

    let gradient =
        dsharp.stack
            [ for _ in 1..200 ->
                  Scope.run (fun () ->
                      gradientIn
                          0
                          (fun inputs -> (Bound.estimate (Elbo.bound 1) model (Program.enumerate (guide inputs[0]))).Value)
                          [ guide1 ]) ]

    let mean, error = meanAndError gradient
    isWithin "and the gradient" mean error (gradientIn 0 (fun inputs -> exact inputs[0]) [ guide1 ])

let private enumeratedDiscrete (draw: Draw) =
    let bed = mixture draw
    let logits = draw.Tensor([| bed.X.shape[0]; bed.Values.shape[0] |], -1.0, 1.0)

    let exact (inputs: Tensor list) =
        let logGuide = (inputs[0].logsoftmax -1).transpose(0, 1)
        (logGuide.exp () * (bed.LogJoint - logGuide)).sum 0

    for bound in [ Elbo.bound 1; Elbo.withEntropy 1; Elbo.monteCarlo 1 ] do
        let estimate (inputs: Tensor list) =
            (Bound.estimate bound bed.Model (Program.enumerate (guideOf (Categorical.FromLogits inputs[0])))).Value

        isClose 1e-10 $"{bound} is exact" (estimate [ logits ]) (exact [ logits ])

        isClose
            1e-10
            $"{bound} has the exact gradient"
            (gradientIn 0 (fun i -> (estimate i).sum()) [ logits ])
            (gradientIn 0 (fun i -> (exact i).sum()) [ logits ])

    let evidence = Bound.estimate (Elbo.bound 1) (Program.enumerate bed.Model) (program { return () })
    isClose 1e-10 "the model enumerated: the evidence" evidence.Value bed.LogEvidence

/// y listed, z|y drawn without a pathwise gradient: its score counts once for each y.
let private scoredBehindEnumeration (draw: Draw) =
    let x = draw.Tensor([| 2 |], -1.5, 1.5)
    let logits, codes = draw.Tensor([| 2; 3 |], -1.0, 1.0), draw.Tensor([| 3 |], -1.0, 1.0)
    let shifts = draw.Tensor([| 3 |], -1.0, 1.0)

    let at (table: Tensor) (y: Tensor) =
        (table.indexSelect (0, y.view -1)).view y.shape

    let model =
        program {
            let! y = sample "y" (Categorical.FromLogits(logits.zerosLike ()))
            let! z = sample "z" (Bernoulli.FromLogits((at codes y) * 0.5))
            do! observe "x" (Normal(z * 2.0 + at shifts y, x.onesLike ())) x
        }

    let guide (inputs: Tensor list) =
        program {
            let! y = sample "y" (Categorical.FromLogits inputs[0])
            let! _ = sample "z" (Bernoulli.FromLogits((at inputs[1] y).expand [| yield! y.shape[.. y.dim - 2]; 2 |]))
            return ()
        }

    // Σ_y q(y) Σ_z q(z|y) [log p - log q], by hand
    let exact (inputs: Tensor list) : Tensor =
        let logY = inputs[0].logsoftmax -1

        let value (z: float) =
            let logQ = if z = 1.0 then inputs[1].logsigmoid() else (-inputs[1]).logsigmoid()
            let logP = if z = 1.0 then (codes * 0.5).logsigmoid() else (codes * -0.5).logsigmoid()
            let likelihood = (x.unsqueeze -1 - (shifts + 2.0 * z)).square() * -0.5 - 0.5 * log (2.0 * Math.PI)
            logQ.exp () * (likelihood + logP - logQ - log 3.0 - logY)

        (logY.exp () * (value 0.0 + value 1.0)).sum -1

    let inputs = [ logits; codes * 0.7 ]

    for bound in [ Elbo.bound 1; Elbo.monteCarlo 1 ] do
        let estimate (inputs: Tensor list) =
            (Bound.estimate bound model (Program.enumerate (guide inputs))).Value

        Expect.equal (estimate inputs).shape [| 2 |] "one number for each x"
        let many = [ for _ in 1..1_500 -> Scope.run (fun () -> gradients (fun inputs -> (estimate inputs).sum()) inputs) ]

        for place, exact in List.indexed (gradients (fun inputs -> (exact inputs).sum()) inputs) do
            let mean, error = meanAndError (dsharp.stack [ for found in many -> found[place] ])
            isWithin $"{bound}: gradient {place}" mean error exact

/// What has nothing left to draw is the same for any number of particles; and what would be wrong is refused.
let private enumerationAndTheRest (draw: Draw) =
    let bed = mixture draw
    let model, nothing = Program.enumerate bed.Model, program { return () }

    for bound in [ Elbo.monteCarlo 5; Iwae.bound 5; Renyi.bound 0.5 5 ] do
        isClose 1e-10 $"{bound}" (Bound.estimate bound model nothing).Value bed.LogEvidence

    isClose 1e-10 "the evidence" (LogEvidence.estimate 50 model nothing) bed.LogEvidence
    isClose 1e-10 "a scale stands before the sum" (model |> Program.scale 3.0 |> Program.trace).LogDensity (bed.LogEvidence * 3.0)
    let guide = Program.enumerate (guideOf (Categorical.FromLogits(bed.LogJoint.transpose (0, 1))))

    for attempt in
        [ (fun () -> (Bound.estimate (Elbo.weighed 4.0 1) model nothing).Value)
          (fun () -> (Bound.estimate (Elbo.capacity 4.0 (fun () -> 1.0) 1) model nothing).Value)
          (fun () -> LogEvidence.naive 10 model)
          (fun () -> (Bound.estimate ((Elbo.monteCarlo 1).With Estimator.stickingTheLanding) bed.Model guide).Value)
          (fun () -> (Bound.estimate ((Iwae.bound 1).With Estimator.doublyReparameterized) bed.Model guide).Value) ] do
        says (messageOf<NotSupportedException, _> attempt) [ "numerate" ]

// ---- closed forms where draws hang on one another ----

/// p(a) p(b|a) p(x|b) against a guide in the model's order, and one in the other: closed forms may only be used where they are right.
let private orders (draw: Draw) =
    let x = draw.Tensor([| 2 |], -2.0, 2.0)
    let one = x.onesLike ()
    let shift, slope = draw.Float(-1.0, 1.0), draw.Float(0.3, 0.9)

    let model =
        program {
            let! a = sample "a" (Normal(0.0 * x, one))
            let! b = sample "b" (Normal(a * slope, one))
            do! observe "x" (Normal(b, one)) x
        }

    let forward =
        program {
            let! a = sample "a" (Normal(x * 0.4 + shift, one * 0.7))
            let! _ = sample "b" (Normal(a * 0.5 + x * 0.3, one * 0.8))
            return ()
        }

    let backward =
        program {
            let! b = sample "b" (Normal(x * 0.6 + shift, one * 0.8))
            let! _ = sample "a" (Normal(b * slope, one * 0.6))
            return ()
        }

    let estimates (guide: Program<unit>) (bound: int -> Bound) =
        meanAndError (dsharp.stack [ for _ in 1..30 -> (Bound.estimate (bound 2_000) model guide).Value ])

    for name, guide, terms in
        [ "the model's order", forward, [ "reconstruction"; "kl" ]
          "the other", backward, [ "reconstruction"; "kl"; "kl (Monte Carlo)" ] ] do
        let loss = Bound.estimate (Elbo.bound 1) model guide
        Expect.equal [ for term in loss.Terms -> term.Name ] terms name
        let exact, exactError = estimates guide Elbo.monteCarlo

        for bound in [ Elbo.bound; Elbo.withEntropy ] do
            let mean, error = estimates guide bound
            isWithin $"in {name}" mean ((error.square () + exactError.square ()).sqrt()) exact

// ---- plates, relaxations, sleep ----

/// A global z in front of a plate: bounds of several particles, and a subsampled plate on average.
let private plates (draw: Draw) =
    let size = 6
    let data = draw.Tensor([| size |], -1.0, 1.0)
    let zero = data.zerosLike().sum()

    let model (count: int) =
        program {
            let! z = sample "z" (Normal(zero, zero + 1.0))

            do! plateOf "data" size count (fun indices -> observe "x" (Normal(z, zero + 1.0)) (data.indexSelect (0, indices)))
        }

    // the exact posterior of n unit normals: precision n + 1
    let precision = float size + 1.0
    let exact = guideOf (Normal(data.sum () / precision, (zero + 1.0) / sqrt precision))
    let evidence = MultivariateNormal.FromCovariance(data * 0.0, dsharp.eye (size, dtype = Dtype.Float64) + 1.0).LogProb data

    for bound in [ Elbo.monteCarlo 1; Elbo.monteCarlo 3; Iwae.bound 4 ] do
        isClose 1e-9 $"{bound} at the posterior" (Bound.estimate bound (model size) exact).Value evidence

    let rough = guideOf (Normal(zero + 0.3, zero + 0.5))

    let average (count: int) =
        meanAndError (
            dsharp.stack [ for _ in 1..2_000 -> Scope.run (fun () -> (Bound.estimate (Elbo.bound 1) (model count) rough).Value) ]
        )

    let (whole, wholeError), (part, partError) = average size, average 2
    isWithin "a part of the plate stands for all" part ((wholeError.square () + partError.square ()).sqrt()) whole

let private relaxations (draw: Draw) =
    let inputs, x = discreteInputs draw
    let inputs = inputs |> List.map copies

    for estimator in [ Estimator.gumbelSoftmax 0.6; Estimator.straightThrough 0.6 ] do
        let bound = (Elbo.bound 1).With estimator

        let estimate (inputs: Tensor list) =
            let model, guide = discretePrograms x inputs
            Bound.estimateWithin 2 bound model guide

        let gradient = gradientIn 2 (fun inputs -> (estimate inputs).Value.sum()) inputs
        Expect.isTrue ((gradient.abs().sum 0).gt(0.0).all().toBool()) $"{estimator.Name}: gradients reach the guide"

    // by hand: the relaxed guide and prior in place of the discrete ones
    let model, guide = discretePrograms x inputs
    let relaxedPrior = RelaxedOneHotCategorical.FromLogits(0.6, (inputs[0].unsqueeze 1).expand [ repetitions; batch; classes ])

    let relaxedModel =
        model
        |> Program.rewrite (fun site -> if site.Name = "z" then { site with Distribution = relaxedPrior } else site)

    let relaxedGuide = guideOf (RelaxedOneHotCategorical.FromLogits(0.6, inputs[2]))
    let seeded f = Random.withSeed draw.Seed f
    let found = seeded (fun () -> (Bound.estimate ((Elbo.monteCarlo 1).With(Estimator.gumbelSoftmax 0.6)) model guide).Value)

    isClose
        1e-10
        "the relaxed model's bound"
        found
        (seeded (fun () -> (Bound.estimate (Elbo.monteCarlo 1) relaxedModel relaxedGuide).Value))

/// E_p(z,x)[-log q(z|x)] of the exact posterior is the conditional entropy H[z|x], and of no guide less.
let private sleeping (draw: Draw) =
    let noise = draw.Float(0.5, 1.5)
    let count = 20_000
    let zero = dsharp.zeros (count, dtype = Dtype.Float64)

    let model =
        program {
            let! z = sample "z" (Normal(zero, zero + 1.0))
            do! observe "x" (Normal(z, zero + noise)) zero
        }

    let variance = noise * noise / (1.0 + noise * noise)

    let sleep (shift: float) =
        let guide (dream: Trace<unit>) =
            guideOf (Normal(dream["x"].Value / (1.0 + noise * noise) + shift, zero + sqrt variance))

        meanAndError (WakeSleep.sleep model guide).Value

    let entropy = 0.5 * log (2.0 * Math.PI * Math.E * variance)
    let mean, error = sleep 0.0
    isWithin "the entropy of the posterior" mean error (float64 entropy)
    let mean, error = sleep 0.3
    isWithin "and the divergence of another" mean error (float64 (entropy + 0.09 / (2.0 * variance)))

let private naive (draw: Draw) =
    let bed = gaussian false draw
    let estimates = dsharp.stack [ for _ in 1..40 -> LogEvidence.naive 20_000 bed.Model ]
    let mean, error = meanAndError estimates
    // The logarithm of an average is low by half its relative variance.
    let bias = (estimates.var 0) * 0.5
    isWithin "naive Monte Carlo" (mean + bias) (error + bias * 0.2) (float64 bed.LogEvidence)

/// With the posterior as guide all weights are equal; with a narrow one the tail is heavy, and the summary says so.
let private diagnostics (draw: Draw) =
    let bed = gaussian true draw
    let exact = LogEvidence.summarize 1_000 bed.Model (guideOf (posterior bed))
    isClose 1e-9 "the evidence" exact.LogEvidence (float64 bed.LogEvidence)
    isClose 1e-6 "every draw counts" exact.EffectiveSampleSize (exact.EffectiveSampleSize.onesLike () * 1_000.0)
    let q = (posterior bed :?> Independent).Base :?> Normal
    let narrow = LogEvidence.summarize 5_000 bed.Model (guideOf (Normal.diagonal q.Mean (q.Scale * 0.4)))
    Expect.isTrue (narrow.ParetoShape.gt(0.5).all().toBool()) "a guide too narrow has a heavy tail"
    Expect.isTrue (narrow.EffectiveSampleSize.lt(2_500.0).all().toBool()) "and few effective draws"

[<Tests>]
let tests =
    testList
        "Bound laws"
        [ holds "every bound of the catalogue has a formula here" 1 everyFormula
          holds "values and gradients are the exact expectations over pairs of discrete draws" 3 discreteExact
          holds "estimators agree with the pathwise gradient" 2 continuousAgree
          holds "path gradients are 0 at the posterior" 3 landing
          holds "double reparameterization keeps the signal" 2 signalToNoise
          holds "particles divide the variance of score functions" 2 scoresPerDraw
          holds "bounds fall as α grows, from the χ bound through IWAE to the ELBO" 5 powers
          holds "upper bounds are log p(x) and a divergence" 4 upper
          holds "β and capacity weigh the divergence" 5 weighing
          holds "a guide's enumerated draws are summed exactly" 4 enumeratedDiscrete
          holds "enumerated draws that hang on one another, in a plate" 2 enumeratedGuide
          holds "a draw behind an enumerated one has its score once for each value" 2 scoredBehindEnumeration
          holds "where nothing is left to draw, and what is refused" 3 enumerationAndTheRest
          holds "closed forms stand only where the draws' order allows" 2 orders
          holds "plates and particles" 2 plates
          holds "relaxations" 2 relaxations
          holds "sleep is the expected divergence on dreams" 3 sleeping
          holds "naive Monte Carlo" 3 naive
          holds "the summary of weights tells a good guide from a narrow one" 3 diagnostics ]
