// The maximum of a log-density over R^D: BFGS from where the prior lies, then Newton's method to the last digits.
// Map and Laplace call it.
namespace Functional

open System
open Functional.Tensors
open MathNet.Numerics.LinearAlgebra
open MathNet.Numerics.Optimization

module internal ModeSearch =

    // BFGS only has to come near.
    let private nearEnough = 1e-5
    let private mostIterations = 1000
    let private mostNewtonSteps = 30

    let private vector (values: Tensor) : Vector<float> =
        Vector.Build.DenseOfArray(values.cast(Dtype.Float64).toArray1D<float>())

    let private tensor (like: Tensor) (values: Vector<float>) : Tensor = like.like (values.ToArray())

    // -f and its gradient, and the best point seen, for a search that ends early has found something too.
    let private descend (f: Tensor -> Tensor) (start: Tensor) : Tensor =
        let mutable best, lowest = start, infinity

        let evaluate (point: Vector<float>) : struct (float * Vector<float>) =
            Scope.run (fun () ->
                let u = tensor start point
                let value, gradient = dsharp.fgrad f u
                let value = -(value.toDouble ())

                if value < lowest then
                    lowest <- value
                    best <- Scope.keep u

                // where there is no density the search has to turn back
                let value = if Double.IsNaN value then Double.MaxValue else value
                struct (value, vector -gradient))

        let objective =
            ObjectiveFunction.Gradient(fun point ->
                let struct (value, gradient) = evaluate point
                struct (value, gradient))

        try
            BfgsMinimizer(nearEnough, 1e-12, 1e-12, mostIterations).FindMinimum(objective, vector start) |> ignore
        with :? OptimizationException ->
            ()

        best

    // One step of Newton's method, shortened until it rises; None where none does.
    let private improve (f: Tensor -> Tensor) (u: Tensor) : Tensor option =
        let value, gradient, hessian = dsharp.fgradhessian f u
        let here = value.toDouble ()
        let identity = Vectors.identity u.shape[0] u

        let attempt (damping: float) =
            try
                let factor = (identity * damping - hessian).cholesky()

                let step =
                    Vectors.solveColumns true (factor.transpose (0, 1)) (Vectors.solveColumns false factor (gradient.unsqueeze 1))

                let next: Tensor = u + step.squeeze 1
                if (f next).toDouble() > here then Some next else None
            with :? TensorException ->
                None

        Seq.append [ 0.0 ] (Seq.init 12 (fun i -> 10.0 ** float (i - 4))) |> Seq.tryPick attempt

    /// Where f is highest, from there.
    let find (f: Tensor -> Tensor) (start: Tensor) : Tensor =
        let rec polish (steps: int) (u: Tensor) =
            if steps = 0 then
                u
            else
                match Scope.run (fun () -> improve f u) with
                | Some better -> polish (steps - 1) better
                | None -> u

        Scope.run (fun () ->
            Validation.off (fun () ->
                if not (Double.IsFinite((f start).toDouble())) then
                    raise (Errors.Posterior.noDensity "The search for the mode")

                (descend f start |> polish mostNewtonSteps).noDiff()))
