// Random numbers: one ambient generator a device, or one of its own for a stretch of code.
// Everything in this library that draws, draws from here. (Not called Random, which is System's.)
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>The source of every random number that this library draws: the same seed, the same numbers.</summary>
public static class RandomNumbers
{
    /// <summary>
    /// Seeds the generators: those of this stretch of code inside <see cref="WithSeed{T}"/>, the ambient ones elsewhere.
    /// </summary>
    public static void Seed(int seed) => Functional.Tensors.Random.seed(seed);

    /// <summary>
    /// Runs <paramref name="body"/> with generators of its own, so that it draws the same numbers whatever runs before it or
    /// beside it. A task that it starts and returns keeps them.
    /// </summary>
    public static T WithSeed<T>(int seed, Func<T> body) => ScopeBridge.withSeed(seed, Guard.NotNull(body));

    /// <inheritdoc cref="WithSeed{T}"/>
    public static void WithSeed(int seed, Action body)
    {
        Guard.NotNull(body);
        ScopeBridge.withSeed<object?>(seed, () =>
        {
            body();
            return null;
        });
    }

    /// <summary>The bytes from which <see cref="Restore"/> continues a device's numbers exactly here.</summary>
    public static byte[] State(Device? device = null) => Functional.Tensors.Random.state((device ?? Device.Default).Inner);

    /// <summary>Continues a device's numbers from a state that <see cref="State"/> returned.</summary>
    /// <exception cref="ArgumentException">The bytes are no such state.</exception>
    public static void Restore(byte[] state, Device? device = null) =>
        Functional.Tensors.Random.restore((device ?? Device.Default).Inner, Guard.NotNull(state));
}
