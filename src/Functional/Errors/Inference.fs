// What is raised about inference.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

/// Classical inference: clusters, mixtures, conjugate models.
module internal Inference =

    let private shape = Shape.toString

    let notPoints (user: string) (found: Shape) =
        ArgumentException(
            $"{user}: the points have shape {shape found}; they have to be a matrix with a row for each point. "
            + "A vector of numbers becomes one with points.unsqueeze 1."
        )

    let notReal (user: string) (found: string) =
        ArgumentException $"{user}: the points have dtype {found}; cast them to Float32 or Float64."

    let notFinite (user: string) (what: string) =
        ArgumentException $"{user}: {what} hold NaN or infinite numbers. Leave those rows out, or fill them in first."

    let noComponents (user: string) (found: int) =
        ArgumentException $"{user}: there is at least one component, not {found}."

    let tooFewPoints (user: string) (points: int) (components: int) =
        ArgumentException
            $"{user}: {points} points are too few for {components} components. Ask for at most as many components as points."

    let numbers (user: string) (found: Shape) (batch: Shape) =
        ArgumentException(
            $"{user}: x has shape {shape found}; it needs one axis for the numbers, then those of the prior's batch, {shape batch}. "
            + "Expand the prior to the columns of x."
        )

    let vectors (user: string) (points: Shape) (location: Shape) =
        ArgumentException(
            $"{user}: the points have shape {shape points} and the prior's location {shape location}. "
            + "Points are a matrix, and the location is a vector as long as its rows."
        )

    let regression (x: Shape) (y: Shape) (location: Shape) =
        ArgumentException(
            $"BayesianLinearRegression: x has shape {shape x}, y {shape y} and the prior's location {shape location}. "
            + "x has a row for each number in the vector y, as long as the location."
        )

/// Annealed importance sampling.
module internal Annealing =

    let private shape = Shape.toString

    let option (name: string) (requirement: string) (value: obj) =
        ArgumentException($"Annealing: {name} must be {requirement}; it is {value}.", name)

    let schedule (found: float[]) =
        let found = String.Join(", ", found)
        ArgumentException $"Annealing: a schedule starts at 0, ends at 1 and never falls; found {found}."

    let constrained (start: string) =
        ArgumentException(
            $"Annealing: {start} is not a distribution over all real numbers, along which gradients lead. "
            + "Transform its values to real numbers, or sum discrete ones out."
        )

    let weights (found: Shape) (wanted: Shape) =
        ArgumentException(
            $"Annealing: the log-densities have shape {shape found}, and there is one chain for each of {shape wanted}. "
            + "Return one number for each chain and batch element."
        )

/// Posteriors over R^D, automatic guides and what fits them.
module internal Posterior =

    let private shape = Shape.toString

    let private list (names: string seq) = String.Join(", ", names)

    let discrete (name: string) (distribution: string) =
        ArgumentException(
            $"The draw '{name}' ~ {distribution} is discrete, and R^D holds continuous ones only. "
            + "Sum it out of the model first: model |> Program.enumerate."
        )

    let noDraws () =
        ArgumentException "The model has no draw left that nothing gives a value: there is no posterior to look for."

    let subsampledDraw (name: string) (plate: string) =
        ArgumentException(
            $"The draw '{name}' stands in the plate {plate}, of which other copies are present each time. "
            + "Write its guide with PerDatum, which picks the parameters of those present, or use the whole plate."
        )

    let changingDraws (first: string seq) (other: string seq) =
        ArgumentException(
            $"The model drew {list first} in one run and {list other} in another. "
            + "A posterior over R^D needs the same draws in every run; enumerate what decides between them."
        )

    let movingSupport (name: string) (distribution: string) =
        ArgumentException(
            $"The support of the draw '{name}' ~ {distribution} depends on other draws. "
            + "Draw it on a fixed support and move it after: a share of Uniform(0, 1), times the width."
        )

    let manyPosteriors (found: Shape) =
        ArgumentException(
            $"The model's log-density has shape {shape found}: one number for each of many examples. "
            + "Put that axis in a plate, whose sum is the log-density of one posterior."
        )

    let dimension (found: Shape) (dimension: int) =
        ArgumentException $"The coordinates have shape {shape found}; their last axis should have length {dimension}."

    let missingValue (name: string) (given: string seq) =
        ArgumentException $"There is no value for '{name}'; given were: {list given}."

    let subsampled (user: string) (plate: string) =
        ArgumentException(
            $"{user} needs the density itself, and that of the plate {plate} is an estimate that differs from run to run. "
            + "Use the whole plate."
        )

    let notAMode (eigenvalue: float) (gradient: float) =
        InvalidOperationException(
            $"Laplace's approximation: the Hessian of -log p has the eigenvalue {eigenvalue:G3} where the search ended "
            + $"(largest slope {gradient:G3}), so that this is no mode. "
            + "The posterior may have no maximum (a flat or unbounded direction): use a stronger prior, or a variational guide."
        )

    let start (found: Shape) (chains: int) (dimension: int) =
        ArgumentException $"Metropolis: Start has shape {shape found}; {chains} chains start from [{chains}; {dimension}]."

    let noDensity (what: string) =
        ArgumentException(
            $"{what}: the log-density is not finite at the start. "
            + "Start elsewhere, or look at the model's trace for the site where it is lost."
        )

    let tooFewDraws (found: Shape) =
        ArgumentException
            $"Convergence: draws of shape {shape found}; at least 4 of each chain are needed, as [draws; chains; ...]."
