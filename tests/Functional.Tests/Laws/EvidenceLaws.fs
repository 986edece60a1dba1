// The laws of bounds on the evidence (shared/laws.md, sections 4.1 to 4.3), on models whose evidence is known exactly.
// Run with the whole suite; a new bound is tested here against the same models.
module internal Functional.Tests.EvidenceLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.TestBeds

let private elbos: (string * (int -> Bound)) list =
    [ "closed KL", Elbo.bound; "entropy", Elbo.withEntropy; "Monte Carlo", Elbo.monteCarlo ]

/// Independent estimates along a new leading axis: the posterior is repeated, so that every repetition draws its own z.
let private repeated (count: int) (posterior: Distribution) : Distribution =
    posterior.Expand(Array.append [| count |] posterior.BatchShape)

let private estimates
    (repetitions: int)
    (particles: int)
    (bound: int -> Bound)
    (model: Program<unit>)
    (q: Distribution)
    : Tensor =
    (Bound.estimate (bound particles) model (guideOf (repeated repetitions q))).Value

let private normal (mean: Tensor, scale: Tensor) = Normal.diagonal mean scale
let private variance (samples: Tensor) = samples.var 0

// ---- 4.1 three forms of the ELBO ----

let private exactForms draw =
    let bed = gaussian false draw
    let q = nearby bed draw

    isClose
        1e-10
        "log p(x) - KL(q || p(z|x)) = E[log p(x|z)] - KL(q || p(z))"
        (closedElbo bed (matrix bed.Weights) q)
        (exactElbo bed q)

let private formsAgree (particles: int) (draw: Draw) =
    let bed = gaussian false draw
    let q = nearby bed draw

    for name, bound in elbos do
        let mean, error = meanAndError (estimates 4_000 particles bound bed.Model (normal q))
        isWithin $"the ELBO with {name}, {particles} particles" mean error (exactElbo bed q)

let private termsAddUp draw =
    let bed = gaussian false draw

    for name, bound in elbos do
        let loss = Bound.estimate (bound 3) bed.Model (guideOf (normal (nearby bed draw)))
        let sum = loss.Terms |> List.map (fun term -> term.Value * term.Weight) |> List.reduce (+)
        Expect.equal loss.Value.shape [| bed.X.shape[0] |] $"{name}: one number for each x"
        isClose 1e-12 name loss.Value sum

let private particlesReduceVariance draw =
    let bed = gaussian false draw
    let q = normal (nearby bed draw)

    for name, bound in elbos do
        let spread particles =
            variance (estimates 4_000 particles bound bed.Model q)

        let ratio = numbers (spread 1 / spread 16)
        // A ratio of two sample variances of heavy-tailed quantities: right is 16.
        Expect.all ratio (fun ratio -> ratio > 11.0 && ratio < 23.0) $"{name}: the variance falls as one over the particles"

let private gradientsOf (f: Tensor list -> Tensor) (inputs: Tensor list) =
    [ for place in 0 .. inputs.Length - 1 -> gradientIn place f inputs ]

/// Pathwise gradients of every form have the exact ELBO's gradient as their mean, in q's mean and scale and in W.
let private gradientsAgree draw =
    let bed = gaussian false draw
    let mean, scale = nearby bed draw
    let repetitions = 400

    let copies (tensor: Tensor) =
        tensor.expand(Array.append [| repetitions |] tensor.shape).clone()

    let exact =
        gradientsOf (fun inputs -> (closedElbo bed inputs[0] (inputs[1], inputs[2])).sum()) [ matrix bed.Weights; mean; scale ]

    for name, bound in elbos do
        let estimate (inputs: Tensor list) =
            let weights: Tensor = inputs[0].transpose(1, 2)
            let shift = float64 (bed.Shift.ToArray())

            let likelihood (z: Tensor) =
                Normal.diagonal (z.matmul weights + shift) (shift.fullLike bed.Noise)

            // One W for each repetition: z is [particles; repetitions; batch; size of z].
            let model = latent bed.Prior likelihood bed.X
            (Bound.estimate (bound 5) model (guideOf (normal (inputs[1], inputs[2])))).Value.sum()

        let found = gradientsOf estimate [ copies (matrix bed.Weights); copies mean; copies scale ]

        for what, found, exact in List.zip3 [ "W"; "the mean of q"; "the scale of q" ] found exact do
            let average, error = meanAndError found
            isWithin $"{name}: the gradient in {what}" average error exact

// ---- 4.2 importance weighting ----

let private particleCounts = [ 1; 2; 5; 20 ]

