// The laws of diffusion over the registries of schedules, predictions, weightings, samplers and grids.
// Data are Gaussian and denoisers exact wherever a law speaks of log p(x) or of samples.
module Functional.Tests.Laws.DiffusionLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Laws.ExactDenoisers

let private schedules = inFloat64 NoiseSchedule.all

let private forAll (seeds: int) (law: NoiseSchedule -> Draw -> unit) =
    [ for schedule in schedules -> holds schedule.Name seeds (law schedule) ]

// Ascending times of one random instance.
let private ascending (draw: Draw) (count: int) =
    [ for i in 0 .. count - 1 -> (draw.Tensor([| 5 |], 0.01, 0.95) + float i) / float count ]

// A denoiser that is wrong.
let private wrong (schedule: NoiseSchedule) (prediction: Prediction) : Denoiser =
    Denoiser.ofFunction schedule prediction (fun x t -> (x * 0.7 + (Rows.lift x t)).tanh())

let private copies (count: int) (x: Tensor) =
    x.expand [| yield count; yield! x.shape |]

// ---- 1: Gaussian algebra ----

let private composes (schedule: NoiseSchedule) (draw: Draw) =
    match ascending draw 3 with
    | [ s; t; u ] ->
        let way a b = NoiseSchedule.transition a b schedule
        let first, second, both = way s t, way t u, way s u
        isClose 1e-9 "the ratio" both.Ratio (first.Ratio * second.Ratio)

        isClose 1e-9 "the variance" both.ForwardVariance (second.Ratio.square () * first.ForwardVariance + second.ForwardVariance)

        let variance t = (schedule.Noise t).square()
        isClose 1e-9 "α of q(x_t|x₀)" (schedule.Signal t) (first.Ratio * schedule.Signal s)
        isClose 1e-9 "σ² of q(x_t|x₀)" (variance t) (first.Ratio.square () * variance s + first.ForwardVariance)
    | _ -> ()

// Bayes' rule for Gaussians: precisions add up.
let private posterior (schedule: NoiseSchedule) (draw: Draw) =
    match ascending draw 2 with
    | [ s; t ] ->
        let way = NoiseSchedule.transition s t schedule
        let prior, likelihood = 1.0 / (schedule.Noise s).square(), way.Ratio.square () / way.ForwardVariance
        let variance = 1.0 / (prior + likelihood)
        isClose 1e-8 "the variance" (way.PosteriorVariance / variance) (variance.onesLike ())
        isClose 1e-8 "the factor of x_t" way.OnNoisy (variance * way.Ratio / way.ForwardVariance)
        isClose 1e-8 "the factor of x₀" way.OnData (variance * schedule.Signal s * prior)
    | _ -> ()

// In the notation of DDPM.
let private ofBetas (draw: Draw) =
    let betas = draw.Floats(6, 0.05, 0.6)
    let schedule = NoiseSchedule.ofBetas betas
    let products = betas |> Array.scan (fun product beta -> product * (1.0 - beta)) 1.0
    let steps = [ 2..6 ]
    let time (i: int) = float i / 6.0

    let way =
        NoiseSchedule.transition (float64 [ for i in steps -> time (i - 1) ]) (float64 [ for i in steps -> time i ]) schedule

    let column (f: float -> float -> float -> float) =
        float64 [ for i in steps -> f betas[i - 1] products[i] products[i - 1] ]

    isClose 1e-10 "γ" way.OnNoisy (column (fun beta here before -> sqrt (1.0 - beta) * (1.0 - before) / (1.0 - here)))
    isClose 1e-10 "δ" way.OnData (column (fun beta here before -> sqrt before * beta / (1.0 - here)))
    isClose 1e-10 "σ²" way.PosteriorVariance (column (fun beta here before -> beta * (1.0 - before) / (1.0 - here)))

// ---- 3: the KL of a step ----

