// What training changes: a tensor and the name it is stored under.
// Networks list theirs; a model of one's own may add more.
namespace Functional.CSharp;

/// <summary>A tensor that training changes, and the name it is stored under.</summary>
public sealed class Parameter : IWrapper
{
    internal Parameter(Functional.Parameter inner)
    {
        Inner = inner;
        Value = new(inner.Value);
    }

    /// <summary>A parameter of one's own.</summary>
    /// <param name="name">Its path inside the model: `encoder.linear2.weight`.</param>
    /// <param name="value">A tensor that <see cref="Gradient.Record"/> has been called for.</param>
    /// <exception cref="ArgumentException">The tensor is not recorded for differentiation.</exception>
    public Parameter(string name, Tensor value)
        : this(new Functional.Parameter(Guard.Path(name), Guard.Inner(value)))
    {
        if (!Gradient.IsRecorded(value))
        {
            throw new ArgumentException("A parameter has to be recorded first: Gradient.Record(value).", nameof(value));
        }
    }

    internal Functional.Parameter Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>Its path inside the model: `encoder.linear2.weight`.</summary>
    public string Name => Inner.Name;

    /// <summary>The tensor, recorded for differentiation.</summary>
    public Tensor Value { get; }

    /// <summary>Name and shape.</summary>
    public override string ToString() => $"{Name} [{string.Join("; ", Value.Shape)}]";
}
