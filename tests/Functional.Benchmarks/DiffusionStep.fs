// One training step of a denoiser on images of 28 x 28, batch 64, float32: the simple loss of a U-Net of 0.8 million numbers, its gradient, Adam.
// What the library spends on it is set against PyTorch doing the same with the same libtorch and threads; then memory over 2,000 steps of a smaller
// network.
module Functional.Benchmarks.DiffusionStep

open Functional
open Functional.Tensors

let private batch, steps = 64, 5

let private options =
    { Training.defaults with
        Epochs = 1
        BatchSize = batch
        Optimizer = Optimizer.adam 2e-4
        Progress = Progress.silent
        StopOnCtrlC = false }

let private denoiser (options: UNetOptions) =
    UNet.create options |> Denoiser.create (NoiseSchedule.variancePreserving 0.1 20.0) Prediction.Noise

let private images (count: int) (size: int) =
    Dataset.ofTensor (dsharp.rand [ count; 1; size; size ] * 2.0 - 1.0)

let private round () =
    let denoiser, data = denoiser UNet.defaults, images (batch * steps) 28

    fun () ->
        let result = Training.fit options denoiser.Parameters (DiffusionLoss.simple denoiser) data
        result.Epochs.Head.Duration.TotalMilliseconds / float steps

let private memory () =
    let denoiser =
        denoiser
            { UNet.defaults with
                Channels = 8
                Multipliers = [ 1; 2 ]
                Attention = [ 2 ]
                Groups = 4 }

    let options =
        { options with
            BatchSize = 16
            Optimizer = (WeightAverage 0.999).Of options.Optimizer }

    FlatMemory.run "diffusion-step" options (fun options ->
        Training.fit options denoiser.Parameters (DiffusionLoss.simple denoiser) (images 1600 8) |> ignore)

let run () : Comparison list =
    use peer = new Peer("diffusion_step.py", [ string (Device.threads ()); string steps; string batch ])
    let comparison = Comparison.run "diffusion-step" "ms/step" 0.9 7 (round ()) (fun () -> peer.Round "step")
    comparison :: memory ()
