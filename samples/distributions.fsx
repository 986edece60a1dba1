// A tour of distributions and transforms: densities over samples, a change of variables, vectors, divergences, and a mixture fitted by gradient.
// Run it with `build/run sample distributions [--steps N] [--seed N]`. It draws into artifacts/distributions/.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Plot.fsx"

open System.IO
open Functional
open Functional.Tensors
open Plot

// ---- what a distribution is ----

/// A value with shapes, samples, a log-density; wrappers make others of it.
let tour () =
    let gamma = Gamma(2.0, 1.5)
    let x = gamma.RSample [ 1000 ] // gradients flow through samples to concentration and rate
    let density = gamma.LogProb x // in nats, one for each sample

    let rows = Independent(Normal(dsharp.zeros [ 3; 2 ], dsharp.ones 2), 1) // 3 distributions of vectors of 2
    let skewed = Transformed(Normal(0.0, 0.5), AffineTransform(1.0, 2.0) --> SoftplusTransform())
    let onSimplex = Transformed(rows, StickBreakingTransform()) // 3 distributions of vectors of 3 that sum to one
    let modes = Mixture(Categorical.FromLogits(dsharp.zeros 2), Normal(dsharp.tensor [ -2.0; 1.0 ], dsharp.tensor [ 0.5; 1.0 ]))
    let cut = Truncated(StudentT(3.0, 0.0, 1.0), -1.0, 4.0)

    let exact = Kl.divergence (LogNormal(0.0, 0.5)) gamma // in closed form, or an error that says what is near
    let estimate = Kl.estimate 10_000 modes (Normal(0.0, 2.0)) // by samples, with its standard error

    let all: Distribution list = [ gamma; rows; skewed; onSimplex; modes; cut ]

    for distribution in all do
        let sample = Random.withSeed 1 (fun () -> distribution.Sample())
        printfn $"{distribution}  a sample: {sample}"

    printfn $"E[log p] of {x.nelement} samples: %.3f{density.mean().toDouble()}, entropy: %.3f{gamma.Entropy().toDouble()}"
    printfn $"KL(LogNormal || Gamma) = %.4f{exact.toDouble ()}"
    printfn $"KL(modes || Normal) = %.4f{estimate.Value.toDouble ()} +- %.4f{estimate.StandardError.toDouble ()}"

// ---- densities over samples ----

let numbers (tensor: Tensor) : float[] =
    tensor.flatten().cast(Dtype.Float64).toArray1D<float>()

let curve (name: string) (low: float, high: float) (distribution: Distribution) =
    let inset = (high - low) * 1e-4
    let x = dsharp.linspace (low + inset, high - inset, 300)
    Line(name, Array.zip (numbers x) (numbers (distribution.LogProb(x).exp())))

/// A density over the histogram of samples.
let overSamples (title: string) (range: float * float) (top: float) (distribution: Distribution) : Panel =
    let samples = numbers (distribution.Sample [ 20_000 ])

    { Title = title
      X = range
      Y = 0.0, top
      Marks = [ Histogram("samples", fst range, snd range, 50, samples); curve "density" range distribution ] }

/// Probabilities of counts, as lines from zero.
let ofCounts (title: string) (highest: int) (top: float) (distribution: Distribution) : Panel =
    let x = dsharp.arange (float (highest + 1))

    { Title = title
      X = -0.5, float highest + 0.5
      Y = 0.0, top
      Marks = [ Stems("probability", Array.zip (numbers x) (numbers (distribution.LogProb(x).exp()))) ] }

let families () : Panel list =
    [ overSamples "Gamma(2, 1.5)" (0.0, 6.0) 0.65 (Gamma(2.0, 1.5))
      overSamples "Beta(0.7, 1.5)" (0.0, 1.0) 3.0 (Beta(0.7, 1.5))
      overSamples "StudentT(3, 0, 1)" (-6.0, 6.0) 0.45 (StudentT(3.0, 0.0, 1.0))
      overSamples "VonMises(1, 2): angles" (-3.15, 3.15) 0.6 (VonMises(1.0, 2.0))
      overSamples "Gumbel(0, 1), truncated to [-1, 3]" (-1.5, 3.5) 0.45 (Truncated(Gumbel(0.0, 1.0), -1.0, 3.0))
      ofCounts "ZeroInflated Poisson(4), gate 0.3" 12 0.4 (ZeroInflated.FromProbabilities(dsharp.scalar 0.3, Poisson 4.0)) ]

// ---- through a transform ----

/// The same samples before and after tanh, the map between them, and the density that the change of variables gives.
let change () : Panel list =
    let before = Normal(0.3, 1.0)
    let after = Transformed(before, TanhTransform())
    let range = -3.0, 3.0
    let x = dsharp.linspace (-3.0, 3.0, 200)

    [ overSamples "x ~ Normal(0.3, 1)" range 0.5 before
      { Title = "y = tanh x"
        X = range
        Y = -1.1, 1.1
        Marks = [ Line("", Array.zip (numbers x) (numbers (x.tanh ()))) ] }
      overSamples "y ~ Transformed(Normal, tanh)" (-1.0, 1.0) 2.0 after ]

// ---- vectors ----

let pairs (tensor: Tensor) : (float * float)[] =
    Array.zip (numbers tensor[*, 0]) (numbers tensor[*, 1])

