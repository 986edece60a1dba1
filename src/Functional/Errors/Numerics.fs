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

    let tableau (name: string) (nodes: int) (rows: int list) (weights: int) =
        let rows = rows |> List.map string |> String.concat ", "

        ArgumentException(
            $"OdeMethod {name}: its tableau has {nodes} nodes, rows of {rows} coefficients and {weights} weights. It needs one node (the first is 0), "
            + "one row and one weight for each evaluation, rows of 0, 1, 2, ... coefficients, and weights that sum to 1."
        )

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
