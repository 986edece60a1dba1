// Flow matching: a network learns the velocity of a Gaussian path by regression, and the flow along it carries noise to data.
// Velocity fields train with these objectives, straighten by reflow, and sample and score as probability flows.
namespace Functional

open Functional.Tensors

/// u(x, t) = dx/dt along the path x_t = α(t) x₀ + σ(t) ε of a schedule: data at t = 0, noise at t = 1. (Where papers let
/// time run from noise to data, their t is 1 - t here and their velocity -u.)
type VelocityField =
    {
        /// The path: NoiseSchedule.rectified for straight lines.
        Schedule: NoiseSchedule
        /// u of points x_t, [n; ...], and times t, [n].
        Network: Net<Tensor * Tensor, Tensor>
    }

    /// Its network's under `network.`, which training changes, and a learned schedule's under `schedule.`, which is stored but not trained: flow
    /// matching is easiest on a path along which nothing moves.
    member this.Parameters: Parameter list =
        let schedule = this.Schedule.Parameters |> List.map (fun parameter -> { parameter with Trained = false })
        Net.parameters [ "network", this.Network.Parameters; "schedule", schedule ]

    interface IHoldsTensors with
        member this.Tensors = this.Parameters |> Seq.map _.Value

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module VelocityField =

    /// A network on a path.
    let create (schedule: NoiseSchedule) (network: Net<Tensor * Tensor, Tensor>) : VelocityField =
        { Schedule = schedule; Network = network }

    /// A network on straight lines between data and noise.
    let rectified (network: Net<Tensor * Tensor, Tensor>) : VelocityField = create NoiseSchedule.rectified network

    let private map (f: Tensor -> Tensor -> Tensor -> Tensor) (network: Net<Tensor * Tensor, Tensor>) =
        let run mode (x, t) =
            f x t (network.Run(mode, (x, t)) |> Rows.unchanged "VelocityField" x)

        Net(network.Name, None, (fun _ -> None), network.Parameters, run)

    /// The denoiser that says the same: with δ = α σ' - σ α', its data are x̂₀ = (σ' x - σ u)/δ, its noise ε̂ = (α u - α'
    /// x)/δ, and its v̂ = α ε̂ - σ x̂₀ = [(α² + σ²) u - (α α' + σ σ') x]/δ. On straight lines δ = 1, x̂₀ = x - t u and ε̂
    /// = x + (1 - t) u, which has a value at both ends; on variance-preserving paths v̂ is u but for the speed δ.
    let toDenoiser (field: VelocityField) : Denoiser =
        let velocity (x: Tensor) (t: Tensor) (u: Tensor) =
            let struct (signal, noise, signalSlope, noiseSlope) = PathSpeed.at field.Schedule x t
            let total = signal.square () + noise.square ()
            (total * u - (signal * signalSlope + noise * noiseSlope) * x) / (signal * noiseSlope - noise * signalSlope)

        Denoiser.create field.Schedule Prediction.Velocity (map velocity field.Network)

    /// The velocity field that says the same: u = α' x̂₀ + σ' ε̂ = [δ v̂ + (α α' + σ σ') x]/(α² + σ²).
    /// Where the denoiser `NeedsSignal`, it has no value at times with α = 0, as t = 1 of straight lines: no flow of it begins there.
    let ofDenoiser (denoiser: Denoiser) : VelocityField =
        let denoiser = Denoiser.predicting Prediction.Velocity denoiser

        let velocity (x: Tensor) (t: Tensor) (v: Tensor) =
            let struct (signal, noise, signalSlope, noiseSlope) = PathSpeed.at denoiser.Schedule x t
            let speed = signal * noiseSlope - noise * signalSlope
            (speed * v + (signal * signalSlope + noise * noiseSlope) * x) / (signal.square () + noise.square ())

        create denoiser.Schedule (map velocity denoiser.Network)

    /// The flow of the field in use, for data of that shape.
    let flow (shape: seq<int>) (field: VelocityField) : ProbabilityFlow =
        let velocity x t =
            field.Network.Run(Mode.Eval, (x, t)) |> Rows.unchanged "VelocityField" x

        ProbabilityFlow.create velocity (ProbabilityFlow.noiseLike (ParameterPlace.zeros field.Parameters shape) field.Schedule)

