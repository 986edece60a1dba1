// The laws of guidance, of in-painting by the conditional reverse process and of cold diffusion, on data whose conditionals are known.
module Functional.Tests.Laws.GuidanceLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Laws.ExactDenoisers

let private schedules = inFloat64 NoiseSchedule.all

// ---- guidance: a mixture of two Gaussians, whose components are the classes ----

let private marginal (data: GaussianData) (schedule: NoiseSchedule) (x: Tensor) (t: Tensor) : Tensor =
    let signal, noise = Rows.lift x (schedule.Signal t), Rows.lift x (schedule.Noise t)
    let centred = (x - signal * data.Mean).matmul data.Rotation
    let scale = (signal.square () * data.Variances + noise.square ()).sqrt()
    Rows.sum ((Normal(x.zerosLike (), scale)).LogProb centred)

let private isGuided (draw: Draw) =
    let first, second = gaussianData draw, gaussianData draw
    let schedule = draw.Pick schedules
    let weight, scale = draw.Float(0.1, 0.9), draw.Float(0.0, 3.0)

    let mixture x t =
        (marginal first schedule x t + log weight).logaddexp(marginal second schedule x t + log (1.0 - weight))

    let isFirst x t =
        marginal first schedule x t + log weight - mixture x t

    let score (x: Tensor) (t: Tensor) =
        dsharp.grad (fun x -> (mixture x t).sum()) x

    let unconditional = Denoiser.ofFunction schedule Prediction.Score score
    let conditional = exactDenoiser first schedule
    let x, t = draw.Tensor([| 4; 2 |], -1.0, 1.0), draw.Tensor([| 4 |], 0.1, 0.9)

    let same message (a: Denoiser) (b: Denoiser) =
        isClose 1e-7 message (a.Data(x, t)) (b.Data(x, t))

    same "an exact classifier" (Guidance.classifier 1.0 isFirst unconditional) conditional
    same "no guidance" (Guidance.classifierFree 0.0 conditional unconditional) unconditional
    same "the condition" (Guidance.classifierFree 1.0 conditional unconditional) conditional

    same
        "without a classifier as with one"
        (Guidance.classifierFree scale conditional unconditional)
        (Guidance.classifier scale isFirst unconditional)

let private drops (draw: Draw) =
    let probability = draw.Float(0.1, 0.9)
    let conditions = dsharp.ones ([ 20_000; 3 ], dtype = Dtype.Float64)
    let none = float64 [ 0.0; -1.0; 2.0 ]
    let found = Guidance.dropped probability none conditions
    let isDropped = (found.eq(none).cast Dtype.Float64).mean 1
    Expect.isTrue ((isDropped.square () - isDropped).abs().max().toDouble() = 0.0) "all of a condition or nothing"
    let share, error = meanAndError isDropped
    isWithin "the share" share error (float64 probability)

// ---- in-painting: the first number is seen, the second is correlated with it ----

let private correlated (draw: Draw) : GaussianData =
    { gaussianData draw with
        Variances = float64 [ draw.Float(0.05, 0.2); draw.Float(0.5, 1.0) ] }

// Mean and variance of the second number given the first.
let private conditional (data: GaussianData) (seen: float) =
    let covariance, mean = data.Covariance.toArray2D<float>(), numbers data.Mean
    let slope = covariance[1, 0] / covariance[0, 0]
    mean[1] + slope * (seen - mean[0]), covariance[1, 1] - slope * covariance[0, 1]

let private samples = 4000

let private observed (data: GaussianData) (draw: Draw) =
    let seen = (numbers data.Mean)[0] + draw.Float(-1.0, 1.0)
    let mask = (float64 [ 1.0; 0.0 ]).expand [ samples; 2 ]
    seen, (float64 [ seen; nan ]).expand [ samples; 2 ], mask

let private isConditional (message: string) (bias: float) (data: GaussianData) (seen: float) (hidden: Tensor) =
    let expectedMean, expectedVariance = conditional data seen
    let mean, error = meanAndError hidden
    isWithinBias bias $"{message}: the mean" mean error (float64 expectedMean)
    let variance, varianceError = meanAndError ((hidden - mean).square())
    isWithinBias bias $"{message}: the variance" variance varianceError (float64 expectedVariance)

