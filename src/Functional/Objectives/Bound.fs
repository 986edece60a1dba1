// Bounds on the evidence log p(x): what is made of a guide's draws, how many there are, and how the gradient is estimated.
// Elbo.fs and PowerMeans.fs have the known ones; one of a user's own is a line.
namespace Functional

open System
open Functional.Tensors

/// Which side of log p(x) a bound is on.
[<RequireQualifiedAccess>]
type Side =
    /// At most log p(x) in expectation: to be maximised.
    | Lower
    /// At least log p(x): to be minimised.
    | Upper

[<NoComparison; NoEquality>]
type internal Estimand =
    /// E_q[f(z)]: the terms of f, and whether log q(z) is in it.
    | Integrand of hasLogGuide: bool * (GuidedRun -> Loss)
    /// A function of the K log-weights along the first axis. With α it is log (1/K Σ w^(1-α)) / (1-α), whose limit at α = 1 is their mean.
    | OfWeights of (Tensor -> Tensor) * alpha: float option
    /// Whatever carries its own gradient.
    | Own of (GuidedRun -> Loss)

/// A bound on log p(x), or an estimate of it, from K draws of a guide; in nats.
/// Its value is the bound, its gradient that of its estimator.
[<Sealed>]
type Bound internal (name: string, side: Side, particles: int, estimator: Estimator, estimand: Estimand) =
    do
        if particles < 1 then
            raise (Errors.Objective.particles name particles)

    /// Its name, which is its term's where it has only one.
    member _.Name = name

    /// Whether it is maximised or minimised.
    member _.Side = side

    /// How many draws it takes, K.
    member _.Particles = particles

    /// How its gradient is estimated.
    member _.Estimator = estimator

    member internal _.Estimand = estimand

    /// Whether an estimator can estimate its gradient, as far as the bound goes; the draws have to have what it needs, too.
    member _.Accepts(estimator: Estimator) : bool =
        match estimand, estimator.Path with
        | (Integrand _ | OfWeights _), GradientPath.Total
        | Integrand(true, _), GradientPath.StickingTheLanding
        | OfWeights(_, Some _), GradientPath.DoublyReparameterized -> true
        | _ -> false

    /// The same bound with another estimator of its gradient. Raises NotSupportedException for one that it does not accept.
    member this.With(estimator: Estimator) : Bound =
        if not (this.Accepts estimator) then
            raise (Errors.Objective.notAccepted name estimator.Name)

        Bound(name, side, particles, estimator, estimand)

    override _.ToString() =
        $"{name} ({particles} particles, {estimator.Name})"

module private Surrogate =

    /// 0, with the gradient of the value.
    let gradientOf (value: Tensor) : Tensor = value - value.noDiff ()

    // Row i has the i-th value replaced by the mean of the others: [K; K; batch].
    let private leftOut (values: Tensor) : Tensor =
        let count = values.shape[0]
        let others = (values.sum (0, keepDim = true) - values) / float (count - 1)

        let diagonal =
            dsharp.eye(count, dtype = Dtype.Bool, device = values.device).view
                [| count; count; yield! [ for _ in 2 .. values.dim -> 1 ] |]

        dsharp.where (diagonal, others.unsqueeze 0, values.unsqueeze 1)

    /// What weighs each draw's score, of shape [K; batch], for a bound that is `combine` of K numbers along the first axis. Of a mean only its own
    /// number hangs on a draw, so the others would be noise.
    let signal (baseline: Baseline) (isMean: bool) (combine: Tensor -> Tensor) (values: Tensor) : Tensor =
        Gradient.off (fun () ->
            let values = values.noDiff ()
            let bound = combine values
            let ownPart, share = if isMean then values, 1.0 / float values.shape[0] else bound.unsqueeze 0, 1.0

            match baseline with
            | Baseline.LeaveOneOut when values.shape[0] > 1 -> bound - combine (leftOut values)
            | Baseline.Running mean ->
                let signal = (ownPart - mean.Value bound) * share
                mean.Add bound
                signal
            | _ -> ownPart * share)

    /// Multiplies gradients, on their way back, by numbers that are known only after the value has been used.
    type GradientFactor(factor: unit -> Tensor) =
        inherit UnaryOp("gradient factor")

        override _.fRaw a =
            (Tensor.ofRawTensor a).clone().primalRaw

        override this.ad_dfda(a, ad, f) = this.fd_dfda (a, f, ad)

        override _.fd_dfda(a, _, fd) =
            let factor = factor ()
            fd * factor.view [| yield! factor.shape; for _ in factor.dim + 1 .. a.dim -> 1 |]

