// The denoiser: a schedule, a network of the noisy example and the time, and what that network predicts.
// Losses, bounds, samplers, differential equations and guidance take one; whatever changes a denoiser is a function from one to another.
namespace Functional

open Functional.Tensors

/// Where a model's tensors are made that are given by their shape alone.
module internal ParameterPlace =

    /// Zeros in the dtype and on the device of the first parameter, or by default where there is none.
    let zeros (parameters: Parameter list) (shape: seq<int>) : Tensor =
        match parameters with
        | [] -> dsharp.zeros shape
        | parameter :: _ -> parameter.Value.noDiff().zerosLike(Array.ofSeq shape)

/// What a denoiser predicts at points x_t: one run of its network, and all that follows from it.
[<Sealed>]
type Denoised internal (prediction: Prediction, signal: Tensor, noise: Tensor, x: Tensor, output: Tensor) =

    let convert target =
        Prediction.convert prediction target signal noise x output

    /// What the network said.
    member _.Output: Tensor = output

    /// x̂₀, the expected data.
    member _.Data: Tensor = convert Prediction.Data

    /// ε̂, the expected noise.
    member _.Noise: Tensor = convert Prediction.Noise

    /// v̂ = α ε̂ - σ x̂₀.
    member _.Velocity: Tensor = convert Prediction.Velocity

    /// The gradient of log p(x_t).
    member _.Score: Tensor = convert Prediction.Score

