// The probability flow: a deterministic path from noise to data, and the exact likelihood along it.
// Denoisers and velocity fields become one; it samples, encodes and scores with the adaptive ODE solver.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How the trace of a velocity's Jacobian is found.</summary>
public sealed class TraceMethod
{
    private TraceMethod(Functional.TraceMethod inner) => Inner = inner;

    internal Functional.TraceMethod Inner { get; }

    /// <summary>Exactly, at one backward pass for each element of a row.</summary>
    public static TraceMethod Exact { get; } = new(Functional.TraceMethod.Exact);

    /// <summary>
    /// From one random probe for each row, kept along the way: unbiased in the log-likelihood, one backward pass.
    /// </summary>
    /// <param name="probe">The probe's distribution. Default: <see cref="Probe.Rademacher"/>.</param>
    public static TraceMethod Hutchinson(Probe? probe = null) =>
        new(Functional.TraceMethod.NewHutchinson((probe ?? Probe.Rademacher).Inner));
}

/// <summary>dx/dt = u(x, t), data at one end of time and noise of a known distribution at the other.</summary>
public sealed class ProbabilityFlow
{
    internal ProbabilityFlow(Functional.ProbabilityFlow inner)
    {
        Inner = inner;
        Noise = Distribution.Wrap(inner.Noise);
    }

    /// <summary>A flow from its parts.</summary>
    /// <param name="velocity">u at points x of shape [n; ...] and times t of shape [n].</param>
    /// <param name="noise">The distribution of x at t = 1.</param>
    /// <param name="dataTime">The time at which data are, from 0 to below 1. Default: 0.</param>
    public ProbabilityFlow(Func<Tensor, Tensor, Tensor> velocity, Distribution noise, double dataTime = 0)
        : this(FlowBridge.create(Lift(velocity), Guard.Inner(noise), dataTime))
    {
    }

    internal Functional.ProbabilityFlow Inner { get; }

    /// <summary>The distribution of x at t = 1.</summary>
    public Distribution Noise { get; }

    /// <summary>The time at which data are: 0, or a little later where the velocity has no value at 0.</summary>
    public double DataTime => Inner.DataTime;

    /// <summary>u at points x of shape [n; ...] and times t of shape [n].</summary>
    public Tensor Velocity(Tensor x, Tensor t) => new(FlowBridge.velocity(Inner, Guard.Inner(x), Guard.Inner(t)));

    /// <summary>u as <see cref="OdeSolver"/> takes it: of one time for all rows.</summary>
    public Tensor Field(double t, Tensor x) => new(Functional.ProbabilityFlowModule.field(Inner, t, Guard.Inner(x)));

    /// <summary>The flow of a denoiser. Song et al., arXiv:2011.13456, equation 13.</summary>
    /// <param name="denoiser">The model, in use.</param>
    /// <param name="shape">The shape of one example.</param>
    /// <param name="dataTime">
    /// The time at which data are: 0 where the schedule has finite slopes there, a little more for variance-preserving ones.
    /// Default: 1e-4.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The time is not between 0 and 1, or the velocity has no value there or at t = 1.
    /// </exception>
    public static ProbabilityFlow FromDenoiser(Denoiser denoiser, IReadOnlyList<int> shape, double dataTime = 1e-4) =>
        new(Functional.ProbabilityFlowModule.ofDenoiser(dataTime, Guard.Shape(shape), Guard.NotNull(denoiser).Inner));

    /// <summary>Data from noise x of shape [n; ...].</summary>
    /// <param name="x">The noise.</param>
    /// <param name="options">How closely to follow. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArithmeticException">The solver's steps do not suffice, or vanish.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public OdeSolution<Tensor> Decode(Tensor x, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        Wrap(Functional.ProbabilityFlowModule.decode(OdeOptions.ToInner(options, cancellationToken), Inner, Guard.Inner(x)));

    /// <summary><see cref="Decode"/> on the thread pool.</summary>
    /// <inheritdoc cref="Decode"/>
    public Task<OdeSolution<Tensor>> DecodeAsync(
        Tensor x, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Decode(x, options, cancellationToken), cancellationToken);

