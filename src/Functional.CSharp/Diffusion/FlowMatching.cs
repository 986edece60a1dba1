// Flow matching: a network learns the velocity of a Gaussian path by regression, and the flow along it carries noise to data.
// Build a field, train it with FitAsync, straighten it by reflow, and sample from its flow.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// u(x, t) = dx/dt along the path x_t = α(t) x₀ + σ(t) ε of a schedule: data at t = 0, noise at t = 1. Lipman et al.,
/// arXiv:2210.02747.
/// </summary>
public sealed class VelocityField : IWrapper
{
    private readonly Func<Functional.Tensors.Tensor, Functional.Loss> loss;
    private readonly Func<(Functional.Tensors.Tensor, Functional.Tensors.Tensor), Functional.Loss> pairLoss;

    internal VelocityField(Functional.VelocityField inner)
    {
        Inner = inner;
        loss = FlowBridge.objective(Functional.FlowMatching.defaults, inner);
        pairLoss = FlowBridge.pairLoss(inner);
        Schedule = new(inner.Schedule);
        Network = inner.Network.ToFacade();
        Parameters = Array.ConvertAll(FlowBridge.parameters(inner), parameter => new Parameter(parameter));
    }

    /// <summary>A network on a path.</summary>
    /// <param name="schedule">The path.</param>
    /// <param name="network">u of points x_t, [n; ...], and times t, [n].</param>
    public VelocityField(NoiseSchedule schedule, Net<(Tensor X, Tensor Time), Tensor> network)
        : this(Functional.VelocityFieldModule.create(
            Guard.NotNull(schedule).Inner, PairBridge.ofStruct(DiffusionConversions.OfTimed(network))))
    {
    }

    internal Functional.VelocityField Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>The path.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>u of points x_t, [n; ...], and times t, [n].</summary>
    public Net<(Tensor X, Tensor Time), Tensor> Network { get; }

    /// <summary>Everything that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>A network on straight lines between data and noise.</summary>
    public static VelocityField Rectified(Net<(Tensor X, Tensor Time), Tensor> network) =>
        new(Functional.VelocityFieldModule.rectified(PairBridge.ofStruct(DiffusionConversions.OfTimed(network))));

    /// <summary>
    /// The velocity field that says the same as a denoiser. Where that <see cref="Denoiser.NeedsSignal"/>, it has no value at times with
    /// α = 0, as t = 1 of straight lines: no flow of it begins there.
    /// </summary>
    public static VelocityField FromDenoiser(Denoiser denoiser) =>
        new(Functional.VelocityFieldModule.ofDenoiser(Guard.NotNull(denoiser).Inner));

    /// <summary>The denoiser that says the same: on straight lines its data are x - t u and its noise x + (1 - t) u.</summary>
    public Denoiser ToDenoiser() => new(Functional.VelocityFieldModule.toDenoiser(Inner));

    /// <summary>The flow of the field in use, for data of that shape.</summary>
    public ProbabilityFlow Flow(params IReadOnlyList<int> shape) =>
        new(Functional.VelocityFieldModule.flow(Guard.Shape(shape), Inner));

    /// <summary>The training loss: ‖u(x_t, t) - (α' x₀ + σ' ε)‖² with independent noise and uniform times.</summary>
    public Loss Loss(Tensor data) => new(loss(Guard.Inner(data)));

    /// <summary>
    /// The training loss where data and noise come in pairs, as <see cref="RectifiedFlow.Pairs"/> makes them.
    /// </summary>
    public Loss PairLoss((Tensor Data, Tensor Noise) pairs) => new(pairLoss((Guard.Inner(pairs.Data), Guard.Inner(pairs.Noise))));

    /// <summary>Trains the network by flow matching, on the thread pool.</summary>
    /// <inheritdoc cref="Training.FitAsync{TBatch}"/>
    public Task<TrainingResult> FitAsync(
        Dataset<Tensor> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.FitAsync(Parameters, Loss, data, options, progress, cancellationToken);
}

/// <summary>Which noise goes with which example: a way to reorder noise, [n; ...], for data of the same shape.</summary>
public sealed class Coupling
{
    private Coupling(Functional.Coupling inner) => Inner = inner;

    /// <summary>A coupling of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="pair">The noise in another order, from data and noise.</param>
    /// <param name="source">Where it is from. Default: nowhere.</param>
    public Coupling(string name, Func<Tensor, Tensor, Tensor> pair, string source = "")
    {
        Guard.NotNull(pair);

        Inner = FlowBridge.coupling(
            Guard.Path(name),
            (data, noise) => Guard.Returned(pair(new(data), new(noise)), nameof(pair)).Inner,
            Guard.NotNull(source));
    }

    internal Functional.Coupling Inner { get; }

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>Where it is from.</summary>
    public string Source => Inner.Source;

    /// <summary>Noise and data know nothing of each other.</summary>
    public static Coupling Independent { get; } = new(Functional.CouplingModule.independent);

    /// <summary>One of each, as they are commonly set.</summary>
    public static IReadOnlyList<Coupling> All { get; } =
        Array.ConvertAll(FlowBridge.couplings, coupling => new Coupling(coupling));

