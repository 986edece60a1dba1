// Tests of the objectives that see a batch of codes: their formulas with the same draws, the ELBO among them, what they refuse.
// Run with the whole suite; the decomposition and the discrepancy have laws of their own.
module internal Functional.Tests.BatchObjectivesTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.TestBeds

let private kernel = Kernel.InverseMultiquadric 2.0

type private SetUp =
    {
        Bed: Gaussian
        Guide: Distribution
        Estimate: Bound -> Loss
        /// The codes that every estimate draws, and what is drawn of the prior after them.
        Codes: Tensor
        Prior: Tensor
    }

let private setUp (draw: Draw) : SetUp =
    let bed = gaussian false draw
    let batch = draw.Int(2, 6)
    let x = draw.Tensor([| batch; bed.X.shape[1] |], -2.0, 2.0)
    let bed = gaussianOf bed.Weights bed.Shift bed.Noise x
    let mean, scale = nearby bed draw
    let q = Normal.diagonal mean scale

    let codes, prior =
        Random.withSeed draw.Seed (fun () ->
            let drawn = Program.trace (guideOf q)
            drawn["z"].Value, bed.Prior.Sample [ batch ])

    { Bed = bed
      Guide = q
      Estimate = fun bound -> Random.withSeed draw.Seed (fun () -> Bound.estimate bound bed.Model (guideOf q))
      Codes = codes
      Prior = prior }

let private samplings (batch: int) =
    [ AggregateSampling.WholeSet
      AggregateSampling.Weighted(10 * batch)
      AggregateSampling.Stratified(10 * batch) ]

let private elboAtOne (draw: Draw) =
    let setUp = setUp draw
    let elbo = setUp.Estimate(Elbo.monteCarlo 1)

    for sampling in samplings setUp.Codes.shape[0] do
        isClose 1e-10 $"{sampling}" (setUp.Estimate(BetaTcVae.bound sampling 1.0 1.0 1.0)).Value elbo.Value

let private decomposed (draw: Draw) =
    let setUp = setUp draw
    let batch, size = setUp.Codes.shape[0], setUp.Codes.shape[1]
    let alpha, beta, gamma = draw.Float(0.0, 2.0), draw.Float(0.0, 10.0), draw.Float(0.0, 2.0)
    let loss = setUp.Estimate(BetaTcVae.bound AggregateSampling.WholeSet alpha beta gamma)

    // log q(z_i|x_n) of each component: [i; n; component]
    let shape = [| batch; batch; size |]
    let normal = Normal((setUp.Guide.Mean.expand shape), (setUp.Guide.StandardDeviation.expand shape))
    let each = normal.LogProb((setUp.Codes.unsqueeze 1).expand shape)
    let joint = (each.sum -1).logsumexp 1 - log (float batch)
    let product = (each.logsumexp 1 - log (float batch)).sum -1
    let reconstruction = (setUp.Bed.Likelihood setUp.Codes).LogProb setUp.Bed.X
    let information = setUp.Guide.LogProb setUp.Codes - joint

    let wanted =
        reconstruction
        - information * alpha
        - (joint - product) * beta
        - (product - setUp.Bed.Prior.LogProb setUp.Codes) * gamma

    isClose 1e-9 "the weighted sum" loss.Value wanted
    isClose 1e-9 "the mutual information" loss["mutual information"] information

    let weights = [ for term in loss.Terms -> term.Name, term.Weight ]

    Expect.equal
        weights
        [ "reconstruction", 1.0
          "mutual information", -alpha
          "total correlation", -beta
          "dimension-wise kl", -gamma ]
        "terms"

