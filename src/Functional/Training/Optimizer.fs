// Optimizers: how gradients change parameters. A value that says which one, and the state it keeps for one set of parameters.
// Training.fit starts one; a loop of one's own calls Step.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// An optimizer at work on the trained ones of a set of parameters.
[<AbstractClass>]
type OptimizerState(parameters: Parameter list, rate: float) =

    let trained = parameters |> List.filter _.Trained

    /// What it changes: the trained parameters, in the order in which their gradients are given.
    member _.Parameters = trained

    /// The learning rate; may be changed between steps.
    member val LearningRate = rate with get, set

    /// How many steps it has taken.
    member val Steps = 0 with get, set

    /// Changes every parameter by one step against its gradient.
    abstract Step: gradients: Tensor[] -> unit

    /// What it remembers between steps, by name.
    abstract Memory: (string * Tensor) list

    /// What of its memory are weights, too: averages, which are put back with the parameters when training goes wrong.
    abstract Averages: Tensor list

    default _.Averages = []

    interface IHoldsTensors with
        member this.Tensors = this.Memory |> Seq.map snd

/// Which optimizer, with its settings; `Start` gives it parameters.
type Optimizer =
    {
        /// Its name and settings.
        Name: string
        /// Begins with fresh memory on the trained ones of these parameters.
        Start: Parameter list -> OptimizerState
    }

module private Fused =

    let private adamOp = Operators.find "functional::adam_step_" ""
    let private addOp = Operators.find "aten::_foreach_add_" "List"
    let private scaleOp = Operators.find "aten::_foreach_mul_" "Scalar"

    let handles (tensors: Tensor[]) =
        Arg.tensors (tensors |> Array.map _.Handle)

    let adam (parameters: Tensor[]) (gradients: Tensor[]) (first: Tensor[]) (second: Tensor[]) (numbers: float list) (step: int) =
        let lists = [| handles parameters; handles gradients; handles first; handles second |]
        let numbers = [| for number in numbers -> Arg.double number |]
        adamOp.Run(Array.concat [ lists; numbers; [| Arg.int (int64 step) |] ])

    /// target += factor · source, for every pair.
    let add (targets: Tensor[]) (sources: Tensor[]) (factor: float) =
        Gradient.off (fun () -> addOp.Run [| handles targets; handles sources; Arg.double factor |])

    /// target *= factor, for every target.
    let scale (targets: Tensor[]) (factor: float) =
        Gradient.off (fun () -> scaleOp.Run [| handles targets; Arg.double factor |])

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Optimizer =

    let private positive (name: string) (value: float) =
        if not (value > 0.0) then
            raise (Errors.Argument.option name "positive" value)

    let private share (name: string) (value: float) =
        if not (value >= 0.0 && value < 1.0) then
            raise (Errors.Argument.option name "at least 0 and below 1" value)

    let private values (parameters: Parameter list) =
        parameters |> Seq.map _.Value |> Seq.toArray

    let private startOnTrained (start: Parameter list -> OptimizerState) : Parameter list -> OptimizerState =
        List.filter _.Trained >> start

    let private zerosLike (tensors: Tensor[]) =
        tensors |> Array.map (fun tensor -> Scope.keep (tensor.zerosLike ()))

    let private remembered (kind: string) (parameters: Parameter list) (tensors: Tensor[]) =
        List.mapi (fun i (parameter: Parameter) -> $"{kind}.{parameter.Name}", tensors[i]) parameters

    let private startAdam rate beta1 beta2 epsilon decay (parameters: Parameter list) =
        let tensors = values parameters
        let first, second = zerosLike tensors, zerosLike tensors

        { new OptimizerState(parameters, rate) with
            member this.Step gradients =
                this.Steps <- this.Steps + 1
                Fused.adam tensors gradients first second [ this.LearningRate; beta1; beta2; epsilon; decay ] this.Steps

            member _.Memory = remembered "first" parameters first @ remembered "second" parameters second }

    /// Adam with decoupled weight decay: m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g², θ ← θ (1 - rate·decay) - rate · m̂ / (√v̂ + ε).
    /// Source: Kingma & Ba, arXiv:1412.6980, algorithm 1; Loshchilov & Hutter, arXiv:1711.05101, algorithm 2.
    let adamWith (rate: float) (beta1: float) (beta2: float) (epsilon: float) (decay: float) : Optimizer =
        positive "rate" rate
        share "beta1" beta1
        share "beta2" beta2
        positive "epsilon" epsilon
        share "decay" decay

        { Name = $"adam (rate {rate}, beta1 {beta1}, beta2 {beta2}, epsilon {epsilon}, decay {decay})"
          Start = startOnTrained (startAdam rate beta1 beta2 epsilon decay) }

    /// Adam with its authors' settings: β₁ = 0.9, β₂ = 0.999, ε = 1e-8, no weight decay.
    let adam (rate: float) : Optimizer = adamWith rate 0.9 0.999 1e-8 0.0

    let private startSgd rate momentum (parameters: Parameter list) =
        let tensors = values parameters
        let velocity = if momentum = 0.0 then [||] else zerosLike tensors

        { new OptimizerState(parameters, rate) with
            member this.Step gradients =
                this.Steps <- this.Steps + 1

                if momentum = 0.0 then
                    Fused.add tensors gradients -this.LearningRate
                else
                    Fused.scale velocity momentum
                    Fused.add velocity gradients 1.0
                    Fused.add tensors velocity -this.LearningRate

            member _.Memory = if momentum = 0.0 then [] else remembered "velocity" parameters velocity }

    /// Stochastic gradient descent with momentum: u ← μ u + g, θ ← θ - rate · u.
    /// Source: Sutskever et al., ICML 2013, equations 1 and 2, with the rate outside the velocity.
    let momentum (rate: float) (momentum: float) : Optimizer =
        positive "rate" rate
        share "momentum" momentum

        { Name = $"sgd (rate {rate}, momentum {momentum})"
          Start = startOnTrained (startSgd rate momentum) }

    /// Stochastic gradient descent: θ ← θ - rate · g.
    let sgd (rate: float) : Optimizer =
        { momentum rate 0.0 with Name = $"sgd (rate {rate})" }

    /// The optimizer with its rate multiplied by what a schedule gives for each step, counted from 1.
    let scheduled (schedule: int -> float) (optimizer: Optimizer) : Optimizer =
        let start (parameters: Parameter list) =
            let inner = optimizer.Start parameters

            { new OptimizerState(parameters, inner.LearningRate) with
                member this.Step gradients =
                    inner.LearningRate <- this.LearningRate * schedule (this.Steps + 1)
                    inner.Steps <- this.Steps
                    inner.Step gradients
                    this.Steps <- inner.Steps

                member _.Memory = inner.Memory
                member _.Averages = inner.Averages }

        { Name = $"{optimizer.Name}, scheduled"; Start = start }
