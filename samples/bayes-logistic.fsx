// Will it rain in Seattle tomorrow? Bayesian logistic regression on four years of weather, fitted in four ways.
// Run it with `build/run sample bayes-logistic [--data DIR] [--draws N]`. It draws into artifacts/bayes-logistic/.
// data: weather
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"

open System
open System.Globalization
open System.IO
open Functional
open Functional.Tensors
open Plot

let arguments = Arguments.Arguments [ "data"; "draws" ]

// ---- the data: a row for each day but the last, and whether it rained on the day after ----

let names = [ "intercept"; "rain today"; "warmest"; "coldest"; "wind"; "winter"; "spring" ]

let readWeather (folder: string) : Tensor * Tensor =
    let days =
        [ for line in File.ReadLines(Path.Combine(folder, "seattle-weather.csv")) |> Seq.skip 1 ->
              let cells = line.Split ','

              let number (column: int) =
                  Double.Parse(cells[column], CultureInfo.InvariantCulture)

              let date = DateTime.Parse(cells[0], CultureInfo.InvariantCulture)
              let season = 2.0 * Math.PI * float date.DayOfYear / 365.25
              let rain = number 1
              rain, [ log (1.0 + rain); number 2; number 3; number 4; cos season; sin season ] ]

    let x = dsharp.tensor ([ for _, features in List.truncate (days.Length - 1) days -> features ], dtype = Dtype.Float64)
    let y = dsharp.tensor ([ for rain, _ in days.Tail -> if rain > 0.0 then 1.0 else 0.0 ], dtype = Dtype.Float64)
    Regression.withIntercept ((x - x.mean 0) / x.std 0), y

// ---- the model ----

let model (x: Tensor) (y: Tensor) =
    let zero = dsharp.zeros ([ x.shape[1] ], dtype = Dtype.Float64)

    program {
        let! weights = sample "weights" (Normal.diagonal zero (zero + 2.0))
        do! plate "days" x.shape[0] (fun _ -> observe "rain" (Bernoulli.FromLogits(Regression.predictor x weights)) y)
    }

// ---- four posteriors, each as a mean and a standard deviation of every weight ----

type Marginals = { Name: string; Mean: float[]; Deviation: float[] }

let ofPosterior (name: string) (posterior: Distribution) : Marginals =
    { Name = name
      Mean = posterior.Mean.noDiff().toArray1D<float>()
      Deviation = posterior.StandardDeviation.noDiff().toArray1D<float>() }

let fitted (make: Program<unit> -> AutoGuide) (bound: Bound) (model: Program<unit>) : Marginals =
    let guide = make model
    let result = Variational.fit { Variational.defaults with Bound = bound; Progress = Progress.silent } model guide
    printfn $"{guide.Name} bound: %.2f{snd (List.last result.History)} nats"
    ofPosterior guide.Name guide.Posterior

let chains (draws: int) (model: Program<unit>) : Tensor =
    let chains = Metropolis.sample { Metropolis.defaults with Draws = draws } model
    printfn $"chains acceptance: %.3f{chains.Acceptance}"
    printfn $"chains R-hat: %.4f{chains.RHat.max().toDouble()}"
    printfn $"chains effective size: %.0f{chains.EffectiveSize.min().toDouble()} draws"
    chains.Pooled |> List.find (fst >> (=) "weights") |> snd

let density (mean: float) (deviation: float) (x: float) =
    exp (-0.5 * ((x - mean) / deviation) ** 2.0) / (deviation * sqrt (2.0 * Math.PI))

let panel (reference: Marginals) (draws: Tensor) (others: Marginals list) (weight: int) : Panel =
    let low = reference.Mean[weight] - 4.0 * reference.Deviation[weight]
    let high = reference.Mean[weight] + 4.0 * reference.Deviation[weight]
    let points = [| for i in 0..200 -> low + (high - low) * float i / 200.0 |]
    let values = (draws.transpose (0, 1)).[weight].toArray1D<float>()
    let highest = others |> List.map (fun other -> density 0.0 other.Deviation[weight] 0.0) |> List.max

    { Title = names[weight]
      X = low, high
      Y = 0.0, highest * 1.15
      Marks =
        Histogram(reference.Name, low, high, 60, values)
        :: [ for other in others ->
                 Line(other.Name, [| for x in points -> x, density other.Mean[weight] other.Deviation[weight] x |]) ] }

// ---- the comparison ----

Arguments.run (fun () ->
    Random.seed 0
    let folder = arguments.Folder("data", Path.Combine(__SOURCE_DIRECTORY__, "..", ".data", "weather"))
    let x, y = readWeather folder
    let model = model x y

    let draws = chains (arguments.Int("draws", 500)) model
    let reference = ofPosterior "Metropolis" (Empirical draws)

    let laplace = LaplaceApproximation.fit model
    printfn $"Laplace log-evidence: %.2f{laplace.LogEvidence} nats"
    let meanField = fitted AutoGuide.meanField (Elbo.bound 8) model
    let landing = Elbo.monteCarlo 8 |> Bound.withEstimator Estimator.stickingTheLanding
    let fullRank = fitted AutoGuide.fullRank landing model
    let all = [ meanField; fullRank; ofPosterior "Laplace" laplace.Guide.Posterior ]

    let largest (f: int -> float) =
        [ for weight in 0 .. names.Length - 1 -> abs (f weight) ] |> List.max

    let off (other: Marginals) =
        largest (fun i -> (other.Mean[i] - reference.Mean[i]) / reference.Deviation[i])

    let variance (other: Marginals) =
        largest (fun i -> (other.Deviation[i] / reference.Deviation[i]) ** 2.0 - 1.0)

    for other in all do
        printfn $"{other.Name} means off by at most: %.3f{off other} standard deviations"
        printfn $"{other.Name} variances off by at most: %.1f{100.0 * variance other} %%"

    let picture = Path.Combine(Arguments.artifacts "bayes-logistic", "marginals.svg")
    names |> List.mapi (fun weight _ -> panel reference draws all weight) |> save picture 4
    printfn $"picture: {picture}"

    if all |> List.exists (fun other -> off other > 0.1) || variance fullRank > 0.1 then
        failwith "Further from the chains than promised: means within 0.1 standard deviations, full-rank variances within 10%.")
