// Handlers: functions from programs to programs that change how sites are answered; and what runs a program to an end.
// The innermost handler sees a site first, so `program |> condition data |> trace` traces the conditioned program.
namespace Functional

open System
open System.Collections.Generic
open Functional.Tensors

/// Runs, traces and changes programs.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Program =

    /// The program that draws nothing and returns the value.
    let result (value: 'T) : Program<'T> = Program(fun _ -> value)

    /// The program with a function applied to what it returns.
    let map (f: 'T -> 'U) (program: Program<'T>) : Program<'U> =
        Program(fun handler -> f (program.Run handler))

    /// The second program, made from what the first returns, after the first.
    let bind (next: 'T -> Program<'U>) (first: Program<'T>) : Program<'U> =
        Program(fun handler -> (next (first.Run handler)).Run handler)

    /// The programs one after another, and what they return.
    let all (programs: Program<'T> list) : Program<'T list> =
        Program(fun handler -> [ for program in programs -> program.Run handler ])

    // ---- handlers ----

    /// Every site passes through the function before it is answered; all handlers below are made of it. It may give a site a value, another scale,
    /// distribution or kind.
    let rewrite (change: Site -> Site) (program: Program<'T>) : Program<'T> =
        Program(fun handler -> program.Run(handler.After(fun site -> handler.Answer(change site))))

    // Gives values by name, each of which has to be met.
    let private giving
        (operation: string)
        (values: (string * Tensor) list)
        (give: Tensor -> Site -> Site)
        (program: Program<'T>)
        =
        let table = dict values

        Program(fun handler ->
            let met = HashSet<string>()
            let names = List<string>()

            let answer (site: Site) =
                names.Add site.Name

                match table.TryGetValue site.Name with
                | true, value ->
                    met.Add site.Name |> ignore
                    handler.Answer(give value site)
                | _ -> handler.Answer site

            let result = program.Run((handler.Giving values).After answer)

            for name, _ in values do
                if not (met.Contains name) then
                    raise (Errors.Program.notMet operation name names)

            result)

    let private known (operation: string) (site: Site) =
        if site.Kind = SiteKind.Factor || site.Kind = SiteKind.Deterministic then
            raise (Errors.Program.cannotGive operation site.Name (string site.Kind))

        site

    /// Those sites become observations of those values: p(z, x) as a function of the rest.
    /// Raises ArgumentException when the program runs and does not meet one of them.
    let condition (values: (string * Tensor) list) (program: Program<'T>) : Program<'T> =
        program
        |> giving "condition" values (fun value site ->
            { known "condition" site with Kind = SiteKind.Observed; Value = Some value })

    /// Those draws take those values and stay draws; gradients flow to the values.
    /// Raises ArgumentException when the program runs and does not meet one of them.
    let substitute (values: (string * Tensor) list) (program: Program<'T>) : Program<'T> =
        program |> giving "substitute" values (fun value site -> { known "substitute" site with Value = Some value })

    // `replay` with the values that the draws of the trace are given.
    let internal replayAs (valueOf: TracedSite -> Tensor) (trace: Trace<'U>) (program: Program<'T>) : Program<'T> =
        let plates = trace.Plates
        let draws = [ for site in trace.Latents -> site.Name, valueOf site ]
        let values = dict draws

        Program(fun handler ->
            let answer (site: Site) =
                match site.IsOpen, values.TryGetValue site.Name with
                | true, (true, value) -> handler.Answer { site with Value = Some value }
                | _ -> handler.Answer site

            let choose name size count =
                match plates |> List.tryFind (fun plate -> plate.Name = name) with
                | Some plate when plate.Size = size && plate.Count = count -> plate.Indices
                | _ -> handler.Choose(name, size, count)

            let handler = ((handler.Giving draws).After answer).Choosing choose
            program.Run(if trace.Stretches then handler.Stretching() else handler))

    /// Draws take the values they have in the trace, and plates the copies; what the trace does not have is drawn anew.
    /// After a trace of `particles` the program broadcasts as it did there.
    let replay (trace: Trace<'U>) (program: Program<'T>) : Program<'T> = replayAs _.Value trace program

    /// Observations become draws: the model that makes data instead of explaining them.
    let uncondition (program: Program<'T>) : Program<'T> =
        program
        |> rewrite (fun site ->
            if site.Kind = SiteKind.Observed then
                { site with Kind = SiteKind.Latent; Value = None }
            else
                site)

    /// Hides the sites for which the predicate holds: they take values as before, and no trace outside shows them or counts their density.
    let block (hides: Site -> bool) (program: Program<'T>) : Program<'T> =
        Program(fun handler ->
            program.Run(handler.After(fun site -> if hides site then Interpreting.draw site else handler.Answer site)))

    /// Every log-density times the factor.
    let scale (factor: float) (program: Program<'T>) : Program<'T> =
        program |> rewrite (fun site -> { site with Scale = site.Scale * factor })

    /// Log-densities count where the mask is true (dtype Bool, lined up with each site's batch); elsewhere they are 0, and without gradients.
    let mask (mask: Tensor) (program: Program<'T>) : Program<'T> =
        program
        |> rewrite (fun site ->
            if site.Kind = SiteKind.Deterministic then
                site
            else
                { site with Distribution = Masked(site.Distribution, mask) })

    /// All draws inside come from generators of their own with that seed.
    let seed (seed: int) (program: Program<'T>) : Program<'T> =
        Program(fun handler -> Random.withSeed seed (fun () -> program.Run handler))

    // How many batch axes the sites of a program have, beside those that enumeration adds. Found by a run, with what handlers further out give,
    // and remembered for other values of as many axes.
    let private depthOf (program: Program<'T>) : Handler -> int =
        let known = System.Collections.Concurrent.ConcurrentDictionary<struct (int * int * bool), int>()

        let measure (handler: Handler) =
            let mutable depth = handler.Plates.Length
            let mutable room = Int32.MaxValue

            let answer (site: Site) =
                // enumerated values stand to the left of all other axes
                site.Enumeration |> Option.iter (fun axis -> room <- min room (axis - 1))

                let value =
                    match handler.Gifts.Find site.Name with
                    | Some value when site.IsOpen -> value
                    | _ -> Interpreting.draw site

                if site.Kind <> SiteKind.Deterministic then
                    let events = site.Distribution.EventShape.Length

                    depth <-
                        depth |> max site.Plates.Length |> max site.Distribution.BatchShape.Length |> max (value.dim - events)

                value

            let run () =
                program.Run((handler.After answer).Choosing(Interpreting.chooser ())) |> ignore

            Random.withSeed 0 (fun () -> Scope.run (fun () -> Gradient.off run))
            min depth room

        fun handler ->
            let key = struct (handler.Gifts.Rank, handler.Plates.Length, handler.Stretches)

            match known.TryGetValue key with
            | true, depth -> depth
            | _ -> known.GetOrAdd(key, measure handler)

    /// The most batch axes that a site of the program has, plates and leading ones: the room that `particlesWithin` and `enumerateWithin` need.
    /// Runs it once. The axes that `enumerate` adds do not count.
    let depth (program: Program<'T>) : int =
        depthOf program (Handler(Interpreting.draw, Interpreting.chooser ()))

    /// `particles` for a program whose sites have at most `depth` batch axes (plates and leading ones), which spares the run that counts them.
    let particlesWithin (depth: int) (count: int) (program: Program<'T>) : Program<'T> =
        if count < 1 then
            raise (Errors.Program.particles count)

        let repeat (distribution: Distribution) : Distribution =
            let batch = distribution.BatchShape

            if batch.Length > depth then
                distribution
            else
                distribution.Expand(Array.concat [ [| count |]; Array.create (depth - batch.Length) 1; batch ])

        Program(fun handler ->
            let answer (site: Site) =
                handler.Answer(if site.IsOpen then { site with Distribution = repeat site.Distribution } else site)

            program.Run((handler.After answer).Stretching()))

    /// So many independent runs at once: every open draw gets a new batch axis to the left of all others, and a trace's log-density has one number
    /// for each run. Values reach the program as [count; 1; ...; own batch axes], so compute with them as with tensors that broadcast.
    /// Plates keep the same copies in all runs.
    /// The first time it runs the program once more, to count axes.
    let particles (count: int) (program: Program<'T>) : Program<'T> =
        let axes = depthOf program
        Program(fun handler -> (particlesWithin (axes handler) count program).Run handler)

    // All values of a site along one new axis: [count; 1 for each axis between; own batch axes]; the same for all earlier enumerated sites.
    let private values (depth: int) (axis: int) (site: Site) : Tensor =
        let listed = site.Distribution.EnumerateSupport()
        let events = site.Distribution.EventShape.Length
        let batch = site.Distribution.BatchShape

        let own = (listed, [ 1 .. batch.Length - depth ]) ||> List.fold (fun listed _ -> (listed |> View.slice 1 0 0).squeeze 1)

        let ownBatch = own.shape[1 .. own.dim - events - 1]
        let between = Array.create (axis - 1 - ownBatch.Length) 1
        own.view (Array.concat [ [| own.shape[0] |]; between; ownBatch; Shapes.trailing events own.shape ])

    // A point mass has one value, which may depend on everything before it: there is nothing to list.
    let private isListed (site: Site) : bool =
        match site.Distribution.Support with
        | Support.Points(values, _) -> values.shape[0] > 1
        | support -> support.IsDiscrete

    /// `enumerate` for a program whose sites have at most `depth` batch axes (plates and leading ones), which spares the run that counts them.
    let enumerateWithin (depth: int) (program: Program<'T>) : Program<'T> =
        Program(fun handler ->
            let mutable enumerated = 0

            let answer (site: Site) =
                if site.IsOpen && isListed site && (handler.Gifts.Find site.Name).IsNone then
                    enumerated <- enumerated + 1
                    let axis = depth + enumerated
                    let values = values depth axis site
                    handler.Answer { site with Value = Some values; Enumeration = Some axis }
                else
                    let value = handler.Answer site
                    let axes = value.dim - site.Distribution.EventShape.Length

                    // its leading axes would be taken for those of enumerated values
                    if site.Kind = SiteKind.Latent && axes > depth && axes > site.Distribution.BatchShape.Length then
                        raise (Errors.Program.tooShallow site.Name axes depth)

                    value

            program.Run((handler.After answer).Stretching()))

    /// Every open discrete draw of finite support takes all its values at once, along a new batch axis to the left of all others, and a trace's
    /// log-density sums it out exactly, plate by plate: log Σ_z p(z, x). Values reach the program as [count; 1; ...; own batch axes], so compute
    /// with them as with tensors that broadcast. Draws that handlers give a value and point masses are left alone. A draw inside a plate may be used in that plate only.
    /// In a chain the cost grows with its length, not exponentially. Raises NotSupportedException when a support is infinite.
    /// The first time it runs the program once more, to count axes. Source: Obermeyer et al., arXiv:1902.03210.
    let enumerate (program: Program<'T>) : Program<'T> =
        let axes = depthOf program
        Program(fun handler -> (enumerateWithin (axes handler) program).Run handler)

    // ---- interpreters ----

    /// Runs it and writes down its sites; what has no value is drawn, with pathwise gradients where the family has them.
    let trace (program: Program<'T>) : Trace<'T> = Interpreting.trace program

    /// Runs it with fresh draws and returns its result; nothing is recorded for differentiation.
    let sample (program: Program<'T>) : 'T =
        Gradient.off (fun () -> program.Run(Handler(Interpreting.draw, Interpreting.chooser ())))

    /// log p(z, x) in nats at those values of the draws.
    let logJoint (values: (string * Tensor) list) (program: Program<'T>) : Tensor =
        (program |> substitute values |> trace).LogDensity

    /// `fits` where the predicate says which draws of the guide get a gradient from an estimator although they have no pathwise one.
    let fitsWith (differentiates: TracedSite -> bool) (model: Program<'M>) (guide: Program<'G>) : unit =
        Fit.check differentiates replay model guide

    /// Whether a guide q(z) fits a model p(z, x): the same draws, of shapes that line up, in the same plates, inside the model's supports, and each
    /// with a pathwise gradient or enumerated. Runs both once. Raises ArgumentException naming the first site that does not fit.
    let fits (model: Program<'M>) (guide: Program<'G>) : unit = fitsWith (fun _ -> false) model guide
