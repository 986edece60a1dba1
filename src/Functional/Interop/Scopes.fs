// What the C# facade calls to run code under a scope, a seed, without gradients or without checks.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading.Tasks
open Functional
open Functional.Tensors

/// Code that runs under a scope, a seed, without gradients or without checks.
module internal ScopeBridge =

    // What leaves a scope, together with the tensors inside it.
    type private Kept<'T>(value: 'T, unwrap: Func<obj, obj>) =
        member _.Value = value

        interface IHoldsTensors with
            member _.Tensors = Held.tensorsThrough unwrap.Invoke (box value)

    let run (body: Func<'T>) (unwrap: Func<obj, obj>) : 'T =
        (Scope.run (fun () -> Kept(body.Invoke(), unwrap))).Value

    let runAsync (body: Func<Task<'T>>) (unwrap: Func<obj, obj>) : Task<'T> =
        task {
            let! kept =
                Scope.runTask (fun () ->
                    task {
                        let! value = body.Invoke()
                        return Kept(value, unwrap)
                    })

            return kept.Value
        }

    let keep (value: 'T) (unwrap: Func<obj, obj>) : unit =
        Scope.keep (Kept(value, unwrap)) |> ignore

    let withSeed (seed: int) (body: Func<'T>) : 'T = Random.withSeed seed body.Invoke
    let gradientOff (body: Func<'T>) : 'T = Gradient.off body.Invoke
    let validationOff (body: Func<'T>) : 'T = Validation.off body.Invoke
