// The variational bound of diffusion models: a hierarchical VAE whose encoder is the noise, of T steps or of infinitely many.
// Test likelihoods, and training for them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>The variance of p(x_s|x_t), s &lt; t.</summary>
public enum ReverseVariance
{
    /// <summary>That of q(x_s|x_t, x₀): right for data at a single point.</summary>
    Posterior,

    /// <summary>That of q(x_t|x_s): right for data that are spread wider than the noise. The tighter bound on densities.</summary>
    Forward,
}

/// <summary>p(x₀|x_t) at a time with little noise: the last step of the reverse process.</summary>
public sealed class Reconstruction
{
    private Reconstruction(Functional.Reconstruction inner) => Inner = inner;

    internal Functional.Reconstruction Inner { get; }

    /// <summary>N(x̂, σ²/α²), for data that are real numbers.</summary>
    public static Reconstruction Gaussian { get; } = new(Functional.ReconstructionModule.gaussian);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Reconstruction> All { get; } =
        Array.ConvertAll(DiffusionLossBridge.reconstructions(), reconstruction => new Reconstruction(reconstruction));

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>The distribution.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>A reconstruction of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="logLikelihood">
    /// log p(x₀|x_t) of each example, in nats, [batch]: of the mode, the denoiser, x₀, x_t and the times t, [batch].
    /// </param>
    /// <param name="formula">The distribution. Default: nothing.</param>
    /// <param name="source">Where it comes from. Default: nowhere.</param>
    public static Reconstruction FromFunction(
        string name, Func<Mode, Denoiser, Tensor, Tensor, Tensor, Tensor> logLikelihood, string formula = "", string source = "")
    {
        Guard.NotNull(logLikelihood);

        return new(DiffusionLossBridge.reconstruction(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            (mode, denoiser, data, x, t) => Guard.Returned(
                logLikelihood(mode.ToFacade(), new(denoiser), new(data), new(x), new(t)), nameof(logLikelihood)).Inner));
    }

    /// <summary>N(x̂, scale²): a decoder with a scale of its own.</summary>
    public static Reconstruction GaussianOf(double scale) => new(Functional.ReconstructionModule.gaussianOf(Guard.Positive(scale)));

    /// <summary>
    /// N(x̂, σ²/α²) gathered into equally spaced values from -1 to 1: the probability of images. Ho, Jain &amp; Abbeel,
    /// arXiv:2006.11239, equation 13.
    /// </summary>
    /// <param name="levels">How many values, at least 2. Default: 256, for 8 bits.</param>
    public static Reconstruction Quantized(int levels = 256) =>
        new(Functional.ReconstructionModule.quantized(Guard.AtLeast(levels, 2)));

