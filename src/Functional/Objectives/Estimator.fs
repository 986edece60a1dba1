// Estimators: how the gradient of a bound in the guide's parameters is estimated, draw by draw and for all draws together.
// Values to choose from; every Bound has one.
namespace Functional

open System
open Functional.Tensors

/// How one draw z ~ q of the guide passes gradients to the guide's parameters φ.
[<RequireQualifiedAccess>]
type DrawGradient =
    /// z = g(ε, φ) with noise ε: the gradient flows through z.
    | Pathwise
    /// z carries no gradient; ∇ log q(z) is weighed by the bound (the score function).
    | Score
    /// A one-hot or binary draw is replaced, in guide and model, by its relaxation at that temperature.
    | Relaxed of temperature: float
    /// A one-hot or binary draw has the gradient of its relaxation at that temperature, which is biased.
    | StraightThrough of temperature: float

/// An average of numbers met in training, new ones counting 1 - decay; it is 0 before the first.
[<Sealed>]
type RunningMean(decay: float) =
    do
        if not (decay >= 0.0 && decay < 1.0) then
            raise (Errors.Argument.option (nameof decay) "at least 0 and below 1" decay)

    let mutable sum: Tensor option = None
    let mutable weight = 0.0

    /// The average of what was met so far.
    member _.Value(like: Tensor) : Tensor =
        match sum with
        | Some sum -> sum / weight
        | None -> like.scalarLike 0.0

    /// Meets the mean of some numbers.
    member _.Add(numbers: Tensor) : unit =
        let next = numbers.mean () * (1.0 - decay)

        let updated =
            match sum with
            | Some sum -> sum * decay + next
            | None -> next

        sum |> Option.iter (fun old -> (old :> IDisposable).Dispose())
        sum <- Some(Scope.keep (updated.noDiff ()))
        weight <- weight * decay + 1.0 - decay

/// What is subtracted from the bound where it weighs a score: it lowers the variance, and leaves the expectation as it is, since E_q[∇ log q] = 0.
[<RequireQualifiedAccess; NoComparison; ReferenceEquality>]
type Baseline =
    /// Nothing.
    | Zero
    /// The bound that the other particles give: with z_k's own weight replaced by the (geometric) mean of theirs.
    | LeaveOneOut
    /// The average of earlier bounds. It belongs to one training run, and is not written to checkpoints.
    | Running of RunningMean

/// Which part of the gradient in φ is taken.
[<RequireQualifiedAccess>]
type GradientPath =
    /// All of it.
    | Total
    /// Without that of log q in its own parameters, whose expectation is 0 (sticking the landing).
    | StickingTheLanding
    /// That part rewritten as a pathwise gradient (doubly reparameterized).
    | DoublyReparameterized

/// How the gradient of a bound in the guide's parameters is estimated.
[<NoComparison; NoEquality>]
type Estimator =
    {
        /// Its name.
        Name: string
        /// What is done at each draw of the guide.
        Draw: Site -> DrawGradient
        /// For draws whose gradient is the score function's.
        Baseline: Baseline
        /// For draws that have a pathwise gradient.
        Path: GradientPath
    }

/// The estimators. All have the same expectation, the gradient, but for `relaxed` (of another bound) and `straightThrough` (biased).
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Estimator =

    /// Pathwise where the family has such a gradient, elsewhere the score function; with several particles the others are its baseline.
    let standard: Estimator =
        { Name = "standard"
          Draw = fun site -> if site.Distribution.HasRSample then DrawGradient.Pathwise else DrawGradient.Score
          Baseline = Baseline.LeaveOneOut
          Path = GradientPath.Total }

    /// ∇_φ E_q[f(z)] = E_ε[∇_φ f(g(ε, φ))] at every draw; families without a pathwise gradient are refused.
    /// Source: Kingma & Welling, arXiv:1312.6114, section 2.4; Rezende, Mohamed & Wierstra, arXiv:1401.4082.
    let pathwise: Estimator = { standard with Name = "pathwise"; Draw = fun _ -> DrawGradient.Pathwise }

    /// ∇_φ E_q[f(z)] = E_q[(f(z) - baseline) ∇_φ log q(z) + ∇_φ f(z)] at every draw (REINFORCE): for any family, at more variance.
    /// Source: Williams 1992, doi:10.1007/BF00992696; Mnih & Gregor, arXiv:1402.0030; with leave-one-out baselines Kool, van Hoof & Welling 2019.
    let scoreFunction (baseline: Baseline) : Estimator =
        { standard with
            Name = "score function"
            Draw = fun _ -> DrawGradient.Score
            Baseline = baseline }

    /// The score function where each particle's baseline is the bound that the others give, for bounds of several particles.
    /// Source: Mnih & Rezende, arXiv:1602.06725, equations 9 and 10.
    let vimco: Estimator = { scoreFunction Baseline.LeaveOneOut with Name = "VIMCO" }

    /// Pathwise without the score term of log q: its variance is 0 where q is the posterior. For the Monte-Carlo ELBO. A guide of several sites is
    /// run a second time for it, at its draws, so it has to be the same function then: no dropout in it.
    /// Source: Roeder, Wu & Duvenaud, arXiv:1703.09194, equation 8.
    let stickingTheLanding: Estimator =
        { standard with
            Name = "sticking the landing"
            Path = GradientPath.StickingTheLanding }

    /// Pathwise with the score term of log q reparameterized a second time. For bounds that are power means of weights, such as IWAE, whose
    /// ordinary gradient in φ loses its signal as particles are added. A guide of several sites is run twice, as for `stickingTheLanding`.
    /// Source: Tucker, Lawson, Gu & Maddison, arXiv:1810.04152, equation 8; for Rényi bounds Daudel, Benton, Shi & Doucet, arXiv:2210.06226.
    let doublyReparameterized: Estimator =
        { standard with
            Name = "doubly reparameterized"
            Path = GradientPath.DoublyReparameterized }

    let private relaxing (name: string) (gradient: DrawGradient) : Estimator =
        { standard with
            Name = name
            Draw = fun site -> if site.Distribution.HasRSample then DrawGradient.Pathwise else gradient }

    let private warm (temperature: float) =
        if not (temperature > 0.0) then
            raise (Errors.Argument.option (nameof temperature) "positive" temperature)

    /// One-hot and binary draws are replaced in guide and model by their relaxations: the exact gradient of the relaxed model's bound.
    /// Source: Maddison, Mnih & Teh, arXiv:1611.00712; Jang, Gu & Poole, arXiv:1611.01144.
    let gumbelSoftmax (temperature: float) : Estimator =
        warm temperature
        relaxing "Gumbel-softmax" (DrawGradient.Relaxed temperature)

    /// One-hot and binary draws keep their values and have the gradients of their relaxations: little variance, but biased.
    /// Source: Jang, Gu & Poole, arXiv:1611.01144, section 2.2; Bengio, Léonard & Courville, arXiv:1308.3432.
    let straightThrough (temperature: float) : Estimator =
        warm temperature
        relaxing "straight-through" (DrawGradient.StraightThrough temperature)

    /// The estimator with another choice at the draw of that name.
    let at (name: string) (gradient: DrawGradient) (estimator: Estimator) : Estimator =
        { estimator with
            Draw = fun site -> if site.Name = name then gradient else estimator.Draw site }

