// Scopes: every tensor made inside one is freed at its end, except those in its result.
// Training and evaluation open theirs by themselves; users open one to have memory back sooner than the collector gives it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Frees tensors in bulk, at a place in the code that the reader can see. Scopes nest, and follow tasks and threads that are
/// started inside them.
/// </summary>
public static class Scope
{
    /// <summary>How many native tensors are alive in this process.</summary>
    public static long LiveTensors => Functional.Tensors.Scope.liveTensors();

    /// <summary>
    /// Runs <paramref name="body"/> and frees every tensor made in it, except those in its result: a tensor, a tuple, array,
    /// collection, dictionary or record of tensors, or an object of this library that holds some.
    /// </summary>
    public static T Run<T>(Func<T> body) => ScopeBridge.run(Guard.NotNull(body), Guard.Unwrap);

    /// <summary>Runs <paramref name="body"/> and frees every tensor made in it.</summary>
    public static void Run(Action body)
    {
        Guard.NotNull(body);

        Run(() =>
        {
            body();
            return 0;
        });
    }

    /// <summary><see cref="Run{T}"/> for work that returns a task: the scope closes when the task has completed.</summary>
    public static Task<T> RunAsync<T>(Func<Task<T>> body) => ScopeBridge.runAsync(Guard.NotNull(body), Guard.Unwrap);

    /// <summary>Takes a value's tensors out of every scope: they live until disposed or unreachable. Returns the value.</summary>
    public static T Keep<T>(T value)
    {
        ScopeBridge.keep(value, Guard.Unwrap);
        return value;
    }
}
