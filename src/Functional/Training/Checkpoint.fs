// Where a training run stands, in a file: weights, the optimizer's memory, random numbers, the position in the data, losses so far.
// Training.fit writes one after each epoch and when it is stopped, and goes on from it bit for bit.
namespace Functional

open System
open System.Globalization
open System.IO
open Functional.Tensors

/// A place in a run, between two steps.
type internal Position =
    {
        /// The epoch under way, from 1.
        Epoch: int
        /// The steps of this epoch that are done, and the order in which it reads the examples once that is drawn.
        Finished: FinishedStep list
        Order: Tensor option
        /// The epochs before it.
        Summaries: EpochSummary list
    }

/// What a run consists of besides its position.
type internal RunState =
    {
        Parameters: Parameter list
        /// Those at work, and what the names of their entries begin with.
        Optimizers: (string * OptimizerState) list
        /// What has to be the same when the run goes on: optimizers, steps of the players, batch size, number of examples.
        Settings: (string * string) list
    }

module internal Checkpoint =

    let start = { Epoch = 1; Finished = []; Order = None; Summaries = [] }

    let private devices (run: RunState) =
        Device.CPU :: [ for parameter in run.Parameters -> parameter.Value.device ] |> List.distinct

    let private generatorName (device: Device) = $"generator.{device}"

    let private float64 (values: float list list) =
        dsharp.tensor (values, device = Device.CPU, dtype = Dtype.Float64)

    // Each row: examples, the terms, the loss.
    let private stepRow (step: FinishedStep) =
        float step.Examples :: List.ofArray step.Values

    // Each row: seconds, the terms, the loss.
    let private summaryRow (summary: EpochSummary) =
        summary.Duration.TotalSeconds :: (summary.Terms |> List.map snd) @ [ summary.Loss ]

    let private names (position: Position) =
        match position.Finished, position.Summaries with
        | step :: _, _ -> step.Names
        | [], summary :: _ -> summary.Terms |> List.map fst
        | [], [] -> []

    // Each with its epoch before it.
    let private warnings (position: Position) =
        [ for summary in position.Summaries do
              for warning in summary.Warnings -> $"{summary.Epoch} {warning}" ]

    let private tables (position: Position) =
        [ if not position.Finished.IsEmpty then
              "steps", float64 (position.Finished |> List.map stepRow)
          if not position.Summaries.IsEmpty then
              "epochs", float64 (position.Summaries |> List.map summaryRow) ]

    let private memory (run: RunState) =
        [ for prefix, optimizer in run.Optimizers do
              for name, tensor in optimizer.Memory -> prefix + name, tensor ]

    let private tensors (run: RunState) (position: Position) =
        [ for parameter in run.Parameters -> $"parameter.{parameter.Name}", parameter.Value
          for name, tensor in memory run -> $"optimizer.{name}", tensor
          for device in devices run -> generatorName device, dsharp.tensor (Random.state device, device = Device.CPU)
          for order in Option.toList position.Order -> "order", order
          yield! tables position ]

    /// Writes the run to a file in one step: a run that is killed leaves the file before it, whole.
    let save (path: string) (run: RunState) (position: Position) : unit =
        let metadata =
            [ "format", "functional.checkpoint"
              "epoch", string position.Epoch
              "terms", String.Join("\n", names position)
              "warnings", String.Join("\n", warnings position)
              for prefix, optimizer in run.Optimizers do
                  $"{prefix}optimizer.steps", string optimizer.Steps
                  $"{prefix}optimizer.rate", optimizer.LearningRate.ToString("R", CultureInfo.InvariantCulture) ]

        Scope.run (fun () -> Safetensors.save path (metadata @ run.Settings) (tensors run position))

    let private checkSettings (path: string) (metadata: Map<string, string>) (settings: (string * string) list) =
        if metadata.TryFind "format" <> Some "functional.checkpoint" then
            raise (Errors.Training.notACheckpoint path)

        for name, wanted in settings do
            match metadata.TryFind name with
            | Some found when found = wanted -> ()
            | found -> raise (Errors.Training.otherRun path name (defaultArg found "not recorded") wanted)

    let private rows (stored: Map<string, Tensor>) (name: string) =
        match stored.TryFind name with
        | Some table ->
            let width = table.shape[1]
            table.toArray1D<float>() |> Array.chunkBySize width |> Array.toList
        | None -> []

    let private readStep (names: string list) (first: int) (i: int) (row: float[]) : FinishedStep =
        { Number = first + i
          Examples = int row[0]
          Names = names
          Values = Array.tail row }

    let private readSummary (names: string list) (warnings: string list) (i: int) (row: float[]) =
        let own = $"{i + 1} "

        { Epoch = i + 1
          Loss = Array.last row
          Terms = names |> List.mapi (fun column name -> name, row[column + 1])
          Duration = TimeSpan.FromSeconds row[0]
          Warnings = warnings |> List.filter _.StartsWith(own, StringComparison.Ordinal) |> List.map _.Substring(own.Length) }

    // What is to be overwritten, and with what.
    let private pair (path: string) (stored: Map<string, Tensor>) (prefix: string) (targets: (string * Tensor) list) =
        [ for name, target in targets ->
              match stored.TryFind $"{prefix}.{name}" with
              | Some source when source.shape = target.shape -> target, source
              | Some source -> raise (Errors.Weights.mismatch path name source.shape target.shape)
              | None -> raise (Errors.Weights.missing path $"{prefix}.{name}" stored.Keys) ]

    /// Puts a run back to where a file says it stood. Nothing is changed unless everything fits.
    /// Raises FileFormatException for a damaged file and ArgumentException for the file of another run.
    let load (path: string) (stepsPerEpoch: int) (run: RunState) : Position =
        let metadata, entries = Safetensors.load path Device.CPU
        let metadata, stored = Map.ofList metadata, Map.ofList entries
        checkSettings path metadata run.Settings
        let parameters = [ for parameter in run.Parameters -> parameter.Name, parameter.Value ]

        for target, source in pair path stored "parameter" parameters @ pair path stored "optimizer" (memory run) do
            Parameter.assign target source

        for prefix, optimizer in run.Optimizers do
            optimizer.Steps <- int metadata[$"{prefix}optimizer.steps"]
            optimizer.LearningRate <- Double.Parse(metadata[$"{prefix}optimizer.rate"], CultureInfo.InvariantCulture)

        for device in devices run do
            stored.TryFind(generatorName device)
            |> Option.iter (fun state -> Random.restore device (state.toArray1D<byte>()))

        let epoch = int metadata["epoch"]

        let lines (entry: string) =
            metadata.TryFind entry |> Option.map (fun text -> List.ofArray (text.Split '\n')) |> Option.defaultValue []

        let names, warnings = lines "terms", lines "warnings"
        let firstStep = (epoch - 1) * stepsPerEpoch + 1

        { Epoch = epoch
          Finished = rows stored "steps" |> List.mapi (readStep names firstStep)
          Order = stored.TryFind "order" |> Option.map _.move(Device.Default)
          Summaries = rows stored "epochs" |> List.mapi (readSummary names warnings) }

    /// The position in the file, or the beginning where there is no file yet.
    let resume (path: string option) (stepsPerEpoch: int) (run: RunState) : Position =
        match path with
        | Some path when File.Exists path -> load path stepsPerEpoch run
        | _ -> start
