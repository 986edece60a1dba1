// f-GANs on eight Gaussians in a ring: one game for each divergence of the table, and one for a divergence written here.
// Run it with `build/run sample fgan-mixture [--steps N] [--seed N]`. It draws the samples of each into artifacts/fgan-mixture/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"

open System
open System.IO
open Functional
open Functional.Tensors

let radius, sigma = 2.0, 0.1

let centres: Tensor =
    dsharp.tensor [ for i in 0..7 -> let angle = Math.PI * float i / 4.0 in [ radius * cos angle; radius * sin angle ] ]

let mixture: Distribution = Mixture(Categorical.FromLogits(dsharp.zeros 8), Normal.diagonal centres (centres.fullLike sigma))

/// Topsøe's triangular discrimination, ∫(p - q)²/(p + q): its conjugate is found numerically.
let triangular: FDivergence = FDivergence.ofGenerator "triangular" (fun u -> (u - 1.0).square() / (u + 1.0))

let gan () : Gan =
    { Generator = mlp [ 8; 128; 128 ] --> output 2
      Critic = mlp [ 2; 128; 128 ] --> output 1
      Prior = Normal.standard [ 8 ] }

/// The critic learns faster than the generator, so that it knows the divergence; the rates fall to zero, so that both come to rest.
let options (steps: int) (divergence: FDivergence) : AdversarialOptions =
    let falling (rate: float) =
        Optimizer.adamWith rate 0.5 0.99 1e-8 0.0
        |> Optimizer.scheduled (fun step -> 1.0 - float step / float (steps + 1))

    { AdversarialOptions.nonSaturating with
        Loss = FGan.nonSaturating divergence
        Penalty = Some(CriticPenalty.r1 0.2)
        CriticOptimizer = falling 2e-3
        GeneratorOptimizer = falling 5e-4 }

let train (steps: int) (divergence: FDivergence) : Gan =
    let gan = gan ()
    let size = 256

    let quiet =
        { Training.defaults with
            Epochs = 1
            BatchSize = size
            Progress = Progress.silent }

    let data = Dataset.ofTensor (mixture.Sample [ steps * size ])
    Training.play quiet (Gan.players (options steps divergence) gan) data |> ignore
    gan

/// How many centres have their share of samples within 3σ, or a quarter of it at least; and how many samples are within 3σ of any.
let figures (samples: Tensor) : int * float =
    let distances = (samples.unsqueeze 1 - centres).square().sum(2).sqrt()
    let near = distances.lt(3.0 * sigma).float32().mean 0
    near.ge(0.25 / 8.0).sum().toInt32(), near.sum().toDouble()

let panel (title: string) (samples: Tensor) : Plot.Panel =
    { Title = title
      X = (-3.0, 3.0)
      Y = (-3.0, 3.0)
      Marks = [ Plot.Points("", Plot.places samples) ] }

let sample () =
    let arguments = Arguments.Arguments [ "steps"; "seed" ]
    let steps, seed = arguments.Int("steps", 3000), arguments.Int("seed", 1)
    let folder = Arguments.artifacts "fgan-mixture"

    let panels =
        [ for divergence in FDivergence.all @ [ triangular ] do
              dsharp.seed seed
              let clock = Diagnostics.Stopwatch.StartNew()

              // A game that diverges is a result, too.
              let outcome =
                  try
                      Ok(Gan.sample 10_000 (train steps divergence))
                  with :? TrainingDivergedException as failure ->
                      Error failure.Message

              match outcome with
              | Ok samples ->
                  let modes, share = figures samples

                  printfn
                      $"{divergence}: {modes} modes of 8, %.1f{100.0 * share} %% within 3 sigma, %.0f{clock.Elapsed.TotalSeconds} s"

                  panel $"{divergence}: {modes} of 8" samples[..1999]
              | Error message -> printfn $"{divergence}: 0 modes of 8, {message}" ]

    Plot.save (Path.Combine(folder, "samples.svg")) 4 (panels @ [ panel "the data" (mixture.Sample [ 2000 ]) ])
    printfn $"picture: {folder}"

Arguments.run sample
