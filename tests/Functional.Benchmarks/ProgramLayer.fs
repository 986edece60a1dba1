// What programs cost: a step of the 784-400-20 VAE, batch 128, with model and guide as programs, against the same step with nothing but
// distributions. Both are ours, so the ratio is the price of the layer.
module Functional.Benchmarks.ProgramLayer

open System.Diagnostics
open Functional
open Functional.Tensors

let private steps = 20

let private step (loss: Vae -> Tensor -> Loss) =
    let x = (dsharp.rand [ 128; 784 ]).round()

    let vae =
        { Encoder = mlp [ 784; 400 ] --> diagonalNormal 20
          Decoder = mlp [ 20; 400 ] --> bernoulli 784
          Prior = Normal.standard [ 20 ] }

    let parameters = vae.Parameters |> Seq.map _.Value |> Seq.toArray
    let optimizer = (Optimizer.adam 1e-3).Start vae.Parameters
    let loss = loss vae

    fun () ->
        let clock = Stopwatch.StartNew()

        for _ in 1..steps do
            Scope.run (fun () -> Gradient.ofLoss (loss x).Value parameters |> optimizer.Step)

        clock.Elapsed.TotalMilliseconds / float steps

let private byHand (vae: Vae) (x: Tensor) : Loss =
    let q = Net.train vae.Encoder x
    let p = Net.train vae.Decoder (q.RSample())
    Loss.mean (Loss.term "kl" (Kl.divergence q vae.Prior) - Loss.term "reconstruction" (p.LogProb x))

let run () : Comparison list =
    [ { Comparison.run "programs" "ms/step" 1.15 51 (step Vae.loss) (step byHand) with
          Peer = "by hand" } ]
