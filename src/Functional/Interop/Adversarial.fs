// What the C# facade calls of players and adversarial losses: delegates for functions, arrays for lists.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Players of a game.
module internal PlayerBridge =

    let create (name: string) (optimizer: Optimizer) (parameters: Parameter[]) (objective: Func<'Batch, Loss>) : Player<'Batch> =
        Player.create name optimizer (Array.toList parameters) objective.Invoke

    let withSteps (steps: int) (player: Player<'Batch>) = { player with Steps = steps }

    let withAfterStep (afterStep: Action) (player: Player<'Batch>) =
        { player with AfterStep = afterStep.Invoke }

    /// A player on batches of another type.
    let adapt (unwrap: Func<'Outer, 'Inner>) (player: Player<'Inner>) : Player<'Outer> =
        { Name = player.Name
          Parameters = player.Parameters
          Optimizer = player.Optimizer
          Objective = unwrap.Invoke >> player.Objective
          Steps = player.Steps
          AfterStep = player.AfterStep }

    let parameters (player: Player<'Batch>) = List.toArray player.Parameters
    let loss (player: Player<'Batch>) (batch: 'Batch) : Loss = player.Objective batch
    let afterStep (player: Player<'Batch>) = Action player.AfterStep

    let play (options: TrainingOptions) (players: Player<'Batch>[]) (data: Dataset<'Batch>) : TrainingResult =
        Training.play options (Array.toList players) data

/// Adversarial losses, penalties and options.
module internal AdversarialBridge =

    let loss
        (name: string)
        (formula: string)
        (source: string)
        (critic: Func<Tensor, Tensor, Tensor>)
        (generator: Func<Func<Tensor>, Tensor, Tensor>)
        (isZeroSum: bool)
        (saturates: bool)
        (ofFeatures: bool)
        : AdversarialLoss =
        { Name = name
          Formula = formula
          Source = source
          Critic = fun real fake -> critic.Invoke(real, fake)
          Generator = fun real fake -> generator.Invoke(Func<_> real, fake)
          IsZeroSum = isZeroSum
          Saturates = saturates
          OfFeatures = ofFeatures }

    let critic (loss: AdversarialLoss) (real: Tensor) (fake: Tensor) = loss.Critic real fake
    let generator (loss: AdversarialLoss) (real: Tensor) (fake: Tensor) = loss.Generator (fun () -> real) fake

    let ofGenerator (loss: AdversarialLoss) (real: Func<Tensor>) (fake: Tensor) =
        Adversarial.ofGenerator loss real.Invoke fake

    let all () = List.toArray Adversarial.all

    let penalty
        (name: string)
        (formula: string)
        (source: string)
        (value: Func<Func<Tensor, Tensor>, Tensor, Tensor, Tensor>)
        : CriticPenalty =
        { Name = name
          Formula = formula
          Source = source
          Value = fun critic real fake -> value.Invoke(Func<_, _> critic, real, fake) }

    let penaltyValue (penalty: CriticPenalty) (critic: Func<Tensor, Tensor>) (real: Tensor) (fake: Tensor) =
        penalty.Value critic.Invoke real fake

    let penaltyTerm (penalty: CriticPenalty) (critic: Func<Tensor, Tensor>) (real: Tensor) (fake: Tensor) =
        CriticPenalty.term penalty critic.Invoke real fake

    let squaredSlope (critic: Func<Tensor, Tensor>) (x: Tensor) =
        CriticPenalty.squaredSlope critic.Invoke x

    let penalties () = List.toArray CriticPenalty.all

    let options
        (loss: AdversarialLoss)
        (penalty: CriticPenalty)
        (clip: Nullable<float>)
        (criticOptimizer: Optimizer)
        (generatorOptimizer: Optimizer)
        (criticSteps: int)
        : AdversarialOptions =
        { Loss = loss
          Penalty = Option.ofObj penalty
          Clip = Option.ofNullable clip
          CriticOptimizer = criticOptimizer
          GeneratorOptimizer = generatorOptimizer
          CriticSteps = criticSteps }

    let penaltyOf (options: AdversarialOptions) : CriticPenalty = Option.toObj options.Penalty
    let clipOf (options: AdversarialOptions) : Nullable<float> = Option.toNullable options.Clip

    let clipWeights (bound: float) (parameters: Parameter[]) =
        AdversarialOptions.clipWeights bound (Array.toList parameters)

    let criticLoss (options: AdversarialOptions) (critic: Func<Tensor, Tensor>) (real: Tensor) (fake: Tensor) =
        AdversarialOptions.criticLoss options critic.Invoke real fake

    let generatorLoss (options: AdversarialOptions) (critic: Func<Tensor, Tensor>) (real: Tensor) (fake: Tensor) =
        AdversarialOptions.generatorLoss options critic.Invoke real fake

    let criticPlayer (options: AdversarialOptions) (name: string) (parameters: Parameter[]) (objective: Func<'Batch, Loss>) =
        AdversarialOptions.critic options name (Array.toList parameters) objective.Invoke

    let generatorPlayer (options: AdversarialOptions) (name: string) (parameters: Parameter[]) (objective: Func<'Batch, Loss>) =
        AdversarialOptions.generator options name (Array.toList parameters) objective.Invoke
