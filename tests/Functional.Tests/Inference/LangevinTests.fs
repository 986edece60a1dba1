// Tests of Langevin dynamics: moments against the recursions that linear scores give, adjusted steps against the ratio of Metropolis
// and Hastings, chains against known densities. Run with the whole suite.
module internal Functional.Tests.LangevinTests

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.ScoreTargets

let private quick = { Langevin.defaults with Steps = 20; StepSize = 0.3 }

/// Mean and variance after steps x ← x + ε/2 (μ - x)/v + √ε z.
let private steps (count: int) (size: float) (mu: Tensor) (v: Tensor) (mean: Tensor, variance: Tensor) : Tensor * Tensor =
    let keep = 1.0 - size / (v * 2.0)

    ((mean, variance), seq { 1..count })
    ||> Seq.fold (fun (mean, variance) _ -> mu + (mean - mu) * keep, variance * keep.square () + size)

let private hasMoments (rows: Tensor) (mean: Tensor, variance: Tensor) =
    let found, error = meanAndError rows
    isWithin "the mean" found error mean
    let found, error = meanAndError ((rows - mean).square())
    isWithin "the variance" found error variance

let private followsRecursion (draw: Draw) =
    let mu, v = draw.Tensor([| 3 |], -1.0, 1.0), draw.Tensor([| 3 |], 0.3, 2.0)
    let start = draw.Tensor([| 3 |], -2.0, 2.0)
    let options = { quick with Steps = draw.Int(1, 30); StepSize = draw.Float(0.01, 0.5) }
    let rows = Langevin.unadjusted options (fun x -> (mu - x) / v) (start.expand [ 20_000; 3 ])
    hasMoments rows (steps options.Steps options.StepSize mu v (start, start.zerosLike ()))

let private hasItsOwnStationaryVariance (draw: Draw) =
    let v, size = draw.Tensor([| 3 |], 0.5, 2.0), draw.Float(0.1, 0.5)
    let stationary = v / (1.0 - size / (v * 4.0))
    let start = dsharp.randn ([ 20_000; 3 ], dtype = Dtype.Float64) * stationary.sqrt ()
    let rows = Langevin.unadjusted { quick with Steps = 5; StepSize = size } (fun x -> -x / v) start
    hasMoments rows (v.zerosLike (), stationary)

let private descends (draw: Draw) =
    let mu, v = draw.Tensor([| 2 |], -1.0, 1.0), draw.Tensor([| 2 |], 0.3, 2.0)
    let ladder = NoiseLadder.geometric 2.0 0.1 4
    let options = { quick with Steps = 5; StepSize = 0.01 }
    let start = draw.Tensor([| 2 |], -2.0, 2.0)

    let score (x: Tensor) (noise: Tensor) =
        (mu - x) / (v + noise.square().unsqueeze 1)

    let rows = Langevin.annealed options ladder score (start.expand [ 20_000; 2 ])

    let level moments noise =
        steps options.Steps (options.StepSize * (noise / 0.1) ** 2.0) mu (v + noise * noise) moments

    hasMoments rows (List.fold level (start, start.zerosLike ()) ladder.Levels)

let private anyShape (draw: Draw) =
    let start = draw.Tensor([| 4; 2; 3 |], -1.0, 1.0)
    let before = start.clone ()
    let seeded body = Random.withSeed draw.Seed body
    let score (x: Tensor) = x.sin () - x
    let rows = seeded (fun () -> Langevin.unadjusted quick score start)
    let flat = seeded (fun () -> Langevin.unadjusted quick score (start.view [ 4; 6 ]))
    isClose 1e-12 "images as rows" (rows.view [ 4; 6 ]) flat
    isClose 0.0 "the start stays as it was" start before

// ---- adjusted ----

let private evaluate (target: Target) (position: Tensor) : ChainPlace =
    let noise = position.zerosLike [ position.shape[0] ]

    { Position = position
      LogDensity = target.LogDensity noise position
      Score = Some(target.Score(position, noise)) }

let private isRatio (draw: Draw) =
    let target = mixture draw
    let lower = float64 [ [ draw.Float(0.5, 1.5); 0.0 ]; [ draw.Float(-0.5, 0.5); draw.Float(0.5, 1.5) ] ]
    let step = draw.Float(0.2, 1.5)
    let scale = { LogStep = float64 (log step); Shape = lower }
    let place = evaluate target (target.Sample 50)
    let proposed, correction = Langevin.adjustedStep (evaluate target) scale place

    let density (from: ChainPlace) (towards: ChainPlace) =
        let drift = from.Score.Value.matmul(lower).matmul(lower.transpose ()) * (step * step / 2.0)
        MultivariateNormal.FromScaleTril(from.Position + drift, (lower * step).expand [ 50; 2; 2 ]).LogProb towards.Position

    isClose 1e-9 "log q(x | x') - log q(x' | x)" correction (density proposed place - density place proposed)
    isClose 1e-12 "log p(x')" proposed.LogDensity (evaluate target proposed.Position).LogDensity

