// Weights in files: safetensors, one entry for each parameter.
// Any program that reads the format can use them; loading runs no code.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Parameters in safetensors files.</summary>
public static class Weights
{
    /// <summary>Writes the parameters to a file; an old file stays whole until the new one is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IEnumerable<Parameter> parameters) =>
        NetworkBridge.saveWeights(Guard.Path(path), Guard.Inner(parameters));

    /// <summary>
    /// Reads the parameters from a file that <see cref="Save"/> wrote. Nothing is changed unless everything fits.
    /// </summary>
    /// <exception cref="IOException">The file is missing or damaged; the message says at which byte.</exception>
    /// <exception cref="ArgumentException">
    /// A parameter is missing, unknown, or has another shape: the file is another model's.
    /// </exception>
    public static void Load(string path, IEnumerable<Parameter> parameters) =>
        NetworkBridge.loadWeights(Guard.Path(path), Guard.Inner(parameters));
}
