// Making tensors like this one: of its dtype, on its device, and of its shape where a shape is not given.
// What the elements are is said by the creation function of the same name.
namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>Zeros.</summary>
    public Tensor ZerosLike(IReadOnlyList<int>? shape = null, Dtype? dtype = null, Device? device = null) =>
        Zeros(shape ?? Shape, dtype ?? Dtype, device ?? Device);

    /// <summary>Ones.</summary>
    public Tensor OnesLike(IReadOnlyList<int>? shape = null, Dtype? dtype = null, Device? device = null) =>
        Ones(shape ?? Shape, dtype ?? Dtype, device ?? Device);

    /// <summary>One value everywhere.</summary>
    public Tensor FullLike(Scalar value, IReadOnlyList<int>? shape = null, Dtype? dtype = null, Device? device = null) =>
        Full(shape ?? Shape, value, dtype ?? Dtype, device ?? Device);

    /// <summary>Random numbers, uniform in [0, 1).</summary>
    public Tensor RandLike(IReadOnlyList<int>? shape = null, Dtype? dtype = null, Device? device = null) =>
        Rand(shape ?? Shape, dtype ?? Dtype, device ?? Device);

    /// <summary>Random numbers, standard normal.</summary>
    public Tensor RandnLike(IReadOnlyList<int>? shape = null, Dtype? dtype = null, Device? device = null) =>
        Randn(shape ?? Shape, dtype ?? Dtype, device ?? Device);

    /// <summary>Random integers from <paramref name="low"/> to below <paramref name="high"/>.</summary>
    public Tensor RandIntLike(int low, int high, IReadOnlyList<int>? shape = null, Dtype? dtype = null, Device? device = null) =>
        RandInt(low, high, shape ?? Shape, dtype ?? Dtype, device ?? Device);

    /// <summary>A tensor with no axes and one element.</summary>
    public Tensor ScalarLike(Scalar value, Dtype? dtype = null, Device? device = null) =>
        FromScalar(value, dtype ?? Dtype, device ?? Device);

    /// <summary>A tensor with the shape and the elements of an array of any rank, or of arrays of arrays.</summary>
    public Tensor Like(Array values, Dtype? dtype = null, Device? device = null) =>
        FromArray(values, dtype ?? Dtype, device ?? Device);

    /// <summary>A vector of zeros with a single one.</summary>
    public Tensor OneHotLike(int length, int hot, Dtype? dtype = null, Device? device = null) =>
        OneHot(length, hot, dtype ?? Dtype, device ?? Device);

    /// <summary>start, start + step, ... up to but not including the end.</summary>
    public Tensor ArangeLike(
        double endVal, double startVal = 0, double step = 1, Dtype? dtype = null, Device? device = null) =>
        Arange(endVal, startVal, step, dtype ?? Dtype, device ?? Device);

    /// <summary>Equally spaced numbers, both ends included.</summary>
    public Tensor LinspaceLike(
        double startVal, double endVal, int steps, Dtype? dtype = null, Device? device = null) =>
        Linspace(startVal, endVal, steps, dtype ?? Dtype, device ?? Device);

    /// <summary>Powers of a base whose exponents are equally spaced, both ends included.</summary>
    public Tensor LogspaceLike(
        double startVal, double endVal, int steps, double baseVal = 10, Dtype? dtype = null, Device? device = null) =>
        Logspace(startVal, endVal, steps, baseVal, dtype ?? Dtype, device ?? Device);
}
