// Tests of VampVae: its prior is the mixture that it says, and is learned.
// Run with the whole suite.
module internal Functional.Tests.VampVaeTests

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private small (inputs: Tensor) : VampVae =
    { Encoder = mlp [ 6; 5 ] --> diagonalNormal 2
      Decoder = mlp [ 2; 5 ] --> bernoulli 6
      PseudoInputs = PseudoInputs.unitInterval inputs }

let private data (draw: Draw) =
    (dsharp.rand [ draw.Int(1, 5); 6 ]).round()

let private shapes (draw: Draw) =
    let vae, x = small (dsharp.rand [ draw.Int(1, 4); 6 ]), data draw
    let batch = x.shape[0]
    Expect.equal (VampVae.loss vae x).Value.shape [||] "loss"
    Expect.equal [ for term in (VampVae.loss vae x).Terms -> term.Name ] [ "reconstruction"; "kl (Monte Carlo)" ] "terms"
    Expect.equal (VampVae.estimate Mode.Eval (Iwae.bound 3) vae x).Value.shape [| batch |] "estimate"
    Expect.equal (VampVae.elbo vae x).Value.shape [| batch |] "elbo"
    Expect.equal (VampVae.logEvidence 7 vae x).shape [| batch |] "logEvidence"
    Expect.equal (VampVae.reconstruct vae x).shape x.shape "reconstruct"
    Expect.equal (VampVae.generate 4 vae).shape [| 4; 6 |] "generate"
    Expect.equal (VampVae.sample 4 vae).shape [| 4; 6 |] "sample"

let private oneInput (draw: Draw) =
    let vae, x = inFloat64 (fun () -> small (draw.Tensor([| 1; 6 |], 0.1, 0.9))), (data draw).cast Dtype.Float64
    let code = Net.eval vae.Encoder (Net.eval vae.PseudoInputs ())

    let plain: Vae =
        { Encoder = vae.Encoder
          Decoder = vae.Decoder
          Prior = Normal.diagonal (code.Mean.view -1) (code.StandardDeviation.view -1) }

    for bound in [ Elbo.monteCarlo 1; Elbo.monteCarlo 3; Iwae.bound 5 ] do
        let same f = Random.withSeed draw.Seed f
        let found = same (fun () -> (VampVae.estimate Mode.Eval bound vae x).Value)
        isClose 1e-10 bound.Name found (same (fun () -> (Vae.estimate Mode.Eval bound plain x).Value))

    isClose 1e-6 "the mean of the prior" (VampVae.prior Mode.Eval vae).Mean plain.Prior.Mean

let private mixes (draw: Draw) =
    let count = draw.Int(2, 5)
    let vae = inFloat64 (fun () -> small (draw.Tensor([| count; 6 |], 0.1, 0.9)))
    let z = draw.Tensor([| 7; 2 |], -3.0, 3.0)
    let codes = Net.eval vae.Encoder (Net.eval vae.PseudoInputs ())
    let each = codes.LogProb((z.unsqueeze 1).expand [ 7; count; 2 ])
    let wanted = each.logsumexp -1 - log (float count)
    isClose 1e-10 "log (1/K) Σ_k q(z|u_k)" ((VampVae.prior Mode.Eval vae).LogProb z) wanted

let private learns (draw: Draw) =
    let start = draw.Tensor([| 3; 6 |], 0.0, 1.0)
    let vae, x = small (start.cast Dtype.Float32), data draw
    let wanted = (start.clamp (low = 0.01, high = 0.99)).cast Dtype.Float32
    isClose 1e-5 "pseudo-inputs begin where they are told" (Net.eval vae.PseudoInputs ()) wanted
    isClose 0.0 "real ones exactly" (Net.eval (PseudoInputs.real start) ()) start
    let gradients = Gradient.ofLoss (VampVae.loss vae x).Value [| for parameter in vae.Parameters -> parameter.Value |]
    Expect.contains (vae.Parameters |> List.map _.Name) "prior.pseudoInputs" "their name"

    for parameter, gradient in Seq.zip vae.Parameters gradients do
        Expect.isGreaterThan (gradient.abs().sum().toDouble()) 0.0 $"{parameter.Name} is trained"

[<Tests>]
let tests =
    testList
        "VampPrior"
        [ holds "every function has the shape it says" 4 shapes
          holds "one pseudo-input makes a normal prior" 4 oneInput
          holds "the prior is the mixture of codes" 4 mixes
          holds "the pseudo-inputs are learned" 2 learns
          testCase "evaluation leaves no tensors behind" (fun () ->
              let vae, x = small (dsharp.rand [ 3; 6 ]), data (Draw 1)

              leavesNothing (fun () ->
                  Scope.run (fun () ->
                      VampVae.logEvidence 5 vae x |> ignore
                      VampVae.generate 5 vae |> ignore))) ]
