// Who answers the sites of a program: the words of the direct style, in which a program is a function of its handler.
// The body of every Program is given one; Programs.cs has the same words as programs, for queries.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Answers the sites of one run of a program, and knows the plates that it has entered. The body of a <see cref="Program{T}"/>
/// is given it: <c>p => p.Sample("z", Normal.Standard([20]))</c>. It is of use only while that body runs.
/// </summary>
public sealed class Handler
{
    internal Handler(Functional.Handler inner) => Inner = inner;

    // That of the innermost plate entered, so that a body goes on with the handler it was given.
    internal Functional.Handler Inner { get; private set; }

    /// <summary>The plates entered, the innermost first.</summary>
    public IReadOnlyList<Plate> Plates => CSharp.Plate.List(TraceBridge.entered(Inner));

    /// <summary>A draw z ~ p, by its name. Inside plates the distribution is expanded to their axes.</summary>
    /// <returns>The draw, of shape leading axes + plates + EventShape; or the value that handlers give it.</returns>
    /// <exception cref="ArgumentException">
    /// The batch axes of the distribution are not those of the plates; or the name is in use.
    /// </exception>
    public Tensor Sample(string name, Distribution distribution) =>
        new(ProgramBridge.sample(Guard.Path(name), Guard.Inner(distribution), Inner));

    /// <summary>A known value x, which adds log p(x) to the joint log-density.</summary>
    /// <exception cref="ArgumentException">
    /// The batch axes of the distribution are not those of the plates; or the name is in use.
    /// </exception>
    public void Observe(string name, Distribution distribution, Tensor value) =>
        ProgramBridge.observe(Guard.Path(name), Guard.Inner(distribution), Guard.Inner(value), Inner);

    /// <summary>Adds a number to the joint log-density: one for each batch element, or for each element of the plates.</summary>
    /// <exception cref="ArgumentException">Its axes are not those of the plates; or the name is in use.</exception>
    public void Factor(string name, Tensor logDensity) =>
        ProgramBridge.factor(Guard.Path(name), Guard.Inner(logDensity), Inner);

    /// <summary>Gives a value a name in the trace; it has no density of its own. Returns the value.</summary>
    public Tensor Deterministic(string name, Tensor value) =>
        new(ProgramBridge.deterministic(Guard.Path(name), Guard.Inner(value), Inner));

    /// <summary>
    /// <paramref name="size"/> independent copies of the body: its sites get a batch axis of that length, the last one in the
    /// outermost plate and the next to the left in each plate inside it. A plate entered again under the same name is the same
    /// plate.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">How many copies there are, at least 1.</param>
    /// <param name="body">Given the indices 0 to size - 1 (Int32).</param>
    /// <returns>What the body returns.</returns>
    /// <exception cref="ArgumentException">The plate stands inside itself, or was entered before with another size.</exception>
    public T Plate<T>(string name, int size, Func<Tensor, T> body) =>
        ProgramBridge.plate(Guard.Path(name), Guard.AtLeast(size, 1), Inside(body)).Run(Inner);

    /// <inheritdoc cref="Plate{T}"/>
    public void Plate(string name, int size, Action<Tensor> body) => Plate(name, size, Returning(body));

    /// <summary>
    /// <see cref="Plate{T}"/> of which only <paramref name="count"/> random copies, drawn without replacement, are run; they
    /// stand for all: log-densities inside are multiplied by size / count, whose expectation over subsets is the whole sum.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">How many copies there are, at least 1.</param>
    /// <param name="count">How many are run, at least 1 and at most <paramref name="size"/>.</param>
    /// <param name="body">Given the indices of the copies that are present (Int32).</param>
    /// <returns>What the body returns.</returns>
    /// <exception cref="ArgumentException">
    /// The plate stands inside itself, was entered before with other sizes, or has fewer copies than are to be run.
    /// </exception>
    public T PlateOf<T>(string name, int size, int count, Func<Tensor, T> body) =>
        ProgramBridge.plateOf(Guard.Path(name), Guard.AtLeast(size, 1), Guard.AtLeast(count, 1), Inside(body)).Run(Inner);

    /// <inheritdoc cref="PlateOf{T}"/>
    public void PlateOf(string name, int size, int count, Action<Tensor> body) => PlateOf(name, size, count, Returning(body));

    /// <summary>
    /// <see cref="Plate{T}"/> of which the copies with those indices are run, as of a minibatch; log-densities inside are
    /// multiplied by size / count.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">How many copies there are, at least 1.</param>
    /// <param name="indices">A vector of at most <paramref name="size"/> indices.</param>
    /// <param name="body">Given those indices.</param>
    /// <returns>What the body returns.</returns>
    /// <exception cref="ArgumentException">The indices are no vector, or too many; or the plate stands inside itself.</exception>
    public T PlateAt<T>(string name, int size, Tensor indices, Func<Tensor, T> body) =>
        ProgramBridge.plateAt(Guard.Path(name), Guard.AtLeast(size, 1), Guard.Inner(indices), Inside(body)).Run(Inner);

    /// <inheritdoc cref="PlateAt{T}"/>
    public void PlateAt(string name, int size, Tensor indices, Action<Tensor> body) =>
        PlateAt(name, size, indices, Returning(body));

    /// <summary>The value of a site.</summary>
    public Tensor Answer(Site site) => new(Inner.Answer(Guard.NotNull(site).Inner));

    /// <summary>Which <paramref name="count"/> of the <paramref name="size"/> copies of a plate are present.</summary>
    public Tensor Choose(string name, int size, int count) =>
        new(Inner.Choose(Guard.Path(name), Guard.AtLeast(size, 1), Guard.AtLeast(count, 1)));

    // The body of a plate, in which this handler answers as the plate's.
    private Func<Functional.Tensors.Tensor, Functional.Program<T>> Inside<T>(Func<Tensor, T> body)
    {
        Guard.NotNull(body);

        return indices => ProgramBridge.ofFunction(plated =>
        {
            var outside = Inner;
            Inner = plated;

            try
            {
                return body(new(indices));
            }
            finally
            {
                Inner = outside;
            }
        });
    }

    private static Func<Tensor, ValueTuple> Returning(Action<Tensor> body)
    {
        Guard.NotNull(body);

        return indices =>
        {
            body(indices);
            return default;
        };
    }
}
