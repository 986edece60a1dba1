// What training reports: while an epoch runs, after each epoch, at the end, and when it is stopped.
// For progress bars, logs and plots.
namespace Functional.CSharp;

/// <summary>Where training is, and the loss since the last report.</summary>
public sealed record TrainingProgress
{
    /// <summary>The epoch under way, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many epochs there will be.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps done in this epoch.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in an epoch.</summary>
    public required int Steps { get; init; }

    /// <summary>The mean loss per example over the last few steps, in nats.</summary>
    public required double Loss { get; init; }

    /// <summary>The mean of each of its terms.</summary>
    public required IReadOnlyList<(string Name, double Value)> Terms { get; init; }

    /// <summary>Time since training began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time that the rest of training will take at the pace so far.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>
    /// What goes wrong since the last report, as in <see cref="EpochSummary.Warnings"/>: each warning when it begins, and again only
    /// after it had ended.
    /// </summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>What one epoch came to.</summary>
public sealed record EpochSummary
{
    /// <summary>From 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The mean loss per example, in nats, as the weights changed.</summary>
    public required double Loss { get; init; }

    /// <summary>The mean of each of its terms.</summary>
    public required IReadOnlyList<(string Name, double Value)> Terms { get; init; }

    /// <summary>What it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>
    /// What went wrong at some time while it ran, and what to try: of an adversarial model, a critic that tells almost every sample
    /// from the data, or samples that vary far less than the data. Judged by means over 400 rounds, or over an epoch that has fewer.
    /// Empty when all is well.
    /// </summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>What training did.</summary>
public sealed record TrainingResult
{
    /// <summary>The epochs that were run to their end.</summary>
    public required IReadOnlyList<EpochSummary> Epochs { get; init; }
}

/// <summary>Training was cancelled. The weights are those of the last step; nothing has been undone.</summary>
public sealed class TrainingCanceledException : OperationCanceledException
{
    internal TrainingCanceledException(TrainingResult result, CancellationToken cancellationToken)
        : base("Training was cancelled; the weights are those of the last step.", cancellationToken) => Result = result;

    /// <summary>What training did until then.</summary>
    public TrainingResult Result { get; }
}
