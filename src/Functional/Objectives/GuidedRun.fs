// Draws of a guide's latents, with what model and guide say of them: log p(x, z), log q(z) and their difference.
// Bounds are functions of it, and so are bounds of a user's own.
namespace Functional

open System.Collections.Generic
open Functional.Tensors

/// Exact expectations over the draws that a guide enumerates: E_q(y)[f] = Σ_y q(y) f(y).
module internal Enumerated =

    let private dependsOn (axis: int) (value: Tensor) =
        value.dim >= axis && value.shape[value.dim - axis] > 1

    /// What takes a quantity of shape [enumerated axes; batch axes] to its expectation, of shape [batch axes].
    let expectation (guide: Trace<unit>) : Tensor -> Tensor =
        let variables =
            [ for site in guide.Sites do
                  match site.Site.Enumeration with
                  | Some axis -> axis, site.LogDensity
                  | None -> () ]

        // Those that the quantity depends on, and those that these depend on in their turn.
        let rec ancestors (quantity: Tensor) (found: (int * Tensor) list) =
            let dependents = quantity :: List.map snd found
            let more = variables |> List.filter (fun (axis, _) -> List.exists (dependsOn axis) dependents)
            if more.Length = found.Length then found else ancestors quantity more

        let average (quantity: Tensor) : Tensor =
            match ancestors quantity [] with
            | [] -> quantity
            | found ->
                let weights = (found |> List.map snd |> List.reduce (+)).exp()
                // what has no probability counts nothing, even where it is infinite
                let counted = dsharp.where (weights.gt 0.0, quantity, quantity.zerosLike ())
                let first = variables |> List.map fst |> List.min
                let sum = (weights * counted).sum([ for axis, _ in found -> -axis ], keepDim = true)
                sum.view (Shapes.trailing (first - 1) sum.shape)

        if variables.IsEmpty then id else average

    /// What sums a quantity of shape [enumerated axes; batch axes] over the values that the guide lists.
    let sum (guide: Trace<unit>) : Tensor -> Tensor =
        match guide.Sites |> List.choose _.Site.Enumeration with
        | [] -> id
        | axes ->
            let room = List.min axes - 1
            fun quantity -> if quantity.dim > room then quantity.sum [ 0 .. quantity.dim - room - 1 ] else quantity

/// z_1 ... z_K drawn from a guide q(z), and the traces of guide and model p(z, x) at them. What is computed from it keeps a leading axis
/// of particles where there are several, and the batch axes that the programs have outside their plates: [particles; batch] or [batch].
[<Sealed>]
type GuidedRun
    internal
    (particles: int, path: GradientPath, scored: TracedSite list, guide: Trace<unit>, model: Trace<unit>, held: Lazy<Trace<unit>>)
    =

    let expect = Enumerated.expectation guide
    let depth = max guide.PlateDepth model.PlateDepth

    let contribution (trace: Trace<unit>) (site: TracedSite) (density: Tensor) : Tensor =
        trace.FreeAxes(depth, site, site.Total(expect density))

    let guideEnumerates = guide.Sites |> List.exists _.Site.Enumeration.IsSome

    // Without anything to average over, a family may compute the density and its sum in one pass.
    let density (trace: Trace<unit>) (site: TracedSite) : Tensor =
        if guideEnumerates then
            contribution trace site site.LogDensity
        else
            trace.FreeAxes(depth, site, site.Contribution)

    let hasDensity (site: TracedSite) = site.Kind <> SiteKind.Deterministic

    let log (trace: Trace<unit>) : Tensor =
        match trace.Sites |> List.filter hasDensity with
        | [] -> dsharp.scalar 0.0
        | sites -> sites |> List.map (fun site -> site, density trace site) |> Contributions.sum

    let modelEnumerates = model.Sites |> List.exists _.Site.Enumeration.IsSome
    let logModel = lazy (if modelEnumerates && not guideEnumerates then model.LogDensity else log model)
    let logGuide = lazy log guide

    /// How many draws there are, K.
    member _.Particles = particles

    /// The guide's draws.
    member _.Guide: Trace<unit> = guide

    /// The model at the guide's draws.
    member _.Model: Trace<unit> = model

    /// log p(x, z), in nats.
    member _.LogModel: Tensor = logModel.Value

    /// log q(z), in nats.
    member _.LogGuide: Tensor =
        if path = GradientPath.Total then
            logGuide.Value
        else
            let score = log held.Value
            logGuide.Value - (score - score.noDiff ())

    /// log w = log p(x, z) - log q(z), in nats.
    member this.LogWeights: Tensor = this.LogModel - this.LogGuide

    /// The axis of particles in front, even if there is but one.
    member internal _.WithParticles(value: Tensor) : Tensor =
        if particles = 1 then value.unsqueeze 0 else value

    member internal _.GuideEnumerates = guideEnumerates

    /// Whether some draw carries no gradient, so that the bound has to weigh its score.
    member internal _.HasScores = not scored.IsEmpty

    /// Σ log q of the draws that carry no gradient. They were drawn once each, for each value that the guide lists, so no scale enters.
    member internal _.Score: Tensor =
        let overValues = Enumerated.sum guide

        scored
        |> List.map (fun site -> guide.FreeAxes(depth, site, overValues site.LogDensity |> Shapes.sumLast site.Plates.Length))
        |> List.reduce (+)

    /// What a site of the model adds: a quantity of the shape of its log-density, summed over its plates, scaled, and averaged over what the guide
    /// enumerates.
    member internal _.OfModel(site: TracedSite, quantity: Tensor) : Tensor = contribution model site quantity

    /// The log-density of a site of the model, summed, scaled and averaged in the same way.
    member internal _.ModelDensity(site: TracedSite) : Tensor = density model site

    /// The log-density of a site of the guide.
    member internal _.GuideDensity(site: TracedSite) : Tensor = density guide site

    /// What a site of the guide adds, as `OfModel`.
    member internal _.OfGuide(site: TracedSite, quantity: Tensor) : Tensor = contribution guide site quantity

