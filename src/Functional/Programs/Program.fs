// Joint models with named sites: a function of the handler that answers them, written as a computation expression.
// Models and guides are programs; handlers and interpreters (Handlers.fs, Trace.fs) run them.
namespace Functional

open System
open Functional.Tensors

/// What handlers further out give, asked before a site is met: the values by name, and the most axes that one of them has.
[<NoEquality; NoComparison>]
type internal Gifts = { Find: string -> Tensor option; Rank: int }

/// Who answers the sites of a program, and the plates that the program has entered.
[<Sealed>]
type Handler
    internal (answer: Site -> Tensor, choose: string -> int -> int -> Tensor, plates: Plate list, stretches: bool, gifts: Gifts) =

    static let nothing = { Find = (fun _ -> None); Rank = 0 }

    internal new(answer, choose) = Handler(answer, choose, [], false, nothing)

    /// The value of a site.
    member _.Answer(site: Site) : Tensor = answer site

    /// Which `count` of the `size` copies of a plate are present.
    member _.Choose(name: string, size: int, count: int) : Tensor = choose name size count

    /// The plates entered, the innermost first.
    member _.Plates: Plate list = plates

    /// Whether axes of length 1 are stretched to plates.
    member internal _.Stretches = stretches

    /// What handlers out to here give.
    member internal _.Gifts = gifts

    /// The same handler inside a plate.
    member internal _.Inside(plate: Plate) =
        Handler(answer, choose, plate :: plates, stretches, gifts)

    /// A handler that changes what this one is asked.
    member internal _.After(rewrite: Site -> Tensor) =
        Handler(rewrite, choose, plates, stretches, gifts)

    member internal _.Choosing(choose: string -> int -> int -> Tensor) =
        Handler(answer, choose, plates, stretches, gifts)

    member internal _.Stretching() =
        Handler(answer, choose, plates, true, gifts)

    /// The same handler, known to give these values besides.
    member internal _.Giving(values: (string * Tensor) seq) =
        let table = dict values

        let find name =
            match table.TryGetValue name with
            | true, value -> Some value
            | _ -> gifts.Find name

        let rank = (gifts.Rank, table.Values) ||> Seq.fold (fun rank value -> max rank value.dim)
        Handler(answer, choose, plates, stretches, { Find = find; Rank = rank })

/// A joint model p(z, x) with named sites that returns a 'T: a function of its handler, so that running it costs next to nothing.
/// Written as `program { let! z = sample "z" (Normal.standard [ 20 ]) ... }`; parameters are values that it closes over.
[<Sealed>]
type Program<'T>(run: Handler -> 'T) =

    /// Runs it, every site answered by that handler.
    member _.Run(handler: Handler) : 'T = run handler