let correlated () : Panel =
    let covariance = dsharp.tensor [ [ 1.0; 0.8 ]; [ 0.8; 1.0 ] ]
    let normal = MultivariateNormal.FromCovariance(dsharp.tensor [ 0.0; 0.0 ], covariance)
    let angle = dsharp.linspace (0.0, 2.0 * System.Math.PI, 100)
    let circle = dsharp.stack ([ angle.cos (); angle.sin () ], 1)

    // The image of a circle of radius 2 under the Cholesky factor: all points two standard deviations from the mean.
    let ellipse = 2.0 * circle.matmul (normal.ScaleTril.transpose (0, 1))

    { Title = "MultivariateNormal, correlation 0.8"
      X = -4.0, 4.0
      Y = -4.0, 4.0
      Marks = [ Points("samples", pairs (normal.Sample [ 1500 ])); Line("two deviations", pairs ellipse) ] }

/// The simplex of three probabilities as a triangle.
let corners = dsharp.tensor [ [ 0.0; 0.0 ]; [ 1.0; 0.0 ]; [ 0.5; 0.866 ] ]

let onSimplex (title: string) (concentration: float list) : Panel =
    let samples = (Dirichlet(dsharp.tensor concentration)).Sample [ 1500 ]
    let outline = [| 0.0, 0.0; 1.0, 0.0; 0.5, 0.866; 0.0, 0.0 |]

    { Title = title
      X = -0.1, 1.1
      Y = -0.05, 0.95
      Marks = [ Points("", pairs (samples.matmul corners)); Line("", outline) ] }

let vectors () : Panel list =
    [ correlated ()
      onSimplex "Dirichlet(6, 3, 2) on the simplex" [ 6.0; 3.0; 2.0 ]
      onSimplex "Dirichlet(0.4, 0.4, 0.4)" [ 0.4; 0.4; 0.4 ] ]

// ---- divergences ----

let divergences () =
    let pairs: (string * Distribution * Distribution) list =
        [ "Normal || Normal", Normal(0.0, 1.0), Normal(1.0, 2.0)
          "Normal || Laplace", Normal(0.0, 1.0), Laplace(0.0, 1.0)
          "Gamma || Gamma", Gamma(3.0, 1.0), Gamma(2.0, 0.5)
          "Beta || Uniform", Beta(2.0, 5.0), Uniform(0.0, 1.0)
          "LogNormal || Gamma", LogNormal(0.0, 0.5), Gamma(2.0, 1.5)
          "Poisson || Poisson", Poisson 3.0, Poisson 4.0
          "tanh(Normal) || tanh(Normal)",
          Transformed(Normal(0.0, 1.0), TanhTransform()),
          Transformed(Normal(0.5, 1.5), TanhTransform()) ]

    printfn ""
    printfn "KL(p || q), in nats              closed form   10,000 samples"

    for name, p, q in pairs do
        let exact, estimate = (Kl.divergence p q).toDouble(), Kl.estimate 10_000 p q
        printfn $"{name, -30}  %12.4f{exact}   %.4f{estimate.Value.toDouble ()} +- %.4f{estimate.StandardError.toDouble ()}"

// ---- a mixture learned from data ----

/// Where the data come from; the fit does not see it.
let truth =
    Mixture.Of(
        Categorical.FromProbabilities(dsharp.tensor [ 0.5; 0.3; 0.2 ]),
        [ Normal(-2.0, 0.5); Normal(0.5, 0.8); Normal(3.5, 0.4) ]
    )

// Unconstrained numbers: gradient descent may put them anywhere.
let logits, means, spreads = dsharp.zeros 3, dsharp.tensor [ -1.0; 0.0; 1.0 ], dsharp.zeros 3

let mixture () =
    let scales = (Transform.toSupport Support.Positive).Forward spreads
    Mixture(Categorical.FromLogits logits, Normal(means, scales))

let fit (steps: int) (data: Tensor) =
    let parameters =
        [ for name, value in [ "logits", logits; "means", means; "spreads", spreads ] ->
              { Name = name; Value = Gradient.record value; Trained = true } ]

    let optimizer = (Optimizer.adam 0.05).Start parameters

    for step in 1..steps do
        Scope.run (fun () ->
            let loss = -(mixture().LogProb data).mean()
            optimizer.Step(Gradient.ofLoss loss [| for parameter in parameters -> parameter.Value |])

            if step % 50 = 0 || step = 1 then
                printfn $"step {step, 4}  nll %.4f{loss.toDouble ()} nats")

let fitted (data: Tensor) (start: Mark) : Panel list =
    [ { Title = "A mixture of three normals, fitted"
        X = -5.0, 6.0
        Y = 0.0, 0.5
        Marks = [ Histogram("data", -5.0, 6.0, 55, numbers data); curve "fitted" (-5.0, 6.0) (mixture ()); start ] } ]

let sample () =
    let arguments = Arguments.Arguments [ "steps"; "seed" ]
    let folder = Arguments.artifacts "distributions"
    dsharp.seed (arguments.Int("seed", 1))
    let picture (name: string) = Plot.save (Path.Combine(folder, name))
    tour ()
    picture "families.svg" 3 (families ())
    picture "transform.svg" 3 (change ())
    picture "vectors.svg" 3 (vectors ())
    divergences ()

    printfn ""
    let data, heldOut = truth.Sample [ 2000 ], truth.Sample [ 10_000 ]
    let start = curve "at the start" (-5.0, 6.0) (mixture ())
    fit (arguments.Int("steps", 300)) data
    picture "mixture.svg" 1 (fitted data start)

    let nll (distribution: Distribution) =
        -(distribution.LogProb(heldOut).mean().toDouble())

    let learned = mixture ()
    printfn $"weights {learned.Weights.Probabilities}, means {means}"
    printfn $"held-out nll: %.4f{nll learned} nats (%.4f{nll truth} of the distribution that made the data)"
    printfn $"pictures: {folder}"

Arguments.run sample
