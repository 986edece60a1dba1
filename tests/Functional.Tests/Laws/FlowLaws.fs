// The laws of reverse equations, probability flows and flow matching (shared/laws.md, 7.6 to 7.8).
// Run with the whole suite, over NoiseSchedule.all and SdeMethod.all: a schedule that is added there is tested here.
module internal Functional.Tests.FlowLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.GaussianPaths

let private levels (schedule: NoiseSchedule) (t: float) : NoiseLevel = (schedule.At [ t ])[0]

// ---- 7.6: there and back along stochastic equations ----

/// Samples have the mean and the second moments of a distribution, given by exact draws of it.
let private hasMoments (message: string) (samples: Tensor) (mean: Tensor) (covariance: Tensor) =
    let actual, error = meanAndError samples
    isWithin $"{message}: mean" actual error mean
    let centred = samples - mean
    let products = centred.unsqueeze 2 * centred.unsqueeze 1
    let actual, error = meanAndError products
    isWithin $"{message}: covariance" actual error covariance

/// The mean and covariance of p(x_t).
let private moments (data: GaussianData) (schedule: NoiseSchedule) (t: float) : Tensor * Tensor =
    let level = levels schedule t
    let weights = data.Weights.unsqueeze 1
    let mean = (data.Means * weights).sum 0
    let scaled = data.Rotations * data.Variances.sqrt().unsqueeze(1)
    let away = data.Means - mean
    let within = scaled.matmul (scaled.transpose (1, 2))
    let between = away.unsqueeze 2 * away.unsqueeze 1
    let covariance = ((within + between) * weights.unsqueeze 2).sum 0
    let identity = (covariance.zerosLike ()) + dsharp.eye (data.Dimension, dtype = Dtype.Float64)
    mean * level.Signal, covariance * (level.Signal * level.Signal) + identity * (level.Noise * level.Noise)

/// Those of the theory of stochastic equations, and the time at which their noise begins.
let private stochastic: (NoiseSchedule * float) list =
    [ NoiseSchedule.variancePreserving 0.1 20.0, 1.0
      NoiseSchedule.subVariancePreserving 0.1 20.0, 1.0
      NoiseSchedule.varianceExploding 0.05 10.0, 1.0
      NoiseSchedule.rectified, 0.95 ]

let private draws = 2000

let private diffuses (method: SdeMethod) (schedule: NoiseSchedule, last: float) (draw: Draw) =
    let data = gaussianData draw
    let first = draw.Float(0.02, 0.1)
    let x = (data.At(schedule, first)).Sample [ draws ]
    let steps = if method.Order > 1 then 100 else 400
    let later = SdeSolver.solve method steps (ReverseSde.forward schedule) (first, last) x
    let mean, covariance = moments data schedule last
    hasMoments "noise" later mean covariance

let private reverses (method: SdeMethod) (schedule: NoiseSchedule, last: float) (draw: Draw) =
    let data = gaussianData draw
    let stochasticity = draw.Pick [ 0.0; 1.0; draw.Float(0.3, 1.3) ]
    let finish = 0.01

    let options =
        { ReverseSde.defaults with
            Method = method
            Steps = if method.Order > 1 then 200 else 600
            Start = last
            Finish = finish
            Stochasticity = stochasticity
            Denoise = false }

    let samples = ReverseSde.follow options (exactDenoiser schedule data) ((data.At(schedule, last)).Sample [ draws ])
    let mean, covariance = moments data schedule finish
    hasMoments $"data, stochasticity {stochasticity}" samples mean covariance

let private denoisesAtTheEnd (draw: Draw) =
    let data = mixtureOf 1 2 draw
    let schedule = NoiseSchedule.variancePreserving 0.1 20.0
    let denoiser = exactDenoiser schedule data
    let x = draw.Tensor([| 6; 2 |], -1.0, 1.0)

    let follow denoise =
        Random.withSeed draw.Seed (fun () ->
            ReverseSde.follow { ReverseSde.defaults with Steps = 20; Denoise = denoise } denoiser x)

    let left = follow false
    isClose 1e-12 "the expected data" (follow true) (denoiser.Data(left, left.fullLike (1e-3, [ 6 ])))

/// On a linear equation a step is x' = A x + B z; so is its mean's and its variance's way, without sampling.
let private hasWeakOrder (method: SdeMethod) (draw: Draw) =
    let rate, strength = draw.Tensor([| 4; 1 |], -1.5, 1.5), draw.Tensor([| 4; 1 |], 0.2, 1.0)

    let sde =
        { Drift = fun x t -> rate * x * (1.0 + t.unsqueeze 1)
          DiffusionSquared = fun t -> (strength.view -1) * (t + 0.5) }

    let zero, one = rate.zerosLike (), rate.onesLike ()

    let finalMoments (method: SdeMethod) (steps: int) =
        let h = 1.0 / float steps

        ((one, zero), [ 0 .. steps - 1 ])
        ||> List.fold (fun (mean, variance) i ->
            let t = float i * h
            let a, b = method.Step sde t h one zero, method.Step sde t h zero one
            mean * a, variance * a.square () + b.square ())

    let exact = finalMoments SdeMethod.heun 1024

    let error steps =
        let mean, variance = finalMoments method steps
        ((mean - fst exact).abs().sum() + (variance - snd exact).abs().sum()).toDouble()

    let observed = Math.Log2(error 16 / error 64) / 2.0
    Expect.isTrue (abs (observed - float method.Order) < 0.35) $"the weak order of {method.Name} is {observed}"

