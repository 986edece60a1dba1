// Tests of averaged weights: the closed form, the weights that `During` puts in place and back, checkpoints, memory.
// Run with the whole suite.
module internal Functional.Tests.WeightAverageTests

open System
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.FileTesting

let private values (parameters: Parameter list) =
    [ for parameter in parameters -> numbers parameter.Value ]

/// a_t = Σ_s (1 - d_s) Π_{r > s} d_r θ_s + Π d_r θ_0, over the weights that were seen.
let private hasClosedForm (draw: Draw) =
    let decay = draw.Pick [ 0.0; 0.3; 0.9; 0.999 ]
    let average = WeightAverage decay

    let parameters =
        [ Parameter.trained "a" (draw.Tensor([| 3 |], -1.0, 1.0))
          Parameter.trained "b" (draw.Tensor([| 2; 2 |], -1.0, 1.0)) ]

    let state = (average.Of(Optimizer.momentum 0.1 0.9)).Start parameters
    let start = values parameters
    let steps = draw.Int(1, 40)

    let seen =
        [ for _ in 1..steps ->
              state.Step [| for parameter in parameters -> draw.Tensor(parameter.Value.shape, -1.0, 1.0) |]
              values parameters ]

    let d = [| for t in 1..steps -> min decay ((1.0 + float t) / (10.0 + float t)) |]
    Expect.equal [| for t in 1..steps -> average.DecayAt t |] d "the decays"
    let after s = Seq.fold (*) 1.0 d[s..]

    let expected place =
        let weighed (factor: float) (weights: float[] list) =
            weights[place] |> Array.map ((*) factor)

        weighed (after 0) start
        :: (seen |> List.mapi (fun s weights -> weighed ((1.0 - d[s]) * after (s + 1)) weights))
        |> List.reduce (Array.map2 (+))

    let found = average.During(fun () -> values parameters)

    for place in 0..1 do
        isClose 1e-10 "the average" (float64 found[place]) (float64 (expected place))

    Expect.equal (values parameters) (List.last seen) "the training's own weights are back"

let private data = lazy Scope.keep (Random.withSeed 5 (fun () -> dsharp.rand [ 60; 4 ]))

let private train (path: string option) (net: Net<Tensor, Tensor>) (average: WeightAverage) (stopAt: int option) =
    use source = new CancellationTokenSource()
    let mutable steps = 0

    let objective (x: Tensor) =
        steps <- steps + 1

        if Some steps = stopAt then
            source.Cancel()

        (Net.train net x - x).square().sum 1 |> Loss.term "squares" |> Loss.mean

    let options =
        { Training.defaults with
            Epochs = 3
            BatchSize = 10
            Optimizer = average.Of(Optimizer.adam 1e-2)
            Checkpoint = path
            Progress = Progress.silent
            StopOnCtrlC = false
            Cancellation = source.Token }

    Training.fit options net.Parameters objective (Dataset.ofTensor data.Value) |> ignore
    values net.Parameters, average.During(fun () -> values net.Parameters)

let private resumes (draw: Draw) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "run.safetensors")

        let part (path: string option) (seed: int) (stopAt: int option) =
            Random.withSeed seed (fun () -> train path (mlp [ 4; 5 ] --> linear 5 4) (WeightAverage 0.9) stopAt)

        let whole = part None draw.Seed None
        part (Some path) draw.Seed (Some(draw.Int(1, 17))) |> ignore
        let resumed = part (Some path) (draw.Seed + 100) None
        Expect.equal resumed whole "weights and averages, bit for bit")

/// Whatever the body does, and though it fails.
let private putsBack (draw: Draw) =
    let net = linear 2 3
    let average = WeightAverage 0.5
    let state = (average.Of(Optimizer.sgd 0.1)).Start net.Parameters
    state.Step [| for parameter in net.Parameters -> parameter.Value.onesLike () |]
    let before = values net.Parameters

    let message =
        messageOf<InvalidOperationException, _>(fun () ->
            average.During(fun () ->
                Parameter.assign net.Parameters.Head.Value (draw.Tensor([| 3; 2 |], 5.0, 6.0).float32())
                raise (InvalidOperationException "no luck")))

    Expect.equal message "no luck" "the failure comes through"
    Expect.equal (values net.Parameters) before "the weights are back"
    Expect.all net.Parameters (fun parameter -> Gradient.isRecorded parameter.Value) "they are still recorded"

