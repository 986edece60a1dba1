// The losses that diffusion models are trained with: which times are drawn, and how much an error at each of them counts.
// Objectives for Training.FitAsync; the bounds on log p(x) are in DiffusionBound.cs.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How much the squared error ‖x₀ - x̂‖² at each time counts in a loss.</summary>
public sealed class LossWeighting
{
    private LossWeighting(Functional.LossWeighting inner) => Inner = inner;

    internal Functional.LossWeighting Inner { get; }

    /// <summary>w = 1: ‖x₀ - x̂‖².</summary>
    public static LossWeighting Constant { get; } = new(Functional.LossWeightingModule.constant);

    /// <summary>w = SNR: ‖ε - ε̂‖², the simple loss. Ho, Jain &amp; Abbeel, arXiv:2006.11239, equation 14.</summary>
    public static LossWeighting Noise { get; } = new(Functional.LossWeightingModule.noise);

    /// <summary>w = max(SNR, 1). Salimans &amp; Ho, arXiv:2202.00512, section 4.</summary>
    public static LossWeighting TruncatedSnr { get; } = new(Functional.LossWeightingModule.truncatedSnr);

    /// <summary>w = -½ dSNR/dt: the continuous-time bound, in nats. Kingma et al., arXiv:2107.00630, equation 17.</summary>
    public static LossWeighting Likelihood { get; } = new(Functional.LossWeightingModule.likelihood);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LossWeighting> All { get; } =
        Array.ConvertAll(DiffusionLossBridge.weightings(), weighting => new LossWeighting(weighting));

    /// <summary>What it is called, which is the name of the loss's term.</summary>
    public string Name => Inner.Name;

    /// <summary>w(t).</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>A weighting of one's own.</summary>
    /// <param name="name">What it is called, which is the name of the loss's term.</param>
    /// <param name="logWeight">log w(t), elementwise, of a schedule and times.</param>
    /// <param name="logNoiseWeight">
    /// log w(t)/SNR(t), the same where log SNR is finite, and finite where it is not. Default: the first less log SNR.
    /// </param>
    /// <param name="formula">w(t). Default: nothing.</param>
    /// <param name="source">Where it comes from. Default: nowhere.</param>
    public static LossWeighting FromFunction(
        string name,
        Func<NoiseSchedule, Tensor, Tensor> logWeight,
        Func<NoiseSchedule, Tensor, Tensor>? logNoiseWeight = null,
        string formula = "",
        string source = "") =>
        new(DiffusionLossBridge.weighting(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            NoiseSchedule.Lift(logWeight),
            NoiseSchedule.Lift(
                logNoiseWeight ?? ((schedule, t) => logWeight(schedule, t) - schedule.LogSnr(t)), nameof(logNoiseWeight))));

    /// <summary>w = min(SNR, limit). Hang et al., arXiv:2303.09556, section 3.4.</summary>
    /// <param name="limit">γ, positive. Default: 5.</param>
    public static LossWeighting MinSnr(double limit = 5) => new(Functional.LossWeightingModule.minSnr(Guard.Positive(limit)));

    /// <summary>
    /// w = SNR + 1/scale², which is (σ² + scale²)/(σ scale)² where α = 1: an error in what <see cref="Denoiser.Preconditioned"/>
    /// asks its network for counts 1 at every time. Noise levels are to be drawn by <see cref="TimeSampling.LogNormal"/>. Karras
    /// et al., arXiv:2206.00364, table 1.
    /// </summary>
    /// <param name="scale">The data's standard deviation, positive. Default: 0.5.</param>
    public static LossWeighting Edm(double scale = 0.5) => new(Functional.LossWeightingModule.edm(Guard.Positive(scale)));

    /// <summary>log w(t), elementwise.</summary>
    public Tensor LogWeight(NoiseSchedule schedule, Tensor t) =>
        new(DiffusionLossBridge.logWeight(Inner, Guard.NotNull(schedule).Inner, Guard.Inner(t)));

