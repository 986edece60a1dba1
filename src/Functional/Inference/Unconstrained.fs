// The posterior of a model as a density over R^D: its continuous draws, each reached from real numbers, one after another.
// Automatic guides, Laplace's approximation and Markov chains are written against it.
namespace Functional

open System.Collections.Generic
open Functional.Tensors

/// One draw of a model, and the stretch of R^D that stands for it.
[<NoEquality; NoComparison>]
type UnconstrainedSite =
    {
        /// Its name.
        Name: string
        /// The plates it stands in, the innermost first.
        Plates: Plate list
        /// The shape of one value.
        EventShape: Shape
        /// Where values lie.
        Support: Support
        /// From real numbers to values.
        Transform: Transform
        /// The shape of the real numbers: the plates, then the event of the transform's domain.
        SourceShape: Shape
        /// Where in R^D they begin.
        Offset: int
    }

    /// How many real numbers there are.
    member this.Length: int = Shape.nelement this.SourceShape

    /// The batch axes that are the plates'.
    member this.PlateShape: Shape = [| for plate in this.Plates -> plate.Count |]

    /// Whether its values are the real numbers themselves.
    member internal this.IsPlain =
        match this.Transform with
        | :? IdentityTransform -> true
        | :? IndependentTransform as transform -> transform.Part :? IdentityTransform
        | _ -> false

    /// The values of real numbers [axes; SourceShape], and log |det| for each of the leading axes.
    member internal this.Forward(source: Tensor) : Tensor * Tensor option =
        if this.IsPlain then
            source, None
        else
            let value, logDet = this.Transform.ForwardAndLogDet source
            value, Some logDet

    /// The real numbers of values [axes; plates; event], as vectors [axes; Length].
    member internal this.Inverse(value: Tensor) : Tensor =
        let source = if this.IsPlain then value else this.Transform.Inverse value
        source.view (Array.append (Shapes.leading this.SourceShape.Length source.shape) [| this.Length |])

