// Tests of Training.fit: it finds exact optima, reports, stops, recovers from NaN, repeats itself and keeps memory flat.
// Run with the whole suite; what it writes to files is tested in CheckpointTests.
module internal Functional.Tests.TrainingTests

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Threading
open Expecto
open MathNet.Numerics.LinearAlgebra
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.FileTesting
open Functional.Tests.TestBeds

let internal quiet = { Training.defaults with Progress = Progress.silent; StopOnCtrlC = false }

let private values (parameters: Parameter list) =
    [ for parameter in parameters -> parameter.Name, numbers parameter.Value ]

// ---- a linear VAE, whose best bound is known ----

let private noise = 0.6

/// The decoder N(Wz + b, σ²I) with a linear layer for W and b.
let private linearVae (sizeX: int) (sizeZ: int) : Vae =
    inFloat64 (fun () ->
        { Encoder = linear sizeX sizeX --> diagonalNormal sizeZ
          Decoder = linear sizeZ sizeX |> Net.map (fun mean -> Normal.diagonal mean (mean.fullLike noise))
          Prior = standard sizeZ })

let private linearData (draw: Draw) (examples: int) (sizeX: int) (sizeZ: int) : Tensor =
    let weights, shift = draw.Tensor([| sizeX; sizeZ |], -1.5, 1.5), draw.Tensor([| sizeX |], -1.0, 1.0)
    let z = dsharp.randn ([ examples; sizeZ ], dtype = Dtype.Float64)
    (likelihood weights shift noise z).Sample()

/// The highest mean log-likelihood of any W and b with this noise (Tipping & Bishop, 1999). The ELBO of a linear VAE reaches it:
/// W may be turned so that the posterior's covariance is diagonal.
let private bestBound (sizeZ: int) (x: Tensor) : float =
    let rows = Matrix<float>.Build.DenseOfArray((x: Tensor).toArray2D<float>())
    let mean = rows.ColumnSums() / float rows.RowCount
    let centred = rows - Matrix<float>.Build.Dense(rows.RowCount, rows.ColumnCount, fun _ j -> mean[j])

    let eigenvalues =
        (centred.Transpose() * centred / float rows.RowCount).Evd().EigenValues
        |> Seq.map _.Real
        |> Seq.sortDescending

    eigenvalues
    |> Seq.mapi (fun i found ->
        let fitted = if i < sizeZ then max found (noise * noise) else noise * noise
        -0.5 * (log (2.0 * Math.PI * fitted) + found / fitted))
    |> Seq.sum

let private reachesOptimum (draw: Draw) =
    let sizeX, sizeZ = draw.Int(3, 5), draw.Int(1, 2)
    let x = linearData draw 1_000 sizeX sizeZ
    let data = Dataset.ofTensor x
    let vae = linearVae sizeX sizeZ

    let elbo () =
        [ for _ in 1..100 -> Dataset.mean 1_000 (fun x -> (Vae.elbo vae x).Value) data ] |> List.average

    let before = elbo ()

    let fit epochs rate =
        Training.fit
            { quiet with Epochs = epochs; BatchSize = 100; Optimizer = Optimizer.adam rate }
            vae.Parameters
            (Vae.loss vae)
            data

    let result = fit 100 0.02
    fit 50 0.002 |> ignore
    let best, reached = bestBound sizeZ x, elbo ()
    Expect.isGreaterThan reached (before + 0.5) "the bound went up"
    Expect.isLessThan (best - reached) 0.03 $"the bound {reached} reaches the best one, {best}"
    Expect.isLessThan reached (best + 0.03) "and is no higher"
    Expect.isLessThan (List.last result.Epochs).Loss result.Epochs.Head.Loss "the loss went down"
    let evidence = Dataset.mean 1_000 (Vae.logEvidence 200 vae) data
    Expect.isLessThan (abs (evidence - best)) 0.03 "the evidence is the bound where the posterior is exact"

// ---- a small problem for everything else: fit m to x by squares ----

/// A parameter m, its objective on batches of x, and how many batches were seen.
type private Small = { Parameters: Parameter list; Data: Dataset<Tensor> }

