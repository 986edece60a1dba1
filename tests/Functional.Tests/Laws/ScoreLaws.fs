// Laws of score matching: every objective has the same gradient and the same minimiser; and of energy-based models: neither scores nor
// contrastive divergence ask for Z, noise-contrastive estimation finds it. Run with the whole suite.
module internal Functional.Tests.ScoreLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.ScoreTargets

// ---- the same gradient ----

let private levels (objective: ScoreMatching) (rows: int) : Tensor * Tensor =
    let which = dsharp.randint (0, objective.Levels.Length, [ rows ], dtype = Dtype.Int64)

    let each (part: NoiseWeight -> float) =
        (float64 (List.map part objective.Levels)).indexSelect(0, which)

    each _.Noise, each _.Weight

/// λ(σ) ½ ‖s(x, σ) - ∇ log p_σ(x)‖² for x from p_σ: what every objective is in expectation, but for a constant.
let private scoreError (target: Target) (objective: ScoreMatching) (score: Tensor -> Tensor -> Tensor) (data: Tensor) : Tensor =
    let noise, weight = levels objective data.shape[0]
    let x = data + data.randnLike () * noise.unsqueeze 1
    ((score x noise - target.Score(x, noise)).square().sum(1) * weight).mean() * 0.5

let private batches = 60
let private batch = 4000

/// The mean over batches of what is computed from each, and its standard error.
let private overBatches (target: Target) (measure: Tensor -> Tensor) : Tensor * Tensor =
    meanAndError (Tensor.stack [ for _ in 1..batches -> Scope.run (fun () -> measure (target.Sample batch)) ])

let private norm (vector: Tensor) : float =
    (vector.square().sum().sqrt()).toDouble()

let private sameGradient (make: Draw -> Target) (model: unit -> Model) (objective: ScoreMatching) (draw: Draw) =
    let target, model = make draw, model ()
    // Both losses draw the same noise.
    let gradients () =
        let data, seed = target.Sample batch, draw.Int(0, 1_000_000)

        let gradient (loss: unit -> Tensor) =
            Random.withSeed seed (fun () -> model.Gradient(loss ()))

        let found = gradient (fun () -> (ScoreMatching.objective objective model.Score data).Value)
        let expected = gradient (fun () -> scoreError target objective model.Score data)
        Tensor.stack [ found - expected; expected ]

    // As many batches as it takes to see a bias of 3% of the gradient: 2% is five standard errors then, along its mean.
    let rec compare (samples: Tensor list) =
        let all = Tensor.stack samples
        let differences, reference = all[*, 0], all[*, 1].mean 0
        let factor, error = meanAndError (differences.matmul reference / reference.square().sum())

        if standardErrors * error.toDouble () <= 0.02 then
            let mean, errors = meanAndError differences
            isWithin "the gradient" mean errors (mean.zerosLike ())
            isWithin "along the gradient" factor error (factor.zerosLike ())
        else
            Expect.isLessThan samples.Length (40 * batches) "batches are enough to see a bias of 3% of the gradient"
            compare (samples @ [ for _ in samples -> Scope.run gradients ])

    compare [ for _ in 1..batches -> Scope.run gradients ]

// ---- the same minimiser ----

let private gaussianParts (target: Target) : Tensor * Tensor =
    target.Covariance.cholesky (), target.Mean

/// The Gaussian's own score with a linear field on top of it, whose coefficients are the parameters.
let private perturbed (factor: Tensor) (mean: Tensor) : Model =
    let matrix, shift = leaf (dsharp.zeros ([ 2; 2 ], dtype = Dtype.Float64)), leaf (dsharp.zeros (2, dtype = Dtype.Float64))

    { Score = fun x noise -> gaussianScore factor mean x noise + x.matmul matrix + shift
      Parameters = [ matrix; shift ] }