let private stepIsKl (schedule: NoiseSchedule) (draw: Draw) =
    let denoiser = wrong schedule (draw.Pick Prediction.all)
    let x = draw.Tensor([| 5; 3 |], -1.0, 1.0)

    match ascending draw 2 with
    | [ s; t ] ->
        let way = NoiseSchedule.transition s t schedule
        let lift = Rows.lift x
        let noise = Random.withSeed draw.Seed (fun () -> Rows.noise x)
        let noisy = Denoiser.diffuse schedule x t noise
        let predicted = denoiser.Data(noisy, t)

        let normal (data: Tensor) (variance: Tensor) =
            Normal.diagonal (lift way.OnNoisy * noisy + lift way.OnData * data) ((lift variance).sqrt().expandAs x)

        for variance, modelVariance in
            [ ReverseVariance.Posterior, way.PosteriorVariance; ReverseVariance.Forward, way.ForwardVariance ] do
            let found = Random.withSeed draw.Seed (fun () -> DiffusionBound.step Mode.Eval variance denoiser s t x)

            let expected = Kl.divergence (normal x way.PosteriorVariance) (normal predicted modelVariance)
            isClose 1e-7 $"{variance}" found expected

        let error = Rows.sum ((x - predicted).square())
        let snr (t: Tensor) = (schedule.LogSnr t).exp()
        let found = Random.withSeed draw.Seed (fun () -> DiffusionBound.step Mode.Eval ReverseVariance.Posterior denoiser s t x)
        isClose 1e-7 "½ (SNR_s - SNR_t) ‖x - x̂‖²" found ((snr s - snr t) * 0.5 * error)
        isClose 1e-7 "δ²/2σ² ‖x - x̂‖²" found (way.OnData.square () / way.PosteriorVariance * 0.5 * error)
    | _ -> ()

// ---- 4: parameterizations ----

let private agree (schedule: NoiseSchedule) (draw: Draw) =
    let data = gaussianData draw
    let denoiser = exactDenoiser data schedule
    let x, t = draw.Tensor([| 5; 2 |], -2.0, 2.0), draw.Tensor([| 5 |], 0.02, 0.98)

    for prediction in Prediction.all do
        let other = Denoiser.predicting prediction denoiser
        isClose 1e-8 $"data from {prediction.Name}" (other.Data(x, t)) (denoiser.Data(x, t))
        isClose 1e-8 $"noise from {prediction.Name}" (other.Noise(x, t)) (denoiser.Noise(x, t))
        isClose 1e-8 $"velocity from {prediction.Name}" (other.Velocity(x, t)) (denoiser.Velocity(x, t))
        let scale = Rows.lift x (schedule.Noise t)
        isClose 1e-8 $"score from {prediction.Name}" (other.Score(x, t) * scale) (denoiser.Score(x, t) * scale)

let private isScore (schedule: NoiseSchedule) (draw: Draw) =
    let data = gaussianData draw
    let time = draw.Float(0.1, 0.9)
    let x = draw.Tensor([| 4; 2 |], -1.0, 1.0)
    let t = Rows.constant x time
    let level = schedule.At [ time ] |> Array.head

    let covariance =
        data.Covariance * (level.Signal * level.Signal)
        + dsharp.eye (2, dtype = Dtype.Float64) * (level.Noise * level.Noise)

    let marginal = MultivariateNormal.FromCovariance(data.Mean * level.Signal, covariance)
    let score = dsharp.grad (fun x -> (marginal.LogProb x).sum()) x
    isClose 1e-7 "∇ log p(x_t)" ((exactDenoiser data schedule).Score(x, t)) score

// ---- losses ----

// Whatever a network predicts, the loss is that of the same predicted data.
let private lossIsOfData (weighting: LossWeighting) (draw: Draw) =
    let schedule = draw.Pick schedules
    let x = draw.Tensor([| 6; 3 |], -1.0, 1.0)
    let denoiser = wrong schedule (draw.Pick Prediction.all)

    let loss = Random.withSeed draw.Seed (fun () -> DiffusionLoss.estimate Mode.Eval weighting TimeSampling.uniform denoiser x)

    let expected =
        Random.withSeed draw.Seed (fun () ->
            let t = TimeSampling.uniform.Draw schedule x
            let predicted = denoiser.Data(Denoiser.diffuse schedule x t (Rows.noise x), t)
            let snr = (schedule.LogSnr t).exp()

            let weight =
                match weighting.Formula with
                | "1" -> snr.onesLike ()
                | "SNR" -> snr
                | "min(SNR, γ)" -> snr.clamp (high = 5.0)
                | "max(SNR, 1)" -> snr.clamp (low = 1.0)
                | "SNR + 1/s²" -> snr + 4.0
                | "-½ dSNR/dt" -> snr * schedule.LogSnrSlope t * -0.5
                | formula -> failtest $"an unknown formula {formula}"

            weight * Rows.sum ((x - predicted).square()))

    Expect.equal [ for term in loss.Terms -> term.Name ] [ weighting.Name ] "the term"
    isClose 1e-6 "the loss" loss.Value expected

