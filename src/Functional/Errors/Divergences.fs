// What is raised about discrepancies between samples and between densities.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

/// Discrepancies between samples.
module internal Mmd =

    let private shape = Shape.toString

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
        ArgumentException(
            $"{estimate} needs at least {least} rows in each sample; one has {found}. In training, where that is the last batch of an "
            + "epoch, leave it out: DropLast = true."
        )

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

    let statistic (found: Shape) =
        ArgumentException(
            $"PermutationTest.run: the statistic has shape {shape found}; it has to be one number for two samples. Take the mean, the "
            + "norm or the largest of its elements."
        )

    let checkpoint (path: string) =
        ArgumentException(
            $"ClassifierTest: its training has the checkpoint {path}, and would go on with a classifier of other samples if that file "
            + "is there. A test trains in seconds and from nothing: leave the checkpoint out."
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
module internal FDivergence =

    let private shape = Shape.toString

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