let private ordered draw =
    let bed = gaussian false draw
    let q = nearby bed draw

    let bounds = [ for particles in particleCounts -> meanAndError (estimates 4_000 particles Iwae.bound bed.Model (normal q)) ]

    let first, error = bounds.Head
    isWithin "with one particle, the ELBO" first error (exactElbo bed q)
    let ceiling = float64 bed.LogEvidence, float64 (Array.zeroCreate<float> bed.LogEvidence.Length)

    for (lower, lowerError), (upper, upperError) in List.pairwise (bounds @ [ ceiling ]) do
        let slack = (lowerError.square () + upperError.square ()).sqrt() * standardErrors
        Expect.isTrue ((lower.le (upper + slack)).all().toBool()) "more particles, a higher bound, up to the evidence"

let private converges draw =
    let bed = gaussian false draw
    let q = normal (nearby bed draw)

    for particles, tolerance in [ 100, 0.05; 10_000, 1e-3 ] do
        let mean, error = meanAndError (estimates 20 particles Iwae.bound bed.Model q)
        let allowed = error + tolerance / standardErrors
        isWithin $"the bound with {particles} particles" mean allowed (float64 bed.LogEvidence)

/// The variance of the normalised weights p(z|x)/q(z) in one dimension: σq² / (σp √(2σq² - σp²)) · exp(d² / (2σq² - σp²)) - 1.
let private weightVariance (posteriorScale: float) (scale: float) (distance: float) =
    let difference = 2.0 * scale * scale - posteriorScale * posteriorScale
    scale * scale / (posteriorScale * sqrt difference) * exp (distance * distance / difference) - 1.0

let private gapShrinks (draw: Draw) =
    let weights = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Dense(2, 1, fun _ _ -> draw.Float(0.5, 1.5))
    let shift = MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(2, fun _ -> draw.Float(-1.0, 1.0))
    let bed = gaussianOf weights shift (draw.Float(0.5, 1.5)) (draw.Tensor([| 1; 2 |], -2.0, 2.0))
    let scale = sqrt bed.PosteriorCovariance[0, 0]
    let wide, distance = scale * draw.Float(1.2, 1.6), scale * draw.Float(-0.4, 0.4)
    let q = normal (float64 [ [ bed.PosteriorMeans[0][0] + distance ] ], float64 [ [ wide ] ])

    for particles in [ 25; 100 ] do
        let mean, error = meanAndError (estimates 10_000 particles Iwae.bound bed.Model q)
        let leading = weightVariance scale wide distance / (2.0 * float particles)
        // The next term of the expansion is of the order of the square of the first.
        let allowed = error + (4.0 * leading * leading) / standardErrors

        isWithin
            $"the gap with {particles} particles is the weights' variance over {2 * particles}"
            (float64 bed.LogEvidence - mean)
            allowed
            (float64 [ leading ])

let private evidenceConverges draw =
    let bed = gaussian false draw
    let q = normal (nearby bed draw)
    let estimate = LogEvidence.estimate 100_000 bed.Model (guideOf q)
    Expect.equal estimate.shape [| bed.X.shape[0] |] "one number for each x"
    isClose 0.01 "the estimate with 100,000 samples" estimate (float64 bed.LogEvidence)
    Expect.isFalse (Gradient.isRecorded estimate) "it is not recorded"

// 6,000 examples at once are decoded 3 samples at a time: the estimate with 10 samples is made of four pieces.
let private chunksChangeNothing draw =
    let bed = gaussian false draw
    let q = nearby bed draw
    let first (tensor: Tensor) = tensor[0..0]
    let q, x = normal (first (fst q), first (snd q)), first bed.X
    let wide = q.Expand [| 6_000; 1 |]
    let model = latent bed.Prior bed.Likelihood x
    let inPieces = LogEvidence.estimate 10 model (guideOf wide)
    let whole = (Bound.estimate (Iwae.bound 10) model (guideOf wide)).Value

    for name, statistic in [ "mean", id; "second moment", (fun (t: Tensor) -> (t - bed.LogEvidence[0]).square()) ] do
        let (mean, error), (wholeMean, wholeError) = meanAndError (statistic inPieces), meanAndError (statistic whole)
        isWithin $"the {name} of estimates" mean ((error.square () + wholeError.square ()).sqrt()) wholeMean

// ---- 4.3 the exact posterior ----

let private exactPosterior draw =
    let bed = gaussian true draw
    let q = posterior bed
    let evidence = (float64 bed.LogEvidence).expand [ 50; bed.LogEvidence.Length ]

    for particles in [ 1; 2; 7 ] do
        isClose 1e-9 "every draw of the Monte Carlo ELBO" (estimates 50 particles Elbo.monteCarlo bed.Model q) evidence
        isClose 1e-9 "every draw of the IWAE bound" (estimates 50 particles Iwae.bound bed.Model q) evidence

    for samples in [ 1; 10; 30_000 ] do
        isClose 1e-9 "the estimate of the evidence" (LogEvidence.estimate samples bed.Model (guideOf q)) (float64 bed.LogEvidence)

    for name, bound in elbos do
        let mean, error = meanAndError (estimates 4_000 1 bound bed.Model q)
        isWithin $"the ELBO with {name} in expectation" mean error (float64 bed.LogEvidence)

