// Solves dx/dt = f(t, x), in steps that follow the error or in steps of one length.
// Probability flows and flow matching are built on it; a field of one's own is a lambda.
using Functional.Interop;
using InnerTensor = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>Over what the error of a step is averaged before it is compared with the tolerance.</summary>
public enum ErrorNorm
{
    /// <summary>Root mean square over all elements of all rows: the rows share the tolerance.</summary>
    Whole,

    /// <summary>Root mean square over each row, and the worst row counts: every row meets the tolerance, at more steps.</summary>
    WorstRow,
}

/// <summary>How closely to follow a solution: <c>new OdeOptions { RelativeTolerance = 1e-6 }</c>.</summary>
public sealed class OdeOptions
{
    /// <summary>The error of a step that is allowed where x is small, positive. Default: 1e-5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public double AbsoluteTolerance { get; init => field = Guard.Positive(value, nameof(AbsoluteTolerance)); } = 1e-5;

    /// <summary>The error of a step that is allowed for each unit of |x|. Below 1e-6 only in float64. Default: 1e-5.</summary>
    public double RelativeTolerance { get; init; } = 1e-5;

    /// <summary>Over what errors are averaged. Default: the whole state.</summary>
    public ErrorNorm Norm { get; init; } = ErrorNorm.Whole;

    /// <summary>The length of the first step, positive. Default: chosen from the field, at one more evaluation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public double? FirstStep
    {
        get;
        init => field = value is { } length ? Guard.Positive(length, nameof(FirstStep)) : null;
    }

    /// <summary>Steps that may be tried, accepted or rejected, at least 1. Default: 10,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxSteps { get; init => field = Guard.AtLeast(value, 1, nameof(MaxSteps)); } = 10_000;

    internal static Functional.OdeOptions ToInner(OdeOptions? options, CancellationToken cancellationToken)
    {
        options ??= new();

        return OdeBridge.options(
            options.AbsoluteTolerance,
            options.RelativeTolerance,
            options.Norm == ErrorNorm.Whole ? Functional.ErrorNorm.Whole : Functional.ErrorNorm.WorstRow,
            options.FirstStep,
            options.MaxSteps,
            cancellationToken);
    }
}

/// <summary>What a solution took.</summary>
/// <param name="Evaluations">Evaluations of the field.</param>
/// <param name="Accepted">Steps that met the tolerance.</param>
/// <param name="Rejected">Steps that did not, and were tried again shorter.</param>
public sealed record OdeStatistics(int Evaluations, int Accepted, int Rejected)
{
    internal OdeStatistics(Functional.OdeStatistics inner) : this(inner.Evaluations, inner.Accepted, inner.Rejected)
    {
    }
}

/// <summary>Where a solution ended, and what it took.</summary>
/// <param name="State">The state at the end, or at each time that was asked for.</param>
/// <param name="Statistics">What it took.</param>
public sealed record OdeSolution<TState>(TState State, OdeStatistics Statistics);

