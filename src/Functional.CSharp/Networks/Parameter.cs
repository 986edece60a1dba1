// A tensor of a network and the name it is stored under; training changes those that are trained.
// Networks list theirs; a model of one's own may add more.
namespace Functional.CSharp;

/// <summary>A tensor of a network, and the name it is stored under.</summary>
public sealed class Parameter : IWrapper
{
    internal Parameter(Functional.Parameter inner)
    {
        Inner = inner;
        Value = new(inner.Value);
    }

    /// <summary>A parameter of one's own.</summary>
    /// <param name="name">Its path inside the model: `encoder.linear2.weight`.</param>
    /// <param name="value">A tensor; one that <see cref="Gradient.Record"/> has been called for, if it is trained.</param>
    /// <param name="trained">Whether optimizers change it; if not, it is stored all the same. Default: true.</param>
    /// <exception cref="ArgumentException">The tensor is trained and not recorded for differentiation.</exception>
    public Parameter(string name, Tensor value, bool trained = true)
        : this(new Functional.Parameter(Guard.Path(name), Guard.Inner(value), trained))
    {
        if (trained && !Gradient.IsRecorded(value))
        {
            throw new ArgumentException("A parameter has to be recorded first: Gradient.Record(value).", nameof(value));
        }
    }

    internal Functional.Parameter Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>Its path inside the model: `encoder.linear2.weight`.</summary>
    public string Name => Inner.Name;

    /// <summary>The tensor; recorded for differentiation if it is trained.</summary>
    public Tensor Value { get; }

    /// <summary>
    /// Whether optimizers change it. What a network gathers by itself, such as the statistics of batch normalisation, is not trained,
    /// but stored in weights and checkpoints all the same.
    /// </summary>
    public bool Trained => Inner.Trained;

    /// <summary>Name and shape.</summary>
    public override string ToString() => $"{Name} [{string.Join("; ", Value.Shape)}]";
}