module private Estimation =

    let private mean (run: GuidedRun) (value: Tensor) : Tensor =
        if run.Particles = 1 then value else value.mean 0

    // A term that counts carries a gradient that does not change the value.
    let private withGradient (surrogate: Tensor) (loss: Loss) : Loss =
        match loss.Terms |> List.tryFindIndex (fun term -> term.Weight <> 0.0) with
        | None -> loss
        | Some carrier ->
            let carry (place: int) (term: Term) =
                if place = carrier then
                    { term with Value = term.Value + surrogate / term.Weight }
                else
                    term

            Loss(loss.Terms |> List.mapi carry)

    let private scoreTerm
        (estimator: Estimator)
        (run: GuidedRun)
        (isMean: bool)
        (combine: Tensor -> Tensor)
        (values: Tensor)
        : Tensor =
        let signal = Surrogate.signal estimator.Baseline isMean combine (run.WithParticles values)
        (signal * Surrogate.gradientOf (run.WithParticles run.Score)).sum 0

    let private integrand (bound: Bound) (run: GuidedRun) (terms: GuidedRun -> Loss) : Loss =
        let loss = terms run
        let averaged = loss |> Loss.map (mean run)

        if run.HasScores then
            averaged |> withGradient (scoreTerm bound.Estimator run true (fun values -> values.mean 0) loss.Value)
        else
            averaged

    let private ofWeights (bound: Bound) (run: GuidedRun) (combine: Tensor -> Tensor) : Loss =
        let weights = run.LogWeights
        let value = combine (run.WithParticles weights)

        Loss.term
            bound.Name
            (if run.HasScores then
                 value + scoreTerm bound.Estimator run false combine weights
             else
                 value)

    // Σ_k w̃_k ∇ log p(x, z_k) in the model's parameters and Σ_k (α w̃_k + (1-α) w̃_k²) ∂log w_k/∂z_k ∇z_k in the guide's, where
    // w̃ = softmax((1-α) log w).
    let private doublyReparameterized
        (bound: Bound)
        (combine: Tensor -> Tensor)
        (alpha: float)
        (draw: (TracedSite -> Tensor) -> GuidedRun)
        : Loss =
        let factor = ref Unchecked.defaultof<Tensor>
        let op = Tensor.Op(Surrogate.GradientFactor(fun () -> factor.Value))
        let run = draw (fun site -> if bound.Particles = 1 then site.Value else op site.Value)

        if run.HasScores then
            raise (Errors.Objective.scoreInDoubly bound.Name)

        let logModel, logGuide = run.WithParticles run.LogModel, run.WithParticles run.LogGuide
        let weights = (logModel - logGuide).noDiff()
        let shares = (weights * (1.0 - alpha)).softmax 0
        factor.Value <- shares * (1.0 - alpha) + alpha

        let surrogate = shares * Surrogate.gradientOf logModel - shares * factor.Value * Surrogate.gradientOf logGuide
        Loss.term bound.Name (combine weights + surrogate.sum 0)

    let estimate (bound: Bound) (depth: int) (model: Program<'M>) (guide: Program<'G>) : Loss =
        let draw give =
            GuidedRun.draw bound.Estimator bound.Particles depth give model guide

        match bound.Estimand, bound.Estimator.Path with
        | Integrand(_, terms), _ -> let run = draw _.Value in integrand bound run terms
        | OfWeights(combine, Some alpha), GradientPath.DoublyReparameterized -> doublyReparameterized bound combine alpha draw
        | OfWeights(combine, _), _ ->
            let run = draw _.Value

            if run.GuideEnumerates then
                raise (Errors.Objective.enumeratedWeights bound.Name)

            ofWeights bound run combine
        | Own terms, _ -> let run = draw _.Value in terms run

/// Makes, estimates and optimizes bounds.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Bound =

    /// A lower bound of one's own that is an expectation, E_q[f(z)]: the terms of f at K draws, each of shape [particles; batch] (or [batch] when
    /// there is one). `GuidedRun` has log p(x, z), log q(z) and the traces. The mean over particles is taken here.
    let ofIntegrand (name: string) (particles: int) (terms: GuidedRun -> Loss) : Bound =
        Bound(name, Side.Lower, particles, Estimator.standard, Integrand(true, terms))

    /// A lower bound of one's own made of the log-weights log p(x, z_k) - log q(z_k): a function of [K; batch] with values of shape [batch].
    let ofWeights (name: string) (particles: int) (combine: Tensor -> Tensor) : Bound =
        Bound(name, Side.Lower, particles, Estimator.standard, OfWeights(combine, None))

    /// The bound with another estimator of its gradient.
    let withEstimator (estimator: Estimator) (bound: Bound) : Bound = bound.With estimator

    let private roomFor (bound: Bound) (model: Program<'M>) (guide: Program<'G>) : int =
        if bound.Particles = 1 then 0 else max (Program.depth model) (Program.depth guide)

    /// `estimate` for programs whose sites have at most `depth` batch axes (plates and leading ones), which spares the runs that count them.
    let estimateWithin (depth: int) (bound: Bound) (model: Program<'M>) (guide: Program<'G>) : Loss =
        Estimation.estimate bound depth model guide

    /// The bound on log p(x) for a model p(z, x) and a guide q(z): one number for each element of the batch axes outside plates.
    /// Raises ArgumentException naming the site when the draws of model and guide are not the same. With several particles it runs both programs
    /// once more to count axes.
    let estimate (bound: Bound) (model: Program<'M>) (guide: Program<'G>) : Loss =
        estimateWithin (roomFor bound model guide) bound model guide

    /// The loss to minimise for each batch: minus the mean of a lower bound over the batch axes, or the mean of an upper one.
    /// With the first batch, model and guide are checked against each other: raises ArgumentException naming the first site that does not fit.
    let objective (bound: Bound) (model: 'Batch -> Program<'M>) (guide: 'Batch -> Program<'G>) : Objective<'Batch> =
        let mutable depth = None

        let room (model: Program<'M>) (guide: Program<'G>) =
            match depth with
            | Some depth -> depth
            | None ->
                Program.fitsWith (fun site -> bound.Estimator.Draw site.Site <> DrawGradient.Pathwise) model guide
                let found = roomFor bound model guide
                depth <- Some found
                found

        fun batch ->
            let model, guide = model batch, guide batch
            let loss = Loss.mean (estimateWithin (room model guide) bound model guide)
            if bound.Side = Side.Lower then -loss else loss