let private isMinimal (objective: ScoreMatching) (draw: Draw) =
    let target = gaussian draw
    let factor, mean = gaussianParts target

    let gradient (model: Model) =
        overBatches target (fun data -> model.Gradient((ScoreMatching.objective objective model.Score data).Value))

    let at, error = gradient (perturbed factor mean)
    isWithin "the gradient at the Gaussian's score" at error (at.zerosLike ())
    let away, error = gradient (perturbed (factor * 1.2) (mean + 0.2))
    let largest = ((away / error).abs().max()).toDouble()
    Expect.isGreaterThan largest 10.0 "the gradient elsewhere, in standard errors"

/// The coefficients of x A + b that minimise a loss which is quadratic in them: A, row by row, and b.
let private minimiser (loss: (Tensor -> Tensor -> Tensor) -> Tensor) : Tensor =
    let linear (theta: Tensor) =
        Score.unconditional (fun x -> x.matmul (theta[..3].view [ 2; 2 ]) + theta[4..])

    let gradient, hessian = dsharp.gradhessian (linear >> loss) (dsharp.zeros (6, dtype = Dtype.Float64))
    -(hessian.inv().matmul(gradient.unsqueeze 1)).squeeze 1

let private coefficients (covariance: Tensor) (mean: Tensor) : Tensor =
    let precision = covariance.inv ()
    Tensor.cat [ (-precision).view -1; precision.matmul(mean.unsqueeze 1).view -1 ]

let private ofSample (objective: ScoreMatching) (draw: Draw) =
    let data = draw.Tensor([| 50; 2 |], -1.0, 2.0)
    let centred = data - data.mean 0
    let covariance = centred.transpose().matmul centred / 50.0
    let found = minimiser (fun score -> (ScoreMatching.objective objective score data).Value)
    isClose 1e-9 "-Σ̂⁻¹ (x - x̄)" found (coefficients covariance (data.mean 0))

let private plain (objective: ScoreMatching) = objective.Levels.Length = 1

let private noisedCovariance (target: Target) (objective: ScoreMatching) : Tensor =
    let noise = objective.Levels.Head.Noise
    target.Covariance + dsharp.eye (2, dtype = Dtype.Float64) * (noise * noise)

let private ofGaussian (objective: ScoreMatching) (draw: Draw) =
    let target = gaussian draw

    let once (seed: int) =
        Scope.run (fun () ->
            let data = target.Sample 20_000
            // the same probes and noise at every call, so that the loss is a function
            minimiser (fun score -> Random.withSeed seed (fun () -> (ScoreMatching.objective objective score data).Value)))

    let mean, error = meanAndError (Tensor.stack [ for seed in 1..30 -> once seed ])
    isWithin "-(Σ + σ² I)⁻¹ (x - μ)" mean error (coefficients (noisedCovariance target objective) target.Mean)

// ---- by training ----

let private train (steps: int) (parameters: Parameter list) (loss: unit -> Tensor) : unit =
    let optimizer = (Optimizer.adam 0.05).Start parameters
    let tensors = [| for parameter in parameters -> parameter.Value |]

    for step in 1..steps do
        optimizer.LearningRate <- 0.05 * Schedule.cosine 1.0 0.0 steps step
        Scope.run (fun () -> Gradient.ofLoss (loss ()) tensors |> optimizer.Step)

let private trainedNetwork (objective: ScoreMatching) (draw: Draw) =
    let target = gaussian draw
    let network = inFloat64 (fun () -> linear 2 2)
    let loss = ScoreMatching.objective objective (Score.unconditional (Net.train network))
    train 300 network.Parameters (fun () -> (loss (target.Sample 1000)).Value)
    let precision = (noisedCovariance target objective).inv()
    let weight, bias = network.Parameters[0].Value, network.Parameters[1].Value
    isClose 0.1 "-(Σ + σ² I)⁻¹" weight -precision
    isClose 0.1 "(Σ + σ² I)⁻¹ μ" bias (precision.matmul(target.Mean.unsqueeze 1).squeeze 1)

