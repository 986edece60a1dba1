// What happened when a program ran: each site with its value and log-density, and their sum.
// Objectives are written against it; replay runs another program with its values.
namespace Functional

open System
open System.Collections.Concurrent
open System.Collections.Generic
open Functional.Tensors
open Functional.Tensors.Native

/// A site that has been answered.
[<Sealed>]
type TracedSite internal (site: Site, value: Tensor, drawn: Tensor option) =

    /// What the program asked.
    member _.Site = site

    /// Its name.
    member _.Name = site.Name

    /// Whether it was drawn, observed, a factor or deterministic.
    member _.Kind = site.Kind

    /// Its distribution, expanded to its plates.
    member _.Distribution = site.Distribution

    /// Its value.
    member _.Value = value

    /// The plates it stands in, the innermost first.
    member _.Plates = site.Plates

    /// What its log-density is multiplied by: by handlers, and N / B of each plate.
    member _.Scale: float = (site.Scale, site.Plates) ||> List.fold (fun scale plate -> scale * plate.Scale)

    /// log p(value) in nats before it is scaled, of shape [leading axes; plates]. Of a draw it is the one that came with the draw, if one
    /// did, so that no transform is inverted; otherwise it is computed on each call.
    member _.LogDensity: Tensor =
        match drawn with
        | Some logDensity -> logDensity
        | None -> Sites.logDensity site value

    member private this.Scaled(sum: Tensor) : Tensor =
        if this.Scale = 1.0 then sum else sum * this.Scale

    /// A quantity of the log-density's shape summed over the plates, times Scale.
    member internal this.Total(quantity: Tensor) : Tensor =
        quantity |> Shapes.sumLast site.Plates.Length |> this.Scaled

    /// The log-density summed over the plates, times Scale: what the site adds to the log-joint.
    member this.Contribution: Tensor =
        match drawn with
        | Some logDensity -> this.Total logDensity
        | None -> this.Scaled(Sites.summedLogDensity site value)

    interface IHoldsTensors with
        member _.Tensors =
            seq {
                yield value
                yield! Option.toList drawn
                yield! site.Distribution.Parameters |> Seq.map snd

                for plate in site.Plates do
                    yield plate.Indices
            }

module internal Contributions =

    /// The sum of what sites add to a log-density. A draw shared by several independent copies of the rest would be counted once for each:
    /// raises ArgumentException naming it.
    let sum (parts: (TracedSite * Tensor) list) : Tensor =
        let join (longest: TracedSite, sum: Tensor) (site: TracedSite, part: Tensor) =
            match Shapes.tryLineUp sum.shape part.shape with
            | None -> raise (Errors.Program.unlikeSites longest.Name sum.shape site.Name part.shape)
            | Some _ -> (if part.dim > sum.dim then site else longest), sum + part

        let longest, sum = parts |> List.reduce join

        for site, part in parts do
            if site.Kind = SiteKind.Latent && part.dim < sum.dim then
                raise (Errors.Program.sharedDraw site.Name part.shape longest.Name sum.shape)

        sum