/// <summary>x(t₁) from x(t₀) and dx/dt = f(t, x), forwards or backwards in time.</summary>
public static class OdeSolver
{
    /// <summary>
    /// x(t₁) from x(t₀), by Dormand-Prince 5(4) with steps as long as the tolerances allow. x has any shape, with rows along its
    /// first axis; all rows take the same steps. Each step reads one number from the device, which decides whether it is
    /// accepted. Gradients flow through the accepted steps. Not for stiff problems, where stability and not the error decides
    /// the length of the steps. Dormand &amp; Prince 1980, doi:10.1016/0771-050X(80)90013-3.
    /// </summary>
    /// <param name="field">f(t, x), of the shape of x.</param>
    /// <param name="start">t₀.</param>
    /// <param name="finish">t₁; it may be less than t₀.</param>
    /// <param name="x">x(t₀).</param>
    /// <param name="options">How closely. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArithmeticException">The steps do not suffice, or vanish as they do at a singularity.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static OdeSolution<Tensor> Solve(
        Func<double, Tensor, Tensor> field,
        double start,
        double finish,
        Tensor x,
        OdeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var chosen = OdeOptions.ToInner(options, cancellationToken);
        var solution = OdeBridge.solve(chosen, Inner(field), start, finish, Guard.Inner(x));
        return new(new(solution.State), new(solution.Statistics));
    }

    /// <summary>The same for a pair of tensors that depend on each other, such as a state and its log-density.</summary>
    /// <inheritdoc cref="Solve"/>
    public static OdeSolution<(Tensor First, Tensor Second)> SolvePair(
        Func<double, (Tensor First, Tensor Second), (Tensor First, Tensor Second)> field,
        double start,
        double finish,
        (Tensor First, Tensor Second) x,
        OdeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var chosen = OdeOptions.ToInner(options, cancellationToken);
        var solution = OdeBridge.solvePair(chosen, Inner(field), start, finish, Inner(x));
        return new(Wrap(solution.State), new(solution.Statistics));
    }

    /// <summary>
    /// x at each of these times from x at the first of them, of shape [times; ...]. The times ascend or descend, and cost no
    /// steps: between the ends of steps the solution is a polynomial of fourth order in t.
    /// </summary>
    /// <param name="field">f(t, x), of the shape of x.</param>
    /// <param name="times">The times, of which the first is that of x.</param>
    /// <param name="x">x at the first time.</param>
    /// <param name="options">How closely. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">The times neither ascend nor descend.</exception>
    /// <exception cref="ArithmeticException">The steps do not suffice, or vanish as they do at a singularity.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static OdeSolution<Tensor> SolveAt(
        Func<double, Tensor, Tensor> field,
        IReadOnlyList<double> times,
        Tensor x,
        OdeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var chosen = OdeOptions.ToInner(options, cancellationToken);
        var solution = OdeBridge.solveAt(chosen, Inner(field), [.. Guard.NotNull(times)], Guard.Inner(x));
        return new(new(solution.State), new(solution.Statistics));
    }

    /// <summary>
    /// x(t₁) from x(t₀) in so many steps of one length. Nothing is read from the device, and gradients flow through every step.
    /// Nothing checks the error either: halve the steps and compare.
    /// </summary>
    /// <param name="method">How to step.</param>
    /// <param name="steps">How often, at least 1.</param>
    /// <param name="field">f(t, x), of the shape of x.</param>
    /// <param name="start">t₀.</param>
    /// <param name="finish">t₁; it may be less than t₀.</param>
    /// <param name="x">x(t₀).</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps.</exception>
    public static Tensor FixedSteps(
        OdeMethod method, int steps, Func<double, Tensor, Tensor> field, double start, double finish, Tensor x) =>
        new(OdeBridge.fixedSteps(
            Guard.NotNull(method).Inner, Guard.AtLeast(steps, 1), Inner(field), start, finish, Guard.Inner(x)));

    /// <summary>The same for a pair of tensors that depend on each other.</summary>
    /// <inheritdoc cref="FixedSteps"/>
    public static (Tensor First, Tensor Second) FixedStepsPair(
        OdeMethod method,
        int steps,
        Func<double, (Tensor First, Tensor Second), (Tensor First, Tensor Second)> field,
        double start,
        double finish,
        (Tensor First, Tensor Second) x) =>
        Wrap(OdeBridge.fixedStepsPair(
            Guard.NotNull(method).Inner, Guard.AtLeast(steps, 1), Inner(field), start, finish, Inner(x)));

    private static Func<double, InnerTensor, InnerTensor> Inner(Func<double, Tensor, Tensor> field)
    {
        Guard.NotNull(field);
        return (t, x) => Guard.Returned(field(t, new(x)), nameof(field)).Inner;
    }

    private static Func<double, (InnerTensor, InnerTensor), (InnerTensor, InnerTensor)> Inner(
        Func<double, (Tensor, Tensor), (Tensor, Tensor)> field)
    {
        Guard.NotNull(field);
        return (t, state) => Inner(field(t, Wrap(state)));
    }

    private static (InnerTensor, InnerTensor) Inner((Tensor First, Tensor Second) pair) =>
        (Guard.Inner(pair.First), Guard.Inner(pair.Second));

    private static (Tensor First, Tensor Second) Wrap((InnerTensor, InnerTensor) pair) => (new(pair.Item1), new(pair.Item2));
}
