// Whether a guide q(z) fits a model p(z, x): the same draws, of the same shapes, in the same plates, each with a gradient.
// Program.fits calls it, objectives when they are built.
namespace Functional

open Functional.Tensors

module internal Fit =

    let private shapeOf (distribution: Distribution) =
        Array.append distribution.BatchShape distribution.EventShape

    let private pairFits (model: TracedSite) (guide: TracedSite) =
        let fitting = Shapes.tryLineUp (shapeOf model.Distribution) (shapeOf guide.Distribution)

        if model.Distribution.EventShape <> guide.Distribution.EventShape || fitting.IsNone then
            raise (Errors.Program.siteShapes model.Name (model.Distribution.ToString()) (guide.Distribution.ToString()))

        if (model.Plates |> List.map _.Name) <> (guide.Plates |> List.map _.Name) then
            let list (site: TracedSite) =
                [ for plate in site.Plates -> string plate ]

            raise (Errors.Program.sitePlates model.Name (list model) (list guide))

        if not ((model.Distribution.Support.Contains guide.Value).all().toBool()) then
            raise (Errors.Program.siteSupport model.Name (model.Distribution.ToString()) (guide.Distribution.ToString()))

    /// Runs both once, the model with the guide's draws, and raises ArgumentException for the first site that does not fit.
    let check
        (differentiates: TracedSite -> bool)
        (replay: Trace<'G> -> Program<'M> -> Program<'M>)
        (model: Program<'M>)
        (guide: Program<'G>)
        =
        let body () =
            let guided = Interpreting.trace guide
            let own = Interpreting.trace model

            for site in guided.Sites do
                if site.Kind = SiteKind.Observed then
                    raise (Errors.Program.observedInGuide site.Name)

            for plate in own.Plates do
                match guided.Plates |> List.tryFind (fun other -> other.Name = plate.Name) with
                | Some other when other.Size <> plate.Size || other.Count <> plate.Count || other.Axis <> plate.Axis ->
                    raise (Errors.Program.unlikePlates plate.Name (string plate) (string other))
                | _ -> ()

            for site in guided.Latents do
                match own.TryFind site.Name with
                | Some model when model.Kind = SiteKind.Latent && model.Site.Enumeration.IsNone -> pairFits model site
                | Some model when model.Kind = SiteKind.Latent -> raise (Errors.Program.alsoEnumerated site.Name)
                | Some _ -> raise (Errors.Program.guidedObservation site.Name)
                | None -> raise (Errors.Program.extraInGuide site.Name [ for latent in own.Latents -> latent.Name ])

                if not site.Distribution.HasRSample && site.Site.Enumeration.IsNone && not (differentiates site) then
                    raise (Errors.Program.noGradient site.Name (site.Distribution.ToString()))

            for site in own.Latents do
                if site.Site.Enumeration.IsNone && (guided.TryFind site.Name).IsNone then
                    raise (Errors.Program.missingInGuide site.Name (site.Distribution.ToString()))

            // with the guide's draws the model's shapes have to hold together as well
            (Interpreting.trace (replay guided model)).LogDensity |> ignore

        Random.withSeed 0 (fun () -> Scope.run (fun () -> Gradient.off body))
