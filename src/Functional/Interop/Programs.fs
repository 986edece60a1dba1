// What the C# facade calls of programs: delegates for functions, arrays of pairs for named values, null for what is not given.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Collections.Generic
open Functional
open Functional.Tensors

/// Programs, the words they are made of, and their handlers.
module internal ProgramBridge =

    let private named (values: KeyValuePair<string, Tensor>[]) =
        [ for pair in values -> pair.Key, pair.Value ]

    let ofFunction (run: Func<Handler, 'T>) : Program<'T> = Program run.Invoke
    let map (f: Func<'T, 'U>) (program: Program<'T>) : Program<'U> = Program.map f.Invoke program
    let bind (next: Func<'T, Program<'U>>) (first: Program<'T>) : Program<'U> = Program.bind next.Invoke first

    let all (programs: Program<'T>[]) : Program<'T[]> =
        Program.all (List.ofArray programs) |> Program.map List.toArray

    // C# has System.ValueTuple for what returns nothing.
    let nothing (program: Program<unit>) : Program<ValueTuple> =
        program |> Program.map (fun () -> ValueTuple())

    let nothingTraced (trace: Trace<unit>) : Trace<ValueTuple> = Trace(trace.Sites, ValueTuple())

    // ---- words ----

    let sample (name: string) (distribution: Distribution) (handler: Handler) : Tensor =
        (ProgramWords.sample name distribution).Run handler

    let deterministic (name: string) (value: Tensor) (handler: Handler) : Tensor =
        (ProgramWords.deterministic name value).Run handler

    let observe (name: string) (distribution: Distribution) (value: Tensor) (handler: Handler) : unit =
        (ProgramWords.observe name distribution value).Run handler

    let factor (name: string) (logDensity: Tensor) (handler: Handler) : unit =
        (ProgramWords.factor name logDensity).Run handler

    let plate (name: string) (size: int) (body: Func<Tensor, Program<'T>>) : Program<'T> =
        ProgramWords.plate name size body.Invoke

    let plateOf (name: string) (size: int) (count: int) (body: Func<Tensor, Program<'T>>) : Program<'T> =
        ProgramWords.plateOf name size count body.Invoke

    let plateAt (name: string) (size: int) (indices: Tensor) (body: Func<Tensor, Program<'T>>) : Program<'T> =
        ProgramWords.plateAt name size indices body.Invoke

    // ---- handlers ----

    let rewrite (change: Func<Site, Site>) (program: Program<'T>) : Program<'T> = Program.rewrite change.Invoke program
    let block (hides: Predicate<Site>) (program: Program<'T>) : Program<'T> = Program.block hides.Invoke program

    let condition (values: KeyValuePair<string, Tensor>[]) (program: Program<'T>) : Program<'T> =
        Program.condition (named values) program

    let substitute (values: KeyValuePair<string, Tensor>[]) (program: Program<'T>) : Program<'T> =
        Program.substitute (named values) program

    let logJoint (values: KeyValuePair<string, Tensor>[]) (program: Program<'T>) : Tensor =
        Program.logJoint (named values) program

    let fitsWith (differentiates: Predicate<TracedSite>) (model: Program<'M>) (guide: Program<'G>) : unit =
        Program.fitsWith differentiates.Invoke model guide

/// Sites: null for a value that is not given; what a rewrite may change of them, one by one.
module internal SiteBridge =

    let value (site: Site) = Option.toObj site.Value
    let enumeration (site: Site) = Option.toNullable site.Enumeration
    let plates (site: Site) = List.toArray site.Plates
    let withName (name: string) (site: Site) = { site with Name = name }
    let withKind (kind: SiteKind) (site: Site) = { site with Kind = kind }

    let withDistribution (distribution: Distribution) (site: Site) =
        { site with Distribution = distribution }

    let withValue (value: Tensor) (site: Site) =
        { site with Value = Option.ofObj value }

    let withScale (scale: float) (site: Site) = { site with Scale = scale }

/// Traces: lists as arrays, null for a site that is not there.
module internal TraceBridge =

    let entered (handler: Handler) = List.toArray handler.Plates
    let sites (trace: Trace<'T>) = List.toArray trace.Sites
    let latents (trace: Trace<'T>) = List.toArray trace.Latents
    let plates (trace: Trace<'T>) = List.toArray trace.Plates
    let tryFind (trace: Trace<'T>) (name: string) = Option.toObj (trace.TryFind name)
