// Noise schedules: how much of the data and how much noise there is at each time of a diffusion.
// Denoisers, losses, samplers and differential equations read them.
using System.Runtime.CompilerServices;
using Functional.Interop;
using InnerTensor = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>A schedule at one time, as numbers.</summary>
/// <param name="Time">t.</param>
/// <param name="Signal">α(t).</param>
/// <param name="Noise">σ(t).</param>
/// <param name="LogSnr">log α² / σ².</param>
/// <param name="Drift">d log α / dt.</param>
/// <param name="DiffusionSquared">g²(t).</param>
public sealed record NoiseLevel(double Time, double Signal, double Noise, double LogSnr, double Drift, double DiffusionSquared)
{
    internal NoiseLevel(Functional.NoiseLevel inner)
        : this(inner.Time, inner.Signal, inner.Noise, inner.LogSnr, inner.Drift, inner.DiffusionSquared)
    {
    }

    internal Functional.NoiseLevel Inner => new(Time, Signal, Noise, LogSnr, Drift, DiffusionSquared);
}

/// <summary>
/// What a schedule says of the way between two of its times s &lt; t: q(x_t|x_s) = N(Ratio · x_s, ForwardVariance) and
/// q(x_s|x_t, x₀) = N(OnNoisy · x_t + OnData · x₀, PosteriorVariance).
/// </summary>
/// <param name="Ratio">α_t / α_s.</param>
/// <param name="ForwardVariance">σ_t² (1 - SNR_t/SNR_s); a DDPM's β_t.</param>
/// <param name="OnNoisy">(α_t/α_s) σ_s²/σ_t².</param>
/// <param name="OnData">α_s (1 - SNR_t/SNR_s).</param>
/// <param name="PosteriorVariance">σ_s² (1 - SNR_t/SNR_s); a DDPM's β̃_t.</param>
public sealed record NoiseTransition(Tensor Ratio, Tensor ForwardVariance, Tensor OnNoisy, Tensor OnData, Tensor PosteriorVariance);

/// <summary>
/// The Gaussian path x_t = α(t) x₀ + σ(t) ε: data at t = 0, noise at t = 1, the signal-to-noise ratio α²/σ² falling with t. All
/// functions of t are elementwise. Kingma et al., arXiv:2107.00630; Song et al., arXiv:2011.13456.
/// </summary>
public sealed class NoiseSchedule : IWrapper
{
    internal NoiseSchedule(Functional.NoiseSchedule inner)
    {
        Inner = inner;
        Parameters = Array.ConvertAll(NoiseScheduleBridge.parameters(inner), parameter => new Parameter(parameter));
        Inside = Array.ConvertAll(NoiseScheduleBridge.inside(inner), parameter => new Parameter(parameter));
    }

    internal Functional.NoiseSchedule Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>What it is called, with its settings.</summary>
    public string Name => Inner.Name;

    /// <summary>α and σ, or what they are made of.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>What training changes of it, if it is learned.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>
    /// Those of them that bend the way between log SNR(0) and log SNR(1) and leave these two where they are. The continuous bound
    /// does not depend on them, only its variance does: <see cref="DiffusionBound.ContinuousObjective"/> trains them to keep that
    /// low.
    /// </summary>
    public IReadOnlyList<Parameter> Inside { get; }

    /// <summary>α(t), how much of the data is left.</summary>
    public Tensor Signal(Tensor t) => new(Inner.Signal(Guard.Inner(t)));

    /// <summary>σ(t), the standard deviation of the noise.</summary>
    public Tensor Noise(Tensor t) => new(Inner.Noise(Guard.Inner(t)));

    /// <summary>log SNR(t) = log α²/σ².</summary>
    public Tensor LogSnr(Tensor t) => new(Inner.LogSnr(Guard.Inner(t)));

    /// <summary>d log SNR/dt, which is negative.</summary>
    public Tensor LogSnrSlope(Tensor t) => new(Inner.LogSnrSlope(Guard.Inner(t)));

    /// <summary>f(t) = d log α/dt.</summary>
    public Tensor Drift(Tensor t) => new(Inner.Drift(Guard.Inner(t)));

    /// <summary>g²(t) = dσ²/dt - 2 σ² d log α/dt.</summary>
    public Tensor DiffusionSquared(Tensor t) => new(Inner.DiffusionSquared(Guard.Inner(t)));

