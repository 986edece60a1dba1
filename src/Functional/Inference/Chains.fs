// Markov chains run side by side: their options, what they drew, and the one loop that takes their steps.
// Metropolis and Langevin say how a step is proposed; the rest is here.
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

/// How to run chains. Start from `Metropolis.defaults` or `Langevin.adjustedDefaults` and change what differs.
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

/// Where chains are, and what is known of the density there.
type internal ChainPlace =
    {
        /// [chains; D]
        Position: Tensor
        /// [chains]
        LogDensity: Tensor
        /// [chains; D], for proposals that look at it.
        Score: Tensor option
    }

/// How far proposals reach: by s along the columns of L.
type internal ProposalScale =
    {
        /// log s
        LogStep: Tensor
        /// L, [D; D]
        Shape: Tensor
    }

/// A kind of proposal.
type internal Proposal =
    {
        /// What is known of the density at such positions.
        Evaluate: Tensor -> ChainPlace
        /// A new place for each chain, and log q(old | new) - log q(new | old).
        Propose: ProposalScale -> ChainPlace -> ChainPlace * Tensor
        /// The rate of acceptance that the warm-up steers to.
        TargetRate: float
        /// The first s in so many dimensions.
        FirstStep: int -> float
    }

/// Chains that accept what is proposed with probability min(1, p(u') q(u | u') / (p(u) q(u' | u))).
module internal ChainRun =

    // The shape of the proposals is that of all chains, looked at so often in the warm-up, the last time at three quarters of it.
    let private looks = 8

    // Steps between reports.
    let private block = 100

    type private State =
        {
            Place: ChainPlace
            Scale: ProposalScale
            /// How many proposals a chain has accepted on average.
            Accepted: Tensor
        }

    let private choose (accepted: Tensor) (proposed: ChainPlace) (old: ChainPlace) : ChainPlace =
        let rows = accepted.unsqueeze 1

        { Position = dsharp.where (rows, proposed.Position, old.Position)
          LogDensity = dsharp.where (accepted, proposed.LogDensity, old.LogDensity)
          Score = Option.map2 (fun a b -> dsharp.where (rows, a, b)) proposed.Score old.Score }

    let private step (proposal: Proposal) (adaptation: float) (state: State) : State =
        let proposed, correction = proposal.Propose state.Scale state.Place
        let logRatio = proposed.LogDensity - state.Place.LogDensity + correction
        // not a number where neither has a density: refused
        let accepted = (logRatio.randLike ()).log().lt logRatio
        let chance = dsharp.where (logRatio.isnan (), logRatio.zerosLike (), (logRatio.clamp (high = 0.0)).exp())
        let rate = chance.mean ()

        { Place = choose accepted proposed state.Place
          Scale =
            if adaptation = 0.0 then
                state.Scale
            else
                { state.Scale with
                    LogStep = state.Scale.LogStep + (rate - proposal.TargetRate) * adaptation }
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

    let private initial (user: string) (proposal: Proposal) (start: Tensor) : State =
        let place = proposal.Evaluate start

        if not (place.LogDensity.isfinite().any().toBool()) then
            raise (Errors.Posterior.noDensity user)

        let dimension = start.shape[1]

        { Place = place
          Scale =
            { LogStep = place.LogDensity.scalarLike (log (proposal.FirstStep dimension))
              Shape = Vectors.identity dimension start }
          Accepted = place.LogDensity.scalarLike 0.0 }

    let private check (options: MetropolisOptions) =
        let atLeast (least: int) (name: string) (value: int) =
            if value < least then
                raise (Errors.Argument.option name $"at least {least}" value)

        atLeast 4 "Chains" options.Chains
        atLeast 100 "Warmup" options.Warmup
        atLeast 4 "Draws" options.Draws
        atLeast 1 "Thin" options.Thin

    // The gain of the step's adaptation falls from each new shape on.
    let private gain (warmup: int) (lookEvery: int) (number: int) =
        if number > warmup then
            0.0
        else
            let since = if number < lookEvery * looks then number % lookEvery else number - lookEvery * looks
            5.0 / (float since + 10.0) ** 0.7

    let private walk (user: string) (options: MetropolisOptions) (proposal: Proposal) (start: Tensor) : Chains =
        let steps = options.Warmup + options.Draws * options.Thin
        let lookEvery = options.Warmup * 3 / 4 / looks
        let mutable state = initial user proposal start
        let mutable taken, reported, before = 0, 0, 0.0

        let takeOne (number: int) (state: State) =
            let next = step proposal (gain options.Warmup lookEvery number) state

            if number % lookEvery = 0 && number <= lookEvery * looks then
                { next with State.Scale.Shape = shapeOf next.Place.Position }
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

                  state.Place.Position, state.Place.LogDensity ]

        let coordinates = Tensor.stack (List.map fst drawn)

        { Coordinates = coordinates
          LogDensity = Tensor.stack (List.map snd drawn)
          Values = []
          Acceptance = (state.Accepted.toDouble () - acceptedInWarmup) / float (steps - options.Warmup)
          RHat = Convergence.rHat coordinates
          EffectiveSize = Convergence.effectiveSize coordinates }

    // The seed is set before anything is drawn, the memory of the run freed at its end.
    let private around (options: MetropolisOptions) (body: unit -> Chains) : Chains =
        check options
        Random.withSeed options.Seed (fun () -> Scope.run (fun () -> Gradient.off (fun () -> Validation.off body)))

    /// Chains from [chains; D] whose distribution tends to the density that the proposal evaluates.
    let fromRows (user: string) (options: MetropolisOptions) (proposal: Proposal) (start: Tensor) : Chains =
        around { options with Chains = start.shape[0] } (fun () -> walk user options proposal start)

    /// Chains whose distribution tends to the posterior of a model.
    let ofProgram (user: string) (options: MetropolisOptions) (proposalOf: (Tensor -> Tensor) -> Proposal) (model: Program<'T>) =
        around options (fun () ->
            let space = Unconstrained.ofProgram model
            space.CheckExact user
            let shape = [| options.Chains; space.Dimension |]

            let start =
                match options.Start with
                | Some start when start.shape = shape -> start
                | Some start -> raise (Errors.Posterior.start start.shape options.Chains space.Dimension)
                | None -> space.Start.randLike shape * 4.0 - 2.0

            let chains = walk user options (proposalOf space.LogDensity) start
            { chains with Values = space.Constrain chains.Coordinates })
