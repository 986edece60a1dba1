// Samplers: how a denoiser becomes a generator. One loop over a grid of times; what a step does is a value.
// In-painting changes the denoiser or wraps the sampler.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>The times that a sampler goes through.</summary>
public sealed class TimeGrid
{
    private TimeGrid(Functional.TimeGrid inner) => Inner = inner;

    internal Functional.TimeGrid Inner { get; }

    /// <summary>t_i = 1 - i/N.</summary>
    public static TimeGrid Uniform { get; } = new(Functional.TimeGridModule.uniform);

    /// <summary>t_i = (1 - i/N)². Song, Meng &amp; Ermon, arXiv:2010.02502, appendix D.2.</summary>
    public static TimeGrid Quadratic { get; } = new(Functional.TimeGridModule.quadratic);

    /// <summary>Power 7, σ/α from 80 down to 0.002. Karras et al., arXiv:2206.00364, equation 5.</summary>
    public static TimeGrid Karras { get; } = new(Functional.TimeGridModule.karras);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TimeGrid> All { get; } = Array.ConvertAll(SamplerBridge.grids(), grid => new TimeGrid(grid));

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>The i-th time of N + 1, counted from 0.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>A grid of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="times">N + 1 falling times, the last one 0, from a schedule, the time to begin with and N.</param>
    /// <param name="formula">The i-th time of N + 1. Default: nothing.</param>
    /// <param name="source">Where it comes from. Default: nowhere.</param>
    public static TimeGrid FromFunction(
        string name, Func<NoiseSchedule, double, int, IEnumerable<double>> times, string formula = "", string source = "")
    {
        Guard.NotNull(times);

        return new(SamplerBridge.grid(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            (schedule, start, steps) => [.. Guard.Returned(times(new(schedule), start, steps), nameof(times))]));
    }

    /// <summary>A power of the noise-to-signal ratio σ/α falls in equal steps between two ratios.</summary>
    public static TimeGrid KarrasOf(double power, double smallest, double largest) =>
        new(Functional.TimeGridModule.karrasOf(Guard.Positive(power), Guard.Positive(smallest), Guard.Positive(largest)));

    /// <summary>N + 1 times from the first one given down to 0, for a schedule.</summary>
    public IReadOnlyList<double> Times(NoiseSchedule schedule, double start, int steps) =>
        SamplerBridge.times(Inner, Guard.NotNull(schedule).Inner, start, Guard.AtLeast(steps, 1));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>Where sampling is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps that there will be.</param>
/// <param name="Time">The time that has been reached.</param>
/// <param name="State">
/// x at that time. It is freed after the next step: clone it to keep it, in an <see cref="IProgress{T}"/> of one's own, for
/// <see cref="Progress{T}"/> may look too late.
/// </param>
public sealed record SamplerProgress(int Step, int Steps, double Time, Tensor State)
{
    internal static Action<Functional.SamplerProgress> Reporter(IProgress<SamplerProgress>? progress) =>
        report => progress?.Report(new(report.Step, report.Steps, report.Time, new(report.State)));
}

/// <summary>How to sample: <c>new SamplerOptions { Steps = 250 }</c>.</summary>
public sealed class SamplerOptions
{
    /// <summary>The number of steps, at least 1. Default: 50.</summary>
    public int Steps { get; init => field = Guard.AtLeast(value, 1, nameof(Steps)); } = 50;

    /// <summary>Where they lie. Default: uniform.</summary>
    public TimeGrid Grid { get; init => field = Guard.NotNull(value, nameof(Grid)); } = TimeGrid.Uniform;

    /// <summary>
    /// The time to begin at, above 0 and at most 1. Less than 1 where the schedule has no data left at 1, and for samplers that divide
    /// by α. Default: 1.
    /// </summary>
    public double Start { get; init; } = 1;

    /// <summary>Whether the predicted data at the last time are returned in the place of x itself. Default: no.</summary>
    public bool Denoise { get; init; }

    internal static Functional.SamplerOptions ToInner(
        SamplerOptions? options, IProgress<SamplerProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();

        return SamplerBridge.options(
            options.Steps,
            options.Grid.Inner,
            options.Start,
            options.Denoise,
            SamplerProgress.Reporter(progress),
            cancellationToken);
    }
}

/// <summary>From x_t to x_s, s &lt; t, and the loop over many of them.</summary>
public sealed class Sampler
{
    internal Sampler(Functional.Sampler inner) => Inner = inner;

