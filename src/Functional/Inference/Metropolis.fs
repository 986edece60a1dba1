// Random-walk Metropolis: many chains at once, each step one evaluation of the log-density of all.
// The reference that approximations are held against, where a posterior has up to some tens of dimensions.
namespace Functional

open System
open System.Threading
open Functional.Tensors

/// Where a run of chains is.
type ChainProgress =
    {
        /// Steps taken, of those in Steps; the first Warmup are thrown away.
        Step: int
        Steps: int
        Warmup: int
        /// The share of proposals accepted since the last report.
        Acceptance: float
    }

/// How to run chains. Start from `Metropolis.defaults` and change what differs.
type MetropolisOptions =
    {
        /// How many chains run side by side; 64 by default.
        Chains: int
        /// Steps in which the proposal is adapted, thrown away; 2,000 by default.
        Warmup: int
        /// Draws kept of each chain; 500 by default.
        Draws: int
        /// Steps from one draw to the next; 10 by default.
        Thin: int
        /// Where chains start, of shape [chains; D]: uniform between -2 and 2 by default.
        Start: Tensor option
        /// The seed of the run; 0 by default.
        Seed: int
        /// Told every hundred steps or so; nobody by default.
        Progress: IProgress<ChainProgress> option
        /// Stops the run with OperationCanceledException.
        Cancellation: CancellationToken
    }

/// What chains drew.
type Chains =
    {
        /// u, of shape [draws; chains; D].
        Coordinates: Tensor
        /// log p(u, x) of each, of shape [draws; chains].
        LogDensity: Tensor
        /// The model's draws by site, of shape [draws; chains; plates; event].
        Values: (string * Tensor) list
        /// The share of proposals that was accepted after the warm-up.
        Acceptance: float
        /// R̂ of each coordinate, of shape [D].
        RHat: Tensor
        /// Bulk effective sample size of each coordinate, of shape [D].
        EffectiveSize: Tensor
    }

    /// The draws of all chains together, of shape [draws · chains; ...].
    member this.Pooled: (string * Tensor) list =
        [ for name, value in this.Values -> name, value.view (Array.append [| -1 |] value.shape[2..]) ]

