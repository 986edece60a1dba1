// How to train.
// Passed to FitAsync; every option has a default.
namespace Functional.CSharp;

/// <summary>How to train: <c>new TrainingOptions { Epochs = 5 }</c>.</summary>
public sealed class TrainingOptions
{
    /// <summary>Passes over the data, at least 1. Default: 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Epochs { get; init => field = Guard.AtLeast(value, 1, nameof(Epochs)); } = 10;

    /// <summary>Examples a step, at least 1. Default: 128.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int BatchSize { get; init => field = Guard.AtLeast(value, 1, nameof(BatchSize)); } = 128;

    /// <summary>
    /// Whether the last batch of an epoch is left out where it is smaller than the others, for losses that need several examples:
    /// MMD, batch normalisation. The order changes from epoch to epoch, so that every example is read in some of them. Default: no.
    /// </summary>
    public bool DropLast { get; init; }

    /// <summary>How gradients change the weights. Default: Adam with rate 1e-3.</summary>
    public Optimizer Optimizer { get; init => field = Guard.NotNull(value, nameof(Optimizer)); } = Optimizer.Adam();

    /// <summary>
    /// Called before each step with its number, from 1 and counted over all epochs, whether or not the run was resumed, on the thread
    /// that trains: the place to move a <see cref="Schedule"/>. Default: nothing.
    /// </summary>
    public Action<int>? OnStep { get; init; }

    /// <summary>
    /// Called after each whole epoch with what it came to, on the thread that trains, which waits for it: the place to evaluate.
    /// Default: nothing.
    /// </summary>
    public Action<EpochSummary>? OnEpoch { get; init; }

    /// <summary>
    /// A file that the run is written to after each epoch and when it is stopped; if it is there at the start, the run goes on
    /// from it bit for bit. Default: none.
    /// </summary>
    public string? Checkpoint { get; init => field = value is null ? null : Guard.Path(value, nameof(Checkpoint)); }
}
