// Scores of a swiss roll in the plane, learned in three ways and drawn over the data; and samples that follow a fourth, which knows noise.
// Run it with `build/run sample swiss-roll [--steps N] [--batch N] [--seed N]`. It draws into artifacts/swiss-roll/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"

open System
open System.IO
open Functional
open Functional.Tensors
open Plot

// ---- the data ----

/// The thickness of the roll.
let thickness = 0.05

/// The middle of the roll at places from 0 to 1, one and a half turns.
let spiral (place: Tensor) : Tensor =
    let angle = Math.PI * (1.5 + 3.0 * place)
    let radius = angle / 10.0
    dsharp.stack ([ radius * angle.cos (); radius * angle.sin () ], 1)

/// So many points of the roll.
let roll (count: int) : Tensor =
    spiral (dsharp.rand count) + thickness * dsharp.randn [ count; 2 ]

/// The score of the roll with noise of standard deviation σ: that of a mixture of many Gaussians along it.
let truth (noise: float) : Tensor -> Tensor =
    let middle = spiral (dsharp.linspace (0.0, 1.0, 2000))

    let logDensity (x: Tensor) =
        let squares = Kernel.FromSquaredDistance(id).Matrix(x, middle)
        (squares / (-2.0 * (thickness * thickness + noise * noise))).logsumexp 1

    Score.ofEnergy logDensity

// ---- scores ----

let network (inputs: int) : Net<Tensor, Tensor> =
    mlpWith Activation.silu [ inputs; 128; 128; 128 ] --> output 2

/// A network trained so many steps on fresh points by an objective.
let train (steps: int) (batch: int) (name: string) (parameters: Parameter list) (objective: Objective<Tensor>) : unit =
    let data = { Length = steps * batch; Read = fun positions -> roll positions.shape[0] }

    let options =
        { Training.defaults with
            Epochs = 1
            BatchSize = batch
            Optimizer = Optimizer.adam 2e-3 |> Optimizer.scheduled (Schedule.cosine 1.0 0.0 steps) }

    let summary = (Training.fit options parameters objective data).Epochs |> List.tryHead

    summary
    |> Option.iter (fun epoch -> printfn $"{name}: loss %.3f{epoch.Loss} in %.0f{epoch.Duration.TotalSeconds} s")

/// How far a score is from the true one on the data, as a share of the true one's square.
let error (noise: float) (score: Tensor -> Tensor) (data: Tensor) : float =
    let noised = data + noise * dsharp.randn data.shape
    let wanted = truth noise noised
    let square (rows: Tensor) = rows.square().sum().toDouble()
    square (score noised - wanted) / square wanted

// ---- pictures ----

let side = 2.0

let panel (title: string) (marks: Mark list) : Panel =
    { Title = title
      X = (-side, side)
      Y = (-side * 0.75, side * 0.75)
      Marks = marks }

/// Arrows around the points of a grid, whose length grows with the logarithm of the score's.
let field (title: string) (data: Tensor) (score: Tensor -> Tensor) : Panel =
    let across, up = 33, 25
    let axis (count: int) (reach: float) = dsharp.linspace (-reach, reach, count)
    let x = (axis across side).unsqueeze(0).expand [ up; across ]
    let y = (axis up (side * 0.75)).unsqueeze(1).expand [ up; across ]
    let tails = dsharp.stack ([ x.flatten (); y.flatten () ], 1)
    let vectors = score tails
    let length = vectors.square().sum(1, keepDim = true).sqrt() + 1e-6
    let arrows = vectors / length * ((length + 1.0).log() * 0.03).clamp(high = 0.14)
    panel title [ Points("", places data); Arrows("", Array.zip (places (tails - 0.5 * arrows)) (places arrows)) ]

// ---- the sample ----

/// A name, the noise on the data, and the score that an objective found.
type Found = { Name: string; Noise: float; Score: Tensor -> Tensor }

let learn (steps: int) (batch: int) (name: string) (noise: float) (objective: ScoreMatching) : Found =
    let net = network 2
    let loss = ScoreMatching.objective objective (Score.unconditional (Net.train net))
    train steps batch name net.Parameters loss
    { Name = name; Noise = noise; Score = Net.eval net }

/// A score that is told the noise, by one of the ladder's levels or between them.
let learnConditional (steps: int) (batch: int) (ladder: NoiseLadder) : Tensor -> Tensor -> Tensor =
    let net = join --> network 3

    let score mode =
        Score.conditional ladder (fun (x, time) -> Net.run mode net (x, time.unsqueeze 1))

    let objective = ScoreMatching.noiseConditional ladder
    train steps batch objective.Name net.Parameters (ScoreMatching.objective objective (score Mode.Train))
    score Mode.Eval

let report (folder: string) (heldOut: Tensor) (found: Found list) (ladder: NoiseLadder) (score: Tensor -> Tensor -> Tensor) =
    let start = side * (2.0 * dsharp.rand heldOut.shape - 1.0)
    let options = { Langevin.defaults with Steps = 100; StepSize = 1e-4 }
    let samples = Langevin.annealed options ladder score start |> Score.denoise score ladder.Lowest

    [ for found in found -> field $"{found.Name} score matching" heldOut found.Score ]
    @ [ field "the true score" heldOut (truth 0.0)
        field "noise-conditional, σ = 0.3" heldOut (Score.atNoise 0.3 score)
        panel "annealed samples" [ Points("", places samples) ] ]
    |> save (Path.Combine(folder, "scores.svg")) 3

    for found in found do
        printfn $"{found.Name} score error: %.3f{error found.Noise found.Score heldOut} of the score's square"

    let test = PermutationTest.mmd 999 (Kernel.Gaussian(Mmd.medianDistance samples heldOut)) samples heldOut
    printfn $"mmd² of samples and held-out data: %.6f{test.Statistic}"
    printfn $"p-value: %.3f{test.PValue}"
    printfn $"""at the level 1%%: {if test.Rejects 0.01 then "rejected" else "not rejected"}"""
    printfn $"picture: {folder}"

let sample () =
    let arguments = Arguments.Arguments [ "steps"; "batch"; "seed" ]
    let steps, batch = arguments.Int("steps", 3000), arguments.Int("batch", 256)
    dsharp.seed (arguments.Int("seed", 1))
    let folder = Arguments.artifacts "swiss-roll"
    let ladder = NoiseLadder.geometric 1.0 0.02 12

    let found =
        [ learn steps batch "implicit" 0.0 ScoreMatching.implicit
          learn steps batch "sliced" 0.0 (ScoreMatching.slicedReduced Probe.Rademacher)
          learn steps batch "denoising" 0.1 (ScoreMatching.denoising 0.1) ]

    let score = learnConditional (4 * steps) batch ladder
    Gradient.off (fun () -> report folder (roll 1000) found ladder score)

Arguments.run sample
