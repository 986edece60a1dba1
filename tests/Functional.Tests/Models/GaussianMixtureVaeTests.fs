// Tests of GaussianMixtureVae: the mixture prior against quadrature and enumeration (shared/laws.md, 4.7), clusters, shapes.
// Run with the whole suite.
module internal Functional.Tests.GaussianMixtureVaeTests

open System
open Expecto
open MathNet.Numerics.Integration
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private logNormal (x: float) (mean: float) (scale: float) =
    -0.5 * ((x - mean) / scale) ** 2.0 - log scale - 0.5 * log (2.0 * Math.PI)

/// A mixture in one dimension: weights, means and scales.
let private mixture (draw: Draw) =
    let count = draw.Int(1, 4)
    let raw = draw.Floats(count, 0.2, 1.0)
    Array.map (fun weight -> weight / Array.sum raw) raw, draw.Floats(count, -3.0, 3.0), draw.Floats(count, 0.3, 1.5)

let private logMixture (weights: float[], means: float[], scales: float[]) (z: float) =
    Array.map3 (fun weight mean scale -> log weight + logNormal z mean scale) weights means scales
    |> Array.map exp
    |> Array.sum
    |> log

let private column (numbers: float[]) = (float64 numbers).unsqueeze 1

/// With x = z + noise · ε.
let private withPrior (weights: float[], means: float[], scales: float[]) (noise: float) (encoder: Net<Tensor, Distribution>) =
    let decoder = Net.ofFunction (fun (z: Tensor) -> Normal.diagonal z (z.fullLike noise))
    GaussianMixtureVae.ofMixture (float64 weights) (column means) (column scales) encoder decoder

/// The one-sample divergence log q(z|x) - log p(z) has KL(q ‖ p) for its mean.
let private unbiased (draw: Draw) =
    let prior = mixture draw
    let mean, scale = draw.Float(-2.0, 2.0), draw.Float(0.4, 1.5)
    let constant (value: float) (x: Tensor) = x.fullLike value
    let encoder = Net.ofFunction (fun (x: Tensor) -> Normal.diagonal (constant mean x) (constant scale x))
    let vae = withPrior prior 1.0 encoder
    let x = dsharp.zeros ([ 40_000; 1 ], dtype = Dtype.Float64)

    let integrand z =
        let logQ = logNormal z mean scale
        exp logQ * (logQ - logMixture prior z)

    let exact =
        [ for i in -12 .. 11 -> GaussLegendreRule.Integrate(integrand, mean + float i * scale, mean + float (i + 1) * scale, 40) ]
        |> List.sum

    for name, bound in [ "closed KL", Elbo.bound 1; "4 particles", Elbo.bound 4 ] do
        let loss = GaussianMixtureVae.estimate Mode.Eval bound vae x
        Expect.equal [ for term in loss.Terms -> term.Name, term.Weight ] [ "reconstruction", 1.0; "kl (Monte Carlo)", -1.0 ] name
        let found, error = meanAndError loss["kl (Monte Carlo)"]
        isWithin $"{name}: the divergence" found error (float64 exact)