/// A run of a program: its sites in the order in which they were met, and what it returned.
[<Sealed>]
type Trace<'T> internal (sites: TracedSite list, result: 'T) =

    let byName = lazy (dict [ for site in sites -> site.Name, site ])

    let withDensity = sites |> List.filter (fun site -> site.Kind <> SiteKind.Deterministic)

    let stretches = sites |> List.exists _.Site.Stretches

    let plateDepth = lazy (sites |> List.fold (fun depth site -> max depth site.Plates.Length) 0)

    // Where axes are stretched, a site has axes of length 1 for the plates that it does not stand in.
    let freeAxes (depth: int) (site: TracedSite) (total: Tensor) : Tensor =
        let ones = if stretches then min total.dim (depth - site.Plates.Length) else 0

        if ones > 0 && total.shape |> Shapes.trailing ones |> Array.forall ((=) 1) then
            total.view (Shapes.leading ones total.shape)
        else
            total

    // The sum over sites that depend on nothing enumerated.
    let plainSum () : Tensor =
        withDensity
        |> List.map (fun site -> site, freeAxes plateDepth.Value site site.Contribution)
        |> Contributions.sum

    // A scale stands before the logarithm of a sum, so all that is summed over has the same: s log Σ p, not log Σ pˢ.
    let summedOut () : Tensor =
        let first = sites |> List.choose _.Site.Enumeration |> List.min
        let parts = withDensity |> List.map (fun site -> site, site.LogDensity)
        let dependent, others = parts |> List.partition (fun (_, density) -> density.dim >= first)

        match dependent |> List.map (fun (site, _) -> site.Site.Scale) |> List.distinct with
        | [ 1.0 ] when others |> List.forall (fun (site, _) -> site.Site.Scale = 1.0) ->
            Elimination.logDensity [ for site, density in parts -> site.Site, density ]
        | [ scale ] when scale <> 0.0 ->
            let relative (site: TracedSite, density: Tensor) =
                site.Site, density * (site.Site.Scale / scale)

            Elimination.logDensity (List.map relative parts) * scale
        | scales -> raise (Errors.Program.unlikeScales scales)

    /// What the program returned.
    member _.Result: 'T = result

    /// Its sites in order.
    member _.Sites: TracedSite list = sites

    /// The site of that name. Raises KeyNotFoundException when there is none.
    member _.Item
        with get (name: string): TracedSite =
            match byName.Value.TryGetValue name with
            | true, site -> site
            | _ -> raise (Errors.Program.noSite name (sites |> List.map _.Name))

    /// The site of that name, if there is one.
    member _.TryFind(name: string) : TracedSite option =
        match byName.Value.TryGetValue name with
        | true, site -> Some site
        | _ -> None

    /// The draws.
    member _.Latents: TracedSite list = sites |> List.filter (fun site -> site.Kind = SiteKind.Latent)

    /// Whether axes of length 1 were stretched to plates.
    member internal _.Stretches = stretches

    /// How many plates stand in one another.
    member internal _.PlateDepth = plateDepth.Value

    /// What was summed over a site's plates, without axes of length 1 for other plates, of which so many stand in one another.
    member internal _.FreeAxes(depth: int, site: TracedSite, total: Tensor) : Tensor = freeAxes depth site total

    /// The plates that its sites stand in.
    member _.Plates: Plate list = sites |> List.collect (fun site -> List.rev site.Plates) |> List.distinctBy _.Name

    /// log p(z, x) = Σ_sites scale · Σ_plates log p(site), in nats; enumerated sites are summed out. It has the leading axes that the sites
    /// share beside their plates, one number for each: a batch of examples, or particles. Raises ArgumentException when a draw lacks leading axes
    /// that another site has: put that site in a plate, or make its axes event axes.
    member _.LogDensity: Tensor =
        if withDensity.IsEmpty then dsharp.scalar 0.0
        elif sites |> List.exists _.Site.Enumeration.IsSome then summedOut ()
        else plainSum ()

    override _.ToString() =
        let row (site: TracedSite) =
            let hasDensity = site.Kind <> SiteKind.Deterministic

            let density () =
                Scope.run (fun () -> site.LogDensity.sum().toDouble() * site.Scale)

            [ site.Name
              string site.Kind
              (if hasDensity then site.Distribution.Name else "")
              (if hasDensity then Shape.toString site.Distribution.BatchShape else "")
              (if hasDensity then Shape.toString site.Distribution.EventShape else "")
              Shape.toString site.Value.shape
              String.Join(", ", site.Plates |> List.map string)
              (if hasDensity then site.Scale.ToString "0.####" else "")
              (if not hasDensity then ""
               elif site.Site.Enumeration.IsSome then "summed out"
               else (density ()).ToString "0.####") ]

        let rows =
            [ "site"; "kind"; "distribution"; "batch"; "event"; "value"; "plates"; "scale"; "log-density" ]
            :: List.map row sites

        let widths = rows |> List.transpose |> List.map (List.map String.length >> List.max)

        [ for cells in rows ->
              (List.map2 (fun (cell: string) (width: int) -> cell.PadRight width) cells widths |> String.concat "  ").TrimEnd() ]
        |> String.concat Environment.NewLine

    interface IHoldsTensors with
        member _.Tensors =
            Seq.append (Held.tensors (box result)) (sites |> Seq.collect (fun site -> (site :> IHoldsTensors).Tensors))

module internal Interpreting =

    // The numbers of all copies, which are the same in every run.
    let private ranges = ConcurrentDictionary<struct (int * Device), Tensor>()

    let private most = 64

    let private range (size: int) : Tensor =
        let key = struct (size, Device.Default)

        match ranges.TryGetValue key with
        | true, known when not known.Handle.IsClosed -> known
        | _ ->
            let made = dsharp.arange size

            if ranges.Count < most then
                ranges[key] <- Scope.keep made

            made

    let private pick (size: int) (count: int) : Tensor =
        if count = size then
            range size
        else
            (dsharp.randperm size |> View.slice 0 0 (count - 1)).cast Dtype.Int32

    /// Remembers each plate by its name, so that entering it again means the same copies.
    let chooser () : string -> int -> int -> Tensor =
        let chosen = Dictionary<string, int * Tensor>()

        fun name size count ->
            match chosen.TryGetValue name with
            | true, (otherSize, indices) when otherSize = size && indices.shape[0] = count -> indices
            | true, (otherSize, indices) -> raise (Errors.Program.otherPlate name otherSize indices.shape[0] size count)
            | _ ->
                let indices = pick size count
                chosen[name] <- (size, indices)
                indices

    /// The value of a site that is nobody else's business.
    let draw (site: Site) : Tensor =
        match site.Value with
        | Some value -> value
        | None when site.Distribution.HasRSample -> site.Distribution.RSample()
        | None -> site.Distribution.Sample()

    /// Runs a program and writes down its sites.
    let trace (program: Program<'T>) : Trace<'T> =
        let names = HashSet<string>()
        let sites = List<TracedSite>()

        let answer (site: Site) =
            if not (names.Add site.Name) then
                raise (Errors.Program.duplicate site.Name)

            let value, drawn =
                match site.Value with
                | Some value -> value, None
                | None -> site.Distribution.DrawForTrace [||]

            sites.Add(TracedSite(site, value, drawn))
            value

        let result = program.Run(Handler(answer, chooser ()))
        Trace(List.ofSeq sites, result)
