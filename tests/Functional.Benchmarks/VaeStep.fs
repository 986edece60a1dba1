// One training step of the 784-400-20 VAE, batch 128, float32: drawing and binarising the batch, loss, gradients, Adam.
// What the library spends on it is set against PyTorch doing the same with the same libtorch and threads.
module Functional.Benchmarks.VaeStep

open Functional
open Functional.Tensors

let private steps = 100

let private round () =
    let images = dsharp.randint (0, 256, [ 128 * steps; 784 ], dtype = Dtype.Byte)

    let pixels = Dataset.ofTensor images |> Dataset.map (fun bytes -> bytes.cast Dtype.Float32 / 255.0) |> Dataset.binarized

    let vae =
        { Encoder = mlp [ 784; 400 ] --> diagonalNormal 20
          Decoder = mlp [ 20; 400 ] --> bernoulli 784
          Prior = Normal.standard [ 20 ] }

    let options =
        { Training.defaults with
            Epochs = 1
            Progress = Progress.silent
            StopOnCtrlC = false }

    fun () ->
        let result = Training.fit options vae.Parameters (Vae.loss vae) pixels
        result.Epochs.Head.Duration.TotalMilliseconds / float steps

let run () : Comparison list =
    use peer = new Peer("vae_step.py", [ string (Device.threads ()); string steps ])
    [ Comparison.run "vae-step" "ms/step" 0.8 7 (round ()) (fun () -> peer.Round "step") ]
