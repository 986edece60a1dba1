// Every message this assembly raises.
// Whoever adds a check adds its sentence here, so that all of them say what was given, what fits, and what to do.
namespace Functional

open System
open System.IO
open Functional.Tensors

/// Raised when a pathwise gradient is asked of a distribution whose samples are no differentiable function of its parameters.
type NotReparameterizableException(message: string) =
    inherit NotSupportedException(message)

/// Raised when a loss, or a parameter, stops being a finite number; the weights have been put back to the last good ones.
type TrainingDivergedException(message: string) =
    inherit NotFiniteNumberException(message)

module internal Errors =

    let private shape = Shape.toString

    /// Distributions and their divergences.
    module Distribution =

        let parameters (family: string) (first: string) (firstShape: Shape) (second: string) (secondShape: Shape) =
            ArgumentException(
                $"{family}: {first} has shape {shape firstShape} and {second} {shape secondShape}, which do not line up from the right. "
                + "Only whole missing leading axes broadcast; expand the shorter axes yourself if you mean it."
            )

        let invalid (family: string) (parameter: string) (requirement: string) (found: string) =
            ArgumentException $"{family}: {parameter} must be {requirement}; found {found}."

        let lacksAxes (family: string) (parameter: string) (found: Shape) (axes: int) =
            ArgumentException
                $"{family}: {parameter} has shape {shape found}; it has to end in {axes} event axes, after those of the batch."

        let events (family: string) (first: string) (firstShape: Shape) (second: string) (secondShape: Shape) =
            ArgumentException(
                $"{family}: {first} has shape {shape firstShape} and {second} {shape secondShape}, whose event axes do not fit. "
                + "The sizes of the last axes have to agree."
            )

        let notSquare (family: string) (parameter: string) (found: Shape) =
            ArgumentException
                $"{family}: {parameter} has shape {shape found}; its last two axes have to be equal, as of square matrices."

        let components (count: int) (distribution: string) (batch: Shape) =
            ArgumentException(
                $"Mixture: the weights are of {count} components, and {distribution} has batch shape {shape batch}. "
                + "Its last batch axis has to be that of the components; for several distributions use Mixture.Of."
            )

        let listedComponents (count: int) (found: int) =
            ArgumentException $"Mixture: the weights are of {count} components, and there are {found}."

        let unlikeComponents (first: string) (other: string) =
            ArgumentException
                $"{first} and {other} do not go together: event shapes have to be equal, and batch shapes line up from the right (they do not line up)."

        let incompatible (first: string) (other: string) =
            ArgumentException(
                $"Mixture: {first} and {other} have no common support, so that their densities do not add up. "
                + "Mix distributions of numbers, of integers, or of the same kind of array."
            )

        let stretch (distribution: string) (batch: Shape) (target: Shape) =
            ArgumentException
                $"Expanded: batch shape {shape batch} of {distribution} cannot become {shape target}; only axes of length 1 and new leading ones change."

        let mask (distribution: string) (dtype: string) =
            ArgumentException
                $"{distribution}: the mask has dtype {dtype} and should be of Bool; compare with something, for one mask.ne 0."

        let noSamples (found: Shape) (rank: int) =
            ArgumentException
                $"Empirical: samples have shape {shape found}; they need a first axis of at least one sample, and {rank} event axes at the end."

        let noParts () =
            ArgumentException "Joint: there are no parts; it takes at least one distribution."

        let noExperts () =
            ArgumentException "ProductOfExperts: there are no experts; withStandardPrior makes N(0, 1) of none."

        let notNormal (found: string) =
            ArgumentException $"ProductOfExperts: an expert is a Normal, or an Independent of one, and not {found}."

        let dimension (family: string) (found: int) =
            ArgumentException $"{family}: matrices have at least 2 rows, not {found}."

        // An axis of length 1 at the end of one shape where the other ends early is the commonest slip.
        let private remedy (value: Shape) (wanted: Shape) =
            if Array.append value [| 1 |] = wanted then
                $"Did you mean to add a trailing axis (value.unsqueeze {value.Length})?"
            elif
                value.Length > 0
                && value[value.Length - 1] = 1
                && Shape.endsWith (Array.truncate (value.Length - 1) value) wanted
            then
                $"Did you mean to drop the trailing axis (value.squeeze {value.Length - 1})?"
            else
                "Only whole missing leading axes broadcast; expand or view the value first."

        let value (distribution: string) (value: Shape) (batch: Shape) (event: Shape) =
            let wanted = Array.append batch event

            ArgumentException(
                $"{distribution}.LogProb: value has shape {shape value}, which does not line up with batch shape {shape batch} "
                + $"and event shape {shape event}. {remedy value wanted}"
            )

        let outside (distribution: string) (requirement: string) (found: string) =
            let remedy =
                if requirement = "0 or 1" then
                    " Binarise the data first, for one with Dataset.binarized."
                else
                    ""

            ArgumentException $"{distribution}.LogProb: a value must be {requirement}; found {found}.{remedy}"

        let notReparameterizable (distribution: string) =
            NotReparameterizableException(
                $"{distribution} has no pathwise gradient: its samples are not a differentiable function of its parameters. "
                + "Use Sample, or an objective that sums its values out."
            )

        let lacks (distribution: string) (what: string) (why: string) =
            NotSupportedException $"{distribution} has no {what}: {why}."

        let totals (distribution: string) =
            ArgumentException(
                $"{distribution}.EnumerateSupport: the totals differ over the batch, so its elements have different lists of values. "
                + "Enumerate them one by one."
            )

        let countsNeeded (wrapper: string) (distribution: string) =
            ArgumentException $"{wrapper}: the base distribution has to be a discrete one of numbers, and {distribution} is not."

        let numbersNeeded (wrapper: string) (distribution: string) =
            ArgumentException
                $"{wrapper}: the base distribution has to be a continuous one of numbers, and {distribution} is not."

        let levels (distribution: string) (levels: int) =
            ArgumentException $"{distribution}: there have to be at least two levels; found {levels}."

        let noBounds (distribution: string) =
            ArgumentException $"{distribution} has no bounds; give low, high or both."

        let bounds (distribution: string) (low: int) (high: int) =
            ArgumentException $"{distribution}: low has to be below high; found {low} and {high}."

        let rank (distribution: string) (rank: int) (batch: Shape) =
            ArgumentException(
                $"Independent: {rank} batch axes of {distribution} were to become event axes, and its batch shape is {shape batch}."
            )

        let discreteBase (distribution: string) (transform: string) =
            ArgumentException(
                $"Transformed: {distribution} is discrete; a transform of it ({transform}) has probabilities and no density. "
                + "Transform its samples instead."
            )

        let expand (distribution: string) (batch: Shape) (target: Shape) =
            ArgumentException
                $"{distribution}.Expand: batch shape {shape batch} cannot become {shape target}, which has to end with it."

        let klShapes (p: string) (pShape: Shape) (q: string) (qShape: Shape) =
            ArgumentException(
                $"KL({p} || {q}): shapes {shape pShape} and {shape qShape} do not line up from the right. "
                + "Event shapes must be equal, and only whole missing leading batch axes broadcast."
            )

        let klBaseMeasures (p: string) (q: string) =
            NotSupportedException(
                $"KL({p} || {q}) has a closed form only for equal base measures, such as equal numbers of trials. "
                + "Estimate it with Kl.estimate."
            )

        let noClosedForm (p: string) (q: string) (nearest: string) =
            NotSupportedException(
                $"There is no closed form for KL({p} || {q}). {nearest}Register one with Kl.register, or estimate it with Kl.estimate."
            )

    /// Transforms.
    module Transform =

        let axes (transform: string) (found: Shape) (rank: int) =
            let unit = if rank = 1 then "axis" else "axes"
            ArgumentException $"{transform}: the value has shape {shape found}; it has to end in {rank} event {unit}."

        let parameters (transform: string) (found: Shape) (parameters: Shape) =
            ArgumentException(
                $"{transform}: the value has shape {shape found} and the parameters {shape parameters}, which do not line up from the "
                + "right. Only whole missing leading axes broadcast; expand the shorter axes yourself if you mean it."
            )

        let length (transform: string) (found: Shape) (wanted: string) =
            ArgumentException $"{transform}: the value has shape {shape found}, whose last axis has to have {wanted}."

        let triangle (transform: string) (found: Shape) (lengths: string) (rows: string) =
            ArgumentException(
                $"{transform}: the value has shape {shape found}, whose last axis does not fill a triangle: "
                + $"lengths {lengths}, ... give {rows}, ... rows."
            )

        let square (transform: string) (found: Shape) =
            ArgumentException $"{transform}: the value has shape {shape found}; it has to end in a square matrix [n; n]."

        let ending (transform: string) (found: Shape) (wanted: Shape) =
            ArgumentException $"{transform}: the value has shape {shape found}; it has to end in {shape wanted}."

        let permutation (found: int[]) =
            ArgumentException(
                $"PermuteTransform: {shape found} is no permutation; it has to hold each of 0 to {found.Length - 1} once."
            )

        let reshape (input: Shape) (output: Shape) =
            ArgumentException(
                $"ReshapeTransform: {shape input} has {Shape.nelement input} elements and {shape output} {Shape.nelement output}; "
                + "they have to be as many."
            )

        let rank (transform: string) (rank: int) =
            ArgumentException $"{transform}: {rank} batch axes cannot become event axes; give 0 or more."

        let empty (transform: string) =
            ArgumentException $"{transform}: there are no transforms; give at least one."

        let blockRank (part: string) (rank: int) =
            ArgumentException(
                $"BlockTransform: {part} acts on values of {rank} axes, and a block is part of one axis. "
                + "Reshape it, or use a StackTransform."
            )

        let stackRanks (first: string) (part: string) =
            ArgumentException $"StackTransform: {first} and {part} act on values of different numbers of axes."

        let stackShapes (first: Shape) (other: Shape) =
            ArgumentException(
                $"StackTransform: its parts give shapes {shape first} and {shape other}, which cannot be stacked. "
                + "Each part has to give the same shape."
            )

        let discrete (requirement: string) =
            ArgumentException(
                $"Transform.toSupport: values must be {requirement}, and no smooth map leads there from the real numbers. "
                + "Sum discrete variables out, or relax them."
            )

        let mixedBounds (low: string) (high: string) =
            ArgumentException(
                $"Transform.toSupport: some bounds of the interval from {low} to {high} are finite and some are not. "
                + "Give the elements of each kind a support of their own."
            )

    /// Programs, their handlers and traces.
    module Program =

        let private list (names: string seq) =
            let names = String.Join(", ", names)
            if names = "" then "none" else names

        let site (name: string) (error: exn) =
            ArgumentException($"Site '{name}': {error.Message}", error)

        let unnamed () =
            ArgumentException "A site has no name; give each a name of its own."

        let duplicate (name: string) =
            ArgumentException
                $"The program has two sites '{name}'. Give each a name of its own, in a loop for one with its index: $\"{name}{{i}}\"."

        let noSite (name: string) (sites: string seq) =
            System.Collections.Generic.KeyNotFoundException $"The trace has no site '{name}'; it has {list sites}."

        let plates (name: string) (batch: Shape) (plates: string list) (wanted: Shape) =
            ArgumentException(
                $"Site '{name}' has batch shape {shape batch}, which does not line up from the right with {shape wanted} of the plates "
                + $"{list plates}. The outermost plate is the last batch axis; axes that belong together become event axes (Independent)."
            )

        let plateInside (name: string) =
            ArgumentException $"The plate '{name}' stands inside itself. Give the inner one another name."

        let plateSize (name: string) (size: int) (count: int) =
            ArgumentException
                $"The plate '{name}' has size {size} and {count} copies present; there have to be at least 1 and at most its size."

        let otherPlate (name: string) (size: int) (count: int) (newSize: int) (newCount: int) =
            ArgumentException(
                $"The plate '{name}' was entered with {count} of {size} copies before, and now with {newCount} of {newSize}. "
                + "The same name means the same plate; give another one another name."
            )

        let unlikeSites (first: string) (firstShape: Shape) (second: string) (secondShape: Shape) =
            ArgumentException(
                $"The log-densities of the sites '{first}' and '{second}' have shapes {shape firstShape} and {shape secondShape}, which do not line up. "
                + "Put axes of independent copies in plates, and axes that belong together in the event (Independent)."
            )

        let sharedDraw (name: string) (found: Shape) (other: string) (wanted: Shape) =
            ArgumentException(
                $"The log-density of the draw '{name}' has shape {shape found} and that of '{other}' {shape wanted}: one draw for many. "
                + $"Put '{other}' in a plate, or make its axes event axes (Independent)."
            )

        let particles (count: int) =
            ArgumentException $"Program.particles: a program runs at least once, not {count} times."

        let tooShallow (name: string) (axes: int) (depth: int) =
            ArgumentException(
                $"Program.enumerateWithin: site '{name}' has a value of {axes} batch axes, and there is room for {depth}. "
                + "Give enumerateWithin the larger number, or use Program.enumerate."
            )

        let usedOutside (name: string) (plates: string list) =
            ArgumentException(
                $"The enumerated site '{name}' is used outside its plates ({list plates}), where it cannot be summed out copy by copy. "
                + "Draw it where it is used, or do not enumerate it."
            )

        let unlikeScales (scales: float list) =
            let scales = scales |> List.map string |> String.concat ", "

            ArgumentException(
                $"The sites that are summed over have the scales {scales}. log Σ p has one scale, so Program.scale has to hold for all of them: "
                + "apply it to the whole program, after `enumerate`."
            )

        let notMet (operation: string) (name: string) (sites: string seq) =
            ArgumentException $"Program.{operation}: the program did not meet a site '{name}'; its sites are {list sites}."

        let cannotGive (operation: string) (name: string) (kind: string) =
            ArgumentException
                $"Program.{operation}: '{name}' is a {kind} site, whose value cannot be given. Only draws and observations take values."

        let observedInGuide (name: string) =
            ArgumentException $"The guide observes '{name}'. A guide only draws; observe it in the model."

        let guidedObservation (name: string) =
            ArgumentException $"The guide draws '{name}', which the model does not draw but knows. Leave it out of the guide."

        let missingInGuide (name: string) (distribution: string) =
            ArgumentException
                $"The model draws '{name}' ~ {distribution}, and the guide does not. Draw it in the guide, or sum it out with Program.enumerate."

        let extraInGuide (name: string) (latents: string list) =
            ArgumentException(
                $"The guide draws '{name}', which the model does not have; the model draws {list latents}. "
                + "Rename it, or hide an auxiliary draw with Program.block."
            )

        let alsoEnumerated (name: string) =
            ArgumentException
                $"The model sums '{name}' out and the guide draws it. Leave it out of the guide, or do not enumerate it."

        let siteShapes (name: string) (model: string) (guide: string) =
            ArgumentException(
                $"Site '{name}' is {model} in the model and {guide} in the guide. "
                + "Event shapes have to be equal, and batch shapes line up from the right."
            )

        let sitePlates (name: string) (model: string list) (guide: string list) =
            ArgumentException
                $"Site '{name}' stands in the plates {list model} in the model and in {list guide} in the guide. Use the same plates."

        let siteSupport (name: string) (model: string) (guide: string) =
            ArgumentException(
                $"Site '{name}' is {model} in the model, and {guide} of the guide draws values outside its support. "
                + "Use a family with the same support, or transform the draw."
            )

        let unlikePlates (name: string) (model: string) (guide: string) =
            ArgumentException
                $"The plate '{name}' is {model} in the model and {guide} in the guide, or on another axis. Use the same plate in both."

        let noGradient (name: string) (distribution: string) =
            ArgumentException(
                $"The guide draws '{name}' ~ {distribution}, which has no pathwise gradient, and nothing enumerates it. "
                + "Sum it out (Program.enumerate in the model, no draw in the guide), relax it, or choose a score-function estimator."
            )

    /// Objectives.
    module Objective =

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

    /// Classical inference: clusters, mixtures, conjugate models.
    module Inference =

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

        let option (name: string) (requirement: string) (value: obj) =
            ArgumentException($"{name} must be {requirement}; it is {value}.", name)

    /// Discrepancies between samples.
    module Mmd =

        let notPositive (name: string) (value: float) =
            ArgumentException $"Kernel: the {name} has to be a positive number; it is {value}."

        let polynomial (degree: int) (offset: float) =
            ArgumentException
                $"Kernel.Polynomial: the degree has to be at least 1 and the offset at least 0; they are {degree} and {offset}."

        let noScales () =
            ArgumentException "Kernel.OverScales: there are no scales; give at least one."

        let samples (x: Shape) (y: Shape) =
            ArgumentException(
                $"The samples have shapes {shape x} and {shape y}; they have to be [n; d] and [m; d], one row for each draw. "
                + "Flatten event axes into one, and give draws of numbers one (unsqueeze 1)."
            )

        let rows (x: int) (y: int) =
            ArgumentException $"The samples have {x} and {y} rows, which are compared row by row; take as many of each."

        let tooFew (estimate: string) (least: int) (found: int) =
            ArgumentException $"{estimate} needs at least {least} rows in each sample; one has {found}."

        let numbers (x: Shape) (y: Shape) =
            ArgumentException(
                $"Wasserstein.ofNumbers: the samples have shapes {shape x} and {shape y}; they have to be vectors of numbers. For rows "
                + "of several numbers there is Wasserstein.sliced."
            )

        let permutations (found: int) =
            ArgumentException
                $"A test needs at least one random permutation (or bootstrap), not {found}; 999 are good for levels down to 1%%."

        let exponent (found: float) =
            ArgumentException $"SteinKernel.InverseMultiquadric: the exponent has to be between -1 and 0; it is {found}."

        let score (x: Shape) (found: Shape) =
            ArgumentException
                $"KernelStein: the score of rows of shape {shape x} has shape {shape found}; it has to be a row of the same length for each."

        let draws (found: int) =
            ArgumentException $"An estimate and its standard error need at least two draws; there are {found}."

        let notFinite (test: string) =
            ArgumentException(
                $"{test}: the statistic, or that of a permutation, is not a finite number, and so says nothing. Look for rows with NaN or "
                + "infinite numbers in the samples, and for such values of the kernel, score or statistic."
            )

        let directions (found: int) =
            ArgumentException $"Wasserstein.sliced: the number of directions has to be at least 1; it is {found}."

        let change (found: float) =
            ArgumentException
                $"KernelStein.test: the probability of a change of sign has to be above 0 and at most 1/2, that of independent rows; it is {found}."

        let split (share: float) (rows: int) =
            ArgumentException(
                $"ClassifierTest: with a share of {share} for training, {rows} rows leave fewer than two to be trained on or held out. "
                + "Give more rows, or another share."
            )

    /// f-divergences.
    module FDivergence =

        let alpha (found: float) =
            ArgumentException(
                $"FDivergence.alpha: alpha must be a finite number other than 0 and 1; it is {found}. The limits at 0 and 1 are "
                + "FDivergence.reverseKl and FDivergence.kl."
            )

        let notElementwise (name: string) (given: Shape) (found: Shape) =
            ArgumentException(
                $"FDivergence.ofGenerator '{name}': f made shape {shape found} of shape {shape given}; it has to act element by element."
            )

        let notZeroAtOne (name: string) (found: float) =
            ArgumentException(
                $"FDivergence.ofGenerator '{name}': f(1) must be 0, so that the divergence of p from itself is; it is {found}. "
                + "Subtract it from f."
            )

        let notConvex (name: string) (low: float) (high: float) =
            ArgumentException(
                $"FDivergence.ofGenerator '{name}': f is not convex, or its derivative is not that of its values, between u = {low:G4} "
                + $"and u = {high:G4}. Its values must be finite numbers there, made by operations that are recorded for differentiation."
            )

        let supports (p: string) (countOfP: int) (q: string) (countOfQ: int) =
            ArgumentException(
                $"FDivergence.exact: {p} ({countOfP} values) and {q} ({countOfQ} values) do not share a list of values. Estimate the "
                + "divergence from samples (FDivergence.estimateFromQ), or give log-probabilities (FDivergence.ofLogProbabilities)."
            )

        let shapes (p: string) (batchOfP: Shape) (eventOfP: Shape) (q: string) (batchOfQ: Shape) (eventOfQ: Shape) =
            ArgumentException(
                $"FDivergence.exact: {p} has batch shape {shape batchOfP} and event shape {shape eventOfP}, {q} {shape batchOfQ} and "
                + $"{shape eventOfQ}. Event shapes have to be equal, and batch shapes line up from the right (they do not line up)."
            )

    /// The distribution of codes over a whole data set.
    module AggregatePosterior =

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
    module ImportanceWeights =

        let shape (found: Shape) =
            ArgumentException
                $"ImportanceWeights: the log-weights have shape {shape found}; their first axis has to hold at least one draw."

    /// Annealed importance sampling.
    module Annealing =

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
    module Posterior =

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

        let option (name: string) (requirement: string) (value: obj) =
            ArgumentException($"{name} must be {requirement}; it is {value}.", name)

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

    /// Models.
    module Model =

        let mixture (weights: Shape) (means: Shape) (scales: Shape) =
            ArgumentException(
                $"The mixture has weights of shape {shape weights}, means {shape means} and scales {shape scales}; [clusters], [clusters; size] and "
                + "[clusters; size] fit."
            )

        let noCluster (cluster: int) (count: int) =
            ArgumentException $"There is no cluster {cluster}; the {count} clusters are numbered from 0."

        let clusters (count: int) (size: int) =
            ArgumentException
                $"A mixture prior has at least one cluster of vectors with at least one element, not {count} of {size}."

        let layers (what: string) (found: int) (decoders: int) =
            ArgumentException(
                $"The hierarchy has {decoders} decoders and {found} {what}. Every layer of latent variables has one of each: at least one layer, "
                + "the nearest to the data first."
            )

        let unlikeLabels (images: Shape) (labels: Shape) =
            ArgumentException(
                $"The examples have shape {shape images} and their labels {shape labels}, which are not equally many. "
                + "Pair each example with its label (Dataset.zip)."
            )

        let noPixels (likelihood: string) =
            ArgumentException(
                $"Some pixels are hidden, and {likelihood} has no log-density of its own for each pixel. End the decoder with a head of "
                + "independent pixels, such as bernoulli."
            )

        let mask (found: Shape) (image: Shape) =
            ArgumentException $"The mask has shape {shape found} and the images {shape image}; they must be the same."

    /// Networks and their parameters.
    module Network =

        let input (layer: string) (found: Shape) (features: int) =
            ArgumentException $"{layer}: the input has shape {shape found}, whose last axis should have length {features}."

        let features (before: string) (produced: int) (layer: string) (wanted: int) =
            ArgumentException $"{before} --> {layer}: the first produces {produced} features and the second takes {wanted}."

        let join (first: Shape) (second: Shape) =
            ArgumentException
                $"join: the inputs have shapes {shape first} and {shape second}; all axes but the last have to be the same, or to be missing on the left."

        let unknownFeatures (head: string) =
            ArgumentException
                $"{head}: the network before it does not say how many features it produces; end it with a linear layer."

        let split (layer: string) (features: int) (sizes: int[]) =
            ArgumentException $"{layer}: {features} features do not split into parts of {shape sizes}."

        let sizes (name: string) (sizes: int list) =
            ArgumentException $"{name} {sizes}: a network needs at least an input and an output size, all positive."

        let notIntegers (layer: string) (found: Dtype) =
            ArgumentException $"{layer}: it takes integers and was given {found}; cast them: labels.int64()."

        let filter (layer: string) (kernel: int) (stride: int) (padding: int) =
            ArgumentException(
                $"{layer}: kernel {kernel}, stride {stride}, padding {padding}: "
                + "kernel and stride are at least 1 and padding at least 0."
            )

        let evenKernel (kernel: int) =
            ArgumentException
                $"Filter.same {kernel}: only windows of odd size keep height and width; for others say {{ Kernel; Stride; Padding }}."

        let images (layer: string) (found: Shape) (channels: int) =
            ArgumentException(
                $"{layer}: the input has shape {shape found}; it takes images [batch; {channels}; height; width]. "
                + "Rows of pixels become images with reshape [channels; height; width]."
            )

        let notImages (layer: string) (found: Shape) =
            ArgumentException $"{layer}: the input has shape {shape found}; it takes images [batch; channels; height; width]."

        let tooSmall (layer: string) (found: Shape) (kernel: int) (padding: int) =
            ArgumentException(
                $"{layer}: the input has shape {shape found}, too small for a window of {kernel} with {padding} zeros on each side. "
                + "Take larger images, a smaller kernel or more padding."
            )

        let indivisible (layer: string) (found: Shape) (by: int) =
            ArgumentException(
                $"{layer}: the input has shape {shape found}, whose height and width have to be multiples of {by}. "
                + "Pad or resize the images, or halve them less often."
            )

        let reshape (layer: string) (found: Shape) (features: int) =
            ArgumentException $"{layer}: the input has shape {shape found}, which is not [batch; {features}] in all."

        let channels (layer: string) (found: Shape) (channels: int) =
            ArgumentException
                $"{layer}: the input has shape {shape found}; it takes [batch; {channels}; ...], channels on the second axis."

        let groups (groups: int) (channels: int) =
            ArgumentException
                $"groupNorm {groups} {channels}: the number of groups has to divide that of channels, both positive."

        let oneNumber (layer: string) (found: Shape) =
            ArgumentException(
                $"{layer}: in training the input has shape {shape found}, one number a channel, whose variance is 0. "
                + "Train on larger batches, or use groupNorm or layerNorm."
            )

        let heads (heads: int) (features: int) =
            ArgumentException
                $"selfAttention {heads} {features}: the number of heads has to divide that of features, both positive."

        let sequence (layer: string) (found: Shape) (features: int) =
            ArgumentException $"{layer}: the input has shape {shape found}; it takes sequences [batch; positions; {features}]."

        let residual (layer: string) (found: Shape) (given: Shape) =
            ArgumentException
                $"residual: {layer} turns shape {shape given} into {shape found}; to be added to its input it has to keep the shape."

        let modulation (layer: string) (images: Shape) (embedding: Shape) (features: int) =
            ArgumentException(
                $"{layer}: the input has shape {shape images} and the embedding {shape embedding}, "
                + $"which should be [{images[0]}; {features}], a row for each example."
            )

        let oddEmbedding (size: int) =
            ArgumentException $"sinusoidal {size}: the size has to be even and positive, a cosine and a sine for each frequency."

        let times (layer: string) (found: Shape) (batch: int) =
            ArgumentException(
                $"{layer}: the times have shape {shape found}, which should be [{batch}], one for each example. "
                + "The same time for all: t.expand [batch]."
            )

        let labels (layer: string) (found: Shape) (batch: int) =
            ArgumentException $"{layer}: the labels have shape {shape found}, which should be [{batch}], one for each example."

        let unet (option: string) (requirement: string) (found: obj) =
            ArgumentException $"UNet: {option} has to be {requirement}; it is {found}."

    /// Weights in files.
    module Weights =

        let missing (path: string) (name: string) (present: string seq) =
            let present = String.Join(", ", present)

            ArgumentException $"{path} lacks the parameter '{name}'. It holds: {present}. Was it saved from another model?"

        let unknown (path: string) (name: string) =
            ArgumentException $"{path} holds '{name}', which the model does not have. Was it saved from another model?"

        let mismatch (path: string) (name: string) (found: Shape) (wanted: Shape) =
            ArgumentException
                $"{path}: '{name}' has shape {shape found}, the model's parameter {shape wanted}. Build the model with its sizes."

    /// Data sets.
    module Data =

        let lengths (images: int) (labels: int) (folder: string) =
            Functional.Tensors.Errors.File.malformed
                folder
                0L
                $"there are {images} images and {labels} labels"
                "Both files have to come from the same set."

        let imageSize (found: Shape) (height: int) (width: int) =
            ArgumentException $"The images have shape {shape found}, which is not [batch; {height} · {width}]."

        let tooMany (wanted: int) (length: int) =
            ArgumentException $"{wanted} examples were asked of a data set of {length}."

        let batchSize (size: int) =
            ArgumentException $"A batch holds at least one example, not {size}."

        let empty = ArgumentException "The data set has no examples."

    /// Training.
    module Training =

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

        let notScalar (found: Shape) =
            ArgumentException $"Training minimises a scalar; the objective returned shape {shape found}. Take Loss.mean of it."

        let option (name: string) (requirement: string) (value: obj) =
            ArgumentException($"{name} must be {requirement}; it is {value}.", name)

        let samePlayers (name: string) (count: int) =
            ArgumentException
                $"{count} players are called '{name}'; give each a name of its own, which its terms and parameters carry."

    /// Adversarial losses and models.
    module Adversarial =

        let pairs (real: Shape) (fake: Shape) =
            ArgumentException(
                $"gradient penalty: data have shape {shape real} and samples {shape fake}; they have to be equal, for each example of the "
                + "data is joined to one sample by a line. Make the generator's output like the data."
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

    /// Traces of Jacobians, score matching, energy-based models and Langevin dynamics.
    module Score =

        let probes (count: int) =
            ArgumentException $"JacobianTrace.hutchinsonMean takes at least one probe a row; found {count}."

        let ladder (levels: float list) =
            let levels = String.Join(", ", levels)
            ArgumentException $"NoiseLadder: levels are positive and fall from one to the next; found {levels}."

        let fewLevels (count: int) =
            ArgumentException $"NoiseLadder.geometric: there have to be at least two levels; found {count}."

        let energy (found: Shape) (rows: int) =
            ArgumentException
                $"A log-density, or minus an energy, has one number for each row: shape [{rows}] or [{rows}; 1]; found {shape found}."

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

        let option (name: string) (requirement: string) (value: obj) =
            ArgumentException($"{name} must be {requirement}; it is {value}.", name)

    /// Diffusion: denoisers and what takes them.
    module Diffusion =

        let times (times: Shape) (examples: Shape) =
            ArgumentException(
                $"Denoiser: the times have shape {shape times} and the examples {shape examples}; "
                + "there has to be one time for each example, on a single axis."
            )

        let schedules (conditional: string) (unconditional: string) =
            ArgumentException(
                $"Guidance.classifierFree: the conditional denoiser has the schedule {conditional} and the unconditional one {unconditional}. "
                + "Make both with the same object."
            )

        let singular (what: string) (schedule: string) (time: float) =
            ArgumentException(
                $"Sampler: at t = {time} the schedule '{schedule}' has no data left (α = 0), and {what} has no finite value there. "
                + "Start a little below 1, e.g. Start = 0.99, or predict velocity or data and sample by ancestral steps or DDIM."
            )

        let images (found: Shape) =
            ArgumentException $"Degradation: images have the shape [batch; channels; height; width], not {shape found}."

    /// Ordinary differential equations.
    module OdeSolver =

        let option (name: string) (requirement: string) (value: obj) =
            ArgumentException($"OdeSolver: {name} must be {requirement}; it is {value}.", name)

        let times (times: float list) =
            ArgumentException
                $"OdeSolver.solveAt: the times {times} have to ascend or to descend, be finite, and hold at least the first."

        let slope (found: Shape) (wanted: Shape) =
            ArgumentException
                $"OdeSolver: the field returned shape {shape found} for a state of shape {shape wanted}; a slope has the state's shape."

        let steps (tried: int) (start: float) (finish: float) (time: float) (length: float) =
            ArithmeticException(
                $"OdeSolver: {tried} steps from t = {start} did not reach t = {finish}; at t = {time:G6} a step is {abs length:G3} long. "
                + "Raise the tolerances or MaxSteps; a stiff or discontinuous field is none for this solver."
            )

        let tooSmall (time: float) (length: float) =
            ArithmeticException(
                $"OdeSolver: at t = {time:G6} even a step of {abs length:G3} misses the tolerance. The field is not finite or has a singularity "
                + "there, or the tolerance is finer than the numbers' precision: end before the singularity, raise it, or use float64."
            )

    /// Stochastic differential equations and flows.
    module Flow =

        let option (name: string) (requirement: string) (value: obj) =
            ArgumentException($"{name} must be {requirement}; it is {value}.", name)

        let span (start: float) (finish: float) =
            ArgumentException
                $"ReverseSde: time runs from Start = {start} to Finish = {finish}; it has to run back, within 1 and 0."

        let singular (schedule: string) (time: float) =
            ArgumentException(
                $"ReverseSde: the schedule '{schedule}' has no finite drift, diffusion and score at t = {time}. "
                + "Start a little below 1, and finish a little above 0."
            )

        let rows (found: Shape) (wanted: Shape) =
            ArgumentException
                $"ProbabilityFlow: the points have shape {shape found}; the flow is of rows of shape {shape wanted}, along one more axis."

    /// Data files: what is wrong, in which file, at which byte, and what to do about it.
    module File =

        let private malformed path offset problem remedy =
            Functional.Tensors.Errors.File.malformed path offset problem remedy

        let private anotherCopy = "The file is damaged, or was cut off while it was fetched: fetch it again."

        let private rightFile =
            "Check that the path names the idx file you mean; idx files may be gzipped, but not packed in any other way."

        let idxHeaderCutOff path (offset: int64) =
            malformed path offset "the file ends before its idx header does" anotherCopy

        let idxMagic path (found: string) (looksLike: string option) =
            let guess = looksLike |> Option.map (fun what -> $", like {what}") |> Option.defaultValue ""
            malformed path 0L $"the file begins with {found}{guess}; an idx file begins with 00 00 08" rightFile

        let idxElementType path (code: byte) (name: string) =
            let problem = $"the elements have type 0x{code:X2} ({name}); only 0x08 (unsigned byte) is read"
            malformed path 2L problem "Convert the file."

        let idxRank path (rank: int) (expected: int) =
            let describe rank =
                let unit = if rank = 1 then "dimension" else "dimensions"
                let known = [ 1, ", as labels have"; 3, ", as images have" ] |> Map
                $"{rank} {unit} (magic 0x{0x800 + rank:X8}{Map.tryFind rank known |> Option.defaultValue String.Empty})"

            malformed path 3L $"the file has {describe rank} where {describe expected} were expected" rightFile

        let idxTooLarge path (dimensions: int64[]) (limit: int) =
            let dimensions = String.Join(" x ", dimensions)
            malformed path 4L $"the header promises {dimensions} bytes; one array holds at most {limit}" anotherCopy

        let idxCutOff path (offset: int64) (dimensions: int[]) (expected: int64) =
            let dimensions = String.Join(" x ", dimensions)
            malformed path offset $"the data ends here, but {dimensions} elements need {expected} bytes in all" anotherCopy

        let idxTrailing path (offset: int64) (dimensions: int[]) =
            let dimensions = String.Join(" x ", dimensions)
            malformed path offset $"more bytes follow the {dimensions} elements that the header promises" anotherCopy

        let idxGzip path (offset: int64) (reason: string) =
            malformed path offset $"the gzip stream is damaged after this many unpacked bytes: {reason.TrimEnd '.'}" anotherCopy

        let idxNotFound (directory: string) (names: string list) =
            let state = if Directory.Exists directory then "holds none of" else "does not exist; looked in it for"
            let listed = String.Join(", ", names)

            let remedy =
                "`build/run sample vae-mnist` fetches MNIST by itself; or point `--data` at a folder with the four idx files."

            FileNotFoundException($"The folder {directory} {state} {listed}. {remedy}", Path.Combine(directory, List.head names))