let private parameter (name: string) (value: Tensor) : Parameter =
    { Name = name; Value = Gradient.record value; Trained = true }

let private squares (parameters: Parameter list) (x: Tensor) : Loss =
    let distance = (x - parameters[0].Value).square()
    Loss.mean (Loss.term "distance" distance + 0.5 * Loss.term "size" (parameters[0].Value.square()))

let private small (length: int) : Small =
    { Parameters = [ parameter "m" (float64 [ 3.0 ]); parameter "unused" (float64 [ 1.0; 2.0 ]) ]
      Data = Dataset.ofTensor ((dsharp.arange (length, dtype = Dtype.Float64)).view [ length; 1 ] / float length) }

let private fit options small objective =
    Training.fit options small.Parameters objective small.Data

// ---- reports ----

let private reports (draw: Draw) =
    let length, batch, epochs = draw.Int(1, 300), draw.Int(1, 20), draw.Int(1, 3)
    let problem = small length
    let received, summaries, losses = List<TrainingProgress>(), List<EpochSummary>(), List<float * float>()

    let receiver =
        { new IProgress<TrainingProgress> with
            member _.Report progress = received.Add progress }

    let stepped = List<int>()

    let objective (x: Tensor) =
        Expect.equal stepped.Count (losses.Count + 1) "OnStep comes before the step"
        let loss = squares problem.Parameters x
        losses.Add(loss.Value.toDouble (), float x.shape[0])
        loss

    let options =
        { quiet with
            Epochs = epochs
            BatchSize = batch
            Progress = Progress.report receiver
            OnStep = stepped.Add
            OnEpoch = summaries.Add }

    let result = fit options problem objective
    let steps = (length + batch - 1) / batch
    Expect.equal result.Status TrainingStatus.Completed "completed"
    Expect.equal losses.Count (epochs * steps) "one call of the objective for each step"
    Expect.equal (List.ofSeq stepped) [ 1 .. epochs * steps ] "OnStep counts the steps of all epochs"
    Expect.equal (List.ofSeq summaries) result.Epochs "OnEpoch sees what the result holds"
    Expect.equal [ for summary in result.Epochs -> summary.Epoch ] [ 1..epochs ] "epochs from 1"

    for summary, seen in List.zip result.Epochs (losses |> Seq.chunkBySize steps |> List.ofSeq) do
        let mean = (seen |> Array.sumBy (fun (loss, n) -> loss * n)) / float length
        Expect.floatClose Accuracy.high summary.Loss mean "the mean loss per example"
        let terms = Map summary.Terms
        Expect.floatClose Accuracy.high summary.Loss (terms["distance"] + 0.5 * terms["size"]) "terms add up to it"
        Expect.isGreaterThan summary.Duration TimeSpan.Zero "it took time"

    for epoch in 1..epochs do
        let own = received |> Seq.filter (fun progress -> progress.Epoch = epoch) |> List.ofSeq
        Expect.equal (List.last own).Step steps "the last report of an epoch comes at its end"
        Expect.equal (own |> List.map _.Step) (own |> List.map _.Step |> List.distinct |> List.sort) "steps increase"

    for earlier, later in Seq.pairwise received do
        Expect.isLessThanOrEqual earlier.Elapsed later.Elapsed "time passes"

    Expect.all received (fun p -> p.Steps = steps && p.Epochs = epochs && p.Step <= steps) "out of so many"
    Expect.equal (Seq.last received).Remaining TimeSpan.Zero "nothing remains at the end"

// ---- stopping ----

let private cancelled (draw: Draw) =
    let problem = small 400
    use source = new CancellationTokenSource()
    let stopAt = draw.Int(1, 90)
    let mutable steps, epochs = 0, 0

    let objective x =
        steps <- steps + 1

        if steps = stopAt then
            source.Cancel()

        squares problem.Parameters x

    let options =
        { quiet with
            BatchSize = 10
            Cancellation = source.Token
            OnEpoch = fun _ -> epochs <- epochs + 1 }

    let result = fit options problem objective
    Expect.equal result.Status TrainingStatus.Cancelled "cancelled"
    Expect.equal steps stopAt "after the step under way"
    Expect.equal result.Epochs.Length (stopAt / 40) "whole epochs"
    Expect.equal epochs result.Epochs.Length "each was announced"
    Expect.notEqual (numbers problem.Parameters.Head.Value) [| 3.0 |] "the weights are those of the last step"

