// A step of mean-field inference for Bayesian logistic regression, 1,000 x 10, full batch, float32: draw, bound, gradients, Adam.
// The model is a program and the guide automatic, as a user has them; PyTorch does the same written by hand.
module Functional.Benchmarks.SviStep

open System.Diagnostics
open Functional
open Functional.Tensors

let private rows, features, steps = 1000, 10, 1000

let private round () =
    let x = dsharp.randn [ rows; features ]
    let y = (x.matmul (dsharp.randn [ features ])).sigmoid().bernoulli()
    let model = Regression.logistic (Normal.standard [ features ]) x y

    let options =
        { Variational.defaults with
            Steps = steps
            Progress = Progress.silent
            StopOnCtrlC = false }

    fun () ->
        let guide = AutoGuide.meanField model
        let clock = Stopwatch.StartNew()
        Variational.fit options model guide |> ignore
        clock.Elapsed.TotalMilliseconds / float steps

let run () : Comparison list =
    use peer = new Peer("svi_step.py", [ string (Device.threads ()); string steps ])
    [ Comparison.run "svi" "ms/step" 0.5 7 (round ()) (fun () -> peer.Round "step") ]