// At the very end, too: where there are no data left, as a limit, which is infinite for what divides by α.
let private endsInLimit (schedule: NoiseSchedule) (draw: Draw) =
    let x = draw.Tensor([| 4; 3 |], -1.0, 1.0)
    let hasData = (schedule.At [ 1.0 ] |> Array.head).Signal > 0.0

    for prediction in Prediction.all do
        for weighting in LossWeighting.all do
            let loss (time: float) =
                let times = { TimeSampling.uniform with Draw = fun _ x -> Rows.constant x time }

                Random.withSeed draw.Seed (fun () ->
                    DiffusionLoss.estimate Mode.Eval weighting times (wrong schedule prediction) x)

            let message = $"{weighting.Name}, {prediction.Name}"
            let last, before = (loss 1.0).Value, (loss (1.0 - 1e-9)).Value
            let isFinite = last.isfinite().all().toBool()

            if isFinite then
                isClose 1e-5 message last before
            else
                Expect.isFalse (last.hasnan ()) $"{message}: numbers"
                Expect.isFalse hasData $"{message}: there are data left"
                Expect.isTrue (prediction = Prediction.Noise || prediction = Prediction.Score) $"{message}: divides by α"
                Expect.isGreaterThan (before.min().toDouble()) 1e6 $"{message}: without bound"

// Weighed by one over their density, times are uniform. Schedules have ends near which times are drawn often enough.
let private haveDensity (times: TimeSampling) (draw: Draw) =
    let reach = draw.Float(1.0, 2.0)

    let schedule =
        draw.Pick
            [ inFloat64 (fun () -> NoiseSchedule.learned 3 (reach + 2.0) -reach)
              NoiseSchedule.varianceExploding (exp (-0.5 * reach - 1.0)) (exp (0.5 * reach)) ]

    let examples = dsharp.zeros ([ 20; 1 ], dtype = Dtype.Float64)
    let draws = dsharp.stack [ for _ in 1..100 -> times.Draw schedule examples ]
    Expect.isTrue ((draws.gt 0.0).logicalAnd(draws.le 1.0).all().toBool()) "times are in (0, 1]"
    let weights = (-(times.LogDensity schedule draws)).noDiff().exp()

    for power in 0..3 do
        let mean, error = meanAndError (draws.pow power * weights)
        // the moments of a fine grid differ by less than 1e-3
        isWithinBias 1e-3 $"the moment {power}" mean error (mean.fullLike (1.0 / float (power + 1)))

let private keepDtype (times: TimeSampling) (draw: Draw) =
    let schedule = draw.Pick schedules
    let examples = dsharp.zeros ([ 6; 2; 1 ], dtype = Dtype.Float32)
    let t = times.Draw schedule examples
    let density = times.LogDensity schedule t
    Expect.equal (t.shape, t.dtype) ([| 6 |], Dtype.Float32) "the times"
    Expect.equal (density.shape, density.dtype) ([| 6 |], Dtype.Float32) "their density"
    Expect.isTrue (density.isfinite().all().toBool()) "the density is finite"

let private lowDiscrepancyIsLow (draw: Draw) =
    let times = TimeSampling.lowDiscrepancy.Draw (draw.Pick schedules) (dsharp.zeros ([ 64; 1 ], dtype = Dtype.Float64))

    let sorted, _ = times.sort ()
    let gaps = sorted[1..] - sorted[..62]
    isClose 1e-9 "gaps" gaps (gaps.fullLike (1.0 / 64.0))

// A learned schedule's gradients, by differences.
let private reachesSchedule (draw: Draw) =
    let schedule = inFloat64 (fun () -> NoiseSchedule.learned 4 6.0 -4.0)
    let x = draw.Tensor([| 6; 2 |], -1.0, 1.0)
    let denoiser = wrong schedule Prediction.Noise

    let loss () =
        Random.withSeed draw.Seed (fun () ->
            (DiffusionLoss.objective LossWeighting.likelihood TimeSampling.uniform denoiser x).Value)

    let parameters = [| for parameter in schedule.Parameters -> parameter.Value |]
    let gradients = Gradient.ofLoss (loss ()) parameters

    for parameter, gradient in Array.zip parameters gradients do
        let before = parameter.noDiff().clone()
        let direction = draw.Tensor(parameter.shape, -1.0, 1.0)

        let moved (step: float) =
            Parameter.assign parameter (before + direction * step)
            let value = (loss ()).toDouble()
            Parameter.assign parameter before
            value

        let difference = (moved 1e-5 - moved -1e-5) / 2e-5
        isClose 1e-5 "the directional derivative" ((gradient * direction).sum()) (float64 difference)
        Expect.isGreaterThan (abs difference) 0.0 "the loss depends on it"

