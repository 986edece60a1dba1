// How to anneal from one density to another: schedules, options, progress.
// AnnealedImportance runs by them.
namespace Functional.CSharp;

/// <summary>How the inverse temperature β goes from 0, the start, to 1, the target.</summary>
public sealed class AnnealingSchedule
{
    private AnnealingSchedule(Functional.AnnealingSchedule inner) => Inner = inner;

    internal Functional.AnnealingSchedule Inner { get; }

    /// <summary>β_t = t/T.</summary>
    public static AnnealingSchedule Linear { get; } = new(Functional.AnnealingSchedule.Linear);

    /// <summary>A rescaled sigmoid of (2t/T - 1) · sharpness: small steps at both ends.</summary>
    /// <param name="sharpness">A positive number. Default: 4.</param>
    public static AnnealingSchedule Sigmoid(double sharpness = 4) =>
        new(Functional.AnnealingSchedule.NewSigmoid(Guard.Positive(sharpness)));

    /// <summary>These, from 0 to 1, never falling; their number decides that of the steps.</summary>
    public static AnnealingSchedule Given(params IEnumerable<double> temperatures) =>
        new(Functional.AnnealingSchedule.NewGiven([.. Guard.NotNull(temperatures)]));
}

/// <summary>How to anneal: <c>new AnnealingOptions { Steps = 10_000 }</c>.</summary>
public sealed class AnnealingOptions
{
    /// <summary>Independent chains for each element of the batch, at least 1. Default: 16.</summary>
    public int Chains { get; init => field = Guard.AtLeast(value, 1, nameof(Chains)); } = 16;

    /// <summary>Temperatures after the first, at least 1. Default: 1000.</summary>
    public int Steps { get; init => field = Guard.AtLeast(value, 1, nameof(Steps)); } = 1000;

    /// <summary>How the temperatures are spaced. Default: a sigmoid with sharpness 4.</summary>
    public AnnealingSchedule Schedule { get; init => field = Guard.NotNull(value, nameof(Schedule)); } =
        AnnealingSchedule.Sigmoid();

    /// <summary>Leapfrog steps in a transition, at least 1. Default: 10.</summary>
    public int Leapfrog { get; init => field = Guard.AtLeast(value, 1, nameof(Leapfrog)); } = 10;

    /// <summary>The step size that the pilot run begins with, positive. Default: 0.1.</summary>
    public double StepSize { get; init => field = Guard.Positive(value, nameof(StepSize)); } = 0.1;

    /// <summary>
    /// The share of proposals to be accepted, between 0 and 1, which the pilot run steers the step sizes towards.
    /// Default: 0.65.
    /// </summary>
    public double Acceptance { get; init => field = Guard.Share(value, nameof(Acceptance)); } = 0.65;
}

/// <summary>Where a run of annealed importance sampling is.</summary>
public sealed record AnnealingProgress
{
    /// <summary>Temperatures passed, those of the pilot run too.</summary>
    public required int Step { get; init; }

    /// <summary>How many there will be.</summary>
    public required int Steps { get; init; }

    /// <summary>Time since the beginning.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time that the rest will take at the pace so far.</summary>
    public required TimeSpan Remaining { get; init; }
}
