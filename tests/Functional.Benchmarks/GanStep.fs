// One round of a GAN on images of 784 pixels, batch 128, float32: a step of the critic and one of the generator, each with Adam.
// What the library spends on it is set against PyTorch doing the same with the same libtorch and threads; then memory over 2,000 rounds.
module Functional.Benchmarks.GanStep

open Functional
open Functional.Tensors

let private rounds = 100

let private gan () : Gan =
    let layer = Activation.leakyRelu

    { Generator = mlpWith layer [ 64; 256; 512 ] --> output 784 --> Activation.tanh
      Critic = mlpWith layer [ 784; 512; 256 ] --> output 1
      Prior = Normal.standard [ 64 ] }

let private options =
    { Training.defaults with
        Epochs = 1
        Progress = Progress.silent
        StopOnCtrlC = false }

let private data =
    let images = lazy (dsharp.randint (0, 256, [ 128 * rounds; 784 ], dtype = Dtype.Byte))
    fun () -> Dataset.ofTensor images.Value |> Dataset.map (fun bytes -> bytes.cast Dtype.Float32 / 127.5 - 1.0)

let private round (recipe: AdversarialOptions) () =
    let players = Gan.players recipe (gan ())

    fun () ->
        let result = Training.play options players (data ())
        result.Epochs.Head.Duration.TotalMilliseconds / float (rounds / recipe.CriticSteps)

let private penalized = { AdversarialOptions.wasserstein with CriticSteps = 1 }

let private memory () =
    let players = Gan.players AdversarialOptions.nonSaturating (gan ())
    FlatMemory.run "gan-round" options (fun options -> Training.play options players (data ()) |> ignore)

let run () : Comparison list =
    use peer = new Peer("gan_step.py", [ string (Device.threads ()); string rounds ])

    let comparisons =
        [ Comparison.run "gan-round" "ms/round" 0.9 7 (round AdversarialOptions.nonSaturating ()) (fun () ->
              peer.Round "non-saturating")
          Comparison.run "gan-round, penalized" "ms/round" 0.9 7 (round penalized ()) (fun () -> peer.Round "penalized") ]

    comparisons @ memory ()
