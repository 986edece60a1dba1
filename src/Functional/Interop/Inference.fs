// What the C# facade calls of classical inference: arrays for lists, delegates for functions.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading
open Functional

module internal InferenceBridge =

    let options
        (starts: int)
        (maxIterations: int)
        (tolerance: float)
        (report: Action<IterationProgress>)
        (cancellation: CancellationToken)
        : IterationOptions =
        { Starts = starts
          MaxIterations = maxIterations
          Tolerance = tolerance
          OnIteration = report.Invoke
          Cancellation = cancellation }

    let numbers (values: float list) = List.toArray values
