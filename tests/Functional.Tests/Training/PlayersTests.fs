// Tests of Training.play: rounds, names, checkpoints and safeguards of several players, and the warnings of collapse.
// Run with the whole suite.
module internal Functional.Tests.PlayersTests

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.FileTesting
open Functional.Tests.TrainingTests

let private parameter (name: string) (value: float) : Parameter =
    Parameter.trained name (float64 [ value ])

let private numbered (length: int) : Dataset<Tensor> =
    Dataset.ofTensor (dsharp.arange (length, dtype = Dtype.Float64))

/// The mean over the batch of (a - x)², which pulls the parameter to the data.
let private pull (parameter: Parameter) (x: Tensor) : Loss =
    Loss.term "distance" ((parameter.Value - x).square().mean())

let private values (parameters: Parameter list) =
    [ for parameter in parameters -> parameter.Name, numbers parameter.Value ]

// ---- rounds ----

let private rounds (draw: Draw) =
    let length, size = draw.Int(1, 40), draw.Int(1, 5)
    let steps = [ draw.Int(1, 4); draw.Int(1, 4) ]
    let seen = List<int * float list * bool>()
    let mutable after = 0

    let players =
        steps
        |> List.mapi (fun i steps ->
            let own = parameter "own" 0.0

            let objective (x: Tensor) =
                seen.Add(i, List.ofArray (numbers x), Validation.isOn ())
                pull own x

            { Player.create $"player {i}" (Optimizer.sgd 0.01) [ own ] objective with
                Steps = steps
                AfterStep = fun () -> after <- after + 1 })

    Training.play { quiet with Epochs = 1; BatchSize = size } players (numbered length) |> ignore
    let batches = (length + size - 1) / size
    let perRound = List.max steps

    // what the longest player saw, in order, is the whole of the data
    let longest = steps |> List.findIndex ((=) perRound)

    let read =
        [ for player, batch, _ in seen do
              if player = longest then
                  batch ]

    Expect.equal (List.sort (List.concat read)) [ for i in 0 .. length - 1 -> float i ] "every example once"
    Expect.equal read.Length batches "in batches"

    let expected =
        [ for round in List.chunkBySize perRound read do
              for player, steps in List.indexed steps do
                  for batch in List.truncate steps round -> player, batch ]

    Expect.equal
        [ for player, batch, _ in seen -> player, batch ]
        expected
        "players in turn, each from the first batch of the round"

    Expect.equal after seen.Count "AfterStep comes after each step"

    let validated =
        [ for player, _, validated in seen do
              if validated then
                  player ]

    Expect.equal validated [ 0; 1 ] "the first batch of each player is validated"

let private terms (draw: Draw) =
    let length, size, steps = draw.Int(1, 30), draw.Int(1, 5), draw.Int(1, 3)
    let a, b = parameter "a" 1.0, parameter "b" -1.0
    let ofA, ofB = List<float>(), List<float>()

    let seenBy (seen: List<float>) (objective: Objective<Tensor>) : Objective<Tensor> =
        fun x ->
            let loss = objective x
            seen.Add(loss["distance"].toDouble())
            loss

    let players =
        [ { Player.create "first" (Optimizer.sgd 0.01) [ a ] (seenBy ofA (pull a)) with
              Steps = steps }
          Player.create
              "second"
              (Optimizer.sgd 0.01)
              [ b ]
              (seenBy ofB (fun x -> 2.0 * pull b x + Loss.observed "size" (x.mean ()))) ]

    let epoch = (Training.play { quiet with Epochs = 1; BatchSize = size } players (numbered length)).Epochs.Head
    Expect.equal (epoch.Terms |> List.map fst) [ "first distance"; "second distance"; "second size" ] "names"
    let rounds = ofA |> Seq.chunkBySize steps |> List.ofSeq
    let examples = [ for batch in List.init ofA.Count (fun i -> min size (length - i * size)) -> float batch ]
    let weights = examples |> List.chunkBySize steps |> List.map List.sum

    let mean (values: float list) =
        List.sum (List.map2 (*) weights values) / List.sum weights

    let first, second = mean (rounds |> List.map Array.average), mean (List.ofSeq ofB)
    Expect.floatClose Accuracy.high (snd epoch.Terms[0]) first "the mean over the steps of a round"
    Expect.floatClose Accuracy.high (snd epoch.Terms[1]) second "the other's"
    Expect.floatClose Accuracy.high epoch.Loss (first + 2.0 * second) "the loss is the sum of the players'"