    /// <summary>log p(x₀|x_t) of each example, in nats, [batch].</summary>
    /// <param name="mode">Whether the network is trained or used.</param>
    /// <param name="denoiser">The model.</param>
    /// <param name="data">x₀, [batch; ...].</param>
    /// <param name="x">x_t, of the shape of the data.</param>
    /// <param name="t">The times, [batch].</param>
    public Tensor LogLikelihood(Mode mode, Denoiser denoiser, Tensor data, Tensor x, Tensor t) =>
        new(DiffusionLossBridge.logLikelihood(
            Inner, mode.ToInner(), Guard.NotNull(denoiser).Inner, Guard.Inner(data), Guard.Inner(x), Guard.Inner(t)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// A lower bound on log p(x), in nats, of T steps: the latent variables are x_t at t = 1/T, 2/T, ..., 1. Each estimate is a loss with
/// one number for each example and the terms it is made of.
/// </summary>
public sealed class DiffusionBound
{
    private readonly Functional.DiffusionBound inner;

    /// <summary>A bound of so many steps.</summary>
    /// <param name="steps">T, at least 1.</param>
    /// <param name="reconstruction">The last step, to the data.</param>
    /// <param name="variance">The variances of the other steps. Default: the posterior's.</param>
    public DiffusionBound(int steps, Reconstruction reconstruction, ReverseVariance variance = ReverseVariance.Posterior)
    {
        (Steps, Reconstruction, Variance) = (Guard.AtLeast(steps, 1), Guard.NotNull(reconstruction), variance);
        inner = DiffusionLossBridge.bound(steps, reconstruction.Inner, variance.ToInner());
    }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>p(x₀|x_{1/T}).</summary>
    public Reconstruction Reconstruction { get; }

    /// <summary>The variances of the other steps of the reverse process.</summary>
    public ReverseVariance Variance { get; }

    /// <summary>
    /// The bound by the divergences of all steps, at one draw of each x_t: terms `reconstruction`, `diffusion` and `prior`. Runs the
    /// network T times. Ho, Jain &amp; Abbeel, arXiv:2006.11239, equation 5.
    /// </summary>
    public Loss Denoising(Mode mode, Denoiser denoiser, Tensor x) =>
        new(Functional.DiffusionBoundModule.denoising(mode.ToInner(), inner, Guard.NotNull(denoiser).Inner, Guard.Inner(x)));

    /// <summary>The same expectation from one random step for each example.</summary>
    public Loss Estimate(Mode mode, Denoiser denoiser, Tensor x) =>
        new(Functional.DiffusionBoundModule.estimate(mode.ToInner(), inner, Guard.NotNull(denoiser).Inner, Guard.Inner(x)));

    /// <summary>
    /// The same expectation, with a larger variance, from one draw of the whole path: terms `reconstruction`, `consistency` and
    /// `prior`. Luo, arXiv:2208.11970, equations 37-45.
    /// </summary>
    public Loss Consistency(Mode mode, Denoiser denoiser, Tensor x) =>
        new(Functional.DiffusionBoundModule.consistency(mode.ToInner(), inner, Guard.NotNull(denoiser).Inner, Guard.Inner(x)));

    /// <summary>The training loss: minus the mean of <see cref="Estimate"/> over the batch.</summary>
    public Func<Tensor, Loss> Objective(Denoiser denoiser) =>
        DiffusionConversions.Outward(DiffusionLossBridge.boundObjective(inner, Guard.NotNull(denoiser).Inner));

    /// <summary>KL(q(x_1|x₀) ‖ p(x_1)) of each example.</summary>
    public static Tensor Prior(NoiseSchedule schedule, Tensor x) =>
        new(Functional.DiffusionBoundModule.prior(Guard.NotNull(schedule).Inner, Guard.Inner(x)));

    /// <summary>KL(q(x_s|x_t, x₀) ‖ p(x_s|x_t)) of each example at one draw of x_t, for times s &lt; t, [batch].</summary>
    public static Tensor Step(Mode mode, ReverseVariance variance, Denoiser denoiser, Tensor s, Tensor t, Tensor x) =>
        new(Functional.DiffusionBoundModule.step(
            mode.ToInner(), variance.ToInner(), Guard.NotNull(denoiser).Inner, Guard.Inner(s), Guard.Inner(t), Guard.Inner(x)));

    /// <summary>
    /// The bound of infinitely many steps, which depends on the schedule only through its ends. Kingma et al., arXiv:2107.00630,
    /// equations 11 and 17.
    /// </summary>
    /// <param name="mode">Whether the network is trained or used.</param>
    /// <param name="first">The least time: 0 where log SNR(0) is finite, positive elsewhere.</param>
    /// <param name="times">How times are drawn; those that are not uniform are weighed by one over their density.</param>
    /// <param name="reconstruction">The last step, to the data.</param>
    /// <param name="denoiser">The model.</param>
    /// <param name="x">The examples.</param>
    /// <exception cref="ArgumentException">The first time is not in [0, 1).</exception>
    public static Loss Continuous(
        Mode mode, double first, TimeSampling times, Reconstruction reconstruction, Denoiser denoiser, Tensor x) =>
        new(Functional.DiffusionBoundModule.continuous(
            mode.ToInner(),
            first,
            Guard.NotNull(times).Inner,
            Guard.NotNull(reconstruction).Inner,
            Guard.NotNull(denoiser).Inner,
            Guard.Inner(x)));

    /// <summary>
    /// The training loss of the continuous-time bound, at low-discrepancy times. Where <paramref name="first"/> is 0, the
    /// <see cref="NoiseSchedule.Inside"/> of a learned schedule, on which the bound does not depend, is trained for little
    /// variance of its estimate. Kingma et al., arXiv:2107.00630, appendix I.2.
    /// </summary>
    /// <param name="first">The least time: 0 where log SNR(0) is finite, positive elsewhere.</param>
    /// <param name="reconstruction">The last step, to the data.</param>
    /// <param name="denoiser">The model.</param>
    public static Func<Tensor, Loss> ContinuousObjective(double first, Reconstruction reconstruction, Denoiser denoiser) =>
        DiffusionConversions.Outward(DiffusionLossBridge.continuousObjective(
            first, Guard.NotNull(reconstruction).Inner, Guard.NotNull(denoiser).Inner));

    /// <summary>-log₂ p(x) for each number of an example, from a bound in nats.</summary>
    public static Tensor BitsPerDimension(Tensor x, Tensor bound) =>
        new(Functional.DiffusionBoundModule.bitsPerDimension(Guard.Inner(x), Guard.Inner(bound)));
}

internal static class ReverseVariances
{
    public static Functional.ReverseVariance ToInner(this ReverseVariance variance) =>
        variance == ReverseVariance.Posterior ? Functional.ReverseVariance.Posterior : Functional.ReverseVariance.Forward;
}
