// Weights in files: safetensors, one entry for each parameter.
// Any program that reads the format can use them; loading runs no code.
namespace Functional

open Functional.Tensors

module Weights =

    /// Writes the parameters to a file; an old file stays whole until the new one is.
    let save (path: string) (parameters: Parameter list) : unit =
        parameters
        |> Seq.map (fun parameter -> parameter.Name, parameter.Value)
        |> Safetensors.save path [ "format", "functional.weights" ]

    let private check (path: string) (stored: Map<string, Tensor>) (parameters: Parameter list) =
        for parameter in parameters do
            match stored.TryFind parameter.Name with
            | None -> raise (Errors.Weights.missing path parameter.Name stored.Keys)
            | Some tensor when tensor.shape <> parameter.Value.shape ->
                raise (Errors.Weights.mismatch path parameter.Name tensor.shape parameter.Value.shape)
            | Some _ -> ()

        let wanted = parameters |> List.map _.Name |> Set.ofList

        match stored.Keys |> Seq.tryFind (wanted.Contains >> not) with
        | Some unknown -> raise (Errors.Weights.unknown path unknown)
        | None -> ()

    /// Reads the parameters from a file that `save` wrote. Nothing is changed unless everything fits.
    /// Raises FileFormatException for a damaged file, ArgumentException for a parameter that is missing, unknown or of another shape.
    let load (path: string) (parameters: Parameter list) : unit =
        Scope.run (fun () ->
            let _, entries = Safetensors.load path Device.CPU
            let stored = Map.ofList entries
            check path stored parameters

            for parameter in parameters do
                Parameter.assign parameter.Value stored[parameter.Name])