/// The mixture is the sum over c of p(c) p(z|c), as enumeration writes it out.
let private enumerated (draw: Draw) =
    let clusters, size = draw.Int(1, 4), draw.Int(1, 3)

    let vae =
        inFloat64 (fun () ->
            GaussianMixtureVae.create clusters size (linear 5 4 --> diagonalNormal size) (linear size 3 --> bernoulli 5))

    let x = (draw.Tensor([| 3; 5 |], 0.0, 1.0)).round()
    let z = draw.Tensor([| 3; size |], -2.0, 2.0)

    let explicit' =
        program {
            let! c = sample "c" vae.Weights

            let pick (table: Tensor) =
                (table.indexSelect (0, c.view -1)).view(Array.append c.shape [| size |])

            let! z = sample "z" (Normal.diagonal (pick vae.Means.Value) ((pick vae.LogScales.Value).exp()))
            do! observe "x" (vae.Decoder.Run(Mode.Eval, z)) x
        }

    let joint model = Program.logJoint [ "z", z ] model
    isClose 1e-10 "log p(x, z)" (joint (GaussianMixtureVae.model Mode.Eval vae x)) (joint (Program.enumerate explicit'))

    let byHand =
        Tensor.stack (
            [ for c in 0 .. clusters - 1 ->
                  let normal = Normal.diagonal vae.Means.Value[c] (vae.LogScales.Value[c].exp())
                  vae.Weights.LogProbabilities[c] + normal.LogProb z ],
            -1
        )

    isClose 1e-10 "log p(c|z)" (GaussianMixtureVae.responsibilities vae z) (byHand - byHand.logsumexp (-1, keepDim = true))

/// With the exact posterior, a mixture as well, bounds are log p(x) and the clusters' posterior is p(c|x).
let private exactPosterior (draw: Draw) =
    let weights, means, scales = mixture draw
    let noise = draw.Float(0.5, 1.5)
    let numbers = draw.Floats(3, -3.0, 3.0)

    let marginal x =
        Array.map3
            (fun weight mean scale -> log weight + logNormal x mean (sqrt (scale * scale + noise * noise)))
            weights
            means
            scales

    let joint = float64 (Array.map marginal numbers)
    let clusterPosterior = Categorical.FromLogits joint
    let variance = float64 [| for scale in scales -> 1.0 / (1.0 / (scale * scale) + 1.0 / (noise * noise)) |]

    let encoder =
        Net.ofFunction (fun (x: Tensor) ->
            let locations =
                variance
                * (float64 (Array.map2 (fun mean scale -> mean / (scale * scale)) means scales) + x / (noise * noise))

            let scale = (variance.sqrt ()).expand(locations.shape)
            Mixture(clusterPosterior, Normal.diagonal (locations.unsqueeze -1) (scale.unsqueeze -1)) :> Distribution)

    let vae = withPrior (weights, means, scales) noise encoder
    let x = column numbers
    let evidence = joint.logsumexp -1

    for bound in [ Elbo.monteCarlo 1; Elbo.monteCarlo 3; Iwae.bound 3; Renyi.bound 0.5 2; Cubo.bound 2.0 2 ] do
        isClose 1e-9 bound.Name (GaussianMixtureVae.estimate Mode.Eval bound vae x).Value evidence

    isClose 1e-9 "the evidence" (GaussianMixtureVae.logEvidence 5 vae x) evidence
    let samples = 20_000
    let found = GaussianMixtureVae.clusters samples vae x
    let expected = clusterPosterior.Probabilities
    // a number between 0 and 1 with mean p has a variance of at most p (1 - p)
    isWithin "q(c|x)" found ((expected * (1.0 - expected) / float samples).sqrt()) expected

let private small () =
    GaussianMixtureVae.create 3 2 (mlp [ 6; 5 ] --> diagonalNormal 2) (mlp [ 2; 5 ] --> bernoulli 6)

let private bounds =
    [ Elbo.bound 1
      Elbo.bound 3
      Elbo.withEntropy 1
      Elbo.monteCarlo 2
      Iwae.bound 4
      Renyi.bound 0.5 3
      Cubo.bound 2.0 3 ]

let private shapes (draw: Draw) =
    let vae, batch = small (), draw.Int(1, 5)
    let x = (dsharp.rand [ batch; 6 ]).round()

    for bound in bounds do
        Expect.equal (GaussianMixtureVae.estimate Mode.Eval bound vae x).Value.shape [| batch |] $"estimate of {bound}"
        let loss = (GaussianMixtureVae.objective bound vae x).Value
        Expect.equal loss.shape [||] $"objective of {bound}"

        for parameter, gradient in
            List.zip vae.Parameters (Gradient.ofLoss loss [| for p in vae.Parameters -> p.Value |] |> List.ofArray) do
            Expect.isTrue (gradient.abs().sum().toDouble() > 0.0) $"{bound} trains {parameter.Name}"

    Expect.equal (GaussianMixtureVae.loss vae x).Value.shape [||] "loss"
    Expect.equal (GaussianMixtureVae.elbo vae x).Value.shape [| batch |] "elbo"
    Expect.equal (GaussianMixtureVae.logEvidence 7 vae x).shape [| batch |] "logEvidence"
    Expect.equal (GaussianMixtureVae.reconstruct vae x).shape [| batch; 6 |] "reconstruct"
    Expect.equal (GaussianMixtureVae.generate 4 vae).shape [| 4; 6 |] "generate"
    Expect.equal (GaussianMixtureVae.generateFrom 2 4 vae).shape [| 4; 6 |] "generateFrom"
    Expect.equal (GaussianMixtureVae.sample 4 vae).shape [| 4; 6 |] "sample"
    let clusters = GaussianMixtureVae.clusters 5 vae x
    Expect.equal clusters.shape [| batch; 3 |] "clusters"
    isClose 1e-5 "probabilities" (clusters.sum -1) (dsharp.ones batch)
    Expect.isFalse (Gradient.isRecorded clusters) "evaluation is not recorded"

// A prior that was read before a step of training would be that of old parameters.
let private priorMoves (_: Draw) =
    let vae = small ()
    let x = (dsharp.rand [ 4; 6 ]).round()
    let objective = GaussianMixtureVae.loss vae
    let before = Random.withSeed 1 (fun () -> (objective x).Value)
    Parameter.assign vae.Means.Value (vae.Means.Value + 3.0)
    let after = Random.withSeed 1 (fun () -> (objective x).Value)
    Expect.isGreaterThan (abs ((after - before).toDouble())) 0.1 "the same objective sees the prior's new parameters"

let private refuses (_: Draw) =
    let message action = messageOf<ArgumentException, _> action
    let vae = small ()

    let ofMixture weights means scales () =
        GaussianMixtureVae.ofMixture weights means scales vae.Encoder vae.Decoder

    let square = dsharp.ones [ 2; 2 ]
    let half = dsharp.full (2, 0.5)
    says (message (ofMixture half (dsharp.ones [ 3; 2 ]) (dsharp.ones [ 3; 2 ]))) [ "[2]"; "[3; 2]"; "clusters" ]
    says (message (ofMixture half square (dsharp.ones 2))) [ "scales [2]" ]
    says (message (ofMixture (dsharp.ones 2) square square)) [ "sum" ]
    says (message (ofMixture half square -square)) [ "scale" ]
    says (message (fun () -> GaussianMixtureVae.create 0 2 vae.Encoder vae.Decoder)) [ "at least one cluster"; "0" ]
    says (message (fun () -> GaussianMixtureVae.generateFrom 3 1 vae)) [ "cluster 3"; "3 clusters" ]
    says (message (fun () -> GaussianMixtureVae.clusters 0 vae (dsharp.zeros [ 1; 6 ]))) [ "at least one sample" ]

[<Tests>]
let tests =
    testList
        "GaussianMixtureVae"
        [ holds "the one-sample divergence from the mixture is unbiased" 6 unbiased
          holds "the mixture prior is the sum over clusters that enumeration makes" 6 enumerated
          holds "with the exact posterior bounds are the evidence and clusters have their posterior" 6 exactPosterior
          holds "every function has the shape it says, and every bound trains everything" 3 shapes
          holds "the prior is that of the parameters as they are" 1 priorMoves
          holds "what does not fit is refused" 1 refuses

          testCase "parameters lie under encoder, decoder and prior" (fun () ->
              let names = (small ()).Parameters |> List.map _.Name
              Expect.equal names.Length 11 "two layers of two parameters on each side, and three of the prior"

              for name in [ "prior.logits"; "prior.means"; "prior.logScales"; "encoder.linear.weight" ] do
                  Expect.contains names name "their names")

          testCase "a step leaves no tensors behind" (fun () ->
              let vae = small ()
              let tensors = [| for parameter in vae.Parameters -> parameter.Value |]
              let objective = GaussianMixtureVae.loss vae
              let x = (dsharp.rand [ 4; 6 ]).round()

              let step () =
                  Scope.run (fun () -> Gradient.ofLoss (objective x).Value tensors |> ignore)

              step ()

              leavesNothing (fun () ->
                  for _ in 1..3 do
                      step ())) ]