/// Which noise goes with which example: a way to reorder noise, [n; ...], for data of the same shape.
type Coupling =
    {
        /// What it is called.
        Name: string
        /// The noise in another order, from data and noise.
        Pair: Tensor -> Tensor -> Tensor
        /// Where it is from.
        Source: string
    }

    override this.ToString() = this.Name

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Coupling =

    /// Noise and data know nothing of each other.
    let independent: Coupling =
        { Name = "independent"
          Pair = fun _ noise -> noise
          Source = "Lipman et al., arXiv:2210.02747" }

    /// Noise for each example drawn from the plan π that carries the batch's noise to its data at the least E‖x₀ - ε‖² -
    /// λ H(π), by Sinkhorn's iterations in log-space; λ is that share of the mean squared distance. Paths cross less, so
    /// that the velocity is easier to learn and its flow straighter. The noise of the whole batch remains N(0, I) as far
    /// as the iterations have converged.
    /// Source: Tong et al., arXiv:2302.00482, section 3.2; Cuturi, arXiv:1306.0895.
    let optimalTransport (share: float) (iterations: int) : Coupling =
        if not (share > 0.0) then
            raise (Errors.Argument.option (nameof share) "positive" share)

        if iterations < 1 then
            raise (Errors.Argument.option (nameof iterations) "at least 1" iterations)

        let pair (data: Tensor) (noise: Tensor) =
            Scope.run (fun () ->
                Gradient.off (fun () ->
                    let rows (t: Tensor) = t.view [ t.shape[0]; -1 ]
                    let data', noise' = rows data, rows noise
                    let cross = data'.matmul (noise'.transpose (0, 1))
                    let squares (t: Tensor) = t.square().sum 1
                    let cost = ((squares data').unsqueeze 1) + ((squares noise').unsqueeze 0) - cross * 2.0
                    let kernel = -cost / (cost.mean () * share)

                    // the column sums are right after each turn, and the rows are normalized as they are drawn from
                    let balance (logColumns: Tensor) _ =
                        Scope.run (fun () ->
                            let logRows = -(kernel + logColumns.unsqueeze 0).logsumexp 1
                            -(kernel + logRows.unsqueeze 1).logsumexp 0)

                    let start = (View.select 0 0 kernel).zerosLike()
                    let logColumns = Seq.fold balance start (seq { 1..iterations })
                    let plan = (kernel + logColumns.unsqueeze 0).softmax 1
                    let chosen = (plan.multinomial 1).view -1
                    noise.indexSelect (0, chosen.cast Dtype.Int64)))

        { Name = "optimal transport"
          Pair = pair
          Source = "Tong et al., arXiv:2302.00482; Cuturi, arXiv:1306.0895" }

    /// One of each, as they are commonly set.
    let all: Coupling list = [ independent; optimalTransport 0.05 50 ]

/// How to draw what a velocity is learned from. Start from `FlowMatching.defaults` and change what differs.
type FlowMatchingOptions =
    {
        /// Which noise goes with which example; Coupling.independent by default.
        Coupling: Coupling
        /// How times are drawn; TimeSampling.uniform by default.
        Times: TimeSampling
    }

