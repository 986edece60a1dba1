// Clusters among irises: a mixture of Gaussians by expectation-maximisation, and a Bayesian one by coordinate ascent, on the same flowers.
// Run it with `build/run sample gmm [--components N] [--seed N]`. It draws into artifacts/gmm/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"
#load "support/Iris.fsx"

open System
open System.IO
open Functional
open Functional.Tensors
open Plot

let numbers (tensor: Tensor) : float[] =
    tensor.flatten().cast(Dtype.Float64).toArray1D<float>()

// ---- what was found ----

/// Prints what grew, one line a sweep; and whether it fell anywhere by more than rounding.
let report (name: string) (values: float list) =
    printfn $"\nsweep   {name}"

    for i, value in List.indexed values do
        printfn $"%5d{i + 1}   %.6f{value} nats"

    let falls = values |> List.pairwise |> List.filter (fun (before, after) -> after < before - 1e-9 * abs before)
    printfn $"{name} decreased: {falls.Length} times"

/// The share of flowers whose cluster is mostly of their own species.
let accuracy (responsibilities: Tensor) : float =
    let clusters = responsibilities.argmax(1).cast(Dtype.Int64).toArray1D<int64>()

    let majority (members: (int64 * int)[]) =
        members |> Array.countBy snd |> Array.map snd |> Array.max

    let flowers = clusters |> Array.mapi (fun i cluster -> cluster, i / 50)
    let agreeing = flowers |> Array.groupBy fst |> Array.sumBy (snd >> majority)
    float agreeing / float flowers.Length

// ---- pictures ----

/// Where two of the columns of a Gaussian are two standard deviations from its mean.
let ellipse (x: int, y: int) (mean: Tensor) (covariance: Tensor) : Mark =
    let pair = dsharp.tensor ([ x; y ], dtype = Dtype.Int64)
    let factor = covariance.indexSelect(0, pair).indexSelect(1, pair).cholesky()
    let angle = dsharp.linspace (0.0, 2.0 * Math.PI, 100, dtype = Dtype.Float64)
    let circle = dsharp.stack ([ angle.cos (); angle.sin () ], 1)
    let points = mean.indexSelect (0, pair) + 2.0 * circle.matmul (factor.transpose ())
    Line("", Array.zip (numbers points[*, 0]) (numbers points[*, 1]))

/// The components that the data did not leave empty.
let heavy (weights: Tensor) : int[] =
    numbers weights |> Array.indexed |> Array.filter (fun (_, weight) -> weight > 0.02) |> Array.map fst

/// The petals of the flowers, and the components around them.
let clusters (title: string) (flowers: Tensor) (weights: Tensor) (means: Tensor) (covariances: Tensor) : Panel =
    let petals (species: int) =
        let own = flowers[50 * species .. 50 * species + 49]
        Points(Iris.species[species], Array.zip (numbers own[*, 2]) (numbers own[*, 3]))

    { Title = title
      X = 0.0, 8.0
      Y = -0.5, 3.0
      Marks =
        [ for species in 0..2 -> petals species
          for k in heavy weights -> ellipse (2, 3) means[k] covariances[k] ] }

let growth (curves: (string * float list) list) : Panel =
    let all = curves |> List.collect snd
    let sweeps = curves |> List.map (snd >> List.length) |> List.max

    { Title = "nats after each sweep"
      X = 0.0, float sweeps
      Y = List.min all - 10.0, List.max all + 40.0
      Marks = [ for name, values in curves -> Line(name, [| for i, value in List.indexed values -> float (i + 1), value |]) ] }

// ---- the two fits ----

/// The ELBO beside the number of components. It describes one of k! equal modes, whence log k! more.
let compare (options: IterationOptions) (prior: BayesianGaussianMixturePrior) (flowers: Tensor) =
    printfn "\ncomponents   ELBO + log k!"

    for k in 1..5 do
        let elbo = Scope.run (fun () -> (BayesianGaussianMixture.fit options prior k flowers).Elbo)
        let modes = dsharp.scalar(float (k + 1)).lgamma().toDouble()
        printfn $"%10d{k}   %.2f{elbo + modes} nats"

let sample () =
    let arguments = Arguments.Arguments [ "components"; "seed" ]
    let folder = Arguments.artifacts "gmm"
    dsharp.seed (arguments.Int("seed", 1))
    let flowers = Iris.measurements ()
    let options = { Iteration.defaults with Starts = 10; Tolerance = 1e-7 }

    let mixture = GaussianMixture.fit options CovarianceKind.Full 3 flowers
    report "log-likelihood" mixture.LogLikelihoods

    let components = arguments.Int("components", 3)
    let prior = BayesianGaussianMixture.priorAround 0.01 components flowers
    let bayesian = BayesianGaussianMixture.fit options prior components flowers
    report "ELBO" bayesian.Elbos
    compare options prior flowers

    printfn ""
    printfn $"EM, 3 components: weights {mixture.Weights}"
    printfn $"EM log-likelihood: %.3f{mixture.LogLikelihood} nats"
    printfn $"EM accuracy: %.3f{accuracy mixture.Responsibilities} of flowers among their own species"
    printfn $"CAVI, expected weights {bayesian.ExpectedWeights}"
    printfn $"CAVI components that kept weight: {(heavy bayesian.ExpectedWeights).Length} of {bayesian.ExpectedWeights.nelement}"
    printfn $"CAVI ELBO: %.3f{bayesian.Elbo} nats"
    printfn $"CAVI accuracy: %.3f{accuracy bayesian.Responsibilities} of flowers among their own species"
    printfn $"CAVI log-density of the flowers: %.3f{bayesian.Predictive.LogProb(flowers).sum().toDouble()} nats"

    // the covariance at E[Λ]
    let belief = bayesian.Components
    let covariances = belief.InverseScale / belief.DegreesOfFreedom.unsqueeze(-1).unsqueeze -1

    Plot.save
        (Path.Combine(folder, "clusters.svg"))
        3
        [ clusters "EM: petals, two deviations" flowers mixture.Weights mixture.Means mixture.Covariances
          clusters "CAVI: components that kept weight" flowers bayesian.ExpectedWeights belief.Location covariances
          growth [ "log-likelihood", mixture.LogLikelihoods; "ELBO", bayesian.Elbos ] ]

    printfn $"pictures: {folder}"

Arguments.run sample
