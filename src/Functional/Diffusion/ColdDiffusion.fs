// Cold diffusion: generative models that undo any degradation of data, without noise.
// A degradation, a network that restores, the loss and the sampler; Denoiser and Samplers are for Gaussian noise.
namespace Functional

open System
open Functional.Tensors

/// A degradation that grows with t: nothing at t = 0.
type Degradation =
    {
        Name: string
        /// D(x₀, t).
        Formula: string
        /// Where it comes from.
        Source: string
        /// Examples [batch; ...] as they are at times [batch].
        Apply: Tensor -> Tensor -> Tensor
    }

/// Degradations of images [batch; channels; height; width].
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Degradation =

    let private bansal = "Bansal et al., arXiv:2208.09392"

    let private positive (name: string) (value: float) =
        if not (value > 0.0) then
            raise (Errors.Argument.option name "positive" value)

    // Rows are cosines, an orthonormal basis.
    let private cosines (size: int) (like: Tensor) : Tensor =
        let frequency = (like.arangeLike (float size)).unsqueeze 1
        let angle = frequency * (like.arangeLike (float size) + 0.5) * (Math.PI / float size)

        let scale =
            dsharp.where (
                frequency.eq 0.0,
                frequency.fullLike (sqrt (1.0 / float size)),
                frequency.fullLike (sqrt (2.0 / float size))
            )

        angle.cos () * scale

    // [batch; 1; size; size]: multiplies each cosine by exp(-½ (deviation · frequency)²).
    let private blurring (size: int) (deviation: Tensor) : Tensor =
        let basis = cosines size (deviation.noDiff ())
        let frequency = deviation.noDiff().arangeLike(float size) * (Math.PI / float size)
        let damping = (((deviation.unsqueeze 1) * frequency).square() * -0.5).exp()
        ((basis.transpose () * damping.unsqueeze 1).matmul basis).unsqueeze 1

    let private checkImages (images: Tensor) =
        if images.dim <> 4 then
            raise (Errors.Diffusion.images images.shape)

    /// Blurred by a Gaussian of standard deviation `largest` · t pixels, reflected at the borders. The mean of an image stays.
    /// Source: Bansal et al., arXiv:2208.09392, section 4.1.
    let blur (largest: float) : Degradation =
        positive (nameof largest) largest

        let apply (images: Tensor) (t: Tensor) =
            checkImages images
            Rows.check images t
            let deviation = t * largest
            (blurring images.shape[2] deviation).matmul(images).matmul(blurring images.shape[3] deviation)

        { Name = $"blur {largest}"
          Formula = "x * N(0, (s t)²)"
          Source = $"{bansal}, section 4.1"
          Apply = apply }

    /// Fading to 0 from the middle: x exp(-depth · t · exp(-d²/2r²)), d the distance to the middle in pixels.
    /// Source: Bansal et al., arXiv:2208.09392, section 4.2.
    let fading (radius: float) (depth: float) : Degradation =
        positive (nameof radius) radius
        positive (nameof depth) depth

        let apply (images: Tensor) (t: Tensor) =
            checkImages images

            let distance (size: int) =
                (images.noDiff().arangeLike(float size) - 0.5 * float (size - 1)).square()

            let squared = (distance images.shape[2]).unsqueeze 1 + distance images.shape[3]
            images * ((squared * (-0.5 / (radius * radius))).exp() * Rows.lift images t * -depth).exp()

        { Name = $"fading {radius} {depth}"
          Formula = "x exp(-depth t exp(-d²/2r²))"
          Source = $"{bansal}, section 4.2"
          Apply = apply }

    /// All of them.
    let all = [ blur 4.0; fading 8.0 8.0 ]

/// A degradation and the network that undoes it.
type ColdDiffusion =
    {
        /// D(x₀, t).
        Degradation: Degradation
        /// x̂₀ from degraded examples and their times.
        Network: Net<Tensor * Tensor, Tensor>
    }

    /// Everything that training changes.
    member this.Parameters: Parameter list = this.Network.Parameters

    interface IHoldsTensors with
        member this.Tensors = this.Parameters |> Seq.map _.Value

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ColdDiffusion =

    let private restored (mode: Mode) (model: ColdDiffusion) (x: Tensor) (t: Tensor) : Tensor =
        model.Network.Run(mode, (x, t)) |> Rows.unchanged "ColdDiffusion" x

    /// E‖R(D(x₀, t), t) - x₀‖₁, summed over an example and averaged over the batch: the term `restoration`. Not a likelihood.
    /// Raises ArgumentException where the network's output has another shape than x₀.
    /// Source: Bansal et al., arXiv:2208.09392, equation 1.
    let objective (times: TimeSampling) (model: ColdDiffusion) : Objective<Tensor> =
        fun x ->
            // there is no noise: t is a share, as on the straight line
            let t = times.Draw NoiseSchedule.rectified x
            Rows.check x t
            let degraded = model.Degradation.Apply x t
            Loss.term "restoration" ((Rows.sum ((restored Mode.Train model degraded t - x).abs())).mean())

    let private walk
        (options: SamplerOptions)
        (step: Tensor -> Tensor -> Tensor -> Tensor)
        (leave: Tensor -> unit)
        (start: Tensor)
        =
        SamplingLoop.check options
        // a degradation has no schedule: t is a share, as on the straight line
        let times = TimeGrid.uniform.Times NoiseSchedule.rectified options.Start options.Steps
        let time (i: int) = Rows.constant start times[i]
        SamplingLoop.run leave options times (fun x i -> step x (time (i - 1)) (time i)) start

    // Errors of R cancel, to first order in the step.
    let private improved (model: ColdDiffusion) (x: Tensor) (t: Tensor) (s: Tensor) =
        let data = restored Mode.Eval model x t
        x - model.Degradation.Apply data t + model.Degradation.Apply data s

    let private naive (model: ColdDiffusion) (x: Tensor) (t: Tensor) (s: Tensor) =
        model.Degradation.Apply (restored Mode.Eval model x t) s

    let private free (state: Tensor) = state.Dispose()

    /// From examples degraded to the time `Start` back to data, by x_s = x_t - D(x̂, t) + D(x̂, s), uniform steps: exact whatever the network says where D
    /// is linear in t. Of the options, Grid and Denoise are not looked at.
    /// Source: Bansal et al., arXiv:2208.09392, algorithm 2.
    let run (options: SamplerOptions) (model: ColdDiffusion) (start: Tensor) : Tensor =
        walk options (improved model) free start

    /// `run` by x_s = D(x̂, s), which accumulates the network's errors: to compare with.
    /// Source: Bansal et al., arXiv:2208.09392, algorithm 1.
    let runNaively (options: SamplerOptions) (model: ColdDiffusion) (start: Tensor) : Tensor =
        walk options (naive model) free start

    /// All states of `run`, the start first.
    let trajectory (options: SamplerOptions) (model: ColdDiffusion) (start: Tensor) : Tensor list =
        SamplingLoop.trajectory options (fun options -> walk options (improved model) ignore start) start
