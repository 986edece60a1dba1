// Memory of a training run: what is alive and what is resident at the end of 2,000 steps, against a quarter of the way.
// Benchmarks of training steps end with it, and fail where memory grows.
module Functional.Benchmarks.FlatMemory

open System
open System.Collections.Generic
open System.Diagnostics
open Functional
open Functional.Tensors

let private epochs, looks = 20, 4

// Once what is unreachable has gone.
let private alive () =
    for _ in 1..2 do
        GC.Collect()
        GC.WaitForPendingFinalizers()

    Scope.liveTensors (), float (Process.GetCurrentProcess().WorkingSet64) / 1048576.0

/// Runs a training of 100 steps an epoch. Live tensors may not rise at all, resident memory by a twentieth: a step that keeps 10 KiB
/// of some 300 MiB is seen.
let run (name: string) (options: TrainingOptions) (train: TrainingOptions -> unit) : Comparison list =
    let seen = List<int64 * float>()

    let look (epoch: EpochSummary) =
        if epoch.Epoch % (epochs / looks) = 0 then
            seen.Add(alive ())

    train { options with Epochs = epochs; OnEpoch = look }
    let (tensorsThen, residentThen), (tensors, resident) = seen[0], seen[looks - 1]

    let against what unit atMost ours theirs =
        { Name = $"{name}, {what}"
          Ours = ours
          Peer = "a quarter of the way"
          Theirs = theirs
          Unit = unit
          AtMost = atMost }

    [ against "live tensors" "tensors" 1.0 (float tensors) (float tensorsThen)
      against "resident memory" "MiB" 1.05 resident residentThen ]
