// Distances between two samples, and tests of whether they are of one distribution.
// What samplers and generative models are held to.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>What a test says.</summary>
/// <param name="Statistic">What was computed of the data; larger means farther from the hypothesis.</param>
/// <param name="PValue">How likely a statistic as large or larger is under the hypothesis.</param>
public sealed record TestResult(double Statistic, double PValue)
{
    internal static TestResult Of(Functional.TestResult result) => new(result.Statistic, result.PValue);

    /// <summary>Whether the hypothesis is rejected: where it holds, that happens with at most this probability.</summary>
    public bool Rejects(double level) => PValue <= level;
}

/// <summary>
/// 2 E‖x - y‖ - E‖x - x'‖ - E‖y - y'‖: 0 only for p = q, in the unit of the data, and without a bandwidth to choose. Samples are
/// [n; d] and [m; d]; estimates are differentiable in both. Székely &amp; Rizzo, J. Stat. Planning and Inference 143 (2013).
/// </summary>
public static class EnergyDistance
{
    /// <summary>That of the two empirical distributions: never negative, too large by O(1/n + 1/m) on average. A scalar.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Biased(Tensor x, Tensor y) => new(Functional.EnergyDistance.biased(Guard.Inner(x), Guard.Inner(y)));

    /// <summary>No row is paired with itself: 0 on average where p = q. A scalar.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or a sample has fewer than two rows.</exception>
    public static Tensor Unbiased(Tensor x, Tensor y) => new(Functional.EnergyDistance.unbiased(Guard.Inner(x), Guard.Inner(y)));
}

/// <summary>W₁(p, q), the least E‖x - y‖ of joint distributions with marginals p and q, in the unit of the data.</summary>
public static class Wasserstein
{
    /// <summary>W₁ of two samples of numbers, [n] and [m]: exact, also for n ≠ m. A scalar, differentiable in both.</summary>
    /// <exception cref="ArgumentException">The samples are no vectors.</exception>
    public static Tensor OfNumbers(Tensor x, Tensor y) => new(Functional.Wasserstein.ofNumbers(Guard.Inner(x), Guard.Inner(y)));

    /// <summary>The mean of W₁ over random directions onto which the samples [n; d] and [m; d] are projected. A scalar.</summary>
    /// <param name="x">Rows of p.</param>
    /// <param name="y">Rows of q.</param>
    /// <param name="directions">How many directions. Default: 100.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Sliced(Tensor x, Tensor y, int directions = 100) =>
        new(Functional.Wasserstein.sliced(Guard.AtLeast(directions, 1), Guard.Inner(x), Guard.Inner(y)));
}

/// <summary>
/// Tests of p = q from samples [n; d] of p and [m; d] of q: where p = q, every division of the pooled rows is as likely as the
/// one observed. Of B random divisions let k have a statistic at least as large; the p-value is (1 + k)/(1 + B), exact for any n
/// and m. The wrong tool for rows that depend on each other. Gretton et al., JMLR 13 (2012).
/// </summary>
public static class PermutationTest
{
    /// <summary>By a statistic of two samples, a scalar, which is evaluated anew for each permutation.</summary>
    /// <param name="statistic">The statistic: larger where the samples differ more.</param>
    /// <param name="x">Rows of p.</param>
    /// <param name="y">Rows of q.</param>
    /// <param name="permutations">How many random divisions, at least 1. Default: 999.</param>
    /// <param name="cancellationToken">Looked at before each permutation.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the statistic is not one finite number.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static TestResult Run(
        Func<Tensor, Tensor, Tensor> statistic,
        Tensor x,
        Tensor y,
        int permutations = 999,
        CancellationToken cancellationToken = default)
    {
        Guard.NotNull(statistic);

        return TestResult.Of(TestBridge.permutation(
            cancellationToken,
            Guard.AtLeast(permutations, 1),
            (a, b) => Guard.Inner(statistic(new(a), new(b))),
            Guard.Inner(x),
            Guard.Inner(y)));
    }

    /// <summary><see cref="Run"/> on the thread pool.</summary>
    /// <inheritdoc cref="Run"/>
    public static Task<TestResult> RunAsync(
        Func<Tensor, Tensor, Tensor> statistic,
        Tensor x,
        Tensor y,
        int permutations = 999,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Run(statistic, x, y, permutations, cancellationToken), cancellationToken);

    /// <summary>By the unbiased MMD² of a kernel, whose matrix is computed once.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or a sample has fewer than two rows.</exception>
    public static TestResult Mmd(Kernel kernel, Tensor x, Tensor y, int permutations = 999) =>
        TestResult.Of(Functional.PermutationTest.mmd(
            Guard.AtLeast(permutations, 1), Guard.NotNull(kernel).Inner, Guard.Inner(x), Guard.Inner(y)));

    /// <summary>By the unbiased energy distance.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or a sample has fewer than two rows.</exception>
    public static TestResult Energy(Tensor x, Tensor y, int permutations = 999) =>
        TestResult.Of(Functional.PermutationTest.energy(Guard.AtLeast(permutations, 1), Guard.Inner(x), Guard.Inner(y)));
}

/// <summary>How the classifier of a <see cref="ClassifierTest"/> is made and trained.</summary>
public sealed class ClassifierTestOptions
{
    /// <summary>The network from so many features to one logit. Default: two hidden layers of 64.</summary>
    public Func<int, Net<Tensor, Tensor>> Classifier { get; init => field = Guard.NotNull(value, nameof(Classifier)); } =
        features => Net.Mlp(features, 64, 64).Then(Head.Output(1));

    /// <summary>How it is trained, without a checkpoint. Default: 30 epochs of batches of 64, Adam with rate 1e-3.</summary>
    public TrainingOptions Training { get; init => field = Guard.NotNull(value, nameof(Training)); } =
        new() { Epochs = 30, BatchSize = 64 };

    /// <summary>The share of rows that it is trained on, between 0 and 1; the others are held out. Default: ½.</summary>
    public double TrainingShare { get; init => field = Guard.Share(value, nameof(TrainingShare)); } = 0.5;

    /// <summary>What weights, split and batches are drawn from: the same seed, the same result. Default: 0.</summary>
    public int Seed { get; init; }
}

/// <summary>
/// Tests p = q from samples [n; d] and [m; d]: a classifier is trained to tell them apart, and its accuracy on rows held out is
/// the statistic; the p-value is that of as many coin tosses. For data where no kernel is known to be right. Lopez-Paz &amp;
/// Oquab, arXiv:1610.06545.
/// </summary>
public static class ClassifierTest
{
    /// <summary>The test; of the larger sample only as many rows are used as the smaller one has.</summary>
    /// <param name="x">Rows of p.</param>
    /// <param name="y">Rows of q.</param>
    /// <param name="options">The classifier and its training. Default: two hidden layers of 64, 30 epochs.</param>
    /// <param name="progress">Told every 20 steps where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not fit, fewer than two rows would be trained on or held out, or the training has a checkpoint.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static TestResult Run(
        Tensor x,
        Tensor y,
        ClassifierTestOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();

        return TestResult.Of(TestBridge.classifier(
            features => Guard.NotNull(options.Classifier(features)).ToInner(),
            Training.Options(options.Training, progress, cancellationToken),
            options.TrainingShare,
            options.Seed,
            Guard.Inner(x),
            Guard.Inner(y)));
    }

    /// <summary><see cref="Run"/> on the thread pool.</summary>
    /// <inheritdoc cref="Run"/>
    public static Task<TestResult> RunAsync(
        Tensor x,
        Tensor y,
        ClassifierTestOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Run(x, y, options, progress, cancellationToken), cancellationToken);
}