/// u' = u + s L ε, ε ~ N(0, I), accepted with probability min(1, p(u')/p(u)).
module Metropolis =

    /// 64 chains, 2,000 steps of warm-up, 500 draws of each chain, 10 steps apart.
    let defaults: MetropolisOptions =
        { Chains = 64
          Warmup = 2000
          Draws = 500
          Thin = 10
          Start = None
          Seed = 0
          Progress = None
          Cancellation = CancellationToken.None }

    // The best rate in many dimensions.
    let private targetRate = 0.234

    // The shape of the proposals is that of all chains, looked at so often in the warm-up, the last time at three quarters of it.
    let private looks = 8

    // Steps between reports.
    let private block = 100

    type private State =
        {
            /// [chains; D]
            Position: Tensor
            /// [chains]
            LogDensity: Tensor
            /// log s
            LogStep: Tensor
            /// L
            Shape: Tensor
            /// How many proposals a chain has accepted on average.
            Accepted: Tensor
        }

    let private step (logDensity: Tensor -> Tensor) (adaptation: float) (state: State) : State =
        let noise = (state.Position.randnLike ()).matmul(state.Shape.transpose (0, 1))
        let proposal = state.Position + noise * state.LogStep.exp ()
        let proposed = logDensity proposal
        let logRatio = proposed - state.LogDensity
        // not a number where neither has a density: refused
        let accepted = (state.LogDensity.randLike ()).log().lt logRatio
        let chance = dsharp.where (logRatio.isnan (), logRatio.zerosLike (), (logRatio.clamp (high = 0.0)).exp())
        let rate = chance.mean ()

        { state with
            Position = dsharp.where (accepted.unsqueeze 1, proposal, state.Position)
            LogDensity = dsharp.where (accepted, proposed, state.LogDensity)
            LogStep =
                if adaptation = 0.0 then
                    state.LogStep
                else
                    state.LogStep + (rate - targetRate) * adaptation
            Accepted = state.Accepted + rate }

    // The Cholesky factor of the chains' covariance, drawn towards its diagonal where there are few chains.
    let private shapeOf (position: Tensor) : Tensor =
        let chains, dimension = float position.shape[0], float position.shape[1]
        let centred = position - position.mean 0
        let covariance = (centred.transpose (0, 1)).matmul centred / (chains - 1.0)
        let trust = chains / (chains + 2.0 * dimension)
        let diagonal = Vectors.toDiagonal (Vectors.diagonal covariance)
        let floor = Vectors.identity position.shape[1] position * 1e-10
        (covariance * trust + diagonal * (1.0 - trust) + floor).cholesky()

    let private initial (options: MetropolisOptions) (space: Unconstrained) : State =
        let shape = [| options.Chains; space.Dimension |]

        let start =
            match options.Start with
            | Some start when start.shape = shape -> start
            | Some start -> raise (Errors.Posterior.start start.shape options.Chains space.Dimension)
            | None -> space.Start.randLike shape * 4.0 - 2.0

        let density = space.LogDensity start

        if not (density.isfinite().any().toBool()) then
            raise (Errors.Posterior.noDensity "Metropolis.sample")

        { Position = start
          LogDensity = density
          LogStep = density.scalarLike (log (2.38 / sqrt (float space.Dimension)))
          Shape = Vectors.identity space.Dimension start
          Accepted = density.scalarLike 0.0 }

    let private check (options: MetropolisOptions) =
        let atLeast (least: int) (name: string) (value: int) =
            if value < least then
                raise (Errors.Posterior.option name $"at least {least}" value)

        atLeast 4 "Chains" options.Chains
        atLeast 100 "Warmup" options.Warmup
        atLeast 4 "Draws" options.Draws
        atLeast 1 "Thin" options.Thin

    /// Chains whose distribution tends to the posterior. In the warm-up the length s of steps is adapted to an acceptance rate
    /// of 0.234 (Roberts, Gelman & Gilks 1997, doi:10.1214/aoap/1034625254), their shape L to the covariance of the chains;
    /// then both stay as they are. Look at RHat and EffectiveSize before believing the draws: chains that started in different
    /// modes stay there, and one effective draw takes about 3 D steps of a chain. Raises ArgumentException as Unconstrained
    /// does, and for options out of range.
    let sample (options: MetropolisOptions) (model: Program<'T>) : Chains =
        check options

        let run () =
            let space = Unconstrained.ofProgram model
            space.CheckExact "Metropolis.sample"
            let steps = options.Warmup + options.Draws * options.Thin
            let lookEvery = options.Warmup * 3 / 4 / looks
            let mutable state = initial options space
            let mutable taken, reported, before = 0, 0, 0.0

            // The gain of the step's adaptation falls from each new shape on.
            let gain (number: int) =
                if number > options.Warmup then
                    0.0
                else
                    let since = if number < lookEvery * looks then number % lookEvery else number - lookEvery * looks
                    5.0 / (float since + 10.0) ** 0.7

            let takeOne (number: int) (state: State) =
                let next = step space.LogDensity (gain number) state

                if number % lookEvery = 0 && number <= lookEvery * looks then
                    { next with Shape = shapeOf next.Position }
                else
                    next

            // What the steps of a block make is freed at its end.
            let take (count: int) =
                options.Cancellation.ThrowIfCancellationRequested()
                let numbers = [ taken + 1 .. taken + count ]

                state <-
                    Scope.run (fun () ->
                        (state, numbers) ||> List.fold (fun state number -> Scope.run (fun () -> takeOne number state)))

                taken <- taken + count

            let report () =
                let accepted = state.Accepted.toDouble ()

                options.Progress
                |> Option.iter (fun progress ->
                    progress.Report
                        { Step = taken
                          Steps = steps
                          Warmup = options.Warmup
                          Acceptance = (accepted - before) / float (taken - reported) })

                reported <- taken
                before <- accepted

            while taken < options.Warmup do
                take (min block (options.Warmup - taken))
                report ()

            let acceptedInWarmup = before

            let drawn =
                [ for _ in 1 .. options.Draws do
                      take options.Thin

                      if taken - reported >= block then
                          report ()

                      state.Position, state.LogDensity ]

            let coordinates = Tensor.stack (List.map fst drawn)

            { Coordinates = coordinates
              LogDensity = Tensor.stack (List.map snd drawn)
              Values = space.Constrain coordinates
              Acceptance = (state.Accepted.toDouble () - acceptedInWarmup) / float (steps - options.Warmup)
              RHat = Convergence.rHat coordinates
              EffectiveSize = Convergence.effectiveSize coordinates }

        Random.withSeed options.Seed (fun () -> Scope.run (fun () -> Gradient.off (fun () -> Validation.off run)))