    internal Functional.Sampler Inner { get; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Sampler> All { get; } = Array.ConvertAll(SamplerBridge.all(), sampler => new Sampler(sampler));

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>What a step does.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>
    /// The share of noise that x is given more before each step of <see cref="Run"/>, which then begins at the time of as much; 0 for
    /// none.
    /// </summary>
    public double Churn => Inner.Churn;

    /// <summary>A sampler of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="step">x_s from a denoiser, x_t and the noise levels at t and at s, s &lt; t.</param>
    /// <param name="churn">The share of noise that x is given more before each step. Default: none.</param>
    /// <param name="formula">What a step does. Default: nothing.</param>
    /// <param name="source">Where it comes from. Default: nowhere.</param>
    public static Sampler FromFunction(
        string name,
        Func<Denoiser, Tensor, NoiseLevel, NoiseLevel, Tensor> step,
        double churn = 0,
        string formula = "",
        string source = "")
    {
        Guard.NotNull(step);

        return new(SamplerBridge.create(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            churn,
            (denoiser, x, t, s) => Guard.Returned(step(new(denoiser), new(x), new(t), new(s)), nameof(step)).Inner));
    }

    /// <summary>x_s drawn from p(x_s|x_t). Ho, Jain &amp; Abbeel, arXiv:2006.11239, algorithm 2.</summary>
    public static Sampler Ancestral(ReverseVariance variance = ReverseVariance.Posterior) =>
        new(Functional.SamplerModule.ancestral(variance.ToInner()));

    /// <summary>DDIM. Song, Meng &amp; Ermon, arXiv:2010.02502, equations 12 and 16.</summary>
    /// <param name="eta">0 for nothing random, 1 for ancestral sampling. Default: 0.</param>
    /// <exception cref="ArgumentException">η is not between 0 and 1.</exception>
    public static Sampler Ddim(double eta = 0) => new(Functional.SamplerModule.ddim(eta));

    /// <summary>
    /// Euler's method for the reverse SDE, then some steps of Langevin dynamics. Song et al., arXiv:2011.13456, algorithms 2-5.
    /// </summary>
    /// <param name="corrections">Langevin steps after each step, at least 0. Default: 1.</param>
    /// <param name="ratio">Of the expected changes by score and by noise, positive. Default: 0.16.</param>
    public static Sampler PredictorCorrector(int corrections = 1, double ratio = 0.16) =>
        new(Functional.SamplerModule.predictorCorrector(Guard.AtLeast(corrections, 0), Guard.Positive(ratio)));

    /// <summary>Heun's method, of second order. Karras et al., arXiv:2206.00364, algorithm 2.</summary>
    /// <param name="churn">The share of noise that is added before each step, at least 0. Default: 0.</param>
    /// <exception cref="ArgumentException">The share is negative.</exception>
    public static Sampler Heun(double churn = 0) => new(Functional.SamplerModule.heun(churn));

    /// <summary>One step: x_s from x_t, without churn.</summary>
    public Tensor Step(Denoiser denoiser, Tensor x, NoiseLevel t, NoiseLevel s) =>
        new(SamplerBridge.step(
            Inner, Guard.NotNull(denoiser).Inner, Guard.Inner(x), Guard.NotNull(t).Inner, Guard.NotNull(s).Inner));

    /// <summary>Goes from x at the time to begin with to time 0, step by step. Only one state is alive at a time.</summary>
    /// <param name="denoiser">The model.</param>
    /// <param name="start">x at the time to begin with, [count; ...].</param>
    /// <param name="options">How to sample. Default: 50 uniform steps from t = 1.</param>
    /// <param name="progress">Told after each step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor Run(
        Denoiser denoiser,
        Tensor start,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.SamplerModule.run(
            SamplerOptions.ToInner(options, progress, cancellationToken),
            Inner,
            Guard.NotNull(denoiser).Inner,
            Guard.Inner(start)));

    /// <summary>New data of shape [count; ...], from noise.</summary>
    /// <param name="denoiser">The model.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="options">How to sample. Default: 50 uniform steps from t = 1.</param>
    /// <param name="progress">Told after each step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor Sample(
        Denoiser denoiser,
        IReadOnlyList<int> shape,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(SamplerBridge.sample(
            SamplerOptions.ToInner(options, progress, cancellationToken),
            Inner,
            Guard.NotNull(denoiser).Inner,
            Guard.Shape(shape)));

    /// <summary><see cref="Sample"/> on the thread pool.</summary>
    /// <inheritdoc cref="Sample"/>
    public Task<Tensor> SampleAsync(
        Denoiser denoiser,
        IReadOnlyList<int> shape,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Sample(denoiser, shape, options, progress, cancellationToken), cancellationToken);