let private trainedGaussian (objective: ScoreMatching) (draw: Draw) =
    let target = gaussian draw
    let factor = Parameter.trained "factor" (dsharp.eye (2, dtype = Dtype.Float64))
    let mean = Parameter.trained "mean" (dsharp.zeros (2, dtype = Dtype.Float64))
    let loss = ScoreMatching.objective objective (gaussianScore factor.Value mean.Value)
    train 300 [ factor; mean ] (fun () -> (loss (target.Sample 1000)).Value)
    isClose 0.1 "Σ" (factor.Value.matmul (factor.Value.transpose ())) target.Covariance
    isClose 0.1 "μ" mean.Value target.Mean

// ---- traces ----

let private traceOf (make: unit -> Model) (probe: Probe) (_: Draw) =
    let model = make ()
    let x, noise = dsharp.randn ([ 1; 2 ], dtype = Dtype.Float64), dsharp.rand (1, dtype = Dtype.Float64)
    let exact = snd (JacobianTrace.exact (fun x -> model.Score x noise) x)
    let copies, noises = x.expand [ 4000; 2 ], noise.expand [ 4000 ]
    let mean, error = meanAndError (snd (JacobianTrace.hutchinson probe (fun x -> model.Score x noises) copies))
    isWithin "E[vᵀ ∇s v]" mean error (exact.squeeze ())

// ---- energies ----

let private withoutNormalizer (draw: Draw) =
    let target = mixture draw
    let x, noise = target.Sample 20, dsharp.zeros (20, dtype = Dtype.Float64)
    let shift = draw.Float(-50.0, 50.0)
    let score = Score.ofEnergy (fun x -> target.LogDensity noise x + shift) x
    isClose 1e-12 "∇f, whatever Z" score (target.Score(x, noise))

    // by hand: Σ_k r_k(x) (m_k - x) / v_k in the turned plane
    let turned = x.matmul(target.Turn).unsqueeze 1
    let logs = ((turned - target.Means).square() / target.Variances + target.Variances.log ()).sum(-1) * -0.5
    let shares = (logs + target.Weights.log ()).softmax(1).unsqueeze 2
    let byHand = ((target.Means - turned) / target.Variances * shares).sum(1).matmul(target.Turn.transpose ())
    isClose 1e-12 "the score of a mixture" score byHand
    let column = Score.ofEnergy (fun x -> (target.LogDensity noise x).unsqueeze 1) x
    isClose 1e-12 "an energy of shape [n; 1]" column byHand

/// exp(f) with f = Σ_j (a_j x_j - b_j² x_j²/2): normal with mean a/b² and standard deviation 1/b.
let private bell (slope: Tensor) (width: Tensor) (x: Tensor) : Tensor =
    (x * slope - (x * width).square() * 0.5).sum 1

let private bellModel (draw: Draw) : Tensor * Tensor * Normal =
    let slope, width = leaf (draw.Tensor([| 2 |], -1.0, 1.0)), leaf (draw.Tensor([| 2 |], 0.7, 1.5))
    slope, width, Normal(slope.noDiff () / width.noDiff().square(), 1.0 / width.noDiff ())

let private likelihoodGradient (persistent: bool) (draw: Draw) =
    let target = mixture draw
    let slope, width, model = bellModel draw

    let logNormalizer () =
        (slope.square () / width.square () * 0.5 - width.log ()).sum() + log (2.0 * Math.PI)

    let f = bell slope width
    let exact (rows: Tensor) = model.Sample [ rows.shape[0] ]

    let objective =
        if persistent then
            ContrastiveDivergence.persistent (PersistentChains(model.Sample [ batch ])) exact f
        else
            ContrastiveDivergence.objective exact f

    let gradient (loss: Tensor) =
        Tensor.cat (Gradient.ofLoss loss [| slope; width |])

    let mean, error =
        overBatches target (fun data ->
            let likelihood = (f data).mean() - logNormalizer ()
            gradient (objective data).Value - gradient -likelihood)

    isWithin "∇ -E[log p]" mean error (mean.zerosLike ())
    Expect.isLessThan (norm error) 0.05 "what the comparison can see"

