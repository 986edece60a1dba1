// Stops training when the loss or a parameter is no longer finite, with the weights put back to the last good ones.
// Training.fit asks it after every few steps.
namespace Functional

open System
open Functional.Tensors

/// The weights, and averages of them, to go back to; copied whenever everything was found finite.
type internal Safeguard(parameters: Parameter list, averages: Tensor list) =
    let weights () =
        [ for parameter in parameters -> parameter.Value ] @ averages

    let copies = weights () |> List.map (fun weight -> Scope.keep (weight.noDiff().clone()))

    let mutable good = 0

    let save (step: int) =
        good <- step
        List.iter2 Parameter.assign copies (weights ())

    let restore () =
        List.iter2 Parameter.assign (weights ()) copies

    let brokenParameter () =
        let sums =
            Scope.run (fun () ->
                Gradient.off (fun () ->
                    Tensor.stack([ for parameter in parameters -> parameter.Value.sum().float64() ]).toArray1D<float>()))

        Seq.zip parameters sums
        |> Seq.tryFind (fun (_, sum) -> not (Double.IsFinite sum))
        |> Option.map (fun (parameter, _) -> parameter.Name)

    // The steps to look at when something was not finite, and the error to raise if none of their gradients explains it.
    let failure (epoch: int) (steps: FinishedStep list) =
        match Losses.broken steps with
        | Some(step, term, value) ->
            let before = steps |> List.takeWhile (fun earlier -> earlier.Number < step.Number)
            Some(before, Errors.Training.term epoch step.Number term value good)
        | None ->
            brokenParameter ()
            |> Option.map (fun name -> steps, Errors.Training.parameter epoch (List.last steps).Number name good)

    /// Raises TrainingDivergedException when something among these steps was not finite, with the weights put back; otherwise their
    /// weights are the good ones. What is found broken may have been broken by an earlier step: `brokenGradient` names the first
    /// parameter whose gradient at a step is not finite, if there is one.
    member _.Check(epoch: int, steps: FinishedStep list, brokenGradient: FinishedStep -> string option) =
        match failure epoch steps with
        | None -> save (List.last steps).Number
        | Some(suspects, otherwise) ->
            restore ()

            suspects
            |> List.tryPick (fun step -> brokenGradient step |> Option.map (fun name -> step.Number, name))
            |> Option.map (fun (number, name) -> Errors.Training.parameter epoch number name good)
            |> Option.defaultValue otherwise
            |> raise

    interface IDisposable with
        member _.Dispose() = copies |> List.iter _.Dispose()