// ---- NaN ----

let private diverges (small: Small) options objective =
    messageOf<TrainingDivergedException, _>(fun () -> fit options small objective)

let private brokenTerm (draw: Draw) =
    let problem = small 400
    let breakAt = draw.Int(1, 120)
    let bad = draw.Pick [ nan; infinity; -infinity ]
    let good = (breakAt - 1) / 20 * 20
    let mutable steps, weights = 0, values problem.Parameters

    let objective x =
        if steps = good then
            weights <- values problem.Parameters

        steps <- steps + 1
        let loss = squares problem.Parameters x
        if steps >= breakAt then loss + Loss.term "extra" (float64 bad) else loss

    let message = diverges problem { quiet with BatchSize = 10 } objective
    let wanted = [ $"step {breakAt} "; $"epoch {(breakAt - 1) / 40 + 1}"; "'extra'" ]
    says message (wanted @ [ (if good = 0 then "initial" else $"after step {good}") ])
    Expect.equal (values problem.Parameters) weights "the weights are the last good ones"

/// A square root at 0 has an infinite slope, which times 0 is NaN: the loss stays finite, the parameter does not.
let private brokenGradient (_: Draw) =
    let problem = small 200
    let weak = parameter "weak" (float64 [ 0.0 ])
    let parameters = problem.Parameters @ [ weak ]
    let mutable steps = 0

    let objective x =
        steps <- steps + 1
        let loss = squares parameters x

        if steps = 20 then loss + Loss.term "extra" ((weak.Value * 0.0).sqrt().sum()) else loss

    let message =
        messageOf<TrainingDivergedException, _>(fun () ->
            Training.fit { quiet with BatchSize = 10 } parameters objective problem.Data)

    says message [ "step 20"; "'weak'"; "gradient"; "initial" ]
    Expect.equal (numbers weak.Value) [| 0.0 |] "the parameter is finite again"
    Expect.all (numbers problem.Parameters.Head.Value) Double.IsFinite "so are the others"

/// The same where one batch in the middle of things does it: by the time the loss is read, it has been NaN for many steps.
let private brokenByOneBatch (draw: Draw) =
    let marked = draw.Int(0, 199)
    let data = Dataset.ofTensor (float64 [ for i in 0..199 -> if i = marked then 100.0 else 1.0 ])
    let weak = parameter "weak" (float64 [ 0.0 ])
    let parameters = [ parameter "m" (float64 [ 0.0 ]); weak ]
    let mutable steps, markedAt = 0, 0

    let objective (x: Tensor) =
        steps <- steps + 1

        if x.max().toDouble() < 50.0 then
            squares parameters x
        else
            markedAt <- if markedAt = 0 then steps else markedAt
            squares parameters x + Loss.term "extra" ((weak.Value * 0.0).sqrt().sum())

    let message =
        messageOf<TrainingDivergedException, _>(fun () -> Training.fit { quiet with BatchSize = 10 } parameters objective data)

    says message [ $"step {markedAt} "; "'weak'"; "gradient" ]
    Expect.all (parameters |> List.collect (fun p -> List.ofArray (numbers p.Value))) Double.IsFinite "the weights are finite"

// ---- repeating ----

let private repeats (draw: Draw) =
    let train seed =
        Random.withSeed seed (fun () ->
            let vae =
                { Encoder = mlp [ 8; 6 ] --> dropout 0.2 --> diagonalNormal 2
                  Decoder = mlp [ 2; 6 ] --> bernoulli 8
                  Prior = Normal.standard [ 2 ] }

            let data = Dataset.ofTensor (dsharp.rand [ 50; 8 ]) |> Dataset.binarized
            Training.fit { quiet with Epochs = 3; BatchSize = 16 } vae.Parameters (Vae.loss vae) data |> ignore
            values vae.Parameters)

    Expect.equal (train draw.Seed) (train draw.Seed) "bit for bit"
    Expect.notEqual (train draw.Seed) (train (draw.Seed + 1)) "another seed, other weights"

