// Elements in and out: memory of the caller's own, and one tensor a file.
// Several tensors a file, and NumPy's formats, are in Safetensors, Npy and Npz.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>A tensor of that shape from numbers in row-major order, copied once, with the dtype of their .NET type.</summary>
    /// <exception cref="ArgumentException">The elements do not fill the shape.</exception>
    public static Tensor FromSpan<T>(ReadOnlySpan<T> values, IReadOnlyList<int> shape, Device? device = null)
        where T : unmanaged => new(MemoryBridge.ofSpan(values, Guard.Shape(shape), device?.Inner));

    /// <summary>Copies the elements in row-major order, converted to <typeparamref name="T"/>. Waits for the device.</summary>
    /// <exception cref="ArgumentException">There is room for more or fewer elements than there are.</exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged => MemoryBridge.copyTo(Inner, destination);

    /// <summary>Writes a safetensors file, in one step: an old file stays whole until the new one is.</summary>
    public void Save(string path) => FileBridge.save(Guard.Path(path), Inner);

    /// <summary>The tensor of a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="IOException">There is no such file, or it is damaged; the message says at which byte.</exception>
    public static Tensor Load(string path, Dtype? dtype = null, Device? device = null) =>
        new(FileBridge.load(Guard.Path(path), (int?)dtype, device?.Inner));
}