// ---- 2: the two decompositions ----

let private count = 20_000

// One example many times, so that the mean over the batch is an expectation over noise.
let private expectation (bound: Tensor -> Loss) (x: Tensor) =
    meanAndError (bound (copies count x)).Value

let private sameExpectation (draw: Draw) =
    let schedule = draw.Pick [ NoiseSchedule.cosine 1000; NoiseSchedule.variancePreserving 0.1 5.0; NoiseSchedule.edm 3.0 ]
    let denoiser = wrong schedule (draw.Pick [ Prediction.Data; Prediction.Noise; Prediction.Velocity ])
    let x = draw.Tensor([| 2 |], -1.0, 1.0)

    let bound =
        { DiffusionBound.create (draw.Int(2, 5)) (Reconstruction.gaussianOf 0.5) with
            Variance = draw.Pick [ ReverseVariance.Posterior; ReverseVariance.Forward ] }

    let denoising, error = expectation (DiffusionBound.denoising Mode.Eval bound denoiser) x
    let consistency, consistencyError = expectation (DiffusionBound.consistency Mode.Eval bound denoiser) x
    isWithin "the consistency form" consistency (error + consistencyError) denoising
    let estimate, estimateError = expectation (DiffusionBound.estimate Mode.Eval bound denoiser) x
    isWithin "one random step" estimate (error + estimateError) denoising

let private oneStepIsVae (draw: Draw) =
    let schedule = draw.Pick schedules
    let denoiser = exactDenoiser (gaussianData draw) schedule
    let x = draw.Tensor([| 2 |], -1.0, 1.0)
    let level = schedule.At [ 1.0 ] |> Array.head
    let scale = sqrt (level.Signal * level.Signal + level.Noise * level.Noise)

    let vae =
        { Encoder = Net.ofFunction (fun x -> Normal.diagonal (x * level.Signal) (x.fullLike level.Noise))
          Decoder = Net.ofFunction (fun z -> Normal.diagonal (denoiser.Data(z, Rows.constant z 1.0)) (z.fullLike 0.5))
          Prior = Normal.diagonal (float64 [ 0.0; 0.0 ]) (float64 [ scale; scale ]) }

    let elbo = Vae.elbo vae (copies count x)

    for form in [ DiffusionBound.denoising; DiffusionBound.consistency; DiffusionBound.estimate ] do
        let bound = form Mode.Eval (DiffusionBound.create 1 (Reconstruction.gaussianOf 0.5)) denoiser (copies count x)
        isClose 1e-8 "the KL from the prior" bound["prior"] elbo["kl"]
        let reconstruction, error = meanAndError bound["reconstruction"]
        let expected, expectedError = meanAndError elbo["reconstruction"]
        isWithin "the reconstruction" reconstruction (error + expectedError) expected

// ---- 5: continuous time ----

// log SNR from 6 to -4, on different ways.
let private sameEnds: NoiseSchedule list =
    inFloat64 (fun () ->
        let bent: NoiseSchedule =
            { new NoiseSchedule("bent", "log SNR = 6 - 10 sin²(½πt)", "") with
                member this.Signal t = (this.LogSnr t).sigmoid().sqrt()
                member this.Noise t = (-(this.LogSnr t)).sigmoid().sqrt()

                member _.LogSnr t =
                    6.0 - (t * (Math.PI / 2.0)).sin().square() * 10.0 }

        [ NoiseSchedule.learnedLinear 6.0 -4.0
          NoiseSchedule.learned 16 6.0 -4.0
          NoiseSchedule.varianceExploding (exp -3.0) (exp 2.0)
          bent ])

let private dependsOnEnds (draw: Draw) =
    let data = gaussianData draw
    let x = data.Distribution.Sample [ count ]

    // ½ ∫ E‖x₀ - x̂‖² dSNR
    let expected =
        let snr (logSnr: float) =
            (data.Variances * exp logSnr + 1.0).log().sum()

        (snr 6.0 - snr -4.0) * 0.5

    // a grid is as far off as its steps are wide
    let samplings = TimeSampling.all |> List.filter (fun times -> not (times.Name.StartsWith "grid"))

    for schedule in sameEnds do
        let times = draw.Pick samplings
        let denoiser = exactDenoiser data schedule
        let bound = DiffusionBound.continuous Mode.Eval 0.0 times Reconstruction.gaussian denoiser x
        let value, error = meanAndError bound["diffusion"]
        isWithin $"{schedule.Name}, {times.Name}" value error expected

