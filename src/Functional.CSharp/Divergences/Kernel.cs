// Kernels: what two vectors have in common.
// Mmd compares samples with them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A positive definite kernel k(x, y) on vectors: a function of their distance, or of their inner product, or a sum of such.
/// </summary>
public sealed class Kernel
{
    internal Kernel(Functional.Kernel inner) => Inner = inner;

    internal Functional.Kernel Inner { get; }

    /// <summary>k(x, y) = f(‖x - y‖²), from f, which maps a tensor element by element.</summary>
    public static Kernel FromSquaredDistance(Func<Tensor, Tensor> f)
    {
        Guard.NotNull(f);
        return new(KernelBridge.ofSquaredDistance(squares => Guard.Inner(f(new(squares)))));
    }

    /// <summary>k(x, y) = f(x·y), from f, which maps a tensor element by element.</summary>
    public static Kernel FromProduct(Func<Tensor, Tensor> f)
    {
        Guard.NotNull(f);
        return new(KernelBridge.ofProduct(products => Guard.Inner(f(new(products)))));
    }

    /// <summary>
    /// exp(-‖x - y‖² / (2 bandwidth²)). Characteristic: the discrepancy is 0 only between equal distributions.
    /// </summary>
    /// <param name="bandwidth">A positive number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bandwidth is not positive.</exception>
    public static Kernel Gaussian(double bandwidth) => new(Functional.Kernel.Gaussian(Guard.Positive(bandwidth)));

    /// <summary>The same for a scalar tensor, such as <see cref="Mmd.MedianDistance"/>.</summary>
    public static Kernel Gaussian(Tensor bandwidth) => new(Functional.Kernel.Gaussian(Guard.Inner(bandwidth)));

    /// <summary>
    /// scale² / (scale² + ‖x - y‖²): its tails are heavier than the Gaussian's. For codes of d dimensions held to N(0, σ²I) take
    /// scale² = 2dσ². Tolstikhin et al., arXiv:1711.01558, section 4.
    /// </summary>
    /// <param name="scale">A positive number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not positive.</exception>
    public static Kernel InverseMultiquadric(double scale) => new(Functional.Kernel.InverseMultiquadric(Guard.Positive(scale)));

    /// <summary>(x·y scale + offset)^degree. Not characteristic: it compares the moments up to the degree.</summary>
    /// <param name="degree">At least 1.</param>
    /// <param name="scale">A positive number. Default: 1.</param>
    /// <param name="offset">At least 0. Default: 1.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public static Kernel Polynomial(int degree, double scale = 1, double offset = 1) =>
        new(KernelBridge.polynomial(Guard.AtLeast(degree, 1), Guard.Positive(scale), offset));

    /// <summary>The sum of one kernel for each scale: sensitive to differences at all of them.</summary>
    public static Kernel OverScales(Func<double, Kernel> make, params IEnumerable<double> scales)
    {
        Guard.NotNull(make);
        return new(KernelBridge.overScales(scale => Guard.NotNull(make(scale)).Inner, Guard.NotNull(scales)));
    }

    /// <summary>
    /// Gaussian kernels of ¼, ½, 1, 2 and 4 times a bandwidth, such as <see cref="Mmd.MedianDistance"/>, added up: for differences
    /// on a scale that is not known.
    /// </summary>
    public static Kernel MultiScale(Tensor bandwidth) => new(Functional.Kernel.MultiScale(Guard.Inner(bandwidth)));

    /// <summary>-‖x - y‖: enough for discrepancies; MMD² with it is the energy distance.</summary>
    public static Kernel NegativeDistance() => new(Functional.Kernel.NegativeDistance());

    /// <summary>The sum of two kernels, which is one.</summary>
    public static Kernel operator +(Kernel a, Kernel b) => new(Guard.NotNull(a).Inner + Guard.NotNull(b).Inner);

    /// <summary>k(x_i, y_j) for every pair of rows: [n; d] and [m; d] to [n; m].</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor Matrix(Tensor x, Tensor y) => new(Inner.Matrix(Guard.Inner(x), Guard.Inner(y)));

    /// <summary>k(x_i, y_i) row by row: [n; d] and [n; d] to [n].</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor Rows(Tensor x, Tensor y) => new(Inner.Rows(Guard.Inner(x), Guard.Inner(y)));
}
