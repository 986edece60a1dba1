// Tests of Vae: shapes, names and modes of its functions, and that they are the objectives they say they are.
// Run with the whole suite; that training finds the optimum is tested in TrainingTests.
module internal Functional.Tests.VaeTests

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private small () : Vae =
    { Encoder = mlp [ 6; 5 ] --> diagonalNormal 2
      Decoder = mlp [ 2; 5 ] --> bernoulli 6
      Prior = Normal.standard [ 2 ] }

let private data (draw: Draw) =
    (dsharp.rand [ draw.Int(1, 5); 6 ]).round()

let private shapes (draw: Draw) =
    let vae, x = small (), data draw
    let batch = x.shape[0]
    Expect.equal (Vae.loss vae x).Value.shape [||] "loss"
    Expect.equal (Vae.objective (Iwae.bound 3) vae x).Value.shape [||] "objective"
    Expect.equal (Vae.estimate Mode.Eval (Iwae.bound 3) vae x).Value.shape [| batch |] "estimate"
    Expect.equal (Vae.elbo vae x).Value.shape [| batch |] "elbo"
    Expect.equal (Vae.logEvidence 7 vae x).shape [| batch |] "logEvidence"
    Expect.equal (Vae.reconstruct vae x).shape x.shape "reconstruct"
    Expect.equal (Vae.generate 4 vae).shape [| 4; 6 |] "generate"
    Expect.equal (Vae.sample 4 vae).shape [| 4; 6 |] "sample"
    Expect.all (numbers (Vae.sample 4 vae)) (fun pixel -> pixel = 0.0 || pixel = 1.0) "samples are data"
    Expect.all (numbers (Vae.generate 4 vae)) (fun mean -> mean > 0.0 && mean < 1.0) "means are probabilities"

let private objectives (draw: Draw) =
    let vae, x = small (), data draw
    let same f = Random.withSeed draw.Seed f
    let model, guide = Vae.model Mode.Train vae x, Vae.guide Mode.Train vae x

    let loss bound =
        -(Bound.estimate bound model guide).Value.mean()

    isClose 1e-6 "loss" (same (fun () -> (Vae.loss vae x).Value)) (same (fun () -> loss (Elbo.bound 1)))
    isClose 1e-6 "elbo" (same (fun () -> (Vae.elbo vae x).Value.mean())) -(same (fun () -> loss (Elbo.bound 1)))
    let iwae = same (fun () -> (Vae.objective (Iwae.bound 4) vae x).Value)
    isClose 1e-6 "objective" iwae (same (fun () -> loss (Iwae.bound 4)))
    Expect.equal [ for term in (Vae.loss vae x).Terms -> term.Name, term.Weight ] [ "reconstruction", -1.0; "kl", 1.0 ] "terms"
    let terms = [ for term in (Vae.elbo vae x).Terms -> term.Name, term.Weight ]
    Expect.equal terms [ "reconstruction", 1.0; "kl", -1.0 ] "terms of the bound"

let private recording (draw: Draw) =
    let vae, x = small (), data draw
    Expect.isTrue (Gradient.isRecorded (Vae.loss vae x).Value) "the loss is recorded"

    let results =
        [ (Vae.elbo vae x).Value
          Vae.logEvidence 3 vae x
          Vae.reconstruct vae x
          Vae.generate 2 vae
          Vae.sample 2 vae ]

    Expect.all results (Gradient.isRecorded >> not) "evaluation is not"

// Likelihoods, and what makes their data of numbers between 0 and 1.
let private likelihoods: (string * Head<Tensor, Distribution> * (Tensor -> Tensor)) list =
    [ "diagonalNormal", diagonalNormal 6, id
      "isotropicNormal", isotropicNormal 0.3 6, id
      "sharedScaleNormal", sharedScaleNormal 6, id
      "bernoulli", bernoulli 6, _.round()
      "continuousBernoulli", continuousBernoulli 6, id
      "discretizedLogistic", discretizedLogistic 6, (fun x -> (x * 255.0).round() / 127.5 - 1.0) ]

let private trains (head: Head<Tensor, Distribution>) (prepare: Tensor -> Tensor) (draw: Draw) =
    let vae = { small () with Decoder = mlp [ 2; 5 ] --> head }
    let data = prepare ((dsharp.rand [ 64; 2 ]).matmul(dsharp.rand [ 2; 6 ]) / 2.0)

    let elbo () =
        Random.withSeed draw.Seed (fun () -> (Vae.elbo vae data).Value.mean().toDouble())

    let before = elbo ()

    let options =
        { Training.defaults with
            Epochs = 40
            BatchSize = 32
            Optimizer = Optimizer.adam 1e-2
            Progress = Progress.silent
            StopOnCtrlC = false }

    Training.fit options vae.Parameters (Vae.loss vae) (Dataset.ofTensor data) |> ignore
    Expect.isGreaterThan (elbo ()) (before + 0.3) "the bound rises"
    Expect.equal (Vae.reconstruct vae data).shape data.shape "it reconstructs"
    Expect.equal (Vae.logEvidence 5 vae data).shape [| 64 |] "and knows the evidence"

[<Tests>]
let tests =
    testList
        "Vae"
        [ holds "every function has the shape it says" 5 shapes
          holds "losses and bounds are those of Elbo and Iwae" 3 objectives
          for name, head, prepare in likelihoods do
              holds $"a VAE with {name} for its likelihood trains" 1 (trains head prepare)

          holds "only losses are recorded for differentiation" 2 recording

          testCase "parameters lie under encoder and decoder" (fun () ->
              let names = (small ()).Parameters |> List.map _.Name
              Expect.equal names.Length 8 "two layers of two parameters on each side"
              Expect.contains names "encoder.diagonalNormal.linear.weight" "the head of the encoder"
              Expect.contains names "decoder.bernoulli.linear.bias" "the head of the decoder")

          testCase "dropout is at work in training and not in evaluation" (fun () ->
              let vae = { small () with Encoder = linear 6 50 --> dropout 0.5 --> diagonalNormal 2 }

              let x = data (Draw 1)

              let twice f =
                  Random.withSeed 1 f, Random.withSeed 2 f

              let first, second = twice (fun () -> Vae.reconstruct vae x)
              isClose 0.0 "evaluation is the same each time" first second
              let first, second = twice (fun () -> (Vae.loss vae x)["kl"])
              Expect.isFalse (first.Equals second) "training is not") ]