    /// <summary>√(α² + σ²): the scale at time t of data whose variance is 1.</summary>
    public Tensor Scale(Tensor t) => new(Inner.Scale(Guard.Inner(t)));

    /// <summary>The time at which log SNR(t) is this: 0 where it is more than it ever is, 1 where it is less.</summary>
    public Tensor TimeOf(Tensor logSnr) => new(Inner.TimeOf(Guard.Inner(logSnr)));

    /// <summary><see cref="TimeOf"/> for numbers.</summary>
    public IReadOnlyList<double> TimesOf(params IEnumerable<double> logSnrs) => Inner.TimesOf(Guard.NotNull(logSnrs));

    /// <summary>The schedule at some times, as numbers.</summary>
    public IReadOnlyList<NoiseLevel> At(params IEnumerable<double> times) =>
        Array.ConvertAll(Inner.At(Guard.NotNull(times)), level => new NoiseLevel(level));

    /// <summary>The way between two times s &lt; t, of any shape.</summary>
    public NoiseTransition Transition(Tensor s, Tensor t)
    {
        var way = Functional.NoiseScheduleModule.transition(Guard.Inner(s), Guard.Inner(t), Inner);
        return new(new(way.Ratio), new(way.ForwardVariance), new(way.OnNoisy), new(way.OnData), new(way.PosteriorVariance));
    }

    /// <summary>A schedule of one's own from functions of t, elementwise and differentiable.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="signal">α(t).</param>
    /// <param name="noise">σ(t).</param>
    /// <param name="logSnr">log α²/σ², where it can be had with more digits. Default: from the other two.</param>
    /// <param name="parameters">What training changes of it. Default: nothing.</param>
    /// <param name="inside">Those of the parameters that log SNR(0) and log SNR(1) do not depend on. Default: none.</param>
    /// <param name="formula">α and σ, or what they are made of. Default: nothing.</param>
    /// <param name="source">Where it comes from. Default: nowhere.</param>
    /// <exception cref="ArgumentException">A parameter of the inside is not among the parameters.</exception>
    public static NoiseSchedule FromFunctions(
        string name,
        Func<Tensor, Tensor> signal,
        Func<Tensor, Tensor> noise,
        Func<Tensor, Tensor>? logSnr = null,
        IReadOnlyList<Parameter>? parameters = null,
        IReadOnlyList<Parameter>? inside = null,
        string formula = "",
        string source = "")
    {
        Guard.NotNull(signal);
        Guard.NotNull(noise);
        (parameters, inside) = (parameters ?? [], inside ?? []);

        if (inside.FirstOrDefault(parameter => !parameters.Contains(parameter)) is { } stranger)
        {
            throw new ArgumentException($"The parameter '{stranger.Name}' has to be among the parameters, too.", nameof(inside));
        }

        return new(NoiseScheduleBridge.create(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            t => Guard.Returned(signal(new(t)), nameof(signal)).Inner,
            t => Guard.Returned(noise(new(t)), nameof(noise)).Inner,
            logSnr is null ? null : t => Guard.Returned(logSnr(new(t)), nameof(logSnr)).Inner,
            Guard.Inner(parameters),
            Guard.Inner(inside)));
    }

    /// <summary>
    /// α²(i/T) = Π (1 - β_j), σ² = 1 - α², exact at i/T; between, log SNR is interpolated. Ho, Jain &amp; Abbeel,
    /// arXiv:2006.11239, equation 4.
    /// </summary>
    /// <exception cref="ArgumentException">A β is not between 0 and 1.</exception>
    public static NoiseSchedule FromBetas(params IEnumerable<double> betas) =>
        new(NoiseScheduleBridge.ofBetas([.. Guard.NotNull(betas)]));

    /// <summary>
    /// β_i from 0.1/T to 20/T in equal steps; with 1000 steps the schedule of DDPM, 1e-4 to 0.02. Ho, Jain &amp; Abbeel,
    /// arXiv:2006.11239, section 4.
    /// </summary>
    /// <param name="steps">T, at least 21. Default: 1000.</param>
    public static NoiseSchedule Linear(int steps = 1000) => new(Functional.NoiseScheduleModule.linear(Guard.AtLeast(steps, 21)));

    /// <summary>
    /// α²(t) = cos²(½π (t + s)/(1 + s)) / cos²(½π s/(1 + s)), s = 0.008, with β ≤ 0.999. Nichol &amp; Dhariwal, arXiv:2102.09672,
    /// equation 17.
    /// </summary>
    /// <param name="steps">T, at least 2. Default: 1000.</param>
    public static NoiseSchedule Cosine(int steps = 1000) => new(Functional.NoiseScheduleModule.cosine(Guard.AtLeast(steps, 2)));

