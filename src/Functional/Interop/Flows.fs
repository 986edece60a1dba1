// What the C# facade calls of differential equations and flows: delegates, struct tuples and arrays.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading
open Functional
open Functional.Tensors

/// Ordinary differential equations.
module internal OdeBridge =

    let all: OdeMethod[] = List.toArray OdeMethod.all

    let create
        (name: string)
        (order: int)
        (nodes: float[])
        (coefficients: float[][])
        (weights: float[])
        (source: string)
        : OdeMethod =
        let method =
            { Name = name
              Order = order
              Nodes = List.ofArray nodes
              Coefficients = [ for row in coefficients -> List.ofArray row ]
              Weights = List.ofArray weights
              Source = source }

        OdeMethod.check method
        method

    let nodes (method: OdeMethod) = List.toArray method.Nodes
    let weights (method: OdeMethod) = List.toArray method.Weights

    let coefficients (method: OdeMethod) =
        [| for row in method.Coefficients -> List.toArray row |]

    let options
        (absolute: float)
        (relative: float)
        (norm: ErrorNorm)
        (firstStep: Nullable<float>)
        (maxSteps: int)
        (cancellation: CancellationToken)
        : OdeOptions =
        { AbsoluteTolerance = absolute
          RelativeTolerance = relative
          Norm = norm
          FirstStep = Option.ofNullable firstStep
          MaxSteps = maxSteps
          Cancellation = cancellation }

    let private field (f: Func<float, Tensor, Tensor>) (t: float) (x: Tensor) = f.Invoke(t, x)

    let private pairField (f: Func<float, struct (Tensor * Tensor), struct (Tensor * Tensor)>) (t: float) (x: Tensor, y: Tensor) =
        let struct (first, second) = f.Invoke(t, struct (x, y))
        first, second

    let solve options f (start: float) (finish: float) (x: Tensor) =
        OdeSolver.solve options (field f) (start, finish) x

    let solvePair options f (start: float) (finish: float) (struct (x, y): struct (Tensor * Tensor)) =
        let solution = OdeSolver.solvePair options (pairField f) (start, finish) (x, y)

        { State = (let x, y = solution.State in struct (x, y))
          Statistics = solution.Statistics }

    let solveAt options f (times: float[]) (x: Tensor) =
        OdeSolver.solveAt options (field f) (Array.toList times) x

    let fixedSteps (method: OdeMethod) (steps: int) f (start: float) (finish: float) (x: Tensor) =
        OdeSolver.fixedSteps method steps (field f) (start, finish) x

    let fixedStepsPair
        (method: OdeMethod)
        (steps: int)
        f
        (start: float)
        (finish: float)
        (struct (x, y): struct (Tensor * Tensor))
        =
        let x, y = OdeSolver.fixedStepsPair method steps (pairField f) (start, finish) (x, y)
        struct (x, y)

/// Stochastic differential equations.
module internal SdeBridge =

    let options
        method
        steps
        start
        finish
        stochasticity
        denoise
        (report: Action<SamplerProgress>)
        cancellation
        : ReverseSdeOptions =
        { Method = method
          Steps = steps
          Start = start
          Finish = finish
          Stochasticity = stochasticity
          Denoise = denoise
          OnStep = report.Invoke
          Cancellation = cancellation }

    let create (drift: Func<Tensor, Tensor, Tensor>) (diffusionSquared: Func<Tensor, Tensor>) : Sde =
        { Drift = fun x t -> drift.Invoke(x, t)
          DiffusionSquared = diffusionSquared.Invoke }

    let drift (sde: Sde) (x: Tensor) (t: Tensor) = sde.Drift x t
    let diffusionSquared (sde: Sde) (t: Tensor) = sde.DiffusionSquared t

    let stepping
        (name: string)
        (order: int)
        (step: Func<Sde, float, float, Tensor, Tensor, Tensor>)
        (source: string)
        : SdeMethod =
        { Name = name
          Order = order
          Step = fun sde t h x noise -> step.Invoke(sde, t, h, x, noise)
          Source = source }

    let step (method: SdeMethod) (sde: Sde) (t: float) (h: float) (x: Tensor) (noise: Tensor) = method.Step sde t h x noise

    let solve (method: SdeMethod) (steps: int) (sde: Sde) (start: float) (finish: float) (x: Tensor) =
        SdeSolver.solve method steps sde (start, finish) x

/// Probability flows, and velocity fields that are trained into them.
module internal FlowBridge =

    let create (velocity: Func<Tensor, Tensor, Tensor>) (noise: Distribution) (dataTime: float) : ProbabilityFlow =
        { Velocity = fun x t -> velocity.Invoke(x, t)
          Noise = noise
          DataTime = dataTime }

    let velocity (flow: ProbabilityFlow) (x: Tensor) (t: Tensor) = flow.Velocity x t
    let parameters (field: VelocityField) = List.toArray field.Parameters

    let coupling (name: string) (pair: Func<Tensor, Tensor, Tensor>) (source: string) : Coupling =
        { Name = name
          Pair = fun data noise -> pair.Invoke(data, noise)
          Source = source }

    let pair (coupling: Coupling) (data: Tensor) (noise: Tensor) = coupling.Pair data noise
    let couplings: Coupling[] = List.toArray Coupling.all
    let methods: SdeMethod[] = List.toArray SdeMethod.all

    let objective (options: FlowMatchingOptions) (field: VelocityField) : Func<Tensor, Loss> =
        Func<_, _>(FlowMatching.objective options field)

    let pairLoss (field: VelocityField) : Func<struct (Tensor * Tensor), Loss> =
        let loss = FlowMatching.pairLoss field
        Func<_, _>(fun (struct (data, noise)) -> loss (data, noise))

    let pairs (options: OdeOptions) (flow: ProbabilityFlow) (count: int) : Dataset<struct (Tensor * Tensor)> =
        RectifiedFlow.pairs options flow count |> Dataset.map (fun (data, noise) -> struct (data, noise))