module internal GuidedRun =

    // The guide's trace with densities whose gradient is that of log q(z) in the guide's parameters at fixed z. It is run again at its draws, unless
    // it has but one, which hangs on no other.
    let private held (guide: Program<unit>) (traced: Trace<unit>) : Trace<unit> =
        match traced.Sites with
        | [ site ] -> Trace([ TracedSite(site.Site, site.Value.noDiff (), None) ], ())
        | _ -> guide |> Program.replayAs _.Value.noDiff() traced |> Program.trace

    let private fits (guide: Trace<unit>) (model: Trace<unit>) =
        let drawn = model.Latents |> List.filter _.Site.Enumeration.IsNone

        for site in drawn do
            if (guide.TryFind site.Name).IsNone then
                raise (Errors.Program.missingInGuide site.Name (site.Distribution.ToString()))

        for site in guide.Sites do
            match site.Kind, model.TryFind site.Name with
            | SiteKind.Observed, _ -> raise (Errors.Program.observedInGuide site.Name)
            | SiteKind.Latent, None -> raise (Errors.Program.extraInGuide site.Name [ for latent in drawn -> latent.Name ])
            | SiteKind.Latent, Some other when other.Kind = SiteKind.Observed ->
                raise (Errors.Program.guidedObservation site.Name)
            | _ -> ()

    /// Runs the guide, and the model at its draws. `give` may change what the model is given.
    let draw
        (estimator: Estimator)
        (particles: int)
        (depth: int)
        (give: TracedSite -> Tensor)
        (model: Program<'M>)
        (guide: Program<'G>)
        : GuidedRun =
        let guide = guide |> Program.map ignore
        let wide = if particles = 1 then guide else guide |> Program.particlesWithin depth particles
        let scored = HashSet<string>()

        let draw (site: Site) =
            let drawn = Estimating.draw estimator site

            if site.IsOpen && not drawn.IsOpen then
                scored.Add site.Name |> ignore

            drawn

        let traced = wide |> Program.rewrite draw |> Program.trace

        let answered =
            model
            |> Program.map ignore
            |> Program.replayAs give traced
            |> Program.rewrite (Estimating.relaxAlong estimator traced)
            |> Program.trace

        fits traced answered
        let enumerates = traced.Sites |> List.exists _.Site.Enumeration.IsSome

        if particles > 1 && enumerates then
            raise (Errors.Objective.enumeratedGuide particles)

        if estimator.Path <> GradientPath.Total && enumerates then
            raise (Errors.Objective.enumeratedPath estimator.Name)

        // where nothing is drawn all particles are the same
        let particles = if traced.Latents.IsEmpty then 1 else particles
        let scoredSites = traced.Latents |> List.filter (fun site -> scored.Contains site.Name)
        GuidedRun(particles, estimator.Path, scoredSites, traced, answered, lazy (held guide traced))
