// The laws of posteriors over R^D, of automatic guides, Laplace's approximation and Markov chains (shared/laws.md, section 4.10).
// Run with the whole suite, on every model of the registry.
module internal Functional.Tests.GuideLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Programs
open Functional.Tests.Posteriors

let private number (value: float) : Tensor = float64 value

let private each (entries: (string * 'Entry) list) (law: 'Entry -> Draw -> unit) (draw: Draw) =
    for name, entry in entries do
        try
            Scope.run (fun () -> law entry draw)
        with error ->
            raise (AssertException $"{name}: {error.Message}\n{error.StackTrace}")

let private eachModel (law: Program<unit> -> Draw -> unit) =
    each models (fun make draw -> law (make draw) draw)

// ---- coordinates ----

// By the trapezoid rule, whose error is far below rounding for smooth functions that vanish at both ends.
let private integratesToOne () =
    for name, dimension, model in priors do
        Scope.run (fun () ->
            let space = Unconstrained.ofProgram (model ())
            Expect.equal space.Dimension dimension $"{name}: the dimension"
            let points, reach = (if dimension = 1 then 4001 else 401), (if dimension = 1 then 40.0 else 14.0)
            let line = float64 [| for i in 0 .. points - 1 -> -reach + 2.0 * reach * float i / float (points - 1) |]

            let grid =
                if dimension = 1 then
                    line.unsqueeze 1
                else
                    let rows = line.unsqueeze(1).expand [ points; points ]
                    let columns = line.unsqueeze(0).expand [ points; points ]
                    dsharp.stack ([ rows; columns ], 2)

            let step = 2.0 * reach / float (points - 1)
            let mass = ((space.LogDensity grid).exp().sum()) * Math.Pow(step, float dimension)
            isClose 2e-5 $"{name}: the mass" mass (number 1.0))

let private inverses (model: Program<unit>) (draw: Draw) =
    let space = Unconstrained.ofProgram model

    for lead in [ [||]; [| 3 |]; [| 2; 3 |] ] do
        let u = draw.Tensor(Array.append lead [| space.Dimension |], -2.0, 2.0)
        let values = space.Constrain u
        isClose 1e-8 "back again" (space.Unconstrain values) u

        for site, (name, value) in List.zip space.Sites values do
            Expect.equal name site.Name "the order"
            Expect.equal value.shape (Array.concat [ lead; site.PlateShape; site.EventShape ]) $"the shape of {name}"
            Expect.isTrue ((site.Support.Contains value).all().toBool()) $"{name} lies in its support"

let private isSubsampled (space: Unconstrained) = not space.Subsampled.IsEmpty

// log p(z, x) by the program itself, and the volume by automatic differentiation of z(u).
let private densityByHand (model: Program<unit>) (draw: Draw) =
    let space = Unconstrained.ofProgram model

    if not (isSubsampled space) then
        let u = draw.Tensor([| 4; space.Dimension |], -1.5, 1.5)
        let together = space.LogDensity u
        Expect.equal together.shape [| 4 |] "one number for each run"

        for run in 0..3 do
            let one = u[run]
            let joint = Program.logJoint (space.Constrain one) model
            isClose 1e-9 "without the volume" (space.LogJoint one) (joint.view [])
            isClose 1e-9 "alone" (space.LogDensity one) together[run]

            let volume =
                [ for site in space.Sites do
                      let source = (View.slice 0 site.Offset (site.Offset + site.Length - 1) one).view site.SourceShape
                      (site.Transform |> Transform.logDet source).sum() ]
                |> List.reduce (+)

            isClose 1e-9 "the volume" (space.LogDensity one - space.LogJoint one) volume

        isClose 1e-9 "two leading axes" (space.LogDensity(u.view [ 2; 2; -1 ])) (together.view [ 2; 2 ])

let private differentiable (model: Program<unit>) (draw: Draw) =
    let space = Unconstrained.ofProgram model

    if not (isSubsampled space) then
        let u = draw.Tensor([| space.Dimension |], -1.0, 1.0)
        differentiates "the density" (fun inputs -> space.LogDensity inputs.Head) [ u ]

let private refuses () =
    let refused parts (model: Program<'T>) =
        says (messageOf<ArgumentException, _>(fun () -> Unconstrained.ofProgram model)) parts

    let standard: Distribution = Normal(number 0.0, number 1.0)
    refused [ "'k'"; "Program.enumerate" ] (sample "k" (Bernoulli.FromLogits(number 0.0)))
    refused [ "no draw left" ] (observe "x" standard (number 1.0))
    refused [ "'z'"; "PerDatum" ] (plateOf "p" 4 2 (fun _ -> sample "z" standard))
    refused [ "[3]"; "plate" ] (sample "z" (normal (dsharp.zeros ([ 3 ], dtype = Dtype.Float64), 1.0)))

    refused
        [ "'b'"; "depends on other draws" ]
        (program {
            let! a = sample "a" (Gamma(number 2.0, number 1.0))
            let! b = sample "b" (Uniform(number 0.0, a))
            return b
        })

    let space = Unconstrained.ofProgram (sample "z" standard)
    says (messageOf<ArgumentException, _>(fun () -> space.LogDensity(float64 [ 1.0; 2.0 ]))) [ "[2]"; "length 1" ]
    says (messageOf<ArgumentException, _>(fun () -> space.Unconstrain [])) [ "'z'" ]

// ---- guides ----

// Parameters away from where they begin, so that nothing is zero by chance.
let private shaken (draw: Draw) (guide: AutoGuide) =
    for parameter in guide.Parameters do
        let moved = parameter.Value.noDiff () + draw.Tensor(parameter.Value.shape, -0.4, 0.4)
        Parameter.assign parameter.Value moved

    guide

let private eachGuide (law: Program<unit> -> AutoGuide -> Draw -> unit) =
    eachModel (fun model draw ->
        for name, make in guides do
            try
                law model (make model |> shaken draw) draw
            with error ->
                raise (AssertException $"{name}: {error.Message}\n{error.StackTrace}"))

let private fit (model: Program<unit>) (guide: AutoGuide) (_: Draw) =
    Program.fits model guide.Program

    for name, values in guide.Sample 7 do
        let site = guide.Space.Sites |> List.find (fun site -> site.Name = name)
        Expect.equal values.shape (Array.concat [ [| 7 |]; site.PlateShape; site.EventShape ]) "the shape of draws"
        Expect.isTrue ((site.Support.Contains values).all().toBool()) "draws lie in the support"

let private valuesOf (guide: AutoGuide) (lead: Shape) (trace: Trace<'T>) =
    [ for site in guide.Space.Sites ->
          let shape = Array.concat [ lead; site.PlateShape; site.EventShape ]
          site.Name, trace[site.Name].Value.view shape ]

// log q(z) = log q(u) - log |det ∂z/∂u|, for one run and for many, at the guide's own draws and at given values.
let private densityOfDraws (model: Program<unit>) (guide: AutoGuide) (draw: Draw) =
    if guide.Name <> "delta" then
        let space = guide.Space

        let check (lead: Shape) (trace: Trace<unit>) =
            let u = space.Unconstrain(valuesOf guide lead trace)
            let volume = space.LogDensity u - space.LogJoint u
            isClose 1e-7 $"log q of {Shape.toString lead}" (trace.LogDensity.view lead) (guide.Posterior.LogProb u - volume)

        if not (isSubsampled space) then
            check [||] (Program.trace guide.Program)
            let depth = max (Program.depth model) (Program.depth guide.Program)

            for runs in [ 1; 5 ] do
                check [| runs |] (guide.Program |> Program.particlesWithin depth runs |> Program.trace)

            let given = space.Constrain(draw.Tensor([| space.Dimension |], -1.0, 1.0))
            check [||] (guide.Program |> Program.substitute given |> Program.trace)

// The program's draws have the mean and covariance of the posterior over R^D.
let private momentsOfDraws (_: Program<unit>) (guide: AutoGuide) (_: Draw) =
    if guide.Name <> "delta" then
        let runs = 4000
        let trace = guide.Program |> Program.particles runs |> Program.trace
        let u = guide.Space.Unconstrain(valuesOf guide [| runs |] trace)
        let posterior = guide.Posterior
        let mean, error = meanAndError u
        isWithin "the mean" mean error posterior.Mean
        let centred = u - posterior.Mean
        let products = centred.unsqueeze 1 * centred.unsqueeze 2

        let covariance =
            match posterior with
            | :? MultivariateNormal as normal -> normal.Covariance
            | :? LowRankMultivariateNormal as normal -> normal.Covariance
            | other -> Vectors.toDiagonal other.Variance

        let mean, error = meanAndError products
        isWithin "the covariance" mean error covariance

let private closedForms () =
    let prior: Distribution = Normal.diagonal (float64 [ 0.0; 1.0 ]) (float64 [ 1.0; 2.0 ])

    for guide in [ AutoGuide.meanField (sample "z" prior); AutoGuide.fullRank (sample "z" prior) ] do
        let site = (Program.trace guide.Program)["z"]
        Expect.isTrue (Kl.hasClosedForm site.Distribution prior) $"{guide.Name}: a closed form"

let private gradientsReach (model: Program<unit>) (guide: AutoGuide) (_: Draw) =
    let trace = Program.trace guide.Program
    let joint = (model |> Program.replay trace |> Program.trace).LogDensity
    let tensors = guide.Parameters |> Seq.map _.Value |> Seq.toArray

    for parameter, gradient in Seq.zip guide.Parameters (Gradient.ofLoss (joint - trace.LogDensity) tensors) do
        Expect.isTrue (gradient.isfinite().all().toBool()) $"{parameter.Name}: finite"
        Expect.isTrue (gradient.ne(0.0).any().toBool()) $"{parameter.Name}: not zero"

// ---- Laplace's approximation, and the most probable values ----

let private laplaceIsExact (draw: Draw) =
    let bed = gaussianPosterior draw
    let laplace = LaplaceApproximation.fit bed.Model
    isClose 1e-7 "the mode" laplace.Mode bed.Mean
    isClose 1e-7 "the covariance" laplace.Covariance bed.Covariance
    isClose 1e-7 "the evidence" (number laplace.LogEvidence) bed.LogEvidence
    isClose 1e-7 "the most probable values" (snd (Map.fit bed.Model).Head) bed.Mean
    Program.fits bed.Model laplace.Guide.Program

    // every importance weight is the evidence
    let guide = laplace.Guide.Program |> Program.particles 5 |> Program.trace
    let joint = (bed.Model |> Program.replay guide |> Program.trace).LogDensity
    isClose 1e-7 "weights" (joint - guide.LogDensity) (bed.LogEvidence.expand [ 5 ])

// z ~ Gamma(a, b): the most probable z is (a - 1)/b, and over log z the mode is at a/b.
let private unitsMatter () =
    let model = sample "z" (Gamma(number 3.0, number 2.0))
    isClose 1e-7 "of z" (snd (Map.fit model).Head) (number 1.0)
    isClose 1e-7 "of log z" ((LaplaceApproximation.fit model).Mode.exp()) (float64 [ 1.5 ])

let private noMode () =
    let flat =
        program {
            let! z = sample "z" (Normal(number 0.0, number 1.0))
            do! factor "flat" (z * z * 0.5)
        }

    says (messageOf<InvalidOperationException, _>(fun () -> LaplaceApproximation.fit flat)) [ "Hessian"; "prior" ]

    let subsampled =
        program {
            let! z = sample "z" (Normal(number 0.0, number 1.0))
            do! plateOf "data" 4 2 (fun _ -> observe "x" (normal (z, 1.0)) (float64 [ 1.0; 2.0 ]))
        }

    says (messageOf<ArgumentException, _>(fun () -> LaplaceApproximation.fit subsampled)) [ "data(2 of 4)" ]
    says (messageOf<ArgumentException, _>(fun () -> Metropolis.sample Metropolis.defaults subsampled)) [ "data(2 of 4)" ]

// ---- chains ----

let private quick = { Metropolis.defaults with Chains = 100; Warmup = 800; Draws = 200; Thin = 5 }

/// What runs chains on a posterior, and the rate of acceptance that it steers to.
type private Sampler =
    abstract Rate: float
    abstract Run: MetropolisOptions -> Program<'T> -> Chains

let private samplers =
    [ "random-walk",
      { new Sampler with
          member _.Rate = 0.234
          member _.Run options model = Metropolis.sample options model }
      "Langevin",
      { new Sampler with
          member _.Rate = 0.574
          member _.Run options model = Langevin.posterior options model } ]

// Moments of the posterior over chains that are independent of each other.
let private isPosterior (mean: Tensor) (covariance: Tensor) (chains: Chains) =
    let u = chains.Coordinates
    let ofChains, error = meanAndError (u.mean 0)
    isWithin "the mean" ofChains error mean
    let centred = u - mean
    let ofChains, error = meanAndError ((centred.unsqueeze -1 * centred.unsqueeze -2).mean 0)
    isWithin "the covariance" ofChains error covariance

let private sampled (sampler: Sampler) (draw: Draw) =
    let bed = gaussianPosterior draw
    let chains = sampler.Run { quick with Seed = draw.Seed } bed.Model
    isPosterior bed.Mean bed.Covariance chains
    Expect.isTrue ((chains.RHat.lt 1.02).all().toBool()) $"R-hat {chains.RHat}"
    Expect.isTrue ((chains.EffectiveSize.gt 1000.0).all().toBool()) $"effective sizes {chains.EffectiveSize}"
    Expect.isTrue (abs (chains.Acceptance - sampler.Rate) < 0.1) $"acceptance {chains.Acceptance}"

// A shape and a share, by their known moments: the volume is in the density.
let private sampledConstrained (sampler: Sampler) () =
    let model =
        program {
            let! g = sample "g" (Gamma(number 3.0, number 2.0))
            let! b = sample "b" (Beta(number 2.0, number 3.0))
            return g * b
        }

    let chains = sampler.Run quick model

    let check (name: string) (distribution: Distribution) =
        let values = chains.Values |> List.find (fst >> (=) name) |> snd
        let mean, error = meanAndError (values.mean 0)
        isWithin $"{name}: the mean" mean error distribution.Mean
        let mean, error = meanAndError ((values - distribution.Mean).square().mean 0)
        isWithin $"{name}: the variance" mean error distribution.Variance

    check "g" (Gamma(number 3.0, number 2.0))
    check "b" (Beta(number 2.0, number 3.0))

let private reproducible (sampler: Sampler) (draw: Draw) =
    let bed = gaussianPosterior draw
    let short = { quick with Warmup = 100; Draws = 10; Thin = 1 }

    let run seed =
        (sampler.Run { short with Seed = seed } bed.Model).Coordinates

    Expect.isTrue ((run 1).Equals(run 1)) "the same seed"
    Expect.isFalse ((run 1).Equals(run 2)) "another seed"

    let stop = new Threading.CancellationTokenSource()
    let mutable last = 0

    let progress =
        { new IProgress<ChainProgress> with
            member _.Report report =
                last <- report.Step

                if report.Step >= 200 then
                    stop.Cancel() }

    let cancelled () =
        sampler.Run { quick with Progress = Some progress; Cancellation = stop.Token } bed.Model

    Expect.throwsT<OperationCanceledException> (fun () -> cancelled () |> ignore) "cancelled"
    Expect.equal last 200 "progress until then"
    leavesNothing (fun () -> Scope.run (fun () -> run 1 |> ignore))

// x_t = φ x_{t-1} + noise has autocorrelation φ^t: an effective share (1 - φ)/(1 + φ).
let private autoregressive () =
    Random.withSeed 5 (fun () ->
        Scope.run (fun () ->
            let count, chains, phi = 2000, 8, 0.6
            let noise = dsharp.randn ([ count; chains; 1 ], dtype = Dtype.Float64)
            let mutable x = noise[0] / sqrt (1.0 - phi * phi)

            let draws =
                dsharp.stack
                    [ for t in 0 .. count - 1 do
                          (if t > 0 then
                               x <- x * phi + noise[t])

                          x ]

            let expected = float (count * chains) * (1.0 - phi) / (1.0 + phi)

            for size in [ Convergence.effectiveSize draws; Convergence.effectiveSizeOfMean draws ] do
                Expect.isTrue (abs (size.toDouble () / expected - 1.0) < 0.15) $"{size} of {expected}"

            Expect.isTrue ((Convergence.rHat draws).toDouble() < 1.01) "agreeing chains"
            let apart = draws + (float64 [| for chain in 0 .. chains - 1 -> float (chain % 2) |]).view [ 1; chains; 1 ]
            Expect.isTrue ((Convergence.rHat apart).toDouble() > 1.05) "chains apart"
            let wide = draws * (float64 [| for chain in 0 .. chains - 1 -> 1.0 + float (chain % 2) |]).view [ 1; chains; 1 ]
            Expect.isTrue ((Convergence.rHat wide).toDouble() > 1.05) "chains of unlike scale"))

let private summaries () =
    let draws = [ "z", float64 [| for i in 0..100 -> float ((i * 37) % 101) |] ]
    let summary = (Draws.summarize draws).Head
    isClose 1e-12 "mean" summary.Mean (number 50.0)
    isClose 1e-12 "lower" summary.Lower (number 5.0)
    isClose 1e-12 "median" summary.Median (number 50.0)
    isClose 1e-12 "upper" summary.Upper (number 95.0)

[<Tests>]
let tests =
    testList
        "Guide laws"
        [ testCase "a prior's density over R^D integrates to one" integratesToOne
          holds "coordinates and values are inverse to each other" 2 (eachModel inverses)
          holds "the density is that of the values and the volume" 2 (eachModel densityByHand)
          holds "the density is differentiable" 1 (eachModel differentiable)
          testCase "models without a posterior over R^D are refused, naming the site" refuses
          holds "guides fit their models" 2 (eachGuide fit)
          holds "log q of a guide's program is that of its posterior" 2 (eachGuide densityOfDraws)
          holds "a guide's program draws from its posterior" 1 (eachGuide momentsOfDraws)
          holds "every parameter of a guide has a gradient" 1 (eachGuide gradientsReach)
          testCase "guides of unconstrained vectors have closed forms" closedForms
          holds "Laplace's approximation of a Gaussian posterior is exact" 4 laplaceIsExact
          testCase "the most probable value depends on units" unitsMatter
          testCase "where there is no mode, or no density, that is said" noMode
          for name, sampler in samplers do
              holds $"{name} chains draw from a Gaussian posterior" 2 (sampled sampler)
              testCase $"{name} chains draw from constrained posteriors" (sampledConstrained sampler)
              holds $"a run of {name} chains is reproducible, and can be stopped" 1 (reproducible sampler)
          testCase "autoregressive chains have the known effective size" autoregressive
          testCase "draws are summarized" summaries ]