// What a model draws, found by running it.
module private Survey =

    /// One open draw of one run.
    type Draw = { Site: Site; Value: Tensor; Transform: Transform }

    // Where other draws are enumerated, a draw that depends on them comes once for each of their values: one of these is enough.
    let private first (site: Site) (value: Tensor) : Tensor =
        let wanted = site.Plates.Length + site.Distribution.EventShape.Length
        let extra = max 0 (value.dim - wanted)

        ((value, [ 1..extra ]) ||> List.fold (fun value _ -> View.select 0 0 value))
            .expand(Array.append site.PlateShape site.Distribution.EventShape)

    /// The draws that nothing answers, and the trace of the run.
    let run (model: Program<'T>) : Draw list * Trace<'T> =
        let draws = List<Draw>()

        let answer (site: Site) =
            if not site.IsOpen then
                site
            else
                if site.Distribution.Support.IsDiscrete then
                    raise (Errors.Posterior.discrete site.Name (site.Distribution.ToString()))

                let value = first site (Interpreting.draw site)

                draws.Add
                    { Site = site
                      Value = value
                      Transform = Transform.toSupport site.Distribution.Support }

                { site with Value = Some value }

        let trace = model |> Program.rewrite answer |> Program.trace
        List.ofSeq draws, trace

    let private place (offset: int) (draw: Draw) : UnconstrainedSite * int =
        let site, events = draw.Site, draw.Site.Distribution.EventShape

        for plate in site.Plates do
            if plate.Count < plate.Size then
                raise (Errors.Posterior.subsampledDraw site.Name (plate.ToString()))

        let placed =
            { Name = site.Name
              Plates = site.Plates
              EventShape = events
              Support = site.Distribution.Support
              Transform = draw.Transform
              SourceShape = draw.Transform.InverseShape(Array.append site.PlateShape events)
              Offset = offset }

        placed, offset + placed.Length

    /// The draws laid out in R^D.
    let layOut (draws: Draw list) : UnconstrainedSite list =
        if draws.IsEmpty then
            raise (Errors.Posterior.noDraws ())

        let sites, _ = List.mapFold place 0 draws
        sites

    /// Every run has the same draws, with the same supports.
    let checkAlike (draws: Draw list) (others: Draw list) =
        let names = List.map (fun draw -> draw.Site.Name)

        if names draws <> names others then
            raise (Errors.Posterior.changingDraws (names draws) (names others))

        for draw, other in List.zip draws others do
            if not (draw.Transform.IsSameAs other.Transform) then
                raise (Errors.Posterior.movingSupport draw.Site.Name (draw.Site.Distribution.ToString()))

/// log p(z(u), x) + log |det ∂z/∂u| over u ∈ R^D, in nats: the posterior of a model, up to its evidence, in coordinates without
/// constraints. u holds the model's open continuous draws in the order in which they are met, each taken onto its support by
/// Transform.toSupport. Raises ArgumentException when the model has a discrete draw (enumerate it first), a draw in a
/// subsampled plate, draws or supports that change from run to run, or when its log-density is not one number. Source:
/// Kucukelbir et al., arXiv:1603.00788, section 2.3.
[<Sealed>]
type Unconstrained
    private
    (
        joint: (string * Tensor) list -> int option -> Tensor,
        sites: UnconstrainedSite list,
        depth: int,
        start: Tensor,
        subsampled: Plate list
    ) =

    static let surveys = 15

    let dimension = sites |> List.sumBy _.Length
    let lengths = [ for site in sites -> site.Length ]

    let pieces (u: Tensor) : Tensor list =
        if u.dim = 0 || Array.last u.shape <> dimension then
            raise (Errors.Posterior.dimension u.shape dimension)

        match sites with
        | [ _ ] -> [ u ]
        | _ -> u.split (lengths, -1) |> List.ofSeq

    // u of shape [D], or of [runs; D] with a new batch axis to the left of all others.
    let density (withVolume: bool) (runs: int option) (u: Tensor) : Tensor =
        let lead (site: UnconstrainedSite) =
            match runs with
            | None -> [||]
            | Some runs -> Array.append [| runs |] (Array.create (depth - site.Plates.Length) 1)

        let values, logDets =
            [ for site, piece in List.zip sites (pieces u) -> site.Forward(piece.view (Array.append (lead site) site.SourceShape)) ]
            |> List.unzip

        let joint = joint [ for site, value in List.zip sites values -> site.Name, value ] runs
        let shape = Option.toArray runs

        let volume (logDet: Tensor) =
            logDet |> Shapes.sumLast (logDet.dim - shape.Length)

        let joint = joint.view shape

        if withVolume then
            (joint, List.choose id logDets) ||> List.fold (fun sum logDet -> sum + volume logDet)
        else
            joint

    let over (withVolume: bool) (u: Tensor) : Tensor =
        match Shapes.leading 1 u.shape with
        | [||] -> density withVolume None u
        | lead -> (density withVolume (Some(Shape.nelement lead)) (u.view [ -1; dimension ])).view lead

    /// The space of a model. It runs the model a few times, to find its draws and where they usually lie.
    static member FromProgram(model: Program<'T>) : Unconstrained =
        let look () =
            let draws, trace = Survey.run model

            if trace.LogDensity.dim > 0 then
                raise (Errors.Posterior.manyPosteriors trace.LogDensity.shape)

            let sites = Survey.layOut draws
            let others = [ for _ in 2..surveys -> fst (Survey.run model) ]
            others |> List.iter (Survey.checkAlike draws)

            let vector (draws: Survey.Draw list) =
                Tensor.cat [ for site, draw in List.zip sites draws -> site.Inverse draw.Value ]

            let sorted, _ = (Tensor.stack [ for draws in draws :: others -> vector draws ]).sort 0
            let median = sorted[surveys / 2]
            sites, dsharp.where (median.isfinite (), median, median.zeroLike ()), trace.Plates

        let sites, start, plates = Random.withSeed 0 (fun () -> Scope.run (fun () -> Gradient.off look))
        let depth = (0, plates) ||> List.fold (fun depth plate -> max depth plate.Axis)

        let joint (values: (string * Tensor) list) (runs: int option) : Tensor =
            let given = model |> Program.substitute values

            match runs with
            | None -> (Program.trace given).LogDensity
            | Some runs -> (given |> Program.particlesWithin depth runs |> Program.trace).LogDensity

        Unconstrained(joint, sites, depth, start, plates |> List.filter (fun plate -> plate.Count < plate.Size))

    /// D.
    member _.Dimension: int = dimension

    /// The model's draws, in order.
    member _.Sites: UnconstrainedSite list = sites

    /// The median of a few draws from the prior, of shape [D].
    member _.Start: Tensor = start

    /// The plates of which only some copies are present, so that the density is an unbiased estimate of itself: not for
    /// LaplaceApproximation and Metropolis.
    member _.Subsampled: Plate list = subsampled

    /// log p(z(u), x) + log |det ∂z/∂u| for u of shape [...; D]: one number for each of the leading axes, which are independent
    /// runs.
    member _.LogDensity(u: Tensor) : Tensor = over true u

    /// log p(z(u), x) without the volume, whose maximum is that of the density of z.
    member _.LogJoint(u: Tensor) : Tensor = over false u

    /// The values z(u) by the names of their sites, of shape [...; plates; event], for u of shape [...; D].
    member _.Constrain(u: Tensor) : (string * Tensor) list =
        let lead = Shapes.leading 1 u.shape

        [ for site, piece in List.zip sites (pieces u) ->
              site.Name, fst (site.Forward(piece.view (Array.append lead site.SourceShape))) ]

    /// u of values z: the inverse of Constrain. Raises ArgumentException when one is missing.
    member _.Unconstrain(values: (string * Tensor) list) : Tensor =
        let find (site: UnconstrainedSite) =
            match values |> List.tryFind (fun (name, _) -> name = site.Name) with
            | Some(_, value) -> site.Inverse value
            | None -> raise (Errors.Posterior.missingValue site.Name (List.map fst values))

        Tensor.cat (List.map find sites, -1)

    /// Raises ArgumentException when the density is an estimate.
    member internal _.CheckExact(user: string) =
        for plate in subsampled do
            raise (Errors.Posterior.subsampled user (plate.ToString()))

    interface IHoldsTensors with
        member _.Tensors =
            seq {
                yield start

                for site in sites do
                    yield! site.Transform.Parameters |> Seq.map snd

                    for plate in site.Plates do
                        yield plate.Indices
            }

/// Posteriors over R^D.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Unconstrained =

    /// The space of a model's continuous draws. It runs the model a few times.
    let ofProgram (model: Program<'T>) : Unconstrained = Unconstrained.FromProgram model
