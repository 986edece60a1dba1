// A diffusion as a stochastic differential equation, and its reverse, which needs the score.
// Sampling that keeps adding noise as it goes; ProbabilityFlow goes the same way without.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How to sample along a reverse equation: <c>new ReverseSdeOptions { Steps = 1000 }</c>.</summary>
public sealed class ReverseSdeOptions
{
    /// <summary>How to step. Default: <see cref="SdeMethod.Heun"/>.</summary>
    public SdeMethod Method { get; init => field = Guard.NotNull(value, nameof(Method)); } = SdeMethod.Heun;

    /// <summary>How many steps, at least 1. Default: 500.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Steps { get; init => field = Guard.AtLeast(value, 1, nameof(Steps)); } = 500;

    /// <summary>
    /// The time of the noise that sampling starts from; less than 1 for schedules that have no drift there, such as rectified.
    /// Default: 1.
    /// </summary>
    public double Start { get; init; } = 1;

    /// <summary>The time at which it ends, before the score grows without bound. Default: 1e-3.</summary>
    public double Finish { get; init; } = 1e-3;

    /// <summary>
    /// λ: 1 is the reverse of the diffusion, 0 the probability flow, more than 1 adds noise and takes it away again. Default: 1.
    /// </summary>
    public double Stochasticity { get; init; } = 1;

    /// <summary>
    /// Whether the noise that is left at the end is taken away by one look at the expected data. Default: true.
    /// </summary>
    public bool Denoise { get; init; } = true;

    internal static Functional.ReverseSdeOptions ToInner(
        ReverseSdeOptions? options, IProgress<SamplerProgress>? progress, CancellationToken cancellationToken)
    {
        options ??= new();

        return SdeBridge.options(
            options.Method.Inner,
            options.Steps,
            options.Start,
            options.Finish,
            options.Stochasticity,
            options.Denoise,
            SamplerProgress.Reporter(progress),
            cancellationToken);
    }
}

/// <summary>
/// dx = f(t) x dt + g(t) dw from data to noise, and dx = [f x - ½ (1 + λ²) g² ∇log p_t(x)] dt + λ g dw back; for every λ the
/// marginals p_t are the same. Anderson 1982, doi:10.1016/0304-4149(82)90051-5; Song et al., arXiv:2011.13456.
/// </summary>
public static class ReverseSde
{
    /// <summary>The diffusion itself: data at t = 0, noise at t = 1.</summary>
    public static Sde Forward(NoiseSchedule schedule) => new(Functional.ReverseSde.forward(Guard.NotNull(schedule).Inner));

    /// <summary>The equation that leads from noise to data where time runs back.</summary>
    /// <param name="denoiser">The model.</param>
    /// <param name="stochasticity">λ, zero or positive. Default: 1.</param>
    public static Sde Reverse(Denoiser denoiser, double stochasticity = 1) =>
        new(Functional.ReverseSde.reverse(stochasticity, Guard.NotNull(denoiser).Inner));

    /// <summary>
    /// Points at the time to finish, or what is expected of the data there, from points x, [n; ...], at the time to start.
    /// </summary>
    /// <param name="denoiser">The model.</param>
    /// <param name="x">The points to start from.</param>
    /// <param name="options">How. Default: 500 steps of the stochastic Heun method.</param>
    /// <param name="progress">Told after each step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">The equation has no finite coefficients where it starts or finishes.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Tensor Follow(
        Denoiser denoiser,
        Tensor x,
        ReverseSdeOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.ReverseSde.follow(
            ReverseSdeOptions.ToInner(options, progress, cancellationToken), Guard.NotNull(denoiser).Inner, Guard.Inner(x)));

    /// <summary>Draws of a shape: noise at the time to start, followed.</summary>
    /// <param name="denoiser">The model.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="shape">The shape of one.</param>
    /// <param name="options">How. Default: 500 steps of the stochastic Heun method.</param>
    /// <param name="progress">Told after each step. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">The equation has no finite coefficients where it starts or finishes.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Tensor Sample(
        Denoiser denoiser,
        int count,
        IReadOnlyList<int> shape,
        ReverseSdeOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(Functional.ReverseSde.sample(
            ReverseSdeOptions.ToInner(options, progress, cancellationToken),
            Guard.NotNull(denoiser).Inner,
            Guard.AtLeast(count, 1),
            Guard.Shape(shape)));

    /// <summary><see cref="Sample"/> on the thread pool.</summary>
    /// <inheritdoc cref="Sample"/>
    public static Task<Tensor> SampleAsync(
        Denoiser denoiser,
        int count,
        IReadOnlyList<int> shape,
        ReverseSdeOptions? options = null,
        IProgress<SamplerProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Sample(denoiser, count, shape, options, progress, cancellationToken), cancellationToken);
}
