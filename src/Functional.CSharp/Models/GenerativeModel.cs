// What every model has: parameters, and files for them.
// Base of the autoencoders and of the adversarial models. A model of one's own needs no base: networks, a loss and Training do.
namespace Functional.CSharp;

/// <summary>A model made of networks and distributions.</summary>
public abstract class GenerativeModel : IWrapper
{
    private protected GenerativeModel(Functional.IModel inner)
    {
        Inner = inner;
        Parameters = [.. inner.Parameters.Select(parameter => new Parameter(parameter))];
    }

    internal Functional.IModel Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>Everything that training changes, each under the name of its part: `encoder.linear.weight`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Writes the weights to a safetensors file; an old file stays whole until the new one is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => Weights.Save(path, Parameters);

    /// <summary>Reads the weights from a file that <see cref="Save"/> wrote. Nothing is changed unless everything fits.</summary>
    /// <inheritdoc cref="Weights.Load"/>
    public void Load(string path) => Weights.Load(path, Parameters);
}
