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

/// Differentiation by hand.
module internal ForwardReverseBridge =

    let private tag (level: Nullable<uint32>) = Option.ofNullable level

    let forwardDiff (t: Tensor) (derivative: Tensor) (level: Nullable<uint32>) =
        t.forwardDiff (derivative, ?nestingTag = tag level)

    let reverseDiff (t: Tensor) (derivative: Tensor) (level: Nullable<uint32>) =
        t.reverseDiff (?derivative = Option.ofObj derivative, ?nestingTag = tag level)

    let primal (t: Tensor) = t.primal
    let primalDeep (t: Tensor) = t.primalDeep
    let derivative (t: Tensor) = t.derivative
    let setDerivative (t: Tensor) (value: Tensor) = t.derivative <- value
    let derivativeDeep (t: Tensor) = t.derivativeDeep

    let reverse (t: Tensor) (value: Tensor) (zeroDerivatives: bool) =
        t.reverse (?value = Option.ofObj value, zeroDerivatives = zeroDerivatives)

    let reversePush (t: Tensor) (value: Tensor) = t.reversePush value
    let reverseReset (t: Tensor) = t.reverseReset true
    let isForwardDiff (t: Tensor) = t.isForwardDiff
    let isReverseDiff (t: Tensor) = t.isReverseDiff
    let isNoDiff (t: Tensor) = t.isNoDiff
    let isSameDiffType (a: Tensor) (b: Tensor) = a.isSameDiffType b
    let depth (t: Tensor) = t.depth
    let nestingTag (t: Tensor) = t.nestingTag
    let parentOp (t: Tensor) = t.parentOp.Name

    let ancestors (t: Tensor) =
        let tensors, text = t.ancestors ()
        struct (List.toArray tensors, text)

    let level () = dsharp.nestLevel ()
    let setLevel (level: uint32) = dsharp.nest level

/// Derivatives by central differences.
module internal NumericalBridge =
    open Functional.Tensors.Numerical

    let derivative (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numdiff epsilon f.Invoke x
    let secondDerivative (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numdiff2 epsilon f.Invoke x
    let gradient (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numgrad epsilon f.Invoke x
    let gradientAlong (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) = dsharp.numgradv epsilon f.Invoke x v
    let hessian (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numhessian epsilon f.Invoke x
    let hessianVector (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) = dsharp.numhessianv epsilon f.Invoke x v
    let laplacian (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numlaplacian epsilon f.Invoke x
    let jacobian (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numjacobian epsilon f.Invoke x

    let jacobianVector (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) (v: Tensor) =
        dsharp.numjacobianv epsilon f.Invoke x v

    let divergence (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numdivergence epsilon f.Invoke x
    let curl (epsilon: float) (f: Func<Tensor, Tensor>) (x: Tensor) = dsharp.numcurl epsilon f.Invoke x
