// The exponential moving average of weights, which samples better than the weights themselves.
// An optimizer keeps it, so checkpoints contain it; samplers and evaluations run inside During.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// The average a_t = d_t a_(t-1) + (1 - d_t) θ_t of the trained weights after each step, d_t = min(decay, (1 + t)/(10 + t)):
/// <c>new TrainingOptions { Optimizer = average.Of(Optimizer.Adam(2e-4)) }</c>, and afterwards <c>average.During(() => ...)</c>.
/// Polyak &amp; Juditsky, doi 10.1137/0330046.
/// </summary>
public sealed class WeightAverage
{
    private readonly Functional.WeightAverage inner;

    /// <summary>An average that has not begun.</summary>
    /// <param name="decay">The largest decay, in [0, 1). Default: 0.999.</param>
    /// <exception cref="ArgumentException">The decay is out of range.</exception>
    public WeightAverage(double decay = 0.999) => inner = new(decay);

    /// <summary>The largest decay.</summary>
    public double Decay => inner.Decay;

    /// <summary>d_t at a step, counted from 1.</summary>
    public double DecayAt(int step) => inner.DecayAt(Guard.AtLeast(step, 1));

    /// <summary>The optimizer, which also moves the average after each step and remembers it in checkpoints.</summary>
    public Optimizer Of(Optimizer optimizer) => new(inner.Of(Guard.NotNull(optimizer).Inner));

    /// <summary>
    /// Runs <paramref name="body"/> with the averaged weights in place; those of the training are put back afterwards, also where it
    /// fails.
    /// </summary>
    /// <exception cref="InvalidOperationException">No training has begun with the optimizer.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="body"/> returns a task, which would go on with the weights of the training: call
    /// <see cref="DuringAsync{T}"/>.
    /// </exception>
    public T During<T>(Func<T> body) => WeightAverageBridge.during(inner, Guard.NotNull(body));

    /// <summary>
    /// Runs <paramref name="body"/> with the averaged weights in place; those of the training are put back afterwards, also where it
    /// fails.
    /// </summary>
    /// <exception cref="InvalidOperationException">No training has begun with the optimizer.</exception>
    public void During(Action body)
    {
        Guard.NotNull(body);

        During(() =>
        {
            body();
            return 0;
        });
    }

    /// <summary>
    /// <see cref="During{T}"/> for work that returns a task, such as <c>average.DuringAsync(() => sampler.SampleAsync(...))</c>: the
    /// weights of the training are put back when it has completed, also where it fails or is cancelled.
    /// </summary>
    /// <exception cref="InvalidOperationException">No training has begun with the optimizer.</exception>
    public Task<T> DuringAsync<T>(Func<Task<T>> body) => WeightAverageBridge.duringAsync(inner, Guard.NotNull(body));

    /// <inheritdoc cref="DuringAsync{T}"/>
    public Task DuringAsync(Func<Task> body)
    {
        Guard.NotNull(body);

        return DuringAsync(async () =>
        {
            await body().ConfigureAwait(false);
            return 0;
        });
    }
}
