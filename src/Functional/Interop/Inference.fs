// What the C# facade calls of classical inference, discrepancies and annealing: arrays for lists, delegates for functions.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading
open Functional
open Functional.Tensors

/// Loops over sweeps.
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

/// Kernels.
module internal KernelBridge =

    let ofSquaredDistance (f: Func<Tensor, Tensor>) = Kernel.FromSquaredDistance f.Invoke
    let ofProduct (f: Func<Tensor, Tensor>) = Kernel.FromProduct f.Invoke

    let polynomial (degree: int) (scale: float) (offset: float) =
        Kernel.Polynomial(degree, scale, offset)

    let overScales (make: Func<float, Kernel>) (scales: seq<float>) = Kernel.OverScales(make.Invoke, scales)

/// Annealed importance sampling.
module internal AnnealingBridge =

    let options
        (chains: int)
        (steps: int)
        (schedule: AnnealingSchedule)
        (leapfrog: int)
        (stepSize: float)
        (acceptance: float)
        (report: Action<AnnealingProgress>)
        (cancellation: CancellationToken)
        : AnnealingOptions =
        { Chains = chains
          Steps = steps
          Schedule = schedule
          Leapfrog = leapfrog
          StepSize = stepSize
          Acceptance = acceptance
          Progress =
            { new IProgress<AnnealingProgress> with
                member _.Report progress = report.Invoke progress }
          Cancellation = cancellation }

    let run (options: AnnealingOptions) (start: Distribution) (logTarget: Func<Tensor, Tensor>) =
        AnnealedImportance.run options start logTarget.Invoke

    let evidence (options: AnnealingOptions) (prior: Distribution) (likelihood: Func<Tensor, Distribution>) (x: Tensor) =
        AnnealedImportance.evidence options prior likelihood.Invoke x
