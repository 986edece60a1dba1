// What is raised about distributions, their divergences, and transforms.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional
open Functional.Tensors

/// Distributions and their divergences.
module internal Distribution =

    let private shape = Shape.toString

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
        ArgumentException $"{wrapper}: the base distribution has to be a continuous one of numbers, and {distribution} is not."

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
module internal Transform =

    let private shape = Shape.toString

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
