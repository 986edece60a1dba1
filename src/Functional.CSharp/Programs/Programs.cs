// The static companions of Program<T>: programs of one site for query syntax, programs that return nothing, several as one.
// Not called Program, which is what every application calls a class of its own.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Makes programs: from functions, and of one site each, which queries join. With <c>using static Functional.CSharp.Programs</c>:
/// <code>
/// var model =
///     from z in Sample("z", Normal.Standard([20]))
///     from _ in Observe("x", decoder.Run(Mode.Train, z), x)
///     select z;
/// </code>
/// Where there are loops, plates or many sites, the direct style of <see cref="Program{T}"/> reads better.
/// </summary>
public static class Programs
{
    /// <summary>A program from a function of its handler, whose type of result is inferred.</summary>
    public static Program<T> Of<T>(Func<Handler, T> run) => new(run);

    /// <summary>A program that returns nothing.</summary>
    public static Program<ValueTuple> Of(Action<Handler> run)
    {
        Guard.NotNull(run);

        return new(handler =>
        {
            run(handler);
            return default;
        });
    }

    /// <summary>The program that draws nothing and returns the value.</summary>
    public static Program<T> Result<T>(T value) => new(Functional.ProgramModule.result(value));

    /// <summary>The programs one after another, and what they return.</summary>
    public static Program<IReadOnlyList<T>> All<T>(params IEnumerable<Program<T>> programs)
    {
        var inner = Guard.NotNull(programs).Select(program => Guard.NotNull(program, nameof(programs)).Inner);
        return new Program<T[]>(ProgramBridge.all(inner.ToArray())).Select(results => (IReadOnlyList<T>)results);
    }

    // ---- words ----

    /// <inheritdoc cref="Handler.Sample"/>
    public static Program<Tensor> Sample(string name, Distribution distribution)
    {
        Guard.Path(name);
        Guard.NotNull(distribution);
        return new(p => p.Sample(name, distribution));
    }

    /// <summary>A known value x, which adds log p(x) to the joint log-density. Returns the value.</summary>
    /// <inheritdoc cref="Handler.Observe"/>
    public static Program<Tensor> Observe(string name, Distribution distribution, Tensor value)
    {
        Guard.Path(name);
        Guard.NotNull(distribution);
        Guard.NotNull(value);

        return new(p =>
        {
            p.Observe(name, distribution, value);
            return value;
        });
    }

    /// <summary>
    /// Adds a number to the joint log-density: one for each batch element, or for each element of the plates. Returns it.
    /// </summary>
    /// <inheritdoc cref="Handler.Factor"/>
    public static Program<Tensor> Factor(string name, Tensor logDensity)
    {
        Guard.Path(name);
        Guard.NotNull(logDensity);

        return new(p =>
        {
            p.Factor(name, logDensity);
            return logDensity;
        });
    }

    /// <inheritdoc cref="Handler.Deterministic"/>
    public static Program<Tensor> Deterministic(string name, Tensor value)
    {
        Guard.Path(name);
        Guard.NotNull(value);
        return new(p => p.Deterministic(name, value));
    }

    /// <inheritdoc cref="Handler.Plate{T}"/>
    public static Program<T> Plate<T>(string name, int size, Func<Tensor, Program<T>> body) =>
        new(ProgramBridge.plate(Guard.Path(name), Guard.AtLeast(size, 1), Body(body)));

    /// <inheritdoc cref="Handler.PlateOf{T}"/>
    public static Program<T> PlateOf<T>(string name, int size, int count, Func<Tensor, Program<T>> body) =>
        new(ProgramBridge.plateOf(Guard.Path(name), Guard.AtLeast(size, 1), Guard.AtLeast(count, 1), Body(body)));

    /// <inheritdoc cref="Handler.PlateAt{T}"/>
    public static Program<T> PlateAt<T>(string name, int size, Tensor indices, Func<Tensor, Program<T>> body) =>
        new(ProgramBridge.plateAt(Guard.Path(name), Guard.AtLeast(size, 1), Guard.Inner(indices), Body(body)));

    private static Func<Functional.Tensors.Tensor, Functional.Program<T>> Body<T>(Func<Tensor, Program<T>> body)
    {
        Guard.NotNull(body);
        return indices => Guard.Returned(body(new(indices)), nameof(body)).Inner;
    }
}
