// The evidence lower bound (ELBO), in the forms that differ by what is known in closed form, and its relatives with a weighed KL.
// The loss of variational autoencoders and of variational inference.
namespace Functional

open Functional.Tensors

/// E_q[log p(x, z) - log q(z)] ≤ log p(x), estimated with `particles` draws from q, in nats.
/// All forms have the same expectation; they differ in variance and in which closed forms they use.
/// Source: Kingma & Welling, arXiv:1312.6114, equations 3 (withEntropy, monteCarlo) and 10 (bound).
module Elbo =

    let private isKnown (site: TracedSite) =
        site.Kind = SiteKind.Observed || site.Kind = SiteKind.Factor

    // The draws at which a closed form may stand for the average over the draw: whatever it is conditioned on in the model has been drawn before
    // it in the guide.
    let private inOrder (run: GuidedRun) : TracedSite -> bool =
        let place = dict (run.Guide.Latents |> List.mapi (fun place site -> site.Name, place))

        let latest =
            run.Model.Latents
            |> List.filter (fun site -> place.ContainsKey site.Name)
            |> List.scan (fun (latest, _) site -> max latest place[site.Name], Some site.Name) (-1, None)
            |> List.pairwise
            |> List.choose (fun ((before, _), (_, name)) -> name |> Option.map (fun name -> name, before))
            |> dict

        fun site ->
            match latest.TryGetValue site.Name with
            | true, before -> before < place[site.Name]
            | _ -> false

    let private closedKl (q: TracedSite) (p: TracedSite) : Tensor option =
        let lineUp = Shapes.tryLineUp q.Distribution.BatchShape p.Distribution.BatchShape

        if q.Scale = p.Scale && lineUp.IsSome then
            Kl.tryDivergence q.Distribution p.Distribution
        else
            None

    // 'name', with what the terms add up to; nothing for no terms.
    let private term (name: string) (parts: Tensor list) : Loss list =
        match parts with
        | [] -> []
        | parts -> [ Loss.term name (List.reduce (+) parts) ]

    // Terms in the order given: those to be added, those to be subtracted.
    let private combine (added: Loss list list) (subtracted: Loss list list) : Loss =
        match List.concat added, List.concat subtracted with
        | [], [] -> raise (Errors.Objective.noSites ())
        | [], first :: rest -> rest |> List.fold (-) -first
        | added, subtracted -> subtracted |> List.fold (-) (List.reduce (+) added)

    // Enumeration in the model ties its sites together: only the whole of log p(x, z) is known.
    let private isSummedOut (run: GuidedRun) =
        run.Model.Sites |> List.exists (fun site -> site.Site.Enumeration.IsSome) && not run.GuideEnumerates

    let private withDensity (trace: Trace<unit>) =
        trace.Sites |> List.filter (fun site -> site.Kind <> SiteKind.Deterministic)

    let private modelParts (run: GuidedRun) (sites: TracedSite list) =
        [ for site in sites -> site, run.ModelDensity site ]

    let private split (run: GuidedRun) : Loss =
        let known, drawn = withDensity run.Model |> List.partition isKnown
        let known, drawn = modelParts run known, modelParts run drawn
        // what is drawn once for several examples would be counted for each
        Contributions.sum (known @ drawn) |> ignore
        let posterior = if (withDensity run.Guide).IsEmpty then [] else [ run.LogGuide ]

        combine [ term "reconstruction" (List.map snd known); term "prior" (List.map snd drawn) ] [ term "posterior" posterior ]

    let private monteCarloTerms (run: GuidedRun) : Loss =
        if isSummedOut run then
            Loss.term "joint" run.LogModel - Loss.term "posterior" run.LogGuide
        else
            split run

    let private entropyTerms (run: GuidedRun) : Loss =
        let entropy (site: TracedSite) =
            try
                Choice1Of2(run.OfGuide(site, site.Distribution.Entropy()))
            with :? System.NotSupportedException ->
                Choice2Of2(-(run.GuideDensity site))

        let parts = withDensity run.Guide |> List.map entropy

        let closed, estimated =
            parts
            |> List.choose (function
                | Choice1Of2 part -> Some part
                | _ -> None),
            parts
            |> List.choose (function
                | Choice2Of2 part -> Some part
                | _ -> None)

        combine [ [ Loss.term "joint" run.LogModel ]; term "entropy" closed; term "entropy (Monte Carlo)" estimated ] []

    let private closedTerms (run: GuidedRun) : Loss =
        if isSummedOut run then
            entropyTerms run
        else
            let ordered = inOrder run
            let known, drawn = withDensity run.Model |> List.partition isKnown
            let guided = withDensity run.Guide

            let kl (site: TracedSite) =
                let closed =
                    match guided |> List.tryFind (fun other -> other.Name = site.Name) with
                    | Some q when ordered site -> closedKl q site
                    | _ -> None

                site, closed

            let pairs = drawn |> List.map kl

            let hasClosed (site: TracedSite) =
                pairs |> List.exists (fun (other, closed) -> other.Name = site.Name && closed.IsSome)

            let reconstruction = modelParts run known

            let closed =
                [ for site, divergence in pairs do
                      if divergence.IsSome then
                          site, run.OfModel(site, divergence.Value) ]

            let open' =
                modelParts
                    run
                    [ for site, divergence in pairs do
                          if divergence.IsNone then
                              site ]

            let posterior =
                [ for site in guided do
                      if not (hasClosed site) then
                          run.GuideDensity site ]

            Contributions.sum (reconstruction @ closed @ open') |> ignore

            combine
                [ term "reconstruction" (List.map snd reconstruction) ]
                [ term "kl" (List.map snd closed); term "kl (Monte Carlo)" (posterior @ [ for _, prior in open' -> -prior ]) ]

    let private lower (name: string) (particles: int) (hasLogGuide: bool) (terms: GuidedRun -> Loss) : Bound =
        Bound(name, Side.Lower, particles, Estimator.standard, Integrand(hasLogGuide, terms))

    /// E_q[log p(x|z)] - KL(q(z) ‖ p(z)): terms `reconstruction` and `kl`. Draws without a closed form of the KL, or conditioned in the model on
    /// later draws of the guide, go into the term `kl (Monte Carlo)`.
    let bound (particles: int) : Bound =
        lower "ELBO" particles false closedTerms

    /// E_q[log p(x, z)] + H[q(z)]: terms `joint` and `entropy`; of draws without a known entropy `entropy (Monte Carlo)`.
    let withEntropy (particles: int) : Bound =
        lower "ELBO with entropy" particles false entropyTerms

    /// E_q[log p(x, z) - log q(z)], nothing in closed form: terms `reconstruction`, `prior` and `posterior` (`joint` and `posterior` where the
    /// model enumerates).
    let monteCarlo (particles: int) : Bound =
        lower "Monte-Carlo ELBO" particles true monteCarloTerms

    let private isKl (term: Term) = term.Name.StartsWith "kl"

    // The divergence and the rest, which a model that enumerates does not tell apart.
    let private divergenceAndRest (name: string) (run: GuidedRun) : Term list * Term list =
        if isSummedOut run then
            raise (Errors.Objective.inseparable name)

        (closedTerms run).Terms |> List.partition isKl

    /// E_q[log p(x|z)] alone. Raises ArgumentException for a model without observations.
    let internal reconstruction (run: GuidedRun) : Loss =
        let known = withDensity run.Model |> List.filter isKnown
        combine [ term "reconstruction" (modelParts run known |> List.map snd) ] []

    /// KL(q(z) ‖ p(z)) alone, as `bound` has it.
    let internal divergence (name: string) (run: GuidedRun) : Loss = -Loss(fst (divergenceAndRest name run))

    /// `weighed` with a β that is asked for at each step, so that it can follow a schedule: from 0 to 1 it is the KL warm-up that keeps
    /// latent variables in use. Source: Bowman et al., arXiv:1511.06349, section 3.1; Sønderby et al., arXiv:1602.02282, section 3.
    let weighedBy (beta: unit -> float) (particles: int) : Bound =
        let terms (run: GuidedRun) =
            let kl, rest = divergenceAndRest "β-ELBO" run
            let beta = beta ()
            Loss(rest @ [ for term in kl -> { term with Weight = term.Weight * beta } ])

        lower "β-ELBO" particles false terms

    /// E_q[log p(x|z)] - β KL(q(z) ‖ p(z)): a bound for β ≥ 1, the ELBO at 1; larger β make the latent variables carry less, and each by itself.
    /// A model that enumerates is refused: its divergence cannot be told from the rest.
    /// Source: Higgins et al. 2017 (β-VAE), equation 4.
    let weighed (beta: float) (particles: int) : Bound = weighedBy (fun () -> beta) particles

    /// E_q[log p(x|z)] - β |KL(q(z) ‖ p(z)) - C|: the KL is held at C nats, which `capacity` gives at each step, so that it can grow by a schedule.
    /// A model that enumerates is refused. Source: Burgess et al., arXiv:1804.03599, equation 8.
    let capacity (beta: float) (capacity: unit -> float) (particles: int) : Bound =
        let terms (run: GuidedRun) =
            let kl, rest = divergenceAndRest "capacity-controlled ELBO" run
            let distance = ((Loss kl).Value + capacity ()).abs()
            Loss(rest @ [ { Name = "distance from capacity"; Weight = -beta; Value = distance } ])

        lower "capacity-controlled ELBO" particles false terms
