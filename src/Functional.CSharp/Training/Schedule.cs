// Numbers that change as training goes on.
// TrainingOptions.OnStep moves them; objectives read their value.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A number that follows the step: <c>var beta = Schedule.Linear(0, 1, steps: 5000)</c>, moved by
/// <c>new TrainingOptions { OnStep = beta.MoveTo }</c> and read as <c>beta.Value</c>.
/// </summary>
public sealed class Schedule
{
    private readonly Func<int, double> at;
    private readonly Functional.Scheduled inner;

    private Schedule(Func<int, double> at) => (this.at, inner) = (at, ScheduleBridge.scheduled(at));

    /// <summary>A schedule of one's own, from the step's number, which begins at 1.</summary>
    public static Schedule From(Func<int, double> at) => new(Guard.NotNull(at));

    /// <summary>The same number at every step.</summary>
    public static Schedule Constant(double value) => new(_ => value);

    /// <summary>From the first value to the last in a straight line over so many steps; then the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public static Schedule Linear(double first, double last, int steps) =>
        new(ScheduleBridge.linear(first, last, Guard.AtLeast(steps, 1)));

    /// <summary>From the first value to the last along half a cosine over so many steps; then the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public static Schedule Cosine(double first, double last, int steps) =>
        new(ScheduleBridge.cosine(first, last, Guard.AtLeast(steps, 1)));

    /// <summary>The first value for so many steps, and this schedule after them.</summary>
    public Schedule Delayed(int steps) => new(step => at(Math.Max(1, step - steps)));

    internal Func<int, double> At => at;

    /// <summary>The value at the step last moved to; at first that of step 1.</summary>
    public double Value => inner.Value;

    /// <summary>To the value at a step.</summary>
    public void MoveTo(int step) => inner.MoveTo(step);
}
