// Making tensors: from .NET arrays, constants, ranges and random numbers; conversion to another dtype or device.
// Without a dtype, real numbers take Dtype.Default; without a device, tensors live on Device.Default.
using Functional.Interop;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>A tensor with the shape and the elements of an array of any rank, or of arrays of arrays.</summary>
    /// <param name="values">
    /// Numbers or bools. Real numbers take <c>Dtype.Default</c>; integers and bools keep their own type.
    /// </param>
    /// <param name="dtype">The type of the elements, if it should be another.</param>
    /// <param name="device">Where it lives. Default: <see cref="CSharp.Device.Default"/>.</param>
    /// <exception cref="ArgumentException">The elements are no numbers, or the rows differ in length.</exception>
    public static Tensor FromArray(Array values, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.ofArray(Guard.NotNull(values), (int?)dtype, device?.Inner));

    /// <summary>A tensor of that shape with the elements of an array in row-major order.</summary>
    /// <exception cref="ArgumentException">The elements do not fill the shape.</exception>
    public static Tensor FromArray<T>(T[] values, IReadOnlyList<int> shape, Dtype? dtype = null, Device? device = null)
        where T : unmanaged
    {
        var dimensions = Guard.Shape(shape);

        if (Guard.NotNull(values).LongLength != dimensions.Aggregate(1L, (count, axis) => count * axis))
        {
            throw new ArgumentException(
                $"{values.LongLength} values do not fill shape [{string.Join("; ", dimensions)}].", nameof(values));
        }

        return FromArray(values, dtype, device).View(dimensions);
    }

    /// <summary>A tensor with no axes and one element.</summary>
    public static Tensor FromScalar(Scalar value, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.scalar(value.Inner, (int?)dtype, device?.Inner));

    /// <summary>A vector whose i-th element is <paramref name="element"/>(i).</summary>
    /// <exception cref="ArgumentException">The elements are no numbers.</exception>
    public static Tensor Init<T>(int length, Func<int, T> element) where T : unmanaged =>
        new(TensorBridge.init(Guard.AtLeast(length, 0), Guard.NotNull(element)));

    /// <summary>A matrix whose elements are <paramref name="element"/>(row, column).</summary>
    /// <exception cref="ArgumentException">The elements are no numbers.</exception>
    public static Tensor Init<T>(int rows, int columns, Func<int, int, T> element) where T : unmanaged =>
        new(TensorBridge.init2d(Guard.AtLeast(rows, 0), Guard.AtLeast(columns, 0), Guard.NotNull(element)));

    /// <summary>A tensor of three axes whose elements are <paramref name="element"/>(i, j, k).</summary>
    /// <exception cref="ArgumentException">The elements are no numbers.</exception>
    public static Tensor Init<T>(int length0, int length1, int length2, Func<int, int, int, T> element) where T : unmanaged =>
        new(TensorBridge.init3d(
            Guard.AtLeast(length0, 0), Guard.AtLeast(length1, 0), Guard.AtLeast(length2, 0), Guard.NotNull(element)));

    /// <summary>A tensor of four axes whose elements are <paramref name="element"/>(i, j, k, l).</summary>
    /// <exception cref="ArgumentException">The elements are no numbers.</exception>
    public static Tensor Init<T>(int length0, int length1, int length2, int length3, Func<int, int, int, int, T> element)
        where T : unmanaged =>
        new(TensorBridge.init4d(
            Guard.AtLeast(length0, 0), Guard.AtLeast(length1, 0), Guard.AtLeast(length2, 0), Guard.AtLeast(length3, 0),
            Guard.NotNull(element)));

    /// <summary>Zeros.</summary>
    public static Tensor Zeros(IReadOnlyList<int> shape, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.zeros(Guard.Shape(shape), (int?)dtype, device?.Inner));

    /// <summary>Ones.</summary>
    public static Tensor Ones(IReadOnlyList<int> shape, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.ones(Guard.Shape(shape), (int?)dtype, device?.Inner));

    /// <summary>Elements that are whatever the memory held before.</summary>
    public static Tensor Empty(IReadOnlyList<int> shape, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.empty(Guard.Shape(shape), (int?)dtype, device?.Inner));

    /// <summary>One value everywhere.</summary>
    public static Tensor Full(IReadOnlyList<int> shape, Scalar value, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.full(Guard.Shape(shape), value.Inner, (int?)dtype, device?.Inner));

    /// <summary>Random numbers, uniform in [0, 1).</summary>
    public static Tensor Rand(IReadOnlyList<int> shape, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.rand(Guard.Shape(shape), (int?)dtype, device?.Inner));

    /// <summary>Random numbers, standard normal.</summary>
    public static Tensor Randn(IReadOnlyList<int> shape, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.randn(Guard.Shape(shape), (int?)dtype, device?.Inner));

    /// <summary>
    /// Random integers from <paramref name="low"/> to below <paramref name="high"/> (Int32 unless told otherwise).
    /// </summary>
    public static Tensor RandInt(int low, int high, IReadOnlyList<int> shape, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.randint(low, high, Guard.Shape(shape), (int?)dtype, device?.Inner));

    /// <summary>The integers from 0 to <paramref name="length"/> - 1 in random order (Int64 unless told otherwise).</summary>
    public static Tensor RandPerm(int length, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.randperm(length, (int?)dtype, device?.Inner));

    /// <summary>start, start + step, ... up to but not including the end (Int32 unless told otherwise).</summary>
    public static Tensor Arange(int endVal, int startVal = 0, int step = 1, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.arange(endVal, startVal, step, (int?)dtype, device?.Inner));

    /// <summary>start, start + step, ... up to but not including the end.</summary>
    public static Tensor Arange(
        double endVal, double startVal = 0, double step = 1, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.arangeReal(endVal, startVal, step, (int?)dtype, device?.Inner));

    /// <summary><paramref name="steps"/> equally spaced numbers, both ends included.</summary>
    public static Tensor Linspace(double startVal, double endVal, int steps, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.linspace(startVal, endVal, steps, (int?)dtype, device?.Inner));

    /// <summary>Powers of a base whose exponents are equally spaced, both ends included.</summary>
    public static Tensor Logspace(
        double startVal, double endVal, int steps, double baseVal = 10, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.logspace(startVal, endVal, steps, baseVal, (int?)dtype, device?.Inner));

    /// <summary>The identity matrix, or its upper left part when rows and columns differ.</summary>
    public static Tensor Eye(int rows, int? cols = null, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.eye(rows, cols ?? rows, (int?)dtype, device?.Inner));

    /// <summary>A vector of zeros with a single one.</summary>
    public static Tensor OneHot(int length, int hot, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.onehot(length, hot, (int?)dtype, device?.Inner));

    /// <summary>Zeros and ones, each one with the probability that this tensor holds.</summary>
    public Tensor Bernoulli(Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.bernoulli(Inner, (int?)dtype, device?.Inner));

    /// <summary>
    /// Indices drawn with replacement from the probabilities along the last axis, which can be divided by their sum.
    /// </summary>
    public Tensor Multinomial(int numSamples, bool normalize = false, Dtype? dtype = null, Device? device = null) =>
        new(TensorBridge.multinomial(Inner, Guard.AtLeast(numSamples, 1), normalize, (int?)dtype, device?.Inner));

    /// <summary>The same elements with that dtype.</summary>
    public Tensor Cast(Dtype dtype) => new(TensorBridge.cast(Inner, (int)dtype));

    /// <summary>The same elements with the dtype of a .NET type.</summary>
    /// <typeparam name="T">A number type of 8 to 64 bits, or bool.</typeparam>
    public Tensor Cast<T>() where T : unmanaged => new(TensorBridge.castTo<T>(Inner));

    /// <summary>The same elements in the processor's memory.</summary>
    public Tensor Cpu() => Move(Device.Cpu);

    /// <summary>The same elements on the first graphics card.</summary>
    public Tensor Gpu() => Move(Device.Gpu);

    /// <summary>The same elements on that device.</summary>
    public Tensor Move(Device device) => new(TensorBridge.move(Inner, Guard.NotNull(device).Inner));

    /// <summary>A copy with memory of its own; gradients flow through it.</summary>
    public Tensor Clone() => new(TensorBridge.clone(Inner));

    /// <summary>The same elements, not recorded for differentiation.</summary>
    public Tensor NoDiff() => new(TensorBridge.noDiff(Inner));
}
