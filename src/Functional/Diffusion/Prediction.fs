// What a diffusion network predicts, and how each prediction is computed from any other.
// Denoisers carry one; losses and samplers convert it into what they need.
namespace Functional

open Functional.Tensors

/// What a network's output stands for, at x_t = α x₀ + σ ε.
[<RequireQualifiedAccess>]
type Prediction =
    /// x̂₀, the expected data.
    | Data
    /// ε̂, the expected noise.
    | Noise
    /// v̂ = α ε̂ - σ x̂₀.
    | Velocity
    /// ŝ = -ε̂/σ, the gradient of log p(x_t).
    | Score

    member this.Name =
        match this with
        | Data -> "data"
        | Noise -> "noise"
        | Velocity -> "velocity"
        | Score -> "score"

    /// Whether the data that follow from it are divided by α.
    member internal this.DividesBySignal =
        match this with
        | Data
        | Velocity -> false
        | Noise
        | Score -> true

    /// What it is, and the data that follow from it.
    member this.Formula =
        match this with
        | Data -> "x̂"
        | Noise -> "ε̂; x̂ = (x_t - σ ε̂)/α"
        | Velocity -> "v̂ = α ε̂ - σ x̂; x̂ = (α x_t - σ v̂)/(α² + σ²)"
        | Score -> "ŝ = -ε̂/σ; x̂ = (x_t + σ² ŝ)/α"

    member this.Source =
        match this with
        | Data -> "Sohl-Dickstein et al., arXiv:1503.03585"
        | Noise -> "Ho, Jain & Abbeel, arXiv:2006.11239, section 3.2"
        | Velocity -> "Salimans & Ho, arXiv:2202.00512, appendix D"
        | Score -> "Song & Ermon, arXiv:1907.05600; Song et al., arXiv:2011.13456"

/// Conversions at a point x_t of a path with given α and σ, which broadcast with it. What divides by α has no value where there is no
/// data left, what divides by σ none where there is no noise yet.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Prediction =

    // x̂ from a prediction.
    let private data (prediction: Prediction) (signal: Tensor) (noise: Tensor) (x: Tensor) (output: Tensor) : Tensor =
        match prediction with
        | Prediction.Data -> output
        | Prediction.Noise -> (x - noise * output) / signal
        | Prediction.Velocity -> (signal * x - noise * output) / (signal.square () + noise.square ())
        | Prediction.Score -> (x + noise.square () * output) / signal

    // ε̂ from a prediction.
    let private noise (prediction: Prediction) (signal: Tensor) (noise: Tensor) (x: Tensor) (output: Tensor) : Tensor =
        match prediction with
        | Prediction.Data -> (x - signal * output) / noise
        | Prediction.Noise -> output
        | Prediction.Velocity -> (noise * x + signal * output) / (signal.square () + noise.square ())
        | Prediction.Score -> -noise * output

    /// One prediction from another.
    let convert (from: Prediction) (target: Prediction) (signal: Tensor) (sigma: Tensor) (x: Tensor) (output: Tensor) : Tensor =
        if from = target then
            output
        else
            match target with
            | Prediction.Data -> data from signal sigma x output
            | Prediction.Noise -> noise from signal sigma x output
            | Prediction.Velocity -> signal * noise from signal sigma x output - sigma * data from signal sigma x output
            | Prediction.Score -> -(noise from signal sigma x output) / sigma

    /// What a perfect network would have predicted, had it known the data and the noise.
    let target (prediction: Prediction) (signal: Tensor) (sigma: Tensor) (data: Tensor) (noise: Tensor) : Tensor =
        match prediction with
        | Prediction.Data -> data
        | Prediction.Noise -> noise
        | Prediction.Velocity -> signal * noise - sigma * data
        | Prediction.Score -> -noise / sigma

    /// All of them.
    let all = [ Prediction.Data; Prediction.Noise; Prediction.Velocity; Prediction.Score ]
