// Stops training when the loss or a parameter is no longer finite, with the weights put back to the last good ones.
// Training.fit asks it after every few steps.
namespace Functional

open System
open Functional.Tensors

/// The weights to go back to, copied whenever everything was found finite.
type internal Safeguard(parameters: Parameter list) =
    let copies =
        parameters
        |> List.map (fun parameter -> Scope.keep (parameter.Value.noDiff().clone ()))

    let mutable good = 0

    let save (step: int) =
        good <- step
        List.iter2 (fun copy (parameter: Parameter) -> Weights.assign copy parameter.Value) copies parameters

    let restore () =
        List.iter2 (fun copy (parameter: Parameter) -> Weights.assign parameter.Value copy) copies parameters

    let brokenParameter () =
        let sums =
            Scope.run (fun () ->
                Gradient.off (fun () ->
                    Tensor.stack([ for parameter in parameters -> parameter.Value.sum().float64 () ]).toArray1D<float> ()))

        Seq.zip parameters sums
        |> Seq.tryFind (fun (_, sum) -> not (Double.IsFinite sum))
        |> Option.map (fun (parameter, _) -> parameter.Name)

    let failure (epoch: int) (steps: FinishedStep list) =
        match Losses.broken steps with
        | Some(step, term, value) -> Some(Errors.Training.term epoch step.Number term value good)
        | None ->
            brokenParameter ()
            |> Option.map (fun name -> Errors.Training.parameter epoch (List.last steps).Number name good)

    /// Raises TrainingDivergedException when something among these steps was not finite; otherwise their weights are the good ones.
    member _.Check(epoch: int, steps: FinishedStep list) =
        match failure epoch steps with
        | Some error ->
            restore ()
            raise error
        | None -> save (List.last steps).Number

    interface IDisposable with
        member _.Dispose() = copies |> List.iter _.Dispose()
