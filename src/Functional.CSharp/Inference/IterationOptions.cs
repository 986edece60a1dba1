// When iterations stop, and what they report on the way.
// k-means, EM and coordinate ascent take them; every option has a default.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>When to stop: <c>new IterationOptions { Starts = 10 }</c>.</summary>
public sealed class IterationOptions
{
    /// <summary>
    /// How many random starts are tried, of which the best is kept, at least 1. Ignored where the start is not random. Default: 5.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Starts { get; init => field = Guard.AtLeast(value, 1, nameof(Starts)); } = 5;

    /// <summary>Iterations from each start, at least 1. Default: 500.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxIterations { get; init => field = Guard.AtLeast(value, 1, nameof(MaxIterations)); } = 500;

    /// <summary>
    /// The iterations end when the objective has grown by no more than this share of its scale, which for log-likelihoods and
    /// ELBOs is the number of points: nats a point. Default: 1e-6.
    /// </summary>
    public double Tolerance { get; init; } = 1e-6;

    internal static Functional.IterationOptions ToInner(
        IterationOptions? options, IProgress<IterationProgress>? progress, CancellationToken cancellationToken)
    {
        options ??= new();

        return InferenceBridge.options(
            options.Starts,
            options.MaxIterations,
            options.Tolerance,
            report => progress?.Report(new(report.Start, report.Iteration, report.Objective)),
            cancellationToken);
    }
}

/// <summary>What one iteration came to.</summary>
/// <param name="Start">Which random start, from 1.</param>
/// <param name="Iteration">Which iteration from that start, from 1.</param>
/// <param name="Objective">What is maximised, after the iteration.</param>
public sealed record IterationProgress(int Start, int Iteration, double Objective);