let private exactIsConditional (sampler: Sampler) (draw: Draw) =
    let data = correlated draw
    let seen, x, mask = observed data draw

    let schedule, grid =
        draw.Pick
            [ NoiseSchedule.variancePreserving 0.1 20.0, TimeGrid.uniform
              NoiseSchedule.linear 1000, TimeGrid.quadratic
              NoiseSchedule.varianceExploding 0.01 20.0, TimeGrid.uniform
              NoiseSchedule.edm 20.0, TimeGrid.karras ]

    let denoiser = exactDenoiser data schedule |> DiffusionInPainting.exact x mask
    let options = { Sampler.defaults with Steps = 100; Grid = grid }
    let filled = Sampler.run options sampler denoiser (Sampler.noiseLike options denoiser x)

    // Euler's last step to the data is as wrong as it is long
    let last =
        if sampler.Name = "reverse SDE" then
            Array.item (options.Steps - 1) (grid.Times schedule 1.0 options.Steps)
        else
            0.0

    let left = (schedule.At [ last ] |> Array.head).Noise
    let error = (filled[*, 0] - seen).abs().max().toDouble()
    Expect.isLessThan error (1e-6 + 6.0 * left) $"{schedule.Name}: what is seen stays, up to the final noise"
    isConditional $"{schedule.Name}, {sampler.Name}" 0.02 data seen filled[*, 1]

let private replacingIsConditional (draw: Draw) =
    let data = correlated draw
    let seen, x, mask = observed data draw
    let denoiser = exactDenoiser data (NoiseSchedule.linear 1000)
    let options = { Sampler.defaults with Steps = 30; Grid = TimeGrid.quadratic }
    // the posterior's variance is too small at so few steps, and each resampling makes it smaller
    let sampler = Sampler.ancestral ReverseVariance.Forward
    let filled = DiffusionInPainting.sample options 20 sampler denoiser (x, mask)
    isClose 1e-12 "what is seen stays" filled[*, 0] (filled[*, 0].fullLike seen)
    isConditional "replacing" 0.03 data seen filled[*, 1]

// For independent numbers of unit variance the guess of the variance is right, and nothing is learned of what is hidden.
let private guidedIsExact (draw: Draw) =
    let data =
        { gaussianData draw with
            Rotation = float64 [ [ 1.0; 0.0 ]; [ 0.0; 1.0 ] ]
            Variances = float64 [ 1.0; 1.0 ] }

    let schedule = draw.Pick schedules
    let x, t = draw.Tensor([| 5; 2 |], -1.0, 1.0), draw.Tensor([| 5 |], 0.1, 0.9)
    let mask = (draw.Tensor([| 5; 2 |], 0.0, 1.0).gt 0.5).cast Dtype.Float64
    let noisy = draw.Tensor([| 5; 2 |], -2.0, 2.0)
    let denoiser = exactDenoiser data schedule
    let guided, exact = DiffusionInPainting.guided x mask denoiser, DiffusionInPainting.exact x mask denoiser
    isClose 1e-9 "guided" (guided.Data(noisy, t)) (exact.Data(noisy, t))
    isClose 1e-9 "exact" (exact.Data(noisy, t)) (dsharp.where (mask.gt 0.5, x, denoiser.Data(noisy, t)))

// Images, of which the derivatives go through a network with an axis more.
let private keepsShape (draw: Draw) =
    let x = draw.Tensor([| 2; 1; 3; 3 |], -1.0, 1.0)
    let mask = (draw.Tensor([| 2; 1; 3; 3 |], 0.0, 1.0).gt 0.5).cast Dtype.Float64
    let denoiser = Denoiser.ofFunction (NoiseSchedule.cosine 50) Prediction.Velocity (fun x _ -> x.tanh ())
    let options = { Sampler.defaults with Steps = 5; Start = 0.9 }

    for way in [ DiffusionInPainting.guided x mask; DiffusionInPainting.exact x mask ] do
        let filled = Sampler.run options (Sampler.ddim 0.0) (way denoiser) (Sampler.noiseLike options denoiser x)
        Expect.equal filled.shape x.shape "the shape"
        Expect.isTrue (filled.isfinite().all().toBool()) "numbers"

// ---- cold diffusion ----

let private images (draw: Draw) =
    draw.Tensor([| 2; 2; 5; 6 |], -1.0, 1.0)

