// Cold diffusion: generative models that undo any degradation of data, without noise.
// A degradation, a network that restores, the loss and the sampler.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A degradation that grows with t: nothing at t = 0.</summary>
public sealed class Degradation
{
    private Degradation(Functional.Degradation inner) => Inner = inner;

    internal Functional.Degradation Inner { get; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Degradation> All { get; } =
        Array.ConvertAll(ColdDiffusionBridge.all(), degradation => new Degradation(degradation));

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>D(x₀, t).</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>A degradation of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="apply">D(x₀, t), of examples [batch; ...] and times [batch].</param>
    /// <param name="formula">D(x₀, t) in words or symbols. Default: nothing.</param>
    /// <param name="source">Where it comes from. Default: nowhere.</param>
    public static Degradation FromFunction(string name, Func<Tensor, Tensor, Tensor> apply, string formula = "", string source = "")
    {
        Guard.NotNull(apply);

        return new(ColdDiffusionBridge.degradation(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            (x, t) => Guard.Returned(apply(new(x), new(t)), nameof(apply)).Inner));
    }

    /// <summary>
    /// Images [batch; channels; height; width] blurred by a Gaussian of standard deviation largest · t pixels. Bansal et al.,
    /// arXiv:2208.09392, section 4.1.
    /// </summary>
    public static Degradation Blur(double largest) => new(Functional.DegradationModule.blur(Guard.Positive(largest)));

    /// <summary>Images that fade to 0 from the middle. Bansal et al., arXiv:2208.09392, section 4.2.</summary>
    /// <param name="radius">How far from the middle, in pixels.</param>
    /// <param name="depth">How much: the middle is exp(-depth) of itself at t = 1.</param>
    public static Degradation Fading(double radius, double depth) =>
        new(Functional.DegradationModule.fading(Guard.Positive(radius), Guard.Positive(depth)));

    /// <summary>Examples [batch; ...] as they are at times [batch].</summary>
    public Tensor Apply(Tensor x, Tensor t) => new(ColdDiffusionBridge.apply(Inner, Guard.Inner(x), Guard.Inner(t)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>A degradation and the network that undoes it. Bansal et al., arXiv:2208.09392.</summary>
public sealed class ColdDiffusion : IWrapper
{
    private readonly Functional.ColdDiffusion inner;

    /// <summary>A model from its parts.</summary>
    /// <param name="degradation">D(x₀, t).</param>
    /// <param name="network">x̂₀ from degraded examples and their times.</param>
    public ColdDiffusion(Degradation degradation, Net<(Tensor X, Tensor Time), Tensor> network)
    {
        (Degradation, Network) = (Guard.NotNull(degradation), Guard.NotNull(network));
        inner = ColdDiffusionBridge.create(degradation.Inner, DiffusionConversions.OfTimed(network));
        Parameters = Array.ConvertAll(ColdDiffusionBridge.parameters(inner), parameter => new Parameter(parameter));
    }

    object IWrapper.Inner => inner;

    /// <summary>D(x₀, t).</summary>
    public Degradation Degradation { get; }

    /// <summary>x̂₀ from degraded examples and their times.</summary>
    public Net<(Tensor X, Tensor Time), Tensor> Network { get; }

    /// <summary>Everything that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>E‖R(D(x₀, t), t) - x₀‖₁: the term `restoration`. Not a likelihood.</summary>
    public Func<Tensor, Loss> Objective(TimeSampling times) =>
        DiffusionConversions.Outward(ColdDiffusionBridge.objective(Guard.NotNull(times).Inner, inner));

    /// <summary>
    /// From examples degraded to the time to begin with back to data, by x_s = x_t - D(x̂, t) + D(x̂, s), uniform steps. Of the
    /// options, Grid and Denoise are not looked at. Bansal et al., arXiv:2208.09392, algorithm 2.
    /// </summary>
    /// <param name="start">The degraded examples.</param>
    /// <param name="options">How many steps. Default: 50 from t = 1.</param>
    /// <param name="progress">Told after each step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor Run(
        Tensor start,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.ColdDiffusionModule.run(
            SamplerOptions.ToInner(options, progress, cancellationToken), inner, Guard.Inner(start)));

    /// <summary><see cref="Run"/> on the thread pool.</summary>
    /// <inheritdoc cref="Run"/>
    public Task<Tensor> RunAsync(
        Tensor start,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Run(start, options, progress, cancellationToken), cancellationToken);

    /// <summary><see cref="Run"/> by x_s = D(x̂, s), which accumulates the network's errors: to compare with.</summary>
    /// <inheritdoc cref="Run"/>
    public Tensor RunNaively(
        Tensor start,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.ColdDiffusionModule.runNaively(
            SamplerOptions.ToInner(options, progress, cancellationToken), inner, Guard.Inner(start)));

    /// <summary>All states of <see cref="Run"/>, the start first.</summary>
    /// <inheritdoc cref="Run"/>
    public IReadOnlyList<Tensor> Trajectory(
        Tensor start,
        SamplerOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Array.ConvertAll(
            ColdDiffusionBridge.trajectory(
                SamplerOptions.ToInner(options, progress, cancellationToken), inner, Guard.Inner(start)),
            state => new Tensor(state));
}