/// E‖u_θ(x_t, t) - (α' x₀ + σ' ε)‖² over data, noise and times: its minimum is the velocity that carries the marginals,
/// E[α' x₀ + σ' ε | x_t].
/// Source: Lipman, Chen, Ben-Hamu, Nickel & Le, arXiv:2210.02747, equation 9 and theorem 2.
module FlowMatching =

    /// Independent noise, uniform times.
    let defaults: FlowMatchingOptions = { Coupling = Coupling.independent; Times = TimeSampling.uniform }

    /// α = 1 - t, σ = σ₀ + (1 - σ₀) t: straight lines from noise to normal distributions of scale σ₀ around the data.
    /// Source: Lipman et al., arXiv:2210.02747, equation 22, with σ_min for σ₀ and time reversed.
    let path (leastNoise: float) : NoiseSchedule =
        if not (leastNoise >= 0.0 && leastNoise < 1.0) then
            raise (Errors.Argument.option (nameof leastNoise) "between 0 and 1" leastNoise)

        let source = "Lipman et al., arXiv:2210.02747, equation 22"

        { new NoiseSchedule($"optimal transport {leastNoise}", "α = 1 - t, σ = σ₀ + (1 - σ₀) t", source) with
            member _.Signal t = 1.0 - t
            member _.Noise t = t * (1.0 - leastNoise) + leastNoise }

    /// ‖u_θ(x_t, t) - (α' x₀ + σ' ε)‖² of each example, [n], for that noise ε and those times t, [n]: the term `flow matching`.
    /// Raises ArgumentException where there is not one time for each example, or the network's output has another shape than x_t.
    let estimate (mode: Mode) (field: VelocityField) (data: Tensor) (noise: Tensor) (t: Tensor) : Loss =
        let struct (signal, sigma, signalSlope, noiseSlope) = PathSpeed.at field.Schedule data t
        let noisy = signal * data + sigma * noise
        let velocity = field.Network.Run(mode, (noisy, t)) |> Rows.unchanged "FlowMatching" noisy
        let target = signalSlope * data + noiseSlope * noise
        Loss.term "flow matching" (Rows.squaredNorm (velocity - target))

    /// The training loss: the mean of `estimate` over the batch, with noise and times drawn as the options say.
    let objective (options: FlowMatchingOptions) (field: VelocityField) : Objective<Tensor> =
        fun data ->
            let noise = options.Coupling.Pair data (Rows.noise data)
            estimate Mode.Train field data noise (options.Times.Draw field.Schedule data) |> Loss.mean

    /// `objective` with the defaults.
    let loss (field: VelocityField) : Objective<Tensor> = objective defaults field

    /// The training loss where data and noise come in pairs, as `RectifiedFlow.pairs` makes them.
    let pairLoss (field: VelocityField) : Objective<Tensor * Tensor> =
        fun (data, noise) -> estimate Mode.Train field data noise (defaults.Times.Draw field.Schedule data) |> Loss.mean

/// Straightening: a flow trained on the ends of its own paths moves along straighter lines, and needs fewer steps.
/// Source: Liu, Gong & Liu, arXiv:2209.03003.
module RectifiedFlow =

    // How many points are carried at once.
    let private batch = 1024

    /// `count` pairs of data and the noise that the flow carries to them, drawn now: train a new field on them with
    /// FlowMatching.pairLoss. One round (reflow) is mostly enough; the pairs have the faults of the flow that they are from.
    let pairs (options: OdeOptions) (flow: ProbabilityFlow) (count: int) : Dataset<Tensor * Tensor> =
        if count < 1 then
            raise (Errors.Argument.option (nameof count) "at least 1" count)

        let draw (count: int) =
            Scope.run (fun () ->
                let noise = flow.Noise.Sample [ count ]
                (ProbabilityFlow.decode options flow noise).State, noise)

        let data, noise =
            Scope.run (fun () ->
                let drawn = [ for first in 0..batch .. count - 1 -> draw (min batch (count - first)) ]
                dsharp.cat (List.map fst drawn), dsharp.cat (List.map snd drawn))

        Dataset.zip (Dataset.ofTensor data) (Dataset.ofTensor noise)

    /// ∫₀¹ ‖(x₁ - x₀) - u(x_t, t)‖² dt along the path of each row of noise, [n], by the midpoint rule: 0 where paths are
    /// straight and evenly travelled, so that one step of Euler's method would do.
    /// Source: Liu, Gong & Liu, arXiv:2209.03003, section 2.2 (their S).
    let bend (options: OdeOptions) (points: int) (flow: ProbabilityFlow) (noise: Tensor) : Tensor =
        Scope.run (fun () ->
            Gradient.off (fun () ->
                let path = ProbabilityFlow.path options (2 * points + 1) flow noise
                let line = (View.select 0 0 path - View.select 0 (2 * points) path) / (1.0 - flow.DataTime)

                let at (i: int) =
                    Scope.run (fun () ->
                        let t = 1.0 - (1.0 - flow.DataTime) * (float i + 0.5) / float points
                        let difference = line - ProbabilityFlow.field flow t (View.select 0 (2 * i + 1) path)
                        Rows.squaredNorm difference)

                (Seq.init points at |> Seq.reduce (+)) / float points))
