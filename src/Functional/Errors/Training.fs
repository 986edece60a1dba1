// What is raised about training, by oneself or against an adversary.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional
open Functional.Tensors

/// Training.
module internal Training =

    let private shape = Shape.toString

    let private restored (step: int) =
        if step = 0 then
            "The weights have been put back to the initial ones."
        else
            $"The weights have been put back to those after step {step}."

    let term (epoch: int) (step: int) (term: string) (value: float) (good: int) =
        TrainingDivergedException
            $"Training stopped at step {step} (epoch {epoch}): the loss term '{term}' is {value}. {restored good}"

    let parameter (epoch: int) (step: int) (name: string) (good: int) =
        TrainingDivergedException(
            $"Training stopped at step {step} (epoch {epoch}): the gradient of the parameter '{name}' is not finite. "
            + restored good
        )

    let notACheckpoint (path: string) =
        ArgumentException
            $"{path} is no checkpoint of a training run. Name a file that Training.fit wrote, or one that is not there yet."

    let otherRun (path: string) (setting: string) (found: string) (wanted: string) =
        ArgumentException(
            $"{path} is the checkpoint of another run: its {setting} is {found}, this run's {wanted}. "
            + "Go on with the same settings, or name another file to start afresh."
        )

    let noAverage () =
        InvalidOperationException
            "WeightAverage: there is no average yet. Train with its optimizer first: Optimizer = average.Of(Optimizer.adam 2e-4)."

    let averageOfTask () =
        ArgumentException(
            "WeightAverage.During: the body returns a task, and the weights of the training would be put back while it is still "
            + "under way. Call DuringTask (from C#, DuringAsync), which waits for it.",
            "body"
        )

    let notScalar (found: Shape) =
        ArgumentException $"Training minimises a scalar; the objective returned shape {shape found}. Take Loss.mean of it."

    let nothingLeft (batchSize: int) (examples: int) =
        ArgumentException
            $"DropLast leaves nothing to train on: the {examples} examples are less than a batch of {batchSize}. Take smaller batches."

    let samePlayers (name: string) (count: int) =
        ArgumentException
            $"{count} players are called '{name}'; give each a name of its own, which its terms and parameters carry."

/// Adversarial losses and models.
module internal Adversarial =

    let private shape = Shape.toString

    let pairs (real: Shape) (fake: Shape) =
        ArgumentException(
            $"gradient penalty: data have shape {shape real} and samples {shape fake}; they have to be equal, for each example of the "
            + "data is joined to one sample by a line. Make the generator's output like the data."
        )

    let outputs (found: Shape) (examples: int option) =
        let batch = examples |> Option.map string |> Option.defaultValue "batch"

        ArgumentException(
            $"The critic's output has shape {shape found}; it has to be one number for each example, [{batch}] or [{batch}; 1], or for each patch of an "
            + $"image, [{batch}; 1; ...] (features [{batch}; n] with Adversarial.mmd). Keep the axis of the batch: the loss takes the mean itself."
        )

    let features (loss: string) (found: Shape) =
        ArgumentException(
            $"The critic's output has shape {shape found}, and the loss '{loss}' takes one number for each example, [{found[0]}] or [{found[0]}; 1]. "
            + "End the critic with linear n 1; only Adversarial.mmd compares features."
        )

    let samples (model: string) (real: Shape) (fake: Shape) =
        ArgumentException(
            $"{model}: examples of the data have shape {shape real} and those of the generator {shape fake}. "
            + "Change the last layers of the generator, or flatten the data."
        )

    let codes (model: string) (codes: Shape) (prior: Shape) =
        ArgumentException(
            $"{model}: the codes of its Encoder have shape {shape codes}, and draws of its Prior {shape prior}; the critic compares them. "
            + "Make the Encoder's last layer as wide as an event of the Prior."
        )