let private isTarget (make: Draw -> Target) (draw: Draw) =
    let target = make draw
    let zero (x: Tensor) = x.zerosLike [ x.shape[0] ]
    let options = { Langevin.adjustedDefaults with Warmup = 600; Draws = 200; Seed = draw.Seed }
    let start = draw.Tensor([| 200; 2 |], -2.0, 2.0)
    let f (x: Tensor) = target.LogDensity (zero x) x + 3.0
    let chains = Langevin.adjusted options f start
    let x = snd chains.Values.Head
    let found, error = meanAndError (x.mean 0)
    isWithin "the mean" found error target.Mean
    let centred = x - target.Mean
    let found, error = meanAndError ((centred.unsqueeze -1 * centred.unsqueeze -2).mean 0)
    isWithin "the covariance" found error target.Covariance
    Expect.isTrue ((chains.RHat.lt 1.02).all().toBool()) $"R-hat {chains.RHat}"
    Expect.isTrue ((chains.EffectiveSize.gt 5000.0).all().toBool()) $"effective sizes {chains.EffectiveSize}"
    Expect.isTrue (abs (chains.Acceptance - 0.574) < 0.1) $"acceptance {chains.Acceptance}"
    isClose 1e-9 "the log-density of the draws" chains.LogDensity[7] (f x[7])

let private adjustedImages (draw: Draw) =
    let options = { Langevin.adjustedDefaults with Warmup = 100; Draws = 5; Seed = draw.Seed }
    let f (x: Tensor) = x.square().sum([ 1; 2; 3 ]) * -0.5
    let start = draw.Tensor([| 6; 1; 2; 2 |], -1.0, 1.0)
    let images = Langevin.adjusted options f start
    let flat = Langevin.adjusted options (fun x -> x.square().sum(1, keepDim = true) * -0.5) (start.view [ 6; 4 ])
    Expect.equal (snd images.Values.Head).shape [| 5; 6; 1; 2; 2 |] "draws; chains; rows"
    isClose 1e-9 "images as vectors" images.Coordinates flat.Coordinates

// ---- running ----

let private flat (draw: Draw) =
    let start = draw.Tensor([| 10; 2 |], -1.0, 1.0)
    let net = inFloat64 (fun () -> mlpWith Activation.tanh [ 2; 8 ] --> output 1)
    let score = Score.ofEnergy (Net.eval net)
    let mutable counts = []

    let progress =
        { new IProgress<ChainProgress> with
            member _.Report report =
                counts <- (report.Step, Scope.liveTensors ()) :: counts }

    let options = { quick with Steps = 350; StepSize = 1e-3; Progress = Some progress }
    leavesNothing (fun () -> Scope.run (fun () -> Langevin.unadjusted options score start |> ignore))
    Expect.equal (List.rev counts |> List.map fst) [ 100; 200; 300; 350 ] "reports"
    let numbers = counts |> List.map snd
    Expect.isLessThanOrEqual (List.max numbers - List.min numbers) 2L "live tensors while it runs"

let private stops (draw: Draw) =
    let start = draw.Tensor([| 4; 2 |], -1.0, 1.0)
    use stop = new CancellationTokenSource()

    let progress =
        { new IProgress<ChainProgress> with
            member _.Report report =
                if report.Step >= 200 then
                    stop.Cancel() }

    let options = { quick with Steps = 1000; Progress = Some progress; Cancellation = stop.Token }

    for run in
        [ fun () -> Langevin.unadjusted options (fun x -> -x) start
          fun () -> Langevin.annealed options (NoiseLadder.geometric 1.0 0.5 2) (fun x _ -> -x) start ] do
        Expect.throwsT<OperationCanceledException> (fun () -> run () |> ignore) "cancelled"

let private refuses () =
    let start = dsharp.zeros ([ 4; 2 ], dtype = Dtype.Float64)

    let unadjusted options () =
        Langevin.unadjusted options (fun x -> -x) start

    says (messageOf<ArgumentException, _>(unadjusted { quick with Steps = 0 })) [ "Steps"; "at least 1"; "0" ]
    says (messageOf<ArgumentException, _>(unadjusted { quick with StepSize = 0.0 })) [ "StepSize"; "positive"; "0" ]

    let few () =
        Langevin.adjusted Langevin.adjustedDefaults (fun x -> x.sum 1) start[..2]

    says (messageOf<ArgumentException, _> few) [ "Chains"; "at least 4"; "3" ]

    let shapes () =
        Langevin.adjusted Langevin.adjustedDefaults (fun x -> x * 2.0) start

    says (messageOf<ArgumentException, _> shapes) [ "[4]"; "[4; 2]" ]

// ---- what goes with it ----

