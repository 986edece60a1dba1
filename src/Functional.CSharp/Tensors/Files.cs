// Files of tensors that other programs read too: safetensors, and NumPy's npy and npz.
// Every file is written in one step: an old one stays whole until the new one is.
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>One tensor in NumPy's .npy format.</summary>
public static class Npy
{
    /// <summary>Writes a tensor.</summary>
    public static void Save(string path, Tensor tensor) => FileBridge.saveNpy(Guard.Path(path), Guard.Inner(tensor));

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="IOException">There is no such file, it is damaged, or holds elements that no tensor has.</exception>
    public static Tensor Load(string path, Device? device = null) => new(FileBridge.loadNpy(Guard.Path(path), device?.Inner));
}

/// <summary>Several named tensors in NumPy's .npz format.</summary>
public static class Npz
{
    /// <summary>Writes named tensors, compressed.</summary>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        FileBridge.saveNpz(Guard.Path(path), Named.Inner(tensors));

    /// <summary>Reads named tensors.</summary>
    /// <exception cref="IOException">There is no such file, or an array in it is damaged.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, Device? device = null) =>
        Named.Wrap(FileBridge.loadNpz(Guard.Path(path), device?.Inner));
}

/// <summary>Several named tensors in the safetensors format, with a few strings that say what they are.</summary>
public static class Safetensors
{
    /// <summary>Writes named tensors and strings.</summary>
    public static void Save(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null) =>
        FileBridge.saveSafetensors(Guard.Path(path), [.. metadata ?? []], Named.Inner(tensors));

    /// <summary>Reads named tensors and strings.</summary>
    /// <exception cref="IOException">There is no such file, or it is damaged; the message says at which byte.</exception>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Load(
        string path, Device? device = null)
    {
        var (metadata, tensors) = FileBridge.loadSafetensors(Guard.Path(path), device?.Inner);
        return (Named.Wrap(tensors), new Dictionary<string, string>(metadata));
    }
}

internal static class Named
{
    public static KeyValuePair<string, Core>[] Inner(IEnumerable<KeyValuePair<string, Tensor>>? tensors) =>
        [.. Guard.NotNull(tensors).Select(pair => KeyValuePair.Create(pair.Key, Guard.Inner(pair.Value, nameof(tensors))))];

    public static Dictionary<string, Tensor> Wrap(KeyValuePair<string, Core>[] tensors) =>
        tensors.ToDictionary(pair => pair.Key, pair => new Tensor(pair.Value));
}