// ---- 7.7: likelihoods along the probability flow ----

let private precise = { OdeSolver.defaults with AbsoluteTolerance = 1e-7; RelativeTolerance = 1e-7 }

let private likelihoodIsExact (schedule: NoiseSchedule) (draw: Draw) =
    let data = gaussianData draw
    let first = firstTime schedule
    let density = data.At(schedule, first)

    let flow =
        { ProbabilityFlow.ofDenoiser first [ data.Dimension ] (exactDenoiser schedule data) with
            Noise = data.At(schedule, 1.0) }

    let x = density.Sample [ 8 ]
    isClose 1e-5 "log p(x)" (ProbabilityFlow.logLikelihood precise TraceMethod.Exact flow x) (density.LogProb x)

/// Data of mean 0 and variance 1 are what ProbabilityFlow.noise is exact for.
let private likelihoodOfStandardData (schedule: NoiseSchedule) (draw: Draw) =
    let data =
        { mixtureOf 1 2 draw with
            Means = dsharp.zeros ([ 1; 2 ], dtype = Dtype.Float64)
            Variances = dsharp.ones ([ 1; 2 ], dtype = Dtype.Float64) }

    let first = firstTime schedule

    let flow = inFloat64 (fun () -> ProbabilityFlow.ofDenoiser first [ 2 ] (exactDenoiser schedule data))

    let density = data.At(schedule, first)
    let x = density.Sample [ 8 ]
    isClose 1e-5 "log p(x)" (ProbabilityFlow.logLikelihood precise TraceMethod.Exact flow x) (density.LogProb x)

let private hutchinsonIsUnbiased (probe: Probe) (draw: Draw) =
    let schedule = draw.Pick [ NoiseSchedule.variancePreserving 0.1 20.0; NoiseSchedule.rectified ]
    let data = mixtureOf 2 2 draw
    let first = 0.01

    let flow =
        { ProbabilityFlow.ofDenoiser first [ 2 ] (exactDenoiser schedule data) with
            Noise = data.At(schedule, 1.0) }

    let density = data.At(schedule, first)
    let x = density.Sample [ 1 ]
    let options = { precise with AbsoluteTolerance = 1e-5; RelativeTolerance = 1e-5 }

    let estimates = ProbabilityFlow.logLikelihood options (TraceMethod.Hutchinson probe) flow (x.expand [ 2000; 2 ])

    let mean, error = meanAndError estimates
    isWithinBias 5e-5 "the mean over probes" (mean.view 1) (error.view 1) (density.LogProb x)

let private encodesAndDecodes (schedule: NoiseSchedule) (draw: Draw) =
    let data = gaussianData draw
    let first = firstTime schedule
    let flow = ProbabilityFlow.ofDenoiser first [ data.Dimension ] (exactDenoiser schedule data)
    let x = (data.At(schedule, first)).Sample [ 5 ]
    let code = (ProbabilityFlow.encode precise flow x).State
    isClose 2e-4 "decoded" (ProbabilityFlow.decode precise flow code).State x

// ---- 7.8: flow matching ----

/// Weights of the trapezoidal rule for E[f(ε)], which is exact to rounding for what is smooth.
let private normalGrid =
    let nodes = [| for i in -80 .. 80 -> float i * 0.1 |]
    nodes, nodes |> Array.map (fun e -> 0.1 * exp (-0.5 * e * e) / sqrt (2.0 * Math.PI))

/// Every example with every node of the noise at one time, and the weight of each.
let private everyPair (data: GaussianData) (t: float) =
    let nodes, weights = normalGrid
    let count = nodes.Length
    let grid = [ data.Means.shape[0]; count; 1 ]
    let examples = ((data.Means.unsqueeze 1).expand grid).clone().view [ -1; 1 ]
    let noise = (((float64 nodes).view [ 1; -1; 1 ]).expand grid).clone().view [ -1; 1 ]
    let joint = (data.Weights.unsqueeze 1 * float64 weights).view -1
    examples, noise, (float64 t).expand [ joint.nelement ], joint

