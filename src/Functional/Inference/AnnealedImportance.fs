// Annealed importance sampling: weights that reach from a distribution one can draw from to a density one can only evaluate.
// The evidence of decoder models, where no encoder is to be trusted; ImportanceWeights judges what comes out.
namespace Functional

open System
open System.Diagnostics
open Functional.Tensors

/// What annealing ends with: for each chain a draw, and its weight.
type AnnealedSample =
    {
        /// log w, of shape [chains; batch]: E w = Z, the integral of the target density.
        LogWeights: Tensor
        /// Where the chains end, of shape [chains; batch; event]: with these weights, draws of the normalized target.
        Values: Tensor
        /// The share of proposals that were accepted in each chain, of shape [chains; batch].
        Acceptance: Tensor
    }

/// One call: counts steps, reports them, and looks whether to stop.
type private Annealer(options: AnnealingOptions, path: AnnealedPath, betas: float[]) =
    let clock = Stopwatch.StartNew()
    let steps = 2 * (betas.Length - 1)
    let mutable finished = 0

    let pass () =
        finished <- finished + 1

        options.Progress.Report
            { Step = finished
              Steps = steps
              Elapsed = clock.Elapsed
              Remaining = clock.Elapsed * (float (steps - finished) / float finished) }

    // What a step makes replaces what it was made from, so that memory stays flat in any scope.
    let replace (free: 'State -> unit) (step: 'State -> 'State) (state: 'State) : 'State =
        options.Cancellation.ThrowIfCancellationRequested()
        let next = Scope.run (fun () -> step state)
        free state
        pass ()
        next

    let freePlace (place: AnnealedPlace) =
        for tensor in [ place.Value; place.LogStart; place.LogRatio; place.StartGradient; place.RatioGradient ] do
            (tensor :> IDisposable).Dispose()

    let start (chains: int) : AnnealedPlace =
        Scope.run (fun () -> AnnealedPlace.at path (path.Start.Sample [ chains ]))

    let free (tensor: Tensor) = (tensor :> IDisposable).Dispose()

    /// Step sizes for the temperatures after the first, each of shape [batch]: chains of their own adapt theirs to
    /// the wanted acceptance, and their geometric mean is taken. The chains that are weighted then follow a schedule that does
    /// not depend on them, without which their weights would be biased. Source of the adaptation: Wu et al., arXiv:1611.04273,
    /// section 4, and its code.
    member _.Pilot(chains: int) : Tensor list =
        let adapt (_: Tensor, logStep: Tensor, average: Tensor, place: AnnealedPlace) (beta: float) =
            let next, chance = Hamiltonian.transition path beta options.Leapfrog (logStep.exp ()) place
            let average = average * 0.9 + chance * 0.1
            let isHigh = average.gt options.Acceptance
            let change = dsharp.where (isHigh, average.scalarLike (Math.Log 1.02), average.scalarLike (Math.Log 0.98))
            (logStep.mean 0).exp(), logStep + change, average, next

        let freeState (_: Tensor, logStep, average, place) =
            free logStep
            free average
            freePlace place

        let place = start chains
        let logStep = place.LogStart.fullLike (Math.Log options.StepSize)
        let initial = place.LogStart.zeroLike (), logStep, place.LogStart.fullLike options.Acceptance, place

        let sizes, last =
            betas[1..]
            |> Array.toList
            |> List.mapFold
                (fun state beta ->
                    let next = replace freeState (fun state -> adapt state beta) state
                    let size, _, _, _ = next
                    size, next)
                initial

        freeState last
        sizes

    /// The weighted chains.
    member _.Run(stepSizes: Tensor list) : AnnealedSample =
        let chains = options.Chains
        let place = start chains

        let weigh (low: float) (high: float) (place: AnnealedPlace) (logWeights: Tensor) =
            logWeights + place.LogRatio * (high - low)

        let move (low: float, high: float) (size: Tensor) (logWeights: Tensor, chances: Tensor, place: AnnealedPlace) =
            let logWeights = weigh low high place logWeights
            let next, chance = Hamiltonian.transition path high options.Leapfrog (size.expand logWeights.shape) place
            logWeights, chances + chance, next

        let freeState (logWeights, chances, place) =
            free logWeights
            free chances
            freePlace place

        let initial = place.LogStart.zerosLike (), place.LogStart.zerosLike (), place

        let logWeights, chances, last =
            List.zip (Array.toList (Array.pairwise betas)) stepSizes
            |> List.fold (fun state (interval, size) -> replace freeState (move interval size) state) initial

        { LogWeights = logWeights
          Values = last.Value
          Acceptance = chances / float stepSizes.Length }

