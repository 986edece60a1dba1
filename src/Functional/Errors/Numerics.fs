// What is raised about ordinary differential equations.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

module internal OdeSolver =

    let private shape = Shape.toString

    let option (name: string) (requirement: string) (value: obj) =
        ArgumentException($"OdeSolver: {name} must be {requirement}; it is {value}.", name)

    let times (times: float list) =
        ArgumentException
            $"OdeSolver.solveAt: the times {times} have to ascend or to descend, be finite, and hold at least the first."

    let slope (found: Shape) (wanted: Shape) =
        ArgumentException
            $"OdeSolver: the field returned shape {shape found} for a state of shape {shape wanted}; a slope has the state's shape."

    let steps (tried: int) (start: float) (finish: float) (time: float) (length: float) =
        ArithmeticException(
            $"OdeSolver: {tried} steps from t = {start} did not reach t = {finish}; at t = {time:G6} a step is {abs length:G3} long. "
            + "Raise the tolerances or MaxSteps; a stiff or discontinuous field is none for this solver."
        )

    let tooSmall (time: float) (length: float) =
        ArithmeticException(
            $"OdeSolver: at t = {time:G6} even a step of {abs length:G3} misses the tolerance. The field is not finite or has a singularity "
            + "there, or the tolerance is finer than the numbers' precision: end before the singularity, raise it, or use float64."
        )