// ---- memory ----

let private smallVae () : Vae =
    { Encoder = mlp [ 20; 16 ] --> diagonalNormal 3
      Decoder = mlp [ 3; 16 ] --> bernoulli 20
      Prior = Normal.diagonal (dsharp.zeros 3) (dsharp.ones 3) }

let private flatMemory () =
    let vae = smallVae ()
    let data = Dataset.ofTensor (dsharp.rand [ 160; 20 ]) |> Dataset.binarized
    let tensors, memory = List<int64>(), List<int64>()

    let watch (_: EpochSummary) =
        tensors.Add(liveTensors ())
        memory.Add(Process.GetCurrentProcess().WorkingSet64)

    // 10 steps an epoch.
    let options =
        { quiet with
            Epochs = 200
            BatchSize = 16
            OnEpoch =
                fun epoch ->
                    if epoch.Epoch = 1 || epoch.Epoch % 50 = 0 then
                        watch epoch }

    Training.fit options vae.Parameters (Vae.loss vae) data |> ignore
    Expect.all tensors (fun count -> count <= tensors[0]) "no more live tensors after 500, 1000, 1500, 2000 steps than after 10"
    let growth = float (Seq.last memory) / float memory[1]
    Expect.isLessThan growth 1.05 "resident memory after 2000 steps, of that after 500"

let private leavesOnlyItsResult () =
    let vae = smallVae ()
    let data = Dataset.ofTensor (dsharp.rand [ 64; 20 ]) |> Dataset.binarized

    let fit () =
        Training.fit { quiet with Epochs = 2; BatchSize = 16 } vae.Parameters (Vae.loss vae) data |> ignore

    fit ()
    leavesNothing fit
    GC.KeepAlive vae

// ---- the last batch ----

/// Only full batches are read, of other examples in each epoch, and rounds and resumed runs count them so.
let private dropsLast (draw: Draw) =
    let size = draw.Int(2, 6)
    let length = size * draw.Int(1, 8) + draw.Int(0, size - 1)
    let epochs = draw.Int(1, 3)
    let problem = small length
    let seen = List<int>()

    let objective (x: Tensor) =
        seen.Add x.shape[0]
        squares problem.Parameters x

    let options = { quiet with Epochs = epochs; BatchSize = size; DropLast = true }

    fit options problem objective |> ignore
    Expect.equal (List.ofSeq seen) (List.replicate (epochs * (length / size)) size) "full batches"
    seen.Clear()
    fit { options with DropLast = false } problem objective |> ignore
    Expect.equal (Seq.sum seen) (epochs * length) "by default every example is read"

    if length % size > 0 then
        Expect.equal (Seq.last seen) (length % size) "the last batch is smaller"

    let tooFew = { options with BatchSize = length + 1 }

    says
        (messageOf<ArgumentException, _>(fun () -> fit tooFew problem objective))
        [ "DropLast"; $"{length} examples"; $"{length + 1}" ]

/// What needs several examples ends with a last batch of one, and its error says how it does not.
let private lonelyExamples () =
    let data = Dataset.ofTensor (dsharp.randn [ 9; 2 ])

    let gan: Gan =
        { Generator = mlp [ 2; 4 ] --> output 2
          Critic = mlp [ 2; 4 ] --> output 2
          Prior = Normal.standard [ 2 ] }

    let options =
        { AdversarialOptions.nonSaturating with
            Loss = Adversarial.mmd (Kernel.Gaussian 1.0) }

    let normalized = linear 2 3 --> batchNorm 3

    let square (x: Tensor) =
        Loss.term "size" ((Net.train normalized x).square().mean())

    let runs: (string * (TrainingOptions -> TrainingResult)) list =
        [ "Mmd.unbiased", fun training -> Training.play training (Gan.players options gan) data
          "batchNorm 3", fun training -> Training.fit training normalized.Parameters square data ]

    for name, run in runs do
        let training = { quiet with Epochs = 2; BatchSize = 4 }
        says (messageOf<ArgumentException, _>(fun () -> run training)) [ name; "DropLast = true" ]
        Expect.equal (run { training with DropLast = true }).Epochs.Length 2 $"{name}: to its end"