/// From the score of the energy itself, as a user's sampler is.
let private followsItsScore (persistent: bool) (draw: Draw) =
    let slope, width =
        Parameter.trained "slope" (draw.Tensor([| 2 |], -0.5, 0.5)), Parameter.trained "width" (float64 [ 1.5; 0.7 ])

    let f = bell slope.Value width.Value
    let options = { Langevin.defaults with Steps = 10; StepSize = 0.1 }
    let sampler = Langevin.unadjusted options (Score.ofEnergy f)
    let data = Normal.diagonal (float64 [ 0.8; -0.5 ]) (float64 [ 0.7; 1.2 ])

    let objective =
        if persistent then
            ContrastiveDivergence.persistent (PersistentChains(data.Sample [ 500 ])) sampler f
        else
            ContrastiveDivergence.objective sampler f

    train 300 [ slope; width ] (fun () -> (objective (data.Sample [ 500 ])).Value)
    isClose 0.1 "the mean" (slope.Value / width.Value.square ()) (float64 [ 0.8; -0.5 ])
    isClose 0.1 "the standard deviation" (1.0 / width.Value) (float64 [ 0.7; 1.2 ])

let private chainsGoOn (draw: Draw) =
    let chains = PersistentChains(dsharp.zeros ([ 3; 2 ], dtype = Dtype.Float64))
    let f = bell (float64 [ 1.0; 1.0 ]) (float64 [ 1.0; 1.0 ])
    let objective = ContrastiveDivergence.persistent chains (fun rows -> rows + 1.0) f
    let data = draw.Tensor([| 5; 2 |], -1.0, 1.0)

    for step in 1..3 do
        let loss = Scope.run (fun () -> objective data)
        isClose 1e-12 "the chains" chains.Rows (dsharp.full ([ 3; 2 ], float step, dtype = Dtype.Float64))
        isClose 1e-12 "E_model[f]" loss["model"] ((f chains.Rows).mean())
        isClose 1e-12 "E_data[f]" loss["data"] ((f data).mean())

/// f = log p + c, so that log Z = c, learned from data of p and a normal noise around them.
let private findsNormalizer (ratio: int) (draw: Draw) =
    let target = mixture draw
    let logZ = draw.Float(-3.0, 3.0)
    let zero (rows: Tensor) = rows.zerosLike [ rows.shape[0] ]
    let energy = Net.ofFunction (fun (x: Tensor) -> target.LogDensity (zero x) x + logZ)
    let noise = MultivariateNormal.FromCovariance(target.Mean, target.Covariance * 1.5)
    let data = target.Sample 20_000

    // Newton's method with bounded steps on one loss, which is convex, with the noise drawn once
    let loss (value: Tensor) =
        let shifted (x: Tensor) = Net.train energy x - value
        Random.withSeed draw.Seed (fun () -> (NoiseContrastive.objective noise ratio shifted data).Value)

    let slope (at: Tensor) = dsharp.grad loss at
    let curvature (at: Tensor) = dsharp.diff slope at

    let estimate = (float64 0.0, seq { 1..10 }) ||> Seq.fold (fun at _ -> at - (slope at / curvature at).clamp(-1.0, 1.0))

    // the derivative of each example's loss, by differences, for the sandwich estimate of the standard error
    let at (shift: float) =
        let shifted (x: Tensor) = Net.train energy x - (estimate + shift)
        Random.withSeed draw.Seed (fun () -> (NoiseContrastive.perExample noise ratio shifted data).Value)

    let slopes = (at 1e-4 - at -1e-4) / 2e-4
    let error = slopes.std () / (curvature estimate * sqrt 20_000.0)
    isWithin "log Z" estimate error (estimate.scalarLike logZ)
    Expect.isLessThan (error.toDouble ()) 0.03 "its standard error"

let private learnsNormalizer (draw: Draw) =
    let target = gaussian draw
    let noise = MultivariateNormal.FromCovariance(target.Mean, target.Covariance * 2.0)
    let logZ = draw.Float(-2.0, 2.0)
    let zero (rows: Tensor) = rows.zerosLike [ rows.shape[0] ]
    let energy = Net.ofFunction (fun (x: Tensor) -> target.LogDensity (zero x) x + logZ)
    let net = inFloat64 (fun () -> energy --> NoiseContrastive.normalizer ())
    let objective = NoiseContrastive.objective noise 2 (Net.train net)
    train 300 net.Parameters (fun () -> (objective (target.Sample 2000)).Value)
    isClose 0.05 "log Z" net.Parameters.Head.Value (float64 logZ)