// ---- 6: tight bounds, right samples ----

// E[log p(x)] minus the bound of so many steps.
let private gap (data: GaussianData) (schedule: NoiseSchedule) (variance: ReverseVariance) (steps: int) =
    let x = data.Distribution.Sample [ 4000 ]

    let bound = { DiffusionBound.create steps Reconstruction.gaussian with Variance = variance }

    let value = (DiffusionBound.denoising Mode.Eval bound (exactDenoiser data schedule) x).Value
    meanAndError (data.Distribution.LogProb x - value)

// With the forward variance few steps are enough.
let private tends (draw: Draw) =
    let data = gaussianData draw

    let schedule =
        draw.Pick [ NoiseSchedule.variancePreserving 0.1 20.0; NoiseSchedule.linear 1000; NoiseSchedule.learnedLinear 8.0 -8.0 ]

    let coarse, coarseError = gap data schedule ReverseVariance.Forward 2
    Expect.isGreaterThan (coarse.toDouble ()) (5.0 * coarseError.toDouble ()) "the gap of 2 steps"
    let fine, error = gap data schedule ReverseVariance.Forward 60
    isWithin "the gap of 60 steps" fine error (fine.zerosLike ())

// With the posterior variance the gap falls as 1/T, where log SNR begins at a finite number.
let private tendsSlowly (draw: Draw) =
    let data = gaussianData draw
    let schedule = NoiseSchedule.learnedLinear 8.0 -8.0
    let coarse, coarseError = gap data schedule ReverseVariance.Posterior 40
    let fine, fineError = gap data schedule ReverseVariance.Posterior 160
    Expect.isGreaterThan (fine.toDouble ()) (5.0 * fineError.toDouble ()) "a bound is below"
    // at 40 steps the next order of 1/T is still in it
    isWithinBias 0.1 "four times the steps, a quarter of the gap" (fine * 4.4) (fineError * 4.4 + coarseError) coarse

let private tendsAtOnce (draw: Draw) =
    let data = gaussianData draw
    let schedule = draw.Pick schedules
    let x = data.Distribution.Sample [ count ]
    let times = draw.Pick TimeSampling.all[..1]
    // from a log SNR of 8: there the decoder is as good as exact
    let first = schedule.TimesOf [ 8.0 ] |> Array.head
    let bound = DiffusionBound.continuous Mode.Eval first times Reconstruction.gaussian (exactDenoiser data schedule) x

    // what the prior costs, because there are data left at t = 1
    let level = schedule.At [ 1.0 ] |> Array.head
    let signal, noise = level.Signal * level.Signal, level.Noise * level.Noise

    let leftOver =
        let variances = (data.Variances * signal + noise) / (signal + noise)
        let mean = data.Mean.square().sum() * signal / (signal + noise)
        ((variances - variances.log () - 1.0).sum() + mean) * 0.5

    let gap, error = meanAndError (data.Distribution.LogProb x - bound.Value)
    isWithinBias 0.002 schedule.Name gap error leftOver

let private samples = 5000

// Exact noise at the start, so that what is found is the sampler's.
let private start (data: GaussianData) (schedule: NoiseSchedule) (time: float) =
    let x = data.Distribution.Sample [ samples ]
    Denoiser.diffuse schedule x (Rows.constant x time) (Rows.noise x)

let private hasMoments (message: string) (data: GaussianData) (bias: float) (x: Tensor) =
    let (mean, meanError), (covariance, covarianceError) = moments x
    isWithinBias bias $"{message}: the mean" mean meanError data.Mean
    isWithinBias bias $"{message}: the covariance" covariance covarianceError data.Covariance