// ---- discrete latents, summed out by hand ----

let private enumerated (bed: Discrete) (q: Distribution) : Tensor =
    let logPosterior = q.LogProb bed.Values
    (logPosterior.exp () * (bed.LogJoint - logPosterior)).sum 0

let private discreteBound (bed: Discrete) (q: Distribution) =
    let exact = enumerated bed q
    let mean, error = meanAndError (estimates 6_000 1 Elbo.monteCarlo bed.Model q)
    isWithin "the Monte Carlo ELBO" mean error exact
    let mean, error = meanAndError (estimates 6_000 1 Iwae.bound bed.Model q)
    isWithin "the IWAE bound with one particle" mean error exact
    let mean, error = meanAndError (estimates 2_000 20 Iwae.bound bed.Model q)
    Expect.isTrue ((mean.ge (exact - error * standardErrors)).all().toBool()) "20 particles are no worse"
    Expect.isTrue ((mean.le (bed.LogEvidence + error * standardErrors)).all().toBool()) "and no higher than the evidence"
    isClose 0.02 "the estimate of the evidence" (LogEvidence.estimate 50_000 bed.Model (guideOf q)) bed.LogEvidence

let private discrete (draw: Draw) =
    let mixture = mixture draw
    let batch, classes = mixture.X.shape[0], mixture.Values.shape[0]
    discreteBound mixture (Categorical.FromLogits(draw.Tensor([| batch; classes |], -1.0, 1.0)))
    let binary = binary draw
    let shape = [| binary.X.shape[0]; binary.Values.shape[2] |]
    discreteBound binary (Independent(Bernoulli.FromLogits(draw.Tensor(shape, -1.0, 1.0)), 1))

let private discretePosterior draw =
    let bed = mixture draw
    let q = Categorical.FromLogits(bed.LogJoint.transpose (0, 1))
    let evidence = bed.LogEvidence.expand (Array.append [| 50 |] bed.LogEvidence.shape)

    for particles in [ 1; 4 ] do
        isClose 1e-9 "every draw of the Monte Carlo ELBO" (estimates 50 particles Elbo.monteCarlo bed.Model q) evidence
        isClose 1e-9 "every draw of the IWAE bound" (estimates 50 particles Iwae.bound bed.Model q) evidence

let private notReparameterizable draw =
    let bed = mixture draw
    let q = Categorical.FromLogits(bed.LogJoint.transpose (0, 1))

    for bound in [ Elbo.bound 1; Elbo.withEntropy 1; Iwae.bound 4 ] do
        let estimate () =
            Bound.estimate (bound.With Estimator.pathwise) bed.Model (guideOf q)

        says (messageOf<NotReparameterizableException, _> estimate) [ "'z'"; "Categorical"; "no pathwise gradient"; "Estimator." ]

[<Tests>]
let tests =
    testList
        "Evidence laws"
        [ holds "the closed forms of the exact ELBO agree" 20 exactForms
          holds "three forms of the ELBO have the exact expectation" 5 (formsAgree 1)
          holds "several particles have the same expectation" 5 (formsAgree 4)
          holds "a bound is the weighted sum of its terms, one number for each x" 3 termsAddUp
          holds "particles divide the variance" 2 particlesReduceVariance
          holds "pathwise gradients of every form agree with the exact ELBO's" 4 gradientsAgree
          holds "more particles make a higher bound, from the ELBO to the evidence" 4 ordered
          holds "the importance-weighted bound converges to the evidence" 3 converges
          holds "its gap shrinks as the weights' variance over twice the particles" 3 gapShrinks
          holds "the estimate of the evidence converges" 3 evidenceConverges
          holds "estimating in pieces has the same distribution" 4 chunksChangeNothing
          holds "with the exact posterior every draw is the evidence" 5 exactPosterior
          holds "with a discrete latent the bounds agree with enumeration" 4 discrete
          holds "with the exact discrete posterior every draw is the evidence" 4 discretePosterior
          holds "a discrete latent is refused where pathwise gradients are asked for" 1 notReparameterizable

          testCase "no particles are refused" (fun () ->
              let bed = Random.withSeed 1 (fun () -> gaussian true (Draw 1))

              for bound in [ Elbo.bound; Elbo.withEntropy; Elbo.monteCarlo; Iwae.bound; Renyi.bound 0.5; Cubo.bound 2.0 ] do
                  says (messageOf<ArgumentException, _>(fun () -> bound 0)) [ "at least one particle"; "0" ]

              let estimate () =
                  LogEvidence.estimate 0 bed.Model (guideOf (posterior bed))

              says (messageOf<ArgumentException, _> estimate) [ "at least one sample" ]) ]