    /// <summary>α² falls as a logistic function from -3 to 3. Jabri, Fleet &amp; Chen, arXiv:2212.11972, algorithm 2.</summary>
    /// <param name="steps">T, at least 2. Default: 1000.</param>
    public static NoiseSchedule Sigmoid(int steps = 1000) => new(Functional.NoiseScheduleModule.sigmoid(Guard.AtLeast(steps, 2)));

    /// <summary>α = exp(-½ ∫β), σ² = 1 - α², β from first to last. Song et al., arXiv:2011.13456, equation 33.</summary>
    /// <param name="first">β(0), positive. Default: 0.1.</param>
    /// <param name="last">β(1), larger. Default: 20.</param>
    public static NoiseSchedule VariancePreserving(double first = 0.1, double last = 20) =>
        new(Functional.NoiseScheduleModule.variancePreserving(first, last));

    /// <summary>α as of <see cref="VariancePreserving"/>, σ = 1 - α². Song et al., arXiv:2011.13456, equation 29.</summary>
    /// <param name="first">β(0), positive. Default: 0.1.</param>
    /// <param name="last">β(1), larger. Default: 20.</param>
    public static NoiseSchedule SubVariancePreserving(double first = 0.1, double last = 20) =>
        new(Functional.NoiseScheduleModule.subVariancePreserving(first, last));

    /// <summary>α = 1, σ growing geometrically. Song et al., arXiv:2011.13456, equation 30.</summary>
    /// <param name="first">σ(0), positive. Default: 0.01.</param>
    /// <param name="last">σ(1), larger. Default: 50.</param>
    public static NoiseSchedule VarianceExploding(double first = 0.01, double last = 50) =>
        new(Functional.NoiseScheduleModule.varianceExploding(first, last));

    /// <summary>α = 1 - t, σ = t. Liu, Gong &amp; Liu, arXiv:2209.03003.</summary>
    public static NoiseSchedule Rectified { get; } = new(Functional.NoiseScheduleModule.rectified);

    /// <summary>α = 1, σ = scale · t. Karras et al., arXiv:2206.00364, table 1.</summary>
    /// <param name="scale">σ(1), positive. Default: 80.</param>
    public static NoiseSchedule Edm(double scale = 80) => new(Functional.NoiseScheduleModule.edm(Guard.Positive(scale)));

    /// <summary>
    /// log SNR falls along a straight line between end points that are learned. Kingma et al., arXiv:2107.00630, appendix H.
    /// </summary>
    /// <param name="atData">log SNR(0) at first. Default: 13.3.</param>
    /// <param name="atNoise">log SNR(1) at first, less. Default: -5.</param>
    public static NoiseSchedule LearnedLinear(double atData = 13.3, double atNoise = -5) =>
        new(Functional.NoiseScheduleModule.learnedLinear(atData, atNoise));

    /// <summary>
    /// log SNR falls as a monotone network says, which is learned as its end points are: these by a bound, the network, its
    /// <see cref="Inside"/>, for little variance of the bound. Kingma et al., arXiv:2107.00630, appendices H and I.2.
    /// </summary>
    /// <param name="units">Hidden units of the network, at least 1.</param>
    /// <param name="atData">log SNR(0) at first. Default: 13.3.</param>
    /// <param name="atNoise">log SNR(1) at first, less. Default: -5.</param>
    public static NoiseSchedule Learned(int units, double atData = 13.3, double atNoise = -5) =>
        new(Functional.NoiseScheduleModule.learned(Guard.AtLeast(units, 1), atData, atNoise));

    /// <summary>One of each, made anew: learned ones have parameters.</summary>
    public static IReadOnlyList<NoiseSchedule> All() =>
        Array.ConvertAll(NoiseScheduleBridge.all(), schedule => new NoiseSchedule(schedule));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;

    /// <summary>A function of a schedule and times or examples, for the library's.</summary>
    internal static Func<Functional.NoiseSchedule, InnerTensor, InnerTensor> Lift(
        Func<NoiseSchedule, Tensor, Tensor> f, [CallerArgumentExpression(nameof(f))] string name = "")
    {
        Guard.NotNull(f, name);
        return (schedule, tensor) => Guard.Returned(f(new(schedule), new(tensor)), name).Inner;
    }
}
