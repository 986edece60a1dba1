// The denoiser: a schedule, a network of the noisy example and the time, and what that network predicts.
// Losses, bounds, samplers and guidance take one; whatever changes a denoiser returns another.
using Functional.Interop;
using InnerTensor = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>What a network's output stands for, at x_t = α x₀ + σ ε.</summary>
public sealed class Prediction
{
    private Prediction(Functional.Prediction inner) => Inner = inner;

    internal Functional.Prediction Inner { get; }

    /// <summary>x̂₀, the expected data.</summary>
    public static Prediction Data { get; } = new(Functional.Prediction.Data);

    /// <summary>ε̂, the expected noise.</summary>
    public static Prediction Noise { get; } = new(Functional.Prediction.Noise);

    /// <summary>v̂ = α ε̂ - σ x̂₀.</summary>
    public static Prediction Velocity { get; } = new(Functional.Prediction.Velocity);

    /// <summary>ŝ = -ε̂/σ, the gradient of log p(x_t).</summary>
    public static Prediction Score { get; } = new(Functional.Prediction.Score);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Prediction> All { get; } = [Data, Noise, Velocity, Score];

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>What it is, and the data that follow from it.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>Another prediction from this one.</summary>
    /// <param name="target">The other one.</param>
    /// <param name="signal">α, broadcasting with x.</param>
    /// <param name="sigma">σ, broadcasting with x.</param>
    /// <param name="x">x_t.</param>
    /// <param name="output">The prediction.</param>
    public Tensor Convert(Prediction target, Tensor signal, Tensor sigma, Tensor x, Tensor output) =>
        new(Functional.PredictionModule.convert(
            Inner, Guard.NotNull(target).Inner, Guard.Inner(signal), Guard.Inner(sigma), Guard.Inner(x), Guard.Inner(output)));