/// Runs with and without the last batch are not the same run.
let private otherBatches () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "run.safetensors")
        let problem = small 10

        let run (drop: bool) =
            let options =
                { quiet with
                    Epochs = 1
                    BatchSize = 4
                    DropLast = drop
                    Checkpoint = Some path }

            fit options problem (squares problem.Parameters) |> ignore

        run true
        says (messageOf<ArgumentException, _>(fun () -> run false)) [ path; "batch size"; "4, full batches only" ])

[<Tests>]
let tests =
    testList
        "Training"
        [ holds "a linear VAE reaches the exact optimum" 3 reachesOptimum
          holds "reports and summaries are those of the losses seen" 6 reports
          holds "the token stops it after the step under way, with the weights so far" 5 cancelled
          holds "a term that is not finite is named with its step, and the weights go back" 8 brokenTerm
          holds "a gradient that is not finite is named by its parameter, and the weights go back" 1 brokenGradient
          holds "so is one that a single batch brings about" 5 brokenByOneBatch
          holds "the same seed gives the same weights bit for bit" 2 repeats
          holds "the last batch is left out where it is smaller and that is asked for" 10 dropsLast
          testCase "losses that need several examples say how to leave out the last batch" lonelyExamples
          testCase "a run without the last batch does not go on with it" otherBatches
          testCase "memory stays flat" flatMemory
          testCase "nothing but the weights is left" leavesOnlyItsResult

          testCase "a token that is cancelled before it starts changes nothing" (fun () ->
              let problem = small 10
              let result = fit { quiet with Cancellation = CancellationToken true } problem (squares problem.Parameters)
              Expect.equal result { Epochs = []; Status = TrainingStatus.Cancelled } "no epochs"
              Expect.equal (numbers problem.Parameters.Head.Value) [| 3.0 |] "the initial weights")

          testCase "the first batch of each epoch is validated, the others are not" (fun () ->
              let problem = small 30
              let mutable checks = []

              let objective x =
                  checks <- Validation.isOn () :: checks
                  squares problem.Parameters x

              fit { quiet with Epochs = 2; BatchSize = 10 } problem objective |> ignore
              Expect.equal (List.rev checks) [ true; false; false; true; false; false ] "whether checks run")

          testCase "values that a likelihood refuses stop training at its first step" (fun () ->
              let vae = smallVae ()
              let gray = Dataset.ofTensor (dsharp.full ([ 10; 20 ], 0.5))
              let message = messageOf<ArgumentException, _>(fun () -> Training.fit quiet vae.Parameters (Vae.loss vae) gray)
              says message [ "Bernoulli"; "0.5"; "Dataset.binarized" ])

          testCase "options that make no sense are refused by name" (fun () ->
              let problem = small 10

              let refused options =
                  messageOf<ArgumentException, _>(fun () -> fit options problem (squares problem.Parameters))

              says (refused { quiet with Epochs = 0 }) [ "Epochs must be at least 1; it is 0" ]
              says (refused { quiet with BatchSize = 0 }) [ "at least one"; "0" ])

          testCase "a loss for each example is refused with the remedy" (fun () ->
              let problem = small 10

              let objective (x: Tensor) =
                  Loss.term "distance" ((x - problem.Parameters.Head.Value).square())

              says (messageOf<ArgumentException, _>(fun () -> fit quiet problem objective)) [ "[10; 1]"; "Loss.mean" ])

          testCase "an objective's own failure passes through" (fun () ->
              let problem = small 10

              let fail _ : Loss =
                  raise (InvalidOperationException "in the objective")

              says (messageOf<InvalidOperationException, _>(fun () -> fit quiet problem fail)) [ "in the objective" ]) ]
