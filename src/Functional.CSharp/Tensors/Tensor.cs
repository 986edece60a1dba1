// The tensor: shape, dtype, device, its elements as .NET values, operators, indexing. Its other files add the rest.
// Everything in this library computes with these.
using System.Collections.ObjectModel;
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>
/// A multi-dimensional array of numbers on a device, recorded for differentiation where it has to be. Its memory is freed by <see
/// cref="Dispose"/>, by the end of the <see cref="Scope"/> it was made in, or by the garbage collector, whichever comes first;
/// training and evaluation free theirs by themselves. Operations return new tensors and never change their operands.
/// </summary>
/// <remarks>
/// Members throw <see cref="ArgumentException"/> for shapes and axes that do not fit, <see cref="InvalidOperationException"/>
/// when libtorch refuses an operation, and <see cref="ObjectDisposedException"/> after the tensor has been freed.
/// </remarks>
public sealed partial class Tensor : IDisposable, IEquatable<Tensor>, IWrapper
{
    private ReadOnlyCollection<int>? shape;

    internal Tensor(Core inner) => Inner = inner;

    internal Core Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>The length of every axis.</summary>
    public IReadOnlyList<int> Shape => shape ??= Array.AsReadOnly(Inner.shape);

    /// <summary>The number of axes.</summary>
    public int Dim => Inner.dim;

    /// <summary>The number of elements.</summary>
    public int Nelement => Inner.nelement;

    /// <summary>The bytes that one element takes.</summary>
    public int ElementSize => Inner.elementSize;

    /// <summary>The bytes that all elements take.</summary>
    public long MemorySize => Inner.memorySize;

    /// <summary>The type of its elements.</summary>
    public Dtype Dtype => (Dtype)TensorBridge.dtype(Inner);

    /// <summary>Where it lives.</summary>
    public Device Device => new(Inner.device);

    /// <summary>Whether it has been freed.</summary>
    public bool IsDisposed => Inner.isDisposed;

    /// <summary>Frees its memory now; a second call does nothing.</summary>
    public void Dispose() => Inner.Dispose();

    // ---- elements ----

    /// <summary>The elements in row-major order, converted to <typeparamref name="T"/>. Waits for the device.</summary>
    /// <typeparam name="T">A number type of 8 to 64 bits, or bool.</typeparam>
    public T[] ToArray<T>() where T : unmanaged => TensorBridge.toArray<T>(Inner);

    /// <summary>A matrix as an array. Waits for the device.</summary>
    /// <exception cref="ArgumentException">It has more or fewer axes than two.</exception>
    public T[,] ToArray2D<T>() where T : unmanaged => TensorBridge.toArray2D<T>(Inner);

    /// <summary>A tensor of three axes as an array. Waits for the device.</summary>
    /// <exception cref="ArgumentException">It has more or fewer axes than three.</exception>
    public T[,,] ToArray3D<T>() where T : unmanaged => TensorBridge.toArray3D<T>(Inner);

    /// <summary>A tensor of four axes as an array. Waits for the device.</summary>
    /// <exception cref="ArgumentException">It has more or fewer axes than four.</exception>
    public T[,,,] ToArray4D<T>() where T : unmanaged => TensorBridge.toArray4D<T>(Inner);

    /// <summary>Its one element. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">It has more or fewer elements than one.</exception>
    public double ToDouble() => Inner.toDouble();

    /// <summary>Its one element as a float. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">It has more or fewer elements than one.</exception>
    public float ToSingle() => Inner.toSingle();

    /// <summary>Its one element as an int. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">It has more or fewer elements than one.</exception>
    public int ToInt32() => Inner.toInt32();

    /// <summary>Its one element as a long. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">It has more or fewer elements than one.</exception>
    public long ToInt64() => Inner.toInt64();

    /// <summary>Its one element as a bool. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">It has more or fewer elements than one.</exception>
    public bool ToBool() => Inner.toBool();

