// The trace of the Jacobian of a vector field, row by row: exact, or estimated from random probes.
// Implicit and sliced score matching and the densities of continuous flows are made of it.
namespace Functional

open Functional.Tensors

/// The distribution of a random vector v with E[v vᵀ] = I, so that E[vᵀ J v] = tr J.
[<RequireQualifiedAccess>]
type Probe =
    /// Independent signs: variance Σ_{i≠j} (J_ij² + J_ij J_ji), the least of all independent probes; none where J is diagonal.
    | Rademacher
    /// Independent standard normal numbers: variance Σ_ij (J_ij² + J_ij J_ji), that of Rademacher and 2 Σ_i J_ii² more.
    | Gaussian

/// Draws probes.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Probe =

    /// A probe for every row, of the shape, device and dtype of the rows.
    let draw (probe: Probe) (rows: Tensor) : Tensor =
        match probe with
        | Probe.Rademacher -> Batch.signs rows
        | Probe.Gaussian -> rows.randnLike ()

/// f(x) and tr ∂f/∂x = Σ_i ∂f_i/∂x_i of every row, for a field f from rows [n; d...] to the same shape, whose rows do not look at
/// each other (no batch normalisation in training). Value and trace are recorded for what f closes over and, where x is recorded,
/// for x, to any order. All raise ArgumentException when f changes the shape.
module JacobianTrace =

    /// The exact trace, of shape [n]: one evaluation and a backward pass for each element of a row, however many rows there are.
    /// The wrong tool for images; `hutchinson` takes one pass.
    let exact (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = dsharp.fbatchDivergence f x

    /// vᵀ (∂f/∂x) v of every row, of shape [n], for a probe v of the shape of x: one evaluation, one backward pass.
    /// An ODE's solver keeps one probe from step to step, or its error control would see the noise.
    let along (probe: Tensor) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = dsharp.fbatchDivergenceAlong f x probe

    /// Hutchinson's estimate, of shape [n], with a new probe for every row: unbiased, of the variance that the probe names.
    /// Source: Hutchinson 1990, doi:10.1080/03610919008812866; Grathwohl et al., arXiv:1810.01367, equation 7.
    let hutchinson (probe: Probe) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = along (Probe.draw probe x) f x

    /// The mean of Hutchinson's estimates from so many probes a row: a backward pass and a share of the variance for each.
    let hutchinsonMean (count: int) (probe: Probe) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        if count < 1 then
            raise (Errors.Score.probes count)

        Batch.meanAlong "hutchinsonMean" count (fun () -> Probe.draw probe x) f x
