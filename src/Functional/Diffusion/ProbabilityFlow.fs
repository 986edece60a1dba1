// The probability flow: a deterministic path from noise to data with a diffusion's marginals, and the exact likelihood.
// Denoisers and velocity fields become one; it samples, encodes and scores with the adaptive ODE solver.
namespace Functional

open System
open Functional.Tensors

/// How the trace of a velocity's Jacobian is found.
[<RequireQualifiedAccess>]
type TraceMethod =
    /// Exactly, at one backward pass for each element of a row.
    | Exact
    /// From one random probe for each row, kept along the way: unbiased in the log-likelihood, one backward pass.
    | Hutchinson of Probe

/// dx/dt = u(x, t), data at one end of time and noise of a known distribution at the other.
type ProbabilityFlow =
    {
        /// u at points x of shape [n; ...] and times t of shape [n].
        Velocity: Tensor -> Tensor -> Tensor
        /// The distribution of x at t = 1.
        Noise: Distribution
        /// The time at which data are: 0, or a little later where the velocity has no value at 0.
        DataTime: float
    }

/// Speeds of the path x_t = α x₀ + σ ε.
module internal PathSpeed =

    let private slope (f: Tensor -> Tensor) (t: Tensor) : Tensor = dsharp.grad (fun t -> (f t).sum()) t

    /// α, σ, dα/dt and dσ/dt at times t, lifted to multiply examples.
    let at (schedule: NoiseSchedule) (examples: Tensor) (t: Tensor) =
        let lift = Rows.lift examples

        struct (lift (schedule.Signal t), lift (schedule.Noise t), lift (slope schedule.Signal t), lift (slope schedule.Noise t))

    /// Whether both slopes are finite at one time.
    let isFinite (schedule: NoiseSchedule) (time: float) : bool =
        schedule.Read([| time |], fun t -> dsharp.cat [ slope schedule.Signal t; slope schedule.Noise t ])
        |> Array.forall Double.IsFinite

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ProbabilityFlow =

    /// A flow from its parts.
    let create (velocity: Tensor -> Tensor -> Tensor) (noise: Distribution) : ProbabilityFlow =
        { Velocity = velocity; Noise = noise; DataTime = 0.0 }

    // With that mean, which gives the shape, dtype and device.
    let internal noiseLike (mean: Tensor) (schedule: NoiseSchedule) : Distribution =
        let level = (schedule.At [ 1.0 ])[0]
        let scale = sqrt (level.Signal * level.Signal + level.Noise * level.Noise)
        Independent(Normal(mean, mean.fullLike scale), mean.dim)

    /// N(0, (α(1)² + σ(1)²) I) over arrays of that shape: x at t = 1, as of data with mean 0 and variance 1. In the default dtype.
    let noise (schedule: NoiseSchedule) (shape: seq<int>) : Distribution = noiseLike (dsharp.zeros shape) schedule

    // The velocity has to have a value at both ends.
    let private checkEnds (dataTime: float) (denoiser: Denoiser) =
        if not (dataTime >= 0.0 && dataTime < 1.0) then
            raise (Errors.Argument.option (nameof dataTime) "between 0 and 1" dataTime)

        let schedule = denoiser.Schedule
        let ends = schedule.At [ dataTime; 1.0 ]
        let dividesByNoise = denoiser.Prediction = Prediction.Data && ends[0].Noise = 0.0

        if dividesByNoise || not (PathSpeed.isFinite schedule dataTime) then
            raise (Errors.Flow.atData schedule.Name dataTime)

        if denoiser.NeedsSignal && ends[1].Signal = 0.0 then
            raise (Errors.Flow.atNoise schedule.Name)

    /// u = f x - ½ g² ∇log p_t = α' x̂₀ + σ' ε̂, of the denoiser in use, for data of that shape. Data are at that time: 0
    /// where α, σ and their slopes are finite, 1e-4 or less for variance-preserving schedules, whose σ has no slope at 0. Noise is drawn in the dtype
    /// and on the device of the denoiser's parameters, or by default where it has none. Raises ArgumentException where u has no value at an end.
    /// Source: Song et al., arXiv:2011.13456, equation 13.
    let ofDenoiser (dataTime: float) (shape: seq<int>) (denoiser: Denoiser) : ProbabilityFlow =
        checkEnds dataTime denoiser

        let velocity (x: Tensor) (t: Tensor) =
            let struct (_, _, signalSlope, noiseSlope) = PathSpeed.at denoiser.Schedule x t
            let denoised = denoiser.At(Mode.Eval, x, t)
            signalSlope * denoised.Data + noiseSlope * denoised.Noise

        { Velocity = velocity
          Noise = noiseLike (ParameterPlace.zeros denoiser.Parameters shape) denoiser.Schedule
          DataTime = dataTime }

    /// u as the ODE solver takes it: of one time for all rows.
    let field (flow: ProbabilityFlow) (t: float) (x: Tensor) : Tensor = flow.Velocity x (Rows.constant x t)

    let private check (flow: ProbabilityFlow) (x: Tensor) =
        let shape = flow.Noise.EventShape

        if x.dim <> shape.Length + 1 || x.shape[1..] <> shape then
            raise (Errors.Flow.rows x.shape shape)

    /// Data from noise x of shape [n; ...].
    let decode (options: OdeOptions) (flow: ProbabilityFlow) (x: Tensor) : OdeSolution<Tensor> =
        check flow x
        Evaluation.run (fun () -> OdeSolver.solve options (field flow) (1.0, flow.DataTime) x)

    /// Noise from data x of shape [n; ...]: a code from which `decode` returns the data.
    let encode (options: OdeOptions) (flow: ProbabilityFlow) (x: Tensor) : OdeSolution<Tensor> =
        check flow x
        Evaluation.run (fun () -> OdeSolver.solve options (field flow) (flow.DataTime, 1.0) x)

    /// The way of noise x, [n; ...], to the data: x at that many times from 1 to the data's, of shape [times; n; ...].
    let path (options: OdeOptions) (times: int) (flow: ProbabilityFlow) (x: Tensor) : Tensor =
        check flow x

        if times < 2 then
            raise (Errors.Argument.option (nameof times) "at least 2" times)

        let at (i: int) =
            if i = times - 1 then
                flow.DataTime
            else
                1.0 - (1.0 - flow.DataTime) * float i / float (times - 1)

        Evaluation.run (fun () -> (OdeSolver.solveAt options (field flow) [ for i in 0 .. times - 1 -> at i ] x).State)

    /// `count` draws: noise, decoded.
    let sample (options: OdeOptions) (flow: ProbabilityFlow) (count: int) : Tensor =
        Scope.run (fun () -> (decode options flow (flow.Noise.Sample [ count ])).State)

    /// The noise of data x, and ∫ tr ∂u/∂x dt along the way, [n]: what log p changes by from noise to data. Recorded for
    /// differentiation where u is, at the memory of every step: flows trained by likelihood need it.
    /// Source: Chen, Rubanova, Bettencourt & Duvenaud, arXiv:1806.07366, theorem 1.
    let encodeWithChange
        (options: OdeOptions)
        (trace: TraceMethod)
        (flow: ProbabilityFlow)
        (x: Tensor)
        : OdeSolution<Tensor * Tensor> =
        check flow x

        let traced =
            match trace with
            | TraceMethod.Exact -> JacobianTrace.exact
            | TraceMethod.Hutchinson probe -> JacobianTrace.along (Probe.draw probe x)

        let both (t: float) (x: Tensor, _: Tensor) = traced (field flow t) x
        OdeSolver.solvePair options both (flow.DataTime, 1.0) (x, Rows.constant x 0.0)

    /// log p(x) of each row of x, [n; ...], in nats, at the time at which data are: log p₁(x₁) + ∫ tr ∂u/∂x dt. Exact up to the
    /// solver's tolerance with TraceMethod.Exact; with a Hutchinson probe its expectation is. Not recorded for
    /// differentiation: see encodeWithChange. Raises as OdeSolver.solve does.
    /// Source: Chen et al., arXiv:1806.07366, equation 8; Grathwohl et al., arXiv:1810.01367; Song et al.,
    /// arXiv:2011.13456, equation 39.
    let logLikelihood (options: OdeOptions) (trace: TraceMethod) (flow: ProbabilityFlow) (x: Tensor) : Tensor =
        Evaluation.run (fun () ->
            let noise, change = (encodeWithChange options trace flow x).State
            flow.Noise.LogProb noise + change)

    /// Bits a dimension of images x of so many grey values from -1 to 1, [n]: each value is spread evenly over its width
    /// w = 2/(levels - 1), and the integral of the density over it is bounded below by Jensen's inequality: -[log p(x + w
    /// (u - ½)) + D log w] / (D log 2). One draw of u for each image. The flow is of images so dequantized.
    /// Source: Uria, Murray & Larochelle, arXiv:1306.0186; Theis, van den Oord & Bethge, arXiv:1511.01844, section 3.1.
    let bitsPerDimension (options: OdeOptions) (trace: TraceMethod) (levels: int) (flow: ProbabilityFlow) (x: Tensor) : Tensor =
        if levels < 2 then
            raise (Errors.Argument.option (nameof levels) "at least 2" levels)

        Scope.run (fun () ->
            let width, size = 2.0 / float (levels - 1), float (x.nelement / max 1 x.shape[0])
            let dequantized = x + (x.randLike () - 0.5) * width
            let nats = logLikelihood options trace flow dequantized + size * log width
            nats / (-size * log 2.0))
