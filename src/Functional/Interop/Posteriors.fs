// What the C# facade calls of guides, Laplace's approximation, chains and variational fits: pairs for named values, delegates, null.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Collections.Generic
open System.Threading
open Functional
open Functional.Tensors

/// Values by the names of sites.
module internal NamedValues =

    let ofList (values: (string * Tensor) list) : KeyValuePair<string, Tensor>[] =
        [| for name, value in values -> KeyValuePair(name, value) |]

    let toList (values: KeyValuePair<string, Tensor>[]) : (string * Tensor) list =
        [ for pair in values -> pair.Key, pair.Value ]

/// Posteriors over R^D.
module internal UnconstrainedBridge =

    let sites (space: Unconstrained) = List.toArray space.Sites
    let plates (site: UnconstrainedSite) = List.toArray site.Plates
    let subsampled (space: Unconstrained) = List.toArray space.Subsampled
    let constrain (space: Unconstrained) (u: Tensor) = NamedValues.ofList (space.Constrain u)

    let unconstrain (space: Unconstrained) (values: KeyValuePair<string, Tensor>[]) =
        space.Unconstrain(NamedValues.toList values)

/// Guides made from models, and tables of parameters for guides of one's own.
module internal GuideBridge =

    /// Null is the median of the prior.
    let start (location: Func<Unconstrained, Tensor>) (scale: float) : GuideStart =
        { Location =
            match location with
            | null -> AutoGuide.start.Location
            | location -> location.Invoke
          Scale = scale }

    let program (guide: AutoGuide) : Program<ValueTuple> = ProgramBridge.nothing guide.Program
    let parameters (guide: AutoGuide) = List.toArray guide.Parameters
    let sample (guide: AutoGuide) (count: int) = NamedValues.ofList (guide.Sample count)
    let ofEveryDatum (table: PerDatum) = List.toArray table.Parameters

/// The most probable values, and normal approximations around them.
module internal ModeBridge =

    // The searches ask the model again and again, and look at nothing else; what they found may be used after a late cancellation.
    let private stoppable (cancellation: CancellationToken) (search: Program<'T> -> 'Found) (model: Program<'T>) : 'Found =
        let searching = ref true

        let watched =
            Program(fun handler ->
                if searching.Value then
                    cancellation.ThrowIfCancellationRequested()

                model.Run handler)

        try
            search watched
        finally
            searching.Value <- false

    let map (cancellation: CancellationToken) (model: Program<'T>) =
        model |> stoppable cancellation Map.fit |> NamedValues.ofList

    let laplace (cancellation: CancellationToken) (model: Program<'T>) : LaplaceApproximation =
        model |> stoppable cancellation LaplaceApproximation.fit

/// Markov chains and draws.
module internal ChainBridge =

    let options
        (chains: int)
        (warmup: int)
        (draws: int)
        (thin: int)
        (start: Tensor)
        (seed: int)
        (report: Action<ChainProgress>)
        (cancellation: CancellationToken)
        : MetropolisOptions =
        { Chains = chains
          Warmup = warmup
          Draws = draws
          Thin = thin
          Start = Option.ofObj start
          Seed = seed
          Progress =
            Some
                { new IProgress<ChainProgress> with
                    member _.Report progress = report.Invoke progress }
          Cancellation = cancellation }

    let values (chains: Chains) = NamedValues.ofList chains.Values
    let pooled (chains: Chains) = NamedValues.ofList chains.Pooled

    let summarize (draws: KeyValuePair<string, Tensor>[]) =
        List.toArray (Draws.summarize (NamedValues.toList draws))

/// Fitting guides.
module internal VariationalBridge =

    /// Shows nothing by itself, and leaves Ctrl+C to the application.
    let options
        (steps: int)
        (bound: Bound)
        (optimizer: Optimizer)
        (report: Action<TrainingProgress>)
        (cancellation: CancellationToken)
        : VariationalOptions =
        { Steps = steps
          Bound = bound
          Optimizer = optimizer
          Progress = TrainingBridge.display report
          Cancellation = cancellation
          StopOnCtrlC = false }

    let fit (options: VariationalOptions) (parameters: Parameter[]) (model: Program<'M>) (guide: Program<'G>) =
        Variational.fitPrograms options (List.ofArray parameters) model guide

    let history (result: VariationalResult) : struct (int * float)[] =
        [| for step, bound in result.History -> struct (step, bound) |]

/// Models of y given x.
module internal RegressionBridge =

    let logistic (prior: Distribution) (x: Tensor) (y: Tensor) : Program<ValueTuple> =
        Regression.logistic prior x y |> ProgramBridge.nothing