let private denoises (draw: Draw) =
    let mu, v, noise = draw.Tensor([| 2 |], -1.0, 1.0), draw.Tensor([| 2 |], 0.3, 2.0), draw.Float(0.1, 2.0)
    let x = draw.Tensor([| 5; 2 |], -2.0, 2.0)

    let score (x: Tensor) (noise: Tensor) =
        (mu - x) / (v + noise.square().unsqueeze 1)

    let posterior = (x * v + mu * (noise * noise)) / (v + noise * noise)
    isClose 1e-12 "E[data | x]" (Score.denoise score noise x) posterior

let private scales (draw: Draw) =
    let x, noise = draw.Tensor([| 5; 2; 3 |], -2.0, 2.0), draw.Tensor([| 5 |], 0.1, 1.0)
    let ladder = NoiseLadder.geometric 1.0 0.1 4
    let divided = noise.view [ 5; 1; 1 ]
    isClose 1e-12 "g(x)/σ" (Score.scaled (fun x -> x.sin ()) x noise) (x.sin () / divided)

    let found = Score.conditional ladder (fun (x, t) -> x * t.view [ 5; 1; 1 ]) x noise
    isClose 1e-12 "g(x, t)/σ" found (x * (1.0 + noise.log10().view [ 5; 1; 1 ]) / divided)
    isClose 1e-12 "at one noise" (Score.atNoise 0.5 (Score.scaled id) x) (x * 2.0)
    isClose 1e-12 "without noise" (Score.unconditional _.sin() x noise) (x.sin ())

    let normal = Normal.diagonal (float64 [ 1.0; 2.0 ]) (float64 [ 0.5; 2.0 ])
    let x = draw.Tensor([| 4; 2 |], -2.0, 2.0)
    isClose 1e-12 "∇ log p" (Score.ofDistribution normal x) ((float64 [ 1.0; 2.0 ] - x) / float64 [ 0.25; 4.0 ])

let private ladders () =
    let ladder = NoiseLadder.geometric 10.0 0.01 7
    let ratios = ladder.Levels |> List.pairwise |> List.map (fun (high, low) -> low / high)
    isClose 1e-12 "one ratio" (float64 ratios) (dsharp.full (6, 0.001 ** (1.0 / 6.0), dtype = Dtype.Float64))
    Expect.equal (ladder.Highest, ladder.Lowest, ladder.Levels.Length) (10.0, 0.01, 7) "ends"
    isClose 1e-12 "positions" (ladder.Position(float64 ladder.Levels)) (dsharp.linspace (1.0, 0.0, 7, dtype = Dtype.Float64))
    isClose 1e-12 "a ladder of one" ((NoiseLadder.ofLevels [ 0.5 ]).Position(float64 [ 0.5 ])) (float64 [ 0.0 ])

    Random.withSeed 3 (fun () ->
        let drawn = (NoiseLadder.ofLevels [ 3.0; 2.0; 1.0 ]).Draw(dsharp.zeros ([ 30_000; 2 ], dtype = Dtype.Float64))
        Expect.equal drawn.shape [| 30_000 |] "one for each row"
        let shares = Tensor.stack [ for level in [ 1.0; 2.0; 3.0 ] -> drawn.eq(level).float64() ]
        let found, error = meanAndError (shares.transpose ())
        isWithin "each as often" found error (dsharp.full (3, 1.0 / 3.0, dtype = Dtype.Float64)))

    for levels in [ []; [ 1.0; 2.0 ]; [ 1.0; 1.0 ]; [ 1.0; 0.0 ]; [ infinity; 1.0 ]; [ nan ] ] do
        messageOf<ArgumentException, _>(fun () -> NoiseLadder.ofLevels levels) |> ignore

    says (messageOf<ArgumentException, _>(fun () -> NoiseLadder.geometric 1.0 0.1 1)) [ "two levels"; "1" ]
    says (messageOf<ArgumentException, _>(fun () -> NoiseLadder.geometric 0.1 1.0 3)) [ "fall" ]

[<Tests>]
let tests =
    testList
        "Langevin"
        [ holds "unadjusted steps on a Gaussian have the moments of their recursion" 5 followsRecursion
          holds "unadjusted chains keep the variance σ²/(1 - ε/(4σ²))" 5 hasItsOwnStationaryVariance
          holds "annealed steps on a Gaussian have the moments of their recursion" 5 descends
          holds "rows have any shape" 3 anyShape
          holds "an adjusted step is corrected by the ratio of the proposals' densities" 10 isRatio
          for name, target in targets do
              holds $"adjusted chains have the mean and the covariance of {name}" 2 (isTarget target)
          holds "adjusted chains run on rows of any shape" 2 adjustedImages
          holds "memory stays flat, and progress is told" 1 flat
          holds "cancelling stops" 1 stops
          testCase "options out of range and log-densities of other shapes are errors" refuses
          holds "Score.denoise gives the mean of the data" 5 denoises
          holds "scores are made of networks and of distributions" 5 scales
          testCase "ladders are geometric, and fall" ladders ]