    /// <summary>
    /// One position or range an axis, from the first axis on: <c>t[0]</c>, <c>t[^1]</c>, <c>t[.., 1..3]</c>. A position drops its
    /// axis. Shares memory with this tensor.
    /// </summary>
    /// <exception cref="ArgumentException">There are more indices than axes, or a range ends beyond its axis.</exception>
    /// <exception cref="IndexOutOfRangeException">A position lies beyond its axis.</exception>
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            var parts = new (int, int, bool)[indices.Length];

            for (var axis = 0; axis < parts.Length; axis++)
            {
                parts[axis] = indices[axis].On(Shape, axis);
            }

            return new(TensorBridge.slice(Inner, parts));
        }
    }

    // ---- operators ----

    /// <summary>The sum, element by element.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => new(Guard.Inner(a) + Guard.Inner(b));

    /// <summary>The sum, element by element.</summary>
    public static Tensor operator +(Tensor a, Scalar b) => new(Guard.Inner(a) + b.Inner);

    /// <summary>The sum, element by element.</summary>
    public static Tensor operator +(Scalar a, Tensor b) => new(a.Inner + Guard.Inner(b));

    /// <summary>The difference, element by element.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => new(Guard.Inner(a) - Guard.Inner(b));

    /// <summary>The difference, element by element.</summary>
    public static Tensor operator -(Tensor a, Scalar b) => new(Guard.Inner(a) - b.Inner);

    /// <summary>The difference, element by element.</summary>
    public static Tensor operator -(Scalar a, Tensor b) => new(a.Inner - Guard.Inner(b));

    /// <summary>The product, element by element; for matrices see <see cref="Matmul"/>.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => new(Guard.Inner(a) * Guard.Inner(b));

    /// <summary>The product, element by element.</summary>
    public static Tensor operator *(Tensor a, Scalar b) => new(Guard.Inner(a) * b.Inner);

    /// <summary>The product, element by element.</summary>
    public static Tensor operator *(Scalar a, Tensor b) => new(a.Inner * Guard.Inner(b));

    /// <summary>The quotient, element by element.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => new(Guard.Inner(a) / Guard.Inner(b));

    /// <summary>The quotient, element by element.</summary>
    public static Tensor operator /(Tensor a, Scalar b) => new(Guard.Inner(a) / b.Inner);

    /// <summary>The quotient, element by element.</summary>
    public static Tensor operator /(Scalar a, Tensor b) => new(a.Inner / Guard.Inner(b));

    /// <summary>Every element with the other sign.</summary>
    public static Tensor operator -(Tensor a) => new(-Guard.Inner(a));

    /// <summary>Its one element, as <see cref="ToDouble"/> gives it.</summary>
    public static explicit operator double(Tensor tensor) => Guard.NotNull(tensor).ToDouble();

    /// <summary>Its one element, as <see cref="ToSingle"/> gives it.</summary>
    public static explicit operator float(Tensor tensor) => Guard.NotNull(tensor).ToSingle();

    /// <summary>Its one element, as <see cref="ToInt32"/> gives it.</summary>
    public static explicit operator int(Tensor tensor) => Guard.NotNull(tensor).ToInt32();

    /// <summary>Its one element, as <see cref="ToInt64"/> gives it.</summary>
    public static explicit operator long(Tensor tensor) => Guard.NotNull(tensor).ToInt64();

    /// <summary>Its one element, as <see cref="ToBool"/> gives it.</summary>
    public static explicit operator bool(Tensor tensor) => Guard.NotNull(tensor).ToBool();

    // ---- the object ----

    /// <summary>Whether shape, dtype, device and every element are equal. Waits for the device.</summary>
    public bool Equals(Tensor? other) => other is not null && Inner.Equals(other.Inner);

    /// <inheritdoc cref="Equals(Tensor)"/>
    public override bool Equals(object? obj) => Equals(obj as Tensor);

    /// <summary>A hash of dtype and shape, which does not read the elements.</summary>
    public override int GetHashCode() => Inner.GetHashCode();

    /// <summary>Shape, dtype and device in one line, without the elements.</summary>
    public string Summary() => Inner.summary();

    /// <summary>The elements as nested rows, long axes cut in the middle.</summary>
    public override string ToString() => Inner.ToString();
}
