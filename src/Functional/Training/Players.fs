// Players: who minimises what in a training run. One in Training.fit; a critic and a generator in adversarial training.
// Training.play takes a list of them and plays round after round.
namespace Functional

open Functional.Tensors

/// One side of a game: its own parameters, objective and optimizer. In each round it takes `Steps` steps, the first on the first
/// batch of the round, the next on the second; what other players' parameters do to its loss is not its business.
type Player<'Batch> =
    {
        /// Put before the names of its terms, and of its parameters in checkpoints, where there are several players.
        Name: string
        /// What it changes. Another player may change some of it too, with an optimizer of its own.
        Parameters: Parameter list
        Optimizer: Optimizer
        /// What it minimises: a scalar for each batch.
        Objective: Objective<'Batch>
        /// Optimizer steps a round, at least 1.
        Steps: int
        /// Called after each of its steps, not recorded for differentiation: the place to clip weights.
        AfterStep: unit -> unit
    }

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Player =

    /// A player that takes one step a round.
    let create
        (name: string)
        (optimizer: Optimizer)
        (parameters: Parameter list)
        (objective: Objective<'Batch>)
        : Player<'Batch> =
        { Name = name
          Parameters = parameters
          Optimizer = optimizer
          Objective = objective
          Steps = 1
          AfterStep = ignore }

/// A player with its optimizer at work.
type internal PlayerAtWork<'Batch>(player: Player<'Batch>) =
    let optimizer = player.Parameters |> List.filter _.Trained |> player.Optimizer.Start
    let tensors = optimizer.Parameters |> Seq.map _.Value |> Seq.toArray

    let evaluate (batch: 'Batch) (isFirst: bool) : Loss * Tensor =
        let loss =
            if isFirst then
                player.Objective batch
            else
                Validation.off (fun () -> player.Objective batch)

        let value = loss.Value

        for tensor in value :: (loss.Terms |> List.map _.Value) do
            if tensor.nelement <> 1 then
                raise (Errors.Training.notScalar tensor.shape)

        loss, value

    member _.Player = player
    member _.Optimizer = optimizer

    /// One step on a batch, which is validated if it is the first; what the loss was before it.
    member _.Step(batch: 'Batch, isFirst: bool) : Loss =
        let loss, value = evaluate batch isFirst
        Gradient.ofLoss value tensors |> optimizer.Step
        Gradient.off player.AfterStep
        loss

    /// The first parameter whose gradient on a batch is not finite.
    member _.BrokenGradient(batch: 'Batch) : string option =
        let gradients = Gradient.ofLoss (snd (evaluate batch false)) tensors

        Seq.zip optimizer.Parameters gradients
        |> Seq.tryFind (fun (_, gradient) -> gradient.hasinfnan ())
        |> Option.map (fun (parameter, _) -> parameter.Name)

/// The players of a run, in their order.
type internal Game<'Batch>(players: Player<'Batch> list) =

    do
        if players.IsEmpty then
            raise (Errors.Argument.option "players" "at least one" "none")

        for player in players do
            if player.Steps < 1 then
                raise (Errors.Argument.option $"Steps of the player '{player.Name}'" "at least 1" player.Steps)

        for name, count in players |> List.countBy _.Name do
            if count > 1 then
                raise (Errors.Training.samePlayers name count)

    let playersAtWork = players |> List.map PlayerAtWork<'Batch>

    // What a player's things begin with, to tell them from those of the others.
    let prefix (player: Player<'Batch>) =
        if players.Tail.IsEmpty then "" else $"{player.Name}."

    // The mean over the steps of one player.
    let average (losses: Loss list) : Loss =
        let mean (place: int) =
            Tensor.stack([ for loss in losses -> loss.Terms[place].Value.view 1 ]).mean()

        Loss(losses.Head.Terms |> List.mapi (fun place term -> { term with Value = mean place }))

    // In a round of several steps each one frees what it made.
    let takeSteps (batches: 'Batch list) (isFirst: bool) (atWork: PlayerAtWork<'Batch>) : Loss =
        let step (place: int) (batch: 'Batch) =
            Scope.run (fun () -> atWork.Step(batch, isFirst && place = 0) |> Loss.map _.noDiff())

        match playersAtWork, List.truncate atWork.Player.Steps batches with
        | [ _ ], [ batch ] -> atWork.Step(batch, isFirst)
        | _, [ batch ] -> step 0 batch
        | _, batches ->
            let losses = batches |> List.mapi step
            Gradient.off (fun () -> average losses)

    /// How many batches a round is played with.
    member _.BatchesPerRound = players |> List.map _.Steps |> List.max

    /// Every player's steps on the batches of one round, which are fewer at the end of an epoch; the losses of all together.
    member _.Round(batches: 'Batch list, isFirst: bool) : Loss =
        match playersAtWork with
        | [ alone ] -> takeSteps batches isFirst alone
        | several ->
            several
            |> List.map (fun atWork -> takeSteps batches isFirst atWork |> Loss.prefixed atWork.Player.Name)
            |> List.reduce (+)

    /// The parameters of all, and what is kept of each optimizer.
    member _.Parameters: Parameter list =
        [ for player in players do
              for parameter in player.Parameters -> { parameter with Name = prefix player + parameter.Name } ]

    member _.Optimizers = [ for atWork in playersAtWork -> prefix atWork.Player, atWork.Optimizer ]

    /// What has to be the same when a run goes on.
    member _.Settings: (string * string) list =
        [ for player in players do
              $"{prefix player}optimizer", player.Optimizer.Name
              $"{prefix player}steps a round", string player.Steps ]

    /// The first parameter of any player whose gradient on one of these batches is not finite.
    member _.BrokenGradient(batches: 'Batch list) : string option =
        Seq.allPairs playersAtWork batches
        |> Seq.tryPick (fun (atWork, batch) -> atWork.BrokenGradient batch |> Option.map ((+) (prefix atWork.Player)))