let private samplesAreRight (sampler: Sampler) (draw: Draw) =
    let data = gaussianData draw

    let schedule, start', grid =
        draw.Pick
            [ NoiseSchedule.cosine 1000, 0.99, TimeGrid.uniform
              NoiseSchedule.linear 1000, 1.0, TimeGrid.quadratic
              NoiseSchedule.variancePreserving 0.1 20.0, 1.0, TimeGrid.uniform
              NoiseSchedule.subVariancePreserving 0.1 20.0, 1.0, TimeGrid.uniform
              NoiseSchedule.varianceExploding 0.01 20.0, 1.0, TimeGrid.uniform
              NoiseSchedule.rectified, 0.99, TimeGrid.uniform
              NoiseSchedule.edm 20.0, 1.0, TimeGrid.karras ]

    let options = { Sampler.defaults with Steps = 200; Grid = grid; Start = start' }

    let x = Sampler.run options sampler (exactDenoiser data schedule) (start data schedule start')
    hasMoments $"{schedule.Name}, {grid.Name}" data 0.006 x

// The probability flow of Gaussian data is known: every x keeps its place among those of its time.
let private hasOrder (order: float) (sampler: Sampler) (draw: Draw) =
    let data = gaussianData draw
    let schedule = NoiseSchedule.varianceExploding 0.1 10.0
    let x = draw.Tensor([| 6; 2 |], -10.0, 10.0)
    let scale (noise: float) = (data.Variances + noise * noise).sqrt()
    let centred = (x - data.Mean).matmul data.Rotation
    let exact = data.Mean + (centred * scale 0.1 / scale 10.0).matmul(data.Rotation.transpose ())

    let error (steps: int) =
        let options = { Sampler.defaults with Steps = steps }
        let found = Sampler.run options sampler (exactDenoiser data schedule) x
        (found - exact).square().sum().sqrt().toDouble()

    let found = Math.Log2(error 128 / error 256)
    Expect.isLessThan (abs (found - order)) 0.2 $"the order, {found}"

let private gridIsRight (grid: TimeGrid) (schedule: NoiseSchedule) (draw: Draw) =
    let steps, start = draw.Int(1, 20), draw.Float(0.5, 0.99)
    let times = grid.Times schedule start steps
    Expect.equal times.Length (steps + 1) "the number of times"
    Expect.isTrue (Array.pairwise times |> Array.forall (fun (a, b) -> a >= b)) "they fall"
    Expect.isLessThanOrEqual times[0] (start + 1e-9) "the first one"
    Expect.equal (Array.last times) 0.0 "the last one"

[<Tests>]
let tests =
    testList
        "Diffusion laws"
        [ testList "1: steps compose into q(x_t|x₀)" (forAll 3 composes)
          testList "1: Bayes' rule gives the posterior of a step" (forAll 3 posterior)
          holds "1: the posterior of DDPM" 5 ofBetas
          holds "2: the two decompositions have the same expectation, and so has a random step" 6 sameExpectation
          holds "2: with one step the bound is the ELBO of a VAE" 4 oneStepIsVae
          testList "3: the divergence of a step has its three forms" (forAll 3 stepIsKl)
          testList "4: parameterizations agree" (forAll 3 agree)
          testList "4: the score is the gradient of log p(x_t)" (forAll 2 isScore)
          holds "5: the continuous bound depends on the schedule's ends alone" 6 dependsOnEnds
          holds "6: the bound tends to log p(x) with few steps" 2 tends
          holds "6: the bound tends to log p(x) as 1/T" 1 tendsSlowly
          holds "6: the continuous bound is log p(x)" 6 tendsAtOnce
          testList
              "6: samples have the data's mean and covariance"
              [ for sampler in Sampler.all -> holds sampler.Name 3 (samplesAreRight sampler) ]
          holds "6: DDIM is of first order" 3 (hasOrder 1.0 (Sampler.ddim 0.0))
          holds "6: Heun's method is of second order" 3 (hasOrder 2.0 (Sampler.heun 0.0))
          testList
              "losses"
              [ for weighting in LossWeighting.all do
                    holds weighting.Name 5 (lossIsOfData weighting)

                for schedule in schedules do
                    holds $"at t = 1: {schedule.Name}" 2 (endsInLimit schedule)

                for times in TimeSampling.all do
                    holds $"times have their density: {times.Name}" 2 (haveDensity times)
                    holds $"times keep the dtype: {times.Name}" 2 (keepDtype times)

                holds "times of low discrepancy are evenly spaced" 2 lowDiscrepancyIsLow
                holds "gradients reach a learned schedule" 3 reachesSchedule ]
          testList
              "grids of times"
              [ for grid in TimeGrid.all do
                    for schedule in schedules -> holds $"{grid.Name}, {schedule.Name}" 2 (gridIsRight grid schedule) ] ]