    /// <summary>What a perfect network would have predicted, had it known the data and the noise.</summary>
    public Tensor Target(Tensor signal, Tensor sigma, Tensor data, Tensor noise) =>
        new(Functional.PredictionModule.target(
            Inner, Guard.Inner(signal), Guard.Inner(sigma), Guard.Inner(data), Guard.Inner(noise)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>What a denoiser predicts at points x_t: one run of its network, and all that follows from it.</summary>
public sealed class Denoised
{
    private readonly Functional.Denoised inner;

    internal Denoised(Functional.Denoised inner) => this.inner = inner;

    /// <summary>What the network said.</summary>
    public Tensor Output => new(inner.Output);

    /// <summary>x̂₀, the expected data.</summary>
    public Tensor Data => new(inner.Data);

    /// <summary>ε̂, the expected noise.</summary>
    public Tensor Noise => new(inner.Noise);

    /// <summary>v̂ = α ε̂ - σ x̂₀.</summary>
    public Tensor Velocity => new(inner.Velocity);

    /// <summary>The gradient of log p(x_t).</summary>
    public Tensor Score => new(inner.Score);
}

/// <summary>A schedule and a network that tells data from noise: p(x₀|x_t), as far as its mean.</summary>
public sealed class Denoiser : IWrapper
{
    internal Denoiser(Functional.Denoiser inner)
    {
        Inner = inner;
        Schedule = new(inner.Schedule);
        Prediction = Prediction.All.Single(prediction => prediction.Inner.Equals(inner.Prediction));
        Network = inner.Network.ToFacade();
        Parameters = Array.ConvertAll(DenoiserBridge.parameters(inner), parameter => new Parameter(parameter));
    }

    /// <summary>A denoiser from its parts.</summary>
    /// <param name="schedule">How much noise there is at each time.</param>
    /// <param name="prediction">What the network's output stands for.</param>
    /// <param name="network">A function of points x_t, [batch; ...], and times t, [batch], with values like x_t.</param>
    public Denoiser(NoiseSchedule schedule, Prediction prediction, Net<(Tensor X, Tensor Time), Tensor> network)
        : this(DenoiserBridge.create(
            Guard.NotNull(schedule).Inner, Guard.NotNull(prediction).Inner, DiffusionConversions.OfTimed(network)))
    {
    }

    internal Functional.Denoiser Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>How much noise there is at each time.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>What the network's output stands for.</summary>
    public Prediction Prediction { get; }

    /// <summary>The network.</summary>
    public Net<(Tensor X, Tensor Time), Tensor> Network { get; }

    /// <summary>
    /// Whether the data that it predicts are divided by α on the way, for its own prediction or that of a denoiser that it asks: then
    /// they have no value where no data are left, α = 0, and samplers start a little below.
    /// </summary>
    public bool NeedsSignal => Inner.NeedsSignal;

    /// <summary>Everything that training changes, under `network.` and `schedule.`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What it predicts at the points x of times t, [batch].</summary>
    /// <exception cref="ArgumentException">
    /// There is not one time for each example, or the network's output has another shape than x.
    /// </exception>
    public Denoised At(Mode mode, Tensor x, Tensor t) => new(Inner.At(mode.ToInner(), Guard.Inner(x), Guard.Inner(t)));

    /// <summary>The expected data at x of times t, of the network in use.</summary>
    public Tensor Data(Tensor x, Tensor t) => At(Mode.Eval, x, t).Data;

    /// <summary>The expected noise at x of times t, of the network in use.</summary>
    public Tensor Noise(Tensor x, Tensor t) => At(Mode.Eval, x, t).Noise;

    /// <summary>The expected α ε - σ x₀ at x of times t, of the network in use.</summary>
    public Tensor Velocity(Tensor x, Tensor t) => At(Mode.Eval, x, t).Velocity;

    /// <summary>The gradient of log p(x_t) at x of times t, of the network in use.</summary>
    public Tensor Score(Tensor x, Tensor t) => At(Mode.Eval, x, t).Score;

    /// <summary>A denoiser from a function of x_t and t, without parameters.</summary>
    public static Denoiser FromFunction(NoiseSchedule schedule, Prediction prediction, Func<Tensor, Tensor, Tensor> predict)
    {
        Guard.NotNull(predict);

        return new(DenoiserBridge.ofFunction(
            Guard.NotNull(schedule).Inner,
            Guard.NotNull(prediction).Inner,
            (x, t) => Guard.Inner(predict(new(x), new(t)))));
    }

    /// <summary>
    /// The denoiser of p(x|c) for the conditions c of a batch, from a network that all of them share: <see cref="UNet.Conditional"/>,
    /// or any other. <see cref="DiffusionLoss.Conditional"/> trains it, <see cref="Guidance.ClassifierFree"/> sharpens what it draws.
    /// </summary>
    /// <param name="schedule">How much noise there is at each time.</param>
    /// <param name="prediction">What the network's output stands for.</param>
    /// <param name="network">A function of points x_t, [batch; ...], times t, [batch], and conditions, [batch; ...].</param>
    /// <param name="condition">c, one for each example.</param>
    public static Denoiser Conditional(
        NoiseSchedule schedule,
        Prediction prediction,
        Net<(Tensor X, Tensor Time, Tensor Condition), Tensor> network,
        Tensor condition) =>
        new(DenoiserBridge.conditional(
            Guard.NotNull(schedule).Inner,
            Guard.NotNull(prediction).Inner,
            DiffusionConversions.OfConditional(network),
            Guard.Inner(condition)));

    /// <summary>
    /// The denoiser with another function of the mode, x_t and t in the place of its network, and what that predicts; it keeps its
    /// parameters. The function asks the old denoiser.
    /// </summary>
    public Denoiser Rewritten(Prediction prediction, Func<Mode, Tensor, Tensor, Tensor> predict)
    {
        Guard.NotNull(predict);

        return new(DenoiserBridge.rewritten(
            Guard.NotNull(prediction).Inner,
            (mode, x, t) => Guard.Inner(predict(mode.ToFacade(), new(x), new(t))),
            Inner));
    }

    /// <summary>The same denoiser, with another prediction as its output.</summary>
    public Denoiser Predicting(Prediction prediction) =>
        new(Functional.DenoiserModule.predicting(Guard.NotNull(prediction).Inner, Inner));

    /// <summary>The denoiser with its predicted data kept between two numbers, those between which the data lie.</summary>
    /// <param name="low">The least. Default: -1.</param>
    /// <param name="high">The largest. Default: 1.</param>
    public Denoiser Clipped(double low = -1, double high = 1) => new(Functional.DenoiserModule.clipped(low, high, Inner));

    /// <summary>
    /// A denoiser whose network sees numbers of unit variance and is asked for such, where data of variance scale² are centred at
    /// 0. Train it with <see cref="LossWeighting.Edm"/> of the same scale. Karras et al., arXiv:2206.00364, table 1.
    /// </summary>
    /// <param name="schedule">How much noise there is at each time.</param>
    /// <param name="network">A function of points [batch; ...] and times [batch].</param>
    /// <param name="scale">The data's standard deviation, positive. Default: 0.5.</param>
    public static Denoiser Preconditioned(NoiseSchedule schedule, Net<(Tensor X, Tensor Time), Tensor> network, double scale = 0.5) =>
        new(DenoiserBridge.preconditioned(
            Guard.Positive(scale), Guard.NotNull(schedule).Inner, DiffusionConversions.OfTimed(network)));

    /// <summary>Noisy examples, α(t) x₀ + σ(t) ε, at times [batch].</summary>
    public static Tensor Diffuse(NoiseSchedule schedule, Tensor data, Tensor t, Tensor noise) =>
        new(Functional.DenoiserModule.diffuse(
            Guard.NotNull(schedule).Inner, Guard.Inner(data), Guard.Inner(t), Guard.Inner(noise)));
}

// Networks of examples and times change languages at both ends.
internal static class DiffusionConversions
{
    public static Functional.Net<(InnerTensor, InnerTensor), InnerTensor> OfTimed(Net<(Tensor X, Tensor Time), Tensor> network) =>
        NetworkBridge.adapt<(InnerTensor, InnerTensor), (Tensor, Tensor), Tensor, InnerTensor>(
            pair => (new(pair.Item1), new(pair.Item2)), tensor => Guard.Inner(tensor), Guard.NotNull(network).Inner);

    public static Functional.Net<(InnerTensor, InnerTensor, InnerTensor), InnerTensor> OfConditional(
        Net<(Tensor X, Tensor Time, Tensor Condition), Tensor> network) =>
        NetworkBridge.adapt<(InnerTensor, InnerTensor, InnerTensor), (Tensor, Tensor, Tensor), Tensor, InnerTensor>(
            inputs => (new(inputs.Item1), new(inputs.Item2), new(inputs.Item3)),
            tensor => Guard.Inner(tensor),
            Guard.NotNull(network).Inner);

    /// <summary>An objective of the library, for the facade's tensors.</summary>
    public static Func<Tensor, Loss> Outward(Func<InnerTensor, Functional.Loss> objective) => x => new(objective(Guard.Inner(x)));
}

/// <summary>Denoisers that look for examples of a kind. They are for sampling.</summary>
public static class Guidance
{
    /// <summary>
    /// The prediction of the unconditional denoiser plus <paramref name="scale"/> times what the condition adds to it: 0 is
    /// unconditional, 1 conditional, more is sharper and less diverse. Ho &amp; Salimans, arXiv:2207.12598, equation 6.
    /// </summary>
    /// <exception cref="ArgumentException">The denoisers do not share a schedule.</exception>
    public static Denoiser ClassifierFree(double scale, Denoiser conditional, Denoiser unconditional) =>
        new(Functional.Guidance.classifierFree(scale, Guard.NotNull(conditional).Inner, Guard.NotNull(unconditional).Inner));

    /// <summary>
    /// The score plus <paramref name="scale"/> times that of a classifier of noisy examples. Dhariwal &amp; Nichol,
    /// arXiv:2105.05233, equation 14.
    /// </summary>
    /// <param name="scale">How much the classifier counts.</param>
    /// <param name="logProbability">log p(c|x_t) of each example, [batch], of x_t and t, for the c that is wanted.</param>
    /// <param name="denoiser">The denoiser to guide.</param>
    /// <exception cref="ArgumentException">
    /// When it is asked: the function gives more than one number for an example, such as those of all classes.
    /// </exception>
    public static Denoiser Classifier(double scale, Func<Tensor, Tensor, Tensor> logProbability, Denoiser denoiser)
    {
        Guard.NotNull(logProbability);

        return new(DenoiserBridge.classifier(
            scale, (x, t) => Guard.Inner(logProbability(new(x), new(t))), Guard.NotNull(denoiser).Inner));
    }

    /// <summary>
    /// Conditions [batch; ...], each replaced with <paramref name="none"/> with a probability, so that one network learns with and
    /// without them. Ho &amp; Salimans, arXiv:2207.12598, algorithm 1.
    /// </summary>
    /// <exception cref="ArgumentException">The probability is not one.</exception>
    public static Tensor Dropped(double probability, Tensor none, Tensor conditions) =>
        new(Functional.Guidance.dropped(probability, Guard.Inner(none), Guard.Inner(conditions)));
}