// ---- a game with a known solution ----

/// min_x max_y x² - y² + xy - x + 2y has its saddle at x = 0, y = 1.
let private saddle () =
    let x, y = parameter "x" 2.0, parameter "y" -2.0

    let value () =
        (x.Value.square () - y.Value.square () + x.Value * y.Value - x.Value + y.Value * 2.0).sum()

    let players =
        [ Player.create "min" (Optimizer.sgd 0.05) [ x ] (fun _ -> Loss.term "value" (value ()))
          { Player.create "max" (Optimizer.adam 0.05) [ y ] (fun _ -> -1.0 * Loss.term "value" (value ())) with
              Steps = 2 } ]

    Training.play { quiet with Epochs = 1; BatchSize = 1 } players (numbered 4000) |> ignore
    isClose 1e-6 "x" x.Value (float64 [ 0.0 ])
    isClose 1e-6 "y" y.Value (float64 [ 1.0 ])

// ---- stopping and going on ----

let private resumes (draw: Draw) =
    let steps = draw.Int(1, 3)

    let run (seed: int) (path: string option) (stopAt: int option) =
        Random.withSeed seed (fun () ->
            let critic, generator = mlp [ 2; 5 ] --> output 1, mlp [ 2; 5 ] --> output 2
            use source = new CancellationTokenSource()
            let mutable taken = 0

            let fake (x: Tensor) = Net.train generator (x.randnLike ())

            let criticLoss (x: Tensor) =
                taken <- taken + 1

                if Some taken = stopAt then
                    source.Cancel()

                Loss.term "difference" ((Net.train critic (fake x)).mean() - (Net.train critic x).mean())

            let generatorLoss (x: Tensor) =
                Loss.term "critic" -((Net.train critic (fake x)).mean()) + Loss.observed "size" ((fake x).square().mean())

            let players =
                [ { Player.create "critic" (Optimizer.momentum 1e-2 0.5) critic.Parameters criticLoss with
                      Steps = steps }
                  Player.create "generator" (Optimizer.adam 1e-2) generator.Parameters generatorLoss ]

            let data = Random.withSeed 5 (fun () -> Dataset.ofTensor (dsharp.randn [ 100; 2 ]))

            let result =
                Training.play
                    { quiet with
                        Epochs = 3
                        BatchSize = 7
                        Checkpoint = path
                        Cancellation = source.Token }
                    players
                    data

            [ for epoch in result.Epochs -> epoch.Epoch, epoch.Loss, epoch.Terms ],
            values (critic.Parameters @ generator.Parameters))

    let whole = run draw.Seed None None

    inFolder (fun folder ->
        let path = Some(Path.Combine(folder, "run.safetensors"))
        run draw.Seed path (Some(draw.Int(1, 20))) |> ignore
        run (draw.Seed + 100) path (Some(draw.Int(1, 10))) |> ignore
        Expect.equal (run (draw.Seed + 200) path None) whole "it ends where an uninterrupted run does, bit for bit")

let private refusesOthers () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "run.safetensors")
        let a, b = parameter "a" 1.0, parameter "b" 1.0

        let play (rate: float) (steps: int) =
            Training.play
                { quiet with Epochs = 1; BatchSize = 1; Checkpoint = Some path }
                [ Player.create "first" (Optimizer.sgd 0.01) [ a ] (pull a)
                  { Player.create "second" (Optimizer.sgd rate) [ b ] (pull b) with
                      Steps = steps } ]
                (numbered 6)
            |> ignore

        play 0.01 2
        says (messageOf<ArgumentException, _>(fun () -> play 0.02 2)) [ path; "second.optimizer"; "0.01"; "0.02" ]
        says (messageOf<ArgumentException, _>(fun () -> play 0.01 3)) [ path; "second.steps a round"; "2"; "3" ]
        play 0.01 2)