    /// <summary>log w(t)/SNR(t), elementwise: the weight of ‖ε - ε̂‖².</summary>
    public Tensor LogNoiseWeight(NoiseSchedule schedule, Tensor t) =>
        new(DiffusionLossBridge.logNoiseWeight(Inner, Guard.NotNull(schedule).Inner, Guard.Inner(t)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>How the times of a batch are drawn.</summary>
public sealed class TimeSampling
{
    private TimeSampling(Functional.TimeSampling inner) => Inner = inner;

    internal Functional.TimeSampling Inner { get; }

    /// <summary>Independent times, uniform between 0 and 1.</summary>
    public static TimeSampling Uniform { get; } = new(Functional.TimeSamplingModule.uniform);

    /// <summary>
    /// Times evenly spread over [0, 1], shifted together: the batch's mean is less noisy. Kingma et al., arXiv:2107.00630,
    /// appendix I.1.
    /// </summary>
    public static TimeSampling LowDiscrepancy { get; } = new(Functional.TimeSamplingModule.lowDiscrepancy);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TimeSampling> All { get; } =
        Array.ConvertAll(DiffusionLossBridge.times(), times => new TimeSampling(times));

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>The distribution of the times.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>Times drawn in a way of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="draw">
    /// Times of a schedule, in (0, 1], for a batch of examples: [batch], in their dtype and on their device.
    /// </param>
    /// <param name="logDensity">
    /// log q(t) of their density, elementwise, of a schedule and times. Default: 0, as all are drawn alike.
    /// </param>
    /// <param name="formula">The distribution of the times. Default: nothing.</param>
    /// <param name="source">Where it comes from. Default: nowhere.</param>
    public static TimeSampling FromFunction(
        string name,
        Func<NoiseSchedule, Tensor, Tensor> draw,
        Func<NoiseSchedule, Tensor, Tensor>? logDensity = null,
        string formula = "",
        string source = "") =>
        new(DiffusionLossBridge.sampling(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            NoiseSchedule.Lift(draw),
            NoiseSchedule.Lift(logDensity ?? ((_, t) => t.ZerosLike()), nameof(logDensity))));

    /// <summary>Independent times, uniform on 1/T, 2/T, ..., 1.</summary>
    public static TimeSampling Grid(int steps) => new(Functional.TimeSamplingModule.grid(Guard.AtLeast(steps, 1)));

    /// <summary>
    /// Independent times at which ln(σ/α) ~ N(mean, deviation²), cut off where the schedule ends. Karras et al.,
    /// arXiv:2206.00364, table 1; on <see cref="NoiseSchedule.Rectified"/> the logit-normal times of Esser et al.,
    /// arXiv:2403.03206.
    /// </summary>
    /// <param name="mean">The mean of ln(σ/α). Default: -1.2.</param>
    /// <param name="deviation">Its standard deviation, positive. Default: 1.2.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the deviation not positive.</exception>
    public static TimeSampling LogNormal(double mean = -1.2, double deviation = 1.2) =>
        new(Functional.TimeSamplingModule.logNormal(mean, Guard.Positive(deviation)));

    /// <summary>Times of a schedule for a batch of examples, [batch].</summary>
    public Tensor Draw(NoiseSchedule schedule, Tensor examples) =>
        new(DiffusionLossBridge.draw(Inner, Guard.NotNull(schedule).Inner, Guard.Inner(examples)));

    /// <summary>
    /// log q(t) of the density that times of a schedule are drawn with, elementwise: 0 where all are drawn alike.
    /// </summary>
    public Tensor LogDensity(NoiseSchedule schedule, Tensor t) =>
        new(DiffusionLossBridge.logDensity(Inner, Guard.NotNull(schedule).Inner, Guard.Inner(t)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// E[w(t) ‖x₀ - x̂(α x₀ + σ ε, t)‖²], a sum over the numbers of an example, t as often as it is drawn. Gradients reach a learned
/// schedule too.
/// </summary>
public static class DiffusionLoss
{
    /// <summary>The weighed error of each example at one random time, [batch]: a single term with the weighting's name.</summary>
    public static Loss Estimate(Mode mode, LossWeighting weighting, TimeSampling times, Denoiser denoiser, Tensor x) =>
        new(Functional.DiffusionLoss.estimate(
            mode.ToInner(),
            Guard.NotNull(weighting).Inner,
            Guard.NotNull(times).Inner,
            Guard.NotNull(denoiser).Inner,
            Guard.Inner(x)));

    /// <summary>The training loss: the mean of the batch.</summary>
    public static Func<Tensor, Loss> Objective(LossWeighting weighting, TimeSampling times, Denoiser denoiser) =>
        DiffusionConversions.Outward(DiffusionLossBridge.objective(
            Guard.NotNull(weighting).Inner, Guard.NotNull(times).Inner, Guard.NotNull(denoiser).Inner));

    /// <summary>
    /// The training loss of examples with conditions, from the denoiser for the conditions of a batch. Classifier-free guidance
    /// drops some of them: <see cref="Guidance.Dropped"/>.
    /// </summary>
    public static Func<(Tensor X, TCondition Condition), Loss> Conditional<TCondition>(
        LossWeighting weighting, TimeSampling times, Func<TCondition, Denoiser> denoiser)
    {
        Guard.NotNull(denoiser);

        var objective = DiffusionLossBridge.conditional<TCondition>(
            Guard.NotNull(weighting).Inner,
            Guard.NotNull(times).Inner,
            condition => Guard.Returned(denoiser(condition), nameof(denoiser)).Inner);

        return batch => new(objective((Guard.Inner(batch.X), batch.Condition)));
    }

    /// <summary>The simple loss, E‖ε - ε̂‖² at uniform times. Ho, Jain &amp; Abbeel, arXiv:2006.11239, equation 14.</summary>
    public static Func<Tensor, Loss> Simple(Denoiser denoiser) =>
        DiffusionConversions.Outward(DiffusionLossBridge.simple(Guard.NotNull(denoiser).Inner));
}