let private sameGradient (schedule: NoiseSchedule) (draw: Draw) =
    let data = points 3 1 draw

    let network =
        inFloat64 (fun () ->
            Net.ofFunction (fun (x: Tensor, t: Tensor) -> dsharp.cat ([ x * 0.3; t.unsqueeze 1 ], 1))
            --> mlpWith Activation.tanh [ 2; 5 ]
            --> linear 5 1)

    let field = VelocityField.create schedule network
    let parameters = network.Parameters |> List.map _.Value |> List.toArray

    let examples, noise, t, weights = everyPair data (draw.Float(0.1, 0.9))

    let gradients (loss: Tensor) =
        Gradient.ofLoss ((loss * weights).sum()) parameters |> Array.map (fun g -> g.view -1) |> dsharp.cat

    let conditional = gradients (FlowMatching.estimate Mode.Train field examples noise t).Value

    let marginal =
        let x = Denoiser.diffuse schedule examples t noise
        let velocity = (exactField schedule data).Network.Run(Mode.Eval, (x, t))
        gradients ((network.Run(Mode.Train, (x, t)) - velocity).square().sum 1)

    let scale = marginal.abs().max().toDouble()
    isClose 1e-8 "the gradient" (conditional / scale) (marginal / scale)

    // where there is noise enough for the losses themselves to differ
    if schedule.Name = NoiseSchedule.rectified.Name then
        let excess = FlowMatching.estimate Mode.Eval (exactField schedule data) examples noise t
        Expect.isGreaterThan ((excess.Value * weights).sum().toDouble()) 1e-4 "the conditional loss of the exact field"

/// x₀ = m + C₀^½ C₁^-½ (x₁ - α₁ m) on normal data, whose covariances C_t = α² Σ + σ² I commute.
let private transports (schedule: NoiseSchedule) (draw: Draw) =
    let data = mixtureOf 1 (draw.Int(1, 3)) draw
    let first = firstTime schedule

    let flow =
        { VelocityField.flow [ data.Dimension ] (exactField schedule data) with
            DataTime = first }

    let x = draw.Tensor([| 6; data.Dimension |], -2.0, 2.0) * (levels schedule 1.0).Noise
    let mean, rotation = data.Means[0], data.Rotations[0]

    let scale (t: float) =
        let level = levels schedule t
        (data.Variances[0] * (level.Signal * level.Signal) + level.Noise * level.Noise).sqrt()

    let turned = (x - mean * (levels schedule 1.0).Signal).matmul rotation
    let expected = (turned * scale first / scale 1.0).matmul(rotation.transpose (0, 1)) + mean * (levels schedule first).Signal
    isClose 1e-5 "data" (ProbabilityFlow.decode precise flow x).State expected

let private fieldIsDenoiser (schedule: NoiseSchedule) (draw: Draw) =
    let data = gaussianData draw
    let x, t = draw.Tensor([| 7; data.Dimension |], -2.0, 2.0), draw.Tensor([| 7 |], 0.05, 0.95)
    let denoiser = exactDenoiser schedule data
    let field = VelocityField.ofDenoiser denoiser
    let again = VelocityField.toDenoiser field
    let expected, expectedNoise = data.Expected(x, schedule.Signal t, schedule.Noise t)
    isClose 1e-7 "data" (again.Data(x, t)) expected
    isClose 1e-7 "noise" (again.Noise(x, t)) expectedNoise
    let flow = ProbabilityFlow.ofDenoiser (firstTime schedule) [ data.Dimension ] denoiser
    isClose 1e-8 "velocity" (field.Network.Run(Mode.Eval, (x, t))) (flow.Velocity x t)

    // Song et al., equation 13
    let drift, squared = (schedule.Drift t).unsqueeze 1, (schedule.DiffusionSquared t).unsqueeze 1
    isClose 1e-7 "f x - ½ g² score" (flow.Velocity x t) (drift * x - squared * denoiser.Score(x, t) * 0.5)

[<Tests>]
let tests =
    testList
        "Flow laws"
        [ for method in SdeMethod.all do
              holds $"{method.Name} has the weak order that it declares" 3 (hasWeakOrder method)

              for schedule, last in stochastic do
                  holds $"7.6: The diffusion {schedule} ends in its marginal, by {method}" 2 (diffuses method (schedule, last))
                  holds $"7.6: The reverse of {schedule} ends in the data, by {method}" 2 (reverses method (schedule, last))

          holds "7.6: The last look is at the expected data" 3 denoisesAtTheEnd

          for schedule in smoothSchedules do
              holds $"7.7: The likelihood along {schedule} is exact" 3 (likelihoodIsExact schedule)

              holds
                  $"7.7: So it is from standard normal noise on standard data, along {schedule}"
                  1
                  (likelihoodOfStandardData schedule)

              holds $"7.7: Codes along {schedule} decode" 2 (encodesAndDecodes schedule)
              holds $"7.8: The exact field of {schedule} carries noise to normal data" 3 (transports schedule)
              holds $"7.8: A field along {schedule} is a denoiser, and back" 3 (fieldIsDenoiser schedule)

          for schedule in NoiseSchedule.all () @ [ FlowMatching.path 0.1 ] do
              holds $"7.8: Conditional and marginal loss along {schedule} have one gradient" 2 (sameGradient schedule)

          for probe in [ Probe.Rademacher; Probe.Gaussian ] do
              holds $"7.7: {probe} probes are right on average" 2 (hutchinsonIsUnbiased probe) ]