// ---- NaN ----

let private diverges (draw: Draw) =
    let a, b = parameter "a" 1.0, parameter "b" 0.0
    let breakAt = draw.Int(1, 50)
    let mutable steps = 0

    let objective (x: Tensor) =
        steps <- steps + 1
        // an infinite slope times 0: the loss stays finite, the gradient does not
        if steps = breakAt then
            pull b x + Loss.term "extra" ((b.Value * 0.0).sqrt().sum())
        else
            pull b x

    let players =
        [ { Player.create "sound" (Optimizer.sgd 1e-3) [ a ] (pull a) with Steps = 2 }
          Player.create "broken" (Optimizer.sgd 1e-3) [ b ] objective ]

    let message =
        messageOf<TrainingDivergedException, _>(fun () ->
            Training.play { quiet with Epochs = 1; BatchSize = 1 } players (numbered 120))

    says message [ "'broken" ]
    Expect.all (numbers a.Value) Double.IsFinite "the weights of both"
    Expect.all (numbers b.Value) Double.IsFinite "are put back"

// ---- memory ----

let private flatMemory () =
    let critic, generator = mlp [ 8; 16 ] --> output 1, mlp [ 2; 16 ] --> output 8
    let tensors = List<int64>()

    let fake (x: Tensor) =
        Net.train generator (dsharp.randn [ x.shape[0]; 2 ])

    let criticLoss (x: Tensor) =
        let fake = Gradient.off (fun () -> fake x)
        Loss.term "difference" ((Net.train critic fake).mean() - (Net.train critic x).mean())

    let players =
        [ { Player.create "critic" (Optimizer.adam 1e-3) critic.Parameters criticLoss with
              Steps = 2 }
          Player.create "generator" (Optimizer.adam 1e-3) generator.Parameters (fun x ->
              Loss.term "critic" -((Net.train critic (fake x)).mean())) ]

    let options =
        { quiet with
            Epochs = 200
            BatchSize = 8
            OnEpoch =
                fun epoch ->
                    if epoch.Epoch = 1 || epoch.Epoch % 50 = 0 then
                        tensors.Add(liveTensors ()) }

    Training.play options players (Dataset.ofTensor (dsharp.randn [ 160; 8 ])) |> ignore
    Expect.all tensors (fun count -> count <= tensors[0]) "no more live tensors after 2000 rounds than after 10"

// ---- warnings ----

let private collapse (draw: Draw) =
    let accuracy, ratio = draw.Pick [ draw.Float(0.5, 0.99); draw.Float(0.99, 1.0) ], draw.Float(0.0, 0.3)

    let terms = [ "critic adversarial", 1.0; "critic accuracy", accuracy; "generator variance ratio", ratio ]

    let expected =
        [ if accuracy > 0.99 then
              "critic saturated"
          if ratio < 0.1 then
              "samples collapsing" ]

    let found = [ for warning in Collapse.warnings terms -> warning.Sentence ]
    Expect.equal (found |> List.map (fun warning -> warning.Split(':')[0])) expected $"at {accuracy} and {ratio}"

/// What a run shows by both ways of listening, the rounds at which it warns, and what its epochs say.
let private warned (path: string option) (epochs: int) (length: int) (accuracy: int -> float) =
    let shown, reported = List<int * string>(), List<string>()
    let mutable round = 0

    let receiver =
        Progress.report
            { new IProgress<TrainingProgress> with
                member _.Report progress = reported.AddRange progress.Warnings }

    let display =
        { new ProgressDisplay() with
            member _.During work = receiver.During work
            member _.Warn sentence = shown.Add(round, sentence) }

    let a = parameter "a" 0.0

    let objective (x: Tensor) =
        pull a x
        + Loss.observed Adversarial.AccuracyTerm (x.scalarLike (accuracy round))
        + Loss.observed Adversarial.VarianceRatioTerm (x.scalarLike 0.5)

    let options =
        { quiet with
            Epochs = epochs
            BatchSize = 1
            Progress = display
            Checkpoint = path
            OnStep = fun step -> round <- step }

    let result = Training.fit options [ a ] objective (numbered length)
    Expect.equal (List.ofSeq reported) [ for _, sentence in shown -> sentence ] "reports hold what is shown"
    List.ofSeq shown, [ for epoch in result.Epochs -> epoch.Warnings ]