let private discrepancies (draw: Draw) =
    let setUp = setUp draw
    let elbo = setUp.Estimate(Elbo.bound 1)
    let mmd = (Mmd.unbiased kernel setUp.Codes setUp.Prior).expand [ setUp.Codes.shape[0] ]
    let alpha, lambda = draw.Float(-1.0, 1.0), draw.Float(2.0, 100.0)
    let reconstruction, kl = elbo["reconstruction"], elbo["kl"]

    isClose
        1e-9
        "InfoVAE"
        (setUp.Estimate(InfoVae.bound kernel alpha lambda)).Value
        (reconstruction - kl * (1.0 - alpha) - mmd * (alpha + lambda - 1.0))

    isClose 1e-12 "α = 0, λ = 1 is the ELBO" (setUp.Estimate(InfoVae.bound kernel 0.0 1.0)).Value elbo.Value
    let wae = setUp.Estimate(Wae.bound kernel lambda)
    isClose 1e-9 "WAE" wae.Value (reconstruction - mmd * lambda)
    isClose 1e-9 "α = 1 is the WAE" (setUp.Estimate(InfoVae.bound kernel 1.0 lambda)).Value wae.Value
    Expect.equal [ for term in wae.Terms -> term.Name ] [ "reconstruction"; "mmd" ] "terms"

/// Every objective trains both networks of a VAE; the WAE's encoder may be deterministic.
let private trains (draw: Draw) =
    let small (encoder: Net<Tensor, Distribution>) : Vae =
        { Encoder = encoder
          Decoder = mlp [ 2; 5 ] --> bernoulli 6
          Prior = Normal.standard [ 2 ] }

    let x = (dsharp.rand [ 8; 6 ]).round()

    let normal () =
        small (mlp [ 6; 5 ] --> diagonalNormal 2)

    let delta () =
        small (mlp [ 6; 5 ] --> output 2 |> Net.map (fun code -> Delta(code, 1)))

    for vae, bound in
        [ normal (), BetaTcVae.bound (AggregateSampling.Stratified 100) 1.0 6.0 1.0
          normal (), InfoVae.bound kernel 0.5 100.0
          normal (), Wae.bound kernel 10.0
          delta (), Wae.bound kernel 10.0
          delta (), InfoVae.bound kernel 1.0 10.0 ] do
        let loss = Vae.objective bound vae x
        Expect.isFalse (loss.Value.hasinfnan ()) $"{bound.Name} is finite"
        let gradients = Gradient.ofLoss loss.Value [| for parameter in vae.Parameters -> parameter.Value |]

        for parameter, gradient in Seq.zip vae.Parameters gradients do
            Expect.isGreaterThan (gradient.abs().sum().toDouble()) 0.0 $"{bound.Name}: {parameter.Name} is trained"

[<Tests>]
let tests =
    testList
        "Batch objectives"
        [ holds "β-TC-VAE with equal weights is the Monte-Carlo ELBO" 5 elboAtOne
          holds "β-TC-VAE weighs the parts of the divergence" 5 decomposed
          holds "InfoVAE and WAE weigh the discrepancy of codes and prior" 5 discrepancies
          holds "both networks are trained" 2 trains

          testCase "guides of several draws, or in plates, are refused" (fun () ->
              let draws =
                  program {
                      let! a = sample "a" (Normal.standard [ 2 ])
                      return! sample "b" (Normal.diagonal a (a.onesLike ()))
                  }

              let inPlate = program { return! plate "data" 3 (fun _ -> sample "a" (Normal.standard [ 2 ])) }

              let estimate (program: Program<Tensor>) () =
                  Bound.estimate (Wae.bound kernel 1.0) program program

              says (messageOf<ArgumentException, _>(estimate draws)) [ "WAE-MMD"; "'a'"; "'b'"; "one site" ]
              says (messageOf<ArgumentException, _>(estimate inPlate)) [ "WAE-MMD"; "'a'"; "plates" ])

          testCase "weights outside their ranges are refused" (fun () ->
              says (messageOf<ArgumentException, _>(fun () -> InfoVae.bound kernel 1.5 1.0)) [ "alpha"; "1.5" ]
              says (messageOf<ArgumentException, _>(fun () -> InfoVae.bound kernel 0.0 0.5)) [ "lambda"; "0.5" ]
              says (messageOf<ArgumentException, _>(fun () -> Wae.bound kernel -1.0)) [ "lambda"; "-1" ])

          testCase "other estimators are refused" (fun () ->
              let bound = Wae.bound kernel 1.0
              Expect.isFalse (bound.Accepts Estimator.stickingTheLanding) "the gradient is its own"
              Expect.isFalse (bound.Accepts Estimator.doublyReparameterized) "the gradient is its own") ]