/// What estimators do to programs.
module internal Estimating =

    let private logOdds (bernoulli: Bernoulli) =
        bernoulli.LogProbability - bernoulli.LogComplement

    let rec private tryRelax (temperature: float) (distribution: Distribution) : Distribution option =
        match distribution with
        | :? OneHotCategorical as discrete -> Some(RelaxedOneHotCategorical.FromLogits(temperature, discrete.LogProbabilities))
        | :? Bernoulli as discrete -> Some(RelaxedBernoulli.FromLogits(temperature, logOdds discrete))
        | :? Independent as wrapper ->
            tryRelax temperature wrapper.Base |> Option.map (fun relaxed -> Independent(relaxed, wrapper.Rank))
        | :? Expanded as wrapper -> tryRelax temperature wrapper.Base |> Option.map _.Expand(wrapper.BatchShape)
        | _ -> None

    let rec private tryStraightThrough (temperature: float) (distribution: Distribution) : Distribution option =
        match distribution with
        | :? OneHotCategorical as discrete ->
            Some(StraightThroughOneHotCategorical.FromLogits(temperature, discrete.LogProbabilities))
        | :? Bernoulli as discrete -> Some(StraightThroughBernoulli.FromLogits(temperature, logOdds discrete))
        | :? Independent as wrapper ->
            tryStraightThrough temperature wrapper.Base |> Option.map (fun through -> Independent(through, wrapper.Rank))
        | :? Expanded as wrapper -> tryStraightThrough temperature wrapper.Base |> Option.map _.Expand(wrapper.BatchShape)
        | _ -> None

    let private replaced (name: string) (distribution: Distribution) (replacement: Distribution option) : Distribution =
        match replacement with
        | Some replacement -> replacement
        | None -> raise (Errors.Objective.noRelaxation name distribution.Name)

    /// The site as the estimator has it drawn.
    let draw (estimator: Estimator) (site: Site) : Site =
        let distribution = site.Distribution

        if not site.IsOpen then
            site
        else
            match estimator.Draw site with
            | DrawGradient.Pathwise when distribution.HasRSample -> site
            | DrawGradient.Pathwise -> raise (Errors.Objective.notPathwise site.Name distribution.Name)
            | DrawGradient.Score -> { site with Value = Some(distribution.Sample()) }
            | DrawGradient.Relaxed temperature ->
                { site with
                    Distribution = tryRelax temperature distribution |> replaced site.Name distribution }
            | DrawGradient.StraightThrough temperature ->
                { site with
                    Distribution = tryStraightThrough temperature distribution |> replaced site.Name distribution }

    /// The model's distribution at a draw that the guide has relaxed.
    let relaxAlong (estimator: Estimator) (guide: Trace<unit>) (site: Site) : Site =
        match guide.TryFind site.Name with
        | Some traced when
            site.Kind = SiteKind.Latent
            && site.Distribution.Support.IsDiscrete
            && not traced.Distribution.Support.IsDiscrete
            ->
            match estimator.Draw { site with Value = None } with
            | DrawGradient.Relaxed temperature ->
                { site with
                    Distribution = tryRelax temperature site.Distribution |> replaced site.Name site.Distribution }
            | _ -> site
        | _ -> site
