// Tests of ConditionalVae: shapes, objectives, and the conditional evidence of a linear-Gaussian one, which is known exactly.
// Run with the whole suite.
module internal Functional.Tests.ConditionalVaeTests

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.TestBeds

let private small () : ConditionalVae =
    { Prior = mlp [ 3; 5 ] --> diagonalNormal 2
      Encoder = join --> mlp [ 9; 5 ] --> diagonalNormal 2
      Decoder = join --> mlp [ 5; 5 ] --> bernoulli 6 }

let private data (draw: Draw) =
    let batch = draw.Int(1, 5)
    (dsharp.rand [ batch; 6 ]).round(), dsharp.randn [ batch; 3 ]

let private shapes (draw: Draw) =
    let vae, (x, c) = small (), data draw
    let batch = x.shape[0]
    Expect.equal (ConditionalVae.loss vae (x, c)).Value.shape [||] "loss"
    Expect.equal (ConditionalVae.estimate Mode.Eval (Iwae.bound 3) vae (x, c)).Value.shape [| batch |] "estimate"
    Expect.equal (ConditionalVae.elbo vae (x, c)).Value.shape [| batch |] "elbo"
    Expect.equal (ConditionalVae.logEvidence 7 vae (x, c)).shape [| batch |] "logEvidence"
    Expect.equal (ConditionalVae.reconstruct vae (x, c)).shape x.shape "reconstruct"
    Expect.equal (ConditionalVae.generate 4 vae c).shape [| 4; batch; 6 |] "generate"
    Expect.equal (ConditionalVae.sample 4 vae c).shape [| 4; batch; 6 |] "sample"

let private objectives (draw: Draw) =
    let vae, (x, c) = small (), data draw

    for bound in [ Elbo.bound 1; Iwae.bound 4; Elbo.weighed 3.0 2 ] do
        let same f = Random.withSeed draw.Seed f
        let loss = same (fun () -> (ConditionalVae.objective bound vae (x, c)).Value)
        isClose 1e-6 bound.Name loss -(same (fun () -> (ConditionalVae.estimate Mode.Train bound vae (x, c)).Value.mean()))
        let gradients = Gradient.ofLoss loss [| for parameter in vae.Parameters -> parameter.Value |]

        for parameter, gradient in Seq.zip vae.Parameters gradients do
            Expect.isGreaterThan (gradient.abs().sum().toDouble()) 0.0 $"{bound.Name}: {parameter.Name} is trained"

// z|c ~ N(Ac, I), x|z, c ~ N(Wz + Vc + b, σ²I): x - WAc - Vc is distributed as the x of the bed, and z - Ac as its z.
let private linearGaussian (bed: Gaussian) (q: Distribution) (draw: Draw) =
    let batch, sizeX, sizeZ, sizeC = bed.X.shape[0], bed.X.shape[1], bed.Weights.ColumnCount, draw.Int(1, 2)
    let a, v = draw.Tensor([| sizeC; sizeZ |], -1.0, 1.0), draw.Tensor([| sizeC; sizeX |], -1.0, 1.0)
    let c = draw.Tensor([| batch; sizeC |], -2.0, 2.0)
    let center = c.matmul a
    let x = bed.X + center.matmul ((matrix bed.Weights).transpose()) + c.matmul v

    let vae: ConditionalVae =
        { Prior = Net.ofFunction (fun (c: Tensor) -> Normal.diagonal (c.matmul a) ((c.matmul a).onesLike()))
          Encoder = Net.ofFunction (fun (_, c: Tensor) -> Normal.diagonal (q.Mean + c.matmul a) q.StandardDeviation)
          Decoder =
            Net.ofFunction (fun (z: Tensor, c: Tensor) ->
                let mean = (bed.Likelihood z).Mean + c.matmul v
                Normal.diagonal mean (mean.fullLike bed.Noise)) }

    vae, (x, c)

let private exact (draw: Draw) =
    let bed = gaussian true draw
    let vae, batch = linearGaussian bed (posterior bed) draw
    let evidence = float64 bed.LogEvidence

    for samples in [ 1; 10; 3_000 ] do
        isClose 1e-9 "log p(x|c) by importance sampling" (ConditionalVae.logEvidence samples vae batch) evidence

    for bound in [ Elbo.monteCarlo 1; Elbo.monteCarlo 3; Iwae.bound 5 ] do
        isClose 1e-9 $"every draw of {bound.Name}" (ConditionalVae.estimate Mode.Eval bound vae batch).Value evidence

let private inexact (draw: Draw) =
    let bed = gaussian false draw
    let q = nearby bed draw
    let vae, (x, c) = linearGaussian bed (Normal.diagonal (fst q) (snd q)) draw
    isClose 0.02 "log p(x|c)" (ConditionalVae.logEvidence 50_000 vae (x, c)) (float64 bed.LogEvidence)

    let repeated (tensor: Tensor) =
        tensor.expand (Array.append [| 4_000 |] tensor.shape)

    let estimates = (ConditionalVae.elbo vae (repeated x, repeated c)).Value
    Expect.equal estimates.shape [| 4_000; x.shape[0] |] "one for each example"
    let mean, error = meanAndError estimates
    isWithin "the ELBO" mean error (exactElbo bed q)

[<Tests>]
let tests =
    testList
        "Conditional VAE"
        [ holds "every function has the shape it says" 5 shapes
          holds "the objective is minus the mean bound and trains all three networks" 2 objectives
          holds "with the exact posterior every draw is the conditional evidence" 5 exact
          holds "with another one the evidence is estimated and the ELBO is exact on average" 3 inexact

          testCase "parameters lie under prior, encoder and decoder" (fun () ->
              let names = (small ()).Parameters |> List.map _.Name
              Expect.equal names.Length 12 "two layers of two parameters each"

              for name in [ "prior.linear.weight"; "encoder.diagonalNormal.linear.bias"; "decoder.bernoulli.linear.weight" ] do
                  Expect.contains names name "a parameter") ]