    /// <summary>Noise from data x of shape [n; ...]: a code from which <see cref="Decode"/> returns the data.</summary>
    /// <inheritdoc cref="Decode"/>
    public OdeSolution<Tensor> Encode(Tensor x, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        Wrap(Functional.ProbabilityFlowModule.encode(OdeOptions.ToInner(options, cancellationToken), Inner, Guard.Inner(x)));

    /// <summary><see cref="Encode"/> on the thread pool.</summary>
    /// <inheritdoc cref="Decode"/>
    public Task<OdeSolution<Tensor>> EncodeAsync(
        Tensor x, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Encode(x, options, cancellationToken), cancellationToken);

    /// <summary>The way of noise x, [n; ...], to the data, of shape [times; n; ...].</summary>
    /// <param name="x">The noise.</param>
    /// <param name="times">How many times from 1 to that of the data, at least 2.</param>
    /// <param name="options">How closely to follow. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor Path(Tensor x, int times, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        new(Functional.ProbabilityFlowModule.path(
            OdeOptions.ToInner(options, cancellationToken), Guard.AtLeast(times, 2), Inner, Guard.Inner(x)));

    /// <summary><paramref name="count"/> draws: noise, decoded.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="options">How closely to follow. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor Sample(int count, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        new(Functional.ProbabilityFlowModule.sample(
            OdeOptions.ToInner(options, cancellationToken), Inner, Guard.AtLeast(count, 1)));

    /// <summary><see cref="Sample"/> on the thread pool.</summary>
    /// <inheritdoc cref="Sample"/>
    public Task<Tensor> SampleAsync(int count, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Sample(count, options, cancellationToken), cancellationToken);

    /// <summary>
    /// The noise of data x, and ∫ tr ∂u/∂x dt along the way, [n]: what log p changes by from noise to data. Recorded for
    /// differentiation where u is. Chen et al., arXiv:1806.07366, theorem 1.
    /// </summary>
    /// <param name="x">The data.</param>
    /// <param name="trace">How to find the trace. Default: exactly.</param>
    /// <param name="options">How closely to follow. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public OdeSolution<(Tensor Noise, Tensor Change)> EncodeWithChange(
        Tensor x, TraceMethod? trace = null, OdeOptions? options = null, CancellationToken cancellationToken = default)
    {
        var solution = Functional.ProbabilityFlowModule.encodeWithChange(
            OdeOptions.ToInner(options, cancellationToken), (trace ?? TraceMethod.Exact).Inner, Inner, Guard.Inner(x));

        return new((new(solution.State.Item1), new(solution.State.Item2)), new(solution.Statistics));
    }

    /// <summary>log p(x) of each row of x, [n; ...], in nats. Not recorded for differentiation.</summary>
    /// <inheritdoc cref="EncodeWithChange"/>
    public Tensor LogLikelihood(
        Tensor x, TraceMethod? trace = null, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        new(Functional.ProbabilityFlowModule.logLikelihood(
            OdeOptions.ToInner(options, cancellationToken), (trace ?? TraceMethod.Exact).Inner, Inner, Guard.Inner(x)));

    /// <summary><see cref="LogLikelihood"/> on the thread pool.</summary>
    /// <inheritdoc cref="EncodeWithChange"/>
    public Task<Tensor> LogLikelihoodAsync(
        Tensor x, TraceMethod? trace = null, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => LogLikelihood(x, trace, options, cancellationToken), cancellationToken);

    /// <summary>
    /// Bits a dimension of images x of so many grey values from -1 to 1, [n], each value spread evenly over its width. Uria,
    /// Murray &amp; Larochelle, arXiv:1306.0186; Theis, van den Oord &amp; Bethge, arXiv:1511.01844.
    /// </summary>
    /// <param name="x">The images.</param>
    /// <param name="levels">How many grey values, at least 2. Default: 256.</param>
    /// <param name="trace">How to find the trace. Default: by a Rademacher probe for each image.</param>
    /// <param name="options">How closely to follow. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor BitsPerDimension(
        Tensor x,
        int levels = 256,
        TraceMethod? trace = null,
        OdeOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.ProbabilityFlowModule.bitsPerDimension(
            OdeOptions.ToInner(options, cancellationToken),
            (trace ?? TraceMethod.Hutchinson()).Inner,
            Guard.AtLeast(levels, 2),
            Inner,
            Guard.Inner(x)));

    /// <summary><see cref="BitsPerDimension"/> on the thread pool.</summary>
    /// <inheritdoc cref="BitsPerDimension"/>
    public Task<Tensor> BitsPerDimensionAsync(
        Tensor x,
        int levels = 256,
        TraceMethod? trace = null,
        OdeOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => BitsPerDimension(x, levels, trace, options, cancellationToken), cancellationToken);

    private static Func<Functional.Tensors.Tensor, Functional.Tensors.Tensor, Functional.Tensors.Tensor> Lift(
        Func<Tensor, Tensor, Tensor> velocity)
    {
        Guard.NotNull(velocity);
        return (x, t) => Guard.Returned(velocity(new(x), new(t)), nameof(velocity)).Inner;
    }

    private static OdeSolution<Tensor> Wrap(Functional.OdeSolution<Functional.Tensors.Tensor> solution) =>
        new(new(solution.State), new(solution.Statistics));
}
