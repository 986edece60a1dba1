// Tests of checkpoints: a run that was stopped goes on bit for bit, and a file that does not fit is an error.
// Run with the whole suite.
module internal Functional.Tests.CheckpointTests

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.FileTesting

let private values (parameters: Parameter list) =
    [ for parameter in parameters -> parameter.Name, numbers parameter.Value ]

let private vae () : Vae =
    { Encoder = mlp [ 8; 6 ] --> dropout 0.2 --> diagonalNormal 2
      Decoder = mlp [ 2; 6 ] --> bernoulli 8
      Prior = Normal.standard [ 2 ] }

let private data = lazy Scope.keep (Random.withSeed 5 (fun () -> dsharp.rand [ 300; 8 ]))

let private options (optimizer: Optimizer) (path: string) : TrainingOptions =
    { Training.defaults with
        Epochs = 3
        BatchSize = 10
        Optimizer = optimizer
        Checkpoint = Some path
        Progress = Progress.silent
        StopOnCtrlC = false }

/// Trains until the end, or until so many steps have been taken since this start.
let private train (options: TrainingOptions) (vae: Vae) (stopAt: int option) : TrainingResult =
    use source = new CancellationTokenSource()
    let mutable steps = 0

    let objective x =
        steps <- steps + 1

        if Some steps = stopAt then
            source.Cancel()

        Vae.loss vae x

    Training.fit
        { options with Cancellation = source.Token }
        vae.Parameters
        objective
        (Dataset.ofTensor data.Value |> Dataset.binarized)

/// What counts of an epoch: all but the time that it took.
let private told (result: TrainingResult) =
    [ for epoch in result.Epochs -> epoch.Epoch, epoch.Loss, epoch.Terms ]

let private inFile (test: string -> unit) =
    inFolder (fun folder -> test (Path.Combine(folder, "run.safetensors")))

let private resumes (draw: Draw) =
    let optimizer = draw.Pick [ Optimizer.adam 1e-2; Optimizer.momentum 1e-2 0.9; Optimizer.sgd 1e-2 ]

    let whole =
        Random.withSeed draw.Seed (fun () ->
            let vae = vae ()
            told (train { options optimizer "" with Checkpoint = None } vae None), values vae.Parameters)

    inFile (fun path ->
        // 90 steps in all, in three parts; each part begins in another state of everything.
        let part (seed: int) (stopAt: int option) =
            Random.withSeed seed (fun () ->
                let vae = vae ()
                told (train (options optimizer path) vae stopAt), values vae.Parameters)

        part draw.Seed (Some(draw.Int(1, 40))) |> ignore
        part (draw.Seed + 100) (Some(draw.Int(1, 40))) |> ignore
        let epochs, weights = part (draw.Seed + 200) None
        Expect.equal weights (snd whole) "every weight, bit for bit"
        Expect.equal epochs (fst whole) "every epoch's losses"

        // A run that is complete has nothing left to do.
        let again = part (draw.Seed + 300) None
        Expect.equal again (epochs, weights) "a finished run stays as it is")

let private refused<'Error when 'Error :> exn> (path: string) (options: TrainingOptions) (model: Vae) (parts: string list) =
    let before = values model.Parameters
    says (messageOf<'Error, _>(fun () -> train options model None)) (path :: parts)
    Expect.equal (values model.Parameters) before "no weight is changed"

let private schedulesSurvive (draw: Draw) =
    inFile (fun path ->
        let stepped = List<int>()
        let own = { options (Optimizer.adam 1e-2) path with OnStep = stepped.Add }
        train own (vae ()) (Some(draw.Int(1, 80))) |> ignore
        train own (vae ()) None |> ignore
        Expect.equal (List.ofSeq stepped) [ 1..90 ] "steps are numbered as if the run had not been stopped")

[<Tests>]
let tests =
    testList
        "Checkpoint"
        [ holds "a run stopped twice ends where an uninterrupted one does" 4 resumes
          holds "steps are counted on where a run is resumed" 3 schedulesSurvive

          testCase "the checkpoint of a run with other settings is refused" (fun () ->
              inFile (fun path ->
                  let own = options (Optimizer.adam 1e-2) path
                  train own (vae ()) (Some 3) |> ignore
                  refused<ArgumentException> path { own with BatchSize = 20 } (vae ()) [ "batch size"; "10"; "20" ]
                  refused<ArgumentException> path (options (Optimizer.sgd 1e-2) path) (vae ()) [ "optimizer"; "adam"; "sgd" ]))

          testCase "the checkpoint of another model is refused" (fun () ->
              inFile (fun path ->
                  let own = options (Optimizer.adam 1e-2) path
                  train own (vae ()) (Some 3) |> ignore
                  let wider = { vae () with Decoder = mlp [ 2; 7 ] --> bernoulli 8 }
                  refused<ArgumentException> path own wider [ "decoder.linear.weight"; "[7; 2]" ]
                  let deeper = { vae () with Decoder = mlp [ 2; 6; 6 ] --> bernoulli 8 }
                  refused<ArgumentException> path own deeper [ "decoder.linear2.weight" ]))

          testCase "a file of weights is no checkpoint" (fun () ->
              inFile (fun path ->
                  let model = vae ()
                  Weights.save path model.Parameters
                  refused<ArgumentException> path (options (Optimizer.adam 1e-2) path) model [ "no checkpoint" ]))

          testCase "a damaged checkpoint is refused" (fun () ->
              inFile (fun path ->
                  let own = options (Optimizer.adam 1e-2) path
                  train own (vae ()) (Some 3) |> ignore
                  let whole = File.ReadAllBytes path

                  for length in [ 0; 100; whole.Length - 1 ] do
                      File.WriteAllBytes(path, Array.truncate length whole)
                      refused<FileFormatException> path own (vae ()) []))

          testCase "an OnEpoch that fails leaves a checkpoint of the epoch" (fun () ->
              inFile (fun path ->
                  let fail _ =
                      raise (InvalidOperationException "in OnEpoch")

                  let own = { options (Optimizer.adam 1e-2) path with OnEpoch = fail }
                  says (messageOf<InvalidOperationException, _>(fun () -> train own (vae ()) None)) [ "in OnEpoch" ]
                  let result = train { own with OnEpoch = ignore } (vae ()) None
                  Expect.equal [ for epoch in result.Epochs -> epoch.Epoch ] [ 1; 2; 3 ] "it goes on after the first")) ]
