// The command line and the folders of a sample, and errors that end it with one clear sentence and exit code 1.
// Program.cs runs inside RunAsync.
using System.Runtime.CompilerServices;

namespace Samples;

/// <summary>The `--name value` pairs of the command line; unknown names are refused.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values = [];

    private Arguments(string[] given, string[] known)
    {
        for (var i = 0; i < given.Length; i += 2)
        {
            if (i + 1 == given.Length || !given[i].StartsWith("--") || !known.Contains(given[i][2..]))
            {
                var options = string.Join(" ", known.Select(name => $"--{name} VALUE"));
                throw new ArgumentException($"'{given[i]}' is not an option with a value. The options are: {options}");
            }

            values[given[i][2..]] = given[i + 1];
        }
    }

    /// <summary>Where `build/run sample` puts MNIST.</summary>
    public static string Mnist => Path.Combine(Root(), ".data", "mnist");

    /// <summary>
    /// A folder for the sample's pictures and weights: artifacts/NAME at the top of the repository, or NAME in the folder that
    /// FUNCTIONAL_ARTIFACTS names, as for tests.
    /// </summary>
    public static string Artifacts(string name)
    {
        var all = Environment.GetEnvironmentVariable("FUNCTIONAL_ARTIFACTS") ?? Path.Combine(Root(), "artifacts");
        return Directory.CreateDirectory(Path.Combine(all, name)).FullName;
    }

    /// <summary>A whole number, or its default.</summary>
    public int Int(string name, int otherwise, int atLeast = int.MinValue)
    {
        if (!values.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        var range = atLeast == int.MinValue ? "" : $" from {atLeast} on";

        return int.TryParse(text, out var number) && number >= atLeast
            ? number
            : throw new ArgumentException($"--{name} takes a whole number{range}, not '{text}'.");
    }

    /// <summary>A folder, or its default.</summary>
    public string Folder(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);

    /// <summary>Runs the sample; an error becomes its message on standard error and exit code 1.</summary>
    public static async Task<int> RunAsync(string[] given, string[] known, Func<Arguments, Task> sample)
    {
        try
        {
            await sample(new Arguments(given, known));
            return 0;
        }
        catch (Exception error)
        {
            StatusLine.Clear();
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
