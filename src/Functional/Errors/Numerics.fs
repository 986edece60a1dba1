// What is raised about batches of examples, and about ordinary differential equations.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

/// Examples along the first axis, and what goes with each.
module internal Rows =

    let private shape = Shape.toString

    let numbers (found: Shape) (examples: Shape) =
        ArgumentException(
            $"What goes with each example, its time or its noise level, has shape {shape found}, and the examples {shape examples}; "
            + "there has to be one number for each example, on a single axis. A column becomes one with squeeze 1, a single number with expand [batch]."
        )

    let output (who: string) (found: Shape) (examples: Shape) =
        ArgumentException(
            $"{who}: the network's output has shape {shape found} for examples of shape {shape examples}; the two have to be equal. "
            + "End the network with as many features as an example has, and keep the axis of the batch."
        )

/// Solvers of ordinary differential equations.
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
