// The laws of programs (shared/laws.md, section 4.11), for every program of the registry; and what handlers refuse.
// Run with the whole suite.
module internal Functional.Tests.ProgramLaws

open System
open System.Diagnostics
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Programs

let private number (value: float) : Tensor = float64 value
let private standard: Distribution = Scope.keep (Normal(number 0.0, number 1.0))

let private indicesOf (trace: Trace<'T>) (name: string) : Tensor =
    (trace.Plates |> List.find (fun plate -> plate.Name = name)).Indices

let private latents (trace: Trace<'T>) =
    [ for site in trace.Latents -> site.Name, site.Value ]

let private sameSites (message: string) (actual: Trace<'T>) (expected: Trace<'T>) =
    Expect.equal (actual.Sites |> List.map _.Name) (expected.Sites |> List.map _.Name) $"{message}: the sites"

    for site, other in List.zip actual.Sites expected.Sites do
        isClose 1e-12 $"{message}: {site.Name}" (site.Value.cast Dtype.Float64) (other.Value.cast Dtype.Float64)

let private each (law: ProgramEntry -> Draw -> unit) (draw: Draw) =
    for make in programs do
        let entry = make draw

        try
            law entry draw
        with error ->
            raise (AssertException $"{entry.Name}: {error.Message}\n{error.StackTrace}")

// ---- the laws ----

let private jointByHand entry _ =
    let trace = Program.trace entry.Program
    isClose 1e-9 "the log-joint" trace.LogDensity (entry.Joint (fun name -> trace[name].Value) (indicesOf trace))

let private sumOverSites entry _ =
    let trace = Program.trace entry.Program
    let counted = trace.Sites |> List.filter (fun site -> site.Kind <> SiteKind.Deterministic)
    isClose 1e-9 "the sum" trace.LogDensity (counted |> List.map _.Contribution |> List.reduce (+))

let private conditioning entry _ =
    let trace = Program.trace entry.Program
    let values = latents trace
    let again = entry.Program |> Program.replay trace |> Program.trace
    isClose 1e-9 "replayed" again.LogDensity trace.LogDensity
    sameSites "replayed" again trace

    let conditioned = entry.Program |> Program.replay trace |> Program.condition values |> Program.trace
    Expect.isEmpty conditioned.Latents "nothing is left to draw"
    isClose 1e-9 "conditioned" conditioned.LogDensity trace.LogDensity

    let substituted = entry.Program |> Program.replay trace |> Program.substitute values |> Program.trace
    Expect.equal (substituted.Latents |> List.map _.Name) (List.map fst values) "substituted draws stay draws"
    isClose 1e-9 "substituted" substituted.LogDensity trace.LogDensity

let private handlersLeaveAlone entry _ =
    let run program =
        program |> Program.seed 7 |> Program.trace

    let trace = run entry.Program

    sameSites "an empty condition" (entry.Program |> Program.condition [] |> run) trace
    sameSites "an empty block" (entry.Program |> Program.block (fun _ -> false) |> run) trace
    sameSites "scaled" (entry.Program |> Program.scale 2.0 |> run) trace
    sameSites "a mask of true" (entry.Program |> Program.mask (dsharp.tensor true) |> run) trace
    isClose 1e-9 "scaled" (entry.Program |> Program.scale 2.0 |> run).LogDensity (trace.LogDensity * 2.0)
    isClose 1e-9 "masked" (entry.Program |> Program.mask (dsharp.tensor true) |> run).LogDensity trace.LogDensity

    let hidden = trace.Latents.Head.Name
    let blocked = entry.Program |> Program.block (fun site -> site.Name = hidden) |> run
    Expect.isNone (blocked.TryFind hidden) "hidden"
    Expect.equal (blocked.Sites |> List.map _.Name) (trace.Sites |> List.map _.Name |> List.except [ hidden ]) "the others"

    let without = entry.Program |> Program.replay trace |> Program.block (fun site -> site.Name = hidden) |> Program.trace
    isClose 1e-9 "the density without it" without.LogDensity (trace.LogDensity - trace[hidden].Contribution)

    Expect.equal
        (without.Latents |> List.map _.Name)
        (trace.Latents |> List.map _.Name |> List.except [ hidden ])
        "the draws left"

let rec private subsets (count: int) (items: int list) : int list list =
    match count, items with
    | 0, _ -> [ [] ]
    | _, [] -> []
    | _, item :: rest -> (subsets (count - 1) rest |> List.map (fun subset -> item :: subset)) @ subsets count rest

let private subsampling (draw: Draw) =
    let count = draw.Int(3, 6)
    let present = draw.Int(1, count - 1)
    let y = draw.Tensor([| count |], -2.0, 2.0)
    let z = draw.Tensor([||], -1.0, 1.0)

    let model run =
        program {
            let! z = sample "z" standard
            do! run (fun indices -> observe "y" (normal (z, 1.0)) (pick y indices))
        }
        |> Program.logJoint [ "z", z ]

    let whole = model (plate "data" count)

    let parts =
        [ for subset in subsets present [ 0 .. count - 1 ] ->
              model (plateAt "data" count (dsharp.tensor (List.toArray subset, dtype = Dtype.Int32))) ]

    isClose 1e-10 "the mean over all subsets" ((dsharp.stack parts).mean 0) whole

    let drawn = [ for _ in 1..200 -> model (plateOf "data" count present) ]
    let mean, error = meanAndError (dsharp.stack drawn)
    isWithin "the mean over random ones" mean error whole

// Every assignment of the discrete draws, one after another.
let private bruteForce
    (values: (string * Tensor) list)
    (discrete: (string * Shape * int) list)
    (program: Program<unit>)
    : Tensor =
    let rec assignments (sites: (string * Shape * int) list) =
        match sites with
        | [] -> [ [] ]
        | (name, shape, count) :: rest ->
            let cells = Shape.nelement shape

            [ for code in 0 .. pown count cells - 1 do
                  let labels = [| for cell in 0 .. cells - 1 -> int64 (code / pown count cell % count) |]
                  let value = dsharp.tensor(labels, dtype = Dtype.Int64).view shape
                  for others in assignments rest -> (name, value) :: others ]

    let parts = [ for assignment in assignments discrete -> Program.logJoint (values @ assignment) program ]
    (dsharp.stack parts).logsumexp 0

let private enumeration entry _ =
    let trace = Program.trace entry.Program

    let discrete, continuous = trace.Latents |> List.partition (fun site -> site.Distribution.Support.IsDiscrete)

    if not discrete.IsEmpty then
        let values = [ for site in continuous -> site.Name, site.Value ]

        let count (site: TracedSite) =
            (site.Distribution :?> Categorical).Count

        let tables = [ for site in discrete -> site.Name, site.Value.shape, count site ]
        let enumerated = (entry.Program |> Program.substitute values |> Program.enumerate |> Program.trace)
        isClose 1e-9 "summed out" enumerated.LogDensity (bruteForce values tables entry.Program)

// A chain of thirty states, which brute force could not sum, by the forward algorithm.
let private longChain (draw: Draw) =
    let states, length = 3, 30
    let transitions = draw.Tensor([| states; states |], -1.0, 1.0)
    let means = draw.Tensor([| states |], -2.0, 2.0)
    let x = draw.Floats(length, -2.0, 2.0)

    let model =
        program {
            let mutable logits = transitions[0]

            for t in 0 .. length - 1 do
                let! z = sample $"z{t}" (Categorical.FromLogits logits)
                do! observe $"x{t}" (normal (pick means z, 1.0)) (number x[t])
                logits <- pick transitions z
        }

    let likelihood t =
        (normal (means, 1.0)).LogProb(number x[t])

    let forward (alpha: Tensor) t =
        (alpha.unsqueeze 1 + transitions.logsoftmax -1).logsumexp 0 + likelihood t

    let first = transitions[0].logsoftmax -1 + likelihood 0
    let evidence = ([ 1 .. length - 1 ] |> List.fold forward first).logsumexp 0
    isClose 1e-9 "the evidence" (model |> Program.enumerate |> Program.trace).LogDensity evidence

// A point mass that depends on an enumerated draw has another value for each of that draw's.
let private pointMasses (draw: Draw) =
    let logits, means = draw.Tensor([| 3 |], -1.0, 1.0), draw.Tensor([| 3 |], -2.0, 2.0)
    let x = draw.Tensor([||], -2.0, 2.0)

    let model =
        program {
            let! a = sample "a" (Categorical.FromLogits logits)
            let! b = sample "b" (Delta(pick means a))
            do! observe "x" (normal (b, 1.0)) x
        }

    let evidence = (logits.logsoftmax -1 + (normal (means, 1.0)).LogProb x).logsumexp 0
    isClose 1e-9 "summed out" (model |> Program.enumerate |> Program.trace).LogDensity evidence

// A discrete draw outside plates, one in a plate that depends on it, and one in a plate inside that.
let private nestedEnumeration (draw: Draw) =
    let outer, inner = 2, 2
    let top = draw.Tensor([| 2 |], -1.0, 1.0)
    let middle = draw.Tensor([| 2; 3 |], -1.0, 1.0)
    let bottom = draw.Tensor([| 3; 2 |], -1.0, 1.0)
    let x = draw.Tensor([| inner; outer |], -2.0, 2.0)
    let means = draw.Tensor([| 2 |], -2.0, 2.0)
    let shift = draw.Tensor([| 2 |], -2.0, 2.0)

    let model =
        program {
            let! a = sample "a" (Categorical.FromLogits top)

            do!
                plate "outer" outer (fun _ ->
                    program {
                        let! b = sample "b" (Categorical.FromLogits(pick middle a))

                        do!
                            plate "inner" inner (fun _ ->
                                program {
                                    let! c = sample "c" (Categorical.FromLogits(pick bottom b))
                                    do! observe "x" (normal (pick means c + pick shift a, 1.0)) x
                                })
                    })
        }

    let tables = [ "a", [||], 2; "b", [| outer |], 3; "c", [| inner; outer |], 2 ]
    isClose 1e-9 "summed out" (model |> Program.enumerate |> Program.trace).LogDensity (bruteForce [] tables model)

// The scale of a subsampled plate belongs to the logarithm of the sum.
let private subsampledEnumeration (draw: Draw) =
    let logits = draw.Tensor([| 3 |], -1.0, 1.0)
    let means = draw.Tensor([| 3 |], -2.0, 2.0)
    let x = draw.Tensor([| 6 |], -2.0, 2.0)

    let model =
        plateOf "data" 6 2 (fun indices ->
            program {
                let! z = sample "z" (Categorical.FromLogits logits)
                do! observe "x" (normal (pick means z, 1.0)) (pick x indices)
            })
        |> Program.enumerate

    let trace = Program.trace model
    let present = pick x (indicesOf trace "data")
    let mixture = Mixture(Categorical.FromLogits logits, normal (means, 1.0))
    isClose 1e-9 "a mixture" trace.LogDensity ((mixture.LogProb present).sum() * 3.0)

let private gradients (draw: Draw) =
    let y = draw.Tensor([| 4 |], -2.0, 2.0)
    let z = draw.Tensor([||], -1.0, 1.0)

    let joint (parameters: Tensor list) =
        program {
            let! z = sample "z" (Normal(parameters[0], parameters[1].exp()))
            do! plate "data" 4 (fun _ -> observe "y" (Normal(z * parameters[0], number 1.0)) y)
        }
        |> Program.logJoint [ "z", parameters[2] ]

    differentiates "the log-joint" joint [ draw.Tensor([||], -1.0, 1.0); draw.Tensor([||], -1.0, 1.0); z ]

    let mean, scale = draw.Tensor([||], -1.0, 1.0), draw.Tensor([||], 0.5, 2.0)

    let pathwise (scale: Tensor) =
        let trace = sample "z" (Normal(mean, scale)) |> Program.seed 3 |> Program.trace
        trace["z"].Value

    let slope = dsharp.grad pathwise scale
    isClose 1e-9 "through a draw" slope ((pathwise scale - mean) / scale)

let private leadingAxes (draw: Draw) =
    let x = draw.Tensor([| 5; 3 |], -2.0, 2.0)
    let z = draw.Tensor([| 5; 2 |], -2.0, 2.0)
    let weights = draw.Tensor([| 2; 3 |], -1.0, 1.0)

    let likelihood (z: Tensor) : Distribution =
        Independent(normal (z.matmul weights, 1.0), 1)

    let prior = Normal.diagonal (draw.Tensor([| 2 |], -1.0, 1.0)) (draw.Tensor([| 2 |], 0.5, 1.0))

    let model =
        program {
            let! z = sample "z" prior
            do! observe "x" (likelihood z) x
        }

    isClose 1e-10 "one number for each example" (Program.logJoint [ "z", z ] model) (prior.LogProb z + (likelihood z).LogProb x)

    let one (trace: Trace<unit>) = trace.LogDensity
    says (messageOf<ArgumentException, _>(fun () -> model |> Program.trace |> one)) [ "'z'"; "'x'"; "one draw for many"; "plate" ]

let private unconditioned (draw: Draw) =
    let model =
        program {
            let! z = sample "z" standard
            do! observe "x" (normal (z, 0.5)) (number 3.0)
            return z
        }

    let data = model |> Program.uncondition |> Program.trace
    Expect.equal (data.Latents |> List.map _.Name) [ "z"; "x" ] "both are drawn"
    Expect.isFalse ((data["x"].Value.eq 3.0).toBool()) "the data are new"

// Labels of examples that nobody has put in a plate are summed out for each example.
let private semiSupervised (draw: Draw) =
    let means = draw.Tensor([| 3; 2 |], -2.0, 2.0)
    let logits = draw.Tensor([| 3 |], -1.0, 1.0)
    let x, z = draw.Tensor([| 5; 2 |], -2.0, 2.0), draw.Tensor([| 5; 2 |], -1.0, 1.0)

    let likelihood (y: Tensor) (z: Tensor) : Distribution =
        Independent(normal (pick means y + z, 1.0), 1)

    let prior = Normal.diagonal (draw.Tensor([| 2 |], -1.0, 1.0)) (draw.Tensor([| 2 |], 0.5, 1.0))

    let model =
        program {
            let! y = sample "y" (Categorical.FromLogits logits)
            let! z = sample "z" prior
            do! observe "x" (likelihood y z) x
        }

    let byHand =
        [ for label in 0..2 ->
              (logits.logsoftmax -1)[label]
              + prior.LogProb z
              + (likelihood (dsharp.tensor (label, dtype = Dtype.Int64)) z).LogProb x ]

    let summed = model |> Program.substitute [ "z", z ] |> Program.enumerate |> Program.trace
    isClose 1e-10 "the labels summed out" summed.LogDensity ((dsharp.stack byHand).logsumexp 0)

    // a guide's draws may come from outside, with axes that the model does not have by itself
    let guide = sample "z" (Normal.diagonal z (z.exp ())) |> Program.trace
    let given = guide["z"].Value
    let outside = model |> Program.enumerate |> Program.replay guide |> Program.trace
    let inside = model |> Program.substitute [ "z", given ] |> Program.enumerate |> Program.trace
    isClose 1e-10 "replayed from outside" outside.LogDensity inside.LogDensity
    Expect.equal outside.LogDensity.shape [| 5 |] "one number for each example"

    let shallow () =
        model |> Program.enumerateWithin 0 |> Program.replay guide |> Program.trace

    says (messageOf<ArgumentException, _> shallow) [ "'z'"; "enumerateWithin" ]

// Draws of a guide in many runs, and in each the model's labels summed out.
let private enumeratedParticles (draw: Draw) =
    let means = draw.Tensor([| 2 |], -2.0, 2.0)
    let x = draw.Tensor([| 4 |], -2.0, 2.0)

    let model =
        program {
            let! z = sample "z" standard

            do!
                plate "data" 4 (fun _ ->
                    program {
                        let! k = sample "k" (Bernoulli.FromLogits z)
                        do! observe "x" (normal (pick means (k.cast Dtype.Int64) + z, 1.0)) x
                    })
        }

    let summed = Program.enumerate model

    for count in [ 1; 3 ] do
        // the guide makes room for the axis of the model's plate
        let guide = sample "z" standard |> Program.particlesWithin (Program.depth model) count |> Program.trace
        let joint = (summed |> Program.replay guide |> Program.trace).LogDensity

        let single =
            [ for run in 0 .. count - 1 -> Program.logJoint [ "z", (guide["z"].Value |> View.slice 0 run run).view [] ] summed ]

        isClose 1e-10 "each run" joint (dsharp.stack single)

// Which of the programs compute with values of more axes than one run has.
let private particles entry (draw: Draw) =
    if entry.Name <> "mixture with plates" then
        let count = draw.Int(1, 3)
        let trace = entry.Program |> Program.particles count |> Program.trace
        let again = entry.Program |> Program.replay trace |> Program.trace
        Expect.equal trace.LogDensity.shape [| count |] "one number for each run"
        isClose 1e-9 "replayed" again.LogDensity trace.LogDensity
        let single = entry.Program |> Program.replay trace

        for run in 0 .. count - 1 do
            let one = entry.Program |> Program.trace

            let values =
                [ for site in trace.Latents -> site.Name, (site.Value |> View.slice 0 run run).view one[site.Name].Value.shape ]

            // the same copies of subsampled plates
            let density = single |> Program.replay trace |> Program.substitute values |> Program.trace
            isClose 1e-9 $"run {run}" (density.LogDensity.view []) (trace.LogDensity[run])

// ---- refusals ----

let private refused (parts: string list) (action: unit -> 'T) =
    says (messageOf<ArgumentException, _> action) parts

let private broken () =
    let twice =
        program {
            let! _ = sample "z" standard
            let! _ = sample "z" standard
            return ()
        }

    refused [ "two sites 'z'" ] (fun () -> Program.trace twice)
    let three = normal (dsharp.zeros ([ 3 ], dtype = Dtype.Float64), 1.0)
    refused [ "Site 'z'"; "[3]"; "rows(4)"; "[4]" ] (fun () -> plate "rows" 4 (fun _ -> sample "z" three) |> Program.trace)
    let column = normal (dsharp.zeros ([ 4; 1 ], dtype = Dtype.Float64), 1.0)
    refused [ "Site 'z'"; "[4; 1]" ] (fun () -> plate "rows" 4 (fun _ -> sample "z" column) |> Program.trace)

    refused [ "stands inside itself" ] (fun () ->
        plate "p" 2 (fun _ -> plate "p" 2 (fun _ -> sample "z" standard)) |> Program.trace)

    refused [ "'p'"; "at most its size" ] (fun () -> plateOf "p" 3 4 (fun _ -> sample "z" standard))

    let other =
        program {
            let! _ = plate "p" 2 (fun _ -> sample "a" standard)
            let! _ = plate "p" 3 (fun _ -> sample "b" standard)
            return ()
        }

    refused [ "'p'"; "2 of 2"; "3 of 3" ] (fun () -> Program.trace other)

    refused [ "did not meet"; "'y'"; "z" ] (fun () ->
        sample "z" standard |> Program.condition [ "y", number 0.0 ] |> Program.trace)

    let pair, table = dsharp.zeros ([ 2 ], dtype = Dtype.Float64), dsharp.zeros ([ 2; 3 ], dtype = Dtype.Float64)
    refused [ "Site 'x'"; "[2; 3]" ] (fun () -> (observe "x" (normal (pair, 1.0)) table |> Program.trace).LogDensity)

let private fitting () =
    let model =
        program {
            let! z = sample "z" standard
            do! observe "x" (normal (z, 1.0)) (number 1.0)
        }

    let vector = Normal.standard [ 3 ]
    Program.fits model (sample "z" standard)
    refused [ "model draws 'z'"; "guide does not" ] (fun () -> Program.fits model (Program.result ()))
    refused [ "guide draws 'y'"; "z" ] (fun () -> Program.fits model (sample "y" standard))
    refused [ "guide draws 'x'" ] (fun () -> Program.fits model (sample "x" standard))
    refused [ "Site 'z'"; "[3]" ] (fun () -> Program.fits model (sample "z" vector))
    refused [ "guide observes 'z'" ] (fun () -> Program.fits model (observe "z" standard (number 0.0)))
    let positive = sample "z" (Gamma(number 1.0, number 1.0))
    refused [ "'z'"; "support" ] (fun () -> Program.fits positive (sample "z" (normal (number -50.0, 1.0))))

    let coin = Bernoulli.FromLogits(number 0.0)
    refused [ "'b'"; "no pathwise gradient" ] (fun () -> Program.fits (sample "b" coin) (sample "b" coin))
    Program.fitsWith (fun _ -> true) (sample "b" coin) (sample "b" coin)
    Program.fits (sample "b" coin |> Program.enumerate) (Program.result ())

    refused [ "sums 'b' out" ] (fun () ->
        Program.fitsWith (fun _ -> true) (sample "b" coin |> Program.enumerate) (sample "b" coin))

    let plated size =
        plate "p" size (fun _ -> sample "z" standard)

    refused [ "plate 'p'" ] (fun () -> Program.fits (plated 3) (plated 4))

let private printed () =
    let model =
        program {
            let! z = sample "z" (Normal.standard [ 2 ])
            let! m = deterministic "m" (z.sum ())
            do! plateOf "data" 6 3 (fun _ -> observe "x" (Normal(0.0, 1.0)) (dsharp.zeros [ 3 ]))
            do! factor "f" m
        }

    let text = (Program.trace model).ToString()

    says
        text
        [ "site"
          "log-density"
          "Independent(Normal, 1)"
          "data(3 of 6)"
          "deterministic"
          "latent"
          "observed"
          "-5.5136" ]

let private memory () =
    let run () =
        Scope.run (fun () ->
            for make in programs do
                Random.withSeed 1 (fun () -> (Program.trace (make (Draw 1)).Program).LogDensity |> ignore))

    run ()
    leavesNothing run

    let kept = Scope.run (fun () -> sample "z" standard |> Program.trace)

    Expect.isTrue (kept.LogDensity.isfinite().toBool()) "a trace leaves its scope whole"

let private overhead () =
    let p, x = Normal(0.0, 1.0), dsharp.scalar 0.3

    let model =
        program {
            let! a = sample "a" p
            let! b = sample "b" p
            do! observe "x" p x
            return a + b
        }

    let byHand () =
        let a, first = p.SampleAndLogProb()
        let b, second = p.SampleAndLogProb()
        (a + b), first + second + p.LogProb x

    let asProgram () =
        let trace = Program.trace model
        trace.Result, trace.LogDensity

    let microseconds (run: unit -> Tensor * Tensor) =
        let time () =
            let clock = Stopwatch.StartNew()

            for _ in 1..500 do
                Scope.run run |> ignore

            clock.Elapsed.TotalMicroseconds / 500.0

        Seq.init 12 (fun _ -> time ()) |> Seq.min

    Validation.off (fun () ->
        let byHand, asProgram = microseconds byHand, microseconds asProgram
        printfn $"three sites: %.1f{byHand} µs by hand, %.1f{asProgram} µs as a program"
        Expect.isLessThan (asProgram - byHand) 200.0 "microseconds over the same by hand")

[<Tests>]
let tests =
    testList
        "Program laws"
        [ holds "the trace's log-density is the hand-written joint" 6 (each jointByHand)
          holds "the trace's log-density is the sum over sites" 4 (each sumOverSites)
          holds "conditioning, substituting and replaying give the density at the values" 4 (each conditioning)
          holds "handlers that do not touch a site leave it alone" 4 (each handlersLeaveAlone)
          holds "a subsampled plate is unbiased" 6 subsampling
          holds "enumeration is brute force" 6 (each enumeration)
          holds "enumeration of a long chain is the forward algorithm" 2 longChain
          holds "enumeration leaves point masses alone" 3 pointMasses
          holds "enumeration across nested plates is brute force" 4 nestedEnumeration
          holds "enumeration in a subsampled plate is a mixture" 4 subsampledEnumeration
          holds "gradients flow to what a program closes over" 4 gradients
          holds "leading axes are independent examples" 3 leadingAxes
          holds "enumeration keeps leading axes" 3 semiSupervised
          holds "particles and enumeration go together" 3 enumeratedParticles
          holds "particles are independent runs" 4 (each particles)
          holds "without its observations a model makes data" 3 unconditioned
          testCase "a broken program is refused, naming the site" broken
          testCase "a guide that does not fit is refused, naming the site" fitting
          testCase "a trace prints as a table" printed
          testCase "tensors of programs follow scopes" memory
          testCase "programs cost microseconds" overhead ]
