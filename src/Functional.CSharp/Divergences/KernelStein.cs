// The kernel Stein discrepancy: how far a sample is from a density that is known up to a factor, by its score alone.
// Tests samplers and score models without draws of the density itself.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A kernel k(x, y) = φ(‖x - y‖²) with φ' and φ'' in closed form.</summary>
public sealed class SteinKernel
{
    internal SteinKernel(Functional.SteinKernel inner) => Inner = inner;

    internal Functional.SteinKernel Inner { get; }

    /// <summary>exp(-‖x - y‖² / (2 bandwidth²)).</summary>
    /// <param name="bandwidth">A positive number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bandwidth is not positive.</exception>
    public static SteinKernel Gaussian(double bandwidth) => new(Functional.SteinKernel.Gaussian(Guard.Positive(bandwidth)));

    /// <summary>The same for a scalar tensor, such as <see cref="Mmd.MedianDistance"/>.</summary>
    public static SteinKernel Gaussian(Tensor bandwidth) => new(Functional.SteinKernel.Gaussian(Guard.Inner(bandwidth)));

    /// <summary>
    /// (scale² + ‖x - y‖²)^exponent: the discrepancy then notices a sample that escapes to infinity. Gorham &amp; Mackey,
    /// arXiv:1703.01717.
    /// </summary>
    /// <param name="scale">A positive number.</param>
    /// <param name="exponent">Between -1 and 0. Default: -½.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public static SteinKernel InverseMultiquadric(double scale, double exponent = -0.5) =>
        new(TestBridge.inverseMultiquadric(Guard.Positive(scale), exponent));

    /// <summary>φ of a squared distance, element by element.</summary>
    public Tensor Value(Tensor squares) => new(Inner.Value(Guard.Inner(squares)));

    /// <summary>φ'.</summary>
    public Tensor First(Tensor squares) => new(Inner.First(Guard.Inner(squares)));

    /// <summary>φ''.</summary>
    public Tensor Second(Tensor squares) => new(Inner.Second(Guard.Inner(squares)));
}

/// <summary>
/// KSD²(q, p) = E u(x, x') with u(x, y) = s(x)·s(y) k + s(x)·∇_y k + s(y)·∇_x k + ∇_x·∇_y k and the score s = ∇log p: 0 for q = p, positive
/// otherwise. p need not be normalized. Samples are rows [n; d]; a score maps them to rows. The wrong tool for modes far apart,
/// whose weights no score tells. Liu, Lee &amp; Jordan, arXiv:1602.03253.
/// </summary>
public static class KernelStein
{
    /// <summary>u(x_i, x_j) for every pair of rows, [n; d] to [n; n].</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Matrix(SteinKernel kernel, Func<Tensor, Tensor> score, Tensor x) =>
        new(TestBridge.steinMatrix(Guard.NotNull(kernel).Inner, Score(score), Guard.Inner(x)));

    /// <summary>The mean over pairs of different rows: unbiased, and so below 0 about as often as above where q = p.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are fewer than two rows.</exception>
    public static Tensor Unbiased(SteinKernel kernel, Func<Tensor, Tensor> score, Tensor x) =>
        new(TestBridge.steinUnbiased(Guard.NotNull(kernel).Inner, Score(score), Guard.Inner(x)));

    /// <summary>The mean over all pairs: never negative, too large by O(1/n) on average.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Biased(SteinKernel kernel, Func<Tensor, Tensor> score, Tensor x) =>
        new(TestBridge.steinBiased(Guard.NotNull(kernel).Inner, Score(score), Guard.Inner(x)));

    /// <summary>The test of q = p by the wild bootstrap; asymptotic in n. Chwialkowski et al., arXiv:1602.02964.</summary>
    /// <param name="kernel">How rows are compared.</param>
    /// <param name="score">∇log p of each row.</param>
    /// <param name="x">Rows of q.</param>
    /// <param name="bootstraps">How many random signs are drawn for each row. Default: 999.</param>
    /// <param name="change">
    /// The probability that signs change from one row to the next: ½ for independent rows, less for the states of a chain.
    /// Default: ½.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a number is out of its range.</exception>
    public static TestResult Test(
        SteinKernel kernel, Func<Tensor, Tensor> score, Tensor x, int bootstraps = 999, double change = 0.5) =>
        TestResult.Of(TestBridge.stein(
            Guard.AtLeast(bootstraps, 1), change, Guard.NotNull(kernel).Inner, Score(score), Guard.Inner(x)));

    private static Func<Functional.Tensors.Tensor, Functional.Tensors.Tensor> Score(Func<Tensor, Tensor> score)
    {
        Guard.NotNull(score);
        return x => Guard.Inner(score(new(x)));
    }
}
