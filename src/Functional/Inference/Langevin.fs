// Langevin dynamics: chains that follow a score and are shaken by noise, on rows of any shape at once.
// Samples of score and energy models come from it; adjusted, with a log-density, those of posteriors.
namespace Functional

open System
open System.Threading
open Functional.Tensors

/// How to follow a score. Start from `Langevin.defaults` and change what differs.
type LangevinOptions =
    {
        /// Steps, at each level of noise where there are levels; 100 by default.
        Steps: int
        /// ε, the step size (at the lowest level of noise); 0.01 by default.
        StepSize: float
        /// Told every hundred steps or so; nobody by default.
        Progress: IProgress<ChainProgress> option
        /// Stops the run with OperationCanceledException before the next step.
        Cancellation: CancellationToken
    }

/// dx = ½ ∇ log p(x) dt + dw leaves p as it is. Its discretization with steps ε does so nearly (`unadjusted`), down a ladder of
/// noise to reach all modes of data (`annealed`), or exactly, with proposals that may be refused (`adjusted`, `posterior`).
module Langevin =

    /// 100 steps of size 0.01.
    let defaults: LangevinOptions =
        { Steps = 100
          StepSize = 0.01
          Progress = None
          Cancellation = CancellationToken.None }

    /// 64 chains, 1,000 steps of warm-up, 500 draws of each chain, 5 steps apart.
    let adjustedDefaults: MetropolisOptions = { Metropolis.defaults with Warmup = 1000; Thin = 5 }

    // Steps between reports.
    let private block = 100

    let private check (options: LangevinOptions) =
        if options.Steps < 1 then
            raise (Errors.Argument.option "Steps" "at least 1" options.Steps)

        if not (options.StepSize > 0.0 && Double.IsFinite options.StepSize) then
            raise (Errors.Argument.option "StepSize" "positive" options.StepSize)

    // x + ε/2 s(x) + √ε z, for one score and step size after another; each step's memory is freed at once.
    let private follow (options: LangevinOptions) (fields: (Tensor -> Tensor)[]) (sizes: float[]) (start: Tensor) : Tensor =
        let steps = options.Steps * fields.Length
        let mutable rows = start

        let advance (level: int) =
            Scope.run (fun () -> rows + fields[level] rows * (0.5 * sizes[level]) + rows.randnLike () * sqrt sizes[level])

        for taken in 1..steps do
            options.Cancellation.ThrowIfCancellationRequested()
            let next = advance ((taken - 1) / options.Steps)

            if taken > 1 then
                (rows :> IDisposable).Dispose()

            rows <- next

            if taken % block = 0 || taken = steps then
                options.Progress |> Option.iter _.Report({ Step = taken; Steps = steps; Warmup = 0; Acceptance = 1.0 })

        rows

    let private run (options: LangevinOptions) fields sizes (start: Tensor) : Tensor =
        check options
        Gradient.off (fun () -> Scope.run (fun () -> follow options fields sizes (start.noDiff ())))

    /// x ← x + ε/2 s(x) + √ε z, z ~ N(0, I), from rows [n; d...], which are so many chains. No step is refused, so that the distribution
    /// tends to one near the score's own; near by the order of ε: for N(μ, σ²) the variance is σ²/(1 - ε/(4σ²)).
    /// Raises ArgumentException for options out of range. Source: Roberts & Tweedie 1996, doi:10.2307/3318418.
    let unadjusted (options: LangevinOptions) (score: Tensor -> Tensor) (start: Tensor) : Tensor =
        run options [| score |] [| options.StepSize |] start

    /// For each level σ of the ladder, from the highest: steps x ← x + α/2 s(x, σ) + √α z with α = ε σ²/σ_L². What is left is the data's
    /// distribution with the lowest level's noise, which Score.denoise removes. The start matters little where the highest
    /// level is as wide as the data; the authors take uniform noise. Raises ArgumentException for options out of range.
    /// Source: Song & Ermon, arXiv:1907.05600, algorithm 1.
    let annealed (options: LangevinOptions) (ladder: NoiseLadder) (score: Tensor -> Tensor -> Tensor) (start: Tensor) : Tensor =
        let levels = List.toArray ladder.Levels

        run
            options
            [| for noise in levels -> Score.atNoise noise score |]
            [| for noise in levels -> options.StepSize * (noise / ladder.Lowest) ** 2.0 |]
            start

    // q(x' | x) = N(x + s²/2 M ∇, s² M) with M = L Lᵀ, whose log-density for x' - x = s L ε is -‖ε‖²/2 and a constant; the way back has
    // the noise -(ε + s/2 Lᵀ(∇ + ∇')).
    let internal adjustedStep (evaluate: Tensor -> ChainPlace) (scale: ProposalScale) (place: ChainPlace) : ChainPlace * Tensor =
        let step = scale.LogStep.exp ()
        // ∇ᵀ L, row by row: half of the drift in the noise's coordinates
        let pull (place: ChainPlace) =
            place.Score.Value.matmul scale.Shape * (step * 0.5)

        let noise = place.Position.randnLike ()
        let there = pull place
        let proposed = evaluate (place.Position + (there + noise).matmul(scale.Shape.transpose (0, 1)) * step)
        let back = noise + there + pull proposed
        proposed, (Rows.squaredNorm noise - Rows.squaredNorm back) * 0.5

    let private drift (logDensity: Tensor -> Tensor) : Proposal =
        let evaluate (position: Tensor) : ChainPlace =
            let logDensity, score = Score.evaluate logDensity position
            { Position = position; LogDensity = logDensity; Score = Some score }

        { Evaluate = evaluate
          Propose = adjustedStep evaluate
          // the best rate in many dimensions
          TargetRate = 0.574
          FirstStep = fun dimension -> 1.65 / float dimension ** (1.0 / 6.0) }

    /// The Metropolis-adjusted Langevin algorithm (MALA): x' = x + s²/2 M ∇ log p(x) + s L ε with M = L Lᵀ, accepted with probability
    /// min(1, p(x') q(x | x') / (p(x) q(x' | x))), so that the distribution of the chains tends to that of exp(f)/Z itself. Chains start
    /// from the rows [chains; d...] and are as many; f gives [chains] or [chains; 1]. In the warm-up s is adapted to an acceptance
    /// rate of 0.574, L to the covariance of the chains; then both stay as they are. The rows drawn are the value `x`,
    /// [draws; chains; d...]. The options' Chains and Start are those of the rows. Raises ArgumentException for options out of range,
    /// and fewer than 4 rows. Source: Roberts & Tweedie 1996, doi:10.2307/3318418; for the rate Roberts & Rosenthal 1998,
    /// doi:10.1111/1467-9868.00123.
    let adjusted (options: MetropolisOptions) (f: Tensor -> Tensor) (start: Tensor) : Chains =
        let events = start.shape[1..]

        let rows (position: Tensor) =
            position.view (Array.append [| -1 |] events)

        let logDensity (position: Tensor) =
            let rows = rows position
            Score.numbers rows (f rows)

        let chains = ChainRun.fromRows "Langevin.adjusted" options (drift logDensity) (start.noDiff().view [ start.shape[0]; -1 ])

        let shape = Array.append chains.Coordinates.shape[..1] events
        { chains with Values = [ "x", chains.Coordinates.view shape ] }

    /// `adjusted` chains on the posterior of a model, in coordinates without constraints. Against Metropolis.sample a step costs a
    /// gradient more, and an effective draw some D^⅓ steps instead of D. Raises ArgumentException as Unconstrained does, and for
    /// options out of range.
    let posterior (options: MetropolisOptions) (model: Program<'T>) : Chains =
        ChainRun.ofProgram "Langevin.posterior" options drift model