/// Draws z from a start p, and moves them through f_β(z) = p(z)^(1 - β) f(z)^β to the target density f, weighing as they go:
/// log w = Σ_t (β_t - β_{t-1}) [log f(z_{t-1}) - log p(z_{t-1})], z_t from a Hamiltonian transition at β_t. E w = Z = ∫ f,
/// whatever the number of steps; the more there are, the less log w varies. Everything is over real vectors, whose gradients
/// lead. The wrong tool for a target of far separated modes that the start does not tell apart: chains do not cross between
/// them. Source: Neal, Statistics and Computing 11 (2001), arXiv:physics/9803008; Wu, Burda, Salakhutdinov, Grosse,
/// arXiv:1611.04273.
module AnnealedImportance =

    // Of the pilot run, whose step sizes are averaged.
    let private pilotChains = 4

    let rec private isReal (support: Support) : bool =
        match support with
        | Support.Real -> true
        | Support.Elementwise(element, _) -> isReal element
        | Support.Concatenated parts -> parts |> List.forall (fst >> isReal)
        | Support.Stacked parts -> parts |> List.forall isReal
        | _ -> false

    let private anneal (options: AnnealingOptions) (path: AnnealedPath) : AnnealedSample =
        Annealing.check options

        if not (isReal path.Start.Support) then
            raise (Errors.Annealing.constrained (string path.Start))

        Scope.run (fun () ->
            Gradient.off (fun () ->
                Validation.off (fun () ->
                    let annealer = Annealer(options, path, Annealing.temperatures options.Steps options.Schedule)
                    annealer.Pilot(min pilotChains options.Chains) |> annealer.Run)))

    /// Weights for Z = ∫ f(z) dz, from log f, which takes z of shape [chains; batch; event] to [chains; batch], and a start
    /// with batch shape [batch] whose tails are no lighter than f's. Raises ArgumentException when the start is not over all
    /// real numbers or a shape does not fit, OperationCanceledException when the run is cancelled.
    let run (options: AnnealingOptions) (start: Distribution) (logTarget: Tensor -> Tensor) : AnnealedSample =
        anneal options { Start = start; LogRatio = fun z -> logTarget z - start.LogProb z }

    /// Weights for p(x) = ∫ p(z) p(x|z) dz of each x of shape [batch; event of x]: from the prior to the posterior, so that
    /// Values are weighted draws of p(z|x). The likelihood takes z of shape [chains; batch; event of z]. Raises as `run` does.
    let evidence
        (options: AnnealingOptions)
        (prior: Distribution)
        (likelihood: Tensor -> Distribution)
        (x: Tensor)
        : AnnealedSample =
        let start = if prior.BatchShape.Length = 0 then prior.Expand [| x.shape[0] |] else prior

        anneal options { Start = start; LogRatio = fun z -> (likelihood z).LogProb x }

    /// Weights for the evidence p(x) = ∫ p(z, x) dz of a model with continuous draws, in the real numbers that stand for them (`Unconstrained`):
    /// the start is over as many, such as `Normal.standard [ D ]`, or a guide's `Posterior`. Values are real numbers, too.
    /// Raises as `run` and `Unconstrained.ofProgram` do.
    let ofProgram (options: AnnealingOptions) (start: Distribution) (model: Program<'T>) : AnnealedSample =
        run options start (Unconstrained.ofProgram model).LogDensity