let private ofNetwork (degradation: Degradation) (restore: Tensor -> Tensor -> Tensor) : ColdDiffusion =
    { Degradation = degradation
      Network = Net.ofFunction (fun (x, t) -> restore x t) }

let private options = { Sampler.defaults with Steps = 8 }

// Where the degradation is linear in t the sampler needs no network.
let private linearIsExact (draw: Draw) =
    let x, direction = images draw, images draw

    let degradation =
        { Name = "linear"
          Formula = "x + t e"
          Source = ""
          Apply = fun x t -> x + Rows.lift x t * direction }

    let model = ofNetwork degradation (fun x t -> (x + Rows.lift x t).sin())
    isClose 1e-12 "restored" (ColdDiffusion.run options model (x + direction)) x
    let naive = ColdDiffusion.runNaively options model (x + direction)
    Expect.isGreaterThan ((naive - x).abs().max().toDouble()) 1e-3 "the naive way is not exact"

let private perfectIsExact (degradation: Degradation) (draw: Draw) =
    let x = images draw
    let model = ofNetwork degradation (fun _ _ -> x)
    let degraded = degradation.Apply x (Rows.constant x 1.0)
    isClose 1e-12 "restored" (ColdDiffusion.run options model degraded) x
    isClose 1e-12 "restored naively" (ColdDiffusion.runNaively options model degraded) x
    let states = ColdDiffusion.trajectory options model degraded
    Expect.equal states.Length 9 "the states"
    isClose 1e-12 "half-way" states[4] (degradation.Apply x (Rows.constant x 0.5))

let private begins (degradation: Degradation) (draw: Draw) =
    let x = images draw
    isClose 1e-12 "nothing at 0" (degradation.Apply x (Rows.constant x 0.0)) x

    let change (t: float) =
        (degradation.Apply x (Rows.constant x t) - x).square().sum().toDouble()

    let changes = [ for t in [ 0.1; 0.3; 0.6; 1.0 ] -> change t ]
    Expect.isTrue (List.pairwise changes |> List.forall (fun (a, b) -> a < b)) "it grows"

let private blurs (draw: Draw) =
    let x = images draw
    let s, t = draw.Tensor([| 2 |], 0.1, 0.7), draw.Tensor([| 2 |], 0.1, 0.7)
    let blur = (Degradation.blur 3.0).Apply
    isClose 1e-12 "the mean stays" ((blur x t).mean [ 2; 3 ]) (x.mean [ 2; 3 ])
    isClose 1e-12 "variances add up" (blur (blur x s) t) (blur x ((s.square () + t.square ()).sqrt()))
    isClose 1e-12 "of the image turned" (blur (x.transpose (2, 3)) t) ((blur x t).transpose(2, 3))

[<Tests>]
let tests =
    testList
        "Guidance laws"
        [ holds "guidance of an exact classifier is conditioning, and classifier-free guidance the same" 6 isGuided
          holds "conditions are dropped with their probability" 3 drops
          testList
              "7.9: in-painting with an exact denoiser draws from the conditional"
              [ for sampler in Sampler.all |> List.filter (fun sampler -> not (sampler.Name.StartsWith "predictor")) do
                    holds sampler.Name 2 (exactIsConditional sampler) ]
          holds "7.9: replacing with resampling draws from the conditional" 1 replacingIsConditional
          holds "guided and exact in-painting agree on standard data" 5 guidedIsExact
          holds "in-painting keeps the shape of images" 2 keepsShape
          testCase "a mask of another shape is refused" (fun () ->
              let denoiser = Denoiser.ofFunction NoiseSchedule.rectified Prediction.Data (fun x _ -> x)
              let x, mask = dsharp.zeros [ 2; 3 ], dsharp.zeros [ 3 ]
              says (messageOf<ArgumentException, _>(fun () -> DiffusionInPainting.guided x mask denoiser)) [ "[3]"; "[2; 3]" ])
          testList
              "cold diffusion"
              [ holds "is exact where the degradation is linear" 3 linearIsExact

                for degradation in Degradation.all do
                    holds $"{degradation.Name} begins with nothing and grows" 3 (begins degradation)
                    holds $"{degradation.Name} is undone by a perfect network" 3 (perfectIsExact degradation)

                holds "blurring is that of a Gaussian with reflection" 3 blurs ] ]
