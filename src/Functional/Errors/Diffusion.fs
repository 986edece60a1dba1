// What is raised about diffusion and flows.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

/// Diffusion: denoisers and what takes them.
module internal Diffusion =

    let private shape = Shape.toString

    let schedules (conditional: string) (unconditional: string) =
        ArgumentException(
            $"Guidance.classifierFree: the conditional denoiser has the schedule {conditional} and the unconditional one {unconditional}. "
            + "Make both with the same object."
        )

    let singular (what: string) (schedule: string) (time: float) =
        ArgumentException(
            $"Sampler: at t = {time} the schedule '{schedule}' has no data left (α = 0), and {what} has no finite value there. "
            + "Start a little below 1, e.g. Start = 0.99, or predict velocity or data, without in-painting by the denoiser, and sample by ancestral "
            + "steps or DDIM."
        )

    let images (found: Shape) =
        ArgumentException $"Degradation: images have the shape [batch; channels; height; width], not {shape found}."

/// Stochastic differential equations and flows.
module internal Flow =

    let private shape = Shape.toString

    let span (start: float) (finish: float) =
        ArgumentException $"ReverseSde: time runs from Start = {start} to Finish = {finish}; it has to run back, within 1 and 0."

    let singular (schedule: string) (time: float) =
        ArgumentException(
            $"ReverseSde: the schedule '{schedule}' has no finite drift, diffusion and score at t = {time}. "
            + "Start a little below 1, and finish a little above 0."
        )

    let atData (schedule: string) (time: float) =
        ArgumentException(
            $"ProbabilityFlow: the velocity along the schedule '{schedule}' has no finite value at dataTime = {time}, where σ is 0 or rises "
            + "infinitely fast. Let the data be a little later: dataTime = 1e-4."
        )

    let atNoise (schedule: string) =
        ArgumentException(
            $"ProbabilityFlow: the schedule '{schedule}' has no data left at t = 1 (α = 0), and the denoiser's data are divided by α. "
            + "Predict velocity or data."
        )

    let rows (found: Shape) (wanted: Shape) =
        ArgumentException
            $"ProbabilityFlow: the points have shape {shape found}; the flow is of rows of shape {shape wanted}, along one more axis."