/// The computation expression `program { ... }`.
[<Sealed>]
type ProgramBuilder() =
    member inline _.Return(value: 'T) : Program<'T> = Program(fun _ -> value)
    member inline _.ReturnFrom(program: Program<'T>) : Program<'T> = program
    member inline _.Zero() : Program<unit> = Program(fun _ -> ())

    member inline _.Bind(program: Program<'T>, [<InlineIfLambda>] next: 'T -> Program<'U>) : Program<'U> =
        Program(fun handler -> (next (program.Run handler)).Run handler)

    member inline _.BindReturn(program: Program<'T>, [<InlineIfLambda>] next: 'T -> 'U) : Program<'U> =
        Program(fun handler -> next (program.Run handler))

    member inline _.Delay([<InlineIfLambda>] make: unit -> Program<'T>) : Program<'T> =
        Program(fun handler -> (make ()).Run handler)

    member inline _.Combine(first: Program<unit>, second: Program<'T>) : Program<'T> =
        Program(fun handler ->
            first.Run handler
            second.Run handler)

    member inline _.While([<InlineIfLambda>] condition: unit -> bool, body: Program<unit>) : Program<unit> =
        Program(fun handler ->
            while condition () do
                body.Run handler)

    member inline _.For(items: seq<'T>, [<InlineIfLambda>] body: 'T -> Program<unit>) : Program<unit> =
        Program(fun handler ->
            for item in items do
                (body item).Run handler)

    member inline _.Using(resource: 'R, [<InlineIfLambda>] body: 'R -> Program<'T>) : Program<'T> when 'R :> IDisposable =
        Program(fun handler ->
            use resource = resource
            (body resource).Run handler)

    member inline _.TryFinally(program: Program<'T>, [<InlineIfLambda>] finish: unit -> unit) : Program<'T> =
        Program(fun handler ->
            try
                program.Run handler
            finally
                finish ())

    member inline _.TryWith(program: Program<'T>, [<InlineIfLambda>] recover: exn -> Program<'T>) : Program<'T> =
        Program(fun handler ->
            try
                program.Run handler
            with error ->
                (recover error).Run handler)

module private Asking =

    let site (name: string) (kind: SiteKind) (value: Tensor option) (distribution: Distribution) (handler: Handler) : Tensor =
        if String.IsNullOrEmpty name then
            raise (Errors.Program.unnamed ())

        handler.Answer
            { Name = name
              Kind = kind
              Distribution = Sites.expand name handler.Stretches handler.Plates distribution
              Value = value
              Plates = handler.Plates
              Scale = 1.0
              Enumeration = None
              Stretches = handler.Stretches }

    let plate (name: string) (size: int) (choose: Handler -> Tensor) (body: Tensor -> Program<'T>) : Program<'T> =
        Program(fun handler ->
            if handler.Plates |> List.exists (fun plate -> plate.Name = name) then
                raise (Errors.Program.plateInside name)

            let indices = choose handler

            let plate =
                { Name = name
                  Size = size
                  Axis = handler.Plates.Length + 1
                  Indices = indices }

            (body indices).Run(handler.Inside plate))

/// The words of programs.
[<AutoOpen>]
module ProgramWords =

    /// Joint models: `program { let! z = sample "z" prior in do! observe "x" (likelihood z) x }`.
    let program = ProgramBuilder()

    /// A draw z ~ p, by its name. Inside plates the distribution is expanded to their axes.
    let sample (name: string) (distribution: Distribution) : Program<Tensor> =
        Program(Asking.site name SiteKind.Latent None distribution)

    /// A known value x, which adds log p(x) to the joint log-density.
    let observe (name: string) (distribution: Distribution) (value: Tensor) : Program<unit> =
        Program(fun handler -> Asking.site name SiteKind.Observed (Some value) distribution handler |> ignore)

    /// Adds a number to the joint log-density: one for each batch element, or for each element of the plates.
    let factor (name: string) (logDensity: Tensor) : Program<unit> =
        Program(fun handler -> Asking.site name SiteKind.Factor (Some logDensity) (Factor logDensity) handler |> ignore)

    /// Gives a value a name in the trace; it has no density of its own.
    let deterministic (name: string) (value: Tensor) : Program<Tensor> =
        Program(fun handler ->
            handler.Answer
                { Name = name
                  Kind = SiteKind.Deterministic
                  Distribution = Factor(value.scalarLike 0.0)
                  Value = Some value
                  Plates = handler.Plates
                  Scale = 1.0
                  Enumeration = None
                  Stretches = handler.Stretches })

    /// `size` independent copies of the body: its sites get a batch axis of that length, the last one in the outermost plate and the
    /// next to the left in each plate inside it. The body is given the indices 0 to size - 1.
    /// A plate entered again under the same name is the same plate.
    let plate (name: string) (size: int) (body: Tensor -> Program<'T>) : Program<'T> =
        if size < 1 then
            raise (Errors.Program.plateSize name size size)

        Asking.plate name size (fun handler -> handler.Choose(name, size, size)) body

    /// `plate` of which only `count` random copies, drawn without replacement, are run; they stand for all: log-densities inside are
    /// multiplied by size / count, whose expectation over subsets is the whole sum. The body is given the indices of those present.
    let plateOf (name: string) (size: int) (count: int) (body: Tensor -> Program<'T>) : Program<'T> =
        if count < 1 || count > size then
            raise (Errors.Program.plateSize name size count)

        Asking.plate name size (fun handler -> handler.Choose(name, size, count)) body

    /// `plate` of which the copies with those indices are run, as of a minibatch; log-densities inside are multiplied by size / count.
    let plateAt (name: string) (size: int) (indices: Tensor) (body: Tensor -> Program<'T>) : Program<'T> =
        if indices.dim <> 1 || indices.shape[0] < 1 || indices.shape[0] > size then
            raise (Errors.Program.plateSize name size (if indices.dim = 1 then indices.shape[0] else 0))

        Asking.plate name size (fun _ -> indices) body