/// Weights and average are those after the last step that was looked at and found good, the twentieth.
let private survives (draw: Draw) =
    let start = draw.Tensor([| 3 |], -1.0, 1.0)

    let fit (goodSteps: int) (steps: int) =
        let parameter, average = Parameter.trained "weight" (start.clone ()), WeightAverage 0.9
        let mutable taken = 0

        let objective (_: Tensor) =
            taken <- taken + 1
            let factor = if taken > goodSteps then nan else 1.0
            Loss.term "square" (((parameter.Value - 3.0).square() * factor).sum())

        let options =
            { Training.defaults with
                Epochs = 1
                BatchSize = 1
                Optimizer = average.Of(Optimizer.adam 1e-2) |> Optimizer.scheduled (Schedule.linear 1.0 0.5 30)
                Progress = Progress.silent
                StopOnCtrlC = false }

        let outcome =
            try
                (Training.fit options [ parameter ] objective (Dataset.take steps (Dataset.ofTensor data.Value))).Status
                |> string
            with :? TrainingDivergedException ->
                "diverged"

        outcome, values [ parameter ], average.During(fun () -> values [ parameter ])

    let _, weights, average = fit 20 20
    Expect.equal (fit (20 + draw.Int(0, 9)) 40) ("diverged", weights, average) "as after step 20"

/// The weights that work which has only begun sees at its end, and those of the training afterwards.
let private waitsForTasks (draw: Draw) =
    let net = linear 2 3
    let average = WeightAverage 0.5
    let state = (average.Of(Optimizer.sgd 0.1)).Start net.Parameters
    state.Step [| for parameter in net.Parameters -> draw.Tensor(parameter.Value.shape, 0.5, 1.0).float32() |]
    let own = values net.Parameters
    let averaged = average.During(fun () -> values net.Parameters)
    Expect.notEqual averaged own "they differ"
    let gate = TaskCompletionSource()

    let work (fails: bool) =
        average.DuringTask(fun () ->
            task {
                do! gate.Task

                if fails then
                    raise (InvalidOperationException "no luck")

                return values net.Parameters
            })

    let running = work false
    Expect.equal (values net.Parameters) averaged "in place while it runs"
    gate.SetResult()
    Expect.equal running.Result averaged "and at its end"
    Expect.equal (values net.Parameters) own "then the training's are back"
    says (messageOf<InvalidOperationException, _>(fun () -> (work true).GetAwaiter().GetResult())) [ "no luck" ]
    Expect.equal (values net.Parameters) own "though it fails"

    for refused in
        [ fun () -> average.During(fun () -> work false) |> ignore
          fun () -> average.During(fun () -> task { return () }) |> ignore
          fun () -> average.During(fun () -> work false :> Task) |> ignore
          fun () -> average.During(fun () -> ValueTask<int> 1) |> ignore
          fun () -> average.During(fun () -> async { return 1 }) |> ignore ] do
        says (messageOf<ArgumentException, _> refused) [ "During"; "DuringTask"; "DuringAsync"; "still under way" ]

    Expect.equal (values net.Parameters) own "nothing is begun where it is refused"

[<Tests>]
let tests =
    testList
        "Averaged weights"
        [ holds "the average is the one of the closed form" 8 hasClosedForm
          holds "a run that was stopped goes on bit for bit" 2 resumes
          holds "the weights come back where the body fails" 2 putsBack
          holds "a run that diverges puts the average back, too" 4 survives
          holds "work that returns a task has the averages until it ends, and plain During refuses it" 2 waitsForTasks

          testCase "steps leave no tensors behind" (fun () ->
              let net, average = linear 3 4, WeightAverage 0.99
              let state = (average.Of(Optimizer.adam 1e-3)).Start net.Parameters
              let slopes = [| for parameter in net.Parameters -> parameter.Value.noDiff().onesLike() |]

              leavesNothing (fun () ->
                  for _ in 1..20 do
                      state.Step slopes
                      average.During ignore)

              GC.KeepAlive((state, slopes, net, average)))

          testCase "misuse is refused with the remedy" (fun () ->
              says
                  (messageOf<InvalidOperationException, _>(fun () -> (WeightAverage 0.9).During ignore))
                  [ "no average yet"; "Of(" ]

              says (messageOf<ArgumentException, _>(fun () -> WeightAverage 1.0)) [ "decay"; "below 1"; "1" ]) ]
