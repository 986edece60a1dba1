// Shapes: views, joining and splitting, picking by index.
// Most results share memory with the tensor they look at.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The same elements in another shape; one axis may be -1.</summary>
    public Tensor View(IReadOnlyList<int> shape) => new(TensorBridge.view(Inner, Guard.Shape(shape)));

    /// <summary>Repeats axes of length 1, and the whole along new leading axes, without copying.</summary>
    public Tensor Expand(IReadOnlyList<int> newShape) => new(TensorBridge.expand(Inner, Guard.Shape(newShape)));

    /// <summary>A matrix's transpose.</summary>
    public Tensor Transpose() => new(TensorBridge.transpose(Inner));

    /// <summary>Two axes exchanged.</summary>
    public Tensor Transpose(int dim0, int dim1) => new(TensorBridge.transposeAxes(Inner, dim0, dim1));

    /// <summary>The axes in another order.</summary>
    public Tensor Permute(IReadOnlyList<int> permutation) => new(TensorBridge.permute(Inner, Guard.Shape(permutation)));

    /// <summary>With a new axis of length 1.</summary>
    public Tensor Unsqueeze(int dim) => new(TensorBridge.unsqueeze(Inner, dim));

    /// <summary>Without the axes of length 1, or without that one.</summary>
    public Tensor Squeeze(int? dim = null) => new(TensorBridge.squeeze(Inner, dim));

    /// <summary>Several axes become one.</summary>
    public Tensor Flatten(int startDim = 0, int endDim = -1) => new(TensorBridge.flatten(Inner, startDim, endDim));

    /// <summary>Parts of the given lengths along an axis.</summary>
    public IReadOnlyList<Tensor> Split(IReadOnlyList<int> sizes, int dim = 0) =>
        Array.ConvertAll(TensorBridge.split(Inner, Guard.Shape(sizes), dim), part => new Tensor(part));

    /// <summary>The slices along an axis, which goes.</summary>
    public IReadOnlyList<Tensor> Unstack(int dim = 0) =>
        Array.ConvertAll(TensorBridge.unstack(Inner, dim), part => new Tensor(part));

    /// <summary>Elements picked along an axis by an index tensor of the result's shape.</summary>
    public Tensor Gather(int dim, Tensor indices) => new(TensorBridge.gather(Inner, dim, Guard.Inner(indices)));

    /// <summary>Whole slices picked along an axis by a vector of indices.</summary>
    public Tensor IndexSelect(int dim, Tensor indices) => new(TensorBridge.indexSelect(Inner, dim, Guard.Inner(indices)));

    /// <summary>Those axes in reverse.</summary>
    public Tensor Flip(IReadOnlyList<int> dims) => new(TensorBridge.flip(Inner, Guard.Shape(dims)));

    /// <summary>Each slice along the axis so many times in a row.</summary>
    public Tensor Repeat(int dim, int times) => new(TensorBridge.repeat(Inner, dim, times));

    /// <summary>The whole again and again, so many times along each axis.</summary>
    public Tensor Tile(IReadOnlyList<int> times) => new(TensorBridge.tile(Inner, Guard.Shape(times)));

    /// <summary>Tensors one after the other along an axis.</summary>
    public static Tensor Cat(IEnumerable<Tensor> tensors, int dim = 0) => new(TensorBridge.cat(Guard.Inner(tensors), dim));

    /// <summary>Tensors of one shape side by side along a new axis.</summary>
    public static Tensor Stack(IEnumerable<Tensor> tensors, int dim = 0) => new(TensorBridge.stack(Guard.Inner(tensors), dim));

    /// <summary>The same elements in the shape of another tensor.</summary>
    public Tensor ViewAs(Tensor other) => View(Guard.NotNull(other).Shape);

    /// <summary>Expanded to the shape of another tensor.</summary>
    public Tensor ExpandAs(Tensor other) => Expand(Guard.NotNull(other).Shape);

    /// <summary>One axis becomes several, whose lengths multiply to its own.</summary>
    public Tensor Unflatten(int dim, IReadOnlyList<int> unflattenedShape) =>
        new(TensorBridge.unflatten(Inner, dim, Guard.Shape(unflattenedShape)));

    /// <summary>Axes of length 1 behind the last, until there are as many as the other tensor has.</summary>
    public Tensor UnsqueezeAs(Tensor other) => new(TensorBridge.unsqueezeAs(Inner, Guard.Inner(other)));

    /// <summary>Zeros on both sides of every axis, so many on each.</summary>
    public Tensor Pad(IReadOnlyList<int> paddings) => new(TensorBridge.pad(Inner, Guard.Shape(paddings)));

    /// <summary>Zeros between the elements: those of an axis stand so many places apart.</summary>
    public Tensor Dilate(IReadOnlyList<int> dilations) => new(TensorBridge.dilate(Inner, Guard.Shape(dilations)));

    /// <summary>The way back from Dilate: every so many-th element of each axis.</summary>
    public Tensor Undilate(IReadOnlyList<int> dilations) => new(TensorBridge.undilate(Inner, Guard.Shape(dilations)));

    /// <summary>This tensor with another added to the part of it that begins at that index.</summary>
    public Tensor AddSlice(IReadOnlyList<int> location, Tensor b) =>
        new(TensorBridge.addSlice(Inner, Guard.Shape(location), Guard.Inner(b)));

    /// <summary>
    /// The way back from Gather: zeros of that shape, with every element put along an axis where its index says.
    /// </summary>
    public Tensor Scatter(int dim, Tensor indices, IReadOnlyList<int> destinationShape) =>
        new(TensorBridge.scatter(Inner, dim, Guard.Inner(indices), Guard.Shape(destinationShape)));
}