let private classifies (draw: Draw) =
    let target = gaussian draw
    let data = target.Sample 7
    let noise = MultivariateNormal.FromCovariance(target.Mean, target.Covariance)
    let loss = NoiseContrastive.perExample noise 3 noise.LogProb data
    // where model and noise are the same, a row is data with probability 1/(1 + ν)
    isClose 1e-12 "-log P(data)" loss["data"] (dsharp.full (7, log 4.0, dtype = Dtype.Float64))
    isClose 1e-12 "-3 log P(noise)" loss["noise"] (dsharp.full (7, 3.0 * log (4.0 / 3.0), dtype = Dtype.Float64))

// ---- the suite ----

let private objectivesWithTruth (target: Target) : ScoreMatching =
    ScoreMatching.explicit (fun x -> target.Score(x, x.zerosLike [ x.shape[0] ]))

[<Tests>]
let tests =
    testList
        "Score laws"
        [ for name, target in targets do
              for model, make in models do
                  for objective in ScoreMatching.all do
                      holds
                          $"{objective.Name} has the gradient of the score error in expectation: {name}, {model}"
                          1
                          (sameGradient target make objective)

                  holds $"explicit is the score error: {name}, {model}" 1 (fun draw ->
                      let target, model = target draw, make ()
                      let objective = objectivesWithTruth target
                      let data = target.Sample 100
                      let found = (ScoreMatching.objective objective model.Score data).Value
                      isClose 1e-12 "the value" found (scoreError target objective model.Score data))

          for objective in ScoreMatching.all do
              holds $"{objective.Name} is minimal at the score of a Gaussian" 1 (isMinimal objective)

              if plain objective then
                  holds $"{objective.Name}: the linear minimiser is that of the Gaussian" 1 (ofGaussian objective)
                  holds $"{objective.Name}: training a linear network finds it" 1 (trainedNetwork objective)
              else
                  holds $"{objective.Name}: training finds the Gaussian" 1 (trainedGaussian objective)

          holds "implicit: the linear minimiser is that of the sample's mean and covariance" 5 (ofSample ScoreMatching.implicit)

          holds "explicit: the linear minimiser is that of the Gaussian" 5 (fun draw ->
              let target = gaussian draw
              let data = target.Sample 20

              let loss score =
                  (ScoreMatching.objective (objectivesWithTruth target) score data).Value

              isClose 1e-9 "-Σ⁻¹ (x - μ)" (minimiser loss) (coefficients target.Covariance target.Mean))

          for model, make in models do
              for probe in [ Probe.Rademacher; Probe.Gaussian ] do
                  holds $"the trace of {model} is estimated without bias: {probe}" 3 (traceOf make probe)

          holds "the score of exp(f)/Z is ∇f, whatever Z" 5 withoutNormalizer
          holds "contrastive divergence from an exact sampler has the likelihood's gradient" 2 (likelihoodGradient false)
          holds "so has persistent contrastive divergence" 2 (likelihoodGradient true)
          holds "contrastive divergence from Langevin chains finds a Gaussian" 1 (followsItsScore false)
          holds "so does persistent contrastive divergence" 1 (followsItsScore true)
          holds "persistent chains go on from batch to batch" 3 chainsGoOn

          for ratio in [ 1; 3 ] do
              holds $"noise-contrastive estimation finds log Z, noise {ratio} to 1" 3 (findsNormalizer ratio)

          holds "training finds log Z" 1 learnsNormalizer
          holds "noise-contrastive estimation is a classification" 3 classifies

          testCase "every objective has a name of its own, a formula and a source" (fun () ->
              let names = [ for objective in ScoreMatching.all -> objective.Name ]
              Expect.equal (List.distinct names) names "names"

              for objective in ScoreMatching.all do
                  Expect.isGreaterThan objective.Formula.Length 5 "a formula"
                  Expect.isGreaterThan objective.Source.Length 5 "a source") ]