    /// <summary>
    /// Noise for each example drawn from the plan that carries the batch's noise to its data at the least cost, by Sinkhorn's
    /// iterations: paths cross less. Tong et al., arXiv:2302.00482; Cuturi, arXiv:1306.0895.
    /// </summary>
    /// <param name="share">
    /// The weight of the plan's entropy, as a share of the mean squared distance, positive. Default: 0.05.
    /// </param>
    /// <param name="iterations">Sinkhorn's iterations, at least 1. Default: 50.</param>
    public static Coupling OptimalTransport(double share = 0.05, int iterations = 50) =>
        new(Functional.CouplingModule.optimalTransport(Guard.Positive(share), Guard.AtLeast(iterations, 1)));

    /// <summary>The noise in another order.</summary>
    public Tensor Pair(Tensor data, Tensor noise) => new(FlowBridge.pair(Inner, Guard.Inner(data), Guard.Inner(noise)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>How to draw what a velocity is learned from.</summary>
public sealed class FlowMatchingOptions
{
    /// <summary>Which noise goes with which example. Default: <see cref="Coupling.Independent"/>.</summary>
    public Coupling Coupling { get; init => field = Guard.NotNull(value, nameof(Coupling)); } = Coupling.Independent;

    /// <summary>How times are drawn. Default: <see cref="TimeSampling.Uniform"/>.</summary>
    public TimeSampling Times { get; init => field = Guard.NotNull(value, nameof(Times)); } = TimeSampling.Uniform;

    internal Functional.FlowMatchingOptions ToInner() => new(Coupling.Inner, Times.Inner);
}

/// <summary>
/// E‖u(x_t, t) - (α' x₀ + σ' ε)‖²: its minimum is the velocity that carries the marginals. Lipman, Chen, Ben-Hamu, Nickel &amp;
/// Le, arXiv:2210.02747, equation 9 and theorem 2.
/// </summary>
public static class FlowMatching
{
    /// <summary>α = 1 - t, σ = σ₀ + (1 - σ₀) t: straight lines from noise to normal distributions around the data.</summary>
    /// <param name="leastNoise">σ₀, from 0 to below 1.</param>
    /// <exception cref="ArgumentException">σ₀ is out of range.</exception>
    public static NoiseSchedule Path(double leastNoise) => new(Functional.FlowMatching.path(leastNoise));

    /// <summary>‖u(x_t, t) - (α' x₀ + σ' ε)‖² of each example, [n]: the term `flow matching`.</summary>
    /// <param name="mode">Whether the network is trained or used.</param>
    /// <param name="field">The field.</param>
    /// <param name="data">x₀, [n; ...].</param>
    /// <param name="noise">ε, of the shape of the data.</param>
    /// <param name="t">The times, [n].</param>
    public static Loss Estimate(Mode mode, VelocityField field, Tensor data, Tensor noise, Tensor t) =>
        new(Functional.FlowMatching.estimate(
            mode.ToInner(), Guard.NotNull(field).Inner, Guard.Inner(data), Guard.Inner(noise), Guard.Inner(t)));

    /// <summary>The training loss: the mean of <see cref="Estimate"/>, with noise and times drawn as the options say.</summary>
    public static Func<Tensor, Loss> Objective(VelocityField field, FlowMatchingOptions? options = null)
    {
        var objective = FlowBridge.objective((options ?? new()).ToInner(), Guard.NotNull(field).Inner);
        return data => new(objective(Guard.Inner(data)));
    }
}

/// <summary>
/// Straightening: a flow trained on the ends of its own paths moves along straighter lines, and needs fewer steps. Liu,
/// Gong &amp; Liu, arXiv:2209.03003.
/// </summary>
public static class RectifiedFlow
{
    /// <summary>
    /// Pairs of data and the noise that the flow carries to them, drawn now: train a new field on them with
    /// <see cref="VelocityField.PairLoss"/>.
    /// </summary>
    /// <param name="flow">The flow.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="options">How closely to follow. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Dataset<(Tensor Data, Tensor Noise)> Pairs(
        ProbabilityFlow flow, int count, OdeOptions? options = null, CancellationToken cancellationToken = default)
    {
        var pairs = FlowBridge.pairs(
            OdeOptions.ToInner(options, cancellationToken), Guard.NotNull(flow).Inner, Guard.AtLeast(count, 1));

        return new Dataset<(Functional.Tensors.Tensor, Functional.Tensors.Tensor)>(pairs)
            .Map(pair => (new Tensor(pair.Item1), new Tensor(pair.Item2)));
    }

    /// <summary><see cref="Pairs"/> on the thread pool.</summary>
    /// <inheritdoc cref="Pairs"/>
    public static Task<Dataset<(Tensor Data, Tensor Noise)>> PairsAsync(
        ProbabilityFlow flow, int count, OdeOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Pairs(flow, count, options, cancellationToken), cancellationToken);

    /// <summary>
    /// ∫ ‖(x₁ - x₀) - u(x_t, t)‖² dt along the path of each row of noise, [n]: 0 where paths are straight and evenly travelled.
    /// </summary>
    /// <param name="flow">The flow.</param>
    /// <param name="noise">Where the paths begin, [n; ...].</param>
    /// <param name="points">How many points of a path are looked at, at least 1. Default: 20.</param>
    /// <param name="options">How closely to follow. Default: tolerances of 1e-5.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Tensor Bend(
        ProbabilityFlow flow,
        Tensor noise,
        int points = 20,
        OdeOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.RectifiedFlow.bend(
            OdeOptions.ToInner(options, cancellationToken),
            Guard.AtLeast(points, 1),
            Guard.NotNull(flow).Inner,
            Guard.Inner(noise)));
}
