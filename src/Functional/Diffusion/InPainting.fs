// In-painting with a diffusion model of whole examples: no training with masks. By changing the sampler, or by changing the denoiser.
// InPainting, among the models, is for conditional VAEs.
namespace Functional

open Functional.Tensors

/// Everything takes examples x and masks of their shape, `visible`: 1 where x is given, 0 where it is to be filled in and x may be anything.
/// `replacing` needs nothing but samples of a step, and many resamplings; `guided` needs a derivative of the network; `exact` all of them, and is
/// the conditional reverse process where p(x₀|x_t) is Gaussian.
module DiffusionInPainting =

    let private check (x: Tensor) (visible: Tensor) =
        if x.shape <> visible.shape then
            raise (Errors.Model.mask visible.shape x.shape)

    let private replacingWhere (isVisible: Tensor) (resamplings: int) (x: Tensor) (sampler: Sampler) : Sampler =
        if resamplings < 1 then
            raise (Errors.Argument.option (nameof resamplings) "at least 1" resamplings)

        let step (denoiser: Denoiser) (noisy: Tensor) (t: NoiseLevel) (s: NoiseLevel) =
            let known () =
                if s.Noise > 0.0 then x * s.Signal + Rows.noise x * s.Noise else x * s.Signal

            let once noisy =
                dsharp.where (isVisible, known (), sampler.Step denoiser noisy t s)

            let again x _ =
                Scope.run (fun () -> once (SamplingLoop.diffused s t x))

            Seq.fold again (Scope.run (fun () -> once noisy)) (seq { 2..resamplings })

        { sampler with Name = $"{sampler.Name}, in-painting"; Step = step }

    /// The sampler with what is visible put in its place after each step, under the noise of that time; each step is taken `resamplings` times,
    /// with noise added in between, so that the rest comes to fit it. 10 with its authors; 1 does not look at what is visible enough.
    /// Errors of a step add up over its resamplings: with few steps, ancestral sampling with the forward variance is right where the posterior's
    /// leaves too little variety.
    /// Source: Lugmayr et al. (RePaint), arXiv:2201.09865, algorithm 1.
    let replacing (resamplings: int) (x: Tensor) (visible: Tensor) (sampler: Sampler) : Sampler =
        check x visible
        replacingWhere (visible.gt 0.5) resamplings x sampler

    /// x̂ + (σ²/α) Jᵀ m (x - x̂)/r², J = ∂x̂/∂x_t, m the mask, r² = σ²/(α² + σ²): the score plus the gradient of log N(x visible; x̂, r²), for data of
    /// about unit variance. One pass back through the network for each step.
    /// Source: Song, Vahdat, Mardani & Kautz, ICLR 2023, "Pseudoinverse-guided diffusion models for inverse problems", equations 7-8.
    let guided (x: Tensor) (visible: Tensor) (denoiser: Denoiser) : Denoiser =
        check x visible
        let isVisible = visible.gt 0.5

        denoiser
        |> Denoiser.rewritten Prediction.Data (fun mode noisy t ->
            let schedule = denoiser.Schedule
            // (σ²/α)/r²
            let gain = (schedule.Scale t).square() / schedule.Signal t

            Derivative.at "guided" (fun noisy -> (denoiser.At(mode, noisy, t)).Data) noisy (fun evaluation ->
                let data = evaluation.Settled
                let error = dsharp.where (isVisible, x - data, data.scalarLike 0.0)
                data + Rows.lift noisy gain * Derivative.pull evaluation.Value evaluation.Input (Some error) evaluation.Outer))
        |> Denoiser.dividing

    /// x̂ + C mᵀ (m C mᵀ)⁻¹ m (x - x̂), C = (σ²/α) ∂x̂/∂x_t = Cov[x₀|x_t], m the mask's rows: the mean of p(x₀|x_t, x visible) where p(x₀|x_t) is Gaussian. As
    /// many passes back through the network as an example has numbers, and a linear system of that size: for small examples.
    /// Source: Tweedie's second moment, as in Boys et al., arXiv:2310.06721, equations 7-9.
    let exact (x: Tensor) (visible: Tensor) (denoiser: Denoiser) : Denoiser =
        check x visible
        let count, size = x.shape[0], Rows.size x
        let mask = (visible.cast x.dtype).view [ count; size ]
        let missing = dsharp.where (mask.gt 0.5, x.view [ count; size ], x.scalarLike 0.0)

        denoiser
        |> Denoiser.rewritten Prediction.Data (fun mode noisy t ->
            let schedule = denoiser.Schedule

            let data, jacobian =
                dsharp.fbatchJacobian
                    (fun (flat: Tensor) -> (denoiser.At(mode, flat.view x.shape, t)).Data.view [ count; size ])
                    (noisy.view [ count; size ])

            let factor = (schedule.Noise t).square() / schedule.Signal t
            let covariance = jacobian * Rows.lift jacobian factor
            let rows = mask.unsqueeze 2
            let seen = covariance * rows * mask.unsqueeze 1
            let identity = dsharp.eye (size, dtype = x.dtype, device = x.device)
            let error = (missing - mask * data).unsqueeze 2
            let solved = (seen + identity * (1.0 - mask).unsqueeze 1).solve error
            (data + (covariance.matmul (solved * rows)).squeeze 2).view x.shape)
        |> Denoiser.dividing

    /// The examples with what is hidden filled in, from noise, by `replacing`.
    let sample
        (options: SamplerOptions)
        (resamplings: int)
        (sampler: Sampler)
        (denoiser: Denoiser)
        (x: Tensor, visible: Tensor)
        : Tensor =
        check x visible
        use isVisible = visible.gt 0.5
        let sampler = replacingWhere isVisible resamplings x sampler
        Sampler.noiseLike options denoiser x |> SamplingLoop.fromOwn (Sampler.run options sampler denoiser)
