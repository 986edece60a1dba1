// What the C# facade calls to differentiate: functions as delegates, tuples as struct tuples.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Each returns the function's value too, as DiffSharp's f-twins do.
module internal DifferentiationBridge =

    let private pair (a: Tensor, b: Tensor) = struct (a, b)
    let private triple (a: Tensor, b: Tensor, c: Tensor) = struct (a, b, c)

    let derivatives (order: int) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.ffdiffn order f.Invoke x

    let along (f: Func<Tensor, Tensor>) (x: Tensor) (directions: Tensor[]) =
        dsharp.evalForwardDiffs f.Invoke x directions

    let gradient (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.fgrad f.Invoke x |> pair
    let gradientAlong (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) = dsharp.fgradv f.Invoke x v |> pair
    let jacobian (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.fjacobian f.Invoke x |> pair
    let jacobianVector (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) = dsharp.fjacobianv f.Invoke x v |> pair
    let vectorJacobian (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) = dsharp.fjacobianTv f.Invoke x v |> pair

    let hessian (f: Func<Tensor, Tensor>) (x: Tensor) =
        dsharp.fgradhessian f.Invoke x |> triple

    let hessianVector (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) =
        dsharp.fgradhessianv f.Invoke x v |> triple

    let laplacian (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.flaplacian f.Invoke x |> pair
    let divergence (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.fdivergence f.Invoke x |> pair

    let curl (f: Func<Tensor, Tensor>) (x: Tensor) =
        dsharp.fcurldivergence f.Invoke x |> triple

    let batchJacobian (f: Func<Tensor, Tensor>) (x: Tensor) =
        dsharp.fbatchJacobian f.Invoke x |> pair

    let batchDivergence (f: Func<Tensor, Tensor>) (x: Tensor) =
        dsharp.fbatchDivergence f.Invoke x |> pair

    let batchDivergenceAlong (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) =
        dsharp.fbatchDivergenceAlong f.Invoke x v |> pair

    let batchDivergenceEstimate (samples: int) (f: Func<Tensor, Tensor>) (x: Tensor) =
        dsharp.fbatchDivergenceEstimate samples f.Invoke x |> pair

    let pullback (f: Func<Tensor, Tensor>) (x: Tensor) : struct (Tensor * Func<Tensor, Tensor>) =
        let value, pull = dsharp.evalReverseDiff f.Invoke x
        struct (value, Func<Tensor, Tensor> pull)

    let unaryOperation (name: string) (f: Func<Tensor, Tensor>) (gradient: Func<Tensor, Tensor, Tensor, Tensor>) (a: Tensor) =
        CustomOperation.apply
            name
            (fun inputs -> f.Invoke inputs[0])
            [| fun inputs value upstream -> gradient.Invoke(inputs[0], value, upstream) |]
            [| a |]

    let binaryOperation
        (name: string)
        (f: Func<Tensor, Tensor, Tensor>)
        (gradients: Func<Tensor, Tensor, Tensor, Tensor, Tensor>[])
        (a: Tensor)
        (b: Tensor)
        =
        let rule (gradient: Func<Tensor, Tensor, Tensor, Tensor, Tensor>) (inputs: Tensor[]) value upstream =
            gradient.Invoke(inputs[0], inputs[1], value, upstream)

        CustomOperation.apply name (fun inputs -> f.Invoke(inputs[0], inputs[1])) (Array.map rule gradients) [| a; b |]