    /// <summary>All states on the way from x at the time to begin with, that one first.</summary>
    /// <inheritdoc cref="Run"/>
    public IReadOnlyList<Tensor> Trajectory(
        Denoiser denoiser,
        Tensor start,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Array.ConvertAll(
            SamplerBridge.trajectory(
                SamplerOptions.ToInner(options, progress, cancellationToken),
                Inner,
                Guard.NotNull(denoiser).Inner,
                Guard.Inner(start)),
            state => new Tensor(state));

    /// <summary>What the noise looks like at the time to begin with: draws from N(0, α² + σ²).</summary>
    public static Tensor Noise(Denoiser denoiser, IReadOnlyList<int> shape, SamplerOptions? options = null) =>
        new(SamplerBridge.noise(SamplerOptions.ToInner(options), Guard.NotNull(denoiser).Inner, Guard.Shape(shape)));

    /// <summary><see cref="Noise"/> in the shape, dtype and on the device of some examples.</summary>
    public static Tensor NoiseLike(Denoiser denoiser, Tensor examples, SamplerOptions? options = null) =>
        new(Functional.SamplerModule.noiseLike(
            SamplerOptions.ToInner(options), Guard.NotNull(denoiser).Inner, Guard.Inner(examples)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// In-painting with a diffusion model of whole examples: no training with masks. Everything takes examples x and masks of their
/// shape: 1 where x is given, 0 where it is to be filled in and x may be anything.
/// </summary>
public static class DiffusionInPainting
{
    /// <summary>
    /// The sampler with what is visible put in its place after each step, each step taken <paramref name="resamplings"/> times.
    /// Lugmayr et al., arXiv:2201.09865, algorithm 1.
    /// </summary>
    /// <exception cref="ArgumentException">The mask does not have the shape of the examples.</exception>
    public static Sampler Replacing(int resamplings, Tensor x, Tensor visible, Sampler sampler) =>
        new(Functional.DiffusionInPainting.replacing(
            Guard.AtLeast(resamplings, 1), Guard.Inner(x), Guard.Inner(visible), Guard.NotNull(sampler).Inner));

    /// <summary>
    /// The denoiser with the gradient of what is visible under its prediction added to the score, for data of about unit variance:
    /// one pass back through the network for each step. Song, Vahdat, Mardani &amp; Kautz, ICLR 2023.
    /// </summary>
    /// <exception cref="ArgumentException">The mask does not have the shape of the examples.</exception>
    public static Denoiser Guided(Tensor x, Tensor visible, Denoiser denoiser) =>
        new(Functional.DiffusionInPainting.guided(Guard.Inner(x), Guard.Inner(visible), Guard.NotNull(denoiser).Inner));

    /// <summary>
    /// The mean of p(x₀|x_t, x visible) where p(x₀|x_t) is Gaussian: as many passes back through the network as an example has
    /// numbers. For small examples.
    /// </summary>
    /// <exception cref="ArgumentException">The mask does not have the shape of the examples.</exception>
    public static Denoiser Exact(Tensor x, Tensor visible, Denoiser denoiser) =>
        new(Functional.DiffusionInPainting.exact(Guard.Inner(x), Guard.Inner(visible), Guard.NotNull(denoiser).Inner));

    /// <summary>The examples with what is hidden filled in, from noise, by <see cref="Replacing"/>.</summary>
    /// <param name="resamplings">How often each step is taken, at least 1.</param>
    /// <param name="sampler">The sampler of the model.</param>
    /// <param name="denoiser">The model.</param>
    /// <param name="batch">Examples and masks.</param>
    /// <param name="options">How to sample. Default: 50 uniform steps from t = 1.</param>
    /// <param name="progress">Told after each step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">The mask does not have the shape of the examples.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Tensor Sample(
        int resamplings,
        Sampler sampler,
        Denoiser denoiser,
        (Tensor X, Tensor Visible) batch,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(SamplerBridge.inPaint(
            SamplerOptions.ToInner(options, progress, cancellationToken),
            Guard.AtLeast(resamplings, 1),
            Guard.NotNull(sampler).Inner,
            Guard.NotNull(denoiser).Inner,
            Guard.Inner(batch.X),
            Guard.Inner(batch.Visible)));

    /// <summary><see cref="Sample"/> on the thread pool.</summary>
    /// <inheritdoc cref="Sample"/>
    public static Task<Tensor> SampleAsync(
        int resamplings,
        Sampler sampler,
        Denoiser denoiser,
        (Tensor X, Tensor Visible) batch,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Sample(resamplings, sampler, denoiser, batch, options, progress, cancellationToken), cancellationToken);
}
