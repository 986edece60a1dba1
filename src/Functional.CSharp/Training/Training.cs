// The training loop as a task, with progress and cancellation.
// One call for every model; Vae.FitAsync is this call with its own loss, Gan.FitAsync with its own players.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Training of any model: parameters, a loss for each batch, and data; or several players against each other.</summary>
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
        var with = Options(options ?? new(), progress, cancellationToken);
        Functional.Loss Loss(TBatch batch) => Guard.NotNull(objective(batch)).Inner;
        return RunAsync(() => TrainingBridge.fit<TBatch>(with, inner, Loss, data.Inner), cancellationToken);
    }

    /// <summary>
    /// Plays a game on the thread pool: each epoch reads every example once, in random order, in batches. In each round every player
    /// takes its steps, one after the other; a round reads as many batches as the player with the most steps takes, and the
    /// others take theirs on the first of them. What options and reports call a step is a round. The loss is the sum of the
    /// players' losses, whose terms come with the players' names before theirs.
    /// </summary>
    /// <remarks>
    /// The players bring their own optimizers, and the one in the options is not used. Collapse shows in
    /// <see cref="TrainingProgress.Warnings"/> when it begins, and in <see cref="EpochSummary.Warnings"/>. Cancelling is as in
    /// <see cref="FitAsync{TBatch}"/>.
    /// </remarks>
    /// <param name="players">A critic and a generator, for example: each with its own parameters, loss and optimizer.</param>
    /// <param name="data">Where the batches come from.</param>
    /// <param name="options">How to train. Default: 10 epochs, batches of 128.</param>
    /// <param name="progress">Told every 20 rounds where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each round.</param>
    /// <exception cref="ArgumentException">There is no player, or two have one name; or as in FitAsync.</exception>
    /// <exception cref="TrainingCanceledException">The token was cancelled; the weights are those of the last round.</exception>
    /// <exception cref="NotFiniteNumberException">As in FitAsync.</exception>
    public static Task<TrainingResult> PlayAsync<TBatch>(
        IReadOnlyList<Player<TBatch>> players,
        Dataset<TBatch> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Functional.Player<TBatch>[] inner = [.. Guard.NotNull(players).Select(player => Guard.NotNull(player, nameof(players)).Inner)];
        Guard.NotNull(data);
        var with = Options(options ?? new(), progress, cancellationToken);
        return RunAsync(() => PlayerBridge.play(with, inner, data.Inner), cancellationToken);
    }

    internal static Functional.TrainingOptions Options(
        TrainingOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        TrainingBridge.options(
            options.Epochs,
            options.BatchSize,
            options.DropLast,
            options.Optimizer.Inner,
            options.Checkpoint,
            report => progress?.Report(Convert(report)),
            step => options.OnStep?.Invoke(step),
            summary => options.OnEpoch?.Invoke(Convert(summary)),
            cancellationToken);

    // The work itself is not tied to the token, so that a cancelled run always comes with its result.
    private static async Task<TrainingResult> RunAsync(Func<Functional.TrainingResult> work, CancellationToken cancellationToken)
    {
        var done = await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        var result = new TrainingResult { Epochs = Array.ConvertAll(TrainingBridge.epochs(done), Convert) };
        return done.Status.IsCancelled ? throw new TrainingCanceledException(result, cancellationToken) : result;
    }

    internal static EpochSummary Convert(Functional.EpochSummary summary) =>
        new()
        {
            Epoch = summary.Epoch,
            Loss = summary.Loss,
            Terms = TrainingBridge.terms(summary.Terms),
            Duration = summary.Duration,
            Warnings = TrainingBridge.warnings(summary.Warnings),
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
            Warnings = TrainingBridge.warnings(progress.Warnings),
        };
}
