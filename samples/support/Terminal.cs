// The terminal during training: a line that shows where it is, and Ctrl+C that stops it.
// Program.cs hands both to FitAsync.
using Functional.CSharp;

namespace Samples;

/// <summary>Shows progress in one line that overwrites itself; nothing where the output is a file or a pipe.</summary>
internal sealed class StatusLine : IProgress<TrainingProgress>
{
    private const string ToLineStart = "\r\e[K";

    public static void Clear()
    {
        if (!Console.IsOutputRedirected)
        {
            Console.Write(ToLineStart);
        }
    }

    public void Report(TrainingProgress progress)
    {
        if (!Console.IsOutputRedirected)
        {
            Console.Write(FormattableString.Invariant(
                $"{ToLineStart}epoch {progress.Epoch}/{progress.Epochs}  step {progress.Step}/{progress.Steps}  ")
                + FormattableString.Invariant($"loss {progress.Loss:0.00}  {progress.Remaining:h\\:mm\\:ss} left"));
        }
    }
}

/// <summary>A token that Ctrl+C cancels; a second Ctrl+C ends the program.</summary>
internal sealed class CtrlC : IDisposable
{
    private readonly CancellationTokenSource source = new();

    public CtrlC() => Console.CancelKeyPress += OnPress;

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= OnPress;
        source.Dispose();
    }

    private void OnPress(object? sender, ConsoleCancelEventArgs press)
    {
        press.Cancel = !source.IsCancellationRequested;
        source.Cancel();
    }
}
