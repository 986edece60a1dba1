// What is raised about objectives and what they are made of.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional
open Functional.Tensors

/// Objectives.
module internal Objective =

    let particles (bound: string) (count: int) =
        ArgumentException $"{bound}: a bound needs at least one particle, not {count}."

    let samples (count: int) =
        ArgumentException $"An estimate needs at least one sample, not {count}."

    let noSites () =
        ArgumentException "The model has no site with a density: it needs at least one `sample`, `observe` or `factor`."

    let notPathwise (name: string) (distribution: string) =
        NotReparameterizableException(
            $"The guide draws '{name}' from {distribution}, which has no pathwise gradient. Use Estimator.standard or Estimator.scoreFunction, "
            + "relax it (Estimator.gumbelSoftmax, Estimator.straightThrough), or enumerate it (Program.enumerate)."
        )

    let noRelaxation (name: string) (distribution: string) =
        NotSupportedException(
            $"The draw '{name}' is from {distribution}, which has no relaxation; Bernoulli and OneHotCategorical have one, also within "
            + "Independent. Use one of these, Estimator.scoreFunction, or Program.enumerate."
        )

    let oneDraw (objective: string) (draws: string list) =
        let found = if draws.IsEmpty then "nothing" else String.Join(", ", draws)

        ArgumentException(
            $"{objective} compares the codes of a batch with the prior: the guide draws one site, outside plates, with the examples as its only "
            + $"batch axis. This one draws {found}."
        )

    let notAccepted (bound: string) (estimator: string) =
        NotSupportedException(
            $"{bound} is not differentiated by the estimator '{estimator}'. Sticking the landing is for Elbo.monteCarlo; doubly reparameterized for "
            + "power means of weights (Iwae, Renyi, Cubo); bounds of wake-sleep have a gradient of their own; others take Estimator.standard, "
            + "pathwise, scoreFunction, vimco and the relaxations."
        )

    let scoreInDoubly (bound: string) =
        NotSupportedException(
            $"{bound}: doubly reparameterized gradients need a pathwise gradient at every draw of the guide. Use Estimator.vimco where some draws "
            + "are discrete."
        )

    let enumeratedGuide (particles: int) =
        NotSupportedException
            $"The guide enumerates a draw, so its expectation is exact: take one particle instead of {particles}, or enumerate in the model."

    let enumeratedPath (estimator: string) =
        NotSupportedException(
            $"The guide enumerates a draw, and the estimator '{estimator}' is for draws. Take Estimator.standard, or enumerate in the model "
            + "(model |> Program.enumerate) and leave the site out of the guide."
        )

    let inseparable (bound: string) =
        NotSupportedException(
            $"{bound}: the model sums draws out, so that its divergence cannot be told from the rest. Enumerate in the guide instead "
            + "(guide |> Program.enumerate), or take Elbo.bound."
        )

    let naiveEnumeration () =
        NotSupportedException
            "LogEvidence.naive draws everything from the prior, and the model enumerates. Leave out Program.enumerate, or take LogEvidence.estimate."

    let enumeratedWeights (bound: string) =
        NotSupportedException(
            $"{bound} is made of the weights of draws, and the guide enumerates instead of drawing. Enumerate in the model "
            + "(model |> Program.enumerate) and leave the site out of the guide, or take the ELBO."
        )

/// The distribution of codes over a whole data set.
module internal AggregatePosterior =

    let private shape = Shape.toString

    let factors (role: string) (distribution: string) =
        ArgumentException(
            $"AggregatePosterior: the {role} has to be independent over its last axis, as Independent(..., 1) is; it is {distribution}."
        )

    let batch (posterior: string) =
        ArgumentException
            $"AggregatePosterior: the posterior has to have one batch axis, that of the examples; it is {posterior}."

    let draws (found: Shape) (posterior: Shape) =
        ArgumentException(
            $"AggregatePosterior: the draws have shape {shape found}; they have to end in {shape posterior}, "
            + "a draw from each example's own posterior."
        )

    let prior (prior: string) (size: int) =
        ArgumentException $"AggregatePosterior: the codes have {size} components; the prior is {prior}."

    let size (size: int) (batch: int) =
        ArgumentException
            $"AggregatePosterior: the data set has {size} examples and the batch {batch}; the set is at least as large as the batch."

    let stratified () =
        ArgumentException
            "AggregatePosterior: stratified sampling needs a batch of at least 2 examples; take a larger batch, or Weighted."

/// Importance weights.
module internal ImportanceWeights =

    let shape (found: Shape) =
        ArgumentException
            $"ImportanceWeights: the log-weights have shape {Shape.toString found}; their first axis has to hold at least one draw."

/// Traces of Jacobians, score matching, energy-based models and Langevin dynamics.
module internal Score =

    let private shape = Shape.toString

    let probes (count: int) =
        ArgumentException $"JacobianTrace.hutchinsonMean takes at least one probe a row; found {count}."

    let ladder (levels: float list) =
        let levels = String.Join(", ", levels)
        ArgumentException $"NoiseLadder: levels are positive and fall from one to the next; found {levels}."

    let fewLevels (count: int) =
        ArgumentException $"NoiseLadder.geometric: there have to be at least two levels; found {count}."

    let energy (found: Shape) (rows: int) =
        ArgumentException(
            $"A log-density, minus an energy, or the log-probability of a class, has one number for each row: shape [{rows}] or [{rows}; 1]; "
            + $"found {shape found}. Of several classes, choose one."
        )

    let noise (found: float) =
        ArgumentException $"The noise σ must be positive; it is {found}."

    let noisedTwice (objective: string) =
        ArgumentException(
            $"ScoreMatching.noised: '{objective}' puts noise on the data itself. "
            + "Choose one that does not, such as implicit or sliced."
        )

    let ratio (found: int) =
        ArgumentException $"NoiseContrastive: there has to be at least one draw of noise for each row of data; found {found}."

    let noiseShape (noise: string) (found: Shape) (expected: Shape) =
        ArgumentException
            $"NoiseContrastive: draws of {noise} have shape {shape found}, and rows of data {shape expected}. They have to be the same."
