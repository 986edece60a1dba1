// The training loop as a task, with progress and cancellation.
// One call for every model; Vae.FitAsync is this call with its own loss.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Training of any model: parameters, a loss for each batch, and data.</summary>
public static class Training
{
    /// <summary>
    /// Minimises a loss on the thread pool: each epoch reads every example once, in random order, in batches; each batch is one
    /// step. Memory is freed step by step.
    /// </summary>
    /// <remarks>
    /// Cancelling ends training after the step under way. As elsewhere in .NET the task is then cancelled and awaiting it throws
    /// an <see cref="OperationCanceledException"/>, but nothing is lost: the weights are those of the last step, and the
    /// exception, a <see cref="TrainingCanceledException"/>, holds the epochs that were finished.
    /// </remarks>
    /// <param name="parameters">What training changes.</param>
    /// <param name="objective">The loss of a batch: a scalar.</param>
    /// <param name="data">Where the batches come from.</param>
    /// <param name="options">How to train. Default: 10 epochs, batches of 128, Adam with rate 1e-3.</param>
    /// <param name="progress">Told every 20 steps where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">The loss is not a scalar, or batches do not fit the networks.</exception>
    /// <exception cref="TrainingCanceledException">The token was cancelled; the weights are those of the last step.</exception>
    /// <exception cref="NotFiniteNumberException">
    /// A term of the loss, or a weight, became NaN or infinite. The message says which and at which step, and the weights have
    /// been put back to the last good ones.
    /// </exception>
    public static Task<TrainingResult> FitAsync<TBatch>(
        IReadOnlyList<Parameter> parameters,
        Func<TBatch, Loss> objective,
        Dataset<TBatch> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var inner = Guard.Inner(parameters);
        Guard.NotNull(objective);
        Guard.NotNull(data);
        return RunAsync(() => Fit(inner, objective, data, options ?? new(), progress, cancellationToken), cancellationToken);
    }

    private static Functional.TrainingResult Fit<TBatch>(
        Functional.Parameter[] parameters,
        Func<TBatch, Loss> objective,
        Dataset<TBatch> data,
        TrainingOptions options,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken) =>
        TrainingBridge.fit<TBatch>(
            options.Epochs,
            options.BatchSize,
            options.Optimizer.Inner,
            options.Checkpoint,
            report => progress?.Report(Convert(report)),
            step => options.OnStep?.Invoke(step),
            summary => options.OnEpoch?.Invoke(Convert(summary)),
            cancellationToken,
            parameters,
            batch => Guard.NotNull(objective(batch)).Inner,
            data.Inner);

    // The work itself is not tied to the token, so that a cancelled run always comes with its result.
    private static async Task<TrainingResult> RunAsync(Func<Functional.TrainingResult> work, CancellationToken cancellationToken)
    {
        var done = await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        var result = new TrainingResult { Epochs = Array.ConvertAll(TrainingBridge.epochs(done), Convert) };
        return done.Status.IsCancelled ? throw new TrainingCanceledException(result, cancellationToken) : result;
    }

    private static EpochSummary Convert(Functional.EpochSummary summary) =>
        new()
        {
            Epoch = summary.Epoch,
            Loss = summary.Loss,
            Terms = TrainingBridge.terms(summary.Terms),
            Duration = summary.Duration,
        };

    internal static TrainingProgress Convert(Functional.TrainingProgress progress) =>
        new()
        {
            Epoch = progress.Epoch,
            Epochs = progress.Epochs,
            Step = progress.Step,
            Steps = progress.Steps,
            Loss = progress.Loss,
            Terms = TrainingBridge.terms(progress.Terms),
            Elapsed = progress.Elapsed,
            Remaining = progress.Remaining,
        };
}
