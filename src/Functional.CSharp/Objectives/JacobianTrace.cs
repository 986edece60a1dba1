// The trace of the Jacobian of a vector field, row by row: exact, or estimated from random probes.
// Implicit and sliced score matching and the densities of continuous flows are made of it.
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>The distribution of a random vector v with E[v vᵀ] = I, so that E[vᵀ J v] = tr J.</summary>
public sealed class Probe
{
    private Probe(Functional.Probe inner) => Inner = inner;

    internal Functional.Probe Inner { get; }

    /// <summary>
    /// Independent signs: variance Σ_{i≠j} (J_ij² + J_ij J_ji), the least of all independent probes; none where J is diagonal.
    /// </summary>
    public static Probe Rademacher { get; } = new(Functional.Probe.Rademacher);

    /// <summary>Independent standard normal numbers: variance Σ_ij (J_ij² + J_ij J_ji).</summary>
    public static Probe Gaussian { get; } = new(Functional.Probe.Gaussian);

    /// <summary>A probe for every row, of the shape, device and dtype of the rows.</summary>
    public Tensor Draw(Tensor rows) => new(Functional.ProbeModule.draw(Inner, Guard.Inner(rows)));

    /// <summary>Its name.</summary>
    public override string ToString() => Inner.ToString();
}

/// <summary>
/// f(x) and tr ∂f/∂x = Σ_i ∂f_i/∂x_i of every row, for a field f from rows [n; d...] to the same shape, whose rows do not look at
/// each other. Value and trace are recorded for what f closes over and, where x is recorded, for x, to any order.
/// </summary>
/// <remarks>Members throw <see cref="ArgumentException"/> where f changes the shape.</remarks>
public static class JacobianTrace
{
    /// <summary>
    /// The exact trace, of shape [n]: one evaluation and a backward pass for each element of a row. The wrong tool for images;
    /// <see cref="Hutchinson"/> takes one pass.
    /// </summary>
    public static (Tensor Value, Tensor Trace) Exact(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(JacobianTraceBridge.exact(Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>vᵀ (∂f/∂x) v of every row, of shape [n], for a probe v of the shape of x: one backward pass.</summary>
    /// <param name="f">The field.</param>
    /// <param name="x">The rows.</param>
    /// <param name="probe">v. An ODE's solver keeps one from step to step.</param>
    public static (Tensor Value, Tensor Trace) Along(Func<Tensor, Tensor> f, Tensor x, Tensor probe) =>
        Wrap(JacobianTraceBridge.along(Guard.Inner(probe), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>
    /// Hutchinson's estimate, of shape [n], with a new probe for every row: unbiased, of the variance that the probe names.
    /// Hutchinson 1990, doi:10.1080/03610919008812866; Grathwohl et al., arXiv:1810.01367, equation 7.
    /// </summary>
    /// <param name="f">The field.</param>
    /// <param name="x">The rows.</param>
    /// <param name="probe">The probe's distribution. Default: <see cref="Probe.Rademacher"/>.</param>
    public static (Tensor Value, Tensor Trace) Hutchinson(Func<Tensor, Tensor> f, Tensor x, Probe? probe = null) =>
        Wrap(JacobianTraceBridge.hutchinson((probe ?? Probe.Rademacher).Inner, Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>
    /// The mean of Hutchinson's estimates from so many probes a row: a backward pass and a share of the variance for each.
    /// </summary>
    /// <param name="f">The field.</param>
    /// <param name="x">The rows.</param>
    /// <param name="count">How many probes, at least 1.</param>
    /// <param name="probe">The probes' distribution. Default: <see cref="Probe.Rademacher"/>.</param>
    public static (Tensor Value, Tensor Trace) HutchinsonMean(Func<Tensor, Tensor> f, Tensor x, int count, Probe? probe = null) =>
        Wrap(JacobianTraceBridge.hutchinsonMean(
            Guard.AtLeast(count, 1), (probe ?? Probe.Rademacher).Inner, Differentiate.Lift(f), Guard.Inner(x)));

    private static (Tensor, Tensor) Wrap((Core, Core) pair) => (new(pair.Item1), new(pair.Item2));
}