/// Stretches of 400 rounds are good or bad, but for a report that is otherwise; the run warns at the end of each bad one after a good one.
let private warningsBeginAndEnd (draw: Draw) =
    let stretches = [| for _ in 1 .. 2 * draw.Int(2, 3) -> draw.Pick [ true; false ] |]
    let epochs = draw.Int(1, 2)
    let length = 400 * stretches.Length / epochs
    let noise = draw.Int(0, 19)

    let accuracy (round: int) =
        let isNoise = (round - 1) % 400 / 20 = noise

        if stretches[(round - 1) / 400] then 1.0
        elif isNoise then 1.0
        else 0.6

    let before i = i > 0 && stretches[i - 1]

    let begins =
        [ for i in 0 .. stretches.Length - 1 do
              if stretches[i] && not (before i) then
                  400 * (i + 1) ]

    let shown, said = warned None epochs length accuracy
    Expect.equal (List.map fst shown) begins $"warnings while epochs run, of {stretches}"
    Expect.all shown (fun (_, sentence) -> sentence.StartsWith "critic saturated: accuracy 1.000") "their sentence"

    for epoch in 1..epochs do
        let first, last = (epoch - 1) * length, epoch * length
        let own = begins |> List.filter (fun round -> first < round && round <= last)
        let old = first >= 400 && stretches[first / 400 - 1]
        Expect.equal said[epoch - 1].Length (own.Length + (if old then 1 else 0)) $"those of epoch {epoch}, of {stretches}"

/// A short epoch is judged by itself, what goes on is said once, and a resumed run knows what former epochs said.
let private warningsOfShortEpochs () =
    let always _ = 1.0
    let shown, said = warned None 3 20 always
    Expect.equal [ for round, _ in shown -> round ] [ 20 ] "said once, in the first epoch"
    says (snd shown.Head) [ "critic saturated: accuracy 1.000" ]
    Expect.equal said (List.replicate 3 [ snd shown.Head ]) "in force in each"
    Expect.equal (warned None 3 20 (fun _ -> 0.9)) ([], List.replicate 3 []) "nothing where all is well"

    inFolder (fun folder ->
        let path = Some(Path.Combine(folder, "run.safetensors"))
        let _, before = warned path 1 20 always
        let _, after = warned path 2 20 (fun _ -> 0.9)
        Expect.equal after (before @ [ [] ]) "the first epoch's come from the file")

[<Tests>]
let tests =
    testList
        "Players"
        [ holds "each round, players take turns on the next batches" 20 rounds
          holds "reports hold every player's terms" 10 terms
          testCase "two players find a saddle point" saddle
          holds "a game that was stopped goes on bit for bit" 3 resumes
          testCase "the checkpoint of another game is refused" refusesOthers
          holds "a gradient that is not finite is named with its player, and all weights go back" 5 diverges
          testCase "memory stays flat" flatMemory
          holds "collapse is warned of" 20 collapse
          holds "a warning is said while an epoch runs when it begins, and again only after it had ended" 4 warningsBeginAndEnd
          testCase "short epochs are judged one by one, and files keep what was said" warningsOfShortEpochs

          testCase "games that make no sense are refused by name" (fun () ->
              let a = parameter "a" 0.0
              let player = Player.create "one" (Optimizer.sgd 0.1) [ a ] (pull a)

              let refused players =
                  messageOf<ArgumentException, _>(fun () -> Training.play quiet players (numbered 3))

              says (refused []) [ "players"; "at least one" ]
              says (refused [ player; player ]) [ "2 players"; "'one'" ]
              says (refused [ { player with Steps = 0 } ]) [ "'one'"; "at least 1"; "0" ]) ]