/// A schedule and a network that tells data from noise: p(x₀|x_t), as far as its mean.
type Denoiser =
    {
        /// How much noise there is at each time.
        Schedule: NoiseSchedule
        /// What the network's output stands for.
        Prediction: Prediction
        /// A function of points x_t, [batch; ...], and times t, [batch], with values like x_t. A network that takes a condition as well closes over it.
        Network: Net<Tensor * Tensor, Tensor>
        /// Whether the data that it predicts are divided by α on the way, for its own prediction or that of a denoiser that it asks: then they have no
        /// value where no data are left, α = 0, and samplers start a little below.
        NeedsSignal: bool
    }

    /// Everything that training changes, under `network.` and `schedule.`.
    member this.Parameters: Parameter list =
        Net.parameters [ "network", this.Network.Parameters; "schedule", this.Schedule.Parameters ]

    /// What it predicts at the points x of times t, [batch]. Raises ArgumentException where there is not one time for each example, or the network's
    /// output has another shape than x.
    member this.At(mode: Mode, x: Tensor, t: Tensor) : Denoised =
        let signal, noise = Rows.lift x (this.Schedule.Signal t), Rows.lift x (this.Schedule.Noise t)
        Denoised(this.Prediction, signal, noise, x, this.Network.Run(mode, (x, t)) |> Rows.unchanged "Denoiser" x)

    /// The expected data at x of times t, of the network in use.
    member this.Data(x: Tensor, t: Tensor) : Tensor = this.At(Mode.Eval, x, t).Data

    /// The expected noise at x of times t, of the network in use.
    member this.Noise(x: Tensor, t: Tensor) : Tensor = this.At(Mode.Eval, x, t).Noise

    /// The expected α ε - σ x₀ at x of times t, of the network in use.
    member this.Velocity(x: Tensor, t: Tensor) : Tensor = this.At(Mode.Eval, x, t).Velocity

    /// The gradient of log p(x_t) at x of times t, of the network in use.
    member this.Score(x: Tensor, t: Tensor) : Tensor = this.At(Mode.Eval, x, t).Score

    interface IHoldsTensors with
        member this.Tensors = this.Parameters |> Seq.map _.Value

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Denoiser =

    /// A denoiser from its parts.
    let create (schedule: NoiseSchedule) (prediction: Prediction) (network: Net<Tensor * Tensor, Tensor>) : Denoiser =
        { Schedule = schedule
          Prediction = prediction
          Network = network
          NeedsSignal = prediction.DividesBySignal }

    /// A denoiser from a function of x_t and t, without parameters: an exact one, for one.
    let ofFunction (schedule: NoiseSchedule) (prediction: Prediction) (predict: Tensor -> Tensor -> Tensor) : Denoiser =
        create schedule prediction (Net.ofFunction (fun (x, t) -> predict x t))

    /// The denoiser of p(x|c) for the conditions c of a batch, from a network of x_t, t and c that all of them share: `UNet.conditional`, or any
    /// other. `DiffusionLoss.conditional` trains it, `Guidance.classifierFree` sharpens what it draws.
    let conditional
        (schedule: NoiseSchedule)
        (prediction: Prediction)
        (network: Net<(Tensor * Tensor) * 'Condition, Tensor>)
        (condition: 'Condition)
        : Denoiser =
        let run mode timed = network.Run(mode, (timed, condition))
        create schedule prediction (Net(network.Name, None, (fun _ -> None), network.Parameters, run))

    /// The denoiser with another function of the mode, x_t and t in the place of its network, and what that predicts; it keeps its parameters. The
    /// function asks the old denoiser, for what may be divided by α if its data are: where it does not, set `NeedsSignal` back.
    let rewritten (prediction: Prediction) (predict: Mode -> Tensor -> Tensor -> Tensor) (denoiser: Denoiser) : Denoiser =
        let run mode (x, t) = predict mode x t

        { denoiser with
            Prediction = prediction
            NeedsSignal = denoiser.NeedsSignal || prediction.DividesBySignal
            Network = Net(denoiser.Network.Name, None, (fun _ -> None), denoiser.Network.Parameters, run) }

    /// The denoiser, of which it is known that its data are divided by α.
    let internal dividing (denoiser: Denoiser) : Denoiser = { denoiser with NeedsSignal = true }

    /// The same denoiser, with another prediction as its output.
    let predicting (prediction: Prediction) (denoiser: Denoiser) : Denoiser =
        let output (denoised: Denoised) =
            match prediction with
            | Prediction.Data -> denoised.Data
            | Prediction.Noise -> denoised.Noise
            | Prediction.Velocity -> denoised.Velocity
            | Prediction.Score -> denoised.Score

        denoiser |> rewritten prediction (fun mode x t -> output (denoiser.At(mode, x, t)))

    /// The denoiser with its predicted data kept between two numbers, those between which the data lie.
    /// Source: Ho, Jain & Abbeel, arXiv:2006.11239, whose code does so.
    let clipped (low: float) (high: float) (denoiser: Denoiser) : Denoiser =
        denoiser
        |> rewritten Prediction.Data (fun mode x t -> (denoiser.At(mode, x, t)).Data.clamp(low = low, high = high))

    /// The predicted data are c₁ x̃ + c₂ F(c₃ x̃, t), x̃ = x_t/α, ρ = σ/α, c₁ = s²/(s² + ρ²), c₂ = s ρ/√(s² + ρ²), c₃ = 1/√(s² + ρ²): the network
    /// F sees numbers of unit variance and is asked for such, where data of variance s² are centred at 0 (s is their σ_data,
    /// `scale` here). Train it with `LossWeighting.edm s`, in which an error of F counts alike at every time.
    /// Source: Karras, Aittala, Aila & Laine, arXiv:2206.00364, table 1.
    let preconditioned (scale: float) (schedule: NoiseSchedule) (network: Net<Tensor * Tensor, Tensor>) : Denoiser =
        if not (scale > 0.0) then
            raise (Errors.Argument.option (nameof scale) "positive" scale)

        let run mode (x: Tensor, t: Tensor) =
            let signal, noise = Rows.lift x (schedule.Signal t), Rows.lift x (schedule.Noise t)
            let total = (signal.square () * (scale * scale) + noise.square ()).sqrt()
            let output = network.Run(mode, (x / total, t)) |> Rows.unchanged "Denoiser.preconditioned" x
            x * signal * (scale * scale) / total.square () + output * noise * scale / total

        create schedule Prediction.Data (Net(network.Name, None, (fun _ -> None), network.Parameters, run))

    /// Noisy examples, α(t) x₀ + σ(t) ε.
    let diffuse (schedule: NoiseSchedule) (data: Tensor) (t: Tensor) (noise: Tensor) : Tensor =
        Rows.lift data (schedule.Signal t) * data + Rows.lift data (schedule.Noise t) * noise
